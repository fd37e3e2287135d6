//! Ten years of two people, in seconds: believable acts at believable lengths, both logs marking
//! each other every evening.

use identity::{
    Day, DeviceKeys, Flags, Hash, Head, LogId, Mark, NewRecord, Person, Record, Tip, sign_record,
};
use pact::{Act, Body, Content, How, ItemType, Who, rule};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::couple::{Couple, Home, draw};
use crate::Replica;

/// The records of two people.
pub struct History {
    /// Who they are.
    pub couple: Couple,
    /// The log of each, the one who invited first.
    pub logs: [LogId; 2],
    /// The records of each.
    pub records: [Vec<Vec<u8>>; 2],
    /// The last day of it.
    pub today: Day,
}

/// The day on which a history begins: a Monday.
const BEGIN: u32 = 16_804;

/// How many days apart they look at each promise again.
const REVIEW: u32 = 180;

/// So many records, over so many years; the same seed gives the same bytes.
#[must_use]
pub fn history(seed: u64, records: usize, years: u32) -> History {
    let mut couple = Couple::new(seed);
    let logs = Person::BOTH.map(|person| couple.certify(person, None));
    let mut life = Life {
        rng: ChaCha8Rng::from_seed(draw(seed, "life", 0)),
        writers: logs.map(|log| Writer {
            log,
            keys: couple.keys(log),
            tip: Tip::start(log),
            records: Vec::new(),
            noted: Vec::new(),
            pending: None,
        }),
        promises: Vec::new(),
        day: Day(BEGIN),
    };
    let days = (years * 365).max(1);
    for number in 0..8 {
        life.promise(number);
    }
    for day in 0..days {
        life.day = Day(BEGIN + day);
        let due = records * (day as usize + 1) / days as usize;
        life.one_day(due);
    }
    let today = life.day;
    let records = life.writers.map(|writer| writer.records);
    History {
        couple,
        logs,
        records,
        today,
    }
}

impl History {
    /// A home of one of the two that holds all of it, offered long ago.
    #[must_use]
    pub fn home(&self, person: Person) -> Home {
        let mut home = self.empty_home(person);
        for (log, records) in self.logs.iter().zip(&self.records) {
            for run in runs(records) {
                let writes = home
                    .replica
                    .adopt_for_testing(&home.shelf, *log, run.to_vec())
                    .unwrap();
                home.keep(&writes);
            }
        }
        home
    }

    /// The same home before anything was said.
    #[must_use]
    pub fn empty_home(&self, person: Person) -> Home {
        self.couple.home(self.logs[person.index() as usize])
    }

    /// How many records there are, and how many bytes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let all = || self.records.iter().flatten();
        (all().count(), all().map(Vec::len).sum())
    }
}

impl Replica {
    /// Takes records of any log, one's own too, as if they had been written or received here long
    /// ago.
    ///
    /// # Errors
    /// They do not follow what is held.
    pub fn adopt_for_testing(
        &mut self,
        shelf: &dyn crate::Shelf,
        log: LogId,
        run: Vec<Vec<u8>>,
    ) -> Result<Vec<crate::Write>, crate::Refusal> {
        let own = self.own.clone();
        let from = self
            .logs
            .get(&log)
            .map_or(1, |state| state.tip.head.seq + 1);
        // For a moment this home writes another log, so that nothing looks restored.
        if log == own.log {
            self.own.log = LogId(Hash([0; 32]));
        }
        let received = self.receive(shelf, log, from, run);
        self.own = own;
        let mut writes = received?.writes;
        if log == self.own.log {
            let head = self.own_tip().head;
            self.own.offer(head);
            writes.push(self.own_row());
        }
        Ok(writes)
    }
}

/// Runs of about a MiB.
fn runs(records: &[Vec<u8>]) -> impl Iterator<Item = &[Vec<u8>]> {
    records.chunks(4_000)
}

