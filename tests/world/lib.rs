//! The simulated world: named people, virtual time, and a network that misbehaves.
//!
//! Real replicas, sessions and pairings of the pure rooms run here against a shelf in memory; the
//! world owns the clock, the dice and the wires. Two ways to use it:
//!
//! - as stories: [`World::ana_and_ben`], then `world.ana().promises("Home by six")`,
//!   `world.meet()`, and questions about what both see;
//! - as schedules: [`schedule::run`] takes a seed and plays random steps with loss, partitions,
//!   crashes between any two outputs, restored copies and a dishonest peer, and after every step
//!   compares all homes with a reference [`model`] that knows nothing of how they work.
//!
//! Everything follows from the seed, so a failure is replayed by its number alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "a test harness: what goes wrong here shall fail the test at once"
)]

pub mod home;
pub mod link;
pub mod model;
pub mod people;
pub mod schedule;
pub mod stranger;
pub mod villain;
pub mod words;

use std::collections::BTreeMap;

use identity::{Day, Entropy, Founding, Person, UnverifiedStatement};
use protocol::{Closing, Violation};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use home::Home;
pub use link::Link;
pub use people::Who;

/// 1 March 2027, midnight: where every world begins, in milliseconds since 1970.
pub const BEGINNING: u64 = 1_803_859_200_000;
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const DAY: u64 = 24 * 60 * MINUTE;
/// The grace of undo unless a home chose another (B6).
pub const GRACE: u64 = 2 * MINUTE;

/// How the world misbehaves: each is the chance, in a thousand, at each opportunity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The process dies before or after an output.
    pub crash: u32,
    /// The connection is gone with everything on it.
    pub cut: u32,
    /// What Ben's modified program does to what he sends.
    pub villain: u32,
}

/// Where one end of a connection was dropped by the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    pub at: usize,
    pub peer: usize,
    pub why: Closing,
}

pub struct World {
    pub seed: u64,
    pub rng: ChaCha8Rng,
    /// Milliseconds since the beginning.
    pub now: u64,
    pub homes: Vec<Home>,
    pub links: Vec<Link>,
    pub faults: Faults,
    pub dropped: Vec<Dropped>,
    pub model: model::Model,
    pub villain: villain::Villain,
    /// How often what happened, so that a test can see that it did.
    pub tally: BTreeMap<&'static str, u32>,
    talk: bool,
    /// Homes that changed since they were last compared with the reference.
    dirty: std::collections::BTreeSet<usize>,
    checks: u32,
}

impl World {
    /// Ana and Ben, who have met, with one device each.
    pub fn ana_and_ben(seed: u64) -> World {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let roots = [rng.random::<[u8; 32]>(), rng.random()];
        let founding = Founding {
            root_a: Entropy::from_bytes(roots[0]).root().public(),
            root_b: Entropy::from_bytes(roots[1]).root().public(),
            nonce_a: rng.random(),
            nonce_b: rng.random(),
        };
        let signed = |i: usize| founding.sign(&Entropy::from_bytes(roots[i]).root());
        let mut statements = vec![UnverifiedStatement::founding(
            &founding,
            &signed(0),
            &signed(1),
        )];
        let mut keys = Vec::new();
        for person in Person::BOTH {
            let root = roots[person.index() as usize];
            let seeds = (rng.random(), rng.random());
            let certificate = home::certificate(founding.pact(), person, seeds, None);
            statements.push(home::certified(&certificate, root, seeds));
            keys.push((root, seeds, certificate.log()));
        }
        let homes = ["Ana", "Ben"]
            .into_iter()
            .zip(keys)
            .map(|(name, (root, seeds, log))| Home::begin(name, root, seeds, log, &statements))
            .collect();
        World::of(seed, rng, homes)
    }

    fn of(seed: u64, rng: ChaCha8Rng, homes: Vec<Home>) -> World {
        // Whoever replays one seed wants to hear what happens.
        let talk = std::env::var_os("HANDFAST_SIM_SEED").is_some();
        let villain = villain::Villain::default();
        let (links, dropped) = (Vec::new(), Vec::new());
        let (faults, model, now) = (Faults::default(), model::Model::default(), 0);
        World {
            seed,
            rng,
            now,
            homes,
            links,
            faults,
            dropped,
            model,
            villain,
            talk,
            dirty: Default::default(),
            checks: 0,
            tally: BTreeMap::new(),
        }
    }

    /// Another device of a person, certified by its root and known to that person's first device.
    pub fn another_device(&mut self, name: &'static str, of: usize) -> usize {
        let owner = &self.homes[of];
        let (root, person, pact) = (owner.root, owner.person(), owner.replica.roster().pact());
        let seeds = (self.rng.random(), self.rng.random());
        let certificate = home::certificate(pact, person, seeds, None);
        let statement = home::certified(&certificate, root, seeds);
        let known = owner.replica.roster().statements().map(<[u8]>::to_vec);
        let mut statements: Vec<UnverifiedStatement> = known
            .map(|bytes| UnverifiedStatement::parse(&bytes).unwrap())
            .collect();
        statements.push(statement.clone());
        let home = Home::begin(name, root, seeds, certificate.log(), &statements);
        self.homes.push(home);
        self.admit(of, vec![statement]);
        self.homes.len() - 1
    }

    /// A person's root revokes a device, from the last record that this home holds of it.
    pub fn revoke(&mut self, at: usize, device: identity::LogId) {
        let home = &self.homes[at];
        let head = home.replica.log(device).map(|state| state.tip.head);
        let head = head.unwrap_or_else(|| identity::Head::start(device));
        let revocation = identity::Revocation {
            pact: home.replica.roster().pact(),
            person: home.person(),
            log: device,
            seq: head.seq,
            hash: head.hash,
        };
        let signature = revocation.sign(&Entropy::from_bytes(home.root).root());
        self.admit(
            at,
            vec![UnverifiedStatement::revocation(&revocation, &signature)],
        );
    }

    fn admit(&mut self, at: usize, statements: Vec<UnverifiedStatement>) {
        let home = &mut self.homes[at];
        let writes = home.replica.admit(&home.shelf, statements).unwrap();
        home.shelf.apply(&writes).unwrap();
        self.changed(at);
    }

    /// The day on every calendar.
    pub fn today(&self) -> Day {
        Day(((BEGINNING + self.now) / DAY) as u32)
    }

    pub fn say(&mut self, what: impl FnOnce() -> String) {
        if self.talk {
            eprintln!("{:>12} {}", self.now, what());
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// A home has to be compared with the reference again.
    pub fn touch(&mut self, at: usize) {
        self.dirty.insert(at);
    }

    /// One chance in a thousand, `per_mille` times.
    pub fn roll(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.rng.random_range(0..1_000) < per_mille
    }

    pub fn violations(&self) -> Vec<(usize, Violation)> {
        let violation = |dropped: &Dropped| match dropped.why {
            Closing::Violation(violation) => Some((dropped.at, violation)),
            Closing::Revoked | Closing::Silent => None,
        };
        self.dropped.iter().filter_map(violation).collect()
    }

    /// What each home holds of each log, by how many records.
    pub fn held(&self) -> Vec<BTreeMap<identity::LogId, u64>> {
        let held = |home: &Home| {
            home.shelf
                .logs()
                .map(|log| (log, home.shelf.end(log)))
                .collect()
        };
        self.homes.iter().map(held).collect()
    }
}
