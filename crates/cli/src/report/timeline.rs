//! What happened, as a line that runs down the page: a picture for each month, so that a page can
//! be turned between them.

use identity::Day;
use pact::calendar;
use svg::Document;
use svg::node::element::{Line, Text, Title};
use unicode_width::UnicodeWidthChar;

use super::happened::{Event, Sort};
use super::shapes;

/// As wide as a phone; on larger screens the picture grows with its letters.
const WIDTH: u32 = 350;
/// Where the line runs.
const AXIS: u32 = 74;
/// The room for text beside it, in hundredths of the height of its letters (13 px in the style).
const ROOM: u32 = (WIDTH - AXIS - 18) * 100 / 13;
/// A text has at most so many lines; the whole of it stands in the list beside the picture.
const LINES: usize = 3;
/// Between two lines of text.
const LEADING: u32 = 17;
/// A day without anything takes so much room, up to ten of them.
const QUIET: u32 = 3;

/// The months with something in them: a name and a picture.
pub(super) fn months(events: &[Event]) -> Vec<(String, String, &[Event])> {
    events
        .chunk_by(|a, b| month(a.day) == month(b.day))
        .filter_map(|events| {
            let name = month(events.first()?.day);
            Some((name.clone(), picture(&name, events), events))
        })
        .collect()
}

fn month(day: Day) -> String {
    calendar::date(day).map_or_else(
        || calendar::iso(day),
        |date| date.format("%B %Y").to_string(),
    )
}

fn short(day: Day) -> String {
    calendar::date(day).map_or_else(
        || calendar::iso(day),
        |date| date.format("%a %-d").to_string(),
    )
}

/// The shape of a sort of event.
pub(super) fn shape(sort: Sort) -> &'static str {
    match sort {
        Sort::Agreed => "d-agreed",
        Sort::Ended => "d-ended",
        Sort::Set => "d-set",
        Sort::Thanks => "d-thanks",
        Sort::Setback => "d-setback",
        Sort::Amends => "d-amends",
        Sort::Pause => "d-pause",
    }
}

fn picture(name: &str, events: &[Event]) -> String {
    let mut drawn = Vec::new();
    let mut y = 14;
    let mut before: Option<Day> = None;
    for event in events {
        if let Some(before) = before {
            y += QUIET * event.day.0.saturating_sub(before.0).min(10);
        }
        drawn.push((y, before != Some(event.day), event));
        before = Some(event.day);
        y += LEADING + 14 + LEADING * u32::try_from(lines(&event.text).len()).unwrap_or(0);
    }
    let mut picture = Document::new()
        .set("viewBox", (0, 0, WIDTH, y))
        .set("class", "timeline")
        .set("role", "img")
        .add(Title::new(format!(
            "{name}: what happened, from top to bottom"
        )))
        .add(
            Line::new()
                .set("class", "axis")
                .set("x1", AXIS)
                .set("x2", AXIS)
                .set("y1", 0)
                .set("y2", y),
        );
    for (y, is_new_day, event) in drawn {
        if is_new_day {
            let day = Text::new(short(event.day))
                .set("class", "when")
                .set("x", AXIS - 16)
                .set("y", y + 5);
            picture = picture.add(day);
        }
        picture = picture
            .add(shapes::placed("d-ground", AXIS - 10, y - 10, 20))
            .add(shapes::placed(shape(event.sort), AXIS - 9, y - 9, 18))
            .add(
                Text::new(event.label.clone())
                    .set("class", "label")
                    .set("x", AXIS + 18)
                    .set("y", y + 5),
            );
        let mut below = y + 5;
        for line in lines(&event.text) {
            below += LEADING;
            picture = picture.add(
                Text::new(line)
                    .set("class", "words")
                    .set("x", AXIS + 18)
                    .set("y", below),
            );
        }
    }
    picture.to_string()
}

/// A text in as many lines as it may have here. A picture does not wrap by itself, so the width of
/// letters is estimated, rather too large than too small.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide: u32 = word.chars().map(room_of).sum();
        let space = if used == 0 { 0 } else { room_of(' ') };
        if used > 0 && used + space + wide > ROOM {
            lines.push(String::new());
            used = 0;
        } else if used > 0 {
            add(&mut lines, ' ');
            used += space;
        }
        for c in word.chars() {
            if used + room_of(c) > ROOM {
                lines.push(String::new());
                used = 0;
            }
            add(&mut lines, c);
            used += room_of(c);
        }
    }
    lines.retain(|line| !line.is_empty());
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("...".into());
    }
    lines
}

fn add(lines: &mut [String], c: char) {
    if let Some(last) = lines.last_mut() {
        last.push(c);
    }
}

fn room_of(c: char) -> u32 {
    match c {
        ' ' | 'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ';' | ':' | '\'' | '!'
        | '|' => 48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 105,
        c if c.is_uppercase() => 84,
        c if c.is_ascii() => 64,
        c => 70 * u32::try_from(c.width().unwrap_or(1).clamp(1, 2)).unwrap_or(1),
    }
}
