//! What somebody outside reads: every entry of a summary in words, a function of the entries and the
//! two names alone, so that whoever checks the file can see whether its words were altered.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Hash, Person, Record};
use pact::summary::{Bundle, Checked, SummaryError, Terms};
use pact::{Body, Content, Reading, calendar};

use crate::follow;
use crate::items;
use crate::names::Names;
use crate::owned;
use crate::render;

/// Parts the words from what a program checks.
const CHECKABLE: &str = "\n\nWhat follows is for a program:  handfast summary check FILE\n\n";

/// The columns of the page, whatever terminal it is made in.
const COLUMNS: usize = 74;

/// The page.
pub(crate) fn words(terms: &Terms, names: &[String; 2], entries: &[(Person, &Record)]) -> String {
    said(
        "Both have signed that it holds exactly these entries.",
        (terms, names, entries),
    )
}

/// The page before both have signed, which says so.
pub(crate) fn proposed(
    terms: &Terms,
    names: &[String; 2],
    entries: &[(Person, &Record)],
) -> String {
    said(
        "Once both have signed, it holds exactly these.",
        (terms, names, entries),
    )
}

fn said(
    signed: &str,
    (terms, names, entries): (&Terms, &[String; 2], &[(Person, &Record)]),
) -> String {
    let [a, b] = names.each_ref().map(|name| render::title(name, 30));
    let mut page = format!(
        "A summary for {}\n\nOf {a} and {b}. {signed}\n\
         To be used until {}; after that day it should be put away.\n\n\
         It holds what they offered, agreed and set, and what each noted about their\n\
         own days from {} on. It holds nothing that they said in confidence.\n\n\
         A signature shows which device said what. It does not show that it is true,\n\
         that anybody was free when signing, or what time it was: a day is a claim of\n\
         its author. The names are those used by whoever released it.\n",
        render::title(&terms.name, 60),
        calendar::iso(terms.until),
        calendar::iso(terms.since),
    );
    let told = Told::of(names, entries);
    let mut entries: Vec<&(Person, &Record)> = entries.iter().collect();
    entries.sort_by_key(|(person, record)| (record.day(), *person, record.log(), record.seq()));
    let mut day = None;
    for (person, record) in entries {
        if day != Some(record.day()) {
            day = Some(record.day());
            page.push_str(&format!("\n{}\n", calendar::name(record.day())));
        }
        page.push_str(&told.entry(*person, record));
    }
    page
}

/// The whole file: the words, and what checks them.
pub(crate) fn file(bundle: &Bundle) -> Result<String, SummaryError> {
    let mut file = of(&bundle.check()?);
    file.push_str(CHECKABLE);
    let digits: Vec<char> = bundle
        .encode()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    for line in digits.chunks(76) {
        file.extend(line);
        file.push('\n');
    }
    Ok(file)
}

/// What stands in a file, checked anew; its words must be those of its entries.
pub(crate) fn read(file: &str) -> Result<(Checked, String), SummaryError> {
    let file = file.replace("\r\n", "\n");
    let malformed = SummaryError::Malformed(identity::cbor::Malformed::Trailing);
    let (words, digits) = file
        .split_once(CHECKABLE)
        .ok_or_else(|| malformed.clone())?;
    let digits: Option<Vec<u8>> = digits
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.ok_or_else(|| malformed.clone())?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(malformed);
    }
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    let checked = Bundle::decode(&bytes)?.check()?;
    let anew = of(&checked);
    if anew.trim_end() == words.trim_end() {
        Ok((checked, anew))
    } else {
        Err(SummaryError::Entry)
    }
}

fn of(checked: &Checked) -> String {
    let entries: Vec<(Person, &Record)> = checked
        .entries
        .iter()
        .map(|(person, record)| (*person, record))
        .collect();
    words(&checked.terms, &checked.names, &entries)
}

/// What is known of the entries around one: what the things are called.
struct Told {
    names: Names,
    titles: BTreeMap<Hash, String>,
    /// Offers to which no yes is among the entries, which hold the whole plan.
    unanswered: BTreeSet<Hash>,
}

