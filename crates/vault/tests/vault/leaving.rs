//! S1, S4: after leaving, what was left behind cannot be had with the passphrase, the vault's key and
//! every byte of the database together; what was signed can.

use std::fs;

use vault::leaving::Departure;
use vault::{Places, Table, Vault, VaultError, state};

use crate::{Home, passphrase};

const LOG: [u8; 32] = [7; 32];
const DEVICE: Table = Table::left("left/keys");
const PLAIN: Table = Table::hidden("node");
const NOTES: Table = Table::hidden("notes");

fn lived() -> Home {
    let mut home = Home::new();
    home.append(&LOG, 1, &[b"signed".to_vec()]);
    let txn = home.vault.begin().unwrap();
    txn.put(DEVICE, b"device", b"a key").unwrap();
    txn.put(PLAIN, b"settings", b"names").unwrap();
    txn.commit().unwrap();
    home
}

fn leave(home: &Home, erase: bool) -> Option<Places> {
    let departure = Departure::begin(&home.places, erase, false).unwrap();
    assert_eq!(
        Departure::pending(&home.places).unwrap().as_ref(),
        Some(&departure)
    );
    let kept = departure.go_on(&home.places).unwrap();
    assert_eq!(Departure::pending(&home.places).unwrap(), None);
    kept.map(|kept| Places {
        home: kept,
        state: home.places.state.clone(),
    })
}

#[test]
fn s1_keys_are_gone_and_records_are_kept() {
    let mut home = lived();
    assert!(
        home.vault
            .read()
            .unwrap()
            .get(DEVICE, b"device")
            .unwrap()
            .is_some()
    );
    // The rows as they lie in the database, in case somebody has kept a copy of that alone.
    let database = fs::read(home.places.home.join("vault.db")).unwrap();
    let log = fs::read(home.places.home.join("vault.db-wal")).unwrap();
    let archive = leave(&home, false).unwrap();
    assert!(!home.places.home.exists() && !home.places.state.exists());
    // Who had it open writes nothing more.
    assert!(matches!(home.vault.begin(), Err(VaultError::Left)));
    drop(home.vault);

    assert!(vault::is_archive(&archive));
    let key = vault::unlock(&archive, &passphrase("apple")).unwrap();
    let mut kept = Vault::open(&archive, &key).unwrap();
    assert!(kept.is_archive());
    let look = kept.read().unwrap();
    assert_eq!(look.records(&LOG, 1, 1000).unwrap(), [b"signed".to_vec()]);
    assert_eq!(look.get(PLAIN, b"settings").unwrap().unwrap(), b"names");
    assert_eq!(look.get(DEVICE, b"device").unwrap(), None);
    assert!(look.scan(DEVICE, b"").unwrap().is_empty());
    drop(look);
    kept.check().unwrap();
    assert!(matches!(kept.begin(), Err(VaultError::Left)));
    assert!(matches!(kept.try_out(), Err(VaultError::Left)));
    assert!(kept.begin_if_free().unwrap().is_none());
    drop(kept);
    vault::secret(&archive, &passphrase("apple")).unwrap_err();

    // Even the rows of before say nothing without the file that was written over.
    fs::write(archive.home.join("vault.db"), database).unwrap();
    fs::write(archive.home.join("vault.db-wal"), log).unwrap();
    let kept = Vault::open(&archive, &key).unwrap();
    assert_eq!(kept.read().unwrap().get(DEVICE, b"device").unwrap(), None);
    kept.check().unwrap();
}

/// What a name is taken away from is still on the disk: so it is written over first. A second name
/// shows what is left of each file.
#[test]
fn s1_what_must_be_gone_is_written_over_in_its_place() {
    for erase in [false, true] {
        let mut home = lived();
        let txn = home.vault.begin().unwrap();
        txn.begin_fading(20_000).unwrap();
        txn.commit().unwrap();
        vault::tray::put(&home.places, b"what waited").unwrap();
        let slip = fs::read_dir(home.places.home.join("tray"))
            .unwrap()
            .flatten();
        let slip = slip.map(|entry| entry.path()).next().unwrap();
        let files = [
            home.places.home.join("leave.key"),
            home.places.home.join("keys.json"),
            home.places.state.join("fading.keys"),
            slip,
        ];
        let second = |number: usize| home.dir.path().join(format!("second-{number}"));
        for (number, file) in files.iter().enumerate() {
            fs::hard_link(file, second(number)).unwrap();
        }
        leave(&home, erase);
        for (number, file) in files.iter().enumerate() {
            let left = fs::read(second(number)).unwrap();
            assert!(!left.is_empty());
            assert!(left.iter().all(|byte| *byte == 0), "{}", file.display());
        }
    }
}

