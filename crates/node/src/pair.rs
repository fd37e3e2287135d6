//! Beginning together: `invite` and `join`, the one time when a key is met that no roster knows.
//!
//! The pairing itself is `protocol::Pairing`; here are its socket, its timers, its questions and
//! what it keeps. Questions are asked on the caller's thread while the connection is kept alive
//! on another, so that two people may take their time to read six words aloud.

mod driver;
mod question;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use identity::DeviceKeys;
use protocol::{MAX_TICKET_ADDRESSES, Own, Pairing, PairingEnd, Ticket, TicketError};
use tokio::time::timeout;
use vault::Passphrase;

use crate::home::{Home, HomeError};
use crate::meet::{Lane, silence};
use crate::notify::{self, Listener, Notice};
use crate::transport::{Endpoint, Line, Lull, Pins, TransportError, Valve};

pub use question::Talk;

pub(crate) use driver::Driver;
use question::Asker;

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
    /// The text is not a ticket.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// There is a pact already.
    #[error("this home is paired already")]
    Paired,
    /// A pairing is half finished: ask, then call `Home::forget_half`.
    #[error("a half-finished pairing is kept here")]
    HalfFinished,
    /// One home is a rehearsal, the other is not.
    #[error("a rehearsal home pairs with a rehearsal home only")]
    Rehearsal,
    /// Space, or leaving: nothing leaves this device.
    #[error("nothing leaves this device now")]
    Silent,
    /// `lock`, or space, from elsewhere: it was ended here.
    #[error("this home was locked meanwhile")]
    Locked,
    /// Nobody with that key answers at the ticket's addresses.
    #[error("nobody answers where the ticket says")]
    NobodyThere,
    /// The inviter hung up on the ticket: somebody has used it, or is using it just now.
    #[error("the invitation is used up, or somebody else is taking it up just now")]
    TurnedAway,
    /// A `join` of this home, in another process, took its place (formats B3).
    #[error("this home joins elsewhere, which ended its own invitation")]
    Joined,
    /// It ended before both had said yes; nothing was kept.
    #[error("there is no plan together yet: {0}")]
    Ended(PairingEnd),
    /// The other end closed it in order after the six words, without a yes: so neither has met,
    /// and a yes that was kept here is forgotten.
    #[error("one of the two did not say yes")]
    NotBoth,
    /// A signal ended it here.
    #[error("it was ended here")]
    Stopped,
    /// The runtime cannot be made.
    #[error("cannot set up waiting")]
    Local(#[source] std::io::Error),
}

/// Where to listen and what to write on the ticket.
#[derive(Clone, Debug, Default)]
pub struct Invitation {
    /// The address to bind; else the setting, else any free port.
    pub listen: Option<SocketAddr>,
    /// The addresses on the ticket; else the setting, else those of this machine.
    pub addresses: Vec<SocketAddr>,
}

/// Called when a signal ends a pairing, after the other end was told what can be told; says
/// whether this person's yes was kept. The thread that asks may be waiting for a key, so this is
/// where a program ends itself.
pub type Stopped = fn(said_yes: bool);

/// How long to wait at each address of a ticket.
const KNOCK: Duration = Duration::from_secs(3);

/// Opens an invitation, shows its ticket, and waits for the other: ten minutes on this home's
/// clock. `other` is what this person calls the other. An open invitation lives in this call
/// alone: when it ends, however it ends, the ticket is burnt.
pub fn invite(
    home: &mut Home,
    passphrase: &Passphrase,
    other: &str,
    invitation: &Invitation,
    talk: &mut dyn Talk,
) -> Result<Paired, PairError> {
    let fresh = Fresh::make(home, passphrase, other)?;
    let stopped = talk.on_stop();
    question::answering(talk, |asker| {
        on_a_runtime(inviting(home, fresh, invitation, asker, stopped))
    })
}

