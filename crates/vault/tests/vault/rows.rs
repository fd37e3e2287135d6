//! Rows: each opens only where it was written.

use rusqlite::params;
use vault::{Table, VaultError};

use crate::{Home, LOG, OTHER, records};

const ORDERED: Table = Table::ordered("ordered");

fn fill(home: &mut Home) {
    let txn = home.vault.begin().unwrap();
    for number in [3_u8, 1, 2, 200] {
        txn.put("hidden", &[number], &[number; 3]).unwrap();
        txn.put(ORDERED, &[number], &[number; 3]).unwrap();
    }
    txn.put("hidden", &[1], b"changed").unwrap();
    txn.put(ORDERED, &[1], b"changed").unwrap();
    txn.delete("hidden", &[2]).unwrap();
    txn.delete(ORDERED, &[2]).unwrap();
    txn.delete(ORDERED, b"never there").unwrap();
    txn.commit().unwrap();
}

#[test]
fn rows_are_found_and_scanned_in_the_order_of_keys() {
    let mut home = Home::new();
    fill(&mut home);
    home.reopen();
    let reader = home.vault.read().unwrap();
    for table in [Table::hidden("hidden"), ORDERED] {
        assert_eq!(reader.get(table, &[3]).unwrap(), Some(vec![3; 3]));
        assert_eq!(reader.get(table, &[2]).unwrap(), None);
        let pairs = |from: &[u8]| reader.scan(table, from).unwrap();
        let one = (vec![1], b"changed".to_vec());
        let rest = [(vec![3], vec![3; 3]), (vec![200], vec![200; 3])];
        assert_eq!(pairs(&[]), [&[one], rest.as_slice()].concat());
        assert_eq!(pairs(&[2]), rest);
        assert_eq!(pairs(&[201]), []);
        for from in [0, 1, 2, 3, 201] {
            let first = pairs(&[from]).into_iter().next();
            assert_eq!(reader.next(table, &[from]).unwrap(), first);
        }
    }
    assert_eq!(reader.get("another", &[3]).unwrap(), None);
    assert_eq!(reader.scan("another", &[]).unwrap(), []);
}

#[test]
fn an_empty_value_and_a_large_one() {
    let mut home = Home::new();
    let large: Vec<u8> = records(1, 1, 3_000_000).remove(0);
    let txn = home.vault.begin().unwrap();
    txn.put("t", b"", b"").unwrap();
    txn.put("t", b"large", &large).unwrap();
    assert!(matches!(
        txn.put("t", &[0; 1025], b""),
        Err(VaultError::TooLarge { bytes: 1025 })
    ));
    txn.commit().unwrap();
    let reader = home.vault.read().unwrap();
    assert_eq!(reader.get("t", b"").unwrap(), Some(vec![]));
    assert!(reader.get("t", b"large").unwrap() == Some(large));
}

fn damaged<T: std::fmt::Debug>(result: Result<T, VaultError>) {
    assert!(
        matches!(result, Err(VaultError::Damaged { .. })),
        "{result:?}"
    );
}

#[test]
fn a_row_moved_to_another_key_does_not_open() {
    let mut home = Home::new();
    fill(&mut home);
    let moved =
        "UPDATE row SET sealed = (SELECT sealed FROM row WHERE tab = 'ordered' AND id = x'03')
                 WHERE tab = 'ordered' AND id = x'01'";
    assert_eq!(home.raw().execute(moved, []).unwrap(), 1);
    let reader = home.vault.read().unwrap();
    damaged(reader.get(ORDERED, &[1]));
    assert_eq!(
        reader.get(ORDERED, &[3]).unwrap(),
        Some(vec![3; 3]),
        "the others are not touched"
    );
    damaged(reader.scan(ORDERED, &[]));
    drop(reader);
    damaged(home.vault.check());
}

#[test]
fn a_row_moved_to_another_table_does_not_open() {
    let mut home = Home::new();
    fill(&mut home);
    home.raw()
        .execute("UPDATE row SET tab = 'other' WHERE tab = 'ordered'", [])
        .unwrap();
    damaged(
        home.vault
            .read()
            .unwrap()
            .get(Table::ordered("other"), &[3]),
    );
    damaged(home.vault.check());
}

#[test]
fn swapped_runs_and_heads_do_not_open() {
    for (table, column) in [("tail", "sealed"), ("seg", "sealed"), ("head", "sealed")] {
        let mut home = Home::new();
        for log in [LOG, OTHER] {
            home.append(&log, 1, &records(1, 400, 300));
            home.append(&log, 401, &records(401, 1, 300));
        }
        let raw = home.raw();
        let mut rows = raw
            .prepare(&format!(
                "SELECT rowid, {column} FROM {table} WHERE rowid > 0 ORDER BY rowid"
            ))
            .unwrap();
        let rows: Vec<(i64, Vec<u8>)> = rows
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(rows.len() >= 2, "{table}");
        for (row, (_, sealed)) in rows.iter().zip(rows.iter().cycle().skip(1)) {
            raw.execute(
                &format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2"),
                params![sealed, row.0],
            )
            .unwrap();
        }
        damaged(home.vault.read().unwrap().records(&LOG, 1, usize::MAX));
        damaged(home.vault.check());
    }
}

#[test]
fn a_missing_run_is_noticed() {
    for table in ["tail", "seg"] {
        let mut home = Home::new();
        home.append(&LOG, 1, &records(1, 900, 300));
        home.append(&LOG, 901, &records(901, 1, 300));
        let sql = format!("DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})");
        assert_eq!(home.raw().execute(&sql, []).unwrap(), 1);
        damaged(home.vault.read().unwrap().records(&LOG, 1, usize::MAX));
        damaged(home.vault.check());
    }
}

#[test]
fn a_run_that_belongs_nowhere_is_noticed() {
    let mut home = Home::new();
    home.append(&LOG, 1, &records(1, 3, 30));
    home.raw()
        .execute(
            "INSERT INTO tail SELECT place + (1 << 41), count, sealed FROM tail",
            [],
        )
        .unwrap();
    assert_eq!(home.all(&LOG), records(1, 3, 30));
    damaged(home.vault.check());
}
