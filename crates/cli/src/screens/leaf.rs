//! The short page before an entry is signed: exactly what it says, and who can be shown it (S25).

use crate::names::Names;
use crate::render;

/// What is about to be signed, apart from agreements, which have the long page (`screens::sign`).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Leaf<'a> {
    /// What the entry says, in a sentence of ours: "Home by six: kept, Wednesday 5 March."
    pub(crate) says: &'a str,
    /// The words that belong to it; empty: none.
    pub(crate) words: &'a str,
    /// What is worth a second look, so that the page waits: "It is not due on that day."
    pub(crate) remark: Option<&'a str>,
    /// A yes that is taken back never waits because there is no undo.
    pub(crate) at_once: bool,
    /// It ends what both keep, so the page waits once.
    pub(crate) ends: bool,
}

/// The page, without its keys. A line typed whole is signed below it without a question, and the
/// heading says so.
pub(crate) fn page(leaf: &Leaf<'_>, names: &Names, asks: bool) -> String {
    let head = if asks { "SIGN" } else { "SIGNING NOW" };
    let mut page = render::heading(head, "it stays");
    page.push('\n');
    page.push_str(&render::wrap(&format!("  {}", leaf.says)));
    if !leaf.words.is_empty() {
        page.push_str(&render::quote(leaf.words));
    }
    if let Some(remark) = leaf.remark {
        page.push_str(&render::wrap(&format!("  {remark}")));
    }
    page.push_str(&render::wrap(&format!(
        "  {} can show this to anybody, with proof that you signed it.",
        render::title(&names.other, 30)
    )));
    if !asks {
        page.push_str("  You have said it, so nothing more is asked.\n");
    }
    page.push('\n');
    page
}
