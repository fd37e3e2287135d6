//! S23: after its day nothing here brings a word back, whatever the clock did and whatever the
//! database left lying about.

use std::fs;

use vault::{LEAP, SLOTS, Table, Tide, Vault};

use crate::Home;

const WORDS: Table = Table::fading("fading/words");
const TODAY: u32 = 20_000;
const CANARY: &[u8] = b"CANARY: what was said on Friday, and to nobody else";

fn key(day: u32, name: u8) -> Vec<u8> {
    [&day.to_be_bytes(), [name; 12].as_slice()].concat()
}

fn put(home: &mut Home, day: u32, name: u8, text: &[u8]) {
    let txn = home.vault.begin().unwrap();
    txn.begin_fading(TODAY).unwrap();
    txn.put(WORDS, &key(day, name), text).unwrap();
    txn.commit().unwrap();
}

fn get(home: &Home, day: u32, name: u8) -> Option<Vec<u8>> {
    home.vault
        .read()
        .unwrap()
        .get(WORDS, &key(day, name))
        .unwrap()
}

fn at(day: u32) -> Tide {
    Tide {
        high_water: day,
        today: day,
    }
}

/// Every row as it lies in the database now.
fn sealed(home: &Home) -> Vec<(Vec<u8>, Vec<u8>)> {
    let raw = home.raw();
    let mut rows = raw
        .prepare("SELECT id, sealed FROM row WHERE tab LIKE 'fading/%'")
        .unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// All bytes of all files of home and state.
fn everything(home: &Home) -> Vec<u8> {
    let mut all = Vec::new();
    for folder in [&home.places.home, &home.places.state] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.extend(fs::read(path).unwrap());
            }
        }
    }
    all
}

fn holds(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|at| at == part)
}

/// Puts a sealed row back where it was, as from a free page or the log, and asks for it.
fn comes_back(home: &mut Home, rows: &[(Vec<u8>, Vec<u8>)]) -> bool {
    let raw = home.raw();
    for (id, sealed) in rows {
        raw.execute(
            "INSERT OR REPLACE INTO row (tab, id, sealed) VALUES ('fading/words', ?1, ?2)",
            (id, sealed),
        )
        .unwrap();
    }
    home.reopen();
    let found = rows.iter().any(|(id, _)| {
        let read = home.vault.read().unwrap();
        read.get(WORDS, id).unwrap().is_some()
    });
    for (id, _) in rows {
        raw.execute("DELETE FROM row WHERE id = ?1", [id]).unwrap();
    }
    found
}

#[test]
fn s23_after_its_day_a_row_is_gone_with_all_that_could_open_it() {
    let mut home = Home::new();
    put(&mut home, TODAY + 14, 1, CANARY);
    put(&mut home, TODAY + 15, 2, CANARY);
    assert_eq!(get(&home, TODAY + 14, 1).as_deref(), Some(CANARY));
    let day = (TODAY + 14).to_be_bytes();
    let of_day = |id: &[u8]| id.starts_with(&day);
    let rows: Vec<_> = sealed(&home)
        .into_iter()
        .filter(|(id, _)| of_day(id))
        .collect();
    assert_eq!(rows.len(), 1);

    assert_eq!(home.vault.fade(TODAY + 14).unwrap(), at(TODAY + 14));
    assert!(get(&home, TODAY + 14, 1).is_some(), "the last day counts");
    assert_eq!(home.vault.fade(TODAY + 15).unwrap(), at(TODAY + 15));
    assert_eq!(get(&home, TODAY + 14, 1), None);
    assert!(get(&home, TODAY + 15, 2).is_some());
    let all = everything(&home);
    assert!(!holds(&all, CANARY), "never in the clear");
    for (_, sealed) in &rows {
        assert!(
            !holds(&all, &sealed[..40]),
            "not even its ciphertext is left"
        );
    }
    assert!(!comes_back(&mut home, &rows), "its key is gone");
    // Ten years back, and every replay of a day: nothing.
    for day in [TODAY - 3_650, TODAY, TODAY + 14, TODAY + 15] {
        assert_eq!(
            home.vault.fade(day).unwrap(),
            at(TODAY + 15),
            "time does not go back"
        );
        assert!(!comes_back(&mut home, &rows));
    }
    home.vault.check().unwrap();

    // The way back is tried rightly: a row whose key lives does come back.
    put(&mut home, TODAY + 20, 3, CANARY);
    let day = (TODAY + 20).to_be_bytes();
    let of_day = |id: &[u8]| id.starts_with(&day);
    let rows: Vec<_> = sealed(&home)
        .into_iter()
        .filter(|(id, _)| of_day(id))
        .collect();
    assert!(comes_back(&mut home, &rows));
}

