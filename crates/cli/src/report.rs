//! A page to print: the plan, thanks, and one's own part; with `--both` the other's too.
//!
//! Everything that a person wrote is filtered when it is gathered here (S49), and escaped again by
//! what writes the page.

mod agreed;
mod happened;
pub(crate) mod html;
pub(crate) mod markdown;
mod shapes;
mod timeline;

use identity::{Day, Person};
use node::Home;
use pact::{Agreement, Body, Content, ItemType, State, calendar};

use crate::items::{self, Items};
use crate::names::Names;
use crate::trouble::{Trouble, home_trouble};
use crate::weeks::{self, Reach, Records, Weeks};

use happened::Event;
pub(crate) use html::page as html;
pub(crate) use markdown::page as markdown;

/// Everything that the page is made of.
pub(crate) struct Report {
    pub(crate) names: Names,
    pub(crate) today: Day,
    pub(crate) since: Day,
    pub(crate) both: bool,
    thanks: Vec<Thanks>,
    agreed: Vec<Words>,
    owned: Vec<Words>,
    weeks: Weeks,
    happened: Vec<Event>,
}

/// Something good that was said.
struct Thanks {
    by: Person,
    day: Day,
    text: String,
    about: Option<String>,
}

/// Something in the plan, as it was signed.
struct Words {
    /// Whose, and what sort of thing; empty for what both agreed.
    of: String,
    title: String,
    text: String,
    /// Its terms and where it stands, in our words.
    remarks: Vec<String>,
}

/// So many weeks are shown before this one.
const WEEKS: u32 = 12;

/// Gathers it.
pub(crate) fn gather(home: &mut Home, both: bool, since: Option<Day>) -> Result<Report, Trouble> {
    let mut names = Names::of(home)?;
    names.mine = clean(&names.mine);
    names.other = clean(&names.other);
    let today = home.today();
    let since = since.unwrap_or(Day(weeks::monday(today).0.saturating_sub(7 * WEEKS)));
    let reach = Reach::since(since, today);
    let records = Records::read(home, reach)?;
    let items = Items::agreed_or_offered(home, today)?;
    let view = home.view().map_err(home_trouble)?;
    let entries = records.entries(view, reach);
    let shown = |person: Person| both || person == names.me;
    let mut weeks = weeks::of(view, &items, &names, &entries, reach).listed();
    weeks.rows.retain(|row| shown(row.person));
    let title = |of: identity::Hash| view.content(of).map(|content| clean(content.called()));
    // Thanks are for each other: both directions lead the page.
    let thanks = entries
        .iter()
        .filter_map(|entry| {
            let Body::Thanks { text, about } = entry.body else {
                return None;
            };
            Some(Thanks {
                by: entry.person,
                day: entry.day,
                text: clean(text),
                about: about.and_then(title),
            })
        })
        .collect();
    let agreed = view
        .agreements(today)
        .iter()
        .map(|agreement| {
            let content = agreement.content;
            let mut remarks = vec![items::terms(content, &names, today)];
            let past = view.past(agreement.item, today);
            let since = agreed::since_of(&past, agreement.p);
            remarks.push(standing(agreement, since, today));
            Words::of(String::new(), content, &names, remarks)
        })
        .collect();
    let owners = [names.me, names.me.other()]
        .into_iter()
        .filter(|p| shown(*p));
    let owned = owners
        .flat_map(|person| view.owned(person))
        .flat_map(|owned| {
            let (owner, ty) = (owned.owner, owned.ty);
            let names = &names;
            owned.current.into_iter().map(move |set| {
                let of = format!("{}, {}", names.name(owner), sort_of(ty));
                let mut remarks = Vec::new();
                if ty == ItemType::Promise {
                    remarks.push(items::terms(set.content, names, today));
                }
                remarks.push(format!("Written on {}.", long(set.day)));
                Words::of(of, set.content, names, remarks)
            })
        })
        .collect();
    let happened = happened::events(view, &entries, &names, reach, &shown);
    Ok(Report {
        names,
        today,
        since: reach.since,
        both,
        thanks,
        agreed,
        owned,
        weeks,
        happened,
    })
}

