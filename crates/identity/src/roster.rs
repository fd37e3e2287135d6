//! The roster: the grow-only set of statements that says who may speak (B2).
//!
//! Whatever order statements arrive in, two rosters that were offered the same ones are equal.
//! What a person can make without limit is kept to the lowest few, so that a root in bad hands
//! cannot fill the other's disk: the 32 certificates with the lowest ids, and for each log the
//! 32 revocations that honour least.

use std::collections::BTreeMap;

use crate::statement::{Certified, Founded, Revoked, Statement, Voucher};
use crate::{Hash, Hasher, LogId, PactId, Person, UnverifiedStatement};

/// How many certificates of a person count: those with the lowest ids.
pub const MAX_CERTIFICATES: usize = 32;

/// How many revocations of one log count: those with the lowest seq, then id.
pub const MAX_REVOCATIONS: usize = 32;

/// Why a statement does not enter the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A roster begins with a founding.
    #[error("a roster begins with a founding")]
    NotAFounding,
    /// Wrong signature, pact, person or key.
    #[error("not signed by the person or the device it speaks for, or made for another pact")]
    NotSigned,
    /// A revocation of a log that no certificate of that person names.
    #[error("revokes a device that the roster does not have")]
    UnknownLog,
}

/// What became of a statement that was in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// It was not known, and now counts: to be stored.
    New,
    /// It was known.
    Known,
    /// It is in order, but there are more than count: not to be stored.
    Surplus,
}

/// Who may speak.
#[derive(Clone)]
pub struct Roster {
    founded: Founded,
    certified: BTreeMap<LogId, Certified>,
    revoked: BTreeMap<LogId, Vec<Revoked>>,
}

impl Roster {
    /// A roster with its founding alone.
    pub fn found(statement: UnverifiedStatement) -> Result<Self, Refused> {
        if !statement.is_founding() {
            return Err(Refused::NotAFounding);
        }
        Self::founded_by(statement, Voucher::Signatures)
    }

    /// A roster out of what our own vault authenticated: it keeps only what was admitted, so no
    /// signature is verified again; [`Roster::is_signed`] audits them.
    pub fn reopen(
        founding: UnverifiedStatement,
        mut others: Vec<UnverifiedStatement>,
    ) -> Result<Self, Refused> {
        let mut roster = Self::founded_by(founding, Voucher::Vault)?;
        others.sort_by_key(UnverifiedStatement::is_revocation);
        for statement in others {
            // One that has become surplus since, or belongs to one that has, counts no more.
            let _ = roster.take(statement, Voucher::Vault);
        }
        Ok(roster)
    }

