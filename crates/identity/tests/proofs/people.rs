//! Two people, Anna and Ben, and what they sign in these tests.

use identity::*;

pub(crate) struct Pair {
    pub(crate) roots: [RootKey; 2],
    pub(crate) founding: Founding,
    pub(crate) roster: Roster,
    pub(crate) devices: Vec<Device>,
}

pub(crate) struct Device {
    pub(crate) keys: DeviceKeys,
    pub(crate) log: LogId,
}

pub(crate) fn root(seed: u8) -> RootKey {
    Entropy::from_bytes([seed; 32]).root()
}

/// A founded pair with one device each; another `seed` is another pact of other people.
pub(crate) fn pair(seed: u8) -> Pair {
    let roots = [root(seed), root(seed + 1)];
    let founding = Founding {
        root_a: roots[0].public(),
        root_b: roots[1].public(),
        nonce_a: [seed; 16],
        nonce_b: [seed + 1; 16],
    };
    let statement = UnverifiedStatement::founding(
        &founding,
        &founding.sign(&roots[0]),
        &founding.sign(&roots[1]),
    );
    let roster = Roster::found(statement).unwrap();
    let mut pair = Pair {
        roots,
        founding,
        roster,
        devices: Vec::new(),
    };
    pair.link(Person::A, seed + 10);
    pair.link(Person::B, seed + 11);
    pair
}

impl Pair {
    pub(crate) fn pact(&self) -> PactId {
        self.founding.pact()
    }

    pub(crate) fn root(&self, person: Person) -> &RootKey {
        &self.roots[usize::try_from(person.index()).unwrap()]
    }

    pub(crate) fn certificate(&self, person: Person, keys: &DeviceKeys) -> Certificate {
        Certificate {
            pact: self.pact(),
            person,
            sign: keys.sign_public(),
            dh: keys.dh_public(),
            continues: None,
            flags: 0,
        }
    }

    pub(crate) fn certified(
        &self,
        certificate: &Certificate,
        keys: &DeviceKeys,
    ) -> UnverifiedStatement {
        let signatures = certificate.sign(self.root(certificate.person), keys);
        UnverifiedStatement::certificate(certificate, &signatures)
    }

    pub(crate) fn revoked(&self, revocation: &Revocation) -> UnverifiedStatement {
        let signature = revocation.sign(self.root(revocation.person));
        UnverifiedStatement::revocation(revocation, &signature)
    }

    pub(crate) fn link(&mut self, person: Person, seed: u8) {
        let keys = DeviceKeys::from_seeds([seed; 32], [seed + 100; 32]);
        let certificate = self.certificate(person, &keys);
        assert_eq!(
            self.roster.admit(self.certified(&certificate, &keys)),
            Ok(Admitted::New)
        );
        self.devices.push(Device {
            keys,
            log: certificate.log(),
        });
    }

    pub(crate) fn certificate_of(&self, device: usize) -> &Certified {
        self.roster.certificate(self.devices[device].log).unwrap()
    }

    /// Signs the next record of a device and moves its tip on.
    pub(crate) fn write(&self, device: usize, tip: &mut Tip, new: NewRecord) -> Record {
        let device = &self.devices[device];
        let record = sign_record(&device.keys, device.log, tip, new).unwrap();
        for mark in record.seen() {
            tip.marks.insert(mark.log, mark.head());
        }
        tip.head = Head {
            seq: record.seq(),
            hash: record.hash(),
        };
        record
    }

    /// A log of `n` records.
    pub(crate) fn write_many(&self, device: usize, n: u64) -> (Vec<Record>, Tip) {
        let mut tip = Tip::start(self.devices[device].log);
        let records = (0..n)
            .map(|i| self.write(device, &mut tip, plain(128 + i, &[i as u8])))
            .collect();
        (records, tip)
    }
}

pub(crate) fn plain(kind: u64, body: &[u8]) -> NewRecord {
    NewRecord {
        kind,
        day: Day(20_000),
        flags: Flags::default(),
        about: None,
        seen: Vec::new(),
        body: body.to_vec(),
    }
}

pub(crate) fn unverified(record: &Record) -> UnverifiedRecord {
    UnverifiedRecord::parse(record.bytes()).unwrap()
}
