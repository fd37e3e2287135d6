//! Reference: a program that inserts one row durably, in the vault's own journal mode and close.
#![allow(clippy::expect_used, reason = "a benchmark")]

use rusqlite::{Connection, config::DbConfig, params};

fn main() {
    let path = std::env::args().nth(1).expect("a database");
    let row = [7_u8; 250];
    let db = Connection::open(path).expect("open");
    db.pragma_update(None, "journal_mode", "WAL").expect("wal");
    db.pragma_update(None, "synchronous", "FULL").expect("full");
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .expect("close");
    db.execute_batch("CREATE TABLE IF NOT EXISTS row(id INTEGER PRIMARY KEY, body BLOB)")
        .expect("table");
    db.execute("INSERT INTO row(body) VALUES (?1)", params![&row[..]])
        .expect("insert");
}
