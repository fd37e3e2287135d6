//! Reference: the same bytes over bare QUIC into plain SQLite, without any check.
//!
//! `bare serve RECORDS` prints the port and sends the file's records to whoever dials;
//! `bare fetch rows|blobs PORT DATABASE` keeps them, one durable transaction for each MiB:
//! R1 one row a record, R2 blobs of 64 KiB. `RECORDS` is u32 big-endian length, bytes, repeated.
//!
//! `bare answer DATABASE` prints the port, inserts each frame durably and says so; `bare ask PORT
//! DATABASE`, for each line on stdin, inserts a row durably, sends it, waits until it is said to be
//! durable there, and prints how many nanoseconds that took.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::sync::Arc;

use identity::DeviceKeys;
use node::transport::{Arrival, Endpoint, Lull, Pins, Valve};
use rusqlite::{Connection, config::DbConfig, params};

const FRAME: usize = 1 << 20;
const BLOB: usize = 64 << 10;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", records] => serve(&std::fs::read(records).expect("the records")).await,
        ["fetch", how, port, database] => {
            fetch(how == "rows", port.parse().expect("a port"), database).await;
        }
        ["answer", database] => answer(database).await,
        ["ask", port, database] => ask(port.parse().expect("a port"), database).await,
        _ => println!("use: serve RECORDS | fetch rows|blobs PORT DATABASE"),
    }
}

fn endpoint(seed: u8) -> Endpoint {
    let keys = DeviceKeys::from_seeds([seed; 32], [seed; 32]);
    let open = Valve::new(Arc::new(|| false));
    let any = "127.0.0.1:0".parse().expect("an address");
    Endpoint::bind(
        any,
        &[seed; 32],
        &keys.sign_public(),
        &Pins::any(),
        open,
        Lull::Ends,
    )
    .expect("a socket")
}

async fn serve(records: &[u8]) {
    let endpoint = endpoint(1);
    println!("{}", endpoint.local_addr().expect("bound").port());
    while let Some(knock) = endpoint.accept().await {
        let Ok(mut line) = knock.answer().await else {
            continue;
        };
        // The dialer speaks first: its stream stands once it has.
        drop(line.receiver.frame().await);
        let mut rest = records;
        while !rest.is_empty() {
            let (frame, more) = rest.split_at(cut(rest));
            let mut flush = u32::try_from(frame.len())
                .expect("bounded")
                .to_be_bytes()
                .to_vec();
            flush.extend_from_slice(frame);
            if line.sender.write(&flush).await.is_err() {
                break;
            }
            rest = more;
        }
        drop(line.sender.write(&[0; 4]).await);
        // The fetcher's answer says that all is durable.
        drop(line.receiver.frame().await);
        drop(line.park());
    }
}

/// How many bytes of whole records fit a frame.
fn cut(records: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = records.get(at..at + 4) {
        let next = at + 4 + u32::from_be_bytes(length.try_into().expect("four")) as usize;
        if next > FRAME {
            break;
        }
        at = next;
    }
    at
}

fn open(database: &str) -> Connection {
    let db = Connection::open(database).expect("open");
    db.pragma_update(None, "journal_mode", "WAL").expect("wal");
    db.pragma_update(None, "synchronous", "FULL").expect("full");
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .expect("close");
    db.execute_batch("CREATE TABLE IF NOT EXISTS row(id INTEGER PRIMARY KEY, body BLOB)")
        .expect("table");
    db
}

fn insert(db: &Connection, body: &[u8]) {
    db.execute("INSERT INTO row(body) VALUES (?1)", params![body])
        .expect("insert");
}

async fn answer(database: &str) {
    let db = open(database);
    let endpoint = endpoint(1);
    println!("{}", endpoint.local_addr().expect("bound").port());
    let knock = endpoint.accept().await.expect("somebody");
    let mut line = knock.answer().await.expect("a line");
    while let Ok(Some(Arrival::Frame(frame))) = line.receiver.frame().await {
        insert(&db, &frame);
        line.sender.write(&[0; 4]).await.expect("said");
    }
}

async fn ask(port: u16, database: &str) {
    let db = open(database);
    let endpoint = endpoint(2);
    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let mut line = endpoint.dial(address).await.expect("a connection");
    println!("ready");
    let row = [7_u8; 250];
    let flush = [&250_u32.to_be_bytes()[..], &row].concat();
    for asked in std::io::stdin().lines() {
        drop(asked);
        let began = std::time::Instant::now();
        insert(&db, &row);
        line.sender.write(&flush).await.expect("said");
        drop(line.receiver.frame().await);
        println!("{}", began.elapsed().as_nanos());
    }
}

async fn fetch(rows: bool, port: u16, database: &str) {
    let mut db = open(database);
    let endpoint = endpoint(2);
    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let mut line = endpoint.dial(address).await.expect("a connection");
    line.sender.write(&[0; 4]).await.expect("hello");
    while let Ok(Some(Arrival::Frame(frame))) = line.receiver.frame().await {
        if frame.is_empty() {
            break;
        }
        let change = db.transaction().expect("begin");
        {
            let mut insert = change
                .prepare_cached("INSERT INTO row(body) VALUES (?1)")
                .expect("insert");
            if rows {
                let mut rest = &frame[..];
                while let Some((length, more)) = rest.split_first_chunk::<4>() {
                    let (record, more) = more.split_at(u32::from_be_bytes(*length) as usize);
                    insert.execute(params![record]).expect("row");
                    rest = more;
                }
            } else {
                for blob in frame.chunks(BLOB) {
                    insert.execute(params![blob]).expect("blob");
                }
            }
        }
        change.commit().expect("commit");
    }
    line.sender.write(&[0; 4]).await.expect("done");
    line.finish().await;
}
