//! What a setback, an amends or a "heard" is about: found by what it concerns, by what it is
//! called ("setback"), or by the beginning of an id.

use std::collections::BTreeSet;

use identity::{Day, Hash, Person};
use node::Home;
use pact::{Body, Entry, How, ItemType, Standing, View, What};

use crate::follow;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::sorts;
use crate::trouble::{Trouble, home_trouble};
use crate::what;

/// Something of mine that can go wrong: a promise, or a plan for hard evenings.
#[derive(Debug, Clone)]
pub(crate) struct Mine {
    pub(crate) what: What,
    /// The agreement, or the id of the promise to oneself.
    pub(crate) target: Hash,
    pub(crate) short: String,
    pub(crate) title: String,
}

/// The one thing of mine that a word means on a day: what I promised, or a when-then plan that
/// binds me and lives.
pub(crate) fn mine(home: &mut Home, names: &Names, word: &str, day: Day) -> Result<Mine, Trouble> {
    let items = Items::agreed_or_offered(home, day)?;
    let meant = what(&items, word);
    let view = home.view().map_err(home_trouble)?;
    let plan = view.agreements(day).into_iter().find(|agreement| {
        agreement.content.ty == ItemType::WhenThen
            && agreement.content.who.includes(names.me)
            && meant == [What::Item(agreement.item)]
    });
    if let Some(plan) = plan {
        let what = What::Item(plan.item);
        return Ok(Mine {
            what,
            target: plan.p,
            short: items.short(what).to_owned(),
            title: plan.content.title.clone(),
        });
    }
    let mine = what::mine(home, names, word, day)?;
    Ok(Mine {
        what: mine.what,
        target: mine.target,
        short: mine.short,
        title: mine.title,
    })
}

/// All of mine that can go wrong on a day, by title.
pub(crate) fn all_mine(home: &mut Home, names: &Names, day: Day) -> Result<Vec<Mine>, Trouble> {
    let items = Items::agreed_or_offered(home, day)?;
    let promises = follow::all_mine(home, names, day)?.into_iter();
    let mut all: Vec<Mine> = promises
        .map(|mine| Mine {
            what: mine.what,
            target: mine.target,
            short: mine.short,
            title: mine.title,
        })
        .collect();
    let view = home.view().map_err(home_trouble)?;
    let plans = view.agreements(day).into_iter().filter(|agreement| {
        agreement.content.ty == ItemType::WhenThen && agreement.content.who.includes(names.me)
    });
    all.extend(plans.map(|plan| Mine {
        what: What::Item(plan.item),
        target: plan.p,
        short: items.short(What::Item(plan.item)).to_owned(),
        title: plan.content.title.clone(),
    }));
    all.sort_by_key(|mine| mine.title.to_lowercase());
    Ok(all)
}

/// What a word means in the plan; nothing, or several, too.
pub(crate) fn what(items: &Items, word: &str) -> Vec<What> {
    items.find(word).iter().map(|item| item.what).collect()
}

/// An entry, with what it is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) hash: Hash,
    /// What it is called: "setback", "missed".
    pub(crate) kind: &'static str,
    /// The day it is about.
    pub(crate) on: Day,
    /// The item that it concerns.
    pub(crate) what: Option<What>,
    /// That item's title.
    pub(crate) title: Option<String>,
    /// Its words.
    pub(crate) text: String,
}

impl About {
    /// "setback, Home by six".
    pub(crate) fn called(&self) -> String {
        match &self.title {
            Some(title) => format!("{}, {}", self.kind, render::title(title, 40)),
            None => self.kind.to_owned(),
        }
    }

    fn of(entry: &Entry<'_>, view: &View) -> Option<Self> {
        let (on, text) = words(entry.body)?;
        let target = target(view, entry.body, entry.person);
        let counts = entry.standing == Standing::Counts;
        counts.then(|| Self {
            hash: entry.hash,
            kind: crate::entry::Entry::kind_of(entry.body),
            on: on.unwrap_or(entry.day),
            what: target.and_then(|target| view.what(target, entry.person)),
            title: target
                .and_then(|target| view.content(target))
                .map(|content| content.called().to_owned()),
            text: text.to_owned(),
        })
    }
}

/// The day that an entry says it is about, and its words; none of one that nobody hears or mends.
fn words(body: &Body) -> Option<(Option<Day>, &str)> {
    if let Body::Setback { on, note, .. } | Body::Follow { on, note, .. } = body {
        Some((Some(*on), note))
    } else if let Body::HeadsUp { from, text, .. } = body {
        Some((Some(*from), text))
    } else if let Body::Amends { text, .. } = body {
        Some((None, text))
    } else if let Body::Pause { .. } = body {
        Some((None, ""))
    } else {
        None
    }
}

