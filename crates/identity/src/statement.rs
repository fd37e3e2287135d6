//! Founding, certificate and revocation: the statements of which a roster is made (B2).
//!
//! The contents ([`Founding`], [`Certificate`], [`Revocation`]) are plain: anybody may write one
//! down. A verified one ([`Founded`], [`Certified`], [`Revoked`]) has a private constructor and
//! comes out of a [`Roster`](crate::Roster) alone.

mod content;

use std::ops::Deref;

use crate::cbor::{Malformed, Reader, Writer};
use crate::keys::VerifyKey;
use crate::{Hash, Label, LogId, PactId, Signature64};

pub use content::{Certificate, Certification, Founding, Revocation};

/// Why bytes are no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not the canonical encoding.
    #[error("not a well-formed statement")]
    Malformed(#[from] Malformed),
    /// A kind that this version does not know.
    #[error("a kind of statement that this version does not know")]
    UnknownKind,
    /// A person other than 0 and 1.
    #[error("a person other than the two")]
    NoSuchPerson,
    /// A certificate whose flags are not 0.
    #[error("a certificate with flags that this version does not know")]
    UnknownFlags,
    /// A revocation that honours nothing must name the log itself as its end.
    #[error("a revocation that honours nothing names another end than the log itself")]
    WrongEnd,
}

/// A statement whose signature nobody has checked: well-formed, and no more.
///
/// What it says is hidden until a roster has admitted it.
#[derive(Clone)]
pub struct UnverifiedStatement {
    bytes: Vec<u8>,
    claim: Claim,
}

#[derive(Clone)]
enum Claim {
    Founding(Founding, Signature64, Signature64),
    Certificate(Certificate, Certification),
    Revocation(Revocation, Signature64),
}

impl UnverifiedStatement {
    /// Reads a statement strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        let items = reader.array()?;
        let claim = match (reader.uint()?, items) {
            (1, 4) => Claim::Founding(
                Founding::read(&mut reader)?,
                reader.fixed()?,
                reader.fixed()?,
            ),
            (2, 4) => Claim::Certificate(
                Certificate::read(&mut reader)?,
                Certification {
                    root: reader.fixed()?,
                    device: reader.fixed()?,
                },
            ),
            (3, 3) => Claim::Revocation(Revocation::read(&mut reader)?, reader.fixed()?),
            (1..=3, _) => return Err(StatementError::Malformed(Malformed::Length)),
            _ => return Err(StatementError::UnknownKind),
        };
        reader.end()?;
        Ok(Self {
            bytes: bytes.to_vec(),
            claim,
        })
    }

    /// A founding with both signatures.
    #[must_use]
    pub fn founding(founding: &Founding, by_a: &Signature64, by_b: &Signature64) -> Self {
        let mut w = Writer::new();
        w.array(4)
            .uint(1)
            .raw(&founding.bytes())
            .bytes(by_a)
            .bytes(by_b);
        Self {
            bytes: w.finish(),
            claim: Claim::Founding(*founding, *by_a, *by_b),
        }
    }

    /// A certificate with its signatures.
    #[must_use]
    pub fn certificate(certificate: &Certificate, by: &Certification) -> Self {
        let mut w = Writer::new();
        w.array(4)
            .uint(2)
            .raw(&certificate.bytes())
            .bytes(&by.root)
            .bytes(&by.device);
        Self {
            bytes: w.finish(),
            claim: Claim::Certificate(*certificate, *by),
        }
    }

    /// A revocation with its signature.
    #[must_use]
    pub fn revocation(revocation: &Revocation, signature: &Signature64) -> Self {
        let mut w = Writer::new();
        w.array(3).uint(3).raw(&revocation.bytes()).bytes(signature);
        Self {
            bytes: w.finish(),
            claim: Claim::Revocation(*revocation, *signature),
        }
    }

    /// The bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The name it would have: enough to see that it is known already.
    #[must_use]
    pub fn id(&self) -> Hash {
        match &self.claim {
            Claim::Founding(founding, ..) => founding.pact().0,
            Claim::Certificate(certificate, _) => certificate.log().0,
            Claim::Revocation(revocation, _) => revocation.id(),
        }
    }

    /// Whether it claims to be a founding.
    #[must_use]
    pub const fn is_founding(&self) -> bool {
        matches!(self.claim, Claim::Founding(..))
    }

    /// Whether it claims to be a revocation.
    #[must_use]
    pub const fn is_revocation(&self) -> bool {
        matches!(self.claim, Claim::Revocation(..))
    }

    /// The verified founding, if both roots signed it and are two.
    pub(crate) fn founded(self, by: Voucher) -> Option<Founded> {
        let Claim::Founding(founding, by_a, by_b) = self.claim else {
            return None;
        };
        let content = founding.bytes();
        let signed = |root: &[u8; 32], signature: &Signature64| {
            by.vouches(root, Label::Founding, &content, signature)
                .is_some()
        };
        let fine = founding.root_a != founding.root_b
            && signed(&founding.root_a, &by_a)
            && signed(&founding.root_b, &by_b);
        fine.then(|| Founded {
            pact: founding.pact(),
            founding,
            bytes: self.bytes,
        })
    }

    /// The verified statement, if it belongs to that pact and whoever must has signed it: the root,
    /// and for a certificate also the key that it names.
    pub(crate) fn verified(self, founded: &Founded, voucher: Voucher) -> Option<Statement> {
        match self.claim {
            Claim::Founding(founding, ..) if founding.pact() == founded.pact => {
                self.founded(voucher).map(Statement::Founding)
            }
            Claim::Founding(..) => None,
            Claim::Certificate(certificate, by) => {
                let content = certificate.bytes();
                let root = founded.root(certificate.person);
                voucher.vouches(root, Label::Device, &content, &by.root)?;
                let key =
                    voucher.vouches(&certificate.sign, Label::DeviceKey, &content, &by.device)?;
                (certificate.pact == founded.pact).then(|| {
                    let log = certificate.log();
                    Statement::Certificate(Certified {
                        certificate,
                        log,
                        key,
                        bytes: self.bytes,
                    })
                })
            }
            Claim::Revocation(revocation, signature) => {
                let content = revocation.bytes();
                let root = founded.root(revocation.person);
                voucher.vouches(root, Label::Revoke, &content, &signature)?;
                (revocation.pact == founded.pact).then(|| {
                    let id = revocation.id();
                    Statement::Revocation(Revoked {
                        revocation,
                        id,
                        bytes: self.bytes,
                    })
                })
            }
        }
    }
}