/// Takes an invitation up. `ticket` is its text as typed, pasted or scanned.
pub fn join(
    home: &mut Home,
    passphrase: &Passphrase,
    other: &str,
    ticket: &str,
    talk: &mut dyn Talk,
) -> Result<Paired, PairError> {
    let ticket = Ticket::parse(ticket)?;
    if ticket.rehearsal != home.is_rehearsal() {
        return Err(PairError::Rehearsal);
    }
    let fresh = Fresh::make(home, passphrase, other)?;
    // One's own open invitation ends, in whatever process it is (formats B3).
    notify::tell(&home.places().state, Notice::Joining);
    let stopped = talk.on_stop();
    question::answering(talk, |asker| {
        on_a_runtime(joining(home, fresh, &ticket, asker, stopped))
    })
}

fn on_a_runtime<T>(work: impl Future<Output = Result<T, PairError>>) -> Result<T, PairError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(PairError::Local)?;
    runtime.block_on(work)
}

/// What is made for one pairing: fresh keys for this pact alone (B2), and the root for its yes.
struct Fresh {
    own: Own,
    keys: DeviceKeys,
    secret: [u8; 16],
    other: String,
}

impl Fresh {
    fn make(home: &mut Home, passphrase: &Passphrase, other: &str) -> Result<Self, PairError> {
        if home.is_paired() {
            return Err(PairError::Paired);
        }
        if home.is_half_paired() {
            return Err(PairError::HalfFinished);
        }
        if silence(home.places(), Lane::All)() {
            return Err(PairError::Silent);
        }
        let other = crate::settings::person_name(other).map_err(HomeError::from)?;
        let root = home.entropy(passphrase)?.root();
        let (sign, dh) = (secret(home)?, secret(home)?);
        let own = Own {
            root,
            device: DeviceKeys::from_seeds(*sign, *dh),
            nonce: home.dice().bytes().map_err(HomeError::from)?,
        };
        let secret = home.dice().bytes().map_err(HomeError::from)?;
        Ok(Self {
            own,
            keys: DeviceKeys::from_seeds(*sign, *dh),
            secret,
            other,
        })
    }

    fn bind(
        &self,
        home: &Home,
        address: Option<SocketAddr>,
        pins: &Pins,
    ) -> Result<Endpoint, PairError> {
        let valve = Valve::new(silence(home.places(), Lane::All));
        let (seed, public) = (self.keys.sign_seed(), self.keys.sign_public());
        Ok(match address {
            Some(address) => Endpoint::bind(address, &seed, &public, pins, valve, Lull::Stays)?,
            None => Endpoint::bind_anywhere(&seed, &public, pins, &valve, Lull::Stays)?,
        })
    }
}

fn secret(home: &mut Home) -> Result<zeroize::Zeroizing<[u8; 32]>, HomeError> {
    Ok(home.dice().secret()?)
}

async fn inviting(
    home: &mut Home,
    fresh: Fresh,
    invitation: &Invitation,
    asker: Asker,
    stopped: Option<Stopped>,
) -> Result<Paired, PairError> {
    let listen = invitation.listen.or(home.settings().listen);
    let endpoint = fresh.bind(home, listen, &Pins::any())?;
    let bound = endpoint.local_addr()?;
    let ticket = Ticket {
        key: fresh.keys.sign_public(),
        secret: fresh.secret,
        addresses: reachable_at(home, invitation, bound),
        rehearsal: home.is_rehearsal(),
    };
    let pairing = Pairing::invite(fresh.own, fresh.secret, home.clock().moment());
    let told = told_to_stop(home)?;
    asker.ticket(ticket.to_text(), ticket.addresses);
    let mut driver = Driver::new(pairing, Some(fresh.keys), Some(fresh.other), Some(asker));
    let ended = tokio::select! {
        ended = driver.listen(home, &endpoint) => ended,
        why = told => Err(why),
        () = signal(stopped) => Err(PairError::Stopped),
    };
    driver.settle(home, ended, stopped).await
}

