//! A changed byte anywhere never panics and never passes for content (S38).

use std::{fs, path::Path};

use rusqlite::Connection;
use vault::{FileError, Places, Table, Vault, VaultError, VaultKey};

use crate::{Home, LOG, OTHER, records};

const ORDERED: Table = Table::ordered("ordered");

type Content = (
    Vec<Vec<u8>>,
    Vec<Vec<u8>>,
    Vec<(Vec<u8>, Vec<u8>)>,
    Vec<(Vec<u8>, Vec<u8>)>,
);

fn read(vault: &Vault) -> Result<Content, VaultError> {
    let look = vault.read()?;
    let records = look.records(&LOG, 1, usize::MAX)?;
    // The way back through a log meets the same records, or is an error too.
    let mut back = Vec::new();
    look.records_back(&LOG, |number, record| {
        back.push((number, record.to_vec()));
        true
    })?;
    back.reverse();
    assert!((1..).zip(records.clone()).eq(back), "another log backwards");
    Ok((
        records,
        look.records(&OTHER, 1, usize::MAX)?,
        look.scan("hidden", &[])?,
        look.scan(ORDERED, &[])?,
    ))
}

fn fill(home: &mut Home) {
    for round in 0..4_u64 {
        home.append(&LOG, round * 250 + 1, &records(round * 250 + 1, 250, 200));
    }
    home.append(&OTHER, 1, &records(1, 20, 100));
    for number in 0..30_u8 {
        let txn = home.vault.begin().unwrap();
        txn.append(
            &LOG,
            1001 + u64::from(number),
            &records(1001 + u64::from(number), 1, 200),
        )
        .unwrap();
        txn.put("hidden", &[number], &[number; 100]).unwrap();
        txn.put(ORDERED, &[number], &vec![number; 10 * usize::from(number)])
            .unwrap();
        txn.commit().unwrap();
    }
}

/// Opens a changed home and reads everything: what comes is the content, or an error, or `check` says so.
fn try_it(places: &Places, key: &VaultKey, right: &[Content], what: &str) -> bool {
    let vault = match Vault::open(places, key) {
        Ok(vault) => vault,
        Err(error) => {
            let told = !error.to_string().is_empty();
            return told;
        }
    };
    match read(&vault) {
        Err(_) => true,
        Ok(content) if right.contains(&content) => vault.check().is_err(),
        Ok(content) => {
            // Rows that vanished: not noticed in passing, but by the audit. Never something else than was written.
            for (log, from) in [(&content.0, &right[0].0), (&content.1, &right[0].1)] {
                assert!(
                    log.is_empty() || log == from,
                    "{what}: records that nobody wrote"
                );
            }
            for (rows, from) in [(&content.2, &right[0].2), (&content.3, &right[0].3)] {
                assert!(
                    rows.iter().all(|row| from.contains(row)),
                    "{what}: rows that nobody wrote"
                );
            }
            assert!(
                vault.check().is_err(),
                "{what}: something is missing and the audit is silent"
            );
            true
        }
    }
}

fn flip(path: &Path, at: usize, byte: u8) {
    use std::os::unix::fs::FileExt;
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .write_all_at(&[byte], at as u64)
        .unwrap();
}

fn lone(home: &Home, to: &Path) -> Places {
    let places = Places {
        home: to.join("home"),
        state: to.join("state"),
    };
    for folder in [&places.home, &places.state] {
        fs::create_dir_all(folder).unwrap();
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    }
    for file in ["vault.db", "vault.db-wal"] {
        fs::copy(home.places.home.join(file), places.home.join(file)).unwrap();
    }
    places
}

#[test]
fn a_changed_byte_anywhere_in_the_database_is_an_error_or_nothing() {
    let mut home = Home::new();
    fill(&mut home);
    home.raw()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let right = [read(&home.vault).unwrap()];
    let dir = tempfile::tempdir().unwrap();
    let places = lone(&home, dir.path());
    let path = places.home.join("vault.db");
    let bytes = fs::read(&path).unwrap();
    let mut noticed = 0;
    let mut tried = 0;
    // Every byte of the first page, the beginning of every page (its header and cells), and others in between.
    for at in (0..bytes.len())
        .filter(|at| at % 4096 < 12 || (*at < 4096 && at % 31 == 0) || at % 2111 == 0)
    {
        if tried == 0 || fs::read(&path).unwrap() != bytes {
            fs::write(&path, &bytes).unwrap();
        }
        flip(&path, at, bytes[at] ^ 1 << (at % 8));
        for beside in ["vault.db-wal", "vault.db-shm"] {
            let _ = fs::remove_file(places.home.join(beside));
        }
        noticed += usize::from(try_it(&places, &home.key, &right, &format!("byte {at}")));
        tried += 1;
    }
    println!("{tried} changed bytes, {noticed} noticed");
    // The others lie in free space, or in fields that are not read.
    assert!(noticed * 10 > tried * 4, "{noticed} of {tried}");
}

