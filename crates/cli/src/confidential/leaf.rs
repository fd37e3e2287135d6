//! A page of words on a screen of its own, with the keys that it takes; what is longer than the
//! screen is scrolled, since that screen keeps nothing.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyboard has more keys than mean something here"
)]

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Position};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use zeroize::Zeroizing;

use crate::full_screen::Screen;
use crate::look;
use crate::render;

/// The page, and what was pressed.
pub(super) struct Leaf<'a> {
    rows: Vec<Zeroizing<String>>,
    /// The keys, as they are told; they stay at the bottom.
    told: Vec<&'a str>,
    keys: &'a [&'static str],
    top: usize,
    /// Rows that are shown at once, as it was drawn last.
    height: usize,
    colours: bool,
    pub(super) pressed: Option<&'static str>,
}

impl<'a> Leaf<'a> {
    pub(super) fn new(page: &str, told: &'a str, keys: &'a [&'static str], colours: bool) -> Self {
        let rows = page.trim_end().lines();
        Self {
            rows: rows.map(|row| Zeroizing::new(row.to_owned())).collect(),
            told: told.trim_end().lines().collect(),
            keys,
            top: 0,
            height: 1,
            colours,
            pressed: None,
        }
    }

    fn last_top(&self) -> usize {
        self.rows.len().saturating_sub(self.height)
    }

    fn scroll(&mut self, by: isize) {
        self.top = self.top.saturating_add_signed(by).min(self.last_top());
    }
}

/// The keys in rows that fit: none is cut off, since it could not be pressed then.
fn keys_within(told: &[&str], columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for line in told {
        let mut row = String::new();
        for key in line.split("    ") {
            if row.is_empty() {
                row.push_str(key);
            } else if render::width(&row) + 4 + render::width(key) <= columns {
                row.push_str("    ");
                row.push_str(key);
            } else {
                rows.push(std::mem::replace(&mut row, key.to_owned()));
            }
        }
        rows.push(row);
    }
    rows
}

impl Screen for Leaf<'_> {
    fn draw(&mut self, frame: &mut Frame<'_>) {
        let told_rows = keys_within(&self.told, usize::from(frame.area().width));
        let told = u16::try_from(told_rows.len()).unwrap_or(1);
        let [body, more, keys] = Layout::vertical([
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(told),
        ])
        .areas(frame.area());
        self.height = usize::from(body.height).max(1);
        self.top = self.top.min(self.last_top());
        let rows = self.rows.iter().skip(self.top).take(self.height);
        let rows: Vec<Line<'_>> = rows.map(|row| look::painted(row, self.colours)).collect();
        frame.render_widget(Paragraph::new(rows), body);
        if self.rows.len() > self.height {
            let said = if self.top < self.last_top() {
                "It goes on: arrow down, or the space bar."
            } else {
                "This is the end of it. Arrow up goes back."
            };
            frame.render_widget(Paragraph::new(said), more);
        }
        let told: Vec<Line<'_>> = told_rows.into_iter().map(Line::from).collect();
        frame.render_widget(Paragraph::new(told), keys);
        let last = keys.y.saturating_add(keys.height.saturating_sub(1));
        frame.set_cursor_position(Position::new(keys.x, last));
    }

    fn press(&mut self, key: KeyEvent, _: u16) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let page = isize::try_from(self.height).unwrap_or(1);
        match key.code {
            KeyCode::Enter | KeyCode::Esc => return true,
            KeyCode::Char('c' | 'd') if control => return true,
            KeyCode::Char(c) if !control => {
                let typed = c.to_lowercase().to_string();
                self.pressed = self.keys.iter().find(|key| **key == typed).copied();
                match self.pressed {
                    Some(_) => return true,
                    None if c == ' ' => self.scroll(page),
                    None => {}
                }
            }
            KeyCode::Up => self.scroll(-1),
            KeyCode::Down => self.scroll(1),
            KeyCode::PageUp => self.scroll(-page),
            KeyCode::PageDown => self.scroll(page),
            KeyCode::Home => self.top = 0,
            KeyCode::End => self.top = self.last_top(),
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn screen(leaf: &mut Leaf<'_>) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(60, 8)).unwrap();
        terminal.draw(|frame| leaf.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| (0..60).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..8).map(|y| row(y).trim_end().to_owned()).collect()
    }

    fn press(leaf: &mut Leaf<'_>, code: KeyCode) -> bool {
        leaf.press(KeyEvent::new(code, KeyModifiers::NONE), 8)
    }

    #[test]
    fn what_is_longer_than_the_screen_can_be_read_to_its_end() {
        let page: String = (1..=20).map(|n| format!("row {n}\n")).collect();
        let mut leaf = Leaf::new(&page, "[Enter] not now    [y] send\n", &["y"], false);
        let first = screen(&mut leaf);
        assert_eq!(first[0], "row 1");
        assert!(first[6].starts_with("It goes on"), "{first:?}");
        assert!(first[7].starts_with("[Enter] not now"));
        for _ in 0..9 {
            assert!(!press(&mut leaf, KeyCode::Char(' ')));
            screen(&mut leaf);
        }
        let last = screen(&mut leaf);
        assert_eq!(last[5], "row 20");
        assert!(last[6].starts_with("This is the end"));
        assert!(press(&mut leaf, KeyCode::Char('Y')));
        assert_eq!(leaf.pressed, Some("y"));
    }

    #[test]
    fn no_key_is_cut_off_on_a_narrow_screen() {
        let told = [
            "[Enter] keep as a draft    [y] send    [f] fade sooner or later",
            "[w] other words",
        ];
        let rows = keys_within(&told, 40);
        assert!(rows.iter().all(|row| row.len() <= 40), "{rows:?}");
        assert_eq!(rows.join("    "), told.join("    "));
        assert_eq!(keys_within(&told, 80), told);
    }

    /// Enter is not now, a key that means nothing does nothing, and pasted letters press none.
    #[test]
    fn enter_is_not_now() {
        let mut leaf = Leaf::new("one row", "[Enter] not now    [y] send", &["y"], false);
        screen(&mut leaf);
        assert!(!press(&mut leaf, KeyCode::Char('z')));
        leaf.paste("y");
        assert_eq!(leaf.pressed, None);
        assert!(press(&mut leaf, KeyCode::Enter));
        assert_eq!(leaf.pressed, None);
        assert!(!screen(&mut leaf)[6].contains("goes on"));
    }
}
