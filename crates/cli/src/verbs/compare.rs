//! `compare`: draft, offer and agreement, word by word.

use identity::{Day, Hash};
use node::Home;
use pact::{Content, State, What};
use serde_json::{Value, json};

use crate::changed;
use crate::crossed;
use crate::desk::Desk;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::offers;
use crate::owned;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// Draft, offer and agreement, word by word
///
/// What stands in both is printed plain, {+added+} and [-taken away-] are
/// marked, so that it reads without colour too. Where both of you changed the
/// same words of the draft at once, what each wrote stands above.
///
///   handfast compare home
///   handfast compare home --with earlier
///   handfast compare home --with agreed --with draft
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which item: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// Only with this one: draft, offer, agreed, earlier (the last before), or an
    /// id; give it twice for just these two
    #[arg(long, value_name = "ONE", num_args = 1)]
    pub(crate) with: Vec<String>,
}

/// One text of an item.
struct Version {
    /// For `--with`.
    word: &'static str,
    /// Of the earlier ones: the one that `--with earlier` means.
    before: bool,
    /// Of the earlier ones: both had agreed to it.
    agreed: bool,
    name: String,
    id: Option<Hash>,
    content: Content,
}

/// So many earlier ones are shown.
const EARLIER: usize = 8;

/// Puts what there is of an item side by side.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::All,
        "handfast compare WHAT",
    )?;
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let item = Items::all(home, today)?.one(&word)?;
        let versions = versions(&item, home, &names, today)?;
        let chosen = chosen(&versions, &args.with)?;

        let whole = |content: &Content| {
            format!(
                "{}\n{}",
                items::words(content, &names),
                items::terms(content, &names, today)
            )
        };
        let mut page = crossed::page(&item, &names);
        let mut pairs: Vec<Value> = Vec::new();
        for (old, new) in chosen {
            let (before, after) = (whole(&old.content), whole(&new.content));
            let words = changed::by_words(&before, &after);
            let same = before == after;
            let heading = render::wrap(&format!("From {} to {}", old.name, new.name));
            page.push_str(&format!("{}\n", render::strong(heading.trim_end())));
            page.push_str(&if same {
                "  The same, word for word.\n".to_owned()
            } else {
                render::quote(&words)
            });
            page.push('\n');
            pairs.push(json!({
                "from": old.name, "to": new.name, "same": same, "words": words,
                "from_id": old.id.map(|id| id.to_string()), "to_id": new.id.map(|id| id.to_string()),
            }));
        }
        if pairs.is_empty() && item.crossed.is_empty() {
            page.push_str(&render::wrap(&alone(&item, &versions, &names)));
        } else {
            page.push_str("[-taken away-]  {+added+}\n");
        }
        desk.out.data(&page);
        let both: Vec<Value> = item
            .crossed
            .iter()
            .map(|one| json!({ "was": one.was, "now": one.now }))
            .collect();
        desk.out.document(
            "compare",
            json!({
                "item": crate::what::id(item.what), "short": item.short, "pairs": pairs,
                "changed_by_both": both,
            }),
        );
        Ok(Exit::Done)
    })
}

/// What is said where nothing stands beside anything else.
fn alone(item: &Item, versions: &[Version], names: &Names) -> String {
    let title = render::inline(&item.title, 50);
    let mut now = versions.iter().filter(|version| version.word != "earlier");
    match (&item.owned, now.next_back()) {
        (Some(owned), _) => {
            let mine = owned.owner == names.me;
            let whose = if mine {
                "Your".to_owned()
            } else {
                format!("{}'s", render::title(&names.other, 30))
            };
            format!(
                "{whose} {} stands as it was first written, so there is nothing to compare.\n\
                 To read it: handfast plan {}",
                owned::called(owned.ty),
                item.short
            )
        }
        (None, Some(one)) => format!(
            "There is only {} of {title}, so there is nothing to compare.",
            one.name
        ),
        (None, None) => format!(
            "{title} was taken out of the draft, and nothing of it is offered or agreed, so there \
             is nothing to compare."
        ),
    }
}

/// What one person owns: each time that it was written, the older ones first.
fn written(
    owned: &crate::owned::Owned,
    home: &mut Home,
    today: Day,
) -> Result<Vec<Version>, Trouble> {
    let view = home.view().map_err(home_trouble)?;
    let all = view.sets_of(owned.id, owned.owner);
    let mut versions: Vec<Version> = Vec::new();
    for one in all {
        let day = pact::calendar::short_name_seen_from(one.day, today);
        versions.push(Version {
            word: if one.in_force { "now" } else { "earlier" },
            before: false,
            agreed: false,
            name: if one.in_force {
                format!("what stands since {day}")
            } else {
                format!("what was written on {day}")
            },
            id: Some(one.set),
            content: one.content.clone(),
        });
    }
    if let Some(last) = versions.iter_mut().rfind(|one| one.word == "earlier") {
        last.before = true;
    }
    Ok(versions)
}

