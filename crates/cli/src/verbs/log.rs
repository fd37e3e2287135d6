//! `log`: what happened.

use std::collections::BTreeSet;

use identity::{Day, Hash, Person};
use node::Home;
use node::home::{Cursor, Kept};
use pact::{Body, Reading, View, What, calendar};
use serde_json::json;

use crate::days;
use crate::desk::Desk;
use crate::entry::{self, Entry, Placed};
use crate::items::Items;
use crate::names::Names;
use crate::order::Order;
use crate::render;
use crate::run::Done;
use crate::sorts;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::what;

/// What happened
///
/// Oldest first. Days are as their authors gave them; `--order` adds what is
/// provable: after what, and before what, the other had said. `--follow` stays
/// and prints what comes.
///
///   handfast log home --of me
///   handfast log --since monday --order
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Only about one: a short name, part of its title, an id; or a sort, such as "setback"
    pub(crate) what: Option<String>,
    /// Only of one person: "me", or the name you gave
    #[arg(long, value_name = "me|NAME")]
    pub(crate) of: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<String>,
    /// Say of each after what and before what it was said
    #[arg(long, conflicts_with = "follow")]
    pub(crate) order: bool,
    /// Stay, and print what comes; Ctrl-C ends it
    #[arg(long)]
    pub(crate) follow: bool,
}

/// How much of what was before is shown to who stays for what comes.
const BEFORE: usize = 10;

/// How much is shown when no day is given.
const PAGE: usize = 100;

/// Shows what happened.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let since = args.since.as_deref().map(|day| days::since(day, today)).transpose()?;
        let of = args.of.as_deref().map(|of| person(of, &names)).transpose()?;
        let about = args.what.as_deref().map(|word| about(word, home, today)).transpose()?;
        let (about, sort) = about.unwrap_or_default();
        let wanted = Wanted { of, since, about, sort };
        let part = about.is_some() || sort.is_some();
        let (kept, mut cursor, earlier) = read(home, since.is_some() || args.order || part)?;
        let mut entries = tell(wanted.among(&kept, home)?.into_iter(), home, &names, today)?;
        if args.order {
            ordered(&mut entries, &kept, home, &names, today)?;
        }
        if args.follow {
            return follow(desk, home, &names, &entries, &mut cursor, &wanted);
        }
        if entries.is_empty() {
            desk.out.data("Nothing yet.\n");
        } else {
            if earlier {
                desk.out.data("Earlier: handfast log --since DAY\n\n");
            }
            desk.out.data(&entry::page(&entries, &names, today));
        }
        desk.out.document("log", json!({ "entries": entries.iter().map(|entry| entry.json(&names)).collect::<Vec<_>>() }));
        Ok(Exit::Done)
    })
}

/// The item that a word means; where it means none, the sort of entries.
fn about(
    word: &str,
    home: &mut Home,
    today: Day,
) -> Result<(Option<What>, Option<&'static str>), Trouble> {
    let all = Items::all(home, today)?;
    if !all.find(word).is_empty() || all.is_gone(word) && sorts::of(word).is_none() {
        return Ok((Some(all.one(word)?.what), None));
    }
    let sort = sorts::of(word).ok_or_else(|| {
        let items = all.0.iter();
        let there = items.map(|item| (item.short.as_str(), item.title.as_str()));
        what::mistyped(word, there.chain(sorts::all().map(|sort| (sort, ""))))
    })?;
    Ok((None, Some(sort)))
}

/// What of it is to be told.
struct Wanted {
    of: Option<Person>,
    since: Option<Day>,
    about: Option<What>,
    sort: Option<&'static str>,
}

impl Wanted {
    /// Of these, in their order.
    fn among<'a>(&self, kept: &'a [Kept], home: &mut Home) -> Result<Vec<&'a Kept>, Trouble> {
        let named = self.about.map(crate::doing::about);
        let pauses = match self.about {
            Some(what) => pauses(kept, home.view().map_err(home_trouble)?, what),
            None => BTreeSet::new(),
        };
        let wanted = |kept: &&Kept| {
            self.of.is_none_or(|of| of == kept.person)
                && self.since.is_none_or(|since| kept.record.day() >= since)
                && self.sort.is_none_or(|sort| is_of(kept, sort))
                && named.as_deref().is_none_or(|about| {
                    kept.record.about() == Some(about) || pauses.contains(&kept.record.hash())
                })
        };
        Ok(kept.iter().filter(wanted).collect())
    }
}

/// Whether an entry is of a sort.
fn is_of(kept: &Kept, sort: &str) -> bool {
    match pact::read(kept.record.kind(), kept.record.body()) {
        Reading::Act(act) => sorts::is(&act.body, sort),
        Reading::Edit
        | Reading::UnknownCritical
        | Reading::UnknownIgnorable
        | Reading::Malformed(_) => false,
    }
}