struct Life {
    rng: ChaCha8Rng,
    writers: [Writer; 2],
    promises: Vec<Promise>,
    day: Day,
}

struct Writer {
    log: LogId,
    keys: DeviceKeys,
    tip: Tip,
    records: Vec<Vec<u8>>,
    /// The last few of its own entries, to be corrected.
    noted: Vec<(Hash, Hash, Day)>,
    /// What it got of the other and has not marked yet.
    pending: Option<Mark>,
}

struct Promise {
    item: [u8; 16],
    by: usize,
    who: Who,
    title: &'static str,
    agreed: Hash,
    since: Day,
}

const PROMISES: [(&str, &str); 8] = [
    ("Home by six", "I am home by six, or I write before five."),
    (
        "Phones away at dinner",
        "While we eat, the phones lie in the hall.",
    ),
    (
        "A walk on Sunday",
        "We walk for an hour, whatever the weather.",
    ),
    (
        "Answer the same day",
        "If you ask me something, I answer that day.",
    ),
    ("Friday topic", "On Friday we take one topic, and only one."),
    ("Money on the first", "We look at the month together."),
    ("No shouting", "When I get loud I stop and say so."),
    (
        "Bedtime story",
        "I read to the children three times a week.",
    ),
];

const NOTES: [&str; 8] = [
    "a quarter past, the train stood at the bridge; I wrote at half past four",
    "as said, and we even had time for the dishes before the children came in",
    "half of it: the first hour yes, the second I was on the telephone with my mother",
    "no. I forgot and saw it only in the evening when you told me about it",
    "yes, though it was late and raining; we took the short way around the lake",
    "done before breakfast, the list lies on the kitchen table for you to look at",
    "we began late but then we stayed with the one topic until both were through",
    "I was there, but not really; I will sit down with you again tomorrow evening",
];

const THANKS: [&str; 6] = [
    "Thank you for waiting with dinner, I saw that you were hungry and said nothing.",
    "For the note in my bag. I found it in the worst meeting of the week.",
    "You asked, and then you really listened. That was new and it was good.",
    "Thank you for taking the children out on Saturday so that I could sleep.",
    "For saying that you would be late before you were. It made the evening easy.",
    "That you came back after the pause, on time, as we said.",
];

impl Life {
    fn promise(&mut self, number: usize) {
        let (title, _) = PROMISES[number % PROMISES.len()];
        let by = number % 2;
        let who = match (number % 3, by) {
            (0, _) => Who::Both,
            (_, 0) => Who::Only(Person::A),
            _ => Who::Only(Person::B),
        };
        let mut item = [0; 16];
        self.rng.fill_bytes(&mut item);
        let mut promise = Promise {
            item,
            by,
            who,
            title,
            agreed: Hash([0; 32]),
            since: self.day,
        };
        self.agree(&mut promise, number, Vec::new());
        self.promises.push(promise);
    }

    /// One offers and the other says yes.
    fn agree(&mut self, promise: &mut Promise, number: usize, replaces: Vec<Hash>) {
        let (_, text) = PROMISES[number % PROMISES.len()];
        let mut content = Content::new(ItemType::Promise, promise.who, promise.title, text);
        content.rule = ["weekday", "day", "friday"]
            .get(number % 4)
            .map(|every| rule::sugar(every).expect("known words"));
        content.by = number.is_multiple_of(2).then_some(18 * 60);
        let offer = Body::Propose {
            content: Box::new(content),
            until: self.day.plus(REVIEW + 7),
            replaces,
            answers: None,
        };
        let about = Some(promise.item.to_vec());
        self.meet(promise.by);
        let p = self.write(promise.by, about.clone(), offer).hash();
        let other = 1 - promise.by;
        self.meet(other);
        self.write(other, about, Body::Agree { p });
        promise.agreed = p;
        promise.since = self.day;
    }

