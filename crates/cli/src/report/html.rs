//! The page as HTML: one file, no script, nothing from elsewhere; in the dark, on paper, and on a
//! phone. Whatever a person wrote goes through `maud`, which escapes it, and never into an attribute.

use identity::{Day, Person};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pact::calendar;

use super::{Report, Thanks, Words, long, shapes, timeline};
use crate::weeks::{self, Row, Weeks};

const STYLE: &str = include_str!("../assets/report.css");

/// Even if something slipped through, a browser loads nothing and runs nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let names = &report.names;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { "Our plan" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (PreEscaped(shapes::definitions()))
                main {
                    header {
                        h1 { "Our plan" }
                        @for said in report.made() { p class="made" { (said) } }
                    }
                    (thanks(report))
                    (plan(report))
                    @for person in [names.me, names.me.other()] {
                        @if person == names.me || report.both { (part(report, person)) }
                    }
                    (happened(report))
                    footer {
                        @for said in report.to_know() { p { (said) } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn quote(text: &str) -> Markup {
    html! { blockquote dir="auto" { (text) } }
}

fn thanks(report: &Report) -> Markup {
    let one = |thanks: &Thanks| {
        html! {
            li {
                (quote(&thanks.text))
                p class="when-said" {
                    (report.names.name(thanks.by)) ", " (long(thanks.day))
                    @if let Some(about) = &thanks.about { ", for " bdi { (about) } }
                }
            }
        }
    };
    html! {
        section aria-labelledby="thanks" {
            h2 id="thanks" { "Thanks" }
            @if report.thanks.is_empty() { p { "None was written down in these weeks." } }
            ul class="thanks" { @for thanks in report.thanks.iter().rev() { (one(thanks)) } }
        }
    }
}

fn plan(report: &Report) -> Markup {
    html! {
        section aria-labelledby="plan" {
            h2 id="plan" { "What we agreed" }
            @if report.agreed.is_empty() { p { "Nothing is agreed at present." } }
            @for one in &report.agreed { (words(one)) }
        }
        @if !report.owned.is_empty() {
            section aria-labelledby="owned" {
                h2 id="owned" { "What each owns" }
                @for one in &report.owned { (words(one)) }
            }
        }
    }
}

fn words(words: &Words) -> Markup {
    html! {
        article class="words" {
            @if !words.title.is_empty() { h3 dir="auto" { (words.title) } }
            @if !words.of.is_empty() { p class="of" { (words.of) } }
            @if !words.text.trim().is_empty() { (quote(&words.text)) }
            @for remark in &words.remarks { p class="remark" { (remark) } }
        }
    }
}

/// One person's days.
fn part(report: &Report, person: Person) -> Markup {
    let name = report.names.name(person);
    let mine = person == report.names.me;
    let rows: Vec<&Row> = report
        .weeks
        .rows
        .iter()
        .filter(|row| row.person == person)
        .collect();
    let id = if mine { "mine" } else { "other" };
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (name) ", day by day" }
            @if rows.is_empty() {
                p { "Nothing falls in these weeks." }
            } @else {
                (legend())
                @for row in rows { (calendar_of(row, report)) }
            }
        }
    }
}

fn legend() -> Markup {
    let shapes = [
        ("d-kept", "kept"),
        ("d-partly", "partly"),
        ("d-missed", "missed"),
        ("d-notdue", "not due"),
        ("d-ahead", "said ahead"),
        ("d-setback", "setback"),
        ("d-amends", "amends"),
        ("d-pause", "pause"),
    ];
    html! {
        ul class="legend" aria-label="What the shapes mean" {
            @for (id, says) in shapes {
                li { (PreEscaped(shapes::alone(id))) (says) }
            }
            li { "nothing at all: a blank" }
        }
    }
}

const DAYS: [(&str, &str); 7] = [
    ("Mo", "Monday"),
    ("Tu", "Tuesday"),
    ("We", "Wednesday"),
    ("Th", "Thursday"),
    ("Fr", "Friday"),
    ("Sa", "Saturday"),
    ("Su", "Sunday"),
];

fn calendar_of(row: &Row, report: &Report) -> Markup {
    let weeks = &report.weeks;
    let mondays = weeks.mondays(row);
    html! {
        div class="calendar" {
            h3 dir="auto" { (super::clean(&weeks::title(row))) }
            table {
                caption { (due(row)) }
                thead {
                    tr {
                        th scope="col" { span class="unseen" { "Week of" } }
                        @for (short, name) in DAYS { th scope="col" abbr=(name) { (short) } }
                    }
                }
                tbody {
                    @for monday in mondays {
                        tr {
                            th scope="row" { (weeks::week_name(monday, weeks.today)) }
                            @for day in (monday.0..=monday.0 + 6).map(Day) { (day_of(row, day, report)) }
                        }
                    }
                }
            }
            (notes(row, weeks))
        }
    }
}

fn due(row: &Row) -> String {
    let Some(rule) = &row.rule else {
        return "On no fixed days.".into();
    };
    let mut said = format!("Due {}", rule.in_words());
    if let Some(by) = row.by {
        said.push_str(&format!(", by {}", calendar::time(by)));
    }
    said.push('.');
    said
}

fn day_of(row: &Row, day: Day, report: &Report) -> Markup {
    let cell = row.days.get(&day);
    let face = row.face(day, report.today);
    let said = report.weeks.says(row, day, &report.names);
    let when = calendar::name_seen_from(day, report.today);
    let title = if said.is_empty() {
        when
    } else {
        format!("{when}: {said}")
    };
    html! {
        td title=(title) {
            (PreEscaped(shapes::day(face, cell)))
            span class="unseen" { (said) }
        }
    }
}

/// What was written on some of the days.
fn notes(row: &Row, weeks: &Weeks) -> Markup {
    let with_words = row.notes();
    html! {
        @if !with_words.is_empty() {
            ul class="notes" {
                @for (day, cell, words) in with_words {
                    li {
                        span class="when-said" {
                            (calendar::name_seen_from(day, weeks.today)) ", " (weeks::said(cell))
                        }
                        @for text in words { (quote(&super::clean(text))) }
                    }
                }
            }
        }
    }
}

/// The line that runs down the page; beside it, for those who do not see it, the same as a list.
fn happened(report: &Report) -> Markup {
    html! {
        @if !report.happened.is_empty() {
            section aria-labelledby="happened" {
                h2 id="happened" { "What happened" }
                @for (name, picture, events) in timeline::months(&report.happened) {
                    div class="month" {
                        h3 { (name) }
                        (PreEscaped(picture))
                        ol class="unseen" {
                            @for event in events {
                                li { (long(event.day)) ": " (event.label) ". " bdi { (event.text) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
