//! Which one is meant: a short list of what there is, and a number or a word of it.

use crate::desk::{Desk, not_now};
use crate::examples;
use crate::follow;
use crate::items::{Item, Items};
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::trouble::{Trouble, home_trouble};
use crate::verbs;
use pact::ItemType;

/// So many are listed at most, where the list grows with the years.
const MOST: usize = 20;

/// So many are listed where naming none is as good.
const MOST_ABOUT: usize = 9;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// What I promised, and can note today.
    Mine,
    /// What stands in the draft.
    Drafted,
    /// The same, where this person may offer it and has not.
    ToOffer,
    /// Open offers of the other.
    OfferedToMe,
    /// My open offers, and what is agreed.
    Standing,
    /// Plans for a hard moment, the draft's too.
    Plans,
    /// The same, where they stand in the draft.
    DraftedPlans,
    /// What the other wrote, and nobody has said "heard" to.
    ToHear,
    /// What I own, of one type.
    Own(ItemType),
    /// What has more than one text.
    All,
    /// Starting points.
    Examples,
}

impl Which {
    /// What is said when there is none.
    fn none(self) -> Trouble {
        let (said, hint) = match self {
            Self::Mine => (
                "There is nothing of yours to note today.",
                "What you have promised, and from when it counts: handfast plan",
            ),
            Self::ToOffer => (
                "There is nothing in the draft that you can offer now.",
                "To write a promise: handfast promise\nWhat there is: handfast plan",
            ),
            Self::Drafted | Self::All => (
                "There is nothing in the draft yet.",
                "To write a promise: handfast promise",
            ),
            Self::OfferedToMe => (
                "There is no open offer to you now.",
                "What there is: handfast plan",
            ),
            Self::Standing => (
                "There is no offer of yours and nothing agreed to take back.",
                "What there is: handfast plan",
            ),
            Self::Plans | Self::DraftedPlans => (
                "There is no plan for a hard moment yet.",
                "To write one: handfast when-then\nOr begin with an example: handfast example",
            ),
            Self::ToHear => (
                "There is nothing new of the other's to say that to.",
                "What happened: handfast log",
            ),
            Self::Own(ItemType::Boundary) => (
                "There is no boundary of yours.",
                "To set one: handfast boundary",
            ),
            Self::Own(ItemType::Need) => (
                "There is no need of yours in the plan.",
                "To write one: handfast need",
            ),
            Self::Own(_) => (
                "You have not written how you like to be approached.",
                "To write it: handfast about-me",
            ),
            Self::Examples => ("There are no starting points here.", "handfast promise"),
        };
        Trouble::refused("nothing-there", said).hint(hint)
    }
}

/// The WHAT of a line; asked for where it was left out and somebody is there to say it.
pub(crate) fn given(
    desk: &mut Desk,
    typed: Option<&str>,
    which: Which,
    usage: &str,
) -> Result<String, Trouble> {
    match typed {
        Some(typed) => Ok(typed.to_owned()),
        None if desk.ask.attended() && !desk.trying && !desk.out.json() => {
            desk.ask.chosen();
            one(desk, which)
        }
        None => Err(Trouble::usage("It is not said which one is meant.")
            .code("no-what")
            .hint(format!("Use: {usage}\nWhat there is: handfast plan"))),
    }
}

/// The WHAT of a line that may leave it out: asked for where there are several.
pub(crate) fn of_several(
    desk: &mut Desk,
    typed: Option<&str>,
    which: Which,
) -> Result<Option<String>, Trouble> {
    if typed.is_some() || !desk.ask.attended() || desk.trying || all(desk, which)?.len() < 2 {
        return Ok(typed.map(str::to_owned));
    }
    one(desk, which).map(Some)
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
        // Named, so that nobody notes what was not meant; what is signed waits for a yes.
        desk.out
            .page(&format!("About: {}\n", render::title(title, 70)));
        return Ok(word.clone());
    }
    if all.is_empty() {
        return Err(which.none());
    }
    let mut page = String::new();
    for (n, (_, title)) in (1..).zip(&all) {
        page.push_str(&format!("  {n:>2}  {}\n", render::title(title, 70)));
    }
    page.push_str("\nWhich one? A number, or only Enter: not now.\n");
    desk.out.page(&page);
    let numbered = |typed: &str| match typed.parse::<usize>() {
        Ok(n) => {
            let one = n.checked_sub(1).and_then(|at| all.get(at));
            one.map(|(word, _)| word.clone()).ok_or_else(|| {
                Trouble::usage("There is no such number in the list.")
                    .hint("Type one of them, or only Enter for not now.")
            })
        }
        // A word of it is as good.
        Err(_) => Ok(typed.to_owned()),
    };
    desk.ask.fitting(false, ">", numbered)?.ok_or_else(not_now)
}

