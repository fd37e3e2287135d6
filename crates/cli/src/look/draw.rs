//! Draws what is chosen, and puts the real cursor on it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Look;

/// Lines that are not of the list: the names of the panes, an empty one, an empty one, the keys.
const AROUND: u16 = 4;

/// How many lines of a list a screen of that height shows.
pub(super) fn page(height: u16) -> usize {
    usize::from(height.saturating_sub(AROUND)).max(1)
}

impl Look {
    /// The whole screen.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, colours: bool) {
        let [names, _, body, _, keys] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let height = usize::from(body.height);
        self.list(|list| list.scroll(height));
        frame.render_widget(Paragraph::new(self.names_line()), names);
        let said = self.keys_line(usize::from(keys.width));
        let keys_line = Span::styled(said, Style::new().add_modifier(Modifier::DIM));
        frame.render_widget(Paragraph::new(Line::from(keys_line)), keys);
        let list = self.shown();
        let lines: Vec<Line<'_>> = list
            .rows
            .iter()
            .enumerate()
            .skip(list.top)
            .take(height)
            .map(|(at, row)| {
                let line = painted(&row.text, colours);
                if at == list.chosen {
                    line.patch_style(Style::new().add_modifier(Modifier::REVERSED))
                } else {
                    line
                }
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), body);
        let down = u16::try_from(list.chosen.saturating_sub(list.top)).unwrap_or(0);
        frame.set_cursor_position(Position::new(body.x, body.y.saturating_add(down)));
    }

    /// The panes, the open one in brackets: told apart without colour too.
    fn names_line(&self) -> Line<'static> {
        let mut spans = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            let key = at + 1;
            spans.push(if at == self.at {
                Span::styled(
                    format!("[{key} {name}]"),
                    Style::new().add_modifier(Modifier::BOLD),
                )
            } else {
                Span::raw(format!(" {key} {name} "))
            });
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }

    /// The keys, in as many words as there is room for; how to leave stands there on any screen.
    fn keys_line(&self, columns: usize) -> &'static str {
        let forms = if self.open.is_some() {
            [
                "Arrows: line by line    Enter or Esc: back    q: leave",
                "Arrows   Enter or Esc: back   q: leave",
                "Enter: back   q: leave",
            ]
        } else if self.has_more() {
            [
                "Arrows: line by line   Enter: all of it   Tab or 1-4: another page   q: leave",
                "Arrows   Enter: all of it   Tab: another page   q: leave",
                "Enter: more   Tab: page   q: leave",
            ]
        } else {
            [
                "Arrows: line by line    Tab or 1-4: another page    q: leave",
                "Arrows   Tab: another page   q: leave",
                "Tab: page   q: leave",
            ]
        };
        let fits = forms.into_iter().find(|form| form.len() <= columns);
        fits.unwrap_or("q: leave")
    }
}

/// A line with its marks as styles. No other control character reaches the screen.
pub(crate) fn painted(text: &str, colours: bool) -> Line<'static> {
    let mut spans = Vec::new();
    let mut style = Style::new();
    let mut piece = String::new();
    for c in text.chars() {
        let next = match c {
            '\u{1}' => Style::new().add_modifier(Modifier::BOLD),
            '\u{2}' => Style::new(),
            '\u{3}' => Style::new().add_modifier(Modifier::DIM),
            '\u{4}' if colours => Style::new().fg(Color::Green),
            '\u{5}' if colours => Style::new().fg(Color::Cyan),
            c if c.is_control() => continue,
            c => {
                piece.push(c);
                continue;
            }
        };
        spans.push(Span::styled(std::mem::take(&mut piece), style));
        style = next;
    }
    spans.push(Span::styled(piece, style));
    Line::from(spans)
}
