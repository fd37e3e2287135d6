//! The page before words are sent: that they are confidential, what that means, and the words
//! themselves (S25, screens §3).

use node::Home;
use node::words::{Confidential, MOST_DAYS};
use pact::wording::{self, Hint, Place};
use zeroize::Zeroizing;

use super::leaflet;
use crate::desk::Desk;
use crate::doing;
use crate::hints;
use crate::names::Names;
use crate::render;
use crate::trouble::Trouble;

/// What is about to be sent.
pub(crate) struct Sending<'a> {
    /// What it is, if more is to be said than its words: "A sorry. It arrives closed."
    pub(crate) says: &'a str,
    /// The words, each part under its heading; an empty heading is none.
    pub(crate) parts: &'a [(&'a str, &'a Confidential)],
    /// How many days it stays after it was opened.
    pub(crate) fade: u8,
    /// Where the wording check looks, if it was asked for.
    pub(crate) check: Option<Place>,
    /// It may be kept as a draft: else Enter is not now.
    pub(crate) draft: bool,
    /// The words can be written again from here.
    pub(crate) other_words: bool,
}

/// What its author decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    /// Send it; so many days after it was opened it is gone.
    Send(u8),
    /// Not now: keep it as a draft.
    Keep(u8),
    /// Write it again.
    OtherWords(u8),
}

/// Shows the page until it is decided.
pub(crate) fn decide(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    sending: &Sending<'_>,
) -> Result<Decided, Trouble> {
    let mut fade = sending.fade;
    loop {
        let hints = match sending.check {
            None => Vec::new(),
            Some(place) => {
                let text = whole(sending);
                wording::check(&text, place, &names.other, &hints::dismissed(home)?)
            }
        };
        let page = page(home, names, sending, fade, &hints);
        let mut told = String::from(if sending.draft {
            "[Enter] keep as a draft    [y] send    [f] fade sooner or later"
        } else {
            "[Enter] not now    [y] send    [f] fade sooner or later"
        });
        let mut keys = vec!["y", "f"];
        if sending.other_words {
            told.push_str("\n[w] other words");
            keys.push("w");
        }
        match hints.len() {
            0 => {}
            1 => told.push_str("\n[1] never remark on that again"),
            n => told.push_str(&format!("\n[1] to [{n}] never remark on that one again")),
        }
        keys.extend(["1", "2", "3"].into_iter().take(hints.len()));
        match leaflet(desk, home, &page, &told, &keys)? {
            None => return Ok(Decided::Keep(fade)),
            Some("y") => return Ok(Decided::Send(fade)),
            Some("w") => return Ok(Decided::OtherWords(fade)),
            Some("f") => fade = other_fade(desk, names, fade)?,
            Some(number) => hints::dismiss_one(desk, home, &hints, number)?,
        }
    }
}

/// All parts, for the wording check.
fn whole(sending: &Sending<'_>) -> Zeroizing<String> {
    let parts = sending.parts.iter().map(|(_, text)| text.show());
    Zeroizing::new(parts.collect::<Vec<_>>().join("\n\n"))
}

fn other_fade(desk: &mut Desk, names: &Names, now: u8) -> Result<u8, Trouble> {
    let question = format!(
        "How many days after {} opens it, 1 to {MOST_DAYS}? (Enter: {now})",
        render::title(&names.other, 30)
    );
    let typed = desk.ask.fitting(false, &question, days)?;
    Ok(typed.unwrap_or(now))
}

/// A number of days as it is typed: "7", "7d", "7 days".
pub(crate) fn days(typed: &str) -> Result<u8, Trouble> {
    let number = typed
        .trim()
        .trim_end_matches("days")
        .trim_end_matches("day")
        .trim_end_matches('d')
        .trim();
    number
        .parse::<u8>()
        .ok()
        .filter(|days| (1..=MOST_DAYS).contains(&u32::from(*days)))
        .ok_or_else(|| {
            Trouble::usage("Words stay 1 to 90 days after they are opened.")
                .code("fade")
                .hint("For example: --fade 7")
        })
}

fn page(
    home: &Home,
    names: &Names,
    sending: &Sending<'_>,
    fade: u8,
    hints: &[Hint],
) -> Zeroizing<String> {
    let mut page = Zeroizing::new(render::heading("SEND, CONFIDENTIAL", "it fades"));
    let other = render::title(&names.other, 30);
    let days = match fade {
        1 => "A day".to_owned(),
        days => format!("{days} days"),
    };
    let undo = match home.grace_ms() / 1000 {
        0 => "There is no undo now.".to_owned(),
        grace => format!("You can undo it for {}.", doing::span(grace)),
    };
    // What sending means stands above the words, so that long ones do not push it off the screen.
    page.push_str(&render::wrap(&format!(
        "\n  To {other}. {days} after {other} opens it, or 90 days from now, it is gone.\n\n  It \
         carries no signature: nothing in this program proves that you wrote it.\n  {other} may \
         still be believed, and can copy it by hand or photograph it.\n  You will not be told \
         whether it is read. {undo}\n"
    )));
    page.push('\n');
    if !sending.says.is_empty() {
        page.push_str(&render::wrap(&format!("  {}", sending.says)));
    }
    page.push_str(&parts(sending.parts));
    page.push_str(&hints::remarks(hints));
    page
}

/// Words behind the mark, each part under its heading.
pub(crate) fn parts(parts: &[(&str, &Confidential)]) -> Zeroizing<String> {
    let mut page = Zeroizing::new(String::new());
    for (heading, text) in parts.iter().filter(|(_, text)| !text.is_blank()) {
        if !heading.is_empty() {
            page.push_str(&render::wrap(&format!("  {heading}")));
        }
        page.push_str(&Zeroizing::new(render::quote(text.show())));
    }
    page
}
