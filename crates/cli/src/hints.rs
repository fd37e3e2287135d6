//! Words that are to be signed, shown with the remarks of the wording check (screens §5). It
//! quotes, it never blocks, and each remark is dismissed for good with one key.

use node::Home;
use pact::wording::{self, Hint, Place, Rule};

use crate::desk::Desk;
use crate::names::Names;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// Under which this home remembers what it is never to remark on again; never sent.
const DISMISSED: &str = "wording";

/// The rules that this person never wants to see again.
pub(crate) fn dismissed(home: &Home) -> Result<Vec<Rule>, Trouble> {
    let row = home
        .local(DISMISSED)
        .map_err(home_trouble)?
        .unwrap_or_default();
    let names: Vec<String> = serde_json::from_slice(&row).unwrap_or_default();
    // A rule of a newer program is nothing here, and stays in the row until one is added.
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

fn dismiss(home: &mut Home, rule: Rule) -> Result<(), Trouble> {
    let mut rules = dismissed(home)?;
    if !rules.contains(&rule) {
        rules.push(rule);
    }
    let names: Vec<&str> = rules.iter().map(|rule| rule.name()).collect();
    let row = serde_json::to_vec(&names).unwrap_or_default();
    home.set_local(DISMISSED, &row).map_err(home_trouble)
}

/// Never remarks again on what stands there under that number.
pub(crate) fn dismiss_one(
    desk: &Desk,
    home: &mut Home,
    hints: &[Hint],
    number: &str,
) -> Result<(), Trouble> {
    let at = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    if let Some(hint) = at.and_then(|at| hints.get(at)) {
        dismiss(home, hint.rule)?;
        desk.out.page("That is not remarked on again.\n");
    }
    Ok(())
}

/// The remarks under a text, each with the number that dismisses it.
pub(crate) fn remarks(hints: &[Hint]) -> String {
    let remark = |(n, hint)| format!("\n  {n}  {}\n", remark(hint));
    (1..).zip(hints).map(remark).collect()
}

/// What is about to be signed, and where.
pub(crate) struct Signing<'a> {
    /// Where the wording check looks at it; nowhere: no remarks.
    pub(crate) place: Option<Place>,
    /// "A setback: Home by six, today." in front of the words.
    pub(crate) says: &'a str,
    /// How other words are asked for.
    pub(crate) question: &'a str,
}

/// Shows the whole text, its remarks, and what signing means; gives back the words as they are to
/// be signed, or nothing for "not now".
pub(crate) fn settle(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    signing: &Signing<'_>,
    mut text: String,
) -> Result<Option<String>, Trouble> {
    loop {
        let hints = match signing.place {
            Some(place) => wording::check(&text, place, &names.other, &dismissed(home)?),
            None => Vec::new(),
        };
        desk.out.page(&page(signing, &text, &hints, names));
        let mut keys = vec!["s", "w"];
        keys.extend(["1", "2", "3"].into_iter().take(hints.len()));
        match desk.ask.choose(&keys) {
            Some("s") => return Ok(Some(text)),
            Some("w") => {
                if let Some(other) = desk.ask.line(signing.question) {
                    text = pact::text::clean(&other).text;
                }
            }
            Some(number) => dismiss_one(desk, home, &hints, number)?,
            None => return Ok(None),
        }
    }
}

fn page(signing: &Signing<'_>, text: &str, hints: &[Hint], names: &Names) -> String {
    let mut page = render::heading("SIGN", "it stays");
    page.push_str(&format!(
        "\n{}",
        render::wrap(&format!("  {}", signing.says))
    ));
    if !text.trim().is_empty() {
        page.push_str(&render::quote(text));
    }
    page.push_str(&remarks(hints));
    page.push_str(&format!(
        "\n  {} can show this to anybody, with proof that you signed it.\n  It does not prove that \
         it is true, that you were free, or what time it was.\n\n\
         [Enter] not now    [s] sign it as it stands    [w] other words\n",
        render::title(&names.other, 30)
    ));
    match hints.len() {
        0 => {}
        1 => page.push_str("[1] never remark on that again\n"),
        n => page.push_str(&format!("[1] to [{n}] never remark on that one again\n")),
    }
    page
}

/// The remark, with the quoted words as a person's words are shown in our lines.
fn remark(hint: &Hint) -> String {
    let wrapped = render::wrap(&format!("     {}", clean(&hint.says)));
    wrapped.trim().to_owned()
}

fn clean(text: &str) -> String {
    pact::text::clean(text).text.replace('\n', " ")
}
