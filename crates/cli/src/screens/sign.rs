//! The page before a signature that binds: the exact words, whose they are, what signing shows and
//! what it does not (S25, S49).

use identity::Day;
use pact::Content;

use crate::items;
use crate::names::Names;
use crate::render;

/// What is about to be signed.
pub(crate) struct Signing<'a> {
    pub(crate) content: &'a Content,
    pub(crate) until: Day,
    /// Whether it replaces what is agreed now.
    pub(crate) replaces: bool,
    /// One's own offer, rather than the yes to the other's.
    pub(crate) mine: bool,
}

/// The page, without its keys.
pub(crate) fn page(signing: &Signing<'_>, names: &Names, today: Day) -> String {
    let words = items::words(signing.content, names);
    let mut page = render::heading("SIGN", "it stays");
    page.push('\n');
    page.push_str(&render::quote(&words));
    page.push('\n');
    let mut said = format!(
        "{} {}",
        items::terms(signing.content, names, today),
        items::until(signing.until, today)
    );
    if signing.replaces {
        said.push_str(" It takes the place of what you have agreed for it.");
    }
    if pact::text::clean(&words).removed > 0 {
        said.push_str(" Characters that could deceive the eye were left out of what you see.");
    }
    page.push_str(&render::wrap(&indent(&said)));
    page.push_str(&format!(
        "\n  {} can show this to anybody, with proof that you signed it.\n",
        render::title(&names.other, 30)
    ));
    page.push_str(
        "  It does not prove that it is true, that you were free, or what time it was.\n",
    );
    page.push_str(&if signing.mine {
        format!(
            "  It counts from the day after {} has signed too.",
            render::title(&names.other, 30)
        )
    } else {
        "  It counts from tomorrow.".to_owned()
    });
    let withdraw = " You can withdraw at any time; that you signed stays.";
    if signing.mine {
        page.push_str("\n ")
    }
    page.push_str(withdraw);
    page.push('\n');
    if !signing.mine {
        page.push_str("  There is no hurry. Nobody is told that you have read it.\n");
    }
    page.push('\n');
    page
}

fn indent(text: &str) -> String {
    format!("  {text}")
}
