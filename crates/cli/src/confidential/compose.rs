//! From nothing to words that may go: typed or brought along, kept as a draft before anything else
//! happens, shown with what sending means, written again if their author likes.

use node::Home;
use node::home::Draft;
use node::words::{
    Body, Confidential, Handle, Heard, Lane, Listed, Part, Talk, Wish, WordsError, WordsMisuse,
};
use pact::wording::Place;
use serde_json::{Value, json};

use super::send::{self, Decided, Sending};
use super::{Typed, leaflet, typed};
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble, sentence};

/// The part of a draft that has its text.
const TEXT: &str = "text";
/// The part that says how long it is to stay.
const FADE: &str = "fade";

/// One text that is to be sent.
pub(crate) struct Composing<'a> {
    /// What its draft is called: the line that goes on with it, without the program's name.
    pub(crate) draft: &'a str,
    /// How the words are asked for.
    pub(crate) question: &'a str,
    /// What it is, on the page before it is sent.
    pub(crate) says: &'a str,
    pub(crate) fade: Option<u8>,
    pub(crate) lane: Lane,
    pub(crate) check: Option<Place>,
    /// Words that came from a file, from standard input, or out of the tray.
    pub(crate) given: Option<Confidential>,
    /// What it answers.
    pub(crate) re: Option<Handle>,
    /// In JSON.
    pub(crate) kind: &'a str,
}

/// So many days words stay, unless chosen.
pub(crate) const FADE_DAYS: u8 = 14;

/// Asks, shows, sends; or keeps it as a draft.
pub(crate) fn one(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    how: Composing<'_>,
    body: impl Fn(Confidential) -> Body,
) -> Done {
    if how.lane == Lane::Ordinary {
        has_room(home)?;
    }
    let begun = match how.given.clone() {
        Some(_) => None,
        None => begun(desk, home, how.draft)?,
    };
    let mut fade = how.fade.or_else(|| begun.as_ref().and_then(fade_of));
    let mut text = how.given.clone();
    let name = match begun {
        Some(draft) => {
            text = part(&draft, TEXT).cloned();
            draft.name
        }
        None => free_name(home, how.draft)?,
    };
    loop {
        let words = match text.take() {
            Some(text) => text,
            None => match typed(desk, home, how.question, None)? {
                Typed::Text(text) => text,
                Typed::Begun(text) => {
                    save(home, &name, &[(TEXT, &text)], fade)?;
                    return kept(desk, how.draft);
                }
                Typed::Nothing | Typed::LeftOut => return Err(not_now()),
            },
        };
        if !desk.trying {
            save(home, &name, &[(TEXT, &words)], fade)?;
        }
        let sending = Sending {
            says: how.says,
            parts: &[("", &words)],
            fade: fade.unwrap_or(FADE_DAYS),
            check: how.check,
            draft: true,
            other_words: true,
        };
        match send::decide(desk, home, names, &sending)? {
            _ if desk.trying => return Err(not_now()),
            Decided::Keep(days) => {
                save(home, &name, &[(TEXT, &words)], Some(days))?;
                return kept(desk, how.draft);
            }
            Decided::OtherWords(days) => {
                fade = Some(days);
                text = match typed(desk, home, how.question, Some(&words))? {
                    Typed::Text(other) | Typed::Begun(other) => Some(other),
                    Typed::Nothing | Typed::LeftOut => Some(words),
                };
            }
            Decided::Send(days) => {
                let wish = Wish {
                    body: body(words),
                    fade: days,
                    lane: how.lane,
                    re: how.re.clone(),
                };
                let fields = json!({ "practical": how.lane == Lane::Practical });
                return send(desk, home, wish, &name, how.kind, fields);
            }
        }
    }
}

/// Whether words can be sent at all: while the other has space there is room for one letter, and
/// nobody writes the rest for nothing.
pub(crate) fn has_room(home: &Home) -> Result<(), Trouble> {
    if home.other_has_space() {
        return Err(trouble(WordsError::OtherHasSpace));
    }
    Ok(())
}

