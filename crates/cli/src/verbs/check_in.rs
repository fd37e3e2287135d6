//! `check-in`: answer our questions; both are shown when both have answered.

use std::io::IsTerminal as _;
use std::path::Path;

use node::Home;
use node::words::Stands;

use crate::check_in::{self, Asked, by_script, guided, paper};
use crate::confidential::compose;
use crate::desk::Desk;
use crate::names::Names;
use crate::new_file;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};

/// Answer our questions; opened when both have
///
/// Question by question, on a screen of its own; each answer is kept as a draft,
/// so you can stop and come back. What you give stays sealed until both have
/// answered; then each sees both. Until then neither is shown that the other
/// has. To let one pass nothing has to be done, and nothing shows.
///
/// From a script: lay the questions out, fill them in, let it be taken. What a
/// script brings waits for you, unless you have set it otherwise
/// (handfast settings unattended yes). The file is removed once its answers are
/// taken. More: docs/scripts.md
///
///   handfast check-in
///   handfast check-in --template --if-open --out answers.toml
///   handfast check-in --answers answers.toml --if-ready
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Only if one is open and not answered here; else nothing, silently
    #[arg(long)]
    pub(crate) if_open: bool,
    /// Let this one pass: nothing is sent, and nothing shows
    #[arg(long, conflicts_with_all = ["template", "answers", "of"])]
    pub(crate) skip: bool,
    /// Print the questions as a file to fill in
    #[arg(long, conflicts_with_all = ["answers", "of"])]
    pub(crate) template: bool,
    /// With --template: into a new file that only you can read
    #[arg(long, value_name = "FILE", requires = "template")]
    pub(crate) out: Option<String>,
    /// Take the answers from a file, which is then removed; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "of")]
    pub(crate) answers: Option<String>,
    /// With --answers: only if the file is there and says that it is ready
    #[arg(long, requires = "answers")]
    pub(crate) if_ready: bool,
    /// Read an earlier one again, until it has faded
    #[arg(long, value_name = "DAY")]
    pub(crate) of: Option<String>,
}

/// Asks, takes, lays out or shows.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if args.template {
        return template(args, desk);
    }
    if let Some(name) = &args.answers {
        return by_script::take(desk, name, args.if_ready);
    }
    if args.skip {
        return desk.with_home(|desk, home| {
            Names::of(home)?;
            match open(home, args.if_open)? {
                Some(asked) => guided::skip(desk, home, &asked),
                None => by_script::nothing(desk),
            }
        });
    }
    if !desk.attended() {
        return unattended(args, desk);
    }
    if desk.out.json() && std::io::stdout().is_terminal() {
        return Err(Trouble::usage(
            "Answers are not printed as JSON into a terminal, which would keep them.",
        )
        .code("terminal")
        .hint(
            "To read them: handfast check-in\nFor a program: handfast check-in --json | PROGRAM",
        ));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        if let Some(of) = &args.of {
            return earlier(desk, home, &names, of);
        }
        if args.if_open {
            let today = home.today();
            let resting = guided::rests(home, &names).is_err();
            return match check_in::to_answer(home, today)?.filter(|_| !resting) {
                Some(asked) => guided::ask(desk, home, &names, &asked),
                None => by_script::nothing(desk),
            };
        }
        unread(desk, home, &names)?;
        let today = home.today();
        let asked = check_in::asked(home, today)?;
        match check_in::stands(home, &asked)? {
            Stands::Open => guided::ask(desk, home, &names, &asked),
            Stands::Given | Stands::Both { .. } => guided::show(desk, home, &names, &asked),
        }
    })
}

/// Nobody is there: only what is asked of a person is left of this verb.
fn unattended(args: &Args, desk: &mut Desk) -> Done {
    if args.if_open && desk.open_without_asking() {
        let open = desk.with_home(|_, home| {
            let names = Names::of(home)?;
            let today = home.today();
            let resting = guided::rests(home, &names).is_err();
            Ok(check_in::to_answer(home, today)?.is_some() && !resting)
        })?;
        if !open {
            return by_script::nothing(desk);
        }
    }
    Err(
        Trouble::in_person("A check-in is answered by you, question by question.").hint(
            "In a terminal: handfast check-in\nIn a script: handfast check-in --answers FILE",
        ),
    )
}