async fn joining(
    home: &mut Home,
    fresh: Fresh,
    ticket: &Ticket,
    asker: Asker,
    stopped: Option<Stopped>,
) -> Result<Paired, PairError> {
    let pins = Pins::only([ticket.key]);
    // The port that the setting names, so that the inviter remembers an address that lasts.
    let endpoint = fresh
        .bind(home, home.settings().listen, &pins)
        .or_else(|_| fresh.bind(home, None, &pins))?;
    let line = knock(&endpoint, &ticket.addresses)
        .await
        .ok_or(PairError::NobodyThere)?;
    let pairing = Pairing::join(fresh.own, ticket);
    let told = told_to_stop(home)?;
    let mut driver = Driver::new(pairing, Some(fresh.keys), Some(fresh.other), Some(asker));
    let ended = tokio::select! {
        // Whoever holds the key of the ticket hangs up on a Join only if it comes too late.
        ended = driver.over(home, line) => match ended {
            Err(PairError::Ended(PairingEnd::Lost)) if !driver.shown => Err(PairError::TurnedAway),
            ended => ended,
        },
        why = told => Err(why),
        () = signal(stopped) => Err(PairError::Stopped),
    };
    driver.settle(home, ended, stopped).await
}

/// A signal to end this process, if its program wants to hear of one here.
async fn signal(stopped: Option<Stopped>) {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let (Some(_), [Ok(mut int), Ok(mut term), Ok(mut hup)]) = (stopped, kinds.map(signal)) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
        _ = hup.recv() => {}
    }
}

/// Ends when another process of this home locks or silences it, or begins to join.
fn told_to_stop(home: &Home) -> Result<impl Future<Output = PairError> + use<>, PairError> {
    let notices = Listener::bind(&home.places().state).map_err(PairError::Local)?;
    Ok(async move {
        loop {
            match notices.next().await {
                Ok(Notice::Changed) => {}
                Ok(Notice::Joining) => return PairError::Joined,
                Ok(Notice::Lock | Notice::Silence) => return PairError::Locked,
                Err(error) => return PairError::Local(error),
            }
        }
    })
}

/// The first of the addresses where somebody with the pinned key answers.
async fn knock(endpoint: &Endpoint, addresses: &[SocketAddr]) -> Option<Line> {
    for address in addresses {
        if let Ok(Ok(line)) = timeout(KNOCK, endpoint.dial(*address)).await {
            return Some(line);
        }
    }
    None
}

/// Where an invitation can be met in every network of this machine, at that port or, if it is
/// taken, another one; for the setting `listen`, so that the address lasts.
#[expect(
    clippy::disallowed_methods,
    reason = "it is bound to see whether that can be, and nothing is sent"
)]
pub fn listen_anywhere(port: u16) -> Option<SocketAddr> {
    let any = [Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()];
    [port, 0].into_iter().find_map(|port| {
        any.into_iter().find_map(|ip: IpAddr| {
            let socket = UdpSocket::bind((ip, port)).ok()?;
            Some(SocketAddr::new(ip, socket.local_addr().ok()?.port()))
        })
    })
}

/// What the ticket says about where we are: given, set, bound, or found out without asking anybody.
fn reachable_at(home: &Home, invitation: &Invitation, bound: SocketAddr) -> Vec<SocketAddr> {
    let mut addresses = invitation.addresses.clone();
    if addresses.is_empty() {
        addresses.clone_from(&home.settings().addresses);
    }
    if addresses.is_empty() && !bound.ip().is_unspecified() {
        addresses.push(bound);
    }
    if addresses.is_empty() {
        addresses.extend(
            own_ips()
                .into_iter()
                // A socket of the older IP alone is not reached by the newer one.
                .filter(|ip| ip.is_ipv4() || bound.is_ipv6())
                .map(|ip| SocketAddr::new(ip, bound.port())),
        );
    }
    addresses.truncate(MAX_TICKET_ADDRESSES);
    addresses
}

/// The addresses from which this machine would reach the world: a connected UDP socket knows,
/// and connecting one sends nothing. The targets are reserved for documentation (RFC 5737, 3849).
/// Without a network: this machine alone.
#[expect(
    clippy::disallowed_methods,
    reason = "it is connected, and nothing is sent"
)]
pub fn own_ips() -> Vec<IpAddr> {
    let source = |from: &str, to: &str| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    };
    let mut ips = Vec::new();
    ips.extend(source("0.0.0.0:0", "192.0.2.1:9"));
    ips.extend(source("[::]:0", "[2001:db8::1]:9"));
    if ips.is_empty() {
        ips.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    ips
}
