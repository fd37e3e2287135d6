//! On today's page: what may be looked at again, and the first page after a long time.

use pact::{State, View};

use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::reviews;

/// After so many days without a look the page begins with a greeting.
pub(crate) const AWAY: u32 = 28;

/// What has come to its review date, in a line or two.
pub(super) fn rows(view: &View, items: &Items, names: &Names, today: identity::Day) -> String {
    let mut all = reviews::of(view, items, names, today, None).unwrap_or_default();
    // Where this person has said what they would, it is the other's turn.
    // Where the other offers to keep it, or other words, that offer leads and stands here already.
    all.retain(|one| one.theirs.is_none() && one.mine.is_none() && !one.i_let_go());
    let said = match all.as_slice() {
        [] => return String::new(),
        // Before its day: it stands here because of what the other said.
        [one] if one.until > today => format!(
            "{} would let go, with thanks: {}",
            render::title(&names.other, 16),
            render::inline(&one.title, 30)
        ),
        [one] => format!(
            "{}: its day to look at it again has come",
            render::title(&one.title, 30)
        ),
        several => format!("{} agreements to look at again", number(several.len())),
    };
    render::row(&said, "", "handfast review")
}

/// "Good to see you": nothing was counted meanwhile.
pub(super) fn greeting(view: &View, items: &Items, names: &Names, today: identity::Day) -> String {
    let agreed = view.agreements(today);
    let resting: Vec<&str> = agreed
        .iter()
        .filter(|one| one.state == State::Rests)
        .map(|one| one.content.called())
        .collect();
    let mut page = String::from("\nGood to see you. Nothing was counted while you were away.\n\n");
    match resting.as_slice() {
        [] => {}
        [one] => page.push_str(&render::wrap(&format!(
            "{}: its review date has come, so it rests.",
            render::title(one, 40)
        ))),
        several => page.push_str(&format!(
            "{} agreements have come to their review date, so they rest.\n",
            number(several.len())
        )),
    }
    page.push_str("Boundaries are as their owners left them. Older words have faded.\n\n");
    if !reviews::of(view, items, names, today, None)
        .unwrap_or_default()
        .is_empty()
    {
        page.push_str("  handfast review      keep, change, or let go, one at a time\n");
        page.push_str("  handfast thanks      or begin with something good\n");
    } else {
        page.push_str("  handfast thanks      to begin with something good\n");
    }
    page
}

fn number(n: usize) -> String {
    const WORDS: [&str; 10] = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
    ];
    WORDS
        .get(n)
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}