/// Who answers for a statement.
#[derive(Clone, Copy)]
pub(crate) enum Voucher {
    /// Its signatures.
    Signatures,
    /// Our own vault, which keeps only what was verified and authenticates each row.
    Vault,
}

impl Voucher {
    /// The key, if it is answered for that it signed this.
    fn vouches(
        self,
        key: &[u8; 32],
        label: Label,
        content: &[u8],
        by: &Signature64,
    ) -> Option<VerifyKey> {
        match self {
            Self::Signatures => VerifyKey::parse(key)
                .ok()
                .filter(|key| key.verifies(label, &[content], by)),
            Self::Vault => Some(VerifyKey::kept(key)),
        }
    }
}

/// A verified statement.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a pact has some dozens, each moved once"
)]
pub enum Statement {
    /// The founding of the pact.
    Founding(Founded),
    /// A device of one of the two.
    Certificate(Certified),
    /// The end of what is honoured of a device.
    Revocation(Revoked),
}

impl Statement {
    /// The bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Founding(founded) => &founded.bytes,
            Self::Certificate(certified) => &certified.bytes,
            Self::Revocation(revoked) => &revoked.bytes,
        }
    }

    /// Its name: the pact, the log, or the revocation's hash.
    #[must_use]
    pub fn id(&self) -> Hash {
        match self {
            Self::Founding(founded) => founded.pact.0,
            Self::Certificate(certified) => certified.log.0,
            Self::Revocation(revoked) => revoked.id,
        }
    }
}

/// A founding that both roots signed.
#[derive(Clone)]
pub struct Founded {
    founding: Founding,
    pact: PactId,
    bytes: Vec<u8>,
}

impl Founded {
    /// The pact.
    #[must_use]
    pub const fn pact(&self) -> PactId {
        self.pact
    }

    /// The statement as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Founded {
    type Target = Founding;

    fn deref(&self) -> &Founding {
        &self.founding
    }
}

/// A certificate that its person's root signed, and the device with the key that it names.
#[derive(Clone)]
pub struct Certified {
    certificate: Certificate,
    log: LogId,
    key: VerifyKey,
    bytes: Vec<u8>,
}

impl Certified {
    /// The device's log.
    #[must_use]
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The statement as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) const fn key(&self) -> &VerifyKey {
        &self.key
    }
}

impl Deref for Certified {
    type Target = Certificate;

    fn deref(&self) -> &Certificate {
        &self.certificate
    }
}

/// A revocation that its person's root signed.
#[derive(Clone)]
pub struct Revoked {
    revocation: Revocation,
    id: Hash,
    bytes: Vec<u8>,
}

impl Revoked {
    /// Its name.
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }

    /// The statement as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Revoked {
    type Target = Revocation;

    fn deref(&self) -> &Revocation {
        &self.revocation
    }
}