/// Sends it, and throws its draft away.
pub(crate) fn send(
    desk: &mut Desk,
    home: &mut Home,
    wish: Wish,
    draft: &str,
    kind: &str,
    mut fields: Value,
) -> Done {
    let fade = wish.fade;
    // What the practical lane lets through does not wait for the end of space.
    let taken = crate::spaces::taken(home.places());
    let open = wish.lane == Lane::Practical && taken.is_none_or(|taken| taken.practical);
    let handle = home.say_words(wish).map_err(trouble)?;
    home.discard_draft(draft).map_err(trouble)?;
    let undo = match home.grace_ms() / 1000 {
        0 => "There is no undo now.".to_owned(),
        grace => format!(
            "For {} you can take it back: handfast undo",
            doing::span(grace)
        ),
    };
    desk.out.talk(&format!(
        "{}\nConfidential: it fades, and nothing here proves who wrote it. {undo}",
        if open {
            doing::goes_now(home)
        } else {
            doing::goes(home)
        }
    ));
    if let Value::Object(map) = &mut fields {
        map.insert("id".into(), json!(handle.as_str()));
        map.insert("fade".into(), json!(fade));
        map.insert("changed".into(), json!(true));
    }
    desk.out.document(kind, fields);
    Ok(Exit::Done)
}

/// Says that it is kept, and how one goes on with it.
pub(crate) fn kept(desk: &Desk, draft: &str) -> Done {
    desk.out.talk(&format!(
        "Kept as a draft, here alone; nothing was sent. To go on with it:\n  handfast {draft}"
    ));
    desk.out
        .document("draft", json!({ "changed": true, "draft": draft }));
    Ok(Exit::Done)
}

/// Saves what was written.
pub(crate) fn save(
    home: &mut Home,
    name: &str,
    parts: &[(&str, &Confidential)],
    fade: Option<u8>,
) -> Result<(), Trouble> {
    let mut parts: Vec<_> = parts
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).clone()))
        .collect();
    if let Some(fade) = fade {
        parts.push((FADE.to_owned(), Confidential::from(fade.to_string())));
    }
    let draft = Draft {
        name: name.to_owned(),
        parts,
    };
    home.save_draft(&draft).map_err(trouble)
}

/// How long it is to stay, if its author chose that.
pub(crate) fn fade_of(draft: &Draft) -> Option<u8> {
    part(draft, FADE).and_then(|days| days.show().parse().ok())
}

/// One part of a draft.
pub(crate) fn part<'a>(draft: &'a Draft, name: &str) -> Option<&'a Confidential> {
    let found = draft.parts.iter().find(|(part, _)| part == name);
    found.map(|(_, text)| text)
}

/// What was written before under that name, if its author goes on with it.
fn begun(desk: &mut Desk, home: &mut Home, name: &str) -> Result<Option<Draft>, Trouble> {
    let all = home.drafts().map_err(trouble)?;
    for draft in all.into_iter().filter(|draft| is_of(&draft.name, name)) {
        let Some(text) = part(&draft, TEXT) else {
            continue;
        };
        let mut page = zeroize::Zeroizing::new(render::heading("A draft of yours", "here alone"));
        page.push('\n');
        page.push_str(&send::parts(&[("", text)]));
        let told = "[Enter] not now    [g] go on with it    [n] another one    [x] throw it away";
        match leaflet(desk, home, &page, told, &["g", "n", "x"])? {
            Some("g") => return Ok(Some(draft)),
            Some("n") => {}
            Some(_) => {
                home.discard_draft(&draft.name).map_err(trouble)?;
                desk.out.talk("The draft is gone.");
            }
            None => return Err(not_now()),
        }
    }
    Ok(None)
}

/// Whether a draft is one of those that a line goes on with: "say", "say 2".
fn is_of(draft: &str, name: &str) -> bool {
    let more = draft.strip_prefix(name).map(|rest| rest.strip_prefix(' '));
    match more {
        None => false,
        Some(None) => draft == name,
        Some(Some(number)) => number.parse::<u32>().is_ok(),
    }
}

/// A name that no draft has, so that none takes the place of another.
fn free_name(home: &mut Home, name: &str) -> Result<String, Trouble> {
    let all = home.drafts().map_err(trouble)?;
    let taken = |name: &str| all.iter().any(|draft| draft.name == name);
    let mut names =
        std::iter::once(name.to_owned()).chain((2..).map(|n: u32| format!("{name} {n}")));
    Ok(names
        .find(|name| !taken(name))
        .unwrap_or_else(|| name.to_owned()))
}

/// Words that cannot be, in plain words.
pub(crate) fn trouble(error: WordsError) -> Trouble {
    match error {
        WordsError::Home(error) => home_trouble(error),
        WordsError::OtherHasSpace => Trouble::refused(
            "space",
            "The other has taken space. What you write stays here, and there is room for one letter.",
        )
        .hint("The letter: handfast say\nChildren and bills, short: handfast say --practical"),
        WordsError::KeptAlready => {
            Trouble::refused("kept-already", "You keep a copy of something already.").hint(
                "One at a time. To see it: handfast words kept\nTo let it go: handfast words kept --drop",
            )
        }
        WordsError::Misuse(misuse) => {
            let (code, hint) = refusal(&misuse);
            Trouble::refused(code, sentence(&misuse.to_string())).hint(hint)
        }
        error @ (WordsError::DraftName | _) => Trouble::refused("draft", sentence(&error.to_string()))
            .hint("See your drafts: handfast words"),
    }
}

