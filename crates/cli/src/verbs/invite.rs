//! `invite`: show an invitation.

use std::net::SocketAddr;

use node::pair::Invitation;

use crate::desk::Desk;
use crate::meeting;
use crate::run::Done;
use crate::trouble::Trouble;

/// Show an invitation
///
/// A code that works once, for ten minutes, as text and as a picture to scan.
/// The other types `handfast join`. Both then see the same six words: read them
/// to each other, by voice, before either says yes. Nothing is shared before
/// both have.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Listen at this address instead of the one in settings (HOST:PORT)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
}

/// Opens an invitation and waits for the other.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let listen = args.listen.as_deref().map(address).transpose()?;
    meeting::pair(
        desk,
        "Inviting needs you: there are six words to read aloud.",
        |home, passphrase, other, talk| {
            node::pair::invite(
                home,
                passphrase,
                other,
                &Invitation {
                    listen,
                    addresses: Vec::new(),
                },
                talk,
            )
        },
    )
}

/// An address as it is typed. No name is looked up: asking would tell a stranger.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Trouble> {
    text.parse().map_err(|_| {
        Trouble::usage(format!("\"{text}\" is not an address."))
            .code("address")
            .hint("An address has numbers and a port: 192.168.1.20:4747, or [2001:db8::7]:4747")
    })
}
