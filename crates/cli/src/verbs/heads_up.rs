//! `heads-up`: say ahead that it will be late, or not at all.

use pact::{Body, calendar};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::tray;
use crate::trouble::{Exit, Trouble};
use crate::what;
use crate::which::{self, Which};

/// Say ahead: late, ill, away
///
/// Telling before being asked. For one day, or from one day to another. It is
/// signed.
///
///   handfast heads-up home "Nearer half past, the dentist runs late"
///   handfast heads-up home "At my mother's" --on friday --to sunday
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which promise: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// What to say; you are asked when it is left out
    pub(crate) text: Option<String>,
    /// The day it is about, or the first one [default: today]
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// The last day it is about [default: the same day]
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<String>,
}

/// Tells it ahead.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::Mine,
        "handfast heads-up WHAT \"TEXT\"",
    )?;
    // S27: the one thing here that may go out by a script, by this person's own setting.
    let unattended = !desk.attended() && allowed(desk);
    if !unattended && let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let from = days::ahead(args.on.as_deref(), today)?.unwrap_or(today);
        let to = days::ahead(args.to.as_deref(), from)?.unwrap_or(from);
        if from < today {
            return Err(
                Trouble::refused("over", format!("{} is over.", calendar::name(from)))
                    .hint("What you did on it: handfast kept, partly or missed WHAT --on DAY")
                    .about(&word),
            );
        }
        if to < from {
            return Err(Trouble::usage("The last day comes before the first.")
                .code("day")
                .hint("--on FIRST --to LAST"));
        }
        let mine = what::mine(home, &names, &word, from)
            .map_err(|trouble| crate::states::or_state(trouble, home, &names, Some(&word), from))?;
        let text = match &args.text {
            Some(text) => text.clone(),
            None if unattended => {
                return Err(Trouble::usage("A script has to bring the words.")
                    .hint("handfast heads-up WHAT \"TEXT\" --no-input"));
            }
            None => {
                let fits = |typed: &str| {
                    let text = pact::text::clean(typed).text;
                    let target = mine.target;
                    doing::valid(&Body::HeadsUp {
                        target,
                        from,
                        to,
                        text,
                    })?;
                    Ok(typed.to_owned())
                };
                let asked = desk.ask.fitting(false, "What is to be said ahead?", fits)?;
                asked.ok_or_else(not_now)?
            }
        };
        let text = pact::text::clean(&text).text;
        let body = Body::HeadsUp {
            target: mine.target,
            from,
            to,
            text: text.clone(),
        };
        let when = if to == from {
            calendar::name_seen_from(from, today)
        } else {
            format!(
                "{} to {}",
                calendar::name_seen_from(from, today),
                calendar::name_seen_from(to, today)
            )
        };
        let says = format!("Said ahead, for {when}: {}", render::title(&mine.title, 40));
        let leaf = Leaf {
            says: &says,
            words: &text,
            ..Leaf::default()
        };
        let (hash, done) = if unattended {
            let hash = doing::sign_as(home, body, Some(mine.what), true)?;
            (hash, format!("{says}\n{}", render::quote(&text)))
        } else {
            let what = Some(mine.what);
            let hash = doing::sign_shown(desk, home, &names, &leaf, body, what)?;
            (hash, String::new())
        };
        doing::signed(
            desk,
            home,
            done.trim_end(),
            "heads-up",
            json!({
                "id": hash.to_string(),
                "item": mine.id,
                "short": mine.short,
                "from": calendar::iso(from),
                "to": calendar::iso(to),
                "text": text,
            }),
        );
        Ok(Exit::Done)
    })
}

/// Whether this home is open and its person lets scripts say things ahead.
fn allowed(desk: &mut Desk) -> bool {
    desk.with_home(|_, home| Ok(home.settings().unattended))
        .unwrap_or(false)
}
