//! What ten years take on the disk.

use crate::bench::{Bench, LIVES};
use crate::tools::size;

impl Bench {
    pub(crate) fn disk(&self) {
        let home = self.life(0).join("ana");
        let wal = size(&home.join("vault.db-wal"));
        let db = rusqlite::Connection::open(home.join("vault.db")).expect("open");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("checkpoint");
        drop(db);
        let records = size(&self.life(0).join("records")) - 4 * LIVES[0].0 as u64;
        let kept = size(&home.join("vault.db"));
        println!(
            "| disk / records' bytes | {kept} | {records} | {:.3} | 1.10 |",
            kept as f64 / records as f64
        );
        println!("| write-ahead log | {wal} bytes | | | 4.5 MB |");
    }
}
