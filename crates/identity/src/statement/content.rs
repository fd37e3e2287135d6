//! What statements say, plain: anybody may write one down, signatures make it count (B2).

use super::StatementError;
use crate::cbor::{Malformed, Reader, Writer};
use crate::{DeviceKeys, Hash, Label, LogId, PactId, Person, RootKey, Signature64, hash};

/// The beginning of a pact: both roots, and a nonce of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    /// Root key of the person who invited.
    pub root_a: [u8; 32],
    /// Root key of the person who joined.
    pub root_b: [u8; 32],
    /// Nonce of the person who invited.
    pub nonce_a: [u8; 16],
    /// Nonce of the person who joined.
    pub nonce_b: [u8; 16],
}

impl Founding {
    /// F of B2.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Writer::new()
            .array(4)
            .bytes(&self.root_a)
            .bytes(&self.root_b)
            .bytes(&self.nonce_a)
            .bytes(&self.nonce_b)
            .finish()
    }

    /// The pact that this founds.
    #[must_use]
    pub fn pact(&self) -> PactId {
        PactId(hash(Label::Founding, &[&self.bytes()]))
    }

    /// The root key of a person.
    #[must_use]
    pub const fn root(&self, person: Person) -> &[u8; 32] {
        match person {
            Person::A => &self.root_a,
            Person::B => &self.root_b,
        }
    }

    /// One person's signature on it.
    #[must_use]
    pub fn sign(&self, root: &RootKey) -> Signature64 {
        root.sign(Label::Founding, &self.bytes())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.array_of(4)?;
        Ok(Self {
            root_a: reader.fixed()?,
            root_b: reader.fixed()?,
            nonce_a: reader.fixed()?,
            nonce_b: reader.fixed()?,
        })
    }
}

/// A person says: these are keys of a device of mine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// The pact for which the keys were made.
    pub pact: PactId,
    /// Whose device.
    pub person: Person,
    /// Ed25519: TLS key, record key, actor of the draft.
    pub sign: [u8; 32],
    /// X25519.
    pub dh: [u8; 32],
    /// The log that this device goes on from, after a restore.
    pub continues: Option<LogId>,
    /// 0 in this version.
    pub flags: u64,
}

impl Certificate {
    /// C of B2.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Writer::new()
            .array(6)
            .bytes(self.pact.as_bytes())
            .uint(self.person.index())
            .bytes(&self.sign)
            .bytes(&self.dh)
            .opt(self.continues, |w, log| w.bytes(log.as_bytes()))
            .uint(self.flags)
            .finish()
    }

    /// The log of that device.
    #[must_use]
    pub fn log(&self) -> LogId {
        LogId(hash(Label::Device, &[&self.bytes()]))
    }

    /// The person's signature on it, and the device's own.
    #[must_use]
    pub fn sign(&self, root: &RootKey, device: &DeviceKeys) -> Certification {
        let content = self.bytes();
        Certification {
            root: root.sign(Label::Device, &content),
            device: device.sign(Label::DeviceKey, &[&content]),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        reader.array_of(6)?;
        let certificate = Self {
            pact: PactId(Hash(reader.fixed()?)),
            person: read_person(reader)?,
            sign: reader.fixed()?,
            dh: reader.fixed()?,
            continues: reader.opt(Reader::fixed)?.map(|log| LogId(Hash(log))),
            flags: reader.uint()?,
        };
        if certificate.flags != 0 {
            return Err(StatementError::UnknownFlags);
        }
        Ok(certificate)
    }
}

/// The two signatures under a certificate: neither says anything without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certification {
    /// The person's root: this device is mine.
    pub root: Signature64,
    /// The device's signing key: I am that person's. Without it anybody could certify a key that
    /// is somebody else's.
    pub device: Signature64,
}

/// A person says: of that device of mine, only what stands up to here is honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The pact.
    pub pact: PactId,
    /// Whose device.
    pub person: Person,
    /// The device's log.
    pub log: LogId,
    /// The last record honoured; 0 for none.
    pub seq: u64,
    /// That record's hash; the log itself for none.
    pub hash: Hash,
}

impl Revocation {
    /// R of B2.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Writer::new()
            .array(5)
            .bytes(self.pact.as_bytes())
            .uint(self.person.index())
            .bytes(self.log.as_bytes())
            .uint(self.seq)
            .bytes(&self.hash.0)
            .finish()
    }

    /// The revocation's own name.
    #[must_use]
    pub fn id(&self) -> Hash {
        hash(Label::Revoke, &[&self.bytes()])
    }

    /// The person's signature on it.
    #[must_use]
    pub fn sign(&self, root: &RootKey) -> Signature64 {
        root.sign(Label::Revoke, &self.bytes())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        reader.array_of(5)?;
        let revocation = Self {
            pact: PactId(Hash(reader.fixed()?)),
            person: read_person(reader)?,
            log: LogId(Hash(reader.fixed()?)),
            seq: reader.uint()?,
            hash: Hash(reader.fixed()?),
        };
        if revocation.seq == 0 && revocation.hash != revocation.log.0 {
            return Err(StatementError::WrongEnd);
        }
        Ok(revocation)
    }
}

fn read_person(reader: &mut Reader<'_>) -> Result<Person, StatementError> {
    Person::from_index(reader.uint()?).ok_or(StatementError::NoSuchPerson)
}