#[test]
fn s23_a_row_moved_to_an_earlier_day_leaves_no_older_copy() {
    let mut home = Home::new();
    put(&mut home, TODAY + 90, 1, CANARY);
    let before = sealed(&home);
    // Opened: it fades in three days, its first key lives for ninety.
    let txn = home.vault.begin().unwrap();
    txn.put(WORDS, &key(TODAY + 3, 1), CANARY).unwrap();
    txn.delete(WORDS, &key(TODAY + 90, 1)).unwrap();
    txn.commit().unwrap();
    home.vault.fade(TODAY + 4).unwrap();
    let all = everything(&home);
    for (_, sealed) in before {
        assert!(
            !holds(&all, &sealed[..40]),
            "a copy under a living key is left"
        );
    }
}

#[test]
fn s23_a_clock_that_jumps_ten_years_ahead_hides_and_destroys_nothing_that_day() {
    let mut home = Home::new();
    put(&mut home, TODAY + 14, 1, CANARY);
    let far = TODAY + 3_650;
    let jumped = Tide {
        high_water: TODAY,
        today: far,
    };
    assert_eq!(home.vault.fade(far).unwrap(), jumped);
    assert_eq!(
        home.vault.fade(far).unwrap(),
        jumped,
        "that day, as often as one likes"
    );
    // The clock was wrong: everything is there again.
    assert_eq!(home.vault.fade(TODAY + 1).unwrap(), at(TODAY + 1));
    assert!(get(&home, TODAY + 14, 1).is_some());
    // It was right: a later day confirms it.
    assert_eq!(home.vault.fade(far).unwrap().high_water, TODAY + 1);
    assert_eq!(home.vault.fade(far + 1).unwrap(), at(far + 1));
    assert_eq!(get(&home, TODAY + 14, 1), None);
    // And nothing is taken for a past day or one too far.
    let txn = home.vault.begin().unwrap();
    for day in [TODAY + 14, far, far + 1 + SLOTS] {
        assert!(txn.put(WORDS, &key(day, 9), b"late").is_err());
    }
    txn.put(WORDS, &key(far + SLOTS, 9), b"in time").unwrap();
}

#[test]
fn s23_thirty_days_away_are_believed_at_once() {
    let mut home = Home::new();
    put(&mut home, TODAY + 14, 1, CANARY);
    assert_eq!(home.vault.fade(TODAY + LEAP).unwrap(), at(TODAY + LEAP));
    assert_eq!(get(&home, TODAY + 14, 1), None);
}

#[test]
fn s23_every_day_has_a_key_of_its_own() {
    let mut home = Home::new();
    for day in 0..SLOTS {
        put(&mut home, TODAY + day, 1, format!("day {day}").as_bytes());
    }
    for day in 1..=SLOTS + 3 {
        home.vault.fade(TODAY + day).unwrap();
        for other in 0..SLOTS {
            let there = get(&home, TODAY + other, 1).is_some();
            assert_eq!(there, other >= day, "on day {day}, that of day {other}");
        }
    }
}

/// Killed after the keys went and before the rows did.
#[test]
fn s23_keys_go_before_rows_and_a_crash_between_brings_nothing_back() {
    let mut home = Home::new();
    put(&mut home, TODAY + 1, 1, CANARY);
    let copy = home.dir.path().join("as of the crash");
    fs::create_dir(&copy).unwrap();
    for file in fs::read_dir(&home.places.home).unwrap().map(Result::unwrap) {
        if file.path().is_file() {
            fs::copy(file.path(), copy.join(file.file_name())).unwrap();
        }
    }
    home.vault.fade(TODAY + 2).unwrap();
    home.places.home = copy;
    home.vault = Vault::open(&home.places, &home.key).unwrap();
    assert_eq!(sealed(&home).len(), 1, "the row stands as before the crash");
    assert_eq!(get(&home, TODAY + 1, 1), None);
    assert!(
        home.vault
            .read()
            .unwrap()
            .scan(WORDS, &[])
            .unwrap()
            .is_empty()
    );
    home.vault.check().unwrap();
}

#[test]
fn a_home_without_its_state_has_no_words_and_begins_anew() {
    let mut home = Home::new();
    put(&mut home, TODAY + 14, 1, CANARY);
    fs::remove_file(home.places.state.join("fading.keys")).unwrap();
    home.reopen();
    assert_eq!(get(&home, TODAY + 14, 1), None);
    put(&mut home, TODAY + 14, 2, CANARY);
    assert!(get(&home, TODAY + 14, 2).is_some());
    // A file of keys that was torn holds none, and stops nothing.
    fs::write(home.places.state.join("fading.keys"), b"torn").unwrap();
    assert_eq!(get(&home, TODAY + 14, 2), None);
    let tag = fs::read(home.places.state.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with(b"Signature: 8a477f597d28d172789f06886806bc55"));
}
