//! The terminal around the view: its own screen while it is open, and as it was before however it
//! ends.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyboard has more keys than mean something here"
)]

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use node::notify::{Listener, Notice};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Key, Look, draw};

/// How long a look at the keyboard takes before it is asked whether this was locked meanwhile.
const TICK: Duration = Duration::from_millis(300);
/// An open plan on an empty chair closes by itself, as the agent does (S46).
const IDLE: Duration = Duration::from_secs(10 * 60);

/// Shows it until its person leaves, `lock` is called elsewhere, or nobody is there.
pub(crate) fn run(mut look: Look, state: &Path, colours: bool) -> io::Result<()> {
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
    // Gives the screen back in a panic too.
    let mut terminal = ratatui::try_init()?;
    let done = (|| {
        let mut touched = Instant::now();
        terminal.draw(|frame| look.draw(frame, colours))?;
        while touched.elapsed() < IDLE && !is_locked() {
            if !event::poll(TICK)? {
                continue;
            }
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    touched = Instant::now();
                    if leaves(key) {
                        break;
                    }
                    if let Some(key) = meant(key) {
                        let height = terminal.size()?.height;
                        look.press(key, draw::page(height));
                    }
                }
                Event::Resize(..) => {}
                _ => continue,
            }
            terminal.draw(|frame| look.draw(frame, colours))?;
        }
        Ok(())
    })();
    ratatui::restore();
    done
}

fn leaves(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('q' | 'Q') => !control,
        KeyCode::Char('c' | 'd') => control,
        _ => false,
    }
}

fn meant(key: KeyEvent) -> Option<Key> {
    Some(match key.code {
        KeyCode::Up | KeyCode::Char('k') => Key::Up,
        KeyCode::Down | KeyCode::Char('j') => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown | KeyCode::Char(' ') => Key::PageDown,
        KeyCode::Home => Key::First,
        KeyCode::End => Key::Last,
        KeyCode::Tab | KeyCode::Right => Key::Next,
        KeyCode::BackTab | KeyCode::Left => Key::Previous,
        KeyCode::Enter => Key::Open,
        KeyCode::Esc | KeyCode::Backspace => Key::Back,
        KeyCode::Char(digit @ '1'..='4') => {
            Key::Pane(usize::try_from(digit.to_digit(10)?.checked_sub(1)?).ok()?)
        }
        _ => return None,
    })
}
