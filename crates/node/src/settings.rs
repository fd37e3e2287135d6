//! What a home is told about itself: names, grace, addresses, times. Local, never sent.

use std::net::SocketAddr;

use identity::cbor::{Malformed, Reader, Writer};

/// The names of a home's settings, as `settings NAME VALUE` takes them.
pub const NAMES: [&str; 9] = [
    "name",
    "other",
    "grace",
    "listen",
    "addresses",
    "peer",
    "times",
    "unattended",
    "plain",
];

/// Two minutes in which nothing leaves and `undo` works.
pub const GRACE_S: u64 = 120;

/// 07:00 and 21:00, in minutes since midnight.
pub const TIMES: [u16; 2] = [7 * 60, 21 * 60];

/// Why a value does not fit. All of them are wrong usage.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    /// There is no such setting.
    #[error("there is no setting called \"{0}\"")]
    Unknown(String),
    /// A name has 1 to 40 characters and no control characters.
    #[error("a name has 1 to 40 characters, on one line")]
    Name,
    /// Not seconds between 0 and an hour.
    #[error("the grace is a number of seconds, 0 to 3600")]
    Grace,
    /// Not an address with a port.
    #[error("\"{0}\" is not an address like 192.0.2.7:4433 or [2001:db8::7]:4433")]
    Address(String),
    /// Not times of day.
    #[error("times look like 07:00,21:00; at most 12")]
    Times,
    /// Neither yes nor no.
    #[error("say yes or no")]
    YesNo,
}

/// The local settings of a home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What this person is called here.
    pub name: String,
    /// What the other is called here.
    pub other: Option<String>,
    /// Seconds in which a new entry stays here.
    pub grace_s: u64,
    /// Where to listen; any free port of all interfaces if not set.
    pub listen: Option<SocketAddr>,
    /// What a ticket says about where we are.
    pub addresses: Vec<SocketAddr>,
    /// Where the other is, given by hand.
    pub peer: Option<SocketAddr>,
    /// Where the other was met last; kept by the program.
    pub last_good: Option<SocketAddr>,
    /// When `serve` opens its windows, in minutes since midnight.
    pub times: Vec<u16>,
    /// Whether heads-ups and check-in answers may go out without being shown.
    pub unattended: bool,
    /// Whether words show as plain lines, for a screen reader, instead of on a screen of their own.
    pub plain: bool,
}

