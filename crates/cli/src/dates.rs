//! The dates of the plan as a calendar file (RFC 5545), for the calendars that people have.
//!
//! Days are days and times are floating: "by six" is six wherever one is, and no zone is recorded.
//! A calendar is shown to other eyes than a plan, and often kept by somebody else's server: so the
//! file says "Reminder" and nothing more, unless its owner asks for the titles.

use std::borrow::Cow;

use icalendar::{Calendar, Class, Component, Event, EventLike};
use identity::{Day, Person};
use pact::{Content, Held, Rule, View, What, calendar, rule};

use crate::names::Names;
use crate::what;

/// What a date is called for other eyes.
const DISCREET: &str = "Reminder";

/// One thing that comes back on some days.
struct Date<'a> {
    what: What,
    content: Cow<'a, Content>,
    /// The day from which the rule takes its beat.
    from: Day,
    first: Day,
    last: Day,
}

/// The file: of mine, or of both; and how many dates or rules of dates it holds.
pub(crate) fn file(
    view: &View,
    names: &Names,
    today: Day,
    both: bool,
    titles: bool,
) -> (String, usize) {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    // Also this line tells nobody where the file comes from.
    calendar.append_property(("PRODID", "-//calendar//EN"));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    let mut taken: Vec<String> = Vec::new();
    for (person, date) in dates(view, names, today, both) {
        let Some(mut event) = event(&date, today) else {
            continue;
        };
        let mut uid = uuid(&what::id(date.what));
        while taken.contains(&uid) {
            uid.push_str("-2");
        }
        let title = if titles {
            pact::text::clean_line(date.content.called()).text
        } else {
            DISCREET.to_owned()
        };
        let title = if person == names.me || date.content.who.includes(names.me) {
            title
        } else {
            format!("{title} ({})", pact::text::clean_line(&names.other).text)
        };
        event.summary(&title);
        event.uid(&uid);
        calendar.push(event.done());
        taken.push(uid);
    }
    (calendar.to_string(), taken.len())
}

fn dates<'a>(view: &'a View, names: &Names, today: Day, both: bool) -> Vec<(Person, Date<'a>)> {
    let mut all: Vec<(Person, Date<'a>)> = Vec::new();
    let persons = [names.me, names.me.other()];
    for person in persons
        .into_iter()
        .filter(|person| both || *person == names.me)
    {
        for held in view.held(person, today, calendar::LAST) {
            // What both promised stands once.
            let again = person != names.me && held.content.who.includes(names.me);
            if !again {
                all.push((person, of(held)));
            }
        }
    }
    // The questions of a check-in have a day too.
    let asked = view.agreements(today).into_iter().filter(|agreement| {
        agreement.content.ty == pact::ItemType::Questions && agreement.until >= today
    });
    all.extend(asked.map(|agreement| {
        let date = Date {
            what: What::Item(agreement.item),
            content: Cow::Borrowed(agreement.content),
            from: agreement.content.from.unwrap_or(agreement.begins),
            first: agreement.begins,
            last: agreement.until,
        };
        (names.me, date)
    }));
    all
}

fn of(held: Held<'_>) -> Date<'_> {
    Date {
        what: held.what,
        content: held.content,
        from: held.from,
        first: held.first,
        last: held.last,
    }
}

/// None for what is never due, or not any more.
fn event(date: &Date<'_>, today: Day) -> Option<Event> {
    let rule = date.content.rule.as_ref()?;
    // A calendar takes its beat from the first day that it is given, so that must be a day on which
    // the rule falls.
    let first = first_due(rule, date)?;
    let mut event = Event::new();
    event.class(Class::Private);
    event.add_property("TRANSP", "TRANSPARENT");
    event.add_property("DTSTAMP", format!("{}T000000Z", compact(today)));
    let day = calendar::date(first)?;
    let suffix = match date.content.by {
        Some(minute) => {
            let time = format!("T{:02}{:02}00", minute / 60, minute % 60);
            let start = day.and_hms_opt((minute / 60).into(), (minute % 60).into(), 0)?;
            event.starts(start);
            time
        }
        None => {
            event.starts(day);
            String::new()
        }
    };
    if !rule.is_once() {
        let mut said = rule.to_string();
        if date.last < calendar::LAST {
            // Of the same sort as the start (RFC 5545, 3.3.10): a day, or a floating time.
            said.push_str(&format!(";UNTIL={}{suffix}", compact(date.last)));
        }
        event.add_property("RRULE", said);
    }
    Some(event)
}

/// The first day, within a few years, on which it is due.
fn first_due(rule: &Rule, date: &Date<'_>) -> Option<Day> {
    let mut first = date.first.max(date.from);
    for _ in 0..8 {
        let last = date.last.min(first.plus(rule::MAX_WINDOW - 1));
        if first > last {
            return None;
        }
        if let Some(day) = rule::occurrences(rule, date.from, first, last).first() {
            return Some(*day);
        }
        first = last.plus(1);
    }
    None
}

/// `20250314`.
fn compact(day: Day) -> String {
    calendar::iso(day).replace('-', "")
}

/// An id in the form that calendars know; it is the thing's own, so that a new file takes the place
/// of the old one.
fn uuid(id: &str) -> String {
    let mut out = String::new();
    for (at, c) in id.chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(c);
    }
    out
}
