//! `days`: a promise, day by day.

use pact::{How, calendar};
use serde_json::{Value, json};

use crate::days;
use crate::desk::Desk;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};
use crate::weeks::{self, Cell, Reach, Row, Weeks};
use crate::what;

/// A promise, day by day
///
/// Weeks in rows, oldest first: this week and the four before it. A day on which
/// nothing was noted is a blank: it is not a miss, and not a day on which
/// nothing was due. Where something was corrected, the later entry stands.
/// Nothing is added up.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// One promise or plan: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
    /// From the week of this day on
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<String>,
    /// In sentences, with the notes
    #[arg(long)]
    pub(crate) plain: bool,
}

/// Shows them.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let reach = match &args.since {
            Some(day) => Reach::since(days::since(day, today)?, today),
            None => Reach::usual(today),
        };
        let mut weeks = weeks::gather(home, &names, reach)?;
        if let Some(word) = &args.what {
            let items = Items::agreed_or_offered(home, today)?;
            let meant: Vec<pact::What> = items.find(word).iter().map(|item| item.what).collect();
            only(&mut weeks, word, &meant)?;
        } else {
            weeks = weeks.listed();
        }
        // Each is work that the other way of asking does not need.
        if desk.out.json() {
            desk.out.document("days", as_json(&weeks, &names));
        } else {
            desk.out.data(&page(&weeks, &names, args));
        }
        Ok(Exit::Done)
    })
}

/// Leaves the one thing that a word means, of both persons; what has ended goes by its title.
fn only(weeks: &mut Weeks, word: &str, meant: &[pact::What]) -> Result<(), Trouble> {
    let titled = word.trim().to_lowercase();
    let is_meant = |row: &Row| match row.what {
        Some(what) if !meant.is_empty() => meant.contains(&what),
        Some(_) => row.title.to_lowercase().contains(&titled),
        None => false,
    };
    if !weeks.rows.iter().any(is_meant) && meant.is_empty() {
        let there = weeks.rows.iter();
        return Err(what::mistyped(
            word,
            there.map(|row| (row.short.as_str(), row.title.as_str())),
        ));
    }
    weeks.rows.retain(is_meant);
    let mut found: Vec<(Option<pact::What>, &str, &str)> = weeks
        .rows
        .iter()
        .map(|row| (row.what, row.short.as_str(), row.title.as_str()))
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|one| one.0);
    if found.len() > 1 {
        let named = found.iter().map(|(_, short, title)| (*short, *title));
        return Err(what::several(word, named));
    }
    Ok(())
}

fn page(weeks: &Weeks, names: &Names, args: &Args) -> String {
    let mut page = render::heading(
        "Day by day",
        &format!("({})", render::title(&names.mine, 30)),
    );
    if weeks.rows.is_empty() {
        match &args.what {
            None => page.push_str("\nNothing falls in these weeks.\n"),
            // A pause or a setback may name nothing: then it stands under "A hard moment".
            Some(word) => {
                let word = render::inline(word, 40);
                page.push_str(&format!("\nNothing stands under {word} in these weeks.\n"));
                page.push_str(&render::row(
                    "All that stands, what names nothing too",
                    "",
                    "handfast days",
                ));
            }
        }
        page.push_str(&further(args));
        return page;
    }
    page.push_str(&render::wrap(&format!(
        "From the week of {} on.",
        calendar::name_seen_from(weeks.first, weeks.today)
    )));
    if args.plain {
        page.push_str(&weeks::in_sentences(weeks, names));
        page.push_str(&format!("\n{}", further(args)));
        return page;
    }
    let fine = crate::out::has_unicode();
    page.push_str(&weeks::text(weeks, names, fine));
    page.push_str(&format!("\n{}", weeks::legend(fine)));
    let mut again = named(args);
    if args.since.is_some() {
        again.push_str(&format!(" --since {}", calendar::iso(weeks.first)));
    }
    page.push_str(&render::row(
        "In sentences, with the notes",
        "",
        &format!("handfast days{again} --plain"),
    ));
    page.push_str(&further(args));
    page
}

/// The WHAT of the line, to be typed again.
fn named(args: &Args) -> String {
    args.what
        .as_deref()
        .map_or_else(String::new, |word| format!(" {}", render::title(word, 24)))
}

/// How one looks further back.
fn further(args: &Args) -> String {
    let command = format!("handfast days{} --since DAY", named(args));
    render::row("Further back", "", &command)
}

fn as_json(weeks: &Weeks, names: &Names) -> Value {
    let rows: Vec<Value> = weeks
        .rows
        .iter()
        .map(|row| {
            // Of the other's days only those on which something stands: what the other has not
            // noted is nobody's news.
            let mine = row.person == names.me;
            let days: Vec<Value> = row
                .days
                .iter()
                .filter(|(day, cell)| cell.stands() || mine && **day <= weeks.today)
                .map(|(day, cell)| day_json(*day, cell))
                .collect();
            json!({
                "item": row.what.map(what::id),
                "short": row.short,
                "title": row.title,
                "by": names.name(row.person),
                "mine": mine,
                "every": row.rule.as_ref().map(ToString::to_string),
                "days": days,
            })
        })
        .collect();
    json!({
        "since": calendar::iso(weeks.first),
        "until": calendar::iso(weeks.today),
        "calendars": rows,
    })
}

fn day_json(day: identity::Day, cell: &Cell) -> Value {
    let noted = cell.noted.as_ref();
    json!({
        "day": calendar::iso(day),
        "due": cell.due,
        "noted": noted.map(|noted| match noted.how {
            How::Kept => "kept",
            How::Partly => "partly",
            How::Missed => "missed",
        }),
        "note": noted.map(|noted| &noted.note).filter(|note| !note.is_empty()),
        "ahead": cell.told,
        "setbacks": cell.setbacks,
        "amends": cell.amends,
        "pause": cell.paused(),
        "back": cell.came_back > 0,
    })
}
