//! The one-use invitation that one person hands to the other: who listens, where, and a secret of
//! 128 bits (B3). Written in bech32m, so that a slip of the hand is noticed before anything is dialled.

use std::net::{IpAddr, SocketAddr};

use bech32::primitives::decode::CheckedHrpstringError;
use bech32::{Bech32m, Hrp};
use identity::cbor::{Malformed, Reader, Writer};

/// How long an invitation stays open, on the inviter's own timer.
pub const TICKET_LIFE_MS: u64 = 10 * 60 * 1_000;
/// Addresses that one ticket can carry.
pub const MAX_TICKET_ADDRESSES: usize = 8;

const VERSION: u64 = 1;
/// The characters of bech32m (BIP 173), each for five bits, and how many of them are its checksum.
const ALPHABET: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM: usize = 6;
const PREFIX: Hrp = Hrp::parse_unchecked("hf");

/// `[version, inviter's TLS key, secret16, addresses, flags]`, addresses `[[ip bytes, port]…]`.
///
/// No Debug: the secret must not stand in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The inviter's TLS key: the one key that the joiner accepts.
    pub key: [u8; 32],
    /// What proves that the joiner was given this ticket.
    pub secret: [u8; 16],
    /// Where the inviter listens.
    pub addresses: Vec<SocketAddr>,
    /// Whether the inviter's home is for rehearsing; such a home pairs only with its like.
    pub rehearsal: bool,
}

/// Why a text is not a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It does not begin as a ticket does, or characters are missing or foreign.
    #[error("this is not a ticket: a ticket begins with \"hf1\"")]
    NotATicket,
    /// The checksum does not hold.
    #[error("the ticket is mistyped: its checksum does not match")]
    Checksum,
    /// It was written by a later version of the program.
    #[error("the ticket was made by a newer version of handfast")]
    Version,
    /// The checksum holds, but the content is not a ticket's.
    #[error("the ticket is malformed")]
    Malformed,
}

impl Ticket {
    /// The text to show, send or draw as a QR code.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut w = Writer::new();
        w.array(5)
            .uint(VERSION)
            .bytes(&self.key)
            .bytes(&self.secret);
        let addresses = self
            .addresses
            .get(..MAX_TICKET_ADDRESSES)
            .unwrap_or(&self.addresses);
        w.array(addresses.len() as u64);
        for address in addresses {
            w.array(2);
            match address.ip() {
                IpAddr::V4(ip) => w.bytes(&ip.octets()),
                IpAddr::V6(ip) => w.bytes(&ip.octets()),
            };
            w.uint(u64::from(address.port()));
        }
        w.uint(u64::from(self.rehearsal));
        // A ticket of eight IPv6 addresses has about 250 bytes, far below bech32m's 1023 characters.
        bech32::encode::<Bech32m>(PREFIX, &w.finish()).unwrap_or_default()
    }

    /// Whether this is how a ticket begins, and more of it has to follow: a terminal that pastes it
    /// over two lines gives its first one alone.
    #[must_use]
    pub fn goes_on(text: &str) -> bool {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.to_ascii_lowercase();
        // Before the separator nothing can be said; a text of another kind is told at once.
        if text.len() < 3 || text.len() > 1_023 || !text.starts_with("hf1") {
            return !text.is_empty() && text.len() < 3 && "hf1".starts_with(&text);
        }
        let data = text.get(3..).unwrap_or_default();
        let fives: Option<Vec<u8>> = data
            .bytes()
            .map(|c| ALPHABET.bytes().position(|known| known == c))
            .map(|at| at.and_then(|at| u8::try_from(at).ok()))
            .collect();
        let Some(fives) = fives else { return false };
        let mut bytes = Vec::with_capacity(fives.len());
        let (mut bits, mut held) = (0u32, 0u32);
        for five in fives {
            (bits, held) = ((bits << 5 | u32::from(five)) & 0xfff, held + 5);
            if held >= 8 {
                held -= 8;
                bytes.extend(u8::try_from(bits >> held & 0xff));
            }
        }
        // The six characters of the checksum are read as if they were content; they are not.
        match needed(&bytes) {
            Ok(content) => data.len() < (content * 8).div_ceil(5) + CHECKSUM,
            Err(Malformed::Truncated) => true,
            Err(_) => false,
        }
    }

    /// Reads a ticket as it was typed, pasted or scanned: in either case, with any white space.
    ///
    /// # Errors
    /// [`TicketError`], which tells a slip of the hand from a text that never was a ticket.
    pub fn parse(text: &str) -> Result<Ticket, TicketError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if text.len() > 1_023 {
            return Err(TicketError::NotATicket);
        }
        if !text
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("hf1"))
        {
            return Err(TicketError::NotATicket);
        }
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32m>(&text).map_err(
            |error| match error {
                CheckedHrpstringError::Checksum(_) => TicketError::Checksum,
                // A character outside the alphabet is a slip of the hand as well.
                CheckedHrpstringError::Parse(_) => TicketError::Checksum,
                _ => TicketError::NotATicket,
            },
        )?;
        let bytes: Vec<u8> = checked.byte_iter().collect();
        let mut r = Reader::new(&bytes);
        let (fields, version) =
            (|| Some((r.array().ok()?, r.uint().ok()?)))().ok_or(TicketError::Malformed)?;
        match version {
            VERSION if fields == 5 => read(r).ok_or(TicketError::Malformed),
            0 | VERSION => Err(TicketError::Malformed),
            _ => Err(TicketError::Version),
        }
    }
}

