//! What the dying process does, and what must stand afterwards: a script of steps made from a seed, and its model.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use vault::{Cost, Passphrase, Places, Vault, VaultKey, state, tray};

pub(crate) const LOG: [u8; 32] = [7; 32];
const TABLE: &str = "rows";

/// One durable step of the process.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Records and the row that counts them, in one transaction.
    Append {
        salt: u64,
        count: u64,
        length: usize,
    },
    Cut {
        per_mille: u64,
    },
    Put {
        key: u8,
        salt: u64,
        length: usize,
    },
    Delete {
        key: u8,
    },
    Passphrase,
    TrayPut {
        salt: u64,
    },
    TrayRemove,
    Valve,
}

/// What a home holds after some steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) rows: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) tray: Vec<Vec<u8>>,
    pub(crate) is_shut: bool,
    /// How often the passphrase was changed.
    pub(crate) passphrase: u32,
}

pub(crate) fn passphrase(number: u32) -> Passphrase {
    Passphrase::new(format!("passphrase {number}").into())
}

fn bytes(salt: u64, length: usize) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(salt);
    let mut bytes = vec![0; length];
    rand::Rng::fill_bytes(&mut rng, &mut bytes);
    bytes
}

/// The steps of a seed. Logs stay short, so that a disk image is small; segments, folding, cuts into both, and
/// checkpoints occur all the same.
pub(crate) fn script(seed: u64, length: usize) -> Vec<Step> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut steps = Vec::new();
    for number in 0..length as u64 {
        let salt = seed << 32 | number << 8;
        let key = rng.random_range(0..12);
        steps.push(match rng.random_range(0..100) {
            0..50 => Step::Append {
                salt,
                count: 1,
                length: rng.random_range(1..600),
            },
            50..56 => Step::Append {
                salt,
                count: rng.random_range(2..20),
                length: 3000,
            },
            56..60 => Step::Append {
                salt,
                count: 90,
                length: 1000,
            },
            60..66 => Step::Cut {
                per_mille: *[0, 300, 800, 950, 990].choose(&mut rng).unwrap(),
            },
            66..78 => Step::Put {
                key,
                salt,
                length: *[0, 40, 900, 9000].choose(&mut rng).unwrap(),
            },
            78..83 => Step::Delete { key },
            83..87 => Step::Passphrase,
            87..92 => Step::TrayPut { salt },
            92..96 => Step::TrayRemove,
            _ => Step::Valve,
        });
    }
    steps
}

impl Content {
    /// What must stand after one more step.
    pub(crate) fn after(mut self, step: &Step) -> Self {
        match *step {
            Step::Append {
                salt,
                count,
                length,
            } => {
                self.records
                    .extend((0..count).map(|number| bytes(salt + number, length)));
                let head = (self.records.len() as u64).to_be_bytes().to_vec();
                self.rows.insert(b"head".to_vec(), head);
            }
            Step::Cut { per_mille } => {
                let keep = self.records.len() as u64 * per_mille / 1000;
                self.records.truncate(keep as usize);
            }
            Step::Put { key, salt, length } => {
                self.rows.insert(vec![key], bytes(salt, length));
            }
            Step::Delete { key } => {
                self.rows.remove([key].as_slice());
            }
            Step::Passphrase => self.passphrase += 1,
            Step::TrayPut { salt } => self.tray.push(bytes(salt, 100)),
            Step::TrayRemove => {
                self.tray = self.tray.split_off(self.tray.len().min(1));
            }
            Step::Valve => self.is_shut = !self.is_shut,
        }
        self
    }
}

/// Any error of the vault, as its words.
pub(crate) type Told<T> = Result<T, String>;

pub(crate) fn told(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Begins the home of a script.
pub(crate) fn begin(places: &Places) -> Told<VaultKey> {
    vault::create(places, &passphrase(0), b"the secret", Cost::Rehearsal).map_err(told)
}

/// Does one step on a home that holds `before`.
pub(crate) fn perform(
    vault: &mut Vault,
    places: &Places,
    before: &Content,
    step: &Step,
) -> Told<()> {
    let first = before.records.len() as u64 + 1;
    let after = before.clone().after(step);
    match *step {
        Step::Append { .. } => {
            let txn = vault.begin().map_err(told)?;
            txn.append(&LOG, first, &after.records[before.records.len()..])
                .map_err(told)?;
            let head = (after.records.len() as u64).to_be_bytes();
            txn.put(TABLE, b"head", &head).map_err(told)?;
            txn.commit().map_err(told)
        }
        Step::Cut { .. } => {
            let txn = vault.begin().map_err(told)?;
            txn.cut(&LOG, after.records.len() as u64).map_err(told)?;
            txn.commit().map_err(told)
        }
        Step::Put { key, .. } => {
            let txn = vault.begin().map_err(told)?;
            txn.put(TABLE, &[key], &after.rows[[key].as_slice()])
                .map_err(told)?;
            txn.commit().map_err(told)
        }
        Step::Delete { key } => {
            let txn = vault.begin().map_err(told)?;
            txn.delete(TABLE, &[key]).map_err(told)?;
            txn.commit().map_err(told)
        }
        Step::Passphrase => {
            let (old, new) = (passphrase(before.passphrase), passphrase(after.passphrase));
            vault::change_passphrase(places, &old, &new).map_err(told)
        }
        Step::TrayPut { .. } => tray::put(places, after.tray.last().unwrap())
            .map_err(told)
            .map(|_| ()),
        Step::TrayRemove => match tray::list(places).map_err(told)?.first() {
            Some(slip) => tray::remove(places, slip).map_err(told),
            None => Ok(()),
        },
        Step::Valve => {
            let valve = if after.is_shut {
                state::Valve::Shut
            } else {
                state::Valve::Open
            };
            state::set_valve(places, valve).map_err(told)
        }
    }
}

/// What stands in a home, except its passphrase.
pub(crate) fn content(vault: &Vault, places: &Places, key: &VaultKey) -> Told<Content> {
    let look = vault.read().map_err(told)?;
    let slips = tray::list(places).map_err(told)?;
    let tray = slips
        .iter()
        .map(|slip| tray::open(places, key, slip).map(|text| text.to_vec()));
    Ok(Content {
        records: look.records(&LOG, 1, usize::MAX).map_err(told)?,
        rows: look.scan(TABLE, b"").map_err(told)?.into_iter().collect(),
        tray: tray.collect::<Result<_, _>>().map_err(told)?,
        is_shut: state::valve(places) == state::Valve::Shut,
        passphrase: 0,
    })
}

/// Which passphrase opens a home, of two.
pub(crate) fn opening(places: &Places, numbers: [u32; 2]) -> Told<(u32, VaultKey)> {
    let mut last = String::new();
    for number in numbers {
        match vault::unlock(places, &passphrase(number)) {
            Ok(key) => return Ok((number, key)),
            Err(error) => last = told(error),
        }
    }
    Err(last)
}
