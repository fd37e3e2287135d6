//! S20: no export, log, debug print or crash holds what somebody said in confidence.
//!
//! 1. Each generated history is a life of two people with signed entries, and with words of every kind
//!    that came over a session; each text of them holds a canary of its own.
//! 2. The canary shows where its reader opens it, so the scan could find it.
//! 3. It is in no file that `export`, `report`, `ics` or `summary` writes, in no line or JSON of `log`, in no plan,
//!    in no debug print, in no panic, and in no byte of the home as it lies on the disk.
//!
//! `cargo test -p handfast-cli --bin handfast s20` takes a part of the 1,000; `just soak` takes all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use identity::{Day, LogId, Person};
use node::home::{Cursor, Kept};
use node::words::{Body, Confidential, Draft, Heard, Lane, Talk, Wish};
use node::{Clock, Home, Passphrase, Places};
use pact::summary::Terms;
use pact::{Reading, calendar};
use protocol::frames::take_frame;
use protocol::session::{Input, Output, Session};
use replica::Write;
use replica::testing::{History, history};

use crate::entry::Entry;
use crate::items::{self, Items};
use crate::names::Names;
use crate::{dates, doing, report, summary};

/// So many are looked at in the ordinary run.
const SOME: u64 = 60;
/// S20's number.
const ALL: u64 = 1_000;

fn home(folder: &Path, name: &str, life: &History, log: LogId) -> Home {
    let places = Places {
        home: folder.join(name),
        state: folder.join(format!("{name}.state")),
    };
    let passphrase = Passphrase::new("four words for tests".to_owned().into());
    let mut home = Home::begin(places, &passphrase, name, true).unwrap();
    let runs = life.logs.iter().zip(&life.records);
    let runs = runs.map(|(log, all)| (*log, all.clone()));
    home.adopt_for_testing(life.couple.statements(), log, life.couple.keys(log), runs)
        .unwrap();
    let now = format!("{}T20:00:00Z", calendar::iso(life.today));
    home.set_clock(Clock::injected(OsStr::new(&now)).unwrap());
    let other = if name == "Ana" { "Ben" } else { "Ana" };
    home.set("other", other).unwrap();
    home.set("grace", "0").unwrap();
    home
}

/// A turn of one end; what it sends, frame by frame.
fn turn(home: &mut Home, session: &mut Session, input: Input<'_>) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    let mut next = Some(input);
    while let Some(input) = next.take() {
        let more = home.turn_for_testing(|replica, shelf, clock| {
            session.handle(input, replica, shelf, clock)?;
            while let Some(output) = session.poll() {
                match output {
                    Output::Persist(writes) => return Ok((true, Some(writes))),
                    Output::Transmit(mut bytes) => {
                        while let Ok(Some(frame)) = take_frame(&mut bytes) {
                            sent.push(frame);
                        }
                    }
                    Output::Close(why) => panic!("{why:?}"),
                    Output::Event(_) | Output::WakeAt(..) => {}
                }
            }
            Ok((false, None::<Vec<Write>>))
        });
        next = more.unwrap().then_some(Input::Persisted);
    }
    sent
}

/// Both meet, in this process.
fn meet(ana: &mut Home, ben: &mut Home, logs: [LogId; 2]) {
    let (mut at_ana, mut at_ben) = (Session::new(logs[1], false), Session::new(logs[0], false));
    let mut to_ben = turn(ana, &mut at_ana, Input::Opened);
    let mut to_ana = turn(ben, &mut at_ben, Input::Opened);
    for _ in 0..40 {
        if to_ana.is_empty() && to_ben.is_empty() {
            return;
        }
        let (for_ana, for_ben) = (std::mem::take(&mut to_ana), std::mem::take(&mut to_ben));
        for frame in for_ana {
            to_ben.extend(turn(ana, &mut at_ana, Input::Frame(&frame)));
        }
        for frame in for_ben {
            to_ana.extend(turn(ben, &mut at_ben, Input::Frame(&frame)));
        }
    }
    panic!("a meeting without an end");
}

/// A random number of the seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // Knuth's multiplier; good enough to tell lives apart.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

