//! Words as a page tells them, and as JSON gives them to a program of their reader's own.

use identity::Hash;
use node::Home;
use node::words::{Body, Confidential, Heard, Kind, Lane, Listed, Part, Talk};
use pact::calendar;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::send;
use crate::concerns;
use crate::entry::Entry;
use crate::names::Names;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// The questions of a sorry, by the names of their answers: how they are asked, and what stands over
/// the answer when it is read.
pub(crate) const SORRY: [(&str, &str, &str); 5] = [
    (
        "heard",
        "What have you heard from {other} about how it was?",
        "What I have heard from you",
    ),
    ("did", "What did you do?", "What I did"),
    (
        "affected",
        "How did it affect {other}, as far as you know?",
        "How it affected you, as far as I know",
    ),
    ("change", "What will you change?", "What I will change"),
    (
        "help",
        "What would you like to hear, if and when {other} wants?",
        "What I would like to hear, if and when you want",
    ),
];

/// What sort of words, in a list.
pub(crate) fn called(kind: Kind, lane: Lane) -> &'static str {
    match (kind, lane) {
        (Kind::Say, Lane::Practical) => "Children and bills",
        (Kind::Say, Lane::Ordinary) => "Something written",
        (Kind::Heard, _) => "How it was heard",
        (Kind::Talk, _) => "About a talk",
        (Kind::Sorry, _) => "A sorry",
        (Kind::Story, _) => "The story of a setback",
        (Kind::Letter, _) => "A letter",
        (Kind::CheckIn, _) => "A check-in",
        (Kind::Later, _) => "Something of a newer version",
    }
}

/// The same of one that is here: a request to talk and an answer to one are told apart.
pub(crate) fn called_of(listed: &Listed) -> &'static str {
    match (listed.kind, &listed.re) {
        (Kind::Talk, Some(_)) => "An answer about a talk",
        (Kind::Talk, None) => "A request to talk",
        _ => called(listed.kind, listed.lane),
    }
}

/// Its word in JSON.
pub(crate) const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Say => "say",
        Kind::Heard => "heard",
        Kind::Talk => "talk",
        Kind::Sorry => "sorry",
        Kind::Story => "story",
        Kind::Letter => "letter",
        Kind::CheckIn => "check-in",
        Kind::Later => "later",
    }
}

/// The whole of it, to be read.
pub(crate) fn page(
    home: &mut Home,
    names: &Names,
    listed: &Listed,
    body: &Body,
) -> Result<Zeroizing<String>, Trouble> {
    let today = home.today();
    let who = if listed.mine {
        format!("From you to {}", render::title(&names.other, 30))
    } else {
        format!("From {}", render::title(&names.other, 30))
    };
    let until = calendar::short_name_seen_from(listed.until, today);
    let mut page = Zeroizing::new(render::heading(&who, &format!("here until {until}")));
    page.push_str(&render::wrap(&format!(
        "{}, dated {}.",
        called_of(listed),
        calendar::name_seen_from(listed.made, today)
    )));
    if let Some(re) = &listed.re {
        page.push_str(&format!("It answers: handfast words {re}\n"));
    }
    page.push('\n');
    page.push_str(&said(home, names, body)?);
    Ok(page)
}

/// What a body says, each part under its heading.
pub(crate) fn said(
    home: &mut Home,
    names: &Names,
    body: &Body,
) -> Result<Zeroizing<String>, Trouble> {
    let one = |heading: &str, text: &Confidential| send::parts(&[(heading, text)]);
    Ok(match body {
        Body::Say(text) | Body::Letter(text) => one("", text),
        Body::Heard(Heard::Read) => plain("I read it."),
        Body::Heard(Heard::Understood(text)) => one("This is what I understood:", text),
        Body::Heard(Heard::NotQuite(text)) => one("That is not quite it:", text),
        Body::Talk(talk) => talked(talk),
        Body::Sorry {
            about,
            promise,
            parts,
        } => sorry(home, names, *about, *promise, parts)?,
        Body::Story { setback, text } => {
            let mut page = plain(&about(home, names, *setback)?);
            page.push_str(&one("", text));
            page
        }
        Body::Sealed { .. } | Body::Opening(_) | Body::Later { .. } => {
            plain("This version cannot read it.")
        }
    })
}

fn plain(text: &str) -> Zeroizing<String> {
    Zeroizing::new(render::wrap(&format!("  {text}")))
}