/// The pauses that a plan led to, and the coming back from each: they name the agreement they
/// follow, or the pause, and not the item.
fn pauses(kept: &[Kept], view: &View, what: What) -> BTreeSet<Hash> {
    let mut found = BTreeSet::new();
    let is_of = |target: Hash, person: Person| {
        view.what(target, person) == Some(what) || view.what(target, person.other()) == Some(what)
    };
    // A pause comes before its end, in the log of one person.
    for kept in kept {
        let Reading::Act(act) = pact::read(kept.record.kind(), kept.record.body()) else {
            continue;
        };
        let target = if let Body::Back { pause } = &act.body {
            let said = view.said(*pause).map(|(_, _, body)| body);
            let known = found.contains(pause);
            match said {
                Some(Body::Pause { target, .. }) if !known => *target,
                _ if known => {
                    found.insert(kept.record.hash());
                    continue;
                }
                _ => None,
            }
        } else if let Body::Pause { target, .. } = &act.body {
            *target
        } else {
            None
        };
        if target.is_some_and(|target| is_of(target, kept.person)) {
            found.insert(kept.record.hash());
        }
    }
    found
}

/// Adds to each entry what is provable about when it was said.
fn ordered(
    entries: &mut [Entry],
    kept: &[Kept],
    home: &mut Home,
    names: &Names,
    today: Day,
) -> Result<(), Trouble> {
    let order = Order::of(kept);
    let all = tell(kept.iter(), home, names, today)?;
    let called = |at: usize| {
        all.get(at).map(|entry| {
            let said = format!("{} {}", names.name(entry.person), entry.says);
            let day = calendar::short_name_seen_from(entry.day, today);
            (entry.id, format!("{} ({day})", render::inline(&said, 50)))
        })
    };
    for entry in entries {
        let (after, before) = order.around(entry.id);
        let (after, before) = (after.and_then(called), before.and_then(called));
        let said = |around: &Option<(Hash, String)>| {
            around.as_ref().map_or_else(
                || format!("nothing of {}", names.name(entry.person.other())),
                |(_, said)| said.clone(),
            )
        };
        entry.order = Some(Placed {
            said: format!(
                "dated {} by {}; after {}, before {}",
                calendar::short_name_seen_from(entry.day, today),
                names.name(entry.person),
                said(&after),
                said(&before)
            ),
            after: after.map(|(id, _)| id),
            before: before.map(|(id, _)| id),
        });
    }
    Ok(())
}

fn person(of: &str, names: &Names) -> Result<Person, Trouble> {
    let typed = of.to_lowercase();
    if typed == "me" || typed == names.mine.to_lowercase() {
        Ok(names.me)
    } else if typed == names.other.to_lowercase() {
        Ok(names.me.other())
    } else {
        Err(Trouble::usage(format!(
            "{} is neither of you.",
            crate::render::inline(of, 40)
        ))
        .code("unknown-person")
        .hint(format!("--of me, or --of {}", names.other)))
    }
}

/// What is kept, where it ends, and whether there is something before it.
fn read(home: &mut Home, all: bool) -> Result<(Vec<Kept>, Cursor, bool), Trouble> {
    if all {
        let (kept, end) = home.since(&Cursor::default()).map_err(home_trouble)?;
        return Ok((kept, end, false));
    }
    let (kept, begin) = home.last(PAGE, None).map_err(home_trouble)?;
    let end = home.end().map_err(home_trouble)?;
    Ok((kept, end, begin.0.values().any(|seq| *seq > 0)))
}

fn tell<'a>(
    kept: impl Iterator<Item = &'a Kept>,
    home: &mut Home,
    names: &Names,
    today: Day,
) -> Result<Vec<Entry>, Trouble> {
    let view = home.view().map_err(home_trouble)?;
    Ok(kept
        .map(|kept| Entry::of(kept, view, names, today))
        .collect())
}

/// Stays and prints what comes, one document a line.
fn follow(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    entries: &[Entry],
    cursor: &mut Cursor,
    wanted: &Wanted,
) -> Done {
    use node::notify::{Listener, Notice};
    let failed = |error: std::io::Error| {
        Trouble::refused(
            "follow",
            format!("Waiting for news is not possible here: {error}."),
        )
        .hint("handfast log")
    };
    // Under the heading of its day; the day before it names the one that stands already.
    let mut day = None;
    let mut print = |entry: &Entry, today: Day| {
        if day.replace(entry.day) != Some(entry.day) {
            let heading = calendar::name_seen_from(entry.day, today);
            desk.out.data(&format!("{}\n", render::strong(&heading)));
        }
        desk.out.data(&entry.line(names));
        desk.out.document("entry", entry.json(names));
    };
    // Of what was before, the end alone: months of it are read with `log`.
    let today = home.today();
    let older = if wanted.since.is_some() || desk.out.json() {
        0
    } else {
        entries.len().saturating_sub(BEFORE)
    };
    for entry in entries.iter().skip(older) {
        print(entry, today);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let _inside = runtime.enter();
    let ear = Listener::bind(&home.places().state).map_err(failed)?;
    loop {
        let (kept, end) = home.since(cursor).map_err(home_trouble)?;
        *cursor = end;
        let today = home.today();
        let new = wanted.among(&kept, home)?;
        for entry in tell(new.into_iter(), home, names, today)? {
            print(&entry, today);
        }
        // A notice may be lost; the next look finds what it was about.
        let notice = runtime.block_on(async {
            tokio::time::timeout(std::time::Duration::from_secs(1), ear.next()).await
        });
        if let Ok(Ok(Notice::Lock)) = notice {
            desk.out.talk("Closed.");
            return Ok(Exit::Done);
        }
    }
}