/// How many bytes a ticket has that begins so.
fn needed(bytes: &[u8]) -> Result<usize, Malformed> {
    let mut r = Reader::new(bytes);
    r.array_of(5)?;
    r.uint()?;
    r.fixed::<32>()?;
    r.fixed::<16>()?;
    for _ in 0..r.array()? {
        r.array_of(2)?;
        r.bytes()?;
        r.uint()?;
    }
    r.uint()?;
    Ok(r.position())
}

fn read(mut r: Reader<'_>) -> Option<Ticket> {
    let (key, secret) = (r.fixed().ok()?, r.fixed().ok()?);
    let count = usize::try_from(r.array().ok()?).ok()?;
    if count > MAX_TICKET_ADDRESSES {
        return None;
    }
    let mut addresses = Vec::with_capacity(count);
    for _ in 0..count {
        r.array_of(2).ok()?;
        let ip = r.bytes().ok()?;
        let ip = match <[u8; 4]>::try_from(ip) {
            Ok(v4) => IpAddr::from(v4),
            Err(_) => IpAddr::from(<[u8; 16]>::try_from(ip).ok()?),
        };
        addresses.push(SocketAddr::new(ip, u16::try_from(r.uint().ok()?).ok()?));
    }
    let rehearsal = match r.uint().ok()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    r.end().ok()?;
    Some(Ticket {
        key,
        secret,
        addresses,
        rehearsal,
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            key: [7; 32],
            secret: [9; 16],
            addresses: vec![
                "192.0.2.7:4433".parse().unwrap(),
                "[2001:db8::1]:4433".parse().unwrap(),
            ],
            rehearsal: false,
        }
    }

    #[test]
    fn a_ticket_survives_being_written_typed_and_scanned() {
        for rehearsal in [false, true] {
            let ticket = Ticket {
                rehearsal,
                ..ticket()
            };
            let text = ticket.to_text();
            assert!(text.starts_with("hf1"), "{text}");
            assert!(Ticket::parse(&text) == Ok(ticket.clone()));
            assert!(
                Ticket::parse(&text.to_uppercase()) == Ok(ticket.clone()),
                "a QR code is upper case"
            );
            let broken: String = text
                .chars()
                .flat_map(|c| [c, if c == 'q' { '\n' } else { ' ' }])
                .collect();
            assert!(
                Ticket::parse(&broken) == Ok(ticket),
                "line breaks of a mail"
            );
        }
    }

    #[test]
    fn a_ticket_that_is_cut_anywhere_goes_on_and_a_whole_one_does_not() {
        for count in [0, 1, 2, 8] {
            let address = ticket().addresses[1];
            let text = Ticket {
                addresses: vec![address; count],
                ..ticket()
            }
            .to_text();
            for cut in 1..text.len() {
                assert!(Ticket::goes_on(&text[..cut]), "{count}, cut at {cut}");
                assert!(Ticket::goes_on(&text[..cut].to_uppercase()));
            }
            assert!(!Ticket::goes_on(&text), "{count}");
            assert!(!Ticket::goes_on(&format!("{text}q")), "{count}");
        }
        for other in ["", "hello", "handfast", "hf1b", "hf2q", "hf1nonsense"] {
            assert!(!Ticket::goes_on(other), "{other}");
        }
    }

    #[test]
    fn every_single_wrong_character_is_told_as_mistyped() {
        let text = ticket().to_text();
        for at in 3..text.len() {
            for wrong in ['q', 'p', 'b', '1', 'i'] {
                let mut typed: Vec<char> = text.chars().collect();
                if typed[at] == wrong {
                    continue;
                }
                typed[at] = wrong;
                let typed: String = typed.into_iter().collect();
                let error = Ticket::parse(&typed).err().unwrap();
                // A "1" moves the separator: then it is no longer an hf ticket at all.
                let allowed = error == TicketError::Checksum
                    || (wrong == '1' && error == TicketError::NotATicket);
                assert!(allowed, "{wrong} at {at}: {error}");
            }
        }
        for cut in 4..text.len() {
            assert_ne!(Ticket::parse(&text[..cut]).err(), None, "cut at {cut}");
        }
    }

    #[test]
    fn other_texts_and_later_versions_are_told_apart() {
        assert_eq!(Ticket::parse("").err(), Some(TicketError::NotATicket));
        assert_eq!(Ticket::parse("hello").err(), Some(TicketError::NotATicket));
        assert_eq!(Ticket::parse("über").err(), Some(TicketError::NotATicket));
        assert_eq!(
            Ticket::parse(&"hf1q".repeat(1_000)).err(),
            Some(TicketError::NotATicket)
        );
        let later = bech32::encode::<Bech32m>(PREFIX, &[0x81, 0x02]).unwrap();
        assert_eq!(Ticket::parse(&later).err(), Some(TicketError::Version));
        let odd = bech32::encode::<Bech32m>(PREFIX, &[0x85, 0x01, 0x40]).unwrap();
        assert_eq!(Ticket::parse(&odd).err(), Some(TicketError::Malformed));
        let other = bech32::encode::<Bech32m>(Hrp::parse_unchecked("hg"), &[0x81, 0x01]).unwrap();
        assert_eq!(Ticket::parse(&other).err(), Some(TicketError::NotATicket));
    }
}
