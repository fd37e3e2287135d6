//! Which one is meant: a short list of what there is, and a number or a word of it.

use crate::desk::{Desk, not_now};
use crate::follow;
use crate::items::{Item, Items};
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::trouble::{Trouble, home_trouble};
use crate::verbs;

/// So many are listed at most, where the list grows with the years.
const MOST: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// What I promised, and can note today.
    Mine,
    /// What stands in the draft.
    Drafted,
    /// Open offers of the other.
    OfferedToMe,
    /// My open offers, and what is agreed.
    Standing,
    /// Plans for a hard moment, the draft's too.
    Plans,
    /// What the other wrote, and nobody has said "heard" to.
    ToHear,
}

impl Which {
    /// What is said when there is none.
    fn none(self) -> Trouble {
        let (said, hint) = match self {
            Self::Mine => (
                "There is nothing of yours to note today.",
                "What you have promised, and from when it counts: 3, then 1",
            ),
            Self::Drafted => (
                "There is nothing in the draft yet.",
                "To write a promise: 3, then 2",
            ),
            Self::OfferedToMe => (
                "There is no open offer to you now.",
                "What there is: 3, then 1",
            ),
            Self::Standing => (
                "There is no offer of yours and nothing agreed to take back.",
                "What there is: 3, then 1",
            ),
            Self::Plans => (
                "There is no plan for a hard moment yet.",
                "To write one: 3, then 9; or begin with an example: 3, then 11",
            ),
            Self::ToHear => (
                "There is nothing new of the other's to say that to.",
                "What happened: 7, then 1",
            ),
        };
        Trouble::refused("nothing-there", said).hint(hint)
    }
}

/// Whether the other offers it, and the offer still stands.
pub(crate) fn offered_to_me(item: &Item, names: &Names) -> bool {
    item.offers
        .iter()
        .any(|offer| offer.author != names.me && !offer.lapsed)
}

/// Asks which; the only one there is needs no question.
pub(crate) fn one(desk: &mut Desk, which: Which) -> Result<String, Trouble> {
    let all = all(desk, which)?;
    if let [(word, title)] = all.as_slice() {
        desk.out.page(&format!("  {}\n", render::title(title, 70)));
        return Ok(word.clone());
    }
    if all.is_empty() {
        return Err(which.none());
    }
    let mut page = String::new();
    for (n, (_, title)) in (1..).zip(&all) {
        page.push_str(&format!("  {n:>2}  {}\n", render::title(title, 70)));
    }
    page.push_str("\nWhich one? Only Enter: not now.\n");
    desk.out.page(&page);
    let typed = desk.ask.line(">").ok_or_else(not_now)?;
    let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    Ok(match at.and_then(|at| all.get(at)) {
        Some((word, _)) => word.clone(),
        None => typed,
    })
}

/// The word that means each, and what it is called.
fn all(desk: &mut Desk, which: Which) -> Result<Vec<(String, String)>, Trouble> {
    desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let named = |item: &Item| (item.short.clone(), item.title.clone());
        Ok(match which {
            Which::Mine => follow::all_mine(home, &names, today)?
                .into_iter()
                .map(|mine| (mine.short, mine.title))
                .collect(),
            Which::Drafted => Items::all(home, today)?
                .0
                .iter()
                .filter(|item| item.draft.as_ref().is_some_and(|draft| !draft.removed))
                .map(named)
                .collect(),
            Which::Plans => Items::all(home, today)?
                .0
                .iter()
                .filter(|item| verbs::rehearse::content(item).is_some())
                .map(named)
                .collect(),
            Which::ToHear => {
                let view = home.view().map_err(home_trouble)?;
                verbs::heard::unheard(view, &names, today)
                    .into_iter()
                    .take(MOST)
                    .map(|(hash, called)| (hash.to_string(), called))
                    .collect()
            }
            Which::OfferedToMe | Which::Standing => {
                let items = Items::agreed_or_offered(home, today)?.0;
                if which == Which::Standing {
                    let own = |item: &&Item| {
                        let offers = item.offers.iter().any(|offer| offer.author == names.me);
                        offers || !item.agreed.is_empty()
                    };
                    items.iter().filter(own).map(named).collect()
                } else {
                    let open = |item: &Item| -> Vec<(String, String)> {
                        item.offers
                            .iter()
                            .filter(|offer| offer.author != names.me && !offer.lapsed)
                            .map(|offer| {
                                (offers::short_id(offer.p), offer.content.called().to_owned())
                            })
                            .collect()
                    };
                    items.iter().flat_map(open).collect()
                }
            }
        })
    })
}