/// The questions as a file.
fn template(args: &Args, desk: &mut Desk) -> Done {
    if args.if_open {
        // Closed, or laid out before: a script says nothing, and tries again another day.
        let there = args
            .out
            .as_deref()
            .is_some_and(|out| Path::new(out).symlink_metadata().is_ok());
        if there || !desk.attended() && !desk.open_without_asking() {
            return Ok(Exit::Done);
        }
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let asked = if args.if_open {
            let resting = guided::rests(home, &names).is_err();
            match check_in::to_answer(home, today)?.filter(|_| !resting) {
                Some(asked) => asked,
                None => return Ok(Exit::Done),
            }
        } else {
            guided::rests(home, &names)?;
            let asked = check_in::asked(home, today)?;
            if check_in::stands(home, &asked)? != Stands::Open {
                return Err(by_script::already());
            }
            asked
        };
        let json = paper::template_json(&asked);
        match &args.out {
            None => {
                desk.out.data(&paper::template(&asked));
                desk.out.document("check-in", json);
            }
            Some(out) => {
                let path = new_file::write(Path::new(out), &paper::template(&asked), "check-in --template --out")
                    .map_err(there_already)?;
                desk.out.talk(&format!(
                    "The questions are in {}\nFill it in, write ready = true, then:\n  \
                     handfast check-in --answers FILE\n{}",
                    path.display(),
                    new_file::READABLE
                ));
                desk.out.document(
                    "check-in",
                    serde_json::json!({ "changed": true, "file": path, "set": asked.set, "for": pact::calendar::iso(asked.day) }),
                );
            }
        }
        Ok(Exit::Done)
    })
}

/// A file that is there is no wrong line: it may be half filled in.
fn there_already(mut trouble: Trouble) -> Trouble {
    if trouble.code == "exists" {
        trouble.exit = Exit::Refused;
    }
    trouble
}

/// The check-in that is open; none if none is and that is to be silent.
fn open(home: &mut Home, silent: bool) -> Result<Option<Asked>, Trouble> {
    let today = home.today();
    match check_in::asked(home, today) {
        Ok(asked) => Ok(Some(asked)),
        Err(_) if silent => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Earlier ones in which both have answered and which nobody here has opened yet.
fn unread(desk: &mut Desk, home: &mut Home, names: &Names) -> Result<(), Trouble> {
    let now = check_in::asked(home, home.today()).ok();
    let all = home.check_ins().map_err(compose::trouble)?;
    for one in all.into_iter().rev() {
        let is_now = now
            .as_ref()
            .is_some_and(|now| now.p == one.questions && now.day == one.day);
        if is_now || one.stands != (Stands::Both { closed: true }) {
            continue;
        }
        let asked = check_in::earlier(home, &one)?;
        match guided::show(desk, home, names, &asked) {
            Ok(_) => {}
            // Not now: the next one is asked about all the same.
            Err(trouble) if trouble.exit == Exit::Done => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(())
}

/// An earlier one, again.
fn earlier(desk: &mut Desk, home: &mut Home, names: &Names, of: &str) -> Done {
    let today = home.today();
    let day = crate::days::since(of, today)?;
    let all = home.check_ins().map_err(compose::trouble)?;
    match all.iter().find(|one| one.day == day) {
        Some(one) => {
            let asked = check_in::earlier(home, one)?;
            guided::show(desk, home, names, &asked)
        }
        None => Err(Trouble::refused(
            "unknown-check-in",
            format!(
                "You answered no check-in of {}, or the last trace of it has faded.",
                pact::calendar::name_seen_from(day, today)
            ),
        )
        .hint("What took place: handfast log")),
    }
}
