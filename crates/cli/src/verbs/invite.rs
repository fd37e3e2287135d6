//! `invite`: show an invitation.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};

use node::Home;
use node::pair::Invitation;

use crate::desk::{Desk, not_now};
use crate::keyboard;
use crate::meeting;
use crate::render;
use crate::run::Done;
use crate::trouble::{Trouble, home_trouble};

/// Show an invitation
///
/// A code that works once, for ten minutes, as text and as a picture to scan.
/// It shows the other where this device is: its address in your home network,
/// unless you name another one. The other types `handfast join`. Both then see
/// the same six words: read them to each other, by voice, before either says
/// yes. Nothing is shared before both have, and nobody else is asked.
///
///   handfast invite
///   handfast invite --address 203.0.113.5:4747     (from outside, by a port
///                                    that your router passes on to this device)
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Listen at this address, not the one in settings; kept if none is set (HOST:PORT)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// What the code says about where this device is, instead; kept if none is set (HOST:PORT)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
}

/// The port that is tried first where none is set.
const PORT: u16 = 4747;

/// Opens an invitation and waits for the other.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let listen = args.listen.as_deref().map(address).transpose()?;
    let shown = Cell::new(args.address.as_deref().map(address).transpose()?);
    let kept = Cell::new(None);
    let done = meeting::pair(
        desk,
        "Inviting needs you: there are six words to read aloud.",
        |desk, home, other| {
            if let Some(shown) = shown.get() {
                keep(desk, home, shown)?;
            }
            if home.settings().listen.is_none() {
                kept.set(listen.filter(|listen| listen.port() > 0));
            }
            if listen.is_none() && home.settings().listen.is_none() {
                let given = shown.get().is_some() || !home.settings().addresses.is_empty();
                let chosen = place(desk, home, other, given)?;
                shown.set(shown.get().or(chosen));
            }
            Ok(())
        },
        |home, passphrase, other, talk| {
            let addresses = shown.get().into_iter().collect();
            let invitation = Invitation { listen, addresses };
            let paired = node::pair::invite(home, passphrase, other, &invitation, talk)?;
            if let Some(listen) = kept.get() {
                // Else nobody would listen at the next meeting, and nothing would say why.
                home.set("listen", &listen.to_string())?;
            }
            Ok(paired)
        },
    )?;
    if let Some(listen) = kept.get() {
        desk.out.talk(&format!(
            "This device listens at {listen} from now on. At another address:\n  \
             handfast settings listen ADDRESS"
        ));
    }
    Ok(done)
}

/// Nothing says yet where this device listens: chooses a port that lasts, so that later meetings
/// find it too, and asks once whether the address may stand on the code.
fn place(
    desk: &mut Desk,
    home: &mut Home,
    other: &str,
    given: bool,
) -> Result<Option<SocketAddr>, Trouble> {
    let mut listen = node::pair::listen_anywhere(PORT).ok_or_else(|| {
        Trouble::refused("network", "This device cannot listen in any network now.")
            .hint("Look at its network, then: handfast invite")
    })?;
    let mut chosen = None;
    if !given {
        let ips = node::pair::own_ips();
        let alone = ips.iter().all(IpAddr::is_loopback);
        let seen: Vec<String> = ips
            .iter()
            .map(|ip| SocketAddr::new(*ip, listen.port()).to_string())
            .collect();
        let told = if alone {
            format!(
                "This device is in no network now: the code can be taken up on this same machine \
                 alone, at {}. To meet another device, join the same network first.",
                seen.join(" and ")
            )
        } else {
            format!(
                "The code shows {other} this machine's address in your home network: {}. Nobody else is \
                 asked or told. If {other}'s device is in another network, show the address by which \
                 it reaches this one, with a port that your router passes on.",
                seen.join(" and ")
            )
        };
        desk.out.page(&format!("\n{}", render::wrap(&told)));
        desk.out
            .page("[Enter] not now    [y] show that    [a] show another address\n");
        keyboard::forget_typed();
        match desk.ask.choose(&["y", "a"]) {
            Some("y") => {}
            Some(_) => {
                let shown = another(desk)?;
                chosen = Some(shown);
                keep(desk, home, shown)?;
                // Of this machine's own the port can be listened at; of another's it cannot.
                let own = shown.ip().is_loopback() || ips.contains(&shown.ip());
                let there = node::pair::listen_anywhere(shown.port())
                    .filter(|there| own && there.port() == shown.port());
                if let Some(there) = there {
                    listen = there;
                } else {
                    desk.out.page(&render::wrap(&format!(
                        "The code says {shown}; that changes nothing here. This device listens at its \
                         own port {}, and what comes to {shown} has to be passed on to it.",
                        listen.port()
                    )));
                }
            }
            None => return Err(not_now()),
        }
    }
    home.set("listen", &listen.to_string())
        .map_err(home_trouble)?;
    Ok(chosen)
}

/// An address that was chosen stays chosen: else the next code would show those of the home network,
/// and nothing would ask. One that is set already stays as it is.
fn keep(desk: &Desk, home: &mut Home, shown: SocketAddr) -> Result<(), Trouble> {
    if !home.settings().addresses.is_empty() {
        return Ok(());
    }
    home.set("addresses", &shown.to_string())
        .map_err(home_trouble)?;
    desk.out
        .page("The next code says it too. Another one:\n  handfast settings addresses ADDRESS\n");
    Ok(())
}

/// An address that is typed; a slip asks once more.
fn another(desk: &mut Desk) -> Result<SocketAddr, Trouble> {
    for _ in 0..3 {
        let typed = desk
            .ask
            .line("The address and port to show, such as 203.0.113.5:4747:")
            .ok_or_else(not_now)?;
        match address(&typed) {
            Ok(address) => return Ok(address),
            Err(trouble) => desk.out.trouble(&trouble),
        }
    }
    Err(not_now())
}

/// An address as it is typed. No name is looked up: asking would tell a stranger.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Trouble> {
    text.parse().map_err(|_| {
        Trouble::usage(format!("\"{text}\" is not an address."))
            .code("address")
            .hint("An address has numbers and a port: 192.168.1.20:4747, or [2001:db8::7]:4747")
    })
}
