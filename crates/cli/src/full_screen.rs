//! A screen of its own while something full screen is open: the terminal is as it was before however
//! it ends, and it closes by itself when this is locked or nobody is there (S46).

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::{Duration, Instant};

use node::notify::{Listener, Notice};
use ratatui::Frame;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyEvent, KeyEventKind,
};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{Clear, ClearType, size};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a look at the keyboard takes before it is asked whether this was locked meanwhile.
const TICK: Duration = Duration::from_millis(300);
/// What is open on an empty chair closes by itself, as the agent does.
const IDLE: Duration = Duration::from_secs(10 * 60);

/// The smallest terminal on which there is room for a page and its keys.
const COLUMNS: u16 = 30;
const ROWS: u16 = 8;

/// What is shown full screen.
pub(crate) trait Screen {
    /// Draws all of it.
    fn draw(&mut self, frame: &mut Frame<'_>);
    /// Takes a key on a screen of that height; true closes it.
    fn press(&mut self, key: KeyEvent, height: u16) -> bool;
    /// Takes a text that was pasted in one piece.
    fn paste(&mut self, _text: &str) {}
}

/// Why it closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A key that closes it.
    ByKey,
    /// It was locked elsewhere, nobody was there, or the system ended it.
    ByItself,
}

/// Whether there is a terminal that can be drawn on.
pub(crate) fn is_possible() -> bool {
    let plain = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let has_room = size().is_ok_and(|(columns, rows)| columns >= COLUMNS && rows >= ROWS);
    !plain && has_room && io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// What comes from the keyboard.
enum Keys {
    None,
    Some,
    /// The terminal is not there any more.
    Gone,
}

/// Whether a key waits. The terminal is asked before the library is: of one that has gone away
/// the library reads nothing, without end, and never comes back.
fn waits(at_most: Duration) -> io::Result<Keys> {
    // At once first: what the library has read already does not wait in the terminal.
    for wait in [Duration::ZERO, at_most] {
        let stdin = io::stdin();
        let keyboard = PollFd::new(&stdin, PollFlags::IN);
        let mut asked = [keyboard];
        let wait = Timespec::try_from(wait).map_err(io::Error::other)?;
        match poll(&mut asked, Some(&wait)) {
            // A signal, such as that of a changed size.
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        if asked
            .iter()
            .any(|keyboard| keyboard.revents().intersects(gone))
        {
            return Ok(Keys::Gone);
        }
        if event::poll(Duration::ZERO)? {
            return Ok(Keys::Some);
        }
    }
    Ok(Keys::None)
}

/// Shows it until its person closes it, `lock` is called elsewhere, or nobody is there.
pub(crate) fn run(screen: &mut dyn Screen, state: &Path) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let _inside = runtime.enter();
    let ear = Listener::bind(state).ok();
    let is_locked = || {
        let heard = ear.as_ref().map(|ear| {
            runtime.block_on(async { tokio::time::timeout(Duration::ZERO, ear.next()).await })
        });
        matches!(heard, Some(Ok(Ok(Notice::Lock))))
    };
    // Told to end by the system (a session that closes, a `kill`) it gives the screen back first.
    let mut ends: Vec<Signal> = [SignalKind::terminate(), SignalKind::hangup()]
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    let mut is_ended = || {
        ends.iter_mut().any(|end| {
            runtime
                .block_on(async { tokio::time::timeout(Duration::ZERO, end.recv()).await })
                .is_ok()
        })
    };
    // Gives the screen back in a panic too.
    let mut terminal = ratatui::try_init()?;
    let done = (|| {
        // What is pasted is a text, never a row of keys.
        execute!(io::stdout(), EnableBracketedPaste)?;
        // A key that was pressed before the page stood there answers nothing on it.
        while matches!(waits(Duration::ZERO)?, Keys::Some) {
            drop(event::read()?);
        }
        let mut touched = Instant::now();
        terminal.draw(|frame| screen.draw(frame))?;
        while touched.elapsed() < IDLE && !is_locked() && !is_ended() {
            match waits(TICK)? {
                Keys::None => continue,
                Keys::Gone => return Ok(Ended::ByItself),
                Keys::Some => {}
            }
            // What was typed meanwhile is taken in one go, and drawn once.
            loop {
                match event::read()? {
                    Event::Key(key) if key.kind != KeyEventKind::Release => {
                        touched = Instant::now();
                        let height = terminal.size()?.height;
                        if screen.press(key, height) {
                            return Ok(Ended::ByKey);
                        }
                    }
                    Event::Paste(text) => {
                        touched = Instant::now();
                        screen.paste(&text);
                    }
                    Event::Resize(..)
                    | Event::Key(_)
                    | Event::FocusGained
                    | Event::FocusLost
                    | Event::Mouse(_) => {}
                }
                if !matches!(waits(Duration::ZERO)?, Keys::Some) {
                    break;
                }
            }
            terminal.draw(|frame| screen.draw(frame))?;
        }
        Ok(Ended::ByItself)
    })();
    // Some terminals keep the other screen as it was left. Nothing that was written is lost because
    // a terminal has gone away meanwhile.
    let _ = execute!(io::stdout(), Clear(ClearType::All), DisableBracketedPaste);
    let _ = ratatui::try_restore();
    done
}