#[test]
fn a_changed_byte_in_the_write_ahead_log_leaves_an_earlier_state() {
    let mut home = Home::new();
    fill(&mut home);
    home.raw()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let mut states = vec![read(&home.vault).unwrap()];
    for number in 30..40_u8 {
        let txn = home.vault.begin().unwrap();
        txn.append(
            &LOG,
            1001 + u64::from(number),
            &records(1001 + u64::from(number), 1, 200),
        )
        .unwrap();
        txn.put("hidden", &[number], &[number; 100]).unwrap();
        txn.commit().unwrap();
        states.push(read(&home.vault).unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let places = lone(&home, dir.path());
    let path = places.home.join("vault.db-wal");
    let bytes = fs::read(&path).unwrap();
    let database = fs::read(places.home.join("vault.db")).unwrap();
    for at in
        (0..bytes.len()).filter(|at| *at < 32 || (at % 4120 < 60 && at % 7 == 0) || at % 2011 == 0)
    {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&path, &changed).unwrap();
        fs::write(places.home.join("vault.db"), &database).unwrap();
        let _ = fs::remove_file(places.home.join("vault.db-shm"));
        let vault = Vault::open(&places, &home.key).unwrap();
        let content = read(&vault).unwrap();
        assert!(states.contains(&content), "byte {at}");
    }
}

#[test]
fn a_file_cut_short_is_an_error() {
    let mut home = Home::new();
    fill(&mut home);
    home.raw()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let right = [read(&home.vault).unwrap()];
    let dir = tempfile::tempdir().unwrap();
    let places = lone(&home, dir.path());
    let path = places.home.join("vault.db");
    let bytes = fs::read(&path).unwrap();
    for length in (0..bytes.len()).step_by(4096 + 1531) {
        fs::write(&path, &bytes[..length]).unwrap();
        let _ = fs::remove_file(places.home.join("vault.db-wal"));
        let _ = fs::remove_file(places.home.join("vault.db-shm"));
        assert!(
            try_it(&places, &home.key, &right, &format!("length {length}")),
            "length {length}"
        );
    }
}

#[test]
fn what_is_no_vault_and_what_is_newer_is_named() {
    let home = Home::new();
    home.raw().execute_batch("PRAGMA user_version = 2").unwrap();
    assert!(matches!(
        Vault::open(&home.places, &home.key),
        Err(VaultError::Newer { found: 2, known: 1 })
    ));
    let path = home.places.home.join("vault.db");
    for beside in ["vault.db", "vault.db-wal", "vault.db-shm"] {
        fs::remove_file(home.places.home.join(beside)).unwrap();
    }
    fs::write(&path, "a letter, not a database, and longer than the hundred bytes that a header has, since short ones are easy").unwrap();
    assert!(matches!(
        Vault::open(&home.places, &home.key),
        Err(VaultError::NotAVault)
    ));
    fs::remove_file(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert!(matches!(
        Vault::open(&home.places, &home.key),
        Err(VaultError::NotAVault)
    ));
}

#[test]
fn s48_a_home_that_its_owner_closed_stays_closed_and_says_so() {
    let home = Home::new();
    let file = home.places.home.join("vault.db");
    for (path, closed, open) in [(&file, 0o400, 0o600), (&home.places.home, 0o500, 0o700)] {
        let set = |mode| {
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        };
        set(closed);
        assert!(matches!(
            Vault::open(&home.places, &home.key),
            Err(VaultError::File(FileError::Closed { mode, .. })) if mode == closed
        ));
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
        assert_eq!(mode & 0o777, closed, "nobody undid it");
        set(open);
        Vault::open(&home.places, &home.key).unwrap();
    }
}
