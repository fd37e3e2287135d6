//! `unlock`: open it, so that short commands need no passphrase for a while.

use std::ffi::OsString;

use node::agent::{self, AgentError, Duty};
use serde_json::json;

use crate::desk::Desk;
use crate::run::Done;
use crate::spaces;
use crate::tray::{self, Which};
use crate::trouble::{Exit, Trouble, causes, home_trouble, sentence};

/// Open it, so that short commands need no passphrase
///
/// Closes itself after ten minutes without use. What a script left waiting is
/// shown to you first, in full, before any of it is signed; what you leave for
/// later is quiet until tomorrow, or until `handfast unlock --waiting`.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Go through what waits for you, also what you left for later today
    #[arg(long)]
    pub(crate) waiting: bool,
    /// Also meet at the quiet times, in the same background process
    #[arg(long)]
    pub(crate) serve: bool,
    /// Be that background process; `unlock` starts it so
    #[arg(long, hide_short_help = true)]
    pub(crate) stay: bool,
}

/// Opens it, then goes through what waits.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if args.stay {
        return stay(args, desk);
    }
    let places = desk.begun()?;
    let open = agent::status(&places).is_some_and(|status| status.unlocked);
    if !open {
        let (home, _) = desk.unlock(places.clone())?;
        start(args, &home)?;
        desk.hold(home);
    }
    desk.out.talk(if open {
        "It is open already."
    } else {
        "Open, until ten minutes pass without use."
    });
    let silent = spaces::taken(&places).is_some_and(|taken| !taken.practical);
    if args.serve && silent {
        desk.out
            .talk("You have taken space: it meets nobody, also not at your quiet times. To end it: handfast space end");
    } else if args.serve {
        desk.out.talk("It also meets at your quiet times, until handfast lock, and keeps what it needs for that.");
    }
    let waiting = tray::count(&places);
    if desk.attended() && !desk.out.json() {
        let which = if args.waiting { Which::All } else { Which::New };
        tray::go_through(desk, which)?;
    } else if waiting > 0 {
        desk.out
            .talk("Something waits for you, unsigned. To go through it: handfast unlock --waiting");
    }
    desk.out
        .document("unlock", json!({ "changed": !open, "tray": waiting }));
    Ok(Exit::Done)
}

fn start(args: &Args, home: &node::Home) -> Result<(), Trouble> {
    let failed = |said: String| {
        Trouble::refused("agent", said)
            .hint("Without it, each command asks for your passphrase; all else works.")
    };
    let program = std::env::current_exe()
        .map_err(|error| failed(format!("This program cannot find itself: {error}.")))?;
    let mut line: Vec<OsString> = vec!["unlock".into(), "--stay".into()];
    if args.serve {
        line.push("--serve".into());
    }
    line.push("--home".into());
    line.push(home.places().home.clone().into_os_string());
    match agent::start(home.key(), &program, &line) {
        Ok(()) | Err(AgentError::Running) => Ok(()),
        Err(error) => Err(failed(format!(
            "It could not be kept open: {}.",
            causes(&error)
        ))),
    }
}

/// The process that keeps it open.
fn stay(args: &Args, desk: &Desk) -> Done {
    let places = desk.begun()?;
    let rehearsal = node::marks(&places).is_ok_and(|marks| marks.rehearsal);
    let clock = node::Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    let duty = if args.serve {
        Duty::Serve(node::meet::Serve::default())
    } else {
        Duty::Key
    };
    match agent::run(&places, &clock, duty) {
        Ok(()) => Ok(Exit::Done),
        // The parent tells this code from a failure.
        Err(AgentError::Running) => Ok(Exit::Running),
        Err(error) => {
            Err(Trouble::refused("agent", sentence(&causes(&error))).hint("handfast unlock"))
        }
    }
}
