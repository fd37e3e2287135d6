//! `plan --card`: the plan on one small page, to be printed and read without this program.

use identity::{Day, Person};
use pact::{Content, ItemType, Rule, State, WhenThen, calendar};

use crate::doing;
use crate::items::{self, Item};
use crate::names::Names;
use crate::render;

/// Columns and lines of the card: a page of A5 in an ordinary type.
const WIDE: usize = 60;
const LONG: usize = 52;

/// Whether something of it is on the card.
pub(crate) fn has(item: &Item) -> bool {
    let in_force = |state: &State| matches!(state, State::InForce | State::Begins(_));
    item.owned.is_some() || item.agreed.iter().any(|agreed| in_force(&agreed.state))
}

/// The card of these items: what is in force, hard moments first. Drafts and offers are not on it.
pub(crate) fn page(items: &[Item], names: &Names, today: Day) -> String {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let in_force = || {
        items.iter().flat_map(|item| {
            let agreed = item.agreed.iter();
            agreed.filter(|agreed| matches!(agreed.state, State::InForce | State::Begins(_)))
        })
    };
    let of = |ty: ItemType| {
        in_force()
            .map(|agreed| &agreed.content)
            .filter(move |content| content.ty == ty)
    };
    blocks.extend(of(ItemType::WhenThen).map(|content| hard(content, names)));
    let owned = |ty: ItemType, owner: Person| -> Vec<String> {
        let own = items.iter().filter_map(|item| item.owned.as_ref());
        own.filter(|own| own.ty == ty && own.owner == owner)
            .flat_map(|own| &own.sets)
            .flat_map(|set| quoted(&items::words(&set.content, names)))
            .collect()
    };
    let people = [names.me, names.me.other()];
    let mut titled = |title: String, lines: Vec<String>| {
        if !lines.is_empty() {
            let mut block = vec![title];
            block.extend(lines);
            blocks.push(block);
        }
    };
    for person in people {
        let name = render::title(names.name(person), 24);
        titled(
            format!("{name}'s boundaries"),
            owned(ItemType::Boundary, person),
        );
    }
    let promises: Vec<String> = of(ItemType::Promise)
        .flat_map(|content| promise(content, names))
        .collect();
    titled("What we promised".into(), promises);
    let vision: Vec<String> = of(ItemType::Vision)
        .flat_map(|content| quoted(&content.text))
        .collect();
    titled("What we want now".into(), vision);
    for person in people {
        let name = render::title(names.name(person), 24);
        titled(format!("What {name} needs"), owned(ItemType::Need, person));
    }

    let day = calendar::name(today);
    let gap = WIDE
        .saturating_sub(render::width("Our plan") + render::width(&day))
        .max(2);
    let mut lines = vec![
        format!("Our plan{}{day}", " ".repeat(gap)),
        "=".repeat(WIDE),
    ];
    let foot = [
        "=".repeat(WIDE),
        "If you are afraid, go where you are safe; no plan".into(),
        "binds you.".into(),
    ];
    if blocks.is_empty() {
        lines.push("Nothing is agreed yet.".into());
    }
    let mut left_out = false;
    for (at, block) in blocks.iter().enumerate() {
        // Whole blocks alone: half a plan would be read as a whole one.
        let fits = lines.len() + block.len() + foot.len() + 2 <= LONG;
        if fits || at == 0 {
            if at > 0 {
                lines.push(String::new());
            }
            lines.extend(block.iter().cloned());
        } else {
            left_out = true;
        }
    }
    if left_out {
        lines.push(String::new());
        lines.push("There is more in the plan than fits on this card.".into());
    }
    lines.extend(foot);
    lines
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// What each does in a hard moment.
fn hard(content: &Content, names: &Names) -> Vec<String> {
    let plan = WhenThen::of(content).unwrap_or_default();
    let mut lines = vec![render::title(&content.title, WIDE)];
    let mut put = |head: &str, text: Option<&str>| {
        if let Some(text) = text {
            lines.push(format!("{head}:"));
            lines.extend(quoted(text));
        }
    };
    put("When", items::own_trigger(content, plan.trigger));
    put("Say aloud", plan.aloud);
    for person in [names.me, names.me.other()] {
        put(&render::title(names.name(person), 24), plan.does(person));
    }
    let pause = plan
        .pause()
        .map(|minutes| doing::span(u64::from(minutes) * 60));
    put("Pause", pause.as_deref());
    put("Then", plan.back);
    lines
}

fn promise(content: &Content, names: &Names) -> Vec<String> {
    let mut lines = quoted(&items::words(content, names));
    let mut said = match content.who {
        pact::Who::Both => "both of us".to_owned(),
        pact::Who::Only(person) => render::title(names.name(person), 24),
    };
    if let Some(rule) = content.rule.as_ref().filter(|rule| !Rule::is_once(rule)) {
        said.push_str(&format!(", {}", rule.in_words()));
    }
    if let Some(by) = content.by {
        said.push_str(&format!(", by {}", calendar::time(by)));
    }
    lines.push(format!("  ({said})"));
    lines
}

/// What a person wrote, behind the mark (S49).
fn quoted(text: &str) -> Vec<String> {
    render::quote_within(text, WIDE)
        .lines()
        .map(str::to_owned)
        .collect()
}
