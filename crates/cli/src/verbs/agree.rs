//! `agree`: sign an offer.

use pact::{Body, calendar};
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items;
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::run::Done;
use crate::screens::sign::{self, Signing};
use crate::states;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs;
use crate::which::{self, Which};

/// Sign an offer; counts from tomorrow
///
/// You see the full text first, and your passphrase is asked again. There is no
/// hurry, and nobody is told that you have read it. Without a WHAT: the only
/// offer there is.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which offer: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
}

/// Shows the exact words, asks, asks for the passphrase, signs.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let word = which::of_several(desk, args.what.as_deref(), Which::OfferedToMe)?;
    let chosen = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let word = word.as_deref();
        let (item, offer) = offers::one(home, &names, word, today)
            .map_err(|trouble| states::or_state(trouble, home, &names, word, today))?;
        let view = home.view().map_err(home_trouble)?;
        if view.has_unreadable(&doing::about(item.what)) {
            return Err(Trouble::refused(
                "unreadable",
                "Something was said about this that this version cannot read, so it does not sign here.",
            )
            .hint("With a newer handfast: handfast agree WHAT")
            .about(&item.short));
        }
        let signing = Signing {
            content: &offer.content,
            until: offer.until,
            replaces: !offer.replaces.is_empty(),
            mine: false,
        };
        desk.out.page(&sign::page(&signing, &names, today));
        if let Some(said) = items::answers(home, &offer.content, &names)? {
            desk.out.page(&said);
        }
        if let Some(said) = offers::beside(&item, &offer) {
            desk.out.page(&format!("{}\n", render::wrap(&format!("  {said}"))));
        }
        if let Some(note) = crate::private::of_offer(&offer.content, offer.author, &names) {
            desk.out.page(&format!("{}\n", note.trim_start_matches('\n')));
        }
        desk.out.page("[Enter] not now    [s] sign    [d] decline    [e] change the draft\n");
        let mut keys = vec!["s", "d", "e"];
        // Only a person whom it binds can offer it (S59).
        if offer.content.who.includes(names.me) {
            desk.out.page("                   [c] change it and offer that\n");
            keys.push("c");
        }
        match desk.ask.choose(&keys) {
            Some("s") => {}
            Some("d") => return Ok(Instead::Decline(offers::named(&item, &offer))),
            Some("e") => return Ok(Instead::Edit(item.short)),
            Some("c") => return Ok(Instead::Counter(item.short, offers::short_id(offer.p))),
            _ => return Err(not_now()),
        }
        let passphrase = desk.passphrase_again("Your yes makes it count. To sign it, your passphrase again:")?;
        if !home.check_passphrase(&passphrase).map_err(home_trouble)? {
            return Err(Trouble::refused("wrong-passphrase", "That is not your passphrase. Nothing is signed.")
                .hint(format!("Try again: handfast agree {}", item.short)));
        }
        let hash = doing::sign(home, Body::Agree { p: offer.p }, Some(item.what))?;
        let begins = today.plus(1);
        let mut said = format!(
            "Agreed: {}. It counts from {}.",
            render::title(offer.content.called(), 50),
            calendar::name_seen_from(begins, today)
        );
        let others = item.offers.iter().filter(|other| {
            other.p != offer.p && other.author == offer.author && !other.lapsed
        });
        for other in others {
            said.push_str(&format!(
                "\nAnother offer for it still stands: {}.\nNot that one: handfast decline {}",
                render::inline(&offers::told(other), 40),
                offers::short_id(other.p)
            ));
        }
        doing::signed(
            desk,
            home,
            &said,
            "agree",
            json!({
                "id": hash.to_string(),
                "offer": offer.p.to_string(),
                "item": crate::what::id(item.what),
                "short": item.short,
                "from": calendar::iso(begins),
                "until": calendar::iso(offer.until),
            }),
        );
        Ok(Instead::Signed)
    })?;
    match chosen {
        Instead::Signed => Ok(Exit::Done),
        Instead::Decline(what) => {
            // The words stood on this page.
            desk.ask.decided();
            verbs::decline::run(&verbs::decline::Args { what: Some(what) }, desk)
        }
        Instead::Counter(what, answers) => {
            let edit = verbs::edit::Args {
                goes_on: true,
                ..verbs::edit::Args::only(what.clone())
            };
            verbs::edit::run(&edit, desk)?;
            let args = verbs::offer::Args {
                what: Some(what),
                instead_of: Some(answers),
                try_for: None,
                review: None,
            };
            verbs::offer::run(&args, desk)
        }
        Instead::Edit(what) => verbs::edit::run(&verbs::edit::Args::only(what), desk),
    }
}

/// What was chosen on the page.
enum Instead {
    Signed,
    Decline(String),
    Edit(String),
    Counter(String, String),
}
