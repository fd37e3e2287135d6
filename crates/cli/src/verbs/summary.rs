//! `summary`: for a counsellor; both sign exactly what it holds.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use identity::Day;
use node::Home;
use node::home::Kept;
use pact::Body;
use pact::calendar;
use pact::summary::{MOST_DAYS, SummaryError, Terms};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::names::Names;
use crate::new_file;
use crate::render;
use crate::run::Done;
use crate::summary::{self, Standing, page};
use crate::tray;
use crate::trouble::{Exit, Trouble, sentence};

/// For a counsellor; both must sign it
///
/// It holds what you both offered, agreed and set, and what each noted about
/// their own days, with the space and the pauses that each took; nothing that was
/// said in confidence. One of you proposes it,
/// the other reads it whole and signs it or not. Once both have, either may
/// write the file, sealed to that one person's key (age), until the day that
/// you agreed on; either may stop it before. Who has the file and the key can
/// read it, also later: a file cannot be called back.
///
///   handfast summary                                 how it stands; read, sign
///   handfast summary offer "Dr. Roth" --to age1...   propose one
///   handfast summary stop                            not this one, or not any more
///   handfast summary release FILE                    write the sealed file
///   handfast summary check FILE                      for its reader; needs no home
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "offer NAME", "sign", "stop", "release FILE" (each with an ID), "check FILE"
    #[arg(value_name = "offer|sign|stop|release|check")]
    pub(crate) what: Vec<String>,
    /// Of offer: the reader's key, an age recipient
    #[arg(long, value_name = "age1...")]
    pub(crate) to: Option<String>,
    /// Of offer: what was noted before this day is left out [default: 90 days ago]
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<String>,
    /// Of offer: the last day for writing the file, at most 90 days from now [default: in 30]
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
}

const USE: &str =
    "handfast summary     and: offer NAME --to KEY, sign, stop, release FILE, check FILE";

/// Shows, proposes, signs, stops, writes or checks.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let words: Vec<&str> = args.what.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => stand(desk),
        ["offer", name] => offer(args, name, desk),
        ["sign"] => sign(None, desk),
        ["sign", id] => sign(Some(id), desk),
        ["stop"] => stop(None, desk),
        ["stop", id] => stop(Some(id), desk),
        ["release", file] => release(Path::new(file), None, desk),
        ["release", file, id] => release(Path::new(file), Some(id), desk),
        ["check", file] => check(Path::new(file), desk),
        _ => Err(Trouble::usage("That is not something a summary can do.").hint(USE)),
    }
}

fn state(standing: &Standing, names: &Names, today: Day) -> &'static str {
    if standing.stopped {
        "stopped"
    } else if today > standing.terms.until {
        "past its day"
    } else if standing.entries.is_none() {
        "does not check out here"
    } else if !standing.is_signed_by(names.me) {
        "waits for your signature, or for none"
    } else if !standing.is_signed_by(names.me.other()) {
        "signed by you alone"
    } else {
        "signed by both"
    }
}

/// The state in one word, for programs.
fn state_word(standing: &Standing, names: &Names, today: Day) -> &'static str {
    if standing.stopped {
        "stopped"
    } else if today > standing.terms.until {
        "expired"
    } else if standing.entries.is_none() {
        "unfit"
    } else if !standing.is_signed_by(names.me) {
        "theirs"
    } else if !standing.is_signed_by(names.me.other()) {
        "mine"
    } else {
        "both"
    }
}

fn stand(desk: &mut Desk) -> Done {
    let open = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let all = summary::all(home)?;
        desk.out.document(
            "summaries",
            json!({ "summaries": all.iter().map(|one| json!({
                "id": one.id,
                "for": one.terms.name,
                "key": one.terms.key,
                "since": calendar::iso(one.terms.since),
                "until": calendar::iso(one.terms.until),
                "state": state_word(one, &names, today),
            })).collect::<Vec<_>>() }),
        );
        if all.is_empty() {
            desk.out.data("There is no summary. To propose one:\n    handfast summary offer \"NAME\" --to age1...\n");
        }
        for one in &all {
            desk.out.data(&format!(
                "  {}  for {}, open until {}\n          {}\n",
                one.id,
                render::title(&one.terms.name, 40),
                calendar::short_name_seen_from(one.terms.until, today),
                state(one, &names, today)
            ));
        }
        Ok(all.iter().any(|one| state_word(one, &names, today) == "theirs"))
    })?;
    if open && desk.attended() && !desk.out.json() {
        desk.out.page("\n");
        return sign(None, desk);
    }
    Ok(Exit::Done)
}

/// The one that is meant: by its id, or the only one that fits.
fn one(
    home: &mut Home,
    id: Option<&str>,
    fits: impl Fn(&Standing) -> bool,
) -> Result<Standing, Trouble> {
    let mut all = summary::all(home)?;
    all.retain(|standing| match id {
        Some(id) => standing.id == id,
        None => fits(standing),
    });
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(Trouble::usage(
            "There is more than one. Say which, by its six letters.",
        )
        .code("which")
        .hint("See them: handfast summary")),
        (None, _) => Err(Trouble::refused("no-summary", "There is no such summary.")
            .hint("See them: handfast summary")),
    }
}

