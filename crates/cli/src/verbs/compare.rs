//! `compare`: draft, offer and agreement, word by word.

use pact::Content;
use serde_json::json;

use crate::changed;
use crate::desk::Desk;
use crate::items::{self, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::Exit;

/// Draft, offer and agreement, word by word
///
/// What stands in both is printed plain, {+added+} and [-taken away-] are
/// marked, so that it reads without colour too.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which item: a short name, part of its title, or an id
    pub(crate) what: String,
}

/// Puts what there is of an item side by side.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let item = Items::all(home, today)?.one(&args.what)?;
        let mut versions: Vec<(String, Content)> = Vec::new();
        versions.extend(
            item.agreed
                .iter()
                .map(|agreed| ("what you have agreed".to_owned(), agreed.content.clone())),
        );
        versions.extend(item.offers.iter().map(|offer| {
            let whose = if offer.author == names.me {
                "your offer".into()
            } else {
                format!("{}'s offer", names.other)
            };
            (whose, offer.content.clone())
        }));
        versions.extend(
            item.draft
                .as_ref()
                .filter(|draft| !draft.removed)
                .map(|draft| ("the draft".to_owned(), items::shown_content(draft))),
        );

        let whole = |content: &Content| {
            format!(
                "{}\n{}",
                items::words(content, &names),
                items::terms(content, &names, today)
            )
        };
        let mut page = String::new();
        let mut pairs = Vec::new();
        for (at, (old_name, old)) in versions.iter().enumerate() {
            for (new_name, new) in versions.iter().skip(at + 1) {
                let words = changed::by_words(&whole(old), &whole(new));
                let same = whole(old) == whole(new);
                page.push_str(&format!(
                    "{}\n",
                    render::strong(&format!("From {old_name} to {new_name}"))
                ));
                page.push_str(&if same {
                    "  The same, word for word.\n".to_owned()
                } else {
                    render::quote(&words)
                });
                page.push('\n');
                pairs.push(
                    json!({ "from": old_name, "to": new_name, "same": same, "words": words }),
                );
            }
        }
        if pairs.is_empty() {
            let only = versions
                .first()
                .map_or("nothing but a draft that was taken out", |(name, _)| {
                    name.as_str()
                });
            page = format!("There is only {only}; nothing to compare it with.\n");
        } else {
            page.push_str("[-taken away-]  {+added+}\n");
        }
        desk.out.data(&page);
        desk.out.document(
            "compare",
            json!({ "item": crate::what::id(item.what), "short": item.short, "pairs": pairs }),
        );
        Ok(Exit::Done)
    })
}