#[test]
fn s1_from_the_mark_on_nothing_leaves_and_nothing_is_written() {
    let mut home = lived();
    let eye = state::ValveEye::new(&home.places);
    assert_eq!(eye.look(), state::Valve::Open);
    // While a last word is told the valve is open; whoever starts next leaves all the same.
    Departure::begin(&home.places, false, true).unwrap();
    assert_eq!(eye.look(), state::Valve::Open);
    assert!(Departure::pending(&home.places).unwrap().is_some());
    Departure::begin(&home.places, false, false).unwrap();
    assert_eq!(eye.look(), state::Valve::Shut);
    assert_eq!(state::valve(&home.places), state::Valve::Shut);
    assert!(matches!(home.vault.begin(), Err(VaultError::Left)));
}

#[test]
fn an_archive_takes_another_passphrase_and_is_erased_key_first() {
    let home = lived();
    let archive = leave(&home, false).unwrap();
    vault::change_passphrase(&archive, &passphrase("apple"), &passphrase("pear")).unwrap();
    assert!(vault::is_archive(&archive));
    vault::unlock(&archive, &passphrase("apple")).unwrap_err();
    vault::unlock(&archive, &passphrase("pear")).unwrap();
    Departure::erase_archive(&archive).unwrap();
    assert!(!archive.home.exists());
}

#[test]
fn erasing_keeps_nothing_and_a_home_without_a_record_keeps_nothing_either() {
    let home = lived();
    assert_eq!(leave(&home, true), None);
    assert!(!home.places.home.exists() && !home.places.state.exists());
    let empty = Home::new();
    assert_eq!(leave(&empty, false), None);
    assert!(!empty.places.home.exists());
    let mut noted = Home::new();
    let txn = noted.vault.begin().unwrap();
    txn.put(NOTES, b"one", b"a private page").unwrap();
    txn.commit().unwrap();
    let archive = leave(&noted, false).unwrap();
    let key = vault::unlock(&archive, &passphrase("apple")).unwrap();
    let kept = Vault::open(&archive, &key).unwrap();
    assert!(kept.read().unwrap().get(NOTES, b"one").unwrap().is_some());
}

#[test]
fn s38_a_damaged_database_does_not_keep_anybody() {
    let home = lived();
    let path = home.places.home.join("vault.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes.iter_mut().take(4096).for_each(|byte| *byte ^= 0x55);
    fs::write(&path, bytes).unwrap();
    let archive = leave(&home, false).unwrap();
    assert!(vault::is_archive(&archive));
    assert!(!home.places.home.exists());
    // A key file that is damaged opens nothing; it is kept as it is.
    let home = lived();
    fs::write(home.places.home.join("keys.json"), b"{").unwrap();
    let archive = leave(&home, false).unwrap();
    assert!(!archive.home.join("leave.key").exists());
    assert!(!home.places.home.exists());
}

#[test]
fn what_is_begun_in_the_same_place_afterwards_is_not_meant_by_an_older_mark() {
    let home = lived();
    let departure = Departure::begin(&home.places, false, false).unwrap();
    let elsewhere = home.dir.path().join("moved");
    fs::rename(&home.places.home, &elsewhere).unwrap();
    let state = Places {
        home: home.places.home.clone(),
        state: home.dir.path().join("another state"),
    };
    vault::create(&state, &passphrase("plum"), b"s", vault::Cost::Rehearsal).unwrap();
    departure.go_on(&home.places).unwrap();
    vault::unlock(&state, &passphrase("plum")).unwrap();
}
