//! What words promise (B7), between homes without a network.
//!
//! W1 An item is taken from whoever may vouch for it, and from nobody else.
//! W2 What is not in order is refused, and remembered, and not for longer than its day.
//! W3 Whether it was opened, has faded or was let go shows in nothing that is exchanged.
//! W4 Nothing shows before its grace is over; within it, it can be taken back.
//! W5 Who can check a tag can make one (S19).
//! W6 A check-in shows both answers or none; a false opening is shown as such.
//! W7 No print shows what words say (S20, S47).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test may read the golden file, and write it anew when asked"
)]

#[path = "words/bytes.rs"]
mod bytes;
#[path = "words/check_in.rs"]
mod check_in;
#[path = "words/exchange.rs"]
mod exchange;
#[path = "words/forge.rs"]
mod forge;
#[path = "words/own.rs"]
mod own;

use identity::words::WordId;
use identity::{Day, LogId, Person};
use replica::testing::{Couple, Home};
use replica::words::{Body, Handle, Item, Lane, Tagged, Taken, Tide, Wish, WordsWrong};

pub(crate) const TODAY: Day = Day(20_000);

/// Homes with their words open: Ana's, Ben's, and Ana's second.
pub(crate) fn homes() -> (Couple, Home, Home, Home) {
    let mut couple = Couple::new(7);
    let logs = [
        couple.certify(Person::A, None),
        couple.certify(Person::B, None),
        couple.certify(Person::A, None),
    ];
    let [ana, ben, second] = logs.map(|log| {
        let mut home = couple.home(log);
        at(&mut home, TODAY);
        home
    });
    (couple, ana, ben, second)
}

/// What a day brings: the keys of what is past are gone, and the rows.
pub(crate) fn at(home: &mut Home, day: Day) {
    home.shelf.fade(day);
    let (shelf, keys) = (home.shelf.clone(), &home.keys);
    home.replica
        .open_words(&shelf, keys, Tide::at(day))
        .unwrap();
}

pub(crate) fn say(home: &mut Home, text: &str, number: u8) -> Handle {
    wish(home, Wish::new(Body::Say(text.into())), number)
}

pub(crate) fn wish(home: &mut Home, wish: Wish, number: u8) -> Handle {
    let (words, roster) = home.replica.words().unwrap();
    let id = WordId::new([number; 16]);
    let (handle, writes) = words.compose(roster, wish, id, 0, 0).unwrap();
    home.keep(&writes);
    handle
}

pub(crate) fn look(home: &mut Home, handle: &Handle) -> Body {
    let shelf = home.shelf.clone();
    let (words, roster) = home.replica.words().unwrap();
    let (opened, writes) = words.look(&shelf, roster, handle).unwrap();
    home.keep(&writes);
    opened.body
}

/// What one device gives another of all that the other lacks.
pub(crate) fn given(from: &mut Home, to: &mut Home) -> Vec<Vec<u8>> {
    let (peer, shelf) = (to.log(), from.shelf.clone());
    let (words, roster) = from.replica.words().unwrap();
    let ids: Vec<WordId> = words.ids(None, None).into_iter().collect();
    let lacking = to.replica.words().unwrap().0.lacks(&ids);
    let out = words.outgoing(&shelf, roster, peer, &lacking, None, 1_000_000);
    out.unwrap().iter().map(|bytes| bytes.to_vec()).collect()
}

pub(crate) fn take(home: &mut Home, from: LogId, bytes: &[u8]) -> Result<Taken, WordsWrong> {
    let (words, roster) = home.replica.words().unwrap();
    let (_, taken, writes) = words.receive(roster, from, None, bytes)?;
    home.keep(&writes);
    Ok(taken)
}

/// One way, with the acknowledgement.
pub(crate) fn give(from: &mut Home, to: &mut Home) -> Vec<Taken> {
    let by = from.log();
    let all = given(from, to);
    let taken = all.iter().map(|b| take(to, by, b).unwrap()).collect();
    let had = to.replica.words().unwrap().0.ids(None, None);
    let (peer, shelf) = (to.log(), from.shelf.clone());
    let (words, roster) = from.replica.words().unwrap();
    let writes = words.held_by(&shelf, roster, peer, &had).unwrap();
    from.keep(&writes);
    taken
}

/// An item as a modified program would make it.
pub(crate) fn crafted(author: LogId, number: u8, change: impl FnOnce(&mut Item)) -> Vec<u8> {
    let mut item = Item {
        id: WordId::new([number; 16]),
        author,
        made: TODAY,
        until: TODAY.plus(90),
        fade: 14,
        lane: Lane::Ordinary,
        re: None,
        body: Body::Say("crafted".into()),
    };
    change(&mut item);
    let tagged = Tagged {
        bytes: item.encode(),
        item,
        tags: Vec::new(),
    };
    tagged.encode(|_| true).to_vec()
}

pub(crate) fn list(home: &mut Home) -> Vec<replica::words::Listed> {
    let (words, roster) = home.replica.words().unwrap();
    words.list(roster)
}
