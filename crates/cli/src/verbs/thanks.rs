//! `thanks`: say what was good.

use pact::Body;
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::tray;
use crate::trouble::Exit;

/// Say what was good
///
/// It is signed, and stands first on the other's page.
///
///   handfast thanks "You let me finish on Sunday. That was kind."
///   handfast thanks "Every single day" --for home
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What was good; you are asked when it is left out
    pub(crate) text: Option<String>,
    /// Which promise it is about
    #[arg(long = "for", value_name = "WHAT")]
    pub(crate) about: Option<String>,
}

/// Says thanks.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let about = match &args.about {
            None => None,
            Some(word) => Some(Items::agreed_or_offered(home, today)?.one(word)?),
        };
        let text = match &args.text {
            Some(text) => text.clone(),
            None => {
                let fits = |typed: &str| {
                    let text = pact::text::clean(typed).text;
                    doing::valid(&Body::Thanks { text, about: None })?;
                    Ok(typed.to_owned())
                };
                let question = format!("What was good, {}?", names.mine);
                let asked = desk.ask.fitting(true, &question, fits)?;
                asked.ok_or_else(not_now)?
            }
        };
        let text = pact::text::clean(&text).text;
        let target = about.as_ref().and_then(|item| item.target);
        let body = Body::Thanks {
            text: text.clone(),
            about: target,
        };
        let says = match &about {
            Some(item) => format!(
                "Your thanks to {}, for {}:",
                render::title(&names.other, 30),
                render::inline(&item.title, 40)
            ),
            None => format!("Your thanks to {}:", render::title(&names.other, 30)),
        };
        let leaf = Leaf {
            says: &says,
            words: &text,
            ..Leaf::default()
        };
        let what = about.as_ref().map(|item| item.what);
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, what)?;
        doing::signed(
            desk,
            home,
            "",
            "thanks",
            json!({ "id": hash.to_string(), "text": text, "for": about.map(|item| item.short) }),
        );
        Ok(Exit::Done)
    })
}
