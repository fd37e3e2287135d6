//! What a hard evening finds already there: the agreed plan for it, and a home that may be locked.

use identity::{Day, Hash, Person};
use node::{Home, Places};
use pact::{Content, ItemType, State};

use crate::desk::Desk;
use crate::items::Items;
use crate::passphrase;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// The when-then plan in force that a pause follows.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The agreement.
    pub(crate) p: Hash,
    /// What it is called, to type.
    pub(crate) short: String,
    /// How long its pause is.
    pub(crate) minutes: Option<u16>,
    /// Where both come back.
    pub(crate) back: Option<String>,
    /// The line that both agreed to say aloud.
    pub(crate) aloud: Option<String>,
    /// What this person does meanwhile.
    pub(crate) does: Option<String>,
}

/// The home, if it can be opened without asking anybody: nobody types a passphrase in a hard
/// moment. Whatever fails, the pause holds.
pub(crate) fn open_unasked(desk: &mut Desk, places: &Places) -> Option<Home> {
    if !places.is_begun() {
        return None;
    }
    let unlocked = node::agent::status(places).is_some_and(|status| status.unlocked);
    if desk.is_open() || unlocked || passphrase::is_given(desk) {
        return desk.take_home().ok();
    }
    None
}

/// The plan, or none: what cannot be read now keeps nobody from pausing.
pub(crate) fn plan(home: &mut Home, desk: &Desk) -> Option<Plan> {
    let today = desk.today(home);
    of(home, today).ok().flatten()
}

/// The one plan in force that a word means; none where it means none, or more than one.
pub(crate) fn named(home: &mut Home, desk: &Desk, word: &str) -> Option<Plan> {
    if word.is_empty() || !home.is_paired() {
        return None;
    }
    let me = home.person().ok()?;
    let items = Items::agreed_or_offered(home, desk.today(home)).ok()?;
    let meant: Vec<pact::What> = items.find(word).iter().map(|item| item.what).collect();
    let meant = items.those(|item| meant.contains(&item.what));
    let mut plans = all(&meant, me).into_iter();
    plans.next().filter(|_| plans.next().is_none())
}

/// Says what of a line was left aside. In a hard moment a slip of the fingers stops nothing.
pub(crate) fn left_aside(desk: &Desk, words: &[String], holds: &str) {
    if words.is_empty() {
        return;
    }
    let words = render::inline(&words.join(" "), 40);
    let said = format!("Left aside: {words}. {holds}");
    desk.out.talk(render::wrap(said.trim()).trim_end());
}

/// The when-then plan that is in force; of several the one with a pause in it, then the first.
pub(crate) fn of(home: &mut Home, today: Day) -> Result<Option<Plan>, Trouble> {
    if !home.is_paired() {
        return Ok(None);
    }
    let me = home.person().map_err(home_trouble)?;
    Ok(among(&Items::agreed_or_offered(home, today)?, me))
}

/// As `of`, among what is known already.
pub(crate) fn among(items: &Items, me: Person) -> Option<Plan> {
    all(items, me).into_iter().next()
}

fn all(items: &Items, me: Person) -> Vec<Plan> {
    let mut plans: Vec<Plan> = in_force(items)
        .filter(|(_, _, content)| content.who.includes(me))
        .map(|(p, short, content)| {
            let plan = pact::WhenThen::of(content).unwrap_or_default();
            Plan {
                p,
                short: short.to_owned(),
                minutes: plan.pause(),
                back: plan.back.map(str::to_owned),
                aloud: plan.aloud.map(str::to_owned),
                does: plan.does(me).map(str::to_owned),
            }
        })
        .collect();
    plans.sort_by_key(|plan| (plan.minutes.is_none(), plan.short.clone()));
    plans
}

/// What to type for the person's own plan that has come to its review date and rests, where none
/// is in force.
pub(crate) fn resting(home: &mut Home, desk: &Desk) -> Option<String> {
    let me = home.person().ok()?;
    let items = Items::agreed_or_offered(home, desk.today(home)).ok()?;
    let mut all = items.0.iter().filter(|item| {
        item.agreed.iter().any(|agreed| {
            agreed.content.ty == ItemType::WhenThen
                && agreed.state == State::Rests
                && agreed.content.who.includes(me)
        })
    });
    all.next().map(|item| item.short.clone())
}

fn in_force(items: &Items) -> impl Iterator<Item = (Hash, &str, &Content)> {
    items.0.iter().flat_map(|item| {
        let plans = item.agreed.iter().filter(|agreed| {
            agreed.content.ty == ItemType::WhenThen && agreed.state == State::InForce
        });
        plans.map(|agreed| (agreed.p, item.short.as_str(), &agreed.content))
    })
}
