//! `back`: I am back from the pause. Who does not come back is noted by nobody.

use node::Clock;
use node::pausing::Pausing;
use pact::Body;
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::evening;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

/// I am back
///
/// After a pause. It is noted that you came back, and never when; not coming
/// back is noted by nobody. It works while this device is locked.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Ends the pause here, and signs that its person came back, or leaves that for later.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    let places = desk.places()?;
    let rehearsal = node::marks(&places).is_ok_and(|marks| marks.rehearsal);
    let clock = Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    let kept = Pausing::kept(&places);
    let here = kept.is_some();
    let late = kept
        .filter(|_| desk.written_on.is_none())
        .map(|kept| kept.is_past(clock.now()));
    Pausing::forget(&places).map_err(|error| {
        Trouble::refused(
            "pause",
            format!(
                "The end of the pause could not be kept: {}.",
                causes(&error)
            ),
        )
        .hint("You are back all the same.")
    })?;
    if !places.is_begun() {
        return Ok(nothing(desk));
    }
    let home = if desk.written_on.is_some() {
        Some(desk.take_home()?)
    } else {
        evening::open_unasked(desk, &places)
    };
    let Some(mut home) = home.filter(|_| desk.attended()) else {
        if here {
            tray::keep(desk, &["back".to_owned()])?;
            desk.out
                .talk("You are back. That waits for you, unsigned: handfast unlock");
            desk.out.document("back", json!({ "changed": null }));
            return Ok(Exit::Done);
        }
        return Ok(nothing(desk));
    };
    let done = sign(desk, &mut home, late);
    desk.hold(home);
    done
}

/// Signs it. `late` says whether the time that was said is over; none where that is not known: the
/// pause was taken on another device, or this was said while locked. No record holds it (S7).
fn sign(desk: &Desk, home: &mut node::Home, late: Option<bool>) -> Done {
    if !home.is_paired() {
        return Ok(nothing(desk));
    }
    let names = Names::of(home)?;
    let today = desk.today(home);
    let view = home.view().map_err(home_trouble)?;
    // One of long ago is over, and nobody asks about it; over midnight it is the same evening.
    let pause = view
        .paused(names.me)
        .filter(|pause| late.is_some() || pause.day.0.saturating_add(1) >= today.0);
    let Some(pause) = pause.map(|pause| pause.hash) else {
        return Ok(nothing(desk));
    };
    doing::in_space(desk, home);
    let hash = doing::sign_on(home, Body::Back { pause }, desk.written_on)?;
    let said = match late {
        Some(false) => "You are back, as you said. It is noted as kept.",
        Some(true) => "You are back, later than you had said. It is noted that you came back.",
        None => "You are back. It is noted that you came back.",
    };
    doing::signed(
        desk,
        home,
        said,
        "back",
        json!({ "id": hash.to_string(), "pause": pause.to_string() }),
    );
    Ok(Exit::Done)
}

fn nothing(desk: &Desk) -> Exit {
    desk.out
        .talk("There is no pause to come back from. To take one: handfast pause");
    desk.out.document("back", json!({ "changed": false }));
    Exit::Done
}