/// What an entry of a person is about.
pub(crate) fn target(view: &View, body: &Body, person: Person) -> Option<Hash> {
    if let Body::Follow { target, .. } | Body::HeadsUp { target, .. } = body {
        Some(*target)
    } else if let Body::Setback { target, .. } | Body::Pause { target, .. } = body {
        *target
    } else if let Body::Amends { setback, .. } = body {
        about(view, *setback, person)
    } else {
        None
    }
}

/// What an amends is about: the target of the setback, or of the day, that it names.
pub(crate) fn about(view: &View, named: Option<Hash>, person: Person) -> Option<Hash> {
    let (author, _, body) = view.said(named?)?;
    if author != person {
        None
    } else if let Body::Setback { target, .. } = body {
        *target
    } else if let Body::Follow { target, .. } = body {
        Some(*target)
    } else {
        None
    }
}

/// What an amends mends, in words: "the setback of Monday 3 March", "today's setback"; "it" where it names nothing.
pub(crate) fn mended(
    view: &View,
    named: Option<Hash>,
    person: Person,
    day: impl Fn(Day) -> String,
) -> String {
    let said = named.and_then(|named| view.said(named));
    let (what, on) = match said.filter(|(author, _, _)| *author == person) {
        Some((_, _, Body::Setback { on, .. })) => ("setback", *on),
        Some((_, _, Body::Follow { on, how, .. })) => match how {
            How::Missed => ("missed day", *on),
            How::Partly => ("day kept in part", *on),
            How::Kept => ("day", *on),
        },
        _ => return "it".to_owned(),
    };
    match day(on).as_str() {
        "today" => format!("today's {what}"),
        day => format!("the {what} of {day}"),
    }
}

/// The entries of a person that pass, the newest first.
fn newest(view: &View, person: Person, wanted: impl Fn(&Body) -> bool) -> Vec<About> {
    let mut entries = view.entries();
    entries.retain(|entry| entry.person == person && wanted(entry.body));
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.day, entry.seq)));
    entries
        .iter()
        .filter_map(|entry| About::of(entry, view))
        .collect()
}

/// My setbacks, and the days that I noted as not kept, the newest first. Those without amends
/// come before those with.
pub(crate) fn my_hard_days(view: &View, names: &Names) -> Vec<About> {
    let amended = amended(view, names.me);
    let wanted = |body: &Body| {
        matches!(body, Body::Setback { .. })
            || matches!(body, Body::Follow { how, .. } if *how != How::Kept)
    };
    let mut days = newest(view, names.me, wanted);
    days.sort_by_key(|day| amended.contains(&day.hash));
    days
}

/// The one of these days that a word means: where several fit, a setback before a day that was
/// noted, and what is not mended before what is.
pub(crate) fn hard_day<'a>(
    days: &'a [About],
    view: &View,
    names: &Names,
    fits: impl Fn(&About) -> bool,
) -> Option<&'a About> {
    let amended = amended(view, names.me);
    let fit = days.iter().filter(|day| fits(day));
    fit.min_by_key(|day| (amended.contains(&day.hash), day.kind != "setback"))
}

/// What a person did something about.
fn amended(view: &View, person: Person) -> BTreeSet<Hash> {
    said_about(view, person, |body| {
        if let Body::Amends { setback, .. } = body {
            *setback
        } else {
            None
        }
    })
}

/// The entries of the other that can be heard, the newest first. What this person has heard comes
/// last, marked so.
pub(crate) fn to_hear(view: &View, names: &Names) -> Vec<(About, bool)> {
    let heard = heard_by(view, names.me);
    let wanted = |body: &Body| {
        matches!(
            body,
            Body::Setback { .. }
                | Body::Amends { .. }
                | Body::HeadsUp { .. }
                | Body::Follow { .. }
                | Body::Pause { .. }
        )
    };
    let mut all: Vec<(About, bool)> = newest(view, names.me.other(), wanted)
        .into_iter()
        .map(|about| {
            let heard = heard.contains(&about.hash);
            (about, heard)
        })
        .collect();
    all.sort_by_key(|(_, heard)| *heard);
    all
}

/// What somebody said that they heard.
pub(crate) fn heard_by(view: &View, person: Person) -> BTreeSet<Hash> {
    said_about(view, person, |body| {
        if let Body::Heard { record } = body {
            Some(*record)
        } else {
            None
        }
    })
}

fn said_about(view: &View, person: Person, of: impl Fn(&Body) -> Option<Hash>) -> BTreeSet<Hash> {
    let entries = view.entries();
    let theirs = entries.iter().filter(|entry| entry.person == person);
    theirs.filter_map(|entry| of(entry.body)).collect()
}

/// Whether a word means this: the item it concerns, what it is called, or its id.
pub(crate) fn means(about: &About, word: &str, meant: &[What]) -> bool {
    let word = word.trim().to_lowercase();
    let by_id = word.len() >= 4 && about.hash.to_string().starts_with(&word);
    let by_item = about.what.is_some_and(|what| meant.contains(&what));
    let by_kind = meant.is_empty() && sorts::of(&word) == Some(about.kind);
    by_id || by_item || by_kind
}
