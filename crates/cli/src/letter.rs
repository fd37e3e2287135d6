//! What one writes while the other has space: one letter, kept here, written anew or dropped at any
//! time. Nothing is sent by it, and it lies in no log (design §5.5).

use node::Home;
use node::space::Letter;
use node::words::Confidential;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli;
use crate::confidential::{self, Typed, compose, leaflet, send};
use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};

/// The draft of `say`: what is begun there may become the letter.
const DRAFT: &str = "say";

/// Asks for the letter, shows it, keeps it.
pub(crate) fn write(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    given: Option<Confidential>,
    fade: Option<u8>,
) -> Done {
    let kept = home.held_letter().map_err(compose::trouble)?;
    let drafts = home.drafts().map_err(compose::trouble)?;
    let draft = drafts.iter().find(|draft| draft.name == DRAFT);
    let begun = draft.and_then(|draft| compose::part(draft, "text").cloned());
    let mut fade = fade
        .or(kept.as_ref().map(|letter| letter.fade))
        .unwrap_or(compose::FADE_DAYS);
    let mut so_far = begun;
    if let (None, Some(letter)) = (&given, &kept) {
        match look(desk, home, names, letter)? {
            // What was begun and not finished goes on; else it begins with the letter itself.
            Looked::Anew => so_far = so_far.or_else(|| Some(letter.text.clone())),
            Looked::Drop => return drop_it(desk, home),
        }
    }
    let from_draft = given.is_none();
    let mut words = match given {
        Some(text) => text,
        None => match typed(desk, home, names, so_far.as_ref())? {
            Typed::Text(text) => text,
            // Not now: what was begun is kept, and a letter that waits stays as it is.
            Typed::Begun(text) if so_far.as_ref() != Some(&text) => {
                compose::save(home, DRAFT, &[("text", &text)], Some(fade))?;
                return compose::kept(desk, DRAFT);
            }
            Typed::Begun(_) | Typed::LeftOut | Typed::Nothing => return Err(not_now()),
        },
    };
    loop {
        let told = "[Enter] keep as a draft    [y] let it wait    [f] fade sooner or later\n[w] other words";
        let page = page(names, &words, fade);
        match leaflet(desk, home, &page, told, &["y", "f", "w"])? {
            _ if desk.trying => return Err(not_now()),
            Some("y") => return keep(desk, home, names, words, (fade, from_draft)),
            Some("f") => {
                let question = format!(
                    "How many days after {} opens it, 1 to 90? (Enter: {fade})",
                    render::title(&names.other, 30)
                );
                fade = desk
                    .ask
                    .fitting(false, &question, send::days)?
                    .unwrap_or(fade);
            }
            Some(_) => {
                let other = typed(desk, home, names, Some(&words))?;
                if let Typed::Text(other) | Typed::Begun(other) = other {
                    words = other;
                }
            }
            None => {
                compose::save(home, DRAFT, &[("text", &words)], Some(fade))?;
                return compose::kept(desk, DRAFT);
            }
        }
    }
}

/// What is to become of a letter that waits.
enum Looked {
    Anew,
    Drop,
}

fn look(desk: &mut Desk, home: &Home, names: &Names, letter: &Letter) -> Result<Looked, Trouble> {
    let page = page(names, &letter.text, letter.fade);
    let told = "[Enter] leave it as it is    [w] write it anew    [x] drop it";
    match leaflet(desk, home, &page, told, &["w", "x"])? {
        Some("w") => Ok(Looked::Anew),
        Some(_) => Ok(Looked::Drop),
        None => Err(not_now()),
    }
}

fn typed(
    desk: &mut Desk,
    home: &Home,
    names: &Names,
    so_far: Option<&Confidential>,
) -> Result<Typed, Trouble> {
    let question = format!(
        "A letter to {}. It waits here until the space has ended.",
        render::title(&names.other, 30)
    );
    confidential::typed(desk, home, &question, so_far)
}

fn page(names: &Names, text: &Confidential, fade: u8) -> Zeroizing<String> {
    let other = render::title(&names.other, 30);
    let days = match fade {
        1 => "A day".to_owned(),
        days => format!("{days} days"),
    };
    let mut page = Zeroizing::new(render::heading("A LETTER, CONFIDENTIAL", "it waits here"));
    page.push('\n');
    page.push_str(&send::parts(&[("", text)]));
    page.push_str(&render::wrap(&format!(
        "\n  To {other}, who has taken space. Nothing is sent now: it stays on this device, and you \
         may rewrite or drop it until {other} has ended the space. Then it goes when your devices \
         meet, and comes to {other} closed. {other} may leave it so, open it or drop it; you are \
         never told which.\n\n  It carries no signature. {days} after {other} opens it, or 90 days \
         after it went, it is gone. {other} may still be believed, and can copy it by hand."
    )));
    page
}

fn keep(
    desk: &Desk,
    home: &mut Home,
    names: &Names,
    text: Confidential,
    (fade, from_draft): (u8, bool),
) -> Done {
    // It ended while this was written: then there is nothing to wait for, and saying it is another step.
    if home
        .space_of_other()
        .map_err(crate::trouble::home_trouble)?
        .is_none()
    {
        compose::save(home, DRAFT, &[("text", &text)], Some(fade))?;
        return compose::kept(desk, DRAFT);
    }
    let replaces = home.held_letter().map_err(compose::trouble)?.is_some();
    home.hold_letter(&Letter { text, fade })
        .map_err(compose::trouble)?;
    if from_draft {
        home.discard_draft(DRAFT).map_err(compose::trouble)?;
    }
    let other = render::title(&names.other, 30);
    let took = if replaces {
        "It takes the place of the letter that waited.\n"
    } else {
        ""
    };
    let mut said = format!(
        "{took}Your letter waits here. It goes when your devices meet, once {other} has ended the space.\n\
         To rewrite or drop it: handfast say"
    );
    if cli::has("note") {
        said.push_str("\nA page that only you see: handfast note");
    }
    desk.out.talk(&said);
    desk.out.document(
        "letter",
        json!({ "changed": true, "waits": true, "fade": fade }),
    );
    Ok(Exit::Done)
}

fn drop_it(desk: &Desk, home: &mut Home) -> Done {
    home.drop_letter().map_err(compose::trouble)?;
    desk.out
        .talk("The letter is gone. There is room for another one: handfast say");
    desk.out
        .document("letter", json!({ "changed": true, "waits": false }));
    Ok(Exit::Done)
}
