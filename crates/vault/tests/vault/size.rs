//! Ten years on the disk: 75,000 records of 250 bytes (design §7).

use crate::{Home, LOG, passphrase, records};

fn size(home: &Home, name: &str) -> u64 {
    home.places.home.join(name).metadata().unwrap().len()
}

#[test]
fn ten_years_take_little_more_than_their_bytes() {
    let mut home = Home::new();
    let started = std::time::Instant::now();
    let mut bytes = 0;
    let mut next = 1;
    let mut largest_log = 0;
    // As a first sync does it: 1 MiB at a time.
    while next <= 75_000 {
        let run = records(next, 4_000.min(75_001 - next), 243);
        bytes += run.iter().map(|record| record.len() as u64).sum::<u64>();
        home.append(&LOG, next, &run);
        next += run.len() as u64;
        largest_log = largest_log.max(size(&home, "vault.db-wal"));
    }
    println!("written in {:?}", started.elapsed());
    // And then as a busy evening does it.
    for number in 75_001..75_600 {
        let run = records(number, 1, 243);
        bytes += run[0].len() as u64;
        home.append(&LOG, number, &run);
        largest_log = largest_log.max(size(&home, "vault.db-wal"));
    }
    let started = std::time::Instant::now();
    assert_eq!(home.all(&LOG).len(), 75_599);
    println!("read in {:?}", started.elapsed());
    let started = std::time::Instant::now();
    assert_eq!(
        home.vault
            .read()
            .unwrap()
            .records(&LOG, 75_550, usize::MAX)
            .unwrap()
            .len(),
        50
    );
    println!("the last fifty in {:?}", started.elapsed());
    assert!(
        largest_log <= 4_500_000,
        "write-ahead log of {largest_log} bytes"
    );
    home.raw()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let ratio = size(&home, "vault.db") as f64 / bytes as f64;
    println!("disk {ratio:.4} of the records' bytes, write-ahead log at most {largest_log}");
    assert!(ratio <= 1.10, "disk {ratio:.4} of the records' bytes");
}

/// Everything on the disk is ciphertext (S45): no content, key, name or log id in any file.
#[test]
fn no_canary_sings_in_any_file() {
    let mut home = Home::new();
    let canaries: [&[u8]; 6] = [
        b"canary-record",
        b"canary-value-",
        b"canary-hidden-key",
        b"canary-tray--",
        b"the secret",
        b"canary-log-id-canary-log-id-cana",
    ];
    let log: [u8; 32] = canaries[5].try_into().unwrap();
    for number in 1..=400 {
        let txn = home.vault.begin().unwrap();
        txn.append(&log, number, &[[canaries[0], &[b'x'; 300]].concat()])
            .unwrap();
        txn.put(
            "t",
            &[canaries[2], &number.to_be_bytes()].concat(),
            &canaries[1].repeat(9),
        )
        .unwrap();
        txn.commit().unwrap();
        if number % 50 == 0 {
            home.cut(&log, number - 1);
            home.append(&log, number, &[canaries[0].repeat(3)]);
        }
    }
    vault::tray::put(&home.places, &canaries[3].repeat(5)).unwrap();
    vault::state::set_valve(&home.places, vault::state::Valve::Shut).unwrap();
    vault::change_passphrase(
        &home.places,
        &passphrase("apple"),
        &passphrase("canary-pass"),
    )
    .unwrap();
    let key = *home.key.to_bytes();
    let mut looked_at = Vec::new();
    let mut folders = vec![home.places.home.clone(), home.places.state.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for canary in canaries
                .into_iter()
                .chain([key.as_slice(), b"apple", b"canary-pass"])
            {
                let short = &canary[..canary.len().min(10)];
                assert!(
                    !bytes.windows(short.len()).any(|window| window == short),
                    "{}",
                    path.display()
                );
            }
            looked_at.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    for name in ["vault.db", "vault.db-wal", "keys.json", "witness", "valve"] {
        assert!(
            looked_at.iter().any(|seen| seen == name),
            "{name} was not looked at"
        );
    }
    assert!(looked_at.iter().any(|name| name.ends_with(".slip")));
}