/// What it is about, of what is listed; only Enter names nothing. Who typed a whole line for
/// somebody who is not there is not asked.
pub(crate) fn about(desk: &mut Desk, titles: &[String]) -> Result<Option<usize>, Trouble> {
    // What waits was written without it, and is signed as it was shown.
    let waits = desk.trying || desk.written_on.is_some();
    if titles.is_empty() || waits || !desk.ask.attended() || desk.out.json() {
        return Ok(None);
    }
    let mut page = "What is it about?\n".to_owned();
    let listed = titles.get(..MOST_ABOUT).unwrap_or(titles);
    for (n, title) in (1..).zip(listed) {
        page.push_str(&format!("  {n:>2}  {}\n", render::title(title, 70)));
    }
    page.push_str("\nA number, or only Enter: nothing named.\n");
    desk.out.page(&page);
    let numbered = |typed: &str| {
        let typed = typed.trim().to_lowercase();
        // A word of it is as good.
        let named = |title: &String| title.to_lowercase().contains(&typed);
        let at = match typed.parse::<usize>() {
            Ok(n) => n.checked_sub(1).filter(|at| *at < listed.len()),
            Err(_) => titles.iter().position(named),
        };
        at.ok_or_else(|| {
            Trouble::usage("There is no such one in the list.")
                .hint("Type a number of it, or only Enter: nothing named.")
        })
    };
    desk.ask.fitting(false, ">", numbered)
}

/// The word that means each, and what it is called; by title where nothing else orders them, so that
/// a number means the same on both devices and tomorrow.
fn all(desk: &mut Desk, which: Which) -> Result<Vec<(String, String)>, Trouble> {
    let mut all = unordered(desk, which)?;
    if !matches!(which, Which::ToHear | Which::Examples) {
        all.sort_by_key(|(_, title)| title.to_lowercase());
    }
    Ok(all)
}

/// Without what both have let go, or all of it where nothing else is there.
fn living(items: &Items, view: &pact::View, today: identity::Day) -> Vec<Item> {
    let alive = items.those(|item| !crate::states::is_let_go(item, view, today));
    if alive.0.is_empty() {
        items.0.clone()
    } else {
        alive.0
    }
}

fn unordered(desk: &mut Desk, which: Which) -> Result<Vec<(String, String)>, Trouble> {
    desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let named = |item: &Item| (item.short.clone(), item.title.clone());
        Ok(match which {
            Which::Mine => follow::all_mine(home, &names, today)?
                .into_iter()
                .map(|mine| (mine.short, mine.title))
                .collect(),
            Which::Drafted | Which::ToOffer => {
                let items = Items::all(home, today)?;
                let view = home.view().map_err(home_trouble)?;
                let drafted = items.those(|item| {
                    let standing = item.draft.as_ref().filter(|draft| !draft.removed);
                    standing.is_some()
                        && (which == Which::Drafted || offers::is_mine_to_make(item, &names))
                });
                living(&drafted, view, today).iter().map(named).collect()
            }
            Which::Own(ty) => Items::agreed_or_offered(home, today)?
                .0
                .iter()
                .filter(|item| {
                    let mine = |own: &&crate::owned::Owned| own.owner == names.me && own.ty == ty;
                    item.owned.as_ref().filter(mine).is_some()
                })
                .map(named)
                .collect(),
            Which::All => {
                let items = Items::all(home, today)?.those(|item| item.owned.is_none());
                let view = home.view().map_err(home_trouble)?;
                living(&items, view, today).iter().map(named).collect()
            }
            Which::Examples => examples::all()
                .into_iter()
                .map(|example| {
                    let says = example.says().to_owned();
                    (example.name, says)
                })
                .collect(),
            Which::DraftedPlans => Items::all(home, today)?
                .0
                .iter()
                .filter(|item| {
                    let when_then = |draft: &&replica::draft::DraftItem| {
                        !draft.removed && draft.ty.value == Some(ItemType::WhenThen.number())
                    };
                    item.draft.as_ref().filter(when_then).is_some()
                })
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
                            .map(|offer| (offers::short_id(offer.p), offers::told(offer)))
                            .collect()
                    };
                    items.iter().flat_map(open).collect()
                }
            }
        })
    })
}
