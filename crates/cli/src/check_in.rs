//! The check-in that is open now: the questions as both agreed them, the day it belongs to, and the
//! name by which a file says so.
//!
//! ```text
//! file ──▶ file::take ──▶ paper::read ──┬─▶ by_script ──▶ tray, or home.answer_check_in
//!                                       └─▶ guided::show_and_send
//! nothing ──▶ guided::ask ──▶ a draft ──▶ guided::show_and_send ──▶ home.answer_check_in
//! ```

pub(crate) mod by_script;
pub(crate) mod file;
pub(crate) mod guided;
pub(crate) mod paper;
mod values;

use identity::{Day, Hash};
use node::Home;
use node::words::{Answered, BY_SCRIPT, Confidential, Stands};
use pact::rule::occurrences;
use pact::{Agreement, Content, ItemId, Part, State, calendar};

use crate::confidential::compose;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// A check-in that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The agreement on its questions.
    pub(crate) p: Hash,
    pub(crate) questions: Vec<Part>,
    /// The day it belongs to.
    pub(crate) day: Day,
    /// The day of the next one.
    pub(crate) next: Option<Day>,
    /// The name of these questions, as agreed.
    pub(crate) set: String,
    /// Whether a day was agreed on: else it is today's.
    pub(crate) has_day: bool,
}

impl Asked {
    /// The question of an answer.
    pub(crate) fn question(&self, key: &str) -> Option<&str> {
        let part = self.questions.iter().find(|part| part.key == key);
        part.map(|part| part.text.as_str())
    }

    /// "the check-in of Sunday 9 March".
    pub(crate) fn called(&self, today: Day) -> String {
        called(self.day, today)
    }
}

/// A check-in by its day.
pub(crate) fn called(day: Day, today: Day) -> String {
    format!("the check-in of {}", calendar::name_seen_from(day, today))
}

/// The check-in whose time it is, whether or not it was answered here.
pub(crate) fn asked(home: &mut Home, today: Day) -> Result<Asked, Trouble> {
    let view = home.view().map_err(home_trouble)?;
    let mut all = view.agreements(today);
    all.retain(|agreement| agreement.item == ItemId::QUESTIONS);
    let mut in_force = all.iter().filter(|one| one.state == State::InForce);
    match (in_force.next(), in_force.next()) {
        (Some(one), None) => of(one, today),
        (Some(_), Some(_)) => Err(Trouble::refused(
            "two-lists",
            "Two lists of questions were agreed at once, so no check-in is open.",
        )
        .hint("Agree on one: handfast plan questions")),
        (None, _) => Err(none(&all)),
    }
}

