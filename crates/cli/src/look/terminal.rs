//! The keyboard before the view: which key means what.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyboard has more keys than mean something here"
)]

use std::io;
use std::path::Path;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Key, Look, draw};
use crate::full_screen::{self, Screen};

/// Shows it until its person leaves, `lock` is called elsewhere, or nobody is there.
pub(crate) fn run(look: Look, state: &Path, colours: bool) -> io::Result<()> {
    full_screen::run(&mut Looking { look, colours }, state).map(drop)
}

struct Looking {
    look: Look,
    colours: bool,
}

impl Screen for Looking {
    fn draw(&mut self, frame: &mut Frame<'_>) {
        self.look.draw(frame, self.colours);
    }

    fn press(&mut self, key: KeyEvent, height: u16) -> bool {
        if leaves(key) {
            return true;
        }
        if let Some(key) = meant(key) {
            self.look.press(key, draw::page(height));
        }
        false
    }
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