fn recipient(key: &str) -> Result<age::x25519::Recipient, Trouble> {
    key.trim().parse().map_err(|_| {
        Trouble::usage("That is not a key that a summary can be sealed to.")
            .code("key")
            .hint("It begins with age1 and comes from whoever is to read it (age-keygen makes one). Let them read it to you.")
    })
}

fn offer(args: &Args, name: &str, desk: &mut Desk) -> Done {
    let key = args.to.as_deref().ok_or_else(|| {
        Trouble::usage("To whose key is it sealed?")
            .code("key")
            .hint("handfast summary offer \"NAME\" --to age1...\nThe key comes from whoever is to read it; age-keygen makes one.")
    })?;
    let key = recipient(key)?.to_string();
    let name = pact::text::clean(name.trim()).text;
    if name.is_empty() || name.contains('\n') || name.chars().count() > 60 {
        return Err(Trouble::usage(
            "The name of its reader is a line of at most 60 characters.",
        ));
    }
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let since = match &args.since {
            Some(typed) => days::since(typed, today)?,
            None => Day(today.0.saturating_sub(MOST_DAYS)),
        };
        let until = days::ahead(args.until.as_deref(), today)?.unwrap_or(today.plus(30));
        if until < today || until > today.plus(MOST_DAYS) {
            return Err(
                Trouble::usage("A summary is open for at most 90 days, from today on.")
                    .hint("--until DAY"),
            );
        }
        let terms = Terms {
            name,
            key,
            since,
            until,
        };
        let (entries, page) = summary::proposed(home, &terms)?;
        if entries.is_empty() {
            return Err(Trouble::refused(
                "nothing",
                "Nothing was signed yet, so there is nothing to sum up.",
            )
            .hint("handfast plan"));
        }
        if !signing(desk, &names, &terms, &entries)? {
            return Err(not_now());
        }
        put_name(home, &terms, page)?;
        // Another process may have written meanwhile; then the other could not work it out.
        if one(home, None, |one| one.page == page)?.entries.is_none() {
            return Err(Trouble::refused(
                "meanwhile",
                "Something else was written while you read. This one will not fit.",
            )
            .hint("Stop it and propose it once more: handfast summary stop"));
        }
        let said = format!(
            "Signed: a summary for {}. It can be written once {} has signed it too.",
            render::title(&terms.name, 40),
            render::title(&names.other, 30)
        );
        doing::signed(
            desk,
            home,
            &said,
            "summary",
            json!({ "until": calendar::iso(until) }),
        );
        Ok(Exit::Done)
    })
}

fn put_name(home: &mut Home, terms: &Terms, page: identity::Hash) -> Result<(), Trouble> {
    let body = Body::Summary {
        page,
        recipient: terms.text(),
    };
    doing::sign(home, body, None).map(drop)
}

/// The whole of it, then what signing means, then a yes.
fn signing(
    desk: &mut Desk,
    names: &Names,
    terms: &Terms,
    entries: &[Kept],
) -> Result<bool, Trouble> {
    let both = identity::Person::BOTH.map(|person| names.name(person).to_owned());
    let entries: Vec<_> = entries
        .iter()
        .map(|one| (one.person, &one.record))
        .collect();
    desk.out.page(&page::proposed(terms, &both, &entries));
    desk.out
        .page(&format!("\n{}", render::heading("SIGN", "it stays")));
    desk.out.page(&render::wrap(&format!(
        "\n  That the above, and nothing else, may go to {}, sealed to this key:\n    {}\n\n  \
         Compare the key with its reader, not with each other. Once you have both signed, either of \
         you may write the file, until {}. Either may stop it before, alone, without a reason. Who \
         has the file and the key can read it for as long as they keep it.\n",
        render::title(&terms.name, 40),
        terms.key,
        calendar::iso(terms.until)
    )));
    desk.out.page("\n[Enter] not now    [s] sign\n");
    Ok(desk.ask.choose(&["s"]).is_some())
}

fn sign(id: Option<&str>, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let standing = one(home, id, |one| state_word(one, &names, today) == "theirs")?;
        let word = state_word(&standing, &names, today);
        if word == "mine" || word == "both" {
            desk.out.talk("You have signed it already.");
            desk.out.document("summary", json!({ "changed": false }));
            return Ok(Exit::Done);
        }
        if word != "theirs" {
            return Err(refused(&standing, &names, today));
        }
        recipient(&standing.terms.key)?;
        let entries = standing.entries.as_deref().unwrap_or_default();
        if !signing(desk, &names, &standing.terms, entries)? {
            return Err(not_now());
        }
        put_name(home, &standing.terms, standing.page)?;
        doing::signed(
            desk,
            home,
            "Signed by both now. To write the file: handfast summary release FILE",
            "summary",
            json!({ "until": calendar::iso(standing.terms.until) }),
        );
        Ok(Exit::Done)
    })
}

