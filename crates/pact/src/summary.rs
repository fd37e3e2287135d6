//! A summary for somebody outside, a counsellor: which signed entries it holds, and how anybody can
//! see that both signed exactly that (S22, docs/decisions/0022).
//!
//! ```text
//! Terms (for whom, from which day, open until) ─┐
//! entries up to the signature that proposes it ─┴─▶ Manifest ─ hash ─▶ both sign 141 [hash, terms]
//! statements, manifest, entries, both signatures ─▶ Bundle ─ check ─▶ Checked, or what is wrong
//! ```
//!
//! The manifest is a function of records that both hold, so nothing but the two signatures has to be
//! sent. It names signed entries alone; words cannot be in it, since they are no records (S19).

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Day, Hash, LogId, PactId, Person, Record, Roster, UnverifiedStatement, sha256};

use crate::act::{Body, Reading, read};
use crate::calendar;

/// The longest that a summary may be open after it was proposed.
pub const MOST_DAYS: u32 = 90;
/// What the manifest begins with, so that its hash is the hash of nothing else.
const MAGIC: &str = "handfast/summary/1";
/// Acts about the plan itself.
const PLAN: std::ops::RangeInclusive<u64> = 2..=7;
/// Acts about days. A signature under a summary is none of them.
const NOTED: std::ops::RangeInclusive<u64> = 128..=140;

/// Why a summary is not in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SummaryError {
    /// Not what this program writes.
    #[error("it is not a summary that this program wrote")]
    Malformed(#[from] Malformed),
    /// The terms do not say what they must.
    #[error("its terms cannot be read")]
    Terms,
    /// A statement of who may sign is missing or wrong.
    #[error("who may sign is not in order")]
    Roster,
    /// An entry is not the one that the two signed, or its own signature is not right.
    #[error("an entry was altered, left out or added")]
    Entry,
    /// One of the two did not sign this.
    #[error("the signature of one of the two is missing or does not fit")]
    NotBoth,
}

/// What both agree to about a summary, besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Who is to read it, in plain words.
    pub name: String,
    /// The key that it is sealed to: an `age` recipient.
    pub key: String,
    /// What was noted on days before this one is left out.
    pub since: Day,
    /// The last day on which it may be released, and after which it should not be used.
    pub until: Day,
}

impl Terms {
    /// As they stand in both signatures: words that a person can read, in one order.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\nkey {}\nfrom {}\nopen until {}",
            self.name,
            self.key,
            calendar::iso(self.since),
            calendar::iso(self.until)
        )
    }

    /// Reads what [`Terms::text`] wrote; nothing else.
    ///
    /// # Errors
    /// It says something else.
    pub fn read(text: &str) -> Result<Self, SummaryError> {
        let mut lines = text.split('\n');
        let mut line = |begins: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(begins));
            line.map(str::to_owned).ok_or(SummaryError::Terms)
        };
        let day = |text: &str| {
            calendar::parse_day(text, Day(0), calendar::Towards::Past)
                .map_err(|_| SummaryError::Terms)
        };
        let terms = Self {
            name: line("")?,
            key: line("key ")?,
            since: day(&line("from ")?)?,
            until: day(&line("open until ")?)?,
        };
        if terms.name.trim().is_empty() || terms.text() != text {
            return Err(SummaryError::Terms);
        }
        Ok(terms)
    }

    /// Whether an entry of that kind and day belongs in: the plan's whole, and what was noted from
    /// the day on. What changes the draft, and what no version could read, does not.
    #[must_use]
    pub fn hold(&self, kind: u64, day: Day) -> bool {
        PLAN.contains(&kind) || NOTED.contains(&kind) && day >= self.since
    }
}

/// Exactly which entries a summary holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pact: PactId,
    terms: String,
    /// Ascending by log and number.
    entries: Vec<(LogId, u64, Hash)>,
}

impl Manifest {
    /// Of those records, which the caller has chosen by [`Terms::hold`].
    #[must_use]
    pub fn of<'a>(pact: PactId, terms: &Terms, records: impl Iterator<Item = &'a Record>) -> Self {
        let mut entries: Vec<_> = records
            .map(|record| (record.log(), record.seq(), record.hash()))
            .collect();
        entries.sort_unstable();
        entries.dedup();
        Self {
            pact,
            terms: terms.text(),
            entries,
        }
    }

    /// What both sign: the hash of `["handfast/summary/1", pact, terms, [[log, seq, hash]…]]`.
    #[must_use]
    pub fn page(&self) -> Hash {
        sha256(&self.encode())
    }

    /// How many entries it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(4).text(MAGIC).bytes(self.pact.as_bytes());
        w.text(&self.terms).array(self.entries.len() as u64);
        for (log, seq, hash) in &self.entries {
            w.array(3).bytes(log.as_bytes()).uint(*seq).bytes(&hash.0);
        }
        w.finish()
    }
}

/// All that somebody outside needs to see who signed what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Founding, certificates, revocations.
    pub statements: Vec<Vec<u8>>,
    /// What the two are called by whoever released it; nobody signs that.
    pub names: [String; 2],
    /// The entries of the manifest, as they are kept.
    pub entries: Vec<(LogId, Vec<u8>)>,
    /// Both signatures under it, as they are kept.
    pub signatures: Vec<(LogId, Vec<u8>)>,
}

