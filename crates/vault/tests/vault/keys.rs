//! Passphrase, secret, and what becomes of them.

use std::fs;

use serde_json::Value;
use vault::{Cost, FileError, KeysError, Vault, VaultError, VaultKey};

use crate::{Home, passphrase, places};

#[test]
fn the_right_passphrase_opens_and_no_other() {
    let home = Home::new();
    let key = vault::unlock(&home.places, &passphrase("apple")).unwrap();
    assert_eq!(key.to_bytes(), home.key.to_bytes());
    assert!(matches!(
        vault::unlock(&home.places, &passphrase("Apple")),
        Err(KeysError::WrongPassphrase)
    ));
    assert!(matches!(
        vault::secret(&home.places, &passphrase("")),
        Err(KeysError::WrongPassphrase)
    ));
    assert_eq!(
        vault::secret(&home.places, &passphrase("apple"))
            .unwrap()
            .as_slice(),
        b"the secret"
    );
    assert!(vault::marks(&home.places).unwrap().rehearsal);
}

#[test]
fn the_standard_cost_is_dear_and_no_rehearsal() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir);
    let key = vault::create(&places, &passphrase("apple"), b"s", Cost::Standard).unwrap();
    assert!(!vault::marks(&places).unwrap().rehearsal);
    let file: Value =
        serde_json::from_slice(&fs::read(places.home.join("keys.json")).unwrap()).unwrap();
    assert_eq!(
        file["argon2id"],
        serde_json::json!({"memory_kib": 65536, "passes": 3, "lanes": 2})
    );
    assert_eq!(
        vault::unlock(&places, &passphrase("apple"))
            .unwrap()
            .to_bytes(),
        key.to_bytes()
    );
    assert!(matches!(
        vault::unlock(&places, &passphrase("pear")),
        Err(KeysError::WrongPassphrase)
    ));
}

#[test]
fn changing_the_passphrase_keeps_the_keys() {
    let home = Home::new();
    let before = fs::read(home.places.home.join("keys.json")).unwrap();
    assert!(matches!(
        vault::change_passphrase(&home.places, &passphrase("wrong"), &passphrase("pear")),
        Err(KeysError::WrongPassphrase)
    ));
    assert_eq!(
        fs::read(home.places.home.join("keys.json")).unwrap(),
        before
    );
    vault::change_passphrase(&home.places, &passphrase("apple"), &passphrase("pear")).unwrap();
    assert!(matches!(
        vault::unlock(&home.places, &passphrase("apple")),
        Err(KeysError::WrongPassphrase)
    ));
    assert_eq!(
        vault::unlock(&home.places, &passphrase("pear"))
            .unwrap()
            .to_bytes(),
        home.key.to_bytes()
    );
    assert_eq!(
        vault::secret(&home.places, &passphrase("pear"))
            .unwrap()
            .as_slice(),
        b"the secret"
    );
    assert!(vault::marks(&home.places).unwrap().rehearsal);
}

#[test]
fn a_draft_that_a_crash_left_is_removed() {
    let home = Home::new();
    let draft = home.places.home.join("keys.json.new");
    fs::write(&draft, "half").unwrap();
    let mark = home.places.home.join("beginning");
    fs::write(&mark, "").unwrap();
    vault::unlock(&home.places, &passphrase("apple")).unwrap();
    assert!(!draft.exists() && !mark.exists());
}

#[test]
fn a_home_is_begun_once_and_never_overwritten() {
    let home = Home::new();
    let again = vault::create(&home.places, &passphrase("pear"), b"x", Cost::Rehearsal);
    assert!(matches!(again, Err(KeysError::Exists)));
    fs::remove_file(home.places.home.join("keys.json")).unwrap();
    assert!(matches!(
        vault::unlock(&home.places, &passphrase("apple")),
        Err(KeysError::NoHome)
    ));
    let again = vault::create(&home.places, &passphrase("pear"), b"x", Cost::Rehearsal);
    assert!(matches!(again, Err(KeysError::KeysMissing)));
    Vault::open(&home.places, &home.key).unwrap();
}

