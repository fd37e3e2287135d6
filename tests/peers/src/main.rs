//! The nearest system at the same job: a list of signed-record-sized entries, one Automerge change
//! each, fetched for the first time by a second process over loopback.
//!
//! `handfast-peers serve COUNT` makes the document and prints `PORT DOCUMENT`;
//! `handfast-peers fetch COUNT PORT DOCUMENT` fetches it and prints the seconds from process start
//! to the last entry. samod here keeps everything in memory, signs nothing and verifies nothing.

use std::time::Instant;

use automerge::transaction::Transactable as _;
use automerge::{Automerge, ObjType, ROOT, ReadDoc as _};
use samod::{AcceptorHandle, BackoffConfig, Repo, Transport};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

const ENTRY: usize = 200;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", count] => serve(count.parse()?).await,
        ["fetch", count, port, document] => {
            fetch(count.parse()?, port.parse()?, document).await?;
            println!("{:.4}", begun.elapsed().as_secs_f64());
            Ok(())
        }
        _ => Err("use: serve COUNT | fetch COUNT PORT DOCUMENT".into()),
    }
}

async fn serve(count: usize) -> Result<(), Failure> {
    let mut document = Automerge::new();
    let list = {
        let mut change = document.transaction();
        let list = change.put_object(ROOT, "entries", ObjType::List)?;
        change.commit();
        list
    };
    for index in 0..count {
        let mut change = document.transaction();
        change.insert(&list, index, entry(index))?;
        change.commit();
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let repo = Repo::build_tokio().load().await;
    let handle = repo.create(document).await?;
    let acceptor: AcceptorHandle =
        repo.make_acceptor(format!("tcp://127.0.0.1:{port}").parse()?)?;
    println!("{port} {}", handle.document_id());
    loop {
        let (stream, _) = listener.accept().await?;
        acceptor.accept(Transport::from_tokio_io(stream))?;
    }
}

/// Letters that do not compress away, as a signature does not: an entry of ours carries one.
fn entry(index: usize) -> String {
    let mut state = index as u64 ^ 0x9e37_79b9_7f4a_7c15;
    (0..ENTRY)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'0' + (state % 64) as u8)
        })
        .collect()
}

async fn fetch(count: usize, port: u16, document: &str) -> Result<(), Failure> {
    let repo = Repo::build_tokio().load().await;
    let dialer = repo.dial_tcp(
        format!("tcp://127.0.0.1:{port}").parse()?,
        BackoffConfig::default(),
    )?;
    dialer.established().await?;
    let handle = repo
        .find(document.parse()?)
        .await?
        .ok_or("no such document")?;
    let mut changes = std::pin::pin!(handle.changes());
    loop {
        let have = handle.with_document(|d| {
            d.get(ROOT, "entries")
                .ok()
                .flatten()
                .map_or(0, |(_, list)| d.length(&list))
        });
        if have >= count {
            return Ok(());
        }
        std::future::poll_fn(|context| {
            use futures_core::Stream as _;
            changes.as_mut().poll_next(context)
        })
        .await;
    }
}
