//! `words`: reading what was written in confidence, keeping a copy of one, letting one go.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;

use identity::Hash;
use node::Home;
use node::words::{Handle, Listed, Shown, Talk};
use pact::{Body, calendar};
use serde_json::json;

use crate::confidential::{self, compose, told};
use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// The one copy that may be kept, where an ID stands.
const KEPT: &str = "kept";

/// Read and answer what was written in confidence
///
/// Without an ID: what is there, yours and the other's, and your drafts. With
/// one: it opens on a screen of its own, gone when you close it. What the other
/// wrote fades from the day on which you open it. Nobody is told whether or
/// when you read; an answer is yours to give: handfast heard ID
///
/// One thing may be kept as a copy, on this device alone, unsigned; it proves
/// nothing. To see it: handfast words kept
///
///   handfast words
///   handfast words k3fd7a
///   handfast words k3fd7a --keep-copy
///   handfast words k3fd7a --drop
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which one: its six letters, as the list shows them; or "kept"
    pub(crate) id: Option<String>,
    /// Keep a copy for yourself: one, here alone; in the place of an older one if you say so
    #[arg(long, conflicts_with = "drop", requires = "id")]
    pub(crate) keep_copy: bool,
    /// Let it go here, read or not; nobody is told
    #[arg(long, requires = "id")]
    pub(crate) drop: bool,
    /// List older ones too
    #[arg(long, conflicts_with = "id")]
    pub(crate) all: bool,
}

/// What a script reads where nothing has those letters.
const UNKNOWN: &str = "unknown-words";

/// How often letters with a slip may be typed.
const TURNS: usize = 3;

/// So many of each person's are listed, the newest: nobody can push the rest off the page.
const LISTED: usize = 10;

/// Lists, or opens one.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if desk.out.json() && std::io::stdout().is_terminal() {
        return Err(Trouble::usage(
            "Words are not printed as JSON into a terminal, which would keep them.",
        )
        .code("terminal")
        .hint("To read them: handfast words\nFor a program: handfast words --json | PROGRAM"));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        match args.id.as_deref() {
            None => list(desk, home, &names, args.all),
            Some(KEPT) if args.keep_copy => Err(Trouble::usage("That is the copy already.")),
            Some(KEPT) => kept(desk, home, &names, args.drop),
            Some(id) if !args.drop && !args.keep_copy && signed(desk, home, &names, id)? => {
                Ok(Exit::Done)
            }
            Some(id) => {
                let listed = find(home, id)?;
                if args.drop {
                    let_go(desk, home, &listed)
                } else if args.keep_copy {
                    keep(desk, home, &names, &listed)
                } else {
                    open(desk, home, &names, &listed)
                }
            }
        }
    })
}

/// The one that is meant.
pub(crate) fn find(home: &mut Home, id: &str) -> Result<Listed, Trouble> {
    let handle = Handle::typed(id);
    let shown = home.words().map_err(compose::trouble)?;
    shown
        .there
        .into_iter()
        .find(|listed| listed.handle == handle)
        .ok_or_else(|| {
            // What was typed is not said again: it may have been words.
            Trouble::refused(UNKNOWN, "Nothing here has those letters.")
                .hint("What is there: handfast words")
        })
}

/// Under which this home remembers which signed sorries were opened here; never sent.
const OPENED: &str = "sorries-opened";

/// Which signed sorries were opened here.
pub(crate) fn opened(home: &Home) -> Result<BTreeSet<String>, Trouble> {
    let row = home.local(OPENED).map_err(home_trouble)?;
    Ok(row
        .and_then(|row| serde_json::from_slice(&row).ok())
        .unwrap_or_default())
}

/// It was read here: it is not new any more, and nobody is told.
fn was_opened(home: &mut Home, hash: Hash) -> Result<(), Trouble> {
    let mut all = opened(home)?;
    if all.insert(hash.to_string()) {
        let row = serde_json::to_vec(&all).unwrap_or_default();
        home.set_local(OPENED, &row).map_err(home_trouble)?;
    }
    Ok(())
}

/// Opens a sorry that was signed, if that is what the beginning of an id means.
fn signed(desk: &mut Desk, home: &mut Home, names: &Names, id: &str) -> Result<bool, Trouble> {
    let id = id.trim().to_lowercase();
    // The six letters of words come first.
    if id.len() < 8 {
        return Ok(false);
    }
    let today = home.today();
    let view = home.view().map_err(home_trouble)?;
    let found = view.entries().into_iter().find_map(|entry| {
        let Body::Sorry { text } = entry.body else {
            return None;
        };
        let is_it = entry.hash.to_string().starts_with(&id);
        is_it.then(|| (entry.hash, entry.person, entry.day, text.clone()))
    });
    let Some((hash, person, day, text)) = found else {
        return Ok(false);
    };
    let who = render::title(names.name(person), 30);
    let dated = calendar::name_seen_from(day, today);
    let mut page = render::heading(&format!("A sorry, signed by {who}"), "it stays");
    page.push_str(&format!("Dated {dated}.\n\n{}", render::quote(&text)));
    if desk.out.json() {
        let fields = json!({
            "id": hash.to_string(), "kind": "sorry", "signed": true, "by": names.name(person),
            "mine": person == names.me, "made": calendar::iso(day), "text": text,
        });
        desk.out.document("words", fields);
    } else {
        confidential::read(desk, home, &page)?;
    }
    if person != names.me && desk.attended() {
        was_opened(home, hash)?;
        if !desk.out.json() {
            let short: String = hash.to_string().chars().take(8).collect();
            desk.out
                .talk(&format!("If you like:  handfast heard {short}"));
        }
    }
    Ok(true)
}

