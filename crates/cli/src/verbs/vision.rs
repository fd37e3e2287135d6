//! `vision`: what we want now; both write.

use replica::draft::Change;
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};

/// What we want now; both write
///
/// One text in the draft, which both of you may change, at the same time and
/// offline too. A draft binds nobody; offer it when it says what you mean.
///
///   handfast vision
///   handfast vision "A calm house, with music in it."
///   handfast vision --add "Sundays without work."
///   handfast offer vision
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The whole text; you are asked when it is left out
    pub(crate) text: Option<String>,
    /// A paragraph to put behind what is there
    #[arg(long, value_name = "TEXT", conflicts_with = "text")]
    pub(crate) add: Option<String>,
}

/// Changes the draft of it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        Names::of(home)?;
        let there = home.draft().map_err(home_trouble)?.vision();
        let text = match (&args.text, &args.add) {
            (Some(text), _) => text.clone(),
            (None, Some(add)) => added(&there, add),
            (None, None) => {
                if there.is_empty() {
                    desk.out.page("Nobody has written it yet.\n");
                } else {
                    desk.out.page(&format!("Now:\n{}", render::quote(&there)));
                }
                let question = if there.is_empty() {
                    "What do you want now, the two of you?"
                } else {
                    "A paragraph to put behind it (only Enter: not now)."
                };
                let more = desk.ask.text(question).ok_or_else(not_now)?;
                added(&there, &more)
            }
        };
        if text.trim().is_empty() {
            return Err(Trouble::usage("A vision needs words.")
                .code("vision")
                .hint("To take it out of the draft: handfast edit vision --remove"));
        }
        let changed = doing::edit(home, &[Change::Vision(pact::text::clean(&text).text)])?;
        let now = home.draft().map_err(home_trouble)?.vision();
        let said = if changed {
            "The draft now says:"
        } else {
            "The draft says that already:"
        };
        desk.out.talk(&format!(
            "{said}\n{}\nA draft binds nobody; both of you may change it.\n\
             When it says what you mean:  handfast offer vision",
            render::quote(&now)
        ));
        desk.out
            .document("vision", json!({ "changed": changed, "text": now }));
        Ok(Exit::Done)
    })
}

fn added(there: &str, more: &str) -> String {
    if there.trim().is_empty() {
        more.to_owned()
    } else {
        format!("{}\n\n{more}", there.trim_end())
    }
}
