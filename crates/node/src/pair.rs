//! Beginning together: `invite` and `join`, the one time when a key is met that no roster knows.
//!
//! The pairing itself is `protocol::Pairing`; here are its socket, its timer, its questions and
//! what it keeps. Questions are asked on the caller's thread while the connection is kept alive
//! on another, so a person may take their time to read six words aloud.

use std::net::SocketAddr;

use vault::Passphrase;

use crate::home::{Home, HomeError};
use crate::transport::TransportError;

/// What pairing shows and asks. Called on the thread that called [`invite`] or [`join`].
pub trait Talk {
    /// The invitation is open: the ticket, and where we listen.
    fn ticket(&mut self, text: &str, listening: SocketAddr);
    /// Somebody with the ticket (or the inviter) is connected; the words come next.
    fn connected(&mut self);
    /// Six words to read aloud: do the same stand on the other screen?
    fn same_words(&mut self, words: &[&'static str; 6]) -> bool;
    /// Our yes is stored; the other's is awaited.
    fn waiting(&mut self);
}

/// How a pairing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paired {
    /// Both said yes: the pact stands here.
    Met,
    /// Our yes is stored; the rest happens by itself when the devices meet again.
    SaidYes,
}

/// Why there is no pact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairError {
    /// Something of the home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The socket.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// There is a pact already.
    #[error("this home is paired already")]
    Paired,
    /// A pairing is half finished: ask, then call `Home::forget_half`.
    #[error("a half-finished pairing is kept here")]
    HalfFinished,
    /// One home is a rehearsal, the other is not.
    #[error("a rehearsal home pairs with a rehearsal home only")]
    Rehearsal,
    /// The ticket's ten minutes are over.
    #[error("the invitation has expired")]
    Expired,
    /// Nobody with that key answers at the ticket's addresses.
    #[error("nobody answers where the ticket says")]
    NobodyThere,
    /// Somebody tried with a wrong or used ticket, or in between: the ticket is burnt.
    #[error("the other side did not hold this ticket; it is burnt now")]
    WrongTicket,
    /// One of the two said no to the words.
    #[error("the words were not the same")]
    WordsDiffer,
    /// The connection ended before both had confirmed.
    #[error("the connection ended before both had confirmed")]
    Broken,
}

/// Where to listen and what to write on the ticket.
#[derive(Clone, Debug, Default)]
pub struct Invitation {
    /// The address to bind; else the setting, else any free port.
    pub listen: Option<SocketAddr>,
    /// The addresses on the ticket; else the setting, else those of this machine.
    pub addresses: Vec<SocketAddr>,
}

/// Opens an invitation, shows its ticket, and waits for the other: ten minutes on this home's
/// clock. `other` is what this person calls the other.
pub fn invite(
    home: &mut Home,
    passphrase: &Passphrase,
    other: &str,
    invitation: &Invitation,
    talk: &mut dyn Talk,
) -> Result<Paired, PairError> {
    let _ = (home, passphrase, other, invitation, talk);
    todo!()
}

/// Takes an invitation up. `ticket` is its text as typed, pasted or scanned.
pub fn join(
    home: &mut Home,
    passphrase: &Passphrase,
    other: &str,
    ticket: &str,
    talk: &mut dyn Talk,
) -> Result<Paired, PairError> {
    let _ = (home, passphrase, other, ticket, talk);
    todo!()
}