/// A summary that is in order: the entries, each with whose it is, in the manifest's order.
pub struct Checked {
    /// What both agreed to.
    pub terms: Terms,
    /// What the two are called.
    pub names: [String; 2],
    /// The entries, by log and number.
    pub entries: Vec<(Person, Record)>,
    /// Of each person, the day that their signature claims.
    pub signed: [Day; 2],
}

impl Bundle {
    /// `[1, [statement…], [name, name], [[log, stored]…], [[log, stored]…]]`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(5).uint(1).array(self.statements.len() as u64);
        for statement in &self.statements {
            w.bytes(statement);
        }
        w.array(2);
        for name in &self.names {
            w.text(name);
        }
        for list in [&self.entries, &self.signatures] {
            w.array(list.len() as u64);
            for (log, stored) in list {
                w.array(2).bytes(log.as_bytes()).bytes(stored);
            }
        }
        w.finish()
    }

    /// Reads it strictly; what it says is not checked by that.
    ///
    /// # Errors
    /// It is not the canonical encoding.
    pub fn decode(bytes: &[u8]) -> Result<Self, SummaryError> {
        let mut r = Reader::new(bytes);
        r.array_of(5)?;
        if r.uint()? != 1 {
            return Err(Malformed::Range.into());
        }
        let mut statements = Vec::new();
        for _ in 0..r.array()? {
            statements.push(r.bytes()?.to_vec());
        }
        r.array_of(2)?;
        let names = [r.text()?.to_owned(), r.text()?.to_owned()];
        let mut list = || -> Result<Vec<(LogId, Vec<u8>)>, Malformed> {
            let mut all = Vec::new();
            for _ in 0..r.array()? {
                r.array_of(2)?;
                all.push((LogId(Hash(r.fixed()?)), r.bytes()?.to_vec()));
            }
            Ok(all)
        };
        let (entries, signatures) = (list()?, list()?);
        r.end()?;
        Ok(Self {
            statements,
            names,
            entries,
            signatures,
        })
    }

    /// Checks everything anew: who may sign, every entry's own signature, that the entries are
    /// exactly those of the manifest, and that both signed that manifest and those terms.
    ///
    /// # Errors
    /// What is wrong, the first that is found.
    pub fn check(&self) -> Result<Checked, SummaryError> {
        let roster = self.roster()?;
        let entries = verified(&roster, &self.entries)?;
        let mut page = None;
        let mut signed = [None, None];
        for (person, record) in verified(&roster, &self.signatures)? {
            let Reading::Act(act) = read(record.kind(), record.body()) else {
                return Err(SummaryError::NotBoth);
            };
            let Body::Summary {
                page: of,
                recipient,
            } = act.body
            else {
                return Err(SummaryError::NotBoth);
            };
            let this = (of, recipient);
            if page.get_or_insert_with(|| this.clone()) != &this {
                return Err(SummaryError::NotBoth);
            }
            let slot = match person {
                Person::A => &mut signed[0],
                Person::B => &mut signed[1],
            };
            *slot = Some(record.day());
        }
        let (Some((page, recipient)), [Some(by_a), Some(by_b)]) = (page, signed) else {
            return Err(SummaryError::NotBoth);
        };
        let terms = Terms::read(&recipient)?;
        let all_hold = entries
            .iter()
            .all(|(_, record)| terms.hold(record.kind(), record.day()));
        let records = entries.iter().map(|(_, record)| record);
        let manifest = Manifest::of(roster.pact(), &terms, records);
        if !all_hold || manifest.len() != entries.len() || manifest.page() != page {
            return Err(SummaryError::Entry);
        }
        Ok(Checked {
            terms,
            names: self.names.clone(),
            entries,
            signed: [by_a, by_b],
        })
    }

    fn roster(&self) -> Result<Roster, SummaryError> {
        let parsed: Result<Vec<_>, _> = self
            .statements
            .iter()
            .map(|bytes| UnverifiedStatement::parse(bytes))
            .collect();
        let mut statements = parsed.map_err(|_| SummaryError::Roster)?;
        let founding = statements.iter().position(UnverifiedStatement::is_founding);
        let founding = founding.ok_or(SummaryError::Roster)?;
        let founding = statements.swap_remove(founding);
        let mut roster = Roster::found(founding).map_err(|_| SummaryError::Roster)?;
        roster.admit_all(statements);
        Ok(roster)
    }
}

/// Records out of a file: each by its own signature, since no chain vouches for its place.
fn verified(
    roster: &Roster,
    stored: &[(LogId, Vec<u8>)],
) -> Result<Vec<(Person, Record)>, SummaryError> {
    stored
        .iter()
        .map(|(log, bytes)| {
            let certified = roster.certificate(*log).ok_or(SummaryError::Roster)?;
            let person = roster.person_of(*log).ok_or(SummaryError::Roster)?;
            Record::reopen(*log, bytes)
                .ok()
                .filter(|record| record.verify_signature(certified))
                .map(|record| (person, record))
                .ok_or(SummaryError::Entry)
        })
        .collect()
}