impl Told {
    fn of(names: &[String; 2], entries: &[(Person, &Record)]) -> Self {
        let [mine, other] = names.clone();
        let mut titles = BTreeMap::new();
        let (mut unanswered, mut agreed) = (BTreeSet::new(), BTreeSet::new());
        for (_, record) in entries {
            let Reading::Act(act) = pact::read(record.kind(), record.body()) else {
                continue;
            };
            if let Body::Agree { p } = &act.body {
                agreed.insert(*p);
            } else if let Body::Propose { .. } = &act.body {
                unanswered.insert(record.hash());
            }
            let content = if let Body::Propose { content, .. } = &act.body {
                Some(content)
            } else if let Body::Set { content, .. } = &act.body {
                content.as_ref()
            } else {
                None
            };
            if let Some(content) = content {
                titles.insert(record.hash(), render::title(content.called(), 44));
            }
        }
        unanswered.retain(|p| !agreed.contains(p));
        Self {
            names: Names {
                me: Person::A,
                mine,
                other,
            },
            titles,
            unanswered,
        }
    }

    fn called(&self, of: &Hash) -> &str {
        self.titles
            .get(of)
            .map_or("something that is not here", String::as_str)
    }

    fn entry(&self, person: Person, record: &Record) -> String {
        let (says, text) = match pact::read(record.kind(), record.body()) {
            Reading::Act(act) => self.say(&act.body, record),
            Reading::Edit
            | Reading::UnknownCritical
            | Reading::UnknownIgnorable
            | Reading::Malformed(_) => (
                "wrote something that this version cannot read".to_owned(),
                String::new(),
            ),
        };
        let name = render::title(self.names.name(person), 30);
        let mut line = format!("  {name} {says}\n");
        if !text.trim().is_empty() {
            line.push_str(&render::quote_within(&text, COLUMNS));
        }
        line
    }

    fn content(&self, content: &Content) -> String {
        items::words(content, &self.names)
    }

    fn say(&self, body: &Body, record: &Record) -> (String, String) {
        let none = String::new;
        match body {
            Body::Set {
                ty,
                content: Some(content),
                ..
            } => (
                format!("set a {}", owned::called(*ty)),
                self.content(content),
            ),
            Body::Set { ty, .. } => {
                let id = record.about().and_then(|about| about.try_into().ok());
                let was = id.map_or("", |id| self.called(&Hash(id)));
                (format!("let go of a {}: {was}", owned::called(*ty)), none())
            }
            Body::Propose { content, until, .. } => (
                format!(
                    "offered, to count until the end of {}:",
                    calendar::iso(*until)
                ),
                self.content(content),
            ),
            Body::Agree { p } => (format!("agreed to: {}", self.called(p)), none()),
            Body::Decline { p } => (format!("declined: {}", self.called(p)), none()),
            // To take back an offer that nobody agreed to withdraws from nothing.
            Body::Withdraw { p } if self.unanswered.contains(p) => {
                (format!("took back an offer: {}", self.called(p)), none())
            }
            Body::Withdraw { p } => (format!("withdrew: {}", self.called(p)), none()),
            Body::Complete { p } => (format!("let go, with thanks: {}", self.called(p)), none()),
            Body::Follow {
                target,
                on,
                how,
                note,
                ..
            } => (
                format!(
                    "{}, for {}: {}",
                    follow::word(*how),
                    self.day(*on),
                    self.called(target)
                ),
                note.clone(),
            ),
            Body::Thanks { text, .. } => ("says thanks".into(), text.clone()),
            Body::HeadsUp {
                target,
                from,
                to,
                text,
            } => (
                format!(
                    "said ahead, for {} to {}: {}",
                    self.day(*from),
                    self.day(*to),
                    self.called(target)
                ),
                text.clone(),
            ),
            Body::Setback { on, note, .. } => (
                format!("noted a setback, for {}", self.day(*on)),
                note.clone(),
            ),
            Body::Amends { text, .. } => ("did something about it".into(), text.clone()),
            Body::Pause { minutes, .. } => (format!("took a pause, {minutes} minutes"), none()),
            Body::Back { .. } => ("came back from a pause".into(), none()),
            Body::Heard { .. } => ("heard something of the other's".into(), none()),
            Body::CheckedIn { day, .. } => (
                format!("a check-in took place, for {}", self.day(*day)),
                none(),
            ),
            Body::Space { .. } => ("has taken space".into(), none()),
            Body::SpaceEnded => ("ended the space".into(), none()),
            Body::Sorry { text } => ("signed a sorry".into(), text.clone()),
            Body::LastWord { text } => ("wrote a last word".into(), text.clone()),
            Body::Summary { .. } => ("signed a summary".into(), none()),
        }
    }

    fn day(&self, day: Day) -> String {
        calendar::iso(day)
    }
}