    /// Whether every statement in it carries the signatures that it needs.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let mut all = self.statements().map(UnverifiedStatement::parse);
        let Some(Ok(founding)) = all.next() else {
            return false;
        };
        let (Ok(others), Ok(mut again)) = (all.collect(), Self::found(founding)) else {
            return false;
        };
        again.admit_all(others);
        again.digest() == self.digest()
    }

    fn founded_by(statement: UnverifiedStatement, by: Voucher) -> Result<Self, Refused> {
        Ok(Self {
            founded: statement.founded(by).ok_or(Refused::NotSigned)?,
            certified: BTreeMap::new(),
            revoked: BTreeMap::new(),
        })
    }

    /// Takes one more statement, if the right keys signed it.
    ///
    /// Certificates come before revocations of their logs; [`Roster::admit_all`] sorts them.
    pub fn admit(&mut self, statement: UnverifiedStatement) -> Result<Admitted, Refused> {
        self.take(statement, Voucher::Signatures)
    }

    fn take(&mut self, statement: UnverifiedStatement, by: Voucher) -> Result<Admitted, Refused> {
        match statement
            .verified(&self.founded, by)
            .ok_or(Refused::NotSigned)?
        {
            Statement::Founding(_) => Ok(Admitted::Known),
            Statement::Certificate(certified) => Ok(self.admit_certificate(certified)),
            Statement::Revocation(revoked) => self.admit_revocation(revoked),
        }
    }

    /// Takes many statements in whatever order; gives those that are new, in the order in which
    /// they were admitted. One that is not in order is dropped and spoils nothing.
    pub fn admit_all(&mut self, mut statements: Vec<UnverifiedStatement>) -> Vec<Vec<u8>> {
        statements.sort_by_key(UnverifiedStatement::is_revocation);
        let mut new = Vec::new();
        for statement in statements {
            let bytes = statement.bytes().to_vec();
            if self.admit(statement) == Ok(Admitted::New) {
                new.push(bytes);
            }
        }
        new
    }

    fn admit_certificate(&mut self, certified: Certified) -> Admitted {
        let (log, person) = (certified.log(), certified.person);
        if self.certified.contains_key(&log) {
            return Admitted::Known;
        }
        self.certified.insert(log, certified);
        let surplus = self
            .devices(person)
            .nth(MAX_CERTIFICATES)
            .map(Certified::log);
        if let Some(surplus) = surplus {
            self.certified.remove(&surplus);
            self.revoked.remove(&surplus);
        }
        if surplus == Some(log) {
            Admitted::Surplus
        } else {
            Admitted::New
        }
    }

    fn admit_revocation(&mut self, revoked: Revoked) -> Result<Admitted, Refused> {
        if self.person_of(revoked.log) != Some(revoked.person) {
            return Err(Refused::UnknownLog);
        }
        let id = revoked.id();
        let held = self.revoked.entry(revoked.log).or_default();
        if held.iter().any(|known| known.id() == id) {
            return Ok(Admitted::Known);
        }
        held.push(revoked);
        held.sort_by_key(|revoked| (revoked.seq, revoked.id()));
        held.truncate(MAX_REVOCATIONS);
        let stays = held.iter().any(|known| known.id() == id);
        Ok(if stays {
            Admitted::New
        } else {
            Admitted::Surplus
        })
    }

    /// The pact.
    #[must_use]
    pub const fn pact(&self) -> PactId {
        self.founded.pact()
    }

    /// The founding.
    #[must_use]
    pub const fn founding(&self) -> &Founded {
        &self.founded
    }

    /// Whose log that is.
    #[must_use]
    pub fn person_of(&self, log: LogId) -> Option<Person> {
        self.certificate(log).map(|certified| certified.person)
    }

    /// The certificate of a log.
    #[must_use]
    pub fn certificate(&self, log: LogId) -> Option<&Certified> {
        self.certified.get(&log)
    }

    /// The device that signs with that key. A certificate proves that its device holds the key, so
    /// all that name one key are of one person; if there are several, which no honest program
    /// makes, the lowest log.
    #[must_use]
    pub fn by_sign_key(&self, key: &[u8; 32]) -> Option<&Certified> {
        self.certified
            .values()
            .find(|certified| certified.sign == *key)
    }

    /// A person's devices, in the order of their ids.
    pub fn devices(&self, person: Person) -> impl Iterator<Item = &Certified> {
        self.certified
            .values()
            .filter(move |certified| certified.person == person)
    }

    /// All devices, in the order of their ids.
    pub fn all_devices(&self) -> impl Iterator<Item = &Certified> {
        self.certified.values()
    }

    /// The revocations of a log, the one that honours least first.
    #[must_use]
    pub fn revocations(&self, log: LogId) -> &[Revoked] {
        self.revoked.get(&log).map_or(&[], Vec::as_slice)
    }

    /// Whether a log was revoked at any point.
    #[must_use]
    pub fn is_revoked(&self, log: LogId) -> bool {
        !self.revocations(log).is_empty()
    }

    /// SHA-256 of all ids in ascending order, for peers to compare.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut ids = vec![self.pact().0];
        ids.extend(self.certified.keys().map(|log| log.0));
        ids.extend(self.revoked.values().flatten().map(Revoked::id));
        ids.sort_unstable();
        let mut hasher = Hasher::plain();
        for id in &ids {
            hasher.add(&id.0);
        }
        hasher.finish()
    }

    /// All statements as received: the founding, the certificates, the revocations. Offering them
    /// in this order to [`Roster::found`] and [`Roster::admit`] gives this roster again.
    pub fn statements(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.founded.bytes())
            .chain(self.certified.values().map(Certified::bytes))
            .chain(self.revoked.values().flatten().map(Revoked::bytes))
    }
}
