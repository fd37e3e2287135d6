//! How a taking back is told. One act ends an offer and an agreement (B5); but to take back an offer
//! that nobody agreed to breaks nothing, and is never told as if a promise had been withdrawn.

use identity::{Day, Hash, Person};
use pact::{Beside, View};

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// An offer, by who made it.
    Offer,
    /// An offer, by who was asked: that is a no.
    OfferOfTheOther,
    /// What both had agreed; or what is not here, of which nothing is known.
    Agreement,
}

/// What it was, as far as it is known here.
pub(crate) fn what(view: &View, p: Hash, by: Person) -> What {
    match (view.was_agreed(p), view.proposal(p)) {
        (Some(false), Some((_, author))) if author == by => What::Offer,
        (Some(false), Some(_)) => What::OfferOfTheOther,
        _ => What::Agreement,
    }
}

/// What stands of the same thing, to be said behind it; empty where nothing does.
pub(crate) fn stands(view: &View, p: Hash, today: Day) -> &'static str {
    match view.beside(p, today) {
        Beside::Nothing => "",
        Beside::Another => "; another offer of it stands",
        Beside::Agreed => "; what is agreed stands",
        Beside::Newer => "; a newer one stands",
    }
}

/// What somebody did, behind their name.
pub(crate) fn did(view: &View, p: Hash, by: Person, title: &str, today: Day) -> String {
    match what(view, p, by) {
        What::Offer => format!("took back an offer: {title}{}", stands(view, p, today)),
        What::OfferOfTheOther => format!("said no to an offer: {title}"),
        What::Agreement => format!("withdrew: {title}"),
    }
}

/// In JSON, beside the word of the verb.
pub(crate) const fn word(what: What) -> &'static str {
    match what {
        What::Offer | What::OfferOfTheOther => "offer",
        What::Agreement => "agreement",
    }
}
