//! `look`: all of it full screen.

use crate::desk::Desk;
use crate::full_screen;
use crate::look::{self, Look};
use crate::menu;
use crate::out;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};

/// All of this full screen, with arrow keys
///
/// Today, the plan, days and what happened. Arrow keys go line by line, Tab or
/// 1 to 4 to another page, Enter shows all of what a line is about, q leaves.
/// The cursor stands on the chosen line, where a screen reader reads. Nothing is
/// signed from here. Where there is no terminal for it, the numbered menu comes
/// instead.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Opens it.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    if !is_possible(desk) {
        return menu::run(desk);
    }
    let places = desk.begun()?;
    let colours = desk.out.colours();
    let panes = desk.with_home(|_, home| look::gather(home, out::has_unicode()))?;
    look::run(Look::new(panes), &places.state, colours).map_err(|error| {
        Trouble::refused(
            "screen",
            format!("The full screen is not possible here: {error}."),
        )
        .hint("The same, line by line: handfast")
    })?;
    Ok(Exit::Done)
}

/// Whether there is a terminal that can be drawn on, and somebody before it.
fn is_possible(desk: &Desk) -> bool {
    desk.attended() && !desk.out.json() && full_screen::is_possible()
}
