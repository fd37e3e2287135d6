//! `talk`: asking for a talk, with a time and a place; and yes, later, or no.

use node::Home;
use node::words::{Body, Confidential, Handle, Kind, Lane, Talk, Wish};
use serde_json::json;

use crate::confidential::compose::{self, FADE_DAYS};
use crate::confidential::guided::{Answered, Guided, Question};
use crate::confidential::send::{self, Decided, Sending};
use crate::confidential::{Typed, source, typed};
use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};

/// Ask for a talk, with a time and a place
///
/// Confidential: it is not signed, and it fades. The answer to one is yes,
/// later, or no; each is an answer, and none has to be given. Whoever has asked
/// for space or a pause has it first.
///
///   handfast talk
///   handfast talk yes
///   handfast talk later k3fd7a
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Your answer; without one you ask for a talk
    #[arg(value_name = "yes|later|no")]
    pub(crate) answer: Option<String>,
    /// To which one: its six letters [default: the newest that you have opened]
    pub(crate) id: Option<String>,
    /// More words
    #[arg(hide = true)]
    pub(crate) typed: Vec<String>,
    /// How many days it stays after it was opened, 1 to 90 [default: 14]
    #[arg(long, value_name = "DAYS")]
    pub(crate) fade: Option<String>,
}

/// Asks for one, or answers.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let fade = args.fade.as_deref().map(send::days).transpose()?;
    let fade = fade.unwrap_or(FADE_DAYS);
    let known = |word: &str| ["yes", "later", "no"].contains(&word);
    let is_handle = |word: &str| word.len() == 6 && !word.contains(char::is_whitespace);
    let is_plain = args.answer.as_deref().is_none_or(known)
        && args.id.as_deref().is_none_or(is_handle)
        && args.typed.is_empty();
    if !is_plain {
        return Err(source::never_an_argument("talk"));
    }
    if !desk.attended() {
        return Err(Trouble::in_person(
            "Asking for a talk, or answering, needs you.",
        ));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        compose::has_room(home)?;
        match args.answer.as_deref() {
            None => ask(desk, home, &names, fade),
            Some(answer) => reply(desk, home, &names, answer, args.id.as_deref(), fade),
        }
    })
}

fn ask(desk: &mut Desk, home: &mut Home, names: &Names, fade: u8) -> Done {
    let question = |part: &str, asks: &str, heading: &str, needed| Question {
        part: part.to_owned(),
        asks: asks.to_owned(),
        heading: heading.to_owned(),
        needed,
    };
    let questions = [
        question("when", "When would be good?", "When:", true),
        question("where", "Where?", "Where:", true),
        question("about", "About what, in a few words?", "About:", false),
    ];
    let guided = Guided {
        draft: "talk",
        questions: &questions,
        says: "You ask for a talk. Yes, later and no are all answers.",
        fade,
        check: None,
    };
    let Answered::All(mut draft) = guided.ask(desk, home, &[])? else {
        return Ok(Exit::Done);
    };
    let Some(fade) = guided.decide(desk, home, names, &mut draft)? else {
        return Ok(Exit::Done);
    };
    let text = |name: &str| compose::part(&draft, name).cloned().unwrap_or_default();
    let wish = Wish {
        fade,
        ..Wish::new(Body::Talk(Talk::Ask {
            when: text("when"),
            place: text("where"),
            text: text("about"),
        }))
    };
    compose::send(
        desk,
        home,
        wish,
        &draft.name,
        "talk",
        json!({ "talk": "ask" }),
    )
}

fn reply(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    answer: &str,
    id: Option<&str>,
    fade: u8,
) -> Done {
    let re = asked(home, names, id)?;
    let (says, question) = match answer {
        "yes" => ("Yes, let us talk.", "More, if you like: a time, a place."),
        "later" => ("Not now; later.", "When, if you like?"),
        _ => ("No.", "More, if you like. No reason is needed."),
    };
    let question = format!("{question} To leave it out, end it empty.");
    let mut text = match typed(desk, home, &question, None)? {
        Typed::Text(text) => text,
        Typed::LeftOut => Confidential::default(),
        Typed::Begun(_) | Typed::Nothing => return Err(not_now()),
    };
    let mut fade = fade;
    loop {
        let sending = Sending {
            says,
            parts: &[("", &text)],
            fade,
            check: None,
            draft: false,
            other_words: true,
        };
        match send::decide(desk, home, names, &sending)? {
            Decided::Keep(_) => return Err(not_now()),
            Decided::OtherWords(days) => {
                fade = days;
                text = match typed(desk, home, &question, Some(&text))? {
                    Typed::Text(other) | Typed::Begun(other) => other,
                    Typed::LeftOut => Confidential::default(),
                    Typed::Nothing => text,
                };
            }
            Decided::Send(days) => {
                let talk = match answer {
                    "yes" => Talk::Yes(text),
                    "later" => Talk::Later(text),
                    _ => Talk::No(text),
                };
                let wish = Wish {
                    body: Body::Talk(talk),
                    fade: days,
                    lane: Lane::Ordinary,
                    re: Some(re.clone()),
                };
                let fields = json!({ "talk": answer, "answers": re.as_str() });
                return compose::send(desk, home, wish, "", "talk", fields);
            }
        }
    }
}

/// What is answered: the newest that the other asked and this person has opened, or the one named.
fn asked(home: &mut Home, names: &Names, id: Option<&str>) -> Result<Handle, Trouble> {
    let other = render::title(&names.other, 30);
    let shown = home.words().map_err(compose::trouble)?;
    let theirs = shown.there.into_iter();
    let theirs = theirs.filter(|listed| !listed.mine && listed.kind == Kind::Talk);
    // What was opened comes last, so that it is the one.
    let mut theirs: Vec<_> = theirs.collect();
    theirs.sort_by_key(|listed| !listed.closed);
    let found = match id {
        Some(id) => theirs
            .into_iter()
            .find(|listed| listed.handle == Handle::typed(id)),
        None => theirs.pop(),
    };
    match found {
        None => Err(Trouble::refused(
            "no-talk",
            format!("Nothing is open here in which {other} asks for a talk."),
        )
        .hint("What is there: handfast words\nTo ask for one yourself: handfast talk")),
        Some(listed) if listed.closed => Err(closed(&listed.handle)),
        Some(listed) => Ok(listed.handle),
    }
}

/// Nobody answers what they have not read.
pub(crate) fn closed(handle: &Handle) -> Trouble {
    Trouble::refused("closed", "It is not opened yet.")
        .hint(format!("Open it first: handfast words {handle}"))
}
