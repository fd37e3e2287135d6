//! `undo`: take back my last step, while nothing has left.

use std::collections::BTreeSet;

use node::Home;
use node::home::Kept;
use node::words::Body;
use replica::Undone;
use serde_json::json;

use crate::check_in::guided;
use crate::confidential::compose;
use crate::desk::Desk;
use crate::entry;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::shorts::Shorts;
use crate::spaces;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Take back my last step, for two minutes
///
/// For two minutes nothing that you do leaves this device; until then `undo`
/// takes back the last step as if it had not been. Afterwards a correction is a
/// new entry. The time is a setting (`handfast settings grace`); what you do
/// while `serve --live` runs has none. A step keeps the time it was made with.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Takes the last step back.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    if !desk.attended() {
        return Err(Trouble::in_person("Taking something back needs you."));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        if let Some(done) = words(desk, home)? {
            return Ok(done);
        }
        let before = Items::all(home, home.today())?;
        match home.undo().map_err(home_trouble)? {
            Undone::Gone(record) => {
                let after = Items::all(home, home.today())?;
                let gone: Vec<String> = keys(&before).difference(&keys(&after)).cloned().collect();
                Shorts::forget(home, &gone)?;
                let kept = Kept {
                    record: *record,
                    person: names.me,
                    counts: true,
                };
                let today = home.today();
                let mut said =
                    entry::Entry::of(&kept, home.view().map_err(home_trouble)?, &names, today);
                if said.kind == "edit"
                    && let Some(title) = redrafted(&before, &after)
                {
                    said.says = format!("{}: {}", said.says, render::title(&title, 44));
                }
                desk.out.talk(&format!(
                    "Taken back, as if it had not been:\n{}",
                    said.line(&names)
                ));
                if let Some(taken) = spaces::taken(home.places()) {
                    desk.out.talk(spaces::mine(taken, today).trim_start());
                }
                desk.out.document(
                    "undo",
                    json!({ "changed": true, "entry": said.json(&names) }),
                );
                Ok(Exit::Done)
            }
            Undone::Nothing => {
                let why = if home.grace_ms() == 0 {
                    "There is no undo now: what is written may leave at once."
                } else {
                    "There is nothing that can still be taken back."
                };
                Err(Trouble::refused("nothing-to-undo", why).hint(
                    "A correction is a new entry: say it again as it was.\n\
                     An offer or an agreement: handfast withdraw WHAT",
                ))
            }
        }
    })
}

/// Takes words back if they are the last step here; what they said is a draft again.
fn words(desk: &mut Desk, home: &mut Home) -> Result<Option<Exit>, Trouble> {
    let Some((handle, born)) = home.youngest_words().map_err(compose::trouble)? else {
        return Ok(None);
    };
    if home.last_made().is_some_and(|made| made > born) {
        return Ok(None);
    }
    let shown = home.words().map_err(compose::trouble)?;
    let listed = shown
        .there
        .into_iter()
        .find(|listed| listed.handle == handle);
    let body = home.take_words_back(&handle).map_err(compose::trouble)?;
    let draft = match (&body, &listed) {
        (Some(Body::Opening(sealed)), _) => Some(guided::again(home, &sealed.answers)?),
        (Some(body), Some(listed)) => compose::again(home, body, listed)?,
        _ => None,
    };
    let what = if matches!(&body, Some(Body::Opening(_))) {
        "your answers to the check-in"
    } else {
        "words, in confidence"
    };
    let mut said = format!("Taken back, as if it had not been: {what}.");
    if let Some(draft) = &draft {
        said.push_str(&format!(
            "\nWhat you wrote is a draft again, here alone:  handfast {draft}"
        ));
    }
    desk.out.talk(&said);
    desk.out.document(
        "undo",
        json!({ "changed": true, "words": handle.as_str(), "draft": draft }),
    );
    Ok(Some(Exit::Done))
}

/// Under which everything that stands has its short name.
fn keys(items: &Items) -> BTreeSet<String> {
    items.0.iter().map(Item::key).collect()
}

/// What the taken back change of the draft was about, as it was called then.
fn redrafted(before: &Items, after: &Items) -> Option<String> {
    let changed = |item: &&Item| {
        let key = item.key();
        let now = after.0.iter().find(|now| now.key() == key);
        now.and_then(|now| now.draft.as_ref()) != item.draft.as_ref()
    };
    let item = before.0.iter().find(changed)?;
    let draft = item.draft.as_ref().map(items::shown_content);
    Some(draft.map_or_else(|| item.title.clone(), |draft| draft.called().to_owned()))
}
