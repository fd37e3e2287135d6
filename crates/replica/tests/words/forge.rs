//! W5: a small forger. From what a reader holds it makes words that nobody can tell from received
//! ones, so a transcript of confidential words proves nothing to a third person (S19).

use identity::words::{Tag, WordId};
use identity::{DeviceKeys, LogId, PactId, words_mac_key};
use replica::words::{Body, Item, Lane, Tagged};

use crate::*;

/// All that the forger has: the reader's own keys, and what stands in every roster.
struct Reader<'a> {
    keys: &'a DeviceKeys,
    log: LogId,
    pact: PactId,
    author: (LogId, [u8; 32]),
}

impl Reader<'_> {
    /// Words that the author never wrote, as they would have come from the author's device.
    fn forge(&self, text: &str, number: u8) -> Vec<u8> {
        let item = Item {
            id: WordId::new([number; 16]),
            author: self.author.0,
            made: TODAY,
            until: TODAY.plus(90),
            fade: 14,
            lane: Lane::Ordinary,
            re: None,
            body: Body::Say(text.into()),
        };
        let bytes = item.encode();
        let (author, dh) = self.author;
        let key = words_mac_key(self.keys, &dh, self.pact, author, self.log).unwrap();
        let tags = vec![(self.log, Tag::of(&key, self.pact, &bytes))];
        Tagged { item, bytes, tags }.encode(|_| true).to_vec()
    }

    /// The strongest check that anybody can make who is given the reader's keys.
    fn verifies(&self, bytes: &[u8]) -> bool {
        let tagged = Tagged::parse(bytes).unwrap();
        let (author, dh) = self.author;
        let key = words_mac_key(self.keys, &dh, self.pact, author, self.log).unwrap();
        tagged.item.author == author
            && tagged.tags.len() == 1
            && tagged
                .tag(self.log)
                .is_some_and(|tag| tag.is_of(&key, self.pact, &tagged.bytes))
    }
}

#[test]
fn s19_a_forged_transcript_verifies_like_a_real_one() {
    let (couple, mut ana, mut ben, _) = homes();
    for (number, text) in [(1, "I am sorry about Friday."), (2, "Shall we talk?")] {
        say(&mut ana, text, number);
    }
    let real = given(&mut ana, &mut ben);
    let roster = ben.replica.roster();
    let reader = Reader {
        keys: &ben.keys,
        log: ben.log(),
        pact: couple.pact(),
        author: (ana.log(), roster.certificate(ana.log()).unwrap().dh),
    };
    let forged: Vec<Vec<u8>> = [(1, "I did it, and I am glad."), (2, "You deserve it.")]
        .map(|(number, text)| reader.forge(text, number))
        .into();
    for bytes in real.iter().chain(&forged) {
        assert!(reader.verifies(bytes));
    }
    // The same words come out as the same bytes: there is nothing to tell them apart by.
    let again: Vec<Vec<u8>> = [(1, "I am sorry about Friday."), (2, "Shall we talk?")]
        .map(|(number, text)| reader.forge(text, number))
        .into();
    assert_eq!(again, real);
    // The check is one: what neither made does not pass.
    let mut broken = forged[0].clone();
    let end = broken.len() - 1;
    broken[end] ^= 1;
    assert!(!reader.verifies(&broken));
}

/// Words may name a signed record; nothing that is signed holds a byte that names words.
#[test]
fn s19_nothing_signed_holds_a_name_of_words() {
    let (_, mut ana, mut ben, _) = homes();
    let setback = ana.thank(TODAY.0, "a record").hash();
    let story = replica::words::Wish::new(Body::Story {
        setback,
        text: "how it was".into(),
    });
    wish(&mut ana, story, 0xd7);
    give(&mut ana, &mut ben);
    let handle = list(&mut ben)[0].handle.clone();
    look(&mut ben, &handle);
    ana.thank(TODAY.0, "after the words");
    ben.thank(TODAY.0, "after reading");
    replica::testing::meet(&mut ana, &mut ben, 1_000_000);
    let tagged = given(&mut ana, &mut homes().1).remove(0);
    let tagged = Tagged::parse(&tagged).unwrap();
    let mut w = identity::cbor::Writer::new();
    for (_, tag) in &tagged.tags {
        tag.write(&mut w);
    }
    ana.replica.words().unwrap().0.digest().write(&mut w);
    let mut names = vec![vec![0xd7; 8]];
    let written = w.finish();
    let mut r = identity::cbor::Reader::new(&written);
    while let Ok(bytes) = r.bytes() {
        names.push(bytes[..8].to_vec());
    }
    assert!(names.len() >= 2);
    for home in [&ana, &ben] {
        for log in [ana.log(), ben.log()] {
            for record in replica::testing::all(home, log) {
                for name in &names {
                    assert!(!record.windows(8).any(|at| at == name.as_slice()));
                }
            }
        }
    }
}
