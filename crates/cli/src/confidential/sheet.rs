//! Our own prompt for a text of several lines, on a screen of its own: no editor, history, scrollback
//! or file has it.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyboard has more keys than mean something here"
)]

use std::ops::Range;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Position};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use zeroize::Zeroizing;

use super::LONGEST;
use crate::full_screen::Screen;
use crate::render;

/// How it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It is finished.
    Done,
    /// Not now.
    NotNow,
}

/// A text that is being written, and where the next letter goes.
pub(super) struct Sheet {
    question: String,
    text: Zeroizing<String>,
    /// A byte of the text, at the beginning of a letter or at the end.
    at: usize,
    /// The first row on the screen.
    top: usize,
    /// As it was drawn last.
    columns: usize,
    pub(super) left: Option<Left>,
}

impl Sheet {
    pub(super) fn new(question: &str, so_far: &str) -> Self {
        // Room at once: a text that grows leaves no copies behind.
        let mut text = Zeroizing::new(String::with_capacity(2 * LONGEST));
        text.push_str(so_far);
        Self {
            question: question.to_owned(),
            at: text.len(),
            text,
            top: 0,
            columns: render::WIDTH - 6,
            left: None,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn insert(&mut self, more: &str) {
        let cleaned = Zeroizing::new(pact::text::clean(more).text);
        if self.text.len() + cleaned.len() <= LONGEST {
            self.text.insert_str(self.at, &cleaned);
            self.at += cleaned.len();
        }
    }

    fn before(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn left(&self) -> usize {
        let last = self.before().chars().next_back();
        self.at - last.map_or(0, char::len_utf8)
    }

    fn right(&self) -> usize {
        self.at + self.after().chars().next().map_or(0, char::len_utf8)
    }

    /// The rows that the text takes, as its bytes.
    fn rows(&self) -> Vec<Range<usize>> {
        let mut rows = Vec::new();
        let mut from = 0;
        for line in self.text.split('\n') {
            let end = from + line.len();
            while let Some(cut) = cut(self.text.get(from..end).unwrap_or_default(), self.columns) {
                rows.push(from..from + cut);
                from += cut;
            }
            rows.push(from..end);
            from = end + 1;
        }
        rows
    }

    /// The row of the cursor, and its column.
    fn place(&self, rows: &[Range<usize>]) -> (usize, usize) {
        let row = rows.iter().rposition(|row| row.start <= self.at);
        let row = row.unwrap_or(0);
        let start = rows.get(row).map_or(0, |row| row.start);
        let before = self.text.get(start..self.at).unwrap_or_default();
        (row, render::width(before))
    }

    /// To the same column of another row.
    fn go(&mut self, by: isize) {
        let rows = self.rows();
        let (row, column) = self.place(&rows);
        let to = row.saturating_add_signed(by).min(rows.len() - 1);
        let Some(row) = rows.get(to) else { return };
        let text = self.text.get(row.clone()).unwrap_or_default();
        let mut at = row.start;
        for c in text.chars() {
            if render::width(self.text.get(row.start..at).unwrap_or_default()) >= column {
                break;
            }
            at += c.len_utf8();
        }
        // The end of a row that goes on is the beginning of the next.
        let goes_on = rows.get(to + 1).is_some_and(|next| next.start == row.end);
        if goes_on && at == row.end {
            at -= text.chars().next_back().map_or(0, char::len_utf8);
        }
        self.at = at;
    }
}

/// Where a line that is too wide goes on: behind a space, or in the middle of a long word.
fn cut(line: &str, columns: usize) -> Option<usize> {
    let mut width = 0;
    let mut space = None;
    for (at, c) in line.char_indices() {
        width += render::width(c.encode_utf8(&mut [0; 4]));
        if width > columns && at > 0 {
            return Some(space.unwrap_or(at));
        }
        if c == ' ' {
            space = Some(at + 1);
        }
    }
    None
}

impl Screen for Sheet {
    fn draw(&mut self, frame: &mut Frame<'_>) {
        let [question, _, body, _, keys] = Layout::vertical([
            Constraint::Length(u16::try_from(self.question.lines().count()).unwrap_or(1)),
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        self.columns = usize::from(body.width.saturating_sub(6)).clamp(8, render::WIDTH - 6);
        let rows = self.rows();
        let (row, column) = self.place(&rows);
        let height = usize::from(body.height).max(1);
        self.top = self.top.clamp((row + 1).saturating_sub(height), row);
        let lines: Vec<Line<'_>> = rows
            .iter()
            .skip(self.top)
            .take(height)
            .map(|row| {
                let text = self.text.get(row.clone()).unwrap_or_default();
                Line::from(vec![Span::raw(render::MARK), Span::raw(text)])
            })
            .collect();
        let room = if self.text.len() + 500 > LONGEST {
            "Nearly full: the rest goes into another.   "
        } else {
            ""
        };
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let dim = Style::new().add_modifier(Modifier::DIM);
        let asked: Vec<Line<'_>> = self.question.lines().map(Line::from).collect();
        frame.render_widget(Paragraph::new(asked).style(bold), question);
        frame.render_widget(Paragraph::new(lines), body);
        let shown = format!("{room}Ctrl-D: done    Esc: not now");
        frame.render_widget(Paragraph::new(Span::styled(shown, dim)), keys);
        let x = u16::try_from(column + render::MARK.len()).unwrap_or(0);
        let y = u16::try_from(row - self.top).unwrap_or(0);
        frame.set_cursor_position(Position::new(body.x + x, body.y + y));
    }

    fn press(&mut self, key: KeyEvent, height: u16) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('d') if control => self.left = Some(Left::Done),
            KeyCode::Char('c') if control => self.left = Some(Left::NotNow),
            KeyCode::Esc => self.left = Some(Left::NotNow),
            KeyCode::Char(c) if !control => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Enter => self.insert("\n"),
            KeyCode::Tab => self.insert("    "),
            KeyCode::Left => self.at = self.left(),
            KeyCode::Right => self.at = self.right(),
            KeyCode::Up => self.go(-1),
            KeyCode::Down => self.go(1),
            KeyCode::PageUp => self.go(-isize::try_from(height / 2).unwrap_or(1)),
            KeyCode::PageDown => self.go(isize::try_from(height / 2).unwrap_or(1)),
            KeyCode::Home => self.at = self.before().rfind('\n').map_or(0, |end| end + 1),
            KeyCode::End => {
                let line = self.after().find('\n');
                self.at += line.unwrap_or(self.after().len());
            }
            KeyCode::Backspace => {
                let from = self.left();
                self.text.replace_range(from..self.at, "");
                self.at = from;
            }
            KeyCode::Delete => {
                let to = self.right();
                self.text.replace_range(self.at..to, "");
            }
            _ => {}
        }
        self.left.is_some()
    }

    fn paste(&mut self, text: &str) {
        self.insert(text);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn press(sheet: &mut Sheet, code: KeyCode) {
        sheet.press(KeyEvent::new(code, KeyModifiers::NONE), 24);
    }

    fn write(sheet: &mut Sheet, text: &str) {
        for c in text.chars() {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            press(sheet, code);
        }
    }

    fn screen(sheet: &mut Sheet, width: u16, height: u16) -> (Vec<String>, (u16, u16)) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| sheet.draw(frame)).unwrap();
        let at = terminal.get_cursor_position().unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| {
            (0..width)
                .map(|x| buffer[(x, y)].symbol())
                .collect::<String>()
        };
        let rows = (0..height).map(|y| row(y).trim_end().to_owned()).collect();
        (rows, (at.x, at.y))
    }

    #[test]
    fn a_text_of_several_lines_is_written_and_mended() {
        let mut sheet = Sheet::new("What?", "");
        write(&mut sheet, "one\n\nthre");
        press(&mut sheet, KeyCode::Up);
        press(&mut sheet, KeyCode::Up);
        press(&mut sheet, KeyCode::Home);
        write(&mut sheet, "No. ");
        press(&mut sheet, KeyCode::Delete);
        write(&mut sheet, "O");
        press(&mut sheet, KeyCode::PageDown);
        press(&mut sheet, KeyCode::End);
        write(&mut sheet, "ex");
        press(&mut sheet, KeyCode::Backspace);
        assert_eq!(sheet.text(), "No. One\n\nthree");
        assert!(sheet.press(KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL), 24));
        assert_eq!(sheet.left, Some(Left::Done));
    }

    /// What is pasted is one text: an empty line in it ends nothing, and no key is pressed by it.
    #[test]
    fn what_is_pasted_presses_no_key() {
        let mut sheet = Sheet::new("What?", "");
        sheet.paste("one\r\n\r\n.\r\ny\r\n\u{1b}[2J\u{4}end");
        assert_eq!(sheet.left, None);
        assert_eq!(sheet.text(), "one\n\n.\ny\n[2Jend");
    }

    #[test]
    fn a_long_line_wraps_behind_a_space_and_the_cursor_follows() {
        let mut sheet = Sheet::new("What?", "");
        write(&mut sheet, &"eight 8 ".repeat(30));
        let (rows, at) = screen(&mut sheet, 40, 8);
        assert_eq!(rows[0], "What?");
        assert!(rows.iter().all(|row| row.chars().count() <= 40), "{rows:?}");
        // The last rows are shown, with the cursor in them.
        assert!((2..6).contains(&at.1), "{at:?}");
        for _ in 0..240 {
            press(&mut sheet, KeyCode::Left);
        }
        let (rows, at) = screen(&mut sheet, 40, 8);
        assert_eq!(at, (4, 2), "{rows:?}");
        press(&mut sheet, KeyCode::Down);
        let (_, at) = screen(&mut sheet, 40, 8);
        assert_eq!(at, (4, 3));
        press(&mut sheet, KeyCode::Up);
        assert_eq!(screen(&mut sheet, 40, 8).1, (4, 2));
        // Letters of two columns and of several bytes.
        let mut sheet = Sheet::new("What?", "");
        write(&mut sheet, &"漢é".repeat(60));
        screen(&mut sheet, 40, 8);
        for _ in 0..200 {
            press(&mut sheet, KeyCode::Up);
            press(&mut sheet, KeyCode::Left);
            press(&mut sheet, KeyCode::Down);
            press(&mut sheet, KeyCode::Backspace);
        }
        screen(&mut sheet, 8, 5);
    }

    #[test]
    fn more_than_fits_is_not_taken() {
        let mut sheet = Sheet::new("What?", "");
        sheet.paste(&"x".repeat(LONGEST));
        write(&mut sheet, "y");
        assert_eq!(sheet.text().len(), LONGEST);
        assert!(!sheet.text().contains('y'));
    }
}