    fn one_day(&mut self, due: usize) {
        for number in 0..self.promises.len() {
            if self.promises[number].since.plus(REVIEW) <= self.day {
                let mut promise = self.promises.remove(number);
                let old = promise.agreed;
                self.agree(&mut promise, number, vec![old]);
                self.promises.insert(number, promise);
            }
        }
        let mut first = [true, true];
        while self.writers.iter().map(|w| w.records.len()).sum::<usize>() < due {
            let person = usize::from(self.rng.random_bool(0.5));
            if std::mem::take(&mut first[person]) {
                // They met in the evening before.
                self.meet(person);
            }
            self.entry(person);
        }
    }

    fn entry(&mut self, person: usize) {
        let chance = self.rng.random_range(0..100);
        if chance < 84 {
            self.follow(person);
        } else if chance < 93 {
            let text = THANKS[self.rng.random_range(0..THANKS.len())].to_owned();
            self.write(person, None, Body::Thanks { text, about: None });
        } else if chance < 97 {
            let promise = self.mine(person);
            let body = Body::HeadsUp {
                target: promise.1,
                from: self.day.plus(1),
                to: self.day.plus(1),
                text: "I have to be in town until seven tomorrow and cannot move it.".to_owned(),
            };
            self.write(person, Some(promise.0.to_vec()), body);
        } else if chance < 99 {
            let promise = self.mine(person);
            let body = Body::Setback {
                target: Some(promise.1),
                on: self.day,
                note: "I got loud at the table and went on after you asked me to stop".to_owned(),
            };
            self.write(person, Some(promise.0.to_vec()), body);
        } else {
            let (target, minutes) = (None, 30);
            let pause = self
                .write(person, None, Body::Pause { target, minutes })
                .hash();
            self.write(person, None, Body::Back { pause });
        }
    }

    fn follow(&mut self, person: usize) {
        let corrected = self.writers[person].noted.pop();
        let (item, target) = self.mine(person);
        let (target, on, corrects) = match corrected {
            Some((entry, target, on)) if self.rng.random_bool(0.03) => (target, on, Some(entry)),
            _ => (target, self.day, None),
        };
        let how = match self.rng.random_range(0..10) {
            0 => How::Missed,
            1 | 2 => How::Partly,
            _ => How::Kept,
        };
        let note = NOTES[self.rng.random_range(0..NOTES.len())].to_owned();
        let body = Body::Follow {
            target,
            on,
            how,
            note,
            corrects,
        };
        let entry = self.write(person, Some(item.to_vec()), body).hash();
        self.writers[person].noted.push((entry, target, on));
    }

    /// A promise that binds a person.
    fn mine(&mut self, person: usize) -> ([u8; 16], Hash) {
        let bound: Vec<_> = self
            .promises
            .iter()
            .filter(|promise| promise.who.includes(Person::BOTH[person]))
            .map(|promise| (promise.item, promise.agreed))
            .collect();
        bound[self.rng.random_range(0..bound.len())]
    }

    /// A person's device gets what the other's holds; its next record marks it.
    fn meet(&mut self, person: usize) {
        let Head { seq, hash } = self.writers[1 - person].tip.head;
        let log = self.writers[1 - person].log;
        self.writers[person].pending = Some(Mark { log, seq, hash });
    }

    fn write(&mut self, person: usize, about: Option<Vec<u8>>, body: Body) -> Record {
        let day = self.day;
        self.writers[person].write(day, about, body)
    }
}

impl Writer {
    fn write(&mut self, day: Day, about: Option<Vec<u8>>, body: Body) -> Record {
        let act = Act::new(body);
        let new = NewRecord {
            kind: act.kind(),
            day,
            flags: Flags::default(),
            about,
            seen: self.tip.news(self.log, self.pending.take()),
            body: act.encode(),
        };
        let record = sign_record(&self.keys, self.log, &self.tip, new).unwrap();
        crate::walk::advance(&mut self.tip, &record);
        self.records.push(record.bytes().to_vec());
        record
    }
}
