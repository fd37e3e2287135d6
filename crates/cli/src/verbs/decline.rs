//! `decline`: not this one.

use pact::Body;
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::items;
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::states;
use crate::tray;
use crate::trouble::Exit;
use crate::which::{self, Which};

/// Not this one; no reason needed
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which offer: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
}

/// Declines it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let word = which::of_several(desk, args.what.as_deref(), Which::OfferedToMe)?;
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let word = word.as_deref();
        let (item, offer) = offers::one(home, &names, word, today)
            .map_err(|trouble| states::or_state(trouble, home, &names, word, today))?;
        let leaf = Leaf {
            says: &format!(
                "You decline {}'s offer. No reason is needed.",
                render::title(&names.other, 30)
            ),
            words: &items::words(&offer.content, &names),
            ..Leaf::default()
        };
        let body = Body::Decline { p: offer.p };
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, Some(item.what))?;
        doing::signed(
            desk,
            home,
            &format!("Declined: {}.", render::title(offer.content.called(), 50)),
            "decline",
            json!({ "id": hash.to_string(), "offer": offer.p.to_string(), "item": crate::what::id(item.what), "short": item.short }),
        );
        Ok(Exit::Done)
    })
}