fn talked(talk: &Talk) -> Zeroizing<String> {
    let with = |first: &str, text: &Confidential| {
        let mut page = plain(first);
        page.push_str(&send::parts(&[("", text)]));
        page
    };
    match talk {
        Talk::Ask { when, place, text } => {
            let mut page = plain("May we talk?");
            page.push_str(&send::parts(&[
                ("When:", when),
                ("Where:", place),
                ("About:", text),
            ]));
            page
        }
        Talk::Yes(text) => with("Yes, let us talk.", text),
        Talk::Later(text) => with("Not now; later.", text),
        Talk::No(text) => with("No.", text),
    }
}

fn sorry(
    home: &mut Home,
    names: &Names,
    of: Option<Hash>,
    promise: Option<Hash>,
    parts: &[Part],
) -> Result<Zeroizing<String>, Trouble> {
    let mut page = Zeroizing::new(String::new());
    if let Some(of) = of {
        page.push_str(&plain(&about(home, names, of)?));
    }
    for (name, text) in parts {
        let known = SORRY.iter().find(|(known, ..)| known == name);
        // A name that a changed program chose is that person's text too.
        let heading = match known {
            Some((_, _, heading)) => (*heading).to_owned(),
            None => render::inline(name, 40),
        };
        page.push_str(&send::parts(&[(&heading, text)]));
        if name == "change"
            && let Some(promise) = promise
        {
            page.push_str(&plain(&promised(home, promise)?));
        }
    }
    Ok(page)
}

/// "About: setback, Voices, Friday 14 March."
fn about(home: &mut Home, names: &Names, of: Hash) -> Result<String, Trouble> {
    let today = home.today();
    let view = home.view().map_err(home_trouble)?;
    Ok(match view.said(of) {
        Some((person, _, body)) => {
            let target = concerns::target(view, body, person);
            let title = target.and_then(|target| view.content(target));
            let title = title.map_or_else(String::new, |content| {
                format!(", {}", render::title(content.called(), 40))
            });
            let day = view
                .entries()
                .iter()
                .find(|entry| entry.hash == of)
                .map(|entry| entry.day);
            let day = day.map_or_else(String::new, |day| {
                format!(", {}", calendar::name_seen_from(day, today))
            });
            format!(
                "About what {} noted: {}{title}{day}.",
                render::title(names.name(person), 30),
                Entry::kind_of(body)
            )
        }
        None => "About an entry that is not here.".into(),
    })
}

fn promised(home: &mut Home, promise: Hash) -> Result<String, Trouble> {
    let view = home.view().map_err(home_trouble)?;
    Ok(match view.content(promise) {
        Some(content) => format!("The promise: {}.", render::title(content.called(), 50)),
        None => "A promise that is not here.".into(),
    })
}

/// What stands in a list, for a program.
pub(crate) fn json(listed: &Listed, names: &Names) -> Value {
    json!({
        "id": listed.handle.as_str(),
        "mine": listed.mine,
        "by": if listed.mine { &names.mine } else { &names.other },
        "kind": word(listed.kind),
        "practical": listed.lane == Lane::Practical,
        "closed": listed.closed,
        "made": calendar::iso(listed.made),
        "until": calendar::iso(listed.until),
        "answers": listed.re.as_ref().map(|re| re.as_str()),
    })
}

/// What it says, for a program.
pub(crate) fn body_json(body: &Body) -> Value {
    match body {
        Body::Say(text) | Body::Letter(text) => json!({ "text": text.show() }),
        Body::Heard(Heard::Read) => json!({ "heard": "read" }),
        Body::Heard(Heard::Understood(text)) => {
            json!({ "heard": "understood", "text": text.show() })
        }
        Body::Heard(Heard::NotQuite(text)) => json!({ "heard": "not-quite", "text": text.show() }),
        Body::Talk(Talk::Ask { when, place, text }) => json!({
            "talk": "ask", "when": when.show(), "where": place.show(), "text": text.show(),
        }),
        Body::Talk(Talk::Yes(text)) => json!({ "talk": "yes", "text": text.show() }),
        Body::Talk(Talk::Later(text)) => json!({ "talk": "later", "text": text.show() }),
        Body::Talk(Talk::No(text)) => json!({ "talk": "no", "text": text.show() }),
        Body::Sorry {
            about,
            promise,
            parts,
        } => json!({
            "about": about.map(|hash| hash.to_string()),
            "promise": promise.map(|hash| hash.to_string()),
            "parts": parts.iter().map(|(name, text)| json!({ "part": name, "text": text.show() })).collect::<Vec<_>>(),
        }),
        Body::Story { setback, text } => {
            json!({ "about": setback.to_string(), "text": text.show() })
        }
        Body::Sealed { .. } | Body::Opening(_) | Body::Later { .. } => json!({ "text": null }),
    }
}