#[test]
fn a_first_content_that_fails_leaves_no_home() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir);
    let refused = vault::create_with(
        &places,
        &passphrase("apple"),
        b"x",
        Cost::Rehearsal,
        |txn| {
            txn.put("t", b"k", b"v")?;
            Err(VaultError::Busy)
        },
    );
    assert!(matches!(refused, Err(KeysError::Vault(VaultError::Busy))));
    assert!(!places.is_begun());
    let key = vault::create_with(
        &places,
        &passphrase("apple"),
        b"x",
        Cost::Rehearsal,
        |txn| txn.put("t", b"k", b"w"),
    );
    let vault = Vault::open(&places, &key.unwrap()).unwrap();
    assert_eq!(
        vault.read().unwrap().get("t", b"k").unwrap(),
        Some(b"w".to_vec())
    );
}

#[test]
fn another_homes_key_is_told_from_damage() {
    let home = Home::new();
    let wrong = Vault::open(&home.places, &VaultKey::from_bytes([1; 32]));
    assert!(matches!(wrong, Err(VaultError::WrongKey)));
}

#[test]
fn a_cheap_cost_is_refused_where_no_rehearsal_is_marked() {
    let home = Home::new();
    let path = home.places.home.join("keys.json");
    let text = fs::read_to_string(&path).unwrap();
    // The check is made anew, as somebody would who plants a file.
    let plant = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&path, with_check(&text.replace(from, to))).unwrap();
        vault::unlock(&home.places, &passphrase("apple"))
    };
    assert!(
        plant("\"argon2id\"", "\"argon2id\"").is_ok(),
        "the check is made right"
    );
    assert!(matches!(
        plant("\"rehearsal\": true", "\"rehearsal\": false"),
        Err(KeysError::CostOutOfBounds)
    ));
    assert!(matches!(
        plant("\"memory_kib\": 64", "\"memory_kib\": 4000000"),
        Err(KeysError::CostOutOfBounds)
    ));
    assert!(matches!(
        plant("\"passes\": 1", "\"passes\": 1000"),
        Err(KeysError::CostOutOfBounds)
    ));
    assert!(matches!(
        plant("\"lanes\": 2", "\"lanes\": 0"),
        Err(KeysError::CostOutOfBounds)
    ));
    assert!(matches!(
        plant("\"passes\": 1", "\"passes\": 2"),
        Err(KeysError::WrongPassphrase)
    ));
    // A planted drop key would receive what is written to the tray.
    let drop: Value = serde_json::from_str(&text).unwrap();
    let drop = drop["drop"].as_str().unwrap();
    assert!(matches!(
        plant(drop, &"09".repeat(32)),
        Err(KeysError::Damaged)
    ));
    // A cost above the bounds is refused even where it is marked and dear.
    fs::write(
        &path,
        with_check(&text.replace("\"handfast\": 1", "\"handfast\": 2")),
    )
    .unwrap();
    assert!(matches!(
        vault::unlock(&home.places, &passphrase("apple")),
        Err(KeysError::Newer { found: 2 })
    ));
}

fn with_check(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let old: Value = serde_json::from_str(text).unwrap();
    let old = old["check"].as_str().unwrap();
    let compact: String = text.replace(old, "").split_whitespace().collect();
    let whole = Sha256::new()
        .chain_update(b"handfast/vault/keys/1\0")
        .chain_update(compact)
        .finalize();
    let new: String = whole[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    text.replace(old, &new)
}

#[test]
fn a_changed_byte_anywhere_in_the_keys_is_named_damage() {
    let home = Home::new();
    let path = home.places.home.join("keys.json");
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        for flip in [1, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            fs::write(&path, &changed).unwrap();
            match vault::unlock(&home.places, &passphrase("apple")) {
                // White space may become other white space.
                Ok(key) => assert!(
                    bytes[at].is_ascii_whitespace() && key.to_bytes() == home.key.to_bytes()
                ),
                Err(KeysError::Damaged | KeysError::Newer { .. }) => {}
                Err(other) => panic!("{other:?} at {at}"),
            }
        }
    }
    for length in 0..bytes.len() - 1 {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(
            vault::unlock(&home.places, &passphrase("apple")),
            Err(KeysError::Damaged)
        ));
    }
    fs::write(&path, vec![b' '; 100_000]).unwrap();
    assert!(matches!(
        vault::unlock(&home.places, &passphrase("apple")),
        Err(KeysError::File(FileError::TooLarge { .. }))
    ));
}

#[test]
fn secrets_do_not_show_in_debug() {
    let home = Home::new();
    let shown = format!("{:?} {:?} {:?}", home.key, passphrase("apple"), home.vault);
    assert_eq!(shown, "VaultKey(..) Passphrase(..) Vault(..)");
}
