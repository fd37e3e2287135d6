//! What must hold of a home that was cut: invariants 1 to 3.

use std::path::Path;

use vault::{KeysError, Vault, VaultKey, state::Witness};

use crate::{
    process::{Acknowledged, places},
    script::{self, Content, script},
};

/// What stands after each number of steps.
pub(crate) fn states(seed: u64, length: usize) -> Vec<Content> {
    let mut states = vec![Content::default()];
    for step in script(seed, length) {
        states.push(states[states.len() - 1].clone().after(&step));
    }
    states
}

/// Invariants 1 to 3 for a home that was cut. Returns how many steps stand, and the key; nothing if there is no home.
pub(crate) fn stands(
    root: &Path,
    acknowledged: &Acknowledged,
    states: &[Content],
) -> Option<(usize, VaultKey)> {
    let places = places(root);
    let before = &states[acknowledged.steps];
    let after = states.get(acknowledged.steps + 1).unwrap_or(before);
    let (passphrase, key) = match &acknowledged.key {
        // Hashing is the dearest part; the keys change only in these steps.
        Some(key) if before.passphrase == after.passphrase => (before.passphrase, key.clone()),
        known => match script::opening(&places, [before.passphrase, after.passphrase]) {
            Ok((number, key)) => {
                assert!(
                    known
                        .as_ref()
                        .is_none_or(|known| known.to_bytes() == key.to_bytes())
                );
                (number, key)
            }
            Err(_) if known.is_none() => {
                assert!(
                    !places.home.exists()
                        || matches!(
                            vault::unlock(&places, &script::passphrase(0)),
                            Err(KeysError::NoHome)
                        ),
                    "half a home"
                );
                script::begin(&places).expect("a home can be begun where none came to stand");
                return None;
            }
            Err(error) => panic!("neither passphrase opens it: {error}"),
        },
    };
    let vault = Vault::open(&places, &key).unwrap();
    let content = Content {
        passphrase,
        ..script::content(&vault, &places, &key).unwrap()
    };
    let steps = match &content {
        content if content == before => acknowledged.steps,
        content if content == after => acknowledged.steps + 1,
        content => panic!(
            "after {} steps: {} records, {} expected, {} with the next step; rows {}, tray {}, shut {}, {}",
            acknowledged.steps,
            content.records.len(),
            before.records.len(),
            after.records.len(),
            content.rows == before.rows || content.rows == after.rows,
            content.tray == before.tray || content.tray == after.tray,
            content.is_shut == before.is_shut || content.is_shut == after.is_shut,
            content.passphrase,
        ),
    };
    assert!(
        matches!(vault.witness(), Witness::Same | Witness::Replaced) || acknowledged.key.is_none(),
        "an honest home is suspected: {:?}",
        vault.witness()
    );
    Some((steps, key))
}

/// Goes on where a cut left a home, and audits it.
pub(crate) fn goes_on(root: &Path, steps: usize, key: &VaultKey, states: &[Content], seed: u64) {
    let places = places(root);
    let mut vault = Vault::open(&places, key).unwrap();
    if let Some(step) = script(seed, states.len() - 1).get(steps) {
        script::perform(&mut vault, &places, &states[steps], step).unwrap();
        let content = script::content(&vault, &places, key).unwrap();
        assert!(
            Content {
                passphrase: states[steps + 1].passphrase,
                ..content
            } == states[steps + 1]
        );
    }
    vault.check().unwrap();
}