impl Settings {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            other: None,
            grace_s: GRACE_S,
            listen: None,
            addresses: Vec::new(),
            peer: None,
            last_good: None,
            times: TIMES.to_vec(),
            unattended: false,
            plain: false,
        }
    }

    /// Changes one, by its name and text; an empty text gives it up where that makes sense.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let value = value.trim();
        match name {
            "name" => self.name = person_name(value)?,
            "other" => self.other = Some(person_name(value)?),
            "grace" => {
                let seconds = value
                    .strip_suffix('s')
                    .unwrap_or(value)
                    .parse()
                    .map_err(|_| SettingError::Grace)?;
                if seconds > 3600 {
                    return Err(SettingError::Grace);
                }
                self.grace_s = seconds;
            }
            "listen" => self.listen = optional(value)?,
            "peer" => self.peer = optional(value)?,
            "addresses" => self.addresses = list(value).map(address).collect::<Result<_, _>>()?,
            "times" => self.times = times(value)?,
            "unattended" => self.unattended = yes_or_no(value)?,
            "plain" => self.plain = yes_or_no(value)?,
            _ => return Err(SettingError::Unknown(name.to_owned())),
        }
        Ok(())
    }

    /// One, as text.
    pub fn get(&self, name: &str) -> Result<String, SettingError> {
        let addresses = |list: &[SocketAddr]| {
            list.iter()
                .map(SocketAddr::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        Ok(match name {
            "name" => self.name.clone(),
            "other" => self.other.clone().unwrap_or_default(),
            "grace" => self.grace_s.to_string(),
            "listen" => addresses(self.listen.as_slice()),
            "peer" => addresses(self.peer.as_slice()),
            "addresses" => addresses(&self.addresses),
            "times" => {
                let shown = self
                    .times
                    .iter()
                    .map(|at| format!("{:02}:{:02}", at / 60, at % 60));
                shown.collect::<Vec<_>>().join(",")
            }
            "unattended" => said(self.unattended),
            "plain" => said(self.plain),
            _ => return Err(SettingError::Unknown(name.to_owned())),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(11).uint(1).text(&self.name);
        match &self.other {
            Some(other) => w.text(other),
            None => w.null(),
        };
        w.uint(self.grace_s);
        for one in [self.listen, self.peer, self.last_good] {
            match one {
                Some(address) => w.text(&address.to_string()),
                None => w.null(),
            };
        }
        w.array(self.addresses.len() as u64);
        for address in &self.addresses {
            w.text(&address.to_string());
        }
        w.array(self.times.len() as u64);
        for at in &self.times {
            w.uint(u64::from(*at));
        }
        w.uint(u64::from(self.unattended));
        w.uint(u64::from(self.plain));
        w.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        // Of a home that an older version wrote, what it did not know is as at first.
        let fields = r.array()?;
        if !(10..=11).contains(&fields) {
            return Err(Malformed::Length);
        }
        r.uint()?;
        let name = r.text()?.to_owned();
        let other = r.opt(|r| r.text().map(str::to_owned))?;
        let grace_s = r.uint()?;
        // What cannot be read as an address any more is no address.
        let mut one = || {
            r.opt(|r| r.text().map(|text| text.parse().ok()))
                .map(Option::flatten)
        };
        let (listen, peer, last_good) = (one()?, one()?, one()?);
        let mut addresses = Vec::new();
        for _ in 0..r.array()? {
            addresses.extend(r.text()?.parse::<SocketAddr>().ok());
        }
        let mut times = Vec::new();
        for _ in 0..r.array()? {
            times.extend(u16::try_from(r.uint()?).ok().filter(|at| *at < 24 * 60));
        }
        let unattended = r.uint()? == 1;
        let plain = fields > 10 && r.uint()? == 1;
        r.end()?;
        Ok(Self {
            name,
            other,
            grace_s,
            listen,
            addresses,
            peer,
            last_good,
            times,
            unattended,
            plain,
        })
    }
}

/// A person's name as it is kept: cleaned of what could imitate or hide.
pub fn person_name(text: &str) -> Result<String, SettingError> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 || count > 40 || text.chars().any(char::is_control) {
        return Err(SettingError::Name);
    }
    Ok(pact::text::clean(text).text)
}

fn yes_or_no(value: &str) -> Result<bool, SettingError> {
    match value {
        "yes" | "on" | "true" => Ok(true),
        "no" | "off" | "false" => Ok(false),
        _ => Err(SettingError::YesNo),
    }
}

fn said(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn address(text: &str) -> Result<SocketAddr, SettingError> {
    text.parse()
        .map_err(|_| SettingError::Address(text.to_owned()))
}

fn optional(text: &str) -> Result<Option<SocketAddr>, SettingError> {
    if text.is_empty() {
        Ok(None)
    } else {
        address(text).map(Some)
    }
}

/// Times of day such as `07:00,21:00`, sorted and once each, in minutes since midnight.
pub fn times(text: &str) -> Result<Vec<u16>, SettingError> {
    let one = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let mut times = list(text)
        .map(|at| one(at).ok_or(SettingError::Times))
        .collect::<Result<Vec<_>, _>>()?;
    times.sort_unstable();
    times.dedup();
    if times.is_empty() || times.len() > 12 {
        Err(SettingError::Times)
    } else {
        Ok(times)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    /// A home of an older version has one setting less; what it never said is as at first.
    #[test]
    fn settings_of_an_older_version_are_read() {
        let mut settings = Settings::new("Ana".into());
        settings.set("plain", "yes").unwrap();
        settings.set("unattended", "yes").unwrap();
        let now = settings.encode();
        assert_eq!(Settings::decode(&now).unwrap(), settings);
        // An array of ten, without its last.
        let mut older = now.clone();
        if let Some(first) = older.first_mut() {
            *first -= 1;
        }
        older.pop();
        let read = Settings::decode(&older).unwrap();
        assert!(!read.plain && read.unattended);
        assert!(Settings::decode(&now[..now.len() - 1]).is_err());
    }
}