/// The texts that were said, each with a canary that stands nowhere else.
struct Canaries {
    seed: u64,
    made: u64,
}

impl Canaries {
    fn text(&mut self) -> Confidential {
        self.made += 1;
        format!(
            "I felt CANARY{:04}x{:02}END that evening.",
            self.seed, self.made
        )
        .into()
    }
}

/// Words of a random kind, about something that was signed where the kind wants that.
fn said(dice: &mut Dice, canaries: &mut Canaries, kept: &[Kept], author: Person) -> Body {
    let mine: Vec<&Kept> = kept.iter().filter(|one| one.person == author).collect();
    let some = |dice: &mut Dice| {
        let at = usize::try_from(dice.below(mine.len() as u64)).unwrap();
        mine.get(at).map(|one| one.record.hash())
    };
    match dice.below(8) {
        0 => Body::Heard(Heard::Understood(canaries.text())),
        1 => Body::Heard(Heard::NotQuite(canaries.text())),
        2 => Body::Talk(Talk::Ask {
            when: canaries.text(),
            place: canaries.text(),
            text: canaries.text(),
        }),
        3 => Body::Talk(Talk::Later(canaries.text())),
        4 => Body::Sorry {
            about: some(dice),
            promise: None,
            parts: ["heard", "did", "affected"]
                .map(|name| (name.to_owned(), canaries.text()))
                .to_vec(),
        },
        5 => match some(dice) {
            Some(setback) => Body::Story {
                setback,
                text: canaries.text(),
            },
            None => Body::Say(canaries.text()),
        },
        6 => Body::Talk(Talk::No(canaries.text())),
        _ => Body::Say(canaries.text()),
    }
}

fn has_canary(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|part| part == b"CANARY")
}

#[track_caller]
fn clean(what: &str, bytes: &[u8]) {
    assert!(!has_canary(bytes), "a confidential word in {what}");
}

/// Every file below a folder.
fn scan(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            scan(&entry.path());
        } else if let Ok(bytes) = fs::read(entry.path()) {
            clean(&entry.path().display().to_string(), &bytes);
        }
    }
}

/// One life; gives how many canaries were said in it.
fn one(seed: u64) -> u64 {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    };
    let mut dice = Dice(seed);
    let life = history(seed, 30 + usize::try_from(dice.below(40)).unwrap(), 1);
    let mut ana = home(dir.path(), "Ana", &life, life.logs[0]);
    let mut ben = home(dir.path(), "Ben", &life, life.logs[1]);
    let (kept, _) = ana.since(&Cursor::default()).unwrap();
    let mut canaries = Canaries { seed, made: 0 };
    for _ in 0..2 + dice.below(5) {
        let (author, home) = if dice.below(2) == 0 {
            (Person::A, &mut ana)
        } else {
            (Person::B, &mut ben)
        };
        let mut wish = Wish::new(said(&mut dice, &mut canaries, &kept, author));
        wish.fade = 1 + u8::try_from(dice.below(20)).unwrap();
        if dice.below(4) == 0 && matches!(wish.body, Body::Say(_)) {
            wish.lane = Lane::Practical;
        }
        home.say_words(wish).unwrap();
    }
    ana.save_draft(&Draft {
        name: "say".into(),
        parts: vec![(String::new(), canaries.text())],
    })
    .unwrap();
    ana.write_note(&canaries.text(), None).unwrap();
    meet(&mut ana, &mut ben, life.logs);

    for (home, keeps) in [
        (&mut ana, dice.below(2) == 0),
        (&mut ben, dice.below(2) == 0),
    ] {
        // Its reader can read it, and some do.
        let listed = home.words().unwrap().there;
        let mut shown = 0;
        for one in &listed {
            let opened = home.look_at_words(&one.handle).unwrap();
            clean("a debug print", format!("{one:?} {opened:?}").as_bytes());
            let text = crate::confidential::told::body_json(&opened.body).to_string();
            shown += usize::from(has_canary(text.as_bytes()));
            if keeps && !one.mine {
                home.keep_copy(&one.handle, true).unwrap();
            }
            if shown == 1 {
                panics(&opened);
            }
        }
        assert_eq!(shown, listed.len(), "each was said to be found");
        everywhere_else(home, life.today, dir.path());
    }
    drop((ana, ben));
    scan(dir.path());
    canaries.made
}

