//! `boundary`: set mine; or change, lift it.

use pact::ItemType;
use pact::wording::reach;

use crate::ask::Ask;
use crate::desk::{Desk, not_now};
use crate::items::Item;
use crate::names::Names;
use crate::owned::{self, Owned, Set};
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// Set mine; or change, lift
///
/// "When ..., I will ...": what I do to stay well. It is in force when I sign;
/// nobody has to agree, and only I change or lift it. What the other should do
/// is a need of mine, or a promise of theirs.
///
///   handfast boundary
///   handfast boundary --when "voices rise" --will "leave the room"
///   handfast boundary "When voices rise, I will leave the room."
///   handfast boundary change voices
///   handfast boundary lift voices
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) own: Option<Own>,
    /// The whole sentence; you are asked when it is left out
    #[arg(conflicts_with_all = ["when", "will"])]
    pub(crate) text: Option<String>,
    /// When it is time
    #[arg(long, value_name = "TEXT")]
    pub(crate) when: Option<String>,
    /// What I do then
    #[arg(long, value_name = "TEXT")]
    pub(crate) will: Option<String>,
}

/// What is done with a boundary of one's own.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Own {
    /// Change mine: other words, in force when I sign
    Change {
        /// Which one: a short name, part of it, or an id; you are asked
        what: Option<String>,
        /// The whole sentence; you are asked when it is left out
        #[arg(conflicts_with_all = ["when", "will"])]
        text: Option<String>,
        /// When it is time
        #[arg(long, value_name = "TEXT")]
        when: Option<String>,
        /// What I do then
        #[arg(long, value_name = "TEXT")]
        will: Option<String>,
    },
    /// Lift mine: it does not count any more
    Lift {
        /// Which one: a short name, part of it, or an id; you are asked
        what: Option<String>,
    },
}

/// Sets, changes or lifts one.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let own = Which::Own(ItemType::Boundary);
    let word = match &args.own {
        None => String::new(),
        Some(Own::Change { what, .. }) => {
            which::given(desk, what.as_deref(), own, "handfast boundary change WHAT")?
        }
        Some(Own::Lift { what }) => {
            which::given(desk, what.as_deref(), own, "handfast boundary lift WHAT")?
        }
    };
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    match &args.own {
        None => {
            let given = Given::of(&args.text, &args.when, &args.will);
            write(desk, given, None)
        }
        Some(Own::Change {
            text, when, will, ..
        }) => {
            let of = desk.with_home(|desk, home| {
                let names = Names::of(home)?;
                let today = desk.today(home);
                let found = owned::mine(home, &names, ItemType::Boundary, &word, today)?;
                let view = home.view().map_err(home_trouble)?;
                if view.has_unreadable_of(names.me, &crate::doing::about(found.0.what)) {
                    return Err(owned::unreadable(&found.0));
                }
                desk.out.page(&format!(
                    "Now:\n{}",
                    render::quote(&owned::words(&found.1, &names))
                ));
                Ok(found)
            })?;
            write(desk, Given::of(text, when, will), Some(&of))
        }
        Some(Own::Lift { .. }) => owned::lift(desk, ItemType::Boundary, &word, false),
    }
}

/// What stood on the line.
struct Given {
    text: Option<String>,
    when: Option<String>,
    will: Option<String>,
}

impl Given {
    fn of(text: &Option<String>, when: &Option<String>, will: &Option<String>) -> Self {
        Self {
            text: text.clone(),
            when: when.clone(),
            will: will.clone(),
        }
    }

    /// The sentence, asked for where it is not given.
    fn sentence(&self, ask: &mut Ask) -> Option<String> {
        if let Some(text) = &self.text {
            return Some(text.clone());
        }
        let mut half = |given: &Option<String>, question: &str| match given {
            Some(given) => Some(given.clone()),
            None => ask.line(question),
        };
        let when = half(&self.when, "When ...")?;
        let will = half(&self.will, "I will ...")?;
        Some(sentence(&when, &will))
    }
}

/// Until it is signed, or not now.
fn write(desk: &mut Desk, given: Given, of: Option<&(Item, Owned)>) -> Done {
    let me = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        if given.text.is_none() && (given.when.is_none() || given.will.is_none()) {
            desk.out.talk(&format!(
                "What you do to stay well, in your own words. What {} should do is a need \
                 (handfast need) or a promise of {}'s own.",
                names.other, names.other
            ));
        }
        Ok(names)
    })?;
    let mut given = given;
    loop {
        let text = given.sentence(&mut desk.ask).ok_or_else(not_now)?;
        if text.trim().is_empty() {
            return Err(Trouble::usage("A boundary needs its words.")
                .code("boundary")
                .hint("For example: handfast boundary --when \"voices rise\" --will \"leave the room\""));
        }
        let remark = hint(&text, &me);
        let content = owned::content(ItemType::Boundary, me.me, &text);
        match owned::set(desk, content, of, remark.as_deref())? {
            Set::Signed | Set::Same => return Ok(Exit::Done),
            Set::Anew => {
                given = Given {
                    text: None,
                    when: None,
                    will: None,
                };
            }
        }
    }
}

/// "When voices rise, I will leave the room." from its two halves, however they were typed.
fn sentence(when: &str, will: &str) -> String {
    let end = |text: &str| {
        let text = text.trim().trim_end_matches(['.', ',', ' ']);
        text.to_owned()
    };
    let without = |text: String, begin: &str| match text.get(..begin.len()) {
        Some(head) if head.eq_ignore_ascii_case(begin) => text
            .get(begin.len()..)
            .unwrap_or_default()
            .trim()
            .to_owned(),
        _ => text,
    };
    let when = without(end(when), "when ");
    let will = end(will);
    // "I keep my wages" says it already.
    let says_i = will.starts_with("I ") || will.starts_with("I'") || will.starts_with("I\u{2019}");
    let will = if says_i {
        will
    } else {
        format!("I will {will}")
    };
    format!("When {when}, {will}.")
}

/// A remark where the words say what the other is to do; never more than that.
fn hint(text: &str, names: &Names) -> Option<String> {
    let words = reach::order(text, &names.other)?;
    let other = render::title(&names.other, 30);
    Some(format!(
        "{} says what {other} is to do. A boundary says what you do. What you need: handfast \
         need. What {other} will do is {other}'s to promise. You may sign it as it is.",
        render::inline(&words, 40)
    ))
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn the_two_halves_as_people_type_them() {
        let whole = "When there is gambling, I keep my wages in my own account.";
        for (when, will) in [
            ("there is gambling", "I keep my wages in my own account"),
            (
                "When there is gambling,",
                "I keep my wages in my own account.",
            ),
        ] {
            assert_eq!(sentence(when, will), whole);
        }
        assert_eq!(
            sentence("voices rise", "leave the room"),
            "When voices rise, I will leave the room."
        );
    }
}
