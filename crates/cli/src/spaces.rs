//! How space is told: to its owner, and to the other, on every page that speaks of it (screens §3).

use identity::Day;
use node::Home;
use node::space::{self, Standing, Taken};
use pact::calendar;
use serde_json::{Value, json};

use crate::cli;
use crate::desk::Desk;
use crate::names::Names;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// What is known here of space, one's own and the other's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spaces {
    /// What was taken on this device.
    pub(crate) mine: Option<Taken>,
    /// Whether the other was told of mine, as far as is known.
    pub(crate) announced: bool,
    /// What the other has announced: the day that was named, if any.
    pub(crate) others: Option<Option<Day>>,
    /// Whether a letter waits here for the end of the other's.
    pub(crate) letter: bool,
}

impl Spaces {
    /// Of an open home.
    pub(crate) fn of(home: &mut Home) -> Result<Self, Trouble> {
        let mine = taken(home.places());
        if !home.is_paired() {
            return Ok(Self {
                mine,
                ..Self::default()
            });
        }
        let others = home.space_of_other().map_err(home_trouble)?;
        let announced = home.space_announced().map_err(home_trouble)?.is_some();
        // Looked for only where one can be; what cannot be read now keeps no page from opening.
        let letter = others.is_some() && home.held_letter().is_ok_and(|letter| letter.is_some());
        Ok(Self {
            mine,
            announced,
            others: others.map(|space| space.until),
            letter,
        })
    }

    /// Whether any lasts: then thanks do not lead.
    pub(crate) fn lasts(&self) -> bool {
        self.mine.is_some() || self.others.is_some()
    }

    /// What stands at the top of a page while it lasts.
    pub(crate) fn told(&self, names: &Names, today: Day) -> String {
        let mut said = String::new();
        if let Some(taken) = self.mine {
            said.push_str(&mine(taken, today));
        }
        if let Some(until) = self.others {
            said.push_str(&others(until, names, self.letter));
        }
        said
    }

    /// The same for a script.
    pub(crate) fn json(&self) -> Value {
        if !self.lasts() {
            return Value::Null;
        }
        json!({
            "mine": self.mine.map(|taken| json!({
                "until": taken.until.map(calendar::iso),
                "practical": taken.practical,
                "announced": self.announced,
            })),
            "others": self.others.map(|until| json!({
                "until": until.map(calendar::iso),
                "letter": self.letter,
            })),
        })
    }
}

/// The space that was taken on this device; readable while locked.
pub(crate) fn taken(places: &node::Places) -> Option<Taken> {
    match space::standing(places) {
        Standing::Taken(taken) => Some(taken),
        Standing::Open | Standing::Lost => None,
    }
}

/// Whether a verb that would meet has nothing to do, since nothing leaves this device. It ends as
/// it always does: a job that runs in space tells nobody about it.
pub(crate) fn keeps_quiet(desk: &Desk, kind: &str) -> Result<bool, Trouble> {
    let silent = taken(&desk.begun()?).is_some_and(|taken| !taken.practical);
    if silent {
        desk.out.talk(
            "You have taken space: nothing leaves this device. To end it: handfast space end",
        );
        desk.out.document(kind, json!({}));
    }
    Ok(silent)
}

/// To who took it.
pub(crate) fn mine(taken: Taken, today: Day) -> String {
    let mut said = String::from("You have taken space.");
    match taken.until {
        Some(day) if day > today => {
            said.push_str(&format!(
                " You named {}.",
                calendar::name_seen_from(day, today)
            ));
        }
        // The day ends nothing; it is the day to look at it again.
        Some(_) => said.push_str(" The day that you named has come; it goes on until you end it."),
        None => {}
    }
    let mut said = format!("\n{}", render::wrap(&said));
    said.push_str(if taken.practical {
        "Short words about children and bills come and go; nothing else leaves here.\n"
    } else {
        "Nothing leaves this device.\n"
    });
    said.push_str(&render::row(
        "It ends when you end it",
        "",
        "handfast space end",
    ));
    if taken.until.is_some_and(|day| day <= today) {
        said.push_str(&render::row(
            "Name another day",
            "",
            "handfast space change --until DAY",
        ));
    }
    said
}

/// To the other: what is there to do, and nothing about when it ends but the day that was named.
fn others(until: Option<Day>, names: &Names, letter: bool) -> String {
    let other = render::title(&names.other, 30);
    let named = until.map_or_else(String::new, |day| {
        format!(", and named {}", calendar::name(day))
    });
    let waits = if letter {
        "What you write stays here. Your letter waits; you may rewrite it."
    } else {
        "What you write stays here. There is room for one letter; you may rewrite it."
    };
    let mut said = format!(
        "\n{}{}",
        render::wrap(&format!(
            "{other} has taken space{named}. It ends when {other} ends it."
        )),
        render::wrap(waits),
    );
    for (verb, row, command) in [
        ("say", "The letter", "handfast say"),
        (
            "say",
            "Children and bills, short",
            "handfast say --practical",
        ),
        ("note", "A page that only you see", "handfast note"),
    ] {
        if cli::has(verb) {
            said.push_str(&render::row(row, "", command));
        }
    }
    said
}
