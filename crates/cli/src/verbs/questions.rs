//! `questions`: what our check-in asks; both write.

use node::Home;
use replica::draft::{Change, DraftPart, part_named};
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs::promise::rule;

/// What our check-in asks
///
/// One short list in the draft, which both of you may change. It counts when
/// both have signed it. `handfast example five` brings five to begin with.
///
///   handfast questions --add "What went well?" --add "What was hard?"
///   handfast questions --change 2 "What was hard, and what helped?"
///   handfast questions --drop 2
///   handfast questions --every sunday
///   handfast offer questions
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A question to put behind the others; may stand several times
    #[arg(long, value_name = "TEXT")]
    pub(crate) add: Vec<String>,
    /// Other words for a question, by its number
    #[arg(long, value_names = ["N", "TEXT"], num_args = 2)]
    pub(crate) change: Vec<String>,
    /// Take a question off, by its number
    #[arg(long, value_name = "N", conflicts_with = "change")]
    pub(crate) drop: Option<usize>,
    /// On which days the check-in is; "never" for none
    #[arg(long, value_name = "RULE")]
    pub(crate) every: Option<String>,
}

impl Args {
    /// Whether it says nothing: the questions are asked for.
    pub(crate) fn is_empty(&self) -> bool {
        let nothing = self.add.is_empty() && self.change.is_empty();
        nothing && self.drop.is_none() && self.every.is_none()
    }
}

/// A list longer than this is no short check-in, and could not be signed.
const MOST: usize = pact::content::MAX_PARTS;

/// Changes the draft of it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        Names::of(home)?;
        let there = home.draft().map_err(home_trouble)?.questions();
        let mut changes = Vec::new();
        if let [n, text] = args.change.as_slice() {
            let part = numbered(&there.parts, n.parse().unwrap_or_default())?;
            changes.push(Change::Question(part.key, part.order, text.clone()));
        }
        if let Some(n) = args.drop {
            let part = numbered(&there.parts, n)?;
            changes.push(Change::Question(part.key, part.order, String::new()));
        }
        if let Some(every) = &args.every {
            let value = match every.as_str() {
                "never" => None,
                typed => Some(rule(typed)?.to_string()),
            };
            changes.push(Change::QuestionsRule(value));
        }
        let mut add = args.add.clone();
        if changes.is_empty() && add.is_empty() {
            desk.out.page(&listed(&there.parts));
            while let Some(one) = desk.ask.line("A question to add (only Enter: no more):") {
                add.push(one);
            }
        }
        changes.extend(asked(home, &there.parts, &add)?);
        let changed = !changes.is_empty() && doing::edit(home, &changes)?;
        let now = home.draft().map_err(home_trouble)?.questions();
        let every = now
            .rule
            .value
            .as_deref()
            .and_then(|spelled| pact::Rule::parse(spelled).ok());
        let mut said = listed(&now.parts);
        if let Some(every) = &every {
            said.push_str(&format!("  The check-in is {}.\n", every.in_words()));
        }
        if now.rule.is_conflicted() {
            said.push_str(
                "  Two different days were set at once. Set the one you mean:\n  \
                 handfast questions --every RULE\n",
            );
        }
        if !now.parts.is_empty() {
            said.push_str(
                "\nA draft binds nobody; both of you may change it.\n\
                 When it asks what you mean:  handfast offer questions",
            );
        }
        desk.out.talk(&said);
        let questions: Vec<_> = now
            .parts
            .iter()
            .map(|part| json!({ "key": part.signed_key(), "text": part.text }))
            .collect();
        desk.out.document(
            "questions",
            json!({ "changed": changed, "every": every.map(|rule| rule.to_string()), "questions": questions }),
        );
        Ok(Exit::Done)
    })
}

/// The changes that put questions behind those that are there. Each gets a name of its own, by which
/// its answer is called later.
pub(crate) fn asked(
    home: &mut Home,
    there: &[DraftPart],
    add: &[String],
) -> Result<Vec<Change>, Trouble> {
    let mut taken: Vec<[u8; 16]> = there.iter().map(|part| part.key).collect();
    let last = there.iter().map(|part| part.order).max();
    let mut order = last.map_or(0, |last| last.saturating_add(1));
    let mut changes = Vec::new();
    for text in add {
        let text = pact::text::clean(text).text.trim().to_owned();
        if text.is_empty() || there.iter().any(|part| part.text == text) {
            continue;
        }
        if taken.len() >= MOST {
            return Err(
                Trouble::refused("questions", format!("{MOST} questions are the most."))
                    .hint("Take one off: handfast questions --drop N"),
            );
        }
        let key = match named(&text, &taken) {
            Some(key) => key,
            None => home
                .dice()
                .bytes()
                .map_err(|error| home_trouble(error.into()))?,
        };
        taken.push(key);
        changes.push(Change::Question(key, order, text));
        order = order.saturating_add(1);
    }
    Ok(changes)
}

/// A name from the words themselves; none where they hold none that can be typed.
fn named(text: &str, taken: &[[u8; 16]]) -> Option<[u8; 16]> {
    let called = pact::short::new_name(text, &[], |_| false);
    let called: String = called
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        .take(12)
        .collect();
    let tries = std::iter::once(called.clone()).chain((2..40).map(|n| format!("{called}-{n}")));
    tries
        .filter_map(|name| part_named(&name))
        .find(|key| !taken.contains(key))
        .filter(|_| !called.is_empty())
}

fn numbered(parts: &[DraftPart], n: usize) -> Result<&DraftPart, Trouble> {
    n.checked_sub(1)
        .and_then(|at| parts.get(at))
        .ok_or_else(|| {
            Trouble::refused("unknown-item", "There is no question with this number.")
                .hint("The list: handfast questions")
        })
}

fn listed(parts: &[DraftPart]) -> String {
    if parts.is_empty() {
        return "No questions yet. Five to begin with: handfast example five\n".into();
    }
    let lines: Vec<String> = parts
        .iter()
        .zip(1..)
        .map(|(part, n)| format!("{n}. {}", part.text.replace('\n', "\n    ")))
        .collect();
    render::quote(&lines.join("\n"))
}
