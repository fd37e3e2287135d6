//! On today's page: what may be looked at again, and the first page after a long time.

use pact::View;

use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::reviews;

/// After so many days without a look the page begins with a greeting.
pub(crate) const AWAY: u32 = 28;

/// What has come to its review date, in a line or two.
pub(super) fn rows(view: &View, items: &Items, names: &Names, today: identity::Day) -> String {
    let all = reviews::of(view, items, names, today, None).unwrap_or_default();
    let said = match all.as_slice() {
        [] => return String::new(),
        [one] => format!(
            "{}: its day to look at it again has come",
            render::title(&one.title, 30)
        ),
        several => format!(
            "{} agreements have come to their review date",
            number(several.len())
        ),
    };
    render::row(&said, "", "handfast review")
}

/// "Good to see you": nothing was counted meanwhile.
pub(super) fn greeting(view: &View, items: &Items, names: &Names, today: identity::Day) -> String {
    let resting: usize = view.reviews(today).len();
    let mut page = String::from("\nGood to see you. Nothing was counted while you were away.\n\n");
    match resting {
        0 => {}
        1 => page.push_str("One agreement has come to its review date, so it rests.\n"),
        n => page.push_str(&format!(
            "{} agreements have come to their review date, so they rest.\n",
            number(n)
        )),
    }
    page.push_str("Boundaries are as their owners left them.\n\n");
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
