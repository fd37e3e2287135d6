//! `serve`: meet at quiet times.

use node::meet::{Said, Serve};
use serde_json::json;

use crate::desk::Desk;
use crate::meeting;
use crate::run::Done;
use crate::spaces;
use crate::trouble::{Exit, Trouble};
use crate::verbs::invite::address;

/// Meet at quiet times
///
/// Opens a socket for 25 minutes from each of the set times, and none outside
/// them. Stays until Ctrl-C or `handfast lock`, and keeps what it needs to meet
/// until then.
///
/// `--live` is for an evening together: what one writes is on the other's
/// screen at once, if both do it. For what you write while it runs there is no
/// undo; what you wrote just before still has its two minutes.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Stay reachable, for an evening together
    #[arg(long)]
    pub(crate) live: bool,
    /// The times to meet at [default: those in settings]
    #[arg(long, value_name = "HH:MM,...", value_delimiter = ',')]
    pub(crate) at: Vec<String>,
    /// Listen here instead of the address in settings (HOST:PORT)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where the other listens (HOST:PORT)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Option<String>,
}

/// Meets until Ctrl-C or `lock`.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let at = if args.at.is_empty() {
        None
    } else {
        let times = node::settings::times(&args.at.join(",")).map_err(|error| {
            Trouble::usage(format!("Those are not times: {error}."))
                .code("times")
                .hint("handfast serve --at 07:00,21:00")
        })?;
        Some(times)
    };
    let how = Serve {
        live: args.live,
        at,
        listen: args.listen.as_deref().map(address).transpose()?,
        address: args.to.as_deref().map(address).transpose()?,
    };
    if spaces::keeps_quiet(desk, "serve")? {
        return Ok(Exit::Done);
    }
    let home = desk.take_home()?;
    if args.live {
        desk.out.talk(
            "For an evening together. What you write while this runs leaves at once: for that there is no undo. \
             It keeps what it needs to meet until you end it with Ctrl-C or handfast lock.",
        );
    } else {
        desk.out.talk(
            "Meeting at your quiet times. It keeps what it needs for that until you end it with Ctrl-C or \
             handfast lock.",
        );
    }
    let out = desk.out.clone();
    let mut wrong = None;
    let mut listening = false;
    let mut together = false;
    node::meet::serve(home, how, |said| {
        let (kind, words) = match said {
            Said::Listening(at) if !listening => {
                listening = true;
                out.document("listening", json!({ "address": at.to_string() }));
                out.talk(&format!("Open at {at}."));
                return;
            }
            Said::Listening(_) => ("listening", ""),
            // Both may dial at once, and one meeting takes the other's place: that is said once.
            Said::Together | Said::Apart if together == (said == Said::Together) => return,
            Said::Resting => ("resting", "Closed until the next time."),
            Said::Together => {
                together = true;
                ("together", "You are both here.")
            }
            Said::Apart => {
                together = false;
                ("apart", "You are not both here now.")
            }
            Said::News => ("news", "Something has come in: handfast status"),
            Said::DoesNotCheckOut => {
                wrong = Some(node::meet::Outcome::DoesNotCheckOut);
                (
                    "does-not-check-out",
                    "Something that came in does not check out. See: handfast verify",
                )
            }
            Said::NeedsYou => {
                wrong = Some(node::meet::Outcome::NeedsYou);
                (
                    "needs-you",
                    "This home was copied back from an older time. Run: handfast sync",
                )
            }
        };
        out.document(kind, json!({}));
        out.talk(words);
    })
    .map_err(meeting::trouble)?;
    wrong.map_or(Ok(Exit::Done), |outcome| {
        meeting::outcome(outcome).map(|()| Exit::Done)
    })
}
