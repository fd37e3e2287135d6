//! Valve, leaving, locks, and the witness that suspects copies.

use std::{fs, path::Path};

use vault::{
    Vault,
    state::{self, Lock, Post, Valve, Witness},
};

use crate::{Home, LOG, records};

#[test]
fn a_missing_or_torn_valve_is_shut() {
    let home = Home::new();
    assert_eq!(
        state::valve(&home.places),
        Valve::Open,
        "a new home may speak"
    );
    state::set_valve(&home.places, Valve::Shut).unwrap();
    assert_eq!(state::valve(&home.places), Valve::Shut);
    state::set_valve(&home.places, Valve::Open).unwrap();
    assert_eq!(state::valve(&home.places), Valve::Open);
    let eye = state::ValveEye::new(&home.places);
    for valve in [Valve::Practical, Valve::Shut, Valve::Open, Valve::Practical] {
        state::set_valve(&home.places, valve).unwrap();
        assert_eq!(state::valve(&home.places), valve);
        assert_eq!(eye.look(), valve);
    }
    assert!(!state::is_valve_lost(&home.places));
    for wrong in [
        "",
        "open",
        "practical",
        "practical\nopen\n",
        "open\n\n",
        "opens and much more than it ever holds\n",
    ] {
        fs::write(home.places.state.join("valve"), wrong).unwrap();
        assert_eq!(state::valve(&home.places), Valve::Shut);
    }
    fs::remove_dir_all(&home.places.state).unwrap();
    assert_eq!(state::valve(&home.places), Valve::Shut);
    assert_eq!(eye.look(), Valve::Shut);
    assert!(state::is_valve_lost(&home.places));
}

#[test]
fn a_departure_is_remembered_until_it_is_complete() {
    let home = Home::new();
    assert_eq!(state::leaving(&home.places).unwrap(), None);
    state::clear_leaving(&home.places).unwrap();
    state::mark_leaving(&home.places, b"erase", false).unwrap();
    assert_eq!(
        state::leaving(&home.places).unwrap(),
        Some(b"erase".to_vec())
    );
    assert!(state::mark_leaving(&home.places, &[0; 40_000], false).is_err());
    state::clear_leaving(&home.places).unwrap();
    assert_eq!(state::leaving(&home.places).unwrap(), None);
}

#[test]
fn a_post_is_held_by_one() {
    let home = Home::new();
    assert!(!Lock::is_held(&home.places, Post::Serve).unwrap());
    let lock = Lock::take(&home.places, Post::Serve).unwrap().unwrap();
    assert!(Lock::take(&home.places, Post::Serve).unwrap().is_none());
    assert!(Lock::is_held(&home.places, Post::Serve).unwrap());
    assert!(
        Lock::take(&home.places, Post::Agent).unwrap().is_some(),
        "the other post is free"
    );
    drop(lock);
    assert!(!Lock::is_held(&home.places, Post::Serve).unwrap());
    assert!(Lock::take(&home.places, Post::Serve).unwrap().is_some());
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn grow(home: &mut Home) {
    let head = home.all(&LOG).len() as u64;
    home.append(&LOG, head + 1, &records(head + 1, 1, 20));
}

#[test]
fn a_home_copied_back_is_suspected_and_can_be_adopted() {
    let mut home = Home::new();
    let aside = home.dir.path().join("aside");
    grow(&mut home);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Same);
    copy(&home.places.home, &aside);
    for _ in 0..3 {
        grow(&mut home);
    }
    // Restored beside and moved in place: another file, and older.
    let newest = home.dir.path().join("newest");
    drop(std::mem::replace(&mut home.vault, Home::new().vault));
    fs::rename(&home.places.home, &newest).unwrap();
    copy(&aside, &home.places.home);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Older);
    // A suspected home goes on working, and stays suspected.
    grow(&mut home);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Older);
    home.vault.adopt().unwrap();
    assert_eq!(home.vault.witness(), Witness::Same);
    grow(&mut home);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Same);
    // The same state of things in another file.
    drop(std::mem::replace(&mut home.vault, Home::new().vault));
    copy(&home.places.home, &aside);
    fs::rename(
        &home.places.home,
        home.dir.path().join("kept, so that its inode stays taken"),
    )
    .unwrap();
    copy(&aside, &home.places.home);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Replaced);
}

#[test]
fn an_older_copy_written_over_the_same_file_is_suspected() {
    let mut home = Home::new();
    grow(&mut home);
    let aside = home.dir.path().join("aside");
    copy(&home.places.home, &aside);
    grow(&mut home);
    drop(std::mem::replace(&mut home.vault, Home::new().vault));
    for file in ["vault.db", "vault.db-wal", "vault.db-shm"] {
        fs::copy(aside.join(file), home.places.home.join(file)).unwrap();
    }
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Older);
}

#[test]
fn a_home_without_its_state_or_with_anothers_is_suspected() {
    let mut home = Home::new();
    let other = Home::new();
    copy(&other.places.state, &home.places.state);
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Other);
    fs::remove_dir_all(&home.places.state).unwrap();
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Unknown);
    home.vault.adopt().unwrap();
    home.reopen();
    assert_eq!(home.vault.witness(), Witness::Same);
}

#[test]
fn a_torn_witness_falls_back_to_its_other_slot() {
    let mut home = Home::new();
    for _ in 0..4 {
        grow(&mut home);
    }
    let path = home.places.state.join("witness");
    let whole = fs::read(&path).unwrap();
    assert_eq!(whole.len(), 128);
    for torn in [
        &whole[..64],
        &[&[0; 30], &whole[30..]].concat(),
        &[&whole[..90], &[9; 38]].concat(),
    ] {
        fs::write(&path, torn).unwrap();
        home.vault = Vault::open(&home.places, &home.key).unwrap();
        assert_eq!(home.vault.witness(), Witness::Same);
    }
    fs::write(&path, b"").unwrap();
    assert_eq!(
        Vault::open(&home.places, &home.key).unwrap().witness(),
        Witness::Unknown
    );
}
