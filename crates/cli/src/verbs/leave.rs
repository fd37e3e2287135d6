//! `leave`: end it here, at once, alone.

use node::leaving::Left;
use node::{Passphrase, Places};
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::leaving;
use crate::names::Names;
use crate::passphrase;
use crate::run::Done;
use crate::screens::leaf::{self, Leaf};
use crate::screens::leaving as page;
use crate::trouble::{Exit, Trouble, home_trouble};

/// End it here, at once, alone
///
/// Works offline and while this is locked, asks nobody, and sends nothing. What
/// can sign, send or receive here is destroyed, and all words between you. What
/// was signed stays with you as a sealed archive, which your passphrase opens
/// for reading; with --erase nothing stays. It cannot be taken back.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Keep no archive: destroy everything here; asks for the passphrase
    #[arg(long)]
    pub(crate) erase: bool,
    /// Skip the question (not the passphrase of --erase)
    #[arg(long)]
    pub(crate) yes: bool,
    /// Before: try once, for at most ten seconds, to give the other a last word, signed
    #[arg(long)]
    pub(crate) tell: bool,
}

/// Leaves.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let places = desk.places()?;
    if !places.is_begun() {
        return Err(nothing(&places));
    }
    if node::is_archive(&places) || node::leaving::is_erased(&places) {
        return archive(args, desk, &places);
    }
    if args.tell && !desk.attended() {
        return Err(Trouble::in_person("A last word is written by you."));
    }
    desk.out.page(&page::before(args.erase, args.tell, &places));
    confirmed(args, "leave now", desk)?;
    if args.erase {
        in_person(desk, &places)?;
    }
    let tells = args.tell && tell(args, desk, &places)?;
    // What this run holds open must not outlive it.
    desk.close();
    let left = node::leaving::leave(&places, args.erase).map_err(leaving::trouble)?;
    told(desk, args.erase, tells, &left);
    Ok(Exit::Done)
}

/// A last word: read before it is signed, then one attempt. What came of it is not told (S6).
/// `false`: its person leaves without it, and nothing is signed or sent.
fn tell(args: &Args, desk: &mut Desk, places: &Places) -> Result<bool, Trouble> {
    let mut home = desk.take_home()?;
    let names = Names::of(&mut home)?;
    if node::space::standing(places) != node::space::Standing::Open {
        return Err(Trouble::refused(
            "space",
            "You have taken space, so nothing leaves this device. Nothing has changed.",
        )
        .hint("Leave without a word: handfast leave\nOr first: handfast space end"));
    }
    let text = desk
        .ask
        .text("Your last word, which is signed and stays:")
        .ok_or_else(not_now)?;
    let text = pact::text::clean(&text).text;
    crate::doing::valid(&pact::Body::LastWord { text: text.clone() })?;
    let says = Leaf {
        says: "A last word, from you.",
        words: &text,
        ..Leaf::default()
    };
    desk.out.page(&leaf::page(&says, &names, true));
    desk.out
        .page("[Enter] not now    [s] sign, try to send it once, and leave\n");
    desk.out.page("[l] leave without a word; nothing is sent\n");
    match desk.ask.choose(&["s", "l"]) {
        Some("l") => return Ok(false),
        Some(_) => {}
        None => return Err(not_now()),
    }
    node::leaving::will_leave(places, args.erase)
        .map_err(|error| leaving::trouble(error.into()))?;
    // Whatever fails from here on, this person leaves.
    drop(node::meet::tell_last_word(&mut home, &text));
    Ok(true)
}

/// There is no home, perhaps because it was left before.
fn nothing(places: &Places) -> Trouble {
    let said = "Nothing has begun here, so there is nothing to leave. Looked for in:";
    let mut message = format!("{said}\n    {}", places.home.display());
    if let Some(archive) = node::leaving::last_archive(places) {
        message.push_str(&format!(
            "\nAn archive of what was signed lies in:\n    {}",
            archive.display()
        ));
    }
    Trouble::refused("not-begun", message).hint("For a home elsewhere: handfast --home DIR leave")
}

fn confirmed(args: &Args, yes: &str, desk: &mut Desk) -> Result<(), Trouble> {
    if args.yes {
        return Ok(());
    }
    if !desk.attended() {
        return Err(Trouble::in_person("Whether to leave is asked of you.")
            .hint("Run it yourself, in a terminal; or say it whole: handfast leave --yes"));
    }
    desk.out.page(&format!("[Enter] not now    [y] {yes}\n"));
    match desk.ask.choose(&["y", "yes"]) {
        Some(_) => Ok(()),
        None => Err(not_now()),
    }
}

/// Erasing asks for the passphrase: a moment at an unlocked machine must not be enough.
fn in_person(desk: &mut Desk, places: &Places) -> Result<(), Trouble> {
    for turn in 1.. {
        let typed = passphrase::ask(desk, "Your passphrase, to erase everything here:")?;
        let Some(typed) = typed else {
            return Err(if desk.attended() {
                not_now()
            } else {
                Trouble::in_person("Erasing needs your passphrase.").hint(
                    "Run it yourself, in a terminal; in a script: HANDFAST_PASSPHRASE_COMMAND, or \
                     --passphrase-fd\nWithout it: handfast leave keeps a sealed archive.",
                )
            });
        };
        let known = node::home::check_passphrase(places, &Passphrase::new(typed));
        if known.map_err(home_trouble)? {
            return Ok(());
        }
        if turn == TRIES || !desk.attended() || passphrase::given(desk)?.is_some() {
            break;
        }
        desk.out
            .page("That is not it. Try again, or press Enter for not now.\n");
    }
    Err(Trouble {
        code: "wrong-passphrase",
        message: "That passphrase does not open this. Nothing has changed.".into(),
        hint: Some(
            "Without it: handfast leave keeps a sealed archive and destroys the rest.".into(),
        ),
        exit: Exit::Locked,
    })
}

/// How often a wrong passphrase may be typed.
const TRIES: usize = 3;

/// Of an archive there is nothing to leave any more; it can be erased.
fn archive(args: &Args, desk: &mut Desk, places: &Places) -> Done {
    if !args.erase {
        return Err(Trouble::refused(
            "archive",
            "This is an archive: it has been left already. Nothing in it can sign or send.",
        )
        .hint("To erase it: the same line with --erase"));
    }
    if !node::leaving::is_erased(places) {
        desk.out.page(page::BEFORE_ERASING_AN_ARCHIVE);
        confirmed(args, "erase it", desk)?;
        in_person(desk, places)?;
    }
    node::leaving::erase_archive(places).map_err(leaving::trouble)?;
    desk.out.talk("The archive is erased. Nobody is told.");
    desk.out.document(
        "leave",
        json!({ "left": true, "erased": true, "archive": null }),
    );
    Ok(Exit::Done)
}

/// Says that it is done, what is kept, and what only its person can take away.
pub(crate) fn told(desk: &Desk, erased: bool, told: bool, left: &Left) {
    let jobs = leaving::jobs();
    desk.out.page(&page::after(erased, told, left, &jobs));
    desk.out.document(
        "leave",
        json!({
            "left": true,
            "erased": left.archive.is_none(),
            "archive": left.archive,
            "jobs": jobs,
            "still_running": left.stuck,
        }),
    );
}
