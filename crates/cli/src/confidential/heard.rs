//! How words were heard: that one read them, what one understood, or that it is not quite it. The
//! answer is words too.

use node::Home;
use node::words::{Body, Handle, Heard, Lane, Listed, Wish};
use serde_json::json;

use super::compose::{self, Composing, FADE_DAYS};
use super::send::{self, Decided, Sending};
use super::source;
use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble};
use crate::verbs::heard::Args;
use crate::verbs::talk::closed;

/// Answers words of the other, if that is what is meant.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Result<Option<Exit>, Trouble> {
    let fade = args.fade.as_deref().map(send::days).transpose()?;
    let of_words = args.understood || args.not_quite || args.file.is_some() || fade.is_some();
    if !args.typed.is_empty() {
        return Err(source::never_an_argument("heard ID --understood"));
    }
    if args.file.is_some() && !args.understood && !args.not_quite {
        return Err(Trouble::usage(
            "Words from a file are what you understood, or what is not quite it.",
        )
        .hint("handfast heard ID --understood --file FILE"));
    }
    let Some(what) = args.what.as_deref() else {
        if of_words {
            return Err(Trouble::usage("Which words? By their six letters.")
                .hint("What is there: handfast words"));
        }
        return Ok(None);
    };
    let given = if of_words {
        source::given(desk, "heard ID", &[], args.file.as_deref())?
    } else {
        None
    };
    if !desk.attended() {
        return match (args.understood || args.not_quite, of_words) {
            (true, _) => tray::words_instead(desk, given.as_ref()),
            _ => Ok(None),
        };
    }
    desk.with_home(|desk, home| {
        if !home.is_paired() {
            return Ok(None);
        }
        let Some(listed) = found(home, what)? else {
            if of_words {
                return Err(Trouble::refused(
                    "unknown-words",
                    "No words of that name are here; they may have faded.",
                )
                .hint("What is there: handfast words"));
            }
            return Ok(None);
        };
        let names = Names::of(home)?;
        if listed.mine {
            return Err(Trouble::refused("your-own", "That is yours.")
                .hint("What is there: handfast words"));
        }
        if listed.closed {
            return Err(closed(&listed.handle));
        }
        compose::has_room(home)?;
        let fade = fade.unwrap_or(FADE_DAYS);
        let how = if args.understood {
            How::Understood
        } else if args.not_quite {
            How::NotQuite
        } else {
            ask(desk)?
        };
        let done = match how {
            How::Read => read(desk, home, &names, &listed.handle, fade),
            How::Understood | How::NotQuite => {
                told(desk, home, &names, &listed.handle, (how, fade), given)
            }
        };
        done.map(Some)
    })
}

/// Which answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Read,
    Understood,
    NotQuite,
}

/// The words that are meant, if any: only the six letters as a whole mean some.
fn found(home: &mut Home, what: &str) -> Result<Option<Listed>, Trouble> {
    let handle = Handle::typed(what);
    if handle.as_str().len() != 6 {
        return Ok(None);
    }
    let shown = home.words().map_err(compose::trouble)?;
    let mut there = shown.there.into_iter();
    Ok(there.find(|listed| listed.handle == handle))
}

fn ask(desk: &mut Desk) -> Result<How, Trouble> {
    desk.out.page(
        "Hearing is not agreeing.\n\n\
         [Enter] not now    [r] I read it    [u] what I understood    [n] not quite\n",
    );
    match desk.ask.choose(&["r", "u", "n"]) {
        Some("r") => Ok(How::Read),
        Some("u") => Ok(How::Understood),
        Some(_) => Ok(How::NotQuite),
        None => Err(not_now()),
    }
}

/// That it was read, and nothing more.
fn read(desk: &mut Desk, home: &mut Home, names: &Names, re: &Handle, fade: u8) -> Done {
    let sending = Sending {
        says: "You say that you read it, and nothing more. Hearing is not agreeing.",
        parts: &[],
        fade,
        check: None,
        draft: false,
        other_words: false,
    };
    let Decided::Send(fade) = send::decide(desk, home, names, &sending)? else {
        return Err(not_now());
    };
    let wish = Wish {
        body: Body::Heard(Heard::Read),
        fade,
        lane: Lane::Ordinary,
        re: Some(re.clone()),
    };
    let fields = json!({ "heard": "read", "answers": re.as_str() });
    compose::send(desk, home, wish, "", "heard", fields)
}

fn told(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    re: &Handle,
    (how, fade): (How, u8),
    given: Option<node::words::Confidential>,
) -> Done {
    let (flag, question, says) = match how {
        How::Understood => (
            "--understood",
            "What did you understand? In your own words.",
            "What you understood. Hearing is not agreeing.",
        ),
        How::Read | How::NotQuite => (
            "--not-quite",
            "What is it rather?",
            "That it is not quite it.",
        ),
    };
    let how_to = Composing {
        draft: &format!("heard {re} {flag}"),
        question,
        says,
        fade: (fade != FADE_DAYS).then_some(fade),
        lane: Lane::Ordinary,
        check: None,
        given,
        re: Some(re.clone()),
        kind: "heard",
    };
    compose::one(desk, home, names, how_to, |text| {
        Body::Heard(if how == How::Understood {
            Heard::Understood(text)
        } else {
            Heard::NotQuite(text)
        })
    })
}
