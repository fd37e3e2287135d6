//! Words that are only between two people, at the keyboard: how they are typed, shown before they are
//! sent, and read (screens §2 and §3, S25, S45, S47).
//!
//! ```text
//! typed ───────┐                                       ┌─▶ home.say_words …
//! source::read ┴─▶ Confidential ─▶ send::decide ───────┤
//!                                                      └─▶ home.save_draft
//! home.look_at_words ─▶ read ─▶ a screen of its own, gone when it closes
//! ```
//!
//! In a terminal all of it stands on the alternate screen, which has no scrollback. Where that is not
//! possible, or a person has chosen plain lines (`settings plain yes`, for a screen reader), the same
//! is printed and asked line by line, and the page says that the terminal may keep it. Nothing here
//! writes a file, starts an editor, or takes words from an argument.

pub(crate) mod compose;
pub(crate) mod guided;
pub(crate) mod heard;
mod leaf;
pub(crate) mod send;
mod sheet;
pub(crate) mod source;
pub(crate) mod story;
pub(crate) mod told;

use node::Home;
use node::words::Confidential;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::full_screen::{self, Ended};
use crate::trouble::Trouble;
use leaf::Leaf;
use sheet::{Left, Sheet};

/// The longest text, in bytes: with its parts' names it stays below what an item holds.
pub(crate) const LONGEST: usize = 11 << 10;

/// What came of the prompt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A text, finished.
    Text(Confidential),
    /// Not now, with something written: whoever asked keeps it as a draft.
    Begun(Confidential),
    /// Not now, with nothing written.
    Nothing,
    /// Finished, with nothing written: this one is left out.
    LeftOut,
}

impl Typed {
    fn of(text: &str, done: bool) -> Self {
        let text = Confidential::from(text.trim_end());
        match (text.is_blank(), done) {
            (true, false) => Self::Nothing,
            (true, true) => Self::LeftOut,
            (false, true) => Self::Text(text),
            (false, false) => Self::Begun(text),
        }
    }
}

/// Asks for a text of several lines. What was written so far stands there and can be changed.
pub(crate) fn typed(
    desk: &mut Desk,
    home: &Home,
    question: &str,
    so_far: Option<&Confidential>,
) -> Result<Typed, Trouble> {
    node::words::keep_from_core_files();
    let so_far = so_far.map(Confidential::show).unwrap_or_default();
    if !has_own_screen(desk, home) {
        return Ok(lines(desk, question, so_far));
    }
    let mut sheet = Sheet::new(&crate::render::wrap(question), so_far);
    let ended = full_screen::run(&mut sheet, &home.places().state);
    let done = matches!(ended, Ok(Ended::ByKey)) && sheet.left == Some(Left::Done);
    desk.ask.was_answered();
    match (ended, Typed::of(sheet.text(), done)) {
        (Err(error), Typed::Nothing) => Err(screen(&error)),
        // What was written outlives a terminal that went away.
        (_, typed) => Ok(typed),
    }
}

/// The same, a line at a time. An empty line belongs to the text, so a dot ends it.
fn lines(desk: &mut Desk, question: &str, so_far: &str) -> Typed {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    say_that_it_stays(desk);
    desk.out.page(&crate::render::wrap(question));
    if !so_far.is_empty() {
        desk.out.page("So far:\n");
        desk.out.page(&Zeroizing::new(crate::render::quote(so_far)));
        desk.out
            .page("[Enter] leave it so    [a] add to it    [n] write it anew\n");
        match desk.ask.choose(&["a", "n"]) {
            Some("a") => text.push_str(so_far),
            Some(_) => {}
            None => return Typed::of(so_far, false),
        }
    }
    desk.out
        .page("A line with only a dot ends it; only Enter at once: not now.\n");
    let mut first = true;
    loop {
        let Some(line) = desk.ask.whole_line("  :") else {
            // The end of the input: what stands there is whole, and nothing is sent by it.
            return Typed::of(&text, !first);
        };
        if first && line.trim().is_empty() {
            return Typed::of(so_far, false);
        }
        if line.trim() == "." {
            return Typed::of(&text, true);
        }
        first = false;
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
        if text.len() > LONGEST {
            desk.out.trouble(&source::too_long());
            let fits = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(fits.unwrap_or(0));
            return Typed::of(&text, true);
        }
    }
}

/// A page of words with its keys; `None` is Enter, or nobody there.
pub(crate) fn leaflet(
    desk: &mut Desk,
    home: &Home,
    page: &str,
    told: &str,
    keys: &[&'static str],
) -> Result<Option<&'static str>, Trouble> {
    node::words::keep_from_core_files();
    if !has_own_screen(desk, home) {
        say_that_it_stays(desk);
        // What was pasted beyond the end of a text presses no key here.
        if desk.ask.is_terminal() {
            let _ =
                rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
        }
        desk.out.page(page);
        desk.out.page(&format!("\n{}\n", told.trim_end()));
        return Ok(desk.ask.choose(keys));
    }
    let mut leaf = Leaf::new(page, told, keys, desk.out.colours());
    full_screen::run(&mut leaf, &home.places().state).map_err(|e| screen(&e))?;
    desk.ask.was_answered();
    Ok(leaf.pressed)
}

/// Shows words to be read; they are gone when the page closes.
pub(crate) fn read(desk: &mut Desk, home: &Home, page: &str) -> Result<(), Trouble> {
    if has_own_screen(desk, home) {
        return leaflet(desk, home, page, "[Enter] close this page", &[]).map(drop);
    }
    node::words::keep_from_core_files();
    say_that_it_stays(desk);
    desk.out.data(page);
    Ok(())
}

/// Before words stand where they stay.
fn say_that_it_stays(desk: &Desk) {
    if desk.ask.is_terminal() {
        desk.out
            .page("Line by line: your terminal may keep what stands here.\n\n");
    }
}

/// Whether words can stand on a screen that keeps nothing.
fn has_own_screen(desk: &Desk, home: &Home) -> bool {
    desk.ask.is_terminal() && full_screen::is_possible() && !home.settings().plain && !desk.trying
}

fn screen(error: &std::io::Error) -> Trouble {
    Trouble::refused(
        "screen",
        format!("The screen cannot be used for this: {error}."),
    )
    .hint("The same, line by line: handfast settings plain yes")
}