fn refusal(misuse: &WordsMisuse) -> (&'static str, &'static str) {
    match misuse {
        WordsMisuse::Body => ("too-long", "Send it in two, or say the rest when you talk."),
        WordsMisuse::Fade => ("fade", "For example: --fade 7"),
        WordsMisuse::NotPractical => (
            "too-long",
            "Shorter; or without --practical, which has room for more.",
        ),
        WordsMisuse::EnoughForToday => ("enough-for-today", "Tomorrow there is room again."),
        WordsMisuse::Full => ("full", "What is there: handfast words"),
        WordsMisuse::Disowned => ("disowned", "Which devices count: handfast device list"),
        WordsMisuse::Unknown | WordsMisuse::Gone => {
            ("unknown-words", "What is there: handfast words")
        }
        WordsMisuse::AlreadyGiven => ("already-given", "The next one has its own day."),
        WordsMisuse::ClockJumped => (
            "clock",
            "Look at the clock of this machine. What you wrote can wait as a draft.",
        ),
        WordsMisuse::Shelf(_) => (
            "home",
            "Nothing that was kept is lost by this. Look at the folder and the disk, then try again.",
        ),
    }
}

/// What words that were taken back said, as a draft; and the line that goes on with it. An answer in
/// one key is none.
pub(crate) fn again(
    home: &mut Home,
    body: &Body,
    listed: &Listed,
) -> Result<Option<String>, Trouble> {
    let re = listed.re.as_ref();
    let one = |name: String, text: &Confidential| (name, vec![(TEXT.to_owned(), text.clone())]);
    let short = |hash: &identity::Hash| hash.to_string().chars().take(8).collect::<String>();
    let (name, parts) = match (body, re) {
        (Body::Say(text), _) if listed.lane == Lane::Practical => {
            one("say --practical".into(), text)
        }
        (Body::Say(text), _) => one("say".into(), text),
        (Body::Story { setback, text }, _) => {
            one(format!("setback --story {}", short(setback)), text)
        }
        (Body::Heard(Heard::Understood(text)), Some(re)) => {
            one(format!("heard {re} --understood"), text)
        }
        (Body::Heard(Heard::NotQuite(text)), Some(re)) => {
            one(format!("heard {re} --not-quite"), text)
        }
        (Body::Talk(Talk::Ask { when, place, text }), _) => {
            let parts = [("when", when), ("where", place), ("about", text)];
            let parts = parts.map(|(name, text)| (name.to_owned(), text.clone()));
            ("talk".to_owned(), parts.to_vec())
        }
        (
            Body::Sorry {
                about,
                promise,
                parts,
            },
            _,
        ) => {
            let named = [("about", about), ("promise", promise)];
            let named = named.into_iter().filter_map(|(name, hash)| {
                Some((
                    name.to_owned(),
                    Confidential::from(hash.as_ref()?.to_string()),
                ))
            });
            let name = about.as_ref().map_or_else(
                || "sorry".to_owned(),
                |about| format!("sorry --about {}", short(about)),
            );
            // What was left out stays left out.
            let mut all: Vec<Part> = parts.iter().cloned().chain(named).collect();
            for (part, ..) in super::told::SORRY {
                if all.iter().all(|(name, _)| name != part) {
                    all.push((part.to_owned(), Confidential::default()));
                }
            }
            (name, all)
        }
        (
            Body::Heard(_)
            | Body::Talk(_)
            | Body::Letter(_)
            | Body::Sealed { .. }
            | Body::Opening(_)
            | Body::Later { .. },
            _,
        ) => return Ok(None),
    };
    let name = free_name(home, &name)?;
    let said = line(&name).to_owned();
    home.save_draft(&Draft { name, parts }).map_err(trouble)?;
    Ok(Some(said))
}

/// What a draft is, in a list.
pub(crate) fn called(name: &str) -> &'static str {
    match name.split(' ').next() {
        Some("say") => "Something to say",
        Some("sorry") => "A sorry",
        Some("talk") => "About a talk",
        Some("heard") => "How you heard it",
        Some("setback") => "The story of a setback",
        Some("check-in") => "A check-in",
        _ => "Something begun",
    }
}

/// The line that goes on with a draft: its name without its number.
pub(crate) fn line(name: &str) -> &str {
    match name.rsplit_once(' ') {
        Some((line, number)) if number.parse::<u32>().is_ok() => line,
        _ => name,
    }
}
