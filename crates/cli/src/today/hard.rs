//! A hard moment on today's page: what is new about it, and in which order the page then goes.

use identity::Day;
use node::pausing::Pausing;
use node::{Clock, Places};
use pact::{Body, Entry, NewsOf, View, calendar};
use serde_json::{Value, json};

use super::Page;
use crate::concerns;
use crate::entry;
use crate::evening::Plan;
use crate::render;
use crate::spoken;

impl Page<'_> {
    /// Whether a setback or a sorry is new, mine of today or the other's: then thanks do not lead.
    pub(super) fn is_hard(&self) -> bool {
        let news = self.view.new_since(self.names.me, self.cursor, self.today);
        let theirs = news
            .iter()
            .any(|news| matches!(&news.of, NewsOf::Entry(entry) if is_hard(entry.body)));
        theirs || self.words.has_new_sorry() || self.is_my_hard_day()
    }

    /// Whether it is a signed sorry that was opened here: then it is not new, nor closed.
    pub(super) fn was_opened(&self, entry: &Entry<'_>) -> bool {
        matches!(entry.body, Body::Sorry { .. }) && self.opened.contains(&entry.hash.to_string())
    }

    /// Whether I noted a setback, or a sorry, today.
    pub(super) fn is_my_hard_day(&self) -> bool {
        self.view.is_hard_day(self.names.me, self.today)
    }
}

fn is_hard(body: &Body) -> bool {
    matches!(body, Body::Setback { .. } | Body::Sorry { .. })
}

/// What is said under one's own day when its time is over and nothing stands there yet, or when a
/// setback is new.
pub(super) fn calm(plan: Option<&Plan>, mine: bool) -> String {
    // To whom it happened it is not said: it was not theirs.
    let mut said = if mine {
        String::from("\nSaying it yourself counts. Nothing that you did before is lost by it.\n")
    } else if plan.is_some() {
        String::from("\n")
    } else {
        String::new()
    };
    if let Some(plan) = plan {
        said.push_str(&format!(
            "Your plan for hard evenings:  {}\n",
            render::faint(&format!("handfast plan {}", plan.short))
        ));
    }
    said
}

/// The pause that was taken on this machine: when it ends while it lasts, and then, until its person
/// is back, when it was to end. That is said to this person alone, and asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The minute of the day, and whether it is one of tomorrow.
    Until(u16, bool),
    /// It was until then; nobody has said yet that they are back.
    Was(Day, u16),
}

impl Pause {
    /// The one that stands on the page now.
    pub(crate) fn of(places: &Places, clock: &Clock) -> Option<Self> {
        let (kept, now) = (Pausing::kept(places)?, clock.now());
        if let Some((minute, later)) = kept.ends(clock, now) {
            return Some(Self::Until(minute, later));
        }
        let (day, minute) = kept.over(clock, now)?;
        Some(Self::Was(day, minute))
    }

    /// Its line.
    pub(crate) fn row(self, today: Day) -> String {
        let said = match self {
            Self::Until(minute, later) => {
                let day = if later { " tomorrow" } else { "" };
                format!("A pause, back at {}{day}", calendar::time(minute))
            }
            Self::Was(day, minute) => {
                let day = if day < today { " yesterday" } else { "" };
                format!("Your pause was until {}{day}", calendar::time(minute))
            }
        };
        format!("\n{}", render::row(&said, "", "handfast back"))
    }

    /// For a script: when the one that lasts ends.
    pub(crate) fn until(self) -> Option<String> {
        match self {
            Self::Until(minute, _) => Some(calendar::time(minute)),
            Self::Was(..) => None,
        }
    }

    /// For a script: until when the one was that nobody came back from.
    pub(crate) fn was(self) -> Option<Value> {
        match self {
            Self::Until(..) => None,
            Self::Was(day, minute) => Some(json!({
                "day": calendar::iso(day),
                "until": calendar::time(minute),
            })),
        }
    }
}

/// What such an entry is about, and its words.
pub(super) fn json<'a>(
    entry: &Entry<'a>,
    view: &View,
) -> (Option<identity::Hash>, Option<&'a str>) {
    let about = concerns::target(view, entry.body, entry.person);
    let text = if let Body::Setback { note: text, .. } | Body::Amends { text, .. } = entry.body {
        Some(text.as_str())
    } else {
        None
    };
    (about, text)
}

/// One new entry of the other, if it is of that sort.
pub(super) fn news(entry: &Entry<'_>, view: &View, other: &str, today: Day) -> Option<String> {
    let line = |kind: &str, rest: &str| render::wrap(&format!("  {kind:<9} {rest}"));
    let called = |of: identity::Hash| {
        view.content(of)
            .map(|content| render::title(content.called(), 40))
    };
    let day = |on: Day| {
        if on == today {
            "today".to_owned()
        } else {
            calendar::name_seen_from(on, today)
        }
    };
    let with = |line: String, text: &str| {
        if text.trim().is_empty() {
            line
        } else {
            format!("{line}{}", render::quote(text))
        }
    };
    if let Body::Setback { target, on, note } = entry.body {
        let title = target.and_then(called);
        let about = title.map_or_else(|| day(*on), |title| format!("{title}, {}", day(*on)));
        Some(with(line("setback", &about), note))
    } else if let Body::Amends { setback, text } = entry.body {
        let about = concerns::about(view, *setback, entry.person).and_then(called);
        let about = about.map_or_else(String::new, |title| format!(": {title}"));
        let mended = concerns::mended(view, *setback, entry.person, day);
        Some(with(
            line(
                "amends",
                &format!("{other} did something about {mended}{about}"),
            ),
            text,
        ))
    } else if let Body::Pause { minutes, .. } = entry.body {
        let said = format!("{}, {}", spoken::minutes(*minutes), day(entry.day));
        Some(line("pause", &said))
    } else if matches!(entry.body, Body::Back { .. }) {
        let said = format!("{other} came back from a pause, {}", day(entry.day));
        Some(line("back", &said))
    } else if matches!(entry.body, Body::Space { .. }) {
        // It stands at the top of the page while it lasts.
        Some(String::new())
    } else if matches!(entry.body, Body::SpaceEnded) {
        Some(line("space", &format!("{other} has ended it")))
    } else if matches!(entry.body, Body::Sorry { .. }) {
        // It arrives closed, signed or not.
        let id: String = entry.hash.to_string().chars().take(8).collect();
        Some(render::row(
            &format!("{:<9} Signed, and closed. Open it when you like.", "sorry"),
            "",
            &format!("handfast words {id}"),
        ))
    } else if let Body::Heard { record } = entry.body {
        let what = entry::heard(view, *record)?;
        Some(line("heard", &what))
    } else {
        None
    }
}
