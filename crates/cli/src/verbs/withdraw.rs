//! `withdraw`: take back my offer or my agreement.

use identity::Hash;
use pact::Body;
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::owned;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::states;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// Take back my offer or my agreement, at once
///
/// One person is enough, and no reason is needed. That it was signed before
/// stays. What ends an agreement is asked once; --yes says it on the line.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which one: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// Ask nothing: it is what I mean
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Takes it back.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::Standing,
        "handfast withdraw WHAT",
    )?;
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let own = desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let item = Items::agreed_or_offered(home, home.today())?
            .one(&word)
            .ok();
        Ok(item
            .and_then(|item| item.owned)
            .is_some_and(|owned| owned.owner == names.me && owned.ty == pact::ItemType::Promise))
    })?;
    if own {
        return owned::lift(desk, pact::ItemType::Promise, &word, args.yes);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let items = Items::agreed_or_offered(home, today)?;
        let (item, (p, title, agreed)) = items
            .one(&word)
            .and_then(|item| meant(&word, &item, &names).map(|meant| (item, meant)))
            .map_err(|trouble| states::or_state(trouble, home, &names, Some(&word), today))?;
        let words = home
            .view()
            .map_err(home_trouble)?
            .content(p)
            .map(|content| items::words(content, &names))
            .unwrap_or_default();
        let leaf = Leaf {
            says: if agreed {
                "You withdraw from this. That you signed it before stays."
            } else {
                "You take back your offer."
            },
            words: &words,
            at_once: true,
            ends: agreed && !args.yes,
            ..Leaf::default()
        };
        let body = Body::Withdraw { p };
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, Some(item.what))?;
        let said = if agreed {
            format!("Withdrawn: {}. It no longer counts.", render::title(&title, 40))
        } else {
            format!("Taken back: your offer of {}.", render::inline(&title, 40))
        };
        doing::signed(
            desk,
            home,
            &said,
            "withdraw",
            json!({ "id": hash.to_string(), "of": p.to_string(), "item": crate::what::id(item.what), "short": item.short }),
        );
        Ok(Exit::Done)
    })
}

/// The one thing to withdraw from: my open offers and every agreement.
fn meant(word: &str, item: &Item, names: &Names) -> Result<(Hash, String, bool), Trouble> {
    let offers = item.offers.iter().filter(|offer| offer.author == names.me);
    let mut all: Vec<(Hash, String, bool)> = offers
        .map(|offer| (offer.p, offer.content.called().to_owned(), false))
        .collect();
    all.extend(
        item.agreed
            .iter()
            .map(|agreed| (agreed.p, agreed.content.called().to_owned(), true)),
    );
    let word = word.to_lowercase();
    if word.len() >= 4 && all.iter().any(|(p, _, _)| p.to_string().starts_with(&word)) {
        all.retain(|(p, _, _)| p.to_string().starts_with(&word));
    }
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(last), false) => {
            all.push(last);
            let mut hint = String::from("Name one by its id:");
            for (p, _, agreed) in &all {
                let id: String = p.to_string().chars().take(8).collect();
                hint.push_str(&format!(
                    "\n  handfast withdraw {id}    {}",
                    if *agreed {
                        "the agreement"
                    } else {
                        "your offer"
                    }
                ));
            }
            Err(
                Trouble::refused("ambiguous", "There is more than one to withdraw from.")
                    .hint(hint),
            )
        }
        (None, _) => Err(Trouble::refused(
            "nothing-to-withdraw",
            "Here is nothing of yours to withdraw from.",
        )
        .hint("An offer of the other you may decline: handfast decline WHAT")
        .about(&item.short)),
    }
}