fn none(all: &[Agreement<'_>]) -> Trouble {
    let said = |code, message: &str| Trouble::refused(code, message);
    match all.first().map(|one| one.state) {
        Some(State::Begins(_)) => said("not-yet", "Your questions count from tomorrow.")
            .hint("Read them: handfast plan questions"),
        Some(State::Rests) => said(
            "rests",
            "Your questions have come to their review date, so they rest.",
        )
        .hint("Look at them again: handfast review questions"),
        _ => said(
            "no-questions",
            "There is no check-in yet: you have not agreed on its questions.",
        )
        .hint("Write them: handfast questions\nThen: handfast offer questions"),
    }
}

fn of(agreement: &Agreement<'_>, today: Day) -> Result<Asked, Trouble> {
    let content = agreement.content;
    let from = content
        .from
        .map_or(agreement.begins, |from| from.max(agreement.begins));
    let (day, next) = match &content.rule {
        None => (Some(today), Some(today.plus(1))),
        Some(rule) => {
            let since = Day(today.0.saturating_sub(pact::rule::MAX_WINDOW - 1));
            let day = occurrences(rule, from, since, today).last().copied();
            let next = occurrences(
                rule,
                from,
                today.plus(1),
                today.plus(pact::rule::MAX_WINDOW),
            );
            (day, next.first().copied())
        }
    };
    let Some(day) = day else {
        let when = next.map_or_else(
            || "No day for it comes.".to_owned(),
            |next| {
                format!(
                    "The first one is on {}.",
                    calendar::name_seen_from(next, today)
                )
            },
        );
        return Err(
            Trouble::refused("not-yet", format!("There is no check-in yet. {when}"))
                .hint("Read the questions: handfast plan questions"),
        );
    };
    let mut questions = content.parts.clone();
    // Only a changed program offers a question of this name, which marks what a script has sent.
    questions.retain(|part| part.key != BY_SCRIPT);
    Ok(Asked {
        p: agreement.p,
        questions,
        day,
        next,
        set: set(agreement.p, content),
        has_day: content.rule.is_some(),
    })
}

/// The name of questions as they were agreed. A number that counts agreements could mean other words
/// another day; the beginning of an id cannot.
fn set(p: Hash, content: &Content) -> String {
    let spelled = content.rule.as_ref().map(ToString::to_string);
    let often = match spelled.as_deref() {
        Some(rule) if rule.contains("FREQ=WEEKLY") => "weekly",
        Some(rule) if rule.contains("FREQ=MONTHLY") => "monthly",
        Some(rule) if rule.contains("FREQ=DAILY") => "daily",
        Some(_) => "yearly",
        None => "questions",
    };
    let id: String = p.to_string().chars().take(6).collect();
    format!("{often}-{id}")
}

/// One that was answered here, with its questions as they were.
pub(crate) fn earlier(home: &mut Home, one: &Answered) -> Result<Asked, Trouble> {
    let view = home.view().map_err(home_trouble)?;
    let content = view.content(one.questions);
    Ok(Asked {
        p: one.questions,
        questions: content
            .map(|content| content.parts.clone())
            .unwrap_or_default(),
        day: one.day,
        next: None,
        set: content.map_or_else(String::new, |content| set(one.questions, content)),
        has_day: true,
    })
}

/// Where it stands, without opening anything.
pub(crate) fn stands(home: &mut Home, asked: &Asked) -> Result<Stands, Trouble> {
    home.check_in_stands(asked.p, asked.day)
        .map_err(compose::trouble)
}

/// What is remembered here of a check-in that was let pass. Never sent.
const SKIPPED: &str = "check-in let pass";

/// Whether its person has let this one pass.
pub(crate) fn is_skipped(home: &Home, asked: &Asked) -> Result<bool, Trouble> {
    let kept = home.local(SKIPPED).map_err(home_trouble)?;
    Ok(kept.as_deref() == Some(mark(asked).as_bytes()))
}

/// Lets it pass.
pub(crate) fn set_skipped(home: &mut Home, asked: &Asked) -> Result<(), Trouble> {
    home.set_local(SKIPPED, mark(asked).as_bytes())
        .map_err(home_trouble)
}

fn mark(asked: &Asked) -> String {
    format!("{} {}", asked.set, asked.day.0)
}

/// Whether a person is to be asked now: it is open, not answered here, and not let pass.
pub(crate) fn to_answer(home: &mut Home, today: Day) -> Result<Option<Asked>, Trouble> {
    let Ok(asked) = asked(home, today) else {
        return Ok(None);
    };
    let open = stands(home, &asked)? == Stands::Open && !is_skipped(home, &asked)?;
    Ok(open.then_some(asked))
}

/// What its person wrote for themselves beside the answers: one of the private pages, never sent
/// (S28).
pub(crate) fn keep_note(home: &mut Home, note: Option<&Confidential>) -> Result<(), Trouble> {
    let Some(note) = note else { return Ok(()) };
    // A file that is taken twice brings its page once.
    let known = home.notes().map_err(home_trouble)?;
    if known.iter().any(|page| page.text == *note) {
        return Ok(());
    }
    home.write_note(note, None).map_err(home_trouble).map(drop)
}

/// What today's page says of check-ins.
#[derive(Debug, Default)]
pub(crate) struct OnPage {
    /// Both have answered one, and it was not opened here yet.
    pub(crate) both: bool,
    /// One is asked for: its day. It says nothing of the other.
    pub(crate) asked: Option<Day>,
}

impl OnPage {
    /// Of an open home. While space lasts nothing is asked.
    pub(crate) fn of(home: &mut Home, today: Day, space: bool) -> Result<Self, Trouble> {
        if space {
            return Ok(Self::default());
        }
        let answered = home.check_ins().map_err(compose::trouble)?;
        let closed = Stands::Both { closed: true };
        Ok(Self {
            both: answered.iter().any(|one| one.stands == closed),
            asked: to_answer(home, today)?
                .filter(|asked| asked.has_day)
                .map(|asked| asked.day),
        })
    }

    /// The line among what is new.
    pub(crate) fn news(&self) -> String {
        if self.both {
            render::row(
                "check-in  Both of you have answered.",
                "",
                "handfast check-in",
            )
        } else {
            String::new()
        }
    }

    /// The line among what may wait.
    pub(crate) fn row(&self, today: Day) -> String {
        let said = |day| {
            format!(
                "Our questions, for {}",
                calendar::name_seen_from(day, today)
            )
        };
        self.asked.map_or_else(String::new, |day| {
            render::row(&said(day), "", "handfast check-in")
        })
    }
}

/// Until when it is open, in a sentence.
pub(crate) fn until(asked: &Asked, today: Day) -> String {
    match asked.next {
        _ if !asked.has_day => "No day is set for it, so it is today's, for both of you.".into(),
        Some(next) => format!(
            "It is open until {}.",
            calendar::name_seen_from(Day(next.0.saturating_sub(1)), today)
        ),
        None => "It stays open.".into(),
    }
}

/// A question as a heading: one line of it is enough to know it by.
pub(crate) fn heading(asked: &Asked, key: &str) -> String {
    match asked.question(key) {
        Some(question) => render::inline(question, 70),
        // Only a changed program answers what was not asked: its name is that person's text too.
        None => format!("Not asked: {}", render::inline(key, 40)),
    }
}
