//! A yes that was kept: everything needed to say it again and to recognise the other's, and no
//! secret. Written as one CBOR array so that the driver can keep it as it keeps anything else.

use identity::cbor::{Malformed, Reader, Writer};
use identity::{
    Certificate, Certification, Founding, Person, PublicKeys, Roster, Signature64,
    UnverifiedStatement,
};

use super::Met;
use crate::frames::Frame;

const VERSION: u64 = 1;

/// `[1, person, founding fields…, own sign, own dh, peer sign, peer dh, sig F,
/// sig own C, device sig own C]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidYes {
    /// Who this home's person is in the pact that may come.
    pub person: Person,
    /// The founding of that pact.
    pub founding: Founding,
    /// This device's public keys.
    pub own: PublicKeys,
    /// The other device's public keys; its signing key is the one that may connect.
    pub peer: PublicKeys,
    /// This root's signature on the founding.
    pub founding_signature: Signature64,
    /// This root's and this device's signature on this device's certificate.
    pub certification: Certification,
}

/// Why bytes are not a kept yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaidYesError {
    /// Not what this program wrote.
    #[error("a half-finished pairing is damaged")]
    Damaged(#[from] Malformed),
    /// Written by a later version.
    #[error("a half-finished pairing was written by a newer version")]
    Version,
}

impl SaidYes {
    /// For keeping.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(13).uint(VERSION).uint(self.person.index());
        w.bytes(&self.founding.root_a).bytes(&self.founding.root_b);
        w.bytes(&self.founding.nonce_a)
            .bytes(&self.founding.nonce_b);
        w.bytes(&self.own.sign).bytes(&self.own.dh);
        w.bytes(&self.peer.sign).bytes(&self.peer.dh);
        w.bytes(&self.founding_signature)
            .bytes(&self.certification.root)
            .bytes(&self.certification.device);
        w.finish()
    }

    /// From what was kept.
    ///
    /// # Errors
    /// [`SaidYesError`] if this program did not write it.
    pub fn from_bytes(bytes: &[u8]) -> Result<SaidYes, SaidYesError> {
        let mut r = Reader::new(bytes);
        let fields = r.array()?;
        if r.uint()? != VERSION {
            return Err(SaidYesError::Version);
        }
        let person = Person::from_index(r.uint()?).filter(|_| fields == 13);
        let yes = SaidYes {
            person: person.ok_or(SaidYesError::Version)?,
            founding: Founding {
                root_a: r.fixed()?,
                root_b: r.fixed()?,
                nonce_a: r.fixed()?,
                nonce_b: r.fixed()?,
            },
            own: PublicKeys {
                sign: r.fixed()?,
                dh: r.fixed()?,
            },
            peer: PublicKeys {
                sign: r.fixed()?,
                dh: r.fixed()?,
            },
            founding_signature: r.fixed()?,
            certification: Certification {
                root: r.fixed()?,
                device: r.fixed()?,
            },
        };
        r.end()?;
        Ok(yes)
    }

    /// Step 5 on the wire.
    pub(super) fn confirm(&self) -> Frame {
        Frame::Confirm {
            founding: self.founding_signature,
            certification: self.certification,
        }
    }

    /// The pact, if these signatures of the other end hold on the founding and on its device.
    pub(super) fn met(&self, founding: &Signature64, certification: &Certification) -> Option<Met> {
        let pact = self.founding.pact();
        let certify = |person, keys: &PublicKeys| Certificate {
            pact,
            person,
            sign: keys.sign,
            dh: keys.dh,
            continues: None,
            flags: 0,
        };
        let own = certify(self.person, &self.own);
        let peer = certify(self.person.other(), &self.peer);
        let own_statement = UnverifiedStatement::certificate(&own, &self.certification);
        let peer_statement = UnverifiedStatement::certificate(&peer, certification);
        let (by_a, by_b, certificates) = match self.person {
            Person::A => (
                &self.founding_signature,
                founding,
                [own_statement, peer_statement],
            ),
            Person::B => (
                founding,
                &self.founding_signature,
                [peer_statement, own_statement],
            ),
        };
        let founding = UnverifiedStatement::founding(&self.founding, by_a, by_b);
        // The roster is the one judge of statements; here too.
        let mut roster = Roster::found(founding.clone()).ok()?;
        for certificate in &certificates {
            roster.admit(certificate.clone()).ok()?;
        }
        Some(Met {
            pact,
            person: self.person,
            own: own.log(),
            peer: peer.log(),
            founding: founding.bytes().to_vec(),
            certificates: certificates.map(|statement| statement.bytes().to_vec()),
        })
    }
}
