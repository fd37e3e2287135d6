//! Meeting again: `sync` once, `serve` in its windows or live. One session over one stream.
//!
//! Nothing that is returned tells whether the partner was there (S6): errors and outcomes speak
//! only of what is wrong here, or of what was received and does not check out.

mod announce;
mod last_word;
mod once;
mod serve;
mod table;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use vault::Places;
use vault::state::Valve;

use crate::home::{Home, HomeError};
use crate::transport::{Silence, TransportError};

pub use announce::{Announced, Reached, announce};
pub use last_word::tell_last_word;

/// What may be spoken of over a socket. The valve names the widest; a socket keeps what it was
/// opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Everything.
    All,
    /// Practical words alone.
    Practical,
}

impl Lane {
    /// What the home's valve lets through now; nothing in silence.
    pub(crate) fn open(places: &Places) -> Option<Self> {
        match vault::state::valve(places) {
            Valve::Open => Some(Self::All),
            Valve::Practical => Some(Self::Practical),
            Valve::Shut => None,
        }
    }
}

/// Whether the home is silent for what a socket was opened for, asked at each datagram: space and
/// leaving shut the valve durably.
pub(crate) fn silence(places: &Places, lane: Lane) -> Silence {
    let eye = vault::state::ValveEye::new(places);
    Arc::new(move || match (eye.look(), lane) {
        (Valve::Open, _) | (Valve::Practical, Lane::Practical) => false,
        (Valve::Practical, Lane::All) | (Valve::Shut, _) => true,
    })
}

/// What can keep a meeting from being tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeetError {
    /// Something of the home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The socket.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// There is nobody to meet yet.
    #[error("this home is not paired yet")]
    Alone,
    /// Space, or leaving: nothing leaves this device.
    #[error("nothing leaves this device now")]
    Silent,
    /// Another process of this home meets the partner already.
    #[error("this home is already being served")]
    Serving,
    /// The runtime or a local socket cannot be made.
    #[error("cannot set up waiting")]
    Local(#[source] std::io::Error),
}

/// How to meet once.
#[derive(Clone, Debug, Default)]
pub struct Once {
    /// Where the other is; else the setting, else where they were met last.
    pub address: Option<SocketAddr>,
    /// Listen so long, and dial at random moments in it.
    pub wait: Option<Duration>,
}

/// How a meeting ended, as far as may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing is wrong. Says nothing about whether anybody was there.
    Done,
    /// Something that came in does not check out: exit code 5.
    DoesNotCheckOut,
    /// A copy of this home was noticed: it needs the passphrase (`Home::restore`): exit code 6.
    NeedsYou,
}

/// Meets once, then stops.
pub fn sync_once(home: &mut Home, how: &Once) -> Result<Outcome, MeetError> {
    on_a_runtime(syncing(home, how))
}

/// The same, inside a runtime of the caller.
pub async fn syncing(home: &mut Home, how: &Once) -> Result<Outcome, MeetError> {
    once::sync_once(home, how).await
}

/// How to serve.
#[derive(Clone, Debug, Default)]
pub struct Serve {
    /// For an evening together: no windows, a connection that stays, grace 0.
    pub live: bool,
    /// Times of day in minutes, instead of the settings'.
    pub at: Option<Vec<u16>>,
    /// The address to bind, instead of the settings'.
    pub listen: Option<SocketAddr>,
    /// Where the other is, instead of the settings'.
    pub address: Option<SocketAddr>,
}

/// What `serve` tells its terminal. Never whether anybody is there, but in live, which both want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A socket is open here now.
    Listening(SocketAddr),
    /// Outside the windows: no socket.
    Resting,
    /// Live: both are here.
    Together,
    /// Live: the other has stopped, or the line is gone.
    Apart,
    /// Something came in.
    News,
    /// Something came in that does not check out.
    DoesNotCheckOut,
    /// A copy of this home was noticed; stop and run `sync`.
    NeedsYou,
}

/// Meets the partner until told to stop (`lock`, space, or a signal to the process).
pub fn serve(home: Home, how: Serve, said: impl FnMut(Said)) -> Result<(), MeetError> {
    on_a_runtime(serving(home, how, said))
}

/// The same, inside a runtime of the caller.
pub async fn serving(home: Home, how: Serve, mut said: impl FnMut(Said)) -> Result<(), MeetError> {
    serve::serving(home, &how, &mut said).await
}

fn on_a_runtime<T>(work: impl Future<Output = Result<T, MeetError>>) -> Result<T, MeetError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(MeetError::Local)?;
    runtime.block_on(work)
}
