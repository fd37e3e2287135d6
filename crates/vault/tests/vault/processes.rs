//! Several processes at once, each waiting for the other's step.

use std::process::Command;

use vault::{Places, Vault, VaultKey};

use crate::{Home, LOG, records};

const EACH: u64 = 150;

/// Reads the head, appends, counts in a row; 150 times.
fn work(places: &Places, key: &VaultKey) {
    let mut vault = Vault::open(places, key).unwrap();
    for _ in 0..EACH {
        let txn = vault.begin().unwrap();
        let head = txn.head(&LOG).unwrap().unwrap_or(0);
        let count = txn
            .get("counts", b"all")
            .unwrap()
            .map_or(0, |bytes| u64::from_be_bytes(bytes.try_into().unwrap()));
        assert_eq!(head, count, "one sees whole steps of the other");
        txn.append(&LOG, head + 1, &records(head + 1, 1, 700))
            .unwrap();
        txn.put("counts", b"all", &(count + 1).to_be_bytes())
            .unwrap();
        txn.commit().unwrap();
    }
}

#[test]
fn two_processes_append_at_once() {
    if let Ok(folder) = std::env::var("VAULT_TEST_WORKER") {
        let (folder, key) = folder.split_once('|').unwrap();
        let places = Places {
            home: format!("{folder}/home").into(),
            state: format!("{folder}/state").into(),
        };
        let key: Vec<u8> = key.split(',').map(|byte| byte.parse().unwrap()).collect();
        work(&places, &VaultKey::from_bytes(key.try_into().unwrap()));
        return;
    }
    let mut home = Home::new();
    let key: Vec<String> = home.key.to_bytes().iter().map(u8::to_string).collect();
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes::two_processes_append_at_once"])
                .env(
                    "VAULT_TEST_WORKER",
                    format!("{}|{}", home.dir.path().display(), key.join(",")),
                )
                .spawn()
                .unwrap()
        })
        .collect();
    work(&home.places, &home.key);
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert!(home.all(&LOG) == records(1, 3 * EACH, 700));
    home.reopen();
    home.vault.check().unwrap();
    assert_eq!(home.vault.witness(), vault::state::Witness::Same);
}

#[test]
fn a_cache_is_written_only_where_nobody_waits_for_it() {
    let mut home = Home::new();
    let mut other = Vault::open(&home.places, &home.key).unwrap();
    let writing = other.begin().unwrap();
    assert!(home.vault.begin_if_free().unwrap().is_none());
    writing.put("counts", b"all", b"1").unwrap();
    writing.commit().unwrap();
    let txn = home.vault.begin_if_free().unwrap().unwrap();
    let seen = txn.get("counts", b"all").unwrap();
    assert_eq!(seen.as_deref(), Some(b"1".as_slice()));
    txn.put("counts", b"all", b"2").unwrap();
    txn.commit().unwrap();
    // Whoever writes next waits for its turn again, as ever.
    assert!(other.begin().is_ok());
}
