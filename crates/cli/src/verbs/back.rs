//! `back`: I am back from the pause. Who does not come back is noted by nobody.

use identity::Hash;
use node::pausing::Pausing;
use node::{Clock, Home};
use pact::Body;
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::evening;
use crate::names::Names;
use crate::returns::{self, Of, Stands};
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

/// I am back
///
/// After a pause. It is noted that you came back, and never when; not coming
/// back is noted by nobody. It works while this device is locked.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What does not belong here costs nobody the return: it is left aside, and said.
    #[arg(hide = true)]
    pub(crate) words: Vec<String>,
}

/// Ends the pause here, and signs that its person came back, or leaves that for later.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if desk.written_on.is_some() {
        return sign_later(desk);
    }
    let places = desk.places()?;
    let rehearsal = node::marks(&places).is_ok_and(|marks| marks.rehearsal);
    let clock = Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    let kept = Pausing::kept(&places);
    let late = kept.map(|kept| kept.is_past(clock.now()));
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
    evening::left_aside(desk, &args.words, "You are back all the same.");
    if !places.is_begun() {
        return Ok(nothing(desk));
    }
    let home = evening::open_unasked(desk, &places);
    let Some(mut home) = home.filter(|_| desk.attended()) else {
        return match kept {
            Some(kept) => wait(desk, &kept, late, "handfast unlock"),
            None => Ok(nothing(desk)),
        };
    };
    let done = sign(desk, &mut home, kept, late);
    desk.hold(home);
    done
}

/// Signs it. `late` says whether the time that was said is over; none where that is not known: the
/// pause was taken on another device. No record holds it (S7).
fn sign(desk: &Desk, home: &mut Home, kept: Option<Pausing>, late: Option<bool>) -> Done {
    if !home.is_paired() {
        return Ok(unsigned(desk, kept.is_some()));
    }
    let me = Names::of(home)?.me;
    let pause = match kept.and_then(|kept| kept.mark.map(|mark| (kept, mark))) {
        Some((kept, mark)) => match returns::entry(home, mark)? {
            Some(pause) => {
                let stands = returns::stands(home.view().map_err(home_trouble)?, me, pause);
                (stands == Stands::Open).then_some(pause)
            }
            // The pause itself waits to be signed, and so does the return.
            None if tray::has_pause(home, mark) => {
                return wait(desk, &kept, late, "handfast unlock --waiting");
            }
            None => None,
        },
        None => latest(desk, home, late.is_some())?,
    };
    let Some(pause) = pause else {
        return Ok(unsigned(desk, kept.is_some()));
    };
    let said = match late {
        Some(false) => "You are back, as you said. It is noted that you came back.",
        Some(true) => "You are back, later than you had said. It is noted that you came back.",
        None => "You are back. It is noted that you came back.",
    };
    doing::in_space(desk, home);
    signed(desk, home, pause, said)
}

/// The newest pause, if nobody came back from it: one of another device, or of an earlier version.
fn latest(desk: &Desk, home: &mut Home, here: bool) -> Result<Option<Hash>, Trouble> {
    let me = Names::of(home)?.me;
    let today = desk.today(home);
    let view = home.view().map_err(home_trouble)?;
    // One of long ago is over, and nobody asks about it; over midnight it is the same evening.
    let pause = view
        .paused(me)
        .filter(|pause| here || pause.day.0.saturating_add(1) >= today.0);
    Ok(pause.map(|pause| pause.hash))
}

/// A return that waited, now with its person there. The pause that it is about is over, and one that
/// was taken since runs on: nothing of what runs here is touched.
fn sign_later(desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let me = Names::of(home)?.me;
        let (pause, late) = match desk.of_pause {
            Some(Of { mark, late }) => (returns::entry(home, mark)?, Some(late)),
            None => (latest(desk, home, false)?, None),
        };
        let running = Pausing::kept(home.places()).and_then(|kept| kept.mark);
        let running = running.map(|mark| returns::entry(home, mark)).transpose()?;
        let pause = pause.filter(|pause| running.flatten() != Some(*pause));
        let view = home.view().map_err(home_trouble)?;
        match pause.map(|pause| (pause, returns::stands(view, me, pause))) {
            Some((pause, Stands::Open)) => {
                let said = match late {
                    Some(false) => "You were back as you had said. It is noted that you came back.",
                    Some(true) => {
                        "You were back later than you had said. It is noted that you came back."
                    }
                    None => "You are back. It is noted that you came back.",
                };
                signed(desk, home, pause, said)
            }
            Some((_, Stands::Ended)) => Err(Trouble::refused(
                "stands",
                "That you came back from this pause stands there already.",
            )
            .hint("Drop this one; nothing is lost by it.")),
            Some((_, Stands::Nowhere)) | None => Ok(nothing(desk)),
        }
    })
}

fn signed(desk: &Desk, home: &mut Home, pause: Hash, said: &str) -> Done {
    let hash = doing::sign_on(home, Body::Back { pause }, desk.written_on)?;
    doing::signed(
        desk,
        home,
        said,
        "back",
        json!({ "id": hash.to_string(), "pause": pause.to_string() }),
    );
    Ok(Exit::Done)
}

/// Leaves it for later, with the pause that it is about.
fn wait(desk: &Desk, kept: &Pausing, late: Option<bool>, how: &str) -> Done {
    let of = kept.mark.map(|mark| Of {
        mark,
        late: late == Some(true),
    });
    tray::keep_of(desk, &["back".to_owned()], of)?;
    let said = match late {
        Some(true) => "You are back, later than you had said.",
        Some(false) => "You are back, as you said.",
        None => "You are back.",
    };
    desk.out
        .talk(&format!("{said} That waits for you, unsigned:\n  {how}"));
    desk.out.document("back", json!({ "changed": null }));
    Ok(Exit::Done)
}

/// There is nothing to sign; whoever paused here is back all the same.
fn unsigned(desk: &Desk, here: bool) -> Exit {
    if !here {
        return nothing(desk);
    }
    desk.out.talk("You are back.");
    desk.out.document("back", json!({ "changed": false }));
    Exit::Done
}

fn nothing(desk: &Desk) -> Exit {
    desk.out
        .talk("There is no pause to come back from. To take one: handfast pause");
    desk.out.document("back", json!({ "changed": false }));
    Exit::Done
}