impl Words {
    fn of(of: String, content: &Content, names: &Names, remarks: Vec<String>) -> Self {
        let title = clean(content.called());
        let words = clean(&items::words(content, names));
        // The title of a long boundary is only the beginning of its words.
        let (title, text) = match words.strip_prefix(&title) {
            Some(rest) if rest.is_empty() || rest.starts_with('\n') => {
                (title.clone(), rest.trim_start_matches('\n').to_owned())
            }
            _ if of.is_empty() => (title, words),
            _ => (String::new(), words),
        };
        Self {
            of,
            title,
            text,
            remarks,
        }
    }
}

impl Report {
    /// Who made the page, of what, and what it shows.
    fn made(&self) -> Vec<String> {
        let (mine, other) = (&self.names.mine, &self.names.other);
        let mut said = vec![format!(
            "{mine} made this page on {}, from what is kept on {mine}'s own device. It reaches back \
             to {}.",
            long(self.today),
            long(self.since),
        )];
        said.push(if self.both {
            format!(
                "It also holds {other}'s part, as {other} signed it. {other} was not asked about \
                 this page and has not checked it."
            )
        } else {
            format!("Of what is noted it holds {mine}'s part alone.")
        });
        said
    }

    /// What a reader who is neither of the two should know.
    fn to_know(&self) -> [&'static str; 3] {
        [
            "Each note was signed by who made it, about themselves. That says who, not whether it is \
             true. The days are those that their authors gave.",
            "A blank is a day on which nothing was noted. It is not a miss.",
            "This page carries no signatures itself. The signed entries, with a checker: handfast export.",
        ]
    }
}

/// Where an agreement stands.
fn standing(agreement: &Agreement<'_>, since: Option<(Day, bool)>, today: Day) -> String {
    // A renewal hides nothing of how long it has stood.
    let agreed = match since {
        Some((first, true)) => format!("Agreed since {}, and renewed", long(first)),
        Some((first, false)) => format!("First agreed from {}, and renewed", long(first)),
        None => "Agreed".to_owned(),
    };
    match agreement.state {
        State::Begins(day) => format!("Counts from {}.", calendar::name_seen_from(day, today)),
        State::Rests => "It rests until both look at it again.".into(),
        State::InForce
        | State::Open
        | State::Declined
        | State::Withdrawn
        | State::Answered
        | State::Crossed
        | State::Replaced
        | State::Completed => format!(
            "{agreed}; it counts until the end of {}.",
            calendar::name_seen_from(agreement.until, today)
        ),
    }
}

fn sort_of(ty: ItemType) -> &'static str {
    match ty {
        ItemType::Promise => "a promise to oneself",
        ItemType::WhenThen => "a plan for a hard moment",
        ItemType::Vision => "what we want",
        ItemType::Questions => "what our check-in asks",
        ItemType::Boundary => "a boundary",
        ItemType::Need => "a need",
        ItemType::AboutMe => "about me",
    }
}

/// What a person wrote, without what deceives an eye (S49).
fn clean(text: &str) -> String {
    pact::text::clean(text).text
}

/// "Tuesday 4 March 2025": a page is read in other years too.
fn long(day: Day) -> String {
    calendar::date(day).map_or_else(
        || calendar::iso(day),
        |date| date.format("%A %-d %B %Y").to_string(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use pact::{Part, Who};

    use super::*;

    /// S49: a modified program signs what it likes; what is gathered here is filtered all the same.
    #[test]
    fn s49_what_stands_on_the_page_is_filtered() {
        let nasty = "a\u{202e}b\u{200b}c\u{1b}[31m\u{0}";
        let mut content = Content::new(ItemType::WhenThen, Who::Both, nasty, nasty);
        content.parts.push(Part {
            key: nasty.into(),
            text: nasty.into(),
        });
        let names = Names {
            me: Person::A,
            mine: "Ana".into(),
            other: "Ben".into(),
        };
        let words = Words::of(String::new(), &content, &names, Vec::new());
        assert!(words.text.contains("abc"));
        for shown in [words.title, words.text.replace('\n', "")] {
            assert!(
                shown.chars().all(|c| c.is_ascii() && !c.is_control()),
                "{shown:?}"
            );
        }
    }
}
