//! The words of an item as a person reads them before signing: title, text and parts, and in a line whose
//! it is and when.

use identity::Day;
use node::Home;
use pact::{Content, ItemType, Rule, WhenThen, Who};

use crate::names::Names;
use crate::owned;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// "Ben's promise, every weekday, by 18:00, from Monday 10 March."
pub(crate) fn terms(content: &Content, names: &Names, today: Day) -> String {
    let mut said = match content.ty {
        ItemType::Promise => names.whose(content.who),
        ItemType::WhenThen | ItemType::Vision | ItemType::Questions => "For both of you".to_owned(),
        ItemType::Boundary | ItemType::Need | ItemType::AboutMe => owned::whose(content, names),
    };
    if let Some(rule) = &content.rule {
        if rule.is_once() {
            if let Some(day) = content.from {
                said.push_str(&format!(
                    ", on {}",
                    pact::calendar::name_seen_from(day, today)
                ));
            }
        } else {
            said.push_str(&format!(", {}", rule.in_words()));
        }
    }
    if let Some(minute) = content.by {
        said.push_str(&format!(", by {}", pact::calendar::time(minute)));
    }
    if let (Some(day), false) = (
        content.from,
        content.rule.as_ref().is_some_and(Rule::is_once),
    ) {
        said.push_str(&format!(
            ", from {}",
            pact::calendar::name_seen_from(day, today)
        ));
    }
    if content.try_ {
        said.push_str(", to try it");
    }
    said.push('.');
    said
}

/// What the review date means: it is the last day on which it counts (B5).
pub(crate) fn until(day: Day, today: Day) -> String {
    format!(
        "It counts until the end of {}; then it rests until both renew it.",
        pact::calendar::short_name_seen_from(day, today)
    )
}

/// The words themselves, as they are signed: title, text, parts.
pub(crate) fn words(content: &Content, names: &Names) -> String {
    let mut lines = Vec::new();
    // The title of a long boundary is its beginning.
    let cut = content.title.strip_suffix("...").unwrap_or(&content.title);
    let again = content.text.starts_with(cut);
    if !content.title.trim().is_empty() && !again {
        lines.push(content.title.clone());
    }
    if !content.text.trim().is_empty() {
        lines.push(content.text.clone());
    }
    lines.extend(parts(content, names));
    lines.join("\n")
}

/// The parts, each behind what it is; what a part says on further lines stands further in.
fn parts(content: &Content, names: &Names) -> Vec<String> {
    let inside = |text: &str| text.replace('\n', "\n    ");
    let Some(plan) = WhenThen::of(content) else {
        let said = content
            .parts
            .iter()
            .filter(|part| !part.text.trim().is_empty());
        return said
            .zip(1..)
            .map(|(part, n)| format!("{n}. {}", inside(&part.text)))
            .collect();
    };
    let mut lines = Vec::new();
    let mut line = |what: &str, text: Option<&str>| {
        lines.extend(text.map(|text| format!("{what}: {}", inside(text))));
    };
    line("When", own_trigger(content, plan.trigger));
    for person in [names.me, names.me.other()] {
        line(&render::title(names.name(person), 30), plan.does(person));
    }
    for minutes in &plan.minutes {
        line("Pause", Some(&crate::doing::span(u64::from(*minutes) * 60)));
    }
    line("Then", plan.back);
    line("Aloud", plan.aloud);
    for more in &plan.more {
        line("Also", Some(more));
    }
    lines
}

/// When it is time, where the title does not say just that: "When voices rise" is not said twice.
pub(crate) fn own_trigger<'a>(content: &Content, trigger: Option<&'a str>) -> Option<&'a str> {
    trigger.filter(|trigger| content.title.strip_prefix("When ") != Some(*trigger))
}

/// Which need it answers, as the page before a signature says it: that link is signed too.
pub(crate) fn answers(
    home: &mut Home,
    content: &Content,
    names: &Names,
) -> Result<Option<String>, Trouble> {
    let Some(need) = content.for_ else {
        return Ok(None);
    };
    let view = home.view().map_err(home_trouble)?;
    let said = match view.content(need).map(|need| (need.who, &need.title)) {
        Some((Who::Only(owner), title)) => format!(
            "  It answers {}'s need: {}",
            render::title(names.name(owner), 30),
            render::inline(title, 60)
        ),
        _ => "  It answers a need that does not stand in the plan any more.".to_owned(),
    };
    Ok(Some(format!("{}\n", render::wrap(&said))))
}
