//! `handfast` alone: where things stand, and a numbered menu that shares its questions with the
//! verbs, so that nothing telling stays in a shell's history.

use crate::desk::Desk;
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs;

/// Shows the page, then asks until nothing more is wanted.
pub(crate) fn run(desk: &mut Desk) -> Done {
    if !desk.places()?.is_begun() {
        desk.out.page(crate::screens::first_page::PAGE);
        return Err(desk.begun().err().unwrap_or_else(crate::desk::not_now));
    }
    verbs::status::run(&verbs::status::Args::default(), desk)?;
    if !desk.attended() || desk.out.json() {
        return Ok(Exit::Done);
    }
    loop {
        let entries = entries(desk)?;
        let mut page = String::from("\n");
        for (n, entry) in entries.iter().enumerate() {
            page.push_str(&format!("  {:>2}  {}\n", n + 1, entry.label));
        }
        page.push_str("\nA number, or only Enter to leave.\n");
        desk.out.page(&page);
        let Some(typed) = desk.ask.line(">") else {
            return Ok(Exit::Done);
        };
        let chosen = typed
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .and_then(|n| entries.get(n));
        let Some(entry) = chosen else {
            desk.out
                .page("Please type one of the numbers, or only Enter to leave.\n");
            continue;
        };
        desk.out.page("\n");
        if let Err(trouble) = act(&entry.does, desk) {
            desk.out.trouble(&trouble);
        }
    }
}

struct Choice {
    label: String,
    does: Does,
}

enum Does {
    Read,
    Thanks,
    Plan,
    Offer(String),
    Note,
    HeadsUp,
    Log,
    Undo,
    Waiting,
    Meet,
    Invite,
    Join,
    Paper,
    Lock,
    Help,
    Safety,
}

fn entries(desk: &mut Desk) -> Result<Vec<Choice>, Trouble> {
    let waiting = crate::tray::count(&desk.begun()?) > 0;
    desk.with_home(|_, home| {
        let choice = |label: &str, does: Does| Choice {
            label: label.to_owned(),
            does,
        };
        if !home.is_paired() {
            return Ok(vec![
                choice("Show an invitation", Does::Invite),
                choice("Take up an invitation", Does::Join),
                choice("My 24 words", Does::Paper),
                choice("Where to find help", Does::Safety),
                choice("Close this device now", Does::Lock),
            ]);
        }
        let names = Names::of(home)?;
        let today = home.today();
        let mut all = vec![
            choice("Read what is here", Does::Read),
            choice("Say thanks", Does::Thanks),
            choice("The plan", Does::Plan),
        ];
        for item in crate::items::Items::agreed_or_offered(home, today)?.0 {
            for offer in item
                .offers
                .iter()
                .filter(|offer| offer.author != names.me && !offer.lapsed)
            {
                all.push(Choice {
                    label: format!(
                        "{}'s offer: {}",
                        render::title(&names.other, 20),
                        render::inline(offer.content.called(), 44)
                    ),
                    does: Does::Offer(offers::short_id(offer.p)),
                });
            }
        }
        let view = home.view().map_err(home_trouble)?;
        if !view.loggable(names.me, today).is_empty() {
            all.push(choice("Note what I did today", Does::Note));
            all.push(choice(
                "Say something ahead: late, ill, away",
                Does::HeadsUp,
            ));
        }
        all.push(choice("What happened", Does::Log));
        all.push(choice("Take back my last step", Does::Undo));
        if waiting {
            all.push(choice("What waits for me, unsigned", Does::Waiting));
        }
        all.push(choice("Meet now, so that things go across", Does::Meet));
        all.push(choice("Close this device now", Does::Lock));
        all.push(choice("Where to find help", Does::Safety));
        all.push(choice("All verbs", Does::Help));
        Ok(all)
    })
}

fn act(does: &Does, desk: &mut Desk) -> Done {
    match does {
        Does::Read => verbs::status::run(&verbs::status::Args::default(), desk),
        Does::Thanks => verbs::thanks::run(&verbs::thanks::Args::default(), desk),
        Does::Plan => verbs::plan::run(&verbs::plan::Args::default(), desk),
        Does::Offer(id) => verbs::agree::run(
            &verbs::agree::Args {
                what: Some(id.clone()),
            },
            desk,
        ),
        Does::Note => note(desk),
        Does::HeadsUp => {
            let Some(what) = which(desk)? else {
                return Ok(Exit::Done);
            };
            let args = verbs::heads_up::Args {
                what,
                text: None,
                on: None,
                to: None,
            };
            verbs::heads_up::run(&args, desk)
        }
        Does::Log => verbs::log::run(&verbs::log::Args::default(), desk),
        Does::Undo => verbs::undo::run(&verbs::undo::Args::default(), desk),
        Does::Waiting => crate::tray::go_through(desk).map(|()| Exit::Done),
        Does::Meet => verbs::sync::run(&verbs::sync::Args::default(), desk),
        Does::Invite => verbs::invite::run(&verbs::invite::Args::default(), desk),
        Does::Join => verbs::join::run(&verbs::join::Args::default(), desk),
        Does::Paper => verbs::paper::run(&verbs::paper::Args::default(), desk),
        Does::Lock => {
            verbs::lock::run(&verbs::lock::Args::default(), desk)?;
            Err(crate::desk::not_now())
        }
        Does::Help => verbs::help::run(
            &verbs::help::Args {
                page: Some("all".into()),
            },
            desk,
        ),
        Does::Safety => verbs::help::run(
            &verbs::help::Args {
                page: Some("safety".into()),
            },
            desk,
        ),
    }
}

fn note(desk: &mut Desk) -> Done {
    let Some(what) = which(desk)? else {
        return Ok(Exit::Done);
    };
    desk.out
        .page("[Enter] not now    [k] kept    [p] partly    [m] missed\n");
    let how = match desk.ask.choose(&["k", "p", "m"]) {
        Some("k") => pact::How::Kept,
        Some("p") => pact::How::Partly,
        Some("m") => pact::How::Missed,
        _ => return Ok(Exit::Done),
    };
    let note = desk.ask.line("A short fact, if you like (Enter: none):");
    crate::follow::run(
        how,
        &crate::follow::FollowArgs {
            what,
            on: None,
            note,
        },
        desk,
    )
}

/// Asks which of one's own promises is meant.
fn which(desk: &mut Desk) -> Result<Option<String>, Trouble> {
    let mine = desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let today = home.today();
        crate::follow::all_mine(home, &names, today)
    })?;
    let mut page = String::new();
    for (n, one) in mine.iter().enumerate() {
        page.push_str(&format!(
            "  {:>2}  {}\n",
            n + 1,
            render::title(&one.title, 70)
        ));
    }
    page.push_str("\nWhich one? Only Enter: not now.\n");
    desk.out.page(&page);
    let Some(typed) = desk.ask.line(">") else {
        return Ok(None);
    };
    let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    match at.and_then(|at| mine.get(at)) {
        Some(one) => Ok(Some(one.short.clone())),
        None => Ok(Some(typed)),
    }
}
