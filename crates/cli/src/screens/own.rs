//! The page before a signature about what is one's own alone: the exact words, and that nobody has
//! to agree to them (S14, S25, S49).

use pact::{Content, ItemType};

use crate::items;
use crate::names::Names;
use crate::owned::{self, Owned};
use crate::render;

/// The page, without its keys.
pub(crate) fn page(
    content: &Content,
    changes: bool,
    names: &Names,
    remark: Option<&str>,
) -> String {
    let other = render::title(&names.other, 30);
    let words = items::words(content, names);
    let mut page = render::heading("SIGN", "it stays");
    page.push_str(&format!("\n{}\n", render::quote(&words)));
    if let Some(remark) = remark {
        page.push_str(&format!("{}\n", render::wrap(&format!("  {remark}"))));
    }
    let mut said = format!("  {}. ", owned::whose(content, names));
    said.push_str(if content.ty == ItemType::Boundary {
        "It is in force when you sign; nobody has to agree. Only you change or lift it."
    } else if content.ty == ItemType::Need {
        "It asks; it binds nobody. Only you change it or let it go."
    } else {
        "Only you write these, change them or let them go."
    });
    if changes {
        said.push_str(" It takes the place of what you signed before.");
    }
    said.push_str(&format!(" {other} reads it when your devices meet."));
    if pact::text::clean(&words).removed > 0 {
        said.push_str(" Characters that could deceive the eye were left out of what you see.");
    }
    page.push_str(&render::wrap(&said));
    let end = if content.ty == ItemType::Boundary {
        "change or lift it"
    } else {
        "change it or let it go"
    };
    page.push_str(&format!(
        "\n  {other} can show this to anybody, with proof that you signed it.\n  \
         It does not prove that it is true, that you were free, or what time it was.\n  \
         That you signed it stays, also when you {end}.\n\n"
    ));
    page
}

/// The page before something is let go. A line that says so itself is asked nothing.
pub(crate) fn lifting(owned: &Owned, names: &Names, asks: bool) -> String {
    let (does, done) = if owned.ty == ItemType::Boundary {
        ("lift this", "lifted it")
    } else {
        ("let this go", "let it go")
    };
    let head = if asks { "SIGN" } else { "SIGNING NOW" };
    let mut page = render::heading(head, "it stays");
    page.push_str(&format!(
        "\n{}\n",
        render::quote(&owned::words(owned, names))
    ));
    page.push_str(&render::wrap(&format!(
        "  You {does}: from now on it does not count any more. {} can see that it stood here, and that you \
         {done}. No reason is needed.",
        render::title(&names.other, 30)
    )));
    page.push('\n');
    page
}