/// A crash with words at hand says nothing of them.
fn panics(opened: &node::words::Opened) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| {
        panic!("{:?}", (opened, &opened.body));
    });
    std::panic::set_hook(hook);
    let payload = caught.unwrap_err();
    let said = payload.downcast_ref::<String>().unwrap();
    assert!(said.contains("Confidential(..)"), "{said}");
    clean("a panic", said.as_bytes());
}

/// All that is written, printed or handed on.
fn everywhere_else(home: &mut Home, today: Day, folder: &Path) {
    let names = Names::of(home).unwrap();
    let out = folder.join(format!("export-{}", names.mine));
    home.export(&out).unwrap();
    for both in [false, true] {
        let gathered = report::gather(home, both, None).unwrap();
        clean("report", report::html::page(&gathered).as_bytes());
        clean("report --md", report::markdown::page(&gathered).as_bytes());
        for titles in [false, true] {
            let view = home.view().unwrap();
            clean(
                "ics",
                dates::file(view, &names, today, both, titles).0.as_bytes(),
            );
        }
    }
    let (kept, _) = home.since(&Cursor::default()).unwrap();
    let view = home.view().unwrap();
    for one in &kept {
        let entry = Entry::of(one, view, &names, today);
        clean("log", entry.line(&names).as_bytes());
        clean("log --json", entry.json(&names).to_string().as_bytes());
        clean("an entry's debug print", format!("{entry:?}").as_bytes());
        if let Reading::Act(act) = pact::read(one.record.kind(), one.record.body()) {
            clean("an act's debug print", format!("{act:?}").as_bytes());
        }
    }
    let items = Items::all(home, today).unwrap();
    for item in &items.0 {
        for (_, offer) in (0..).zip(&item.offers) {
            clean("plan", items::words(&offer.content, &names).as_bytes());
            let json = doing::content_json(&offer.content, &names).to_string();
            clean("plan --json", json.as_bytes());
        }
    }
    clean("the settings", format!("{:?}", home.settings()).as_bytes());
    let notes = home.notes().unwrap();
    let drafts = home.drafts().unwrap();
    let copy = home.kept_copy().unwrap();
    clean(
        "a debug print",
        format!("{notes:?} {drafts:?} {copy:?}").as_bytes(),
    );
    let terms = Terms {
        name: "Dr. Roth".into(),
        key: "age1".into(),
        since: Day(0),
        until: today,
    };
    let (entries, _) = summary::proposed(home, &terms).unwrap();
    let entries: Vec<_> = entries
        .iter()
        .map(|one| (one.person, &one.record))
        .collect();
    let both = ["Ana".to_owned(), "Ben".to_owned()];
    clean(
        "summary",
        summary::page::words(&terms, &both, &entries).as_bytes(),
    );
    // What words are called, without what they say, is what the list of them prints.
    let shown = home.words().unwrap();
    for one in &shown.there {
        let json = crate::confidential::told::json(one, &names).to_string();
        clean("words --json", json.as_bytes());
    }
}

fn histories(seeds: impl Iterator<Item = u64>, at_most: Duration) {
    let begun = Instant::now();
    let (mut lives, mut said) = (0, 0);
    let mut kinds = BTreeSet::new();
    for seed in seeds {
        said += one(seed);
        kinds.insert(seed % 8);
        lives += 1;
        if begun.elapsed() > at_most {
            break;
        }
    }
    let _ = writeln!(
        std::io::stdout(),
        "{lives} histories, {said} canaries, {:?}",
        begun.elapsed()
    );
    assert!(lives >= 10 && said >= 3 * lives);
}

#[test]
fn s20_no_confidential_word_is_in_anything_that_is_written_printed_or_crashes() {
    histories(1..=SOME, Duration::from_secs(40));
}

#[test]
#[ignore = "minutes: all of the thousand"]
fn s20_a_thousand_histories() {
    let begun = Instant::now();
    histories(1..=ALL, Duration::from_secs(3600));
    let _ = writeln!(std::io::stdout(), "{:?}", begun.elapsed());
}
