//! Makes two rehearsal homes with a life in them, in seconds: `history RECORDS YEARS FOLDER`.
//!
//! `FOLDER/ana` holds everything, `FOLDER/ben` too, `FOLDER/new` is a second device of Ben's before
//! it received anything; `FOLDER/records` holds the same records bare, for the references (u32 big-endian
//! length, bytes). Each home's state lies beside it as `NAME.state`. The passphrase is "rehearsal".
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for benchmarks"
)]

use std::io::Write as _;
use std::path::Path;

use identity::{LogId, Person};
use node::{Home, Passphrase, Places};
use replica::testing::{History, history};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [records, years, folder] = &arguments[..] else {
        println!("use: history RECORDS YEARS FOLDER");
        std::process::exit(2);
    };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).expect("the folder");
    let mut life = history(
        1,
        records.parse().expect("a number"),
        years.parse().expect("a number"),
    );
    let all: Vec<(LogId, Vec<Vec<u8>>)> = life.logs.into_iter().zip(life.records.clone()).collect();
    let [ana, ben] = life.logs;
    let new = life.couple.certify(Person::B, None);
    make(folder, "ana", &life, ana, &all);
    make(folder, "ben", &life, ben, &all);
    make(folder, "new", &life, new, &[]);
    let mut file = std::fs::File::create(folder.join("records")).expect("a file");
    for record in life.records.iter().flatten() {
        let length = u32::try_from(record.len()).expect("a record is short");
        file.write_all(&length.to_be_bytes()).expect("written");
        file.write_all(record).expect("written");
    }
    let (count, bytes) = life.size();
    println!(
        "{count} records, {bytes} bytes, today is day {}",
        life.today.0
    );
}

fn make(folder: &Path, name: &str, life: &History, log: LogId, all: &[(LogId, Vec<Vec<u8>>)]) {
    let places = Places {
        home: folder.join(name),
        state: folder.join(format!("{name}.state")),
    };
    let passphrase = Passphrase::new("rehearsal".to_owned().into());
    let mut home = Home::begin(places, &passphrase, name, true).expect("a home");
    let runs = all
        .iter()
        .flat_map(|(log, records)| records.chunks(4_000).map(|run| (*log, run.to_vec())));
    home.adopt_for_testing(life.couple.statements(), log, life.couple.keys(log), runs)
        .expect("adopted");
}