/// From the oldest to the draft.
fn versions(
    item: &Item,
    home: &mut Home,
    names: &Names,
    today: Day,
) -> Result<Vec<Version>, Trouble> {
    let mut versions = match &item.owned {
        Some(owned) => written(owned, home, today)?,
        None => Vec::new(),
    };
    if let What::Item(id) = item.what {
        let view = home.view().map_err(home_trouble)?;
        for past in view.past(id, today) {
            let (p, agreed) = (past.p, past.begins.is_some());
            let mine = past.author == names.me;
            let whose = if mine {
                "your".to_owned()
            } else {
                format!("{}'s", render::title(&names.other, 30))
            };
            let what = match past.state {
                State::Replaced => "what you agreed before".to_owned(),
                State::Completed => "what you let go".to_owned(),
                State::Declined => format!("{whose} offer that was declined"),
                State::Withdrawn if agreed => "what you agreed, and one of you withdrew".to_owned(),
                State::Withdrawn => format!("{whose} offer that was taken back"),
                State::Answered => format!("{whose} offer that was answered"),
                State::Crossed => format!("{whose} offer on which a yes and a no crossed"),
                State::Open | State::Begins(_) | State::InForce | State::Rests => continue,
            };
            versions.push(Version {
                word: "earlier",
                before: false,
                agreed,
                name: format!("{what} ({})", offers::short_id(p)),
                id: Some(p),
                content: past.content.clone(),
            });
        }
        // In whose place the present one stands; else the last that was agreed, else the last.
        let last = item.agreed.first();
        let over = last.map_or_else(Vec::new, |last| view.replaced_by(id, last.p));
        let is_over = |one: &Version| one.id.is_some_and(|id| over.contains(&id));
        let at = versions
            .iter()
            .rposition(is_over)
            .or_else(|| versions.iter().rposition(|one| one.agreed))
            .or_else(|| versions.len().checked_sub(1));
        if let Some(one) = at.and_then(|at| versions.get_mut(at)) {
            one.before = true;
        }
    }
    let earlier = versions.iter().filter(|one| one.word == "earlier").count();
    versions.drain(..earlier.saturating_sub(EARLIER));
    versions.extend(item.agreed.iter().map(|agreed| Version {
        word: "agreed",
        before: false,
        agreed: false,
        name: "what you have agreed".to_owned(),
        id: Some(agreed.p),
        content: agreed.content.clone(),
    }));
    versions.extend(item.offers.iter().map(|offer| Version {
        word: "offer",
        before: false,
        agreed: false,
        name: if offer.author == names.me {
            "your offer".into()
        } else {
            format!("{}'s offer", render::title(&names.other, 30))
        },
        id: Some(offer.p),
        content: offer.content.clone(),
    }));
    let draft = item.draft.as_ref().filter(|draft| !draft.removed);
    versions.extend(draft.map(|draft| Version {
        word: "draft",
        before: false,
        agreed: false,
        name: "the draft".to_owned(),
        id: None,
        content: items::shown_content(draft),
    }));
    // Two of one kind are told apart by their ids.
    let several: Vec<String> = versions.iter().map(|one| one.name.clone()).collect();
    for version in &mut versions {
        let twins = several.iter().filter(|name| **name == version.name);
        if let (Some(id), true) = (version.id, twins.count() > 1) {
            version.name = format!("{} ({})", version.name, offers::short_id(id));
        }
    }
    Ok(versions)
}

/// Which two are put beside each other, the older one first.
fn chosen<'a>(
    versions: &'a [Version],
    with: &[String],
) -> Result<Vec<(&'a Version, &'a Version)>, Trouble> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for word in with {
        let word = word.to_lowercase();
        let is_meant = |version: &Version| {
            let id = version.id.map(|id| id.to_string()).unwrap_or_default();
            let named = version.word == word && (word != "earlier" || version.before);
            named || word.len() >= 4 && id.starts_with(&word)
        };
        let meant: Vec<usize> = (0..)
            .zip(versions)
            .filter(|(_, version)| is_meant(version))
            .map(|(at, _)| at)
            .collect();
        if meant.is_empty() {
            let said = match word.as_str() {
                "draft" => "There is no draft of it.".to_owned(),
                "offer" => "There is no open offer of it.".to_owned(),
                "agreed" => "It is not agreed.".to_owned(),
                "earlier" => "There is no earlier one.".to_owned(),
                _ => format!("{} names none of its texts.", render::inline(&word, 40)),
            };
            return Err(Trouble::refused("no-such-text", said)
                .hint("It can be: draft, offer, agreed, earlier, or an id"));
        }
        sets.push(meant);
    }
    let present = |at: usize| versions.get(at).is_some_and(|one| one.word != "earlier");
    let is_wanted = |old: usize, new: usize| match sets.as_slice() {
        [] => present(old) && present(new),
        [one] => {
            let (has_old, has_new) = (one.contains(&old), one.contains(&new));
            has_old != has_new && (has_old || present(old)) && (has_new || present(new))
        }
        [one, two, ..] => {
            one.contains(&old) && two.contains(&new) || one.contains(&new) && two.contains(&old)
        }
    };
    let last = versions.len();
    let pairs = (0..last).flat_map(|old| (old + 1..last).map(move |new| (old, new)));
    let pairs = pairs.filter(|(old, new)| is_wanted(*old, *new));
    let chosen: Vec<(&Version, &Version)> = pairs
        .filter_map(|(old, new)| Some((versions.get(old)?, versions.get(new)?)))
        .collect();
    if !chosen.is_empty() || !with.is_empty() {
        return Ok(chosen);
    }
    // Where only one text stands, it is seen beside the last that is over: the offer that was
    // declined, and what the draft says by now.
    let earlier = versions.iter().rfind(|one| one.word == "earlier");
    let now = versions.iter().rfind(|one| one.word != "earlier");
    Ok(earlier.zip(now).into_iter().collect())
}