/// Why it cannot be signed or written.
fn refused(standing: &Standing, names: &Names, today: Day) -> Trouble {
    let word = state_word(standing, names, today);
    let (code, said, hint) = match word {
        "stopped" => (
            "stopped",
            "It was stopped; nobody can write it any more.",
            USE,
        ),
        "expired" => (
            "expired",
            "Its day is past; nobody can write it any more.",
            "A new one: handfast summary offer NAME --to KEY",
        ),
        "unfit" => (
            "does-not-check-out",
            "What it would hold is not what was signed, as far as this device can tell.",
            "Meet first: handfast sync     If that does not help: handfast summary stop",
        ),
        _ => (
            "not-both",
            "It needs both signatures, and has one.",
            "How it stands: handfast summary",
        ),
    };
    Trouble::refused(code, said).hint(hint)
}

fn stop(id: Option<&str>, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let open = |one: &Standing| !one.stopped && today <= one.terms.until;
        let standing = one(home, id, open)?;
        if standing.stopped {
            desk.out.talk("It is stopped already.");
            desk.out.document("summary", json!({ "changed": false }));
            return Ok(Exit::Done);
        }
        let first = standing.signed.first().map(|kept| kept.record.hash());
        let Some(p) = first else {
            return Err(refused(&standing, &names, today));
        };
        doing::sign(home, Body::Withdraw { p }, None)?;
        let said = format!(
            "Stopped: the summary for {}. From here nobody writes it any more. A file that was \
             written before cannot be called back.",
            render::title(&standing.terms.name, 40)
        );
        doing::signed(desk, home, &said, "summary", json!({ "stopped": true }));
        Ok(Exit::Done)
    })
}

fn release(file: &Path, id: Option<&str>, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let standing = one(home, id, |one| !one.stopped && today <= one.terms.until)?;
        if state_word(&standing, &names, today) != "both" {
            return Err(refused(&standing, &names, today));
        }
        let bundle = standing.bundle(home, &names)?;
        // Checked once more as its reader will: every signature by itself.
        let text = page::file(&bundle).map_err(|error| wrong(&error))?;
        let sealed = seal(&standing.terms.key, text.as_bytes())?;
        let path = new_file::write_bytes(file, &sealed, "summary release")?;
        desk.out.talk(&format!(
            "Written to {}, sealed: only {} can open it, with age and the key that belongs to it.\n\
             Giving it away is yours to do. A file cannot be called back.",
            path.display(),
            render::title(&standing.terms.name, 40)
        ));
        desk.out.document(
            "summary",
            json!({ "file": path, "for": standing.terms.name }),
        );
        Ok(Exit::Done)
    })
}

fn seal(key: &str, text: &[u8]) -> Result<Vec<u8>, Trouble> {
    use std::io::Write as _;
    let recipient = recipient(key)?;
    let failed = || {
        Trouble::refused("seal", "It could not be sealed; nothing was written.")
            .hint("Try once more.")
    };
    let one: &dyn age::Recipient = &recipient;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(one)).map_err(|_| failed())?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| failed())?;
    writer.write_all(text).map_err(|_| failed())?;
    writer.finish().map_err(|_| failed())?;
    Ok(sealed)
}

/// The largest file that is looked at.
const MOST_FILE: u64 = 64 << 20;

/// For its reader: needs no home.
fn check(file: &Path, desk: &mut Desk) -> Done {
    let text = read(file)?;
    let (checked, words) = page::read(&text).map_err(|error| wrong(&error))?;
    let today = node::Clock::system().today();
    desk.out.document(
        "summary-check",
        json!({
            "in_order": true,
            "for": checked.terms.name,
            "until": calendar::iso(checked.terms.until),
            "past": today > checked.terms.until,
            "names": checked.names,
            "signed": checked.signed.map(calendar::iso),
        }),
    );
    desk.out.data(&words);
    desk.out.talk(&format!(
        "\nEvery signature is in order, and both have signed exactly these entries. That says who, not whether it is true.{}",
        if today > checked.terms.until {
            "\nIts day is past: it should be put away."
        } else {
            ""
        }
    ));
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<String, Trouble> {
    let unreadable = |error: std::io::Error| {
        Trouble::usage(sentence(&format!("that file cannot be read: {error}")))
            .code("file")
            .hint("Open it with age first: age --decrypt -i KEY -o FILE summary.age")
    };
    let mut text = String::new();
    let opened: PathBuf = file.to_owned();
    std::fs::File::open(opened)
        .and_then(|open| open.take(MOST_FILE).read_to_string(&mut text))
        .map_err(unreadable)?;
    Ok(text)
}

fn wrong(error: &SummaryError) -> Trouble {
    Trouble {
        code: "does-not-check-out",
        message: sentence(&format!("it does not check out: {error}")),
        hint: Some("Do not use it. Ask whoever gave it to you for a whole one.".into()),
        exit: Exit::Unverified,
    }
}