fn list(desk: &mut Desk, home: &mut Home, names: &Names, all: bool) -> Done {
    let shown = home.words().map_err(compose::trouble)?;
    let drafts = home.drafts().map_err(compose::trouble)?;
    let letter = home.held_letter().map_err(compose::trouble)?.is_some();
    let has_copy = home.kept_copy().map_err(compose::trouble)?.is_some();
    let today = home.today();
    let mut page = render::heading("Words between you", "they fade");
    let other = render::title(&names.other, 30);
    for (mine, title) in [(false, format!("From {other}")), (true, "From you".into())] {
        let there = shown.there.iter().filter(|listed| listed.mine == mine);
        let mut listed: Vec<&Listed> = there.collect();
        let older = listed
            .len()
            .saturating_sub(if all { usize::MAX } else { LISTED });
        let mut rows: String = listed
            .drain(older..)
            .map(|listed| row(listed, today))
            .collect();
        if older > 0 {
            rows.push_str(&render::row("Older ones", "", "handfast words --all"));
        }
        if !rows.is_empty() {
            page.push_str(&format!("\n{}\n{rows}", render::strong(&title)));
        }
    }
    if letter {
        page.push_str(&format!("\n{}\n", render::strong("Waiting, here alone")));
        page.push_str(&render::row("A letter", "not sent", "handfast say"));
    }
    if !drafts.is_empty() {
        page.push_str(&format!("\n{}\n", render::strong("Drafts, here alone")));
        for draft in &drafts {
            let line = compose::line(&draft.name);
            let called = compose::called(&draft.name);
            page.push_str(&render::row(
                called,
                "not sent",
                &format!("handfast {line}"),
            ));
        }
    }
    if has_copy {
        page.push_str(&format!("\n{}\n", render::strong("Kept, here alone")));
        page.push_str(&render::row("A copy for you", "", "handfast words kept"));
    }
    page.push_str(&faded(&shown, &other));
    if shown.there.is_empty() && drafts.is_empty() && !letter && !has_copy {
        page.push_str("\nNothing is here to read.\n");
        page.push_str(&render::row("Something to tell?", "", "handfast say"));
    }
    desk.out.data(&page);
    desk.out.document(
        "words",
        json!({
            "words": shown.there.iter().map(|listed| told::json(listed, names)).collect::<Vec<_>>(),
            "drafts": drafts.iter().map(|draft| compose::line(&draft.name)).collect::<Vec<_>>(),
            "kept": has_copy,
            "letter_waits": letter,
            "faded": shown.faded.iter().map(|stub| json!({ "mine": stub.mine, "kind": told::word(stub.kind) })).collect::<Vec<_>>(),
            "clock_jumped": shown.clock_jumped,
        }),
    );
    if shown.there.is_empty() || !desk.attended() || desk.out.json() {
        return Ok(Exit::Done);
    }
    desk.out
        .page("\nTo open one, type its letters; only Enter: not now.\n");
    for turn in 1.. {
        let Some(id) = desk.ask.line(">") else {
            break;
        };
        match find(home, &id) {
            Ok(listed) => return open(desk, home, names, &listed),
            // The list stands above: a slip is typed once more.
            Err(trouble) if trouble.code == UNKNOWN && turn < TURNS => desk.out.page(&format!(
                "{} Once more, or only Enter for not now.\n",
                trouble.message
            )),
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(Exit::Done)
}

fn row(listed: &Listed, today: identity::Day) -> String {
    let called = told::called_of(listed);
    let remark = if listed.closed {
        "not opened yet".to_owned()
    } else if listed.in_grace {
        "you can still undo it".to_owned()
    } else {
        format!(
            "here until {}",
            calendar::short_name_seen_from(listed.until, today)
        )
    };
    let command = format!("handfast words {}", listed.handle);
    render::row(called, &remark, &command)
}

/// Traces of what has faded: no date, and nothing to count by.
fn faded(shown: &Shown, other: &str) -> String {
    let mut out = String::new();
    for (mine, from) in [(false, format!("from {other}")), (true, "of yours".into())] {
        if shown.faded.iter().any(|stub| stub.mine == mine) {
            out.push_str(&format!("\nSomething {from} has faded.\n"));
        }
    }
    if shown.clock_jumped {
        out.push_str(&render::wrap(
            "\nThe clock of this machine has jumped far ahead. What would have faded by then is \
             hidden, and words wait, until a later day confirms it.",
        ));
    }
    out
}

/// Opens one. It is read by a person: a script opens nothing that is closed.
fn open(desk: &mut Desk, home: &mut Home, names: &Names, listed: &Listed) -> Done {
    if listed.closed && !desk.attended() {
        return Err(Trouble::in_person(
            "It is not opened yet. Opening it is yours to do, and it fades from that day on.",
        ));
    }
    let opened = home
        .look_at_words(&listed.handle)
        .map_err(compose::trouble)?;
    if desk.out.json() {
        let mut fields = told::json(&opened.listed, names);
        if let (Some(map), Some(body)) = (
            fields.as_object_mut(),
            told::body_json(&opened.body).as_object(),
        ) {
            map.extend(body.clone());
        }
        desk.out.document("words", fields);
        return Ok(Exit::Done);
    }
    let page = told::page(home, names, &opened.listed, &opened.body)?;
    confidential::read(desk, home, &page)?;
    let id = &listed.handle;
    if !listed.mine {
        let answers = if matches!(opened.body, node::words::Body::Talk(Talk::Ask { .. })) {
            format!("handfast talk yes|later|no {id}   handfast words {id} --drop")
        } else {
            format!("handfast heard {id}   handfast words {id} --drop")
        };
        desk.out.talk(&format!("If you like:  {answers}"));
    }
    Ok(Exit::Done)
}

fn let_go(desk: &mut Desk, home: &mut Home, listed: &Listed) -> Done {
    if !desk.attended() {
        return Err(Trouble::in_person("Letting words go needs you."));
    }
    home.let_words_go(&listed.handle)
        .map_err(compose::trouble)?;
    desk.out.talk(if listed.mine && listed.in_grace {
        "Gone from your screen. It is still on its way; to take it back: handfast undo"
    } else if listed.mine {
        "Gone from your screen. Nobody is told; what has reached the other stays there until it fades."
    } else {
        "Gone here. Nobody is told."
    });
    desk.out.document(
        "words",
        json!({ "id": listed.handle.as_str(), "changed": true }),
    );
    Ok(Exit::Done)
}

/// One copy, for oneself (S24).
fn keep(desk: &mut Desk, home: &mut Home, names: &Names, listed: &Listed) -> Done {
    if !desk.attended() {
        return Err(Trouble::in_person("Keeping a copy needs you."));
    }
    let other = render::title(&names.other, 30);
    if listed.mine {
        return Err(Trouble::refused(
            "your-own",
            format!("A copy is kept of what {other} wrote; yours you know."),
        )
        .hint("What is there: handfast words"));
    }
    if listed.closed {
        return Err(Trouble::refused(
            "closed",
            "It is not opened yet; a copy is kept of what was read.",
        )
        .hint(format!("Open it first: handfast words {}", listed.handle)));
    }
    let has_one = home.kept_copy().map_err(compose::trouble)?.is_some();
    if has_one {
        let question = "You keep a copy of something already, and there is room for one. Keep this \
                        in its place?";
        if desk.ask.yes(question) != Some(true) {
            return Err(not_now());
        }
    }
    home.keep_copy(&listed.handle, has_one)
        .map_err(compose::trouble)?;
    desk.out.talk(&format!(
        "A copy is kept, on this device alone: not signed, never sent, in no export. It proves \
         nothing, and {other} is not told. It stays until you let it go.\n  handfast words kept"
    ));
    desk.out.document(
        "words",
        json!({ "id": listed.handle.as_str(), "changed": true, "kept": true }),
    );
    Ok(Exit::Done)
}

/// Reads the kept copy, or lets it go.
fn kept(desk: &mut Desk, home: &mut Home, names: &Names, drop: bool) -> Done {
    let Some(kept) = home.kept_copy().map_err(compose::trouble)? else {
        return Err(Trouble::refused("nothing-kept", "You keep no copy.")
            .hint("To keep one of what you have read: handfast words ID --keep-copy"));
    };
    if drop {
        if !desk.attended() {
            return Err(Trouble::in_person("Letting words go needs you."));
        }
        home.let_copy_go().map_err(compose::trouble)?;
        desk.out.talk("The copy is gone.");
        desk.out
            .document("words", json!({ "changed": true, "kept": false }));
        return Ok(Exit::Done);
    }
    if desk.out.json() {
        let mut fields = told::body_json(&kept.body);
        if let Some(map) = fields.as_object_mut() {
            map.insert("kept".into(), json!(true));
        }
        desk.out.document("words", fields);
        return Ok(Exit::Done);
    }
    let mut page = zeroize::Zeroizing::new(render::heading("A copy that you keep", "here alone"));
    page.push_str(&render::wrap(&format!(
        "As {} wrote it. It is not signed and proves nothing.",
        render::title(&names.other, 30)
    )));
    page.push('\n');
    page.push_str(&told::said(home, names, &kept.body)?);
    confidential::read(desk, home, &page)?;
    desk.out.talk("To let it go:  handfast words kept --drop");
    Ok(Exit::Done)
}
