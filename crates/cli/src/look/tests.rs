//! The view on a screen of lines and columns, without a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;

fn look() -> Look {
    let line = |n: usize| Row {
        text: if n % 5 == 4 {
            String::new()
        } else {
            format!("  line {n}")
        },
        whole: n
            .is_multiple_of(2)
            .then(|| format!("whole of {n}\n  | word\u{1b}[31m")),
    };
    let pane = |name, count| Pane {
        name,
        rows: (0..count).map(line).collect(),
    };
    Look::new(vec![
        pane("Today", 4),
        pane("Plan", 60),
        pane("Days", 0),
        pane("Log", 9),
    ])
}

/// The lines of the screen, and where the cursor stands.
fn screen(look: &mut Look) -> (Vec<String>, u16) {
    let mut terminal = Terminal::new(TestBackend::new(40, 12)).unwrap();
    terminal.draw(|frame| look.draw(frame, true)).unwrap();
    let cursor = terminal.get_cursor_position().unwrap();
    assert_eq!(cursor.x, 0);
    let buffer = terminal.backend().buffer();
    let line = |y| (0..40).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let lines = (0..12).map(|y| line(y).trim_end().to_owned()).collect();
    (lines, cursor.y)
}

fn at_cursor(look: &mut Look) -> String {
    let (lines, y) = screen(look);
    lines[usize::from(y)].clone()
}

#[test]
fn the_cursor_stands_on_the_chosen_line_wherever_one_goes() {
    let mut look = look();
    assert_eq!(at_cursor(&mut look), "  line 0");
    look.press(Key::Pane(1), 8);
    for key in [
        Key::Down,
        Key::Down,
        Key::Up,
        Key::PageDown,
        Key::Last,
        Key::First,
        Key::Last,
        Key::PageUp,
    ] {
        look.press(key, 8);
        let chosen = look.shown().chosen().unwrap().text.clone();
        assert!(!chosen.is_empty());
        assert_eq!(at_cursor(&mut look), chosen, "{key:?}");
    }
    look.press(Key::First, 8);
    // An empty line is stepped over.
    for _ in 0..4 {
        look.press(Key::Down, 8);
    }
    assert_eq!(at_cursor(&mut look), "  line 5");
}

#[test]
fn enter_opens_the_whole_and_goes_back_to_where_one_was() {
    let mut look = look();
    look.press(Key::Pane(3), 8);
    look.press(Key::Down, 8);
    look.press(Key::Open, 8);
    assert_eq!(at_cursor(&mut look), "  line 1", "nothing stands behind it");
    look.press(Key::Down, 8);
    look.press(Key::Open, 8);
    let (lines, y) = screen(&mut look);
    assert_eq!(lines[usize::from(y)], "whole of 2");
    // What moves a terminal does not reach it.
    assert_eq!(lines[usize::from(y) + 1], "  | word[31m");
    look.press(Key::Back, 8);
    assert_eq!(at_cursor(&mut look), "  line 2");
    look.press(Key::Open, 8);
    look.press(Key::Next, 8);
    assert_eq!(at_cursor(&mut look), "  line 0", "the first pane again");
    look.press(Key::Previous, 8);
    assert_eq!(at_cursor(&mut look), "  line 2");
}

#[test]
fn an_empty_pane_and_a_tiny_screen_are_no_trouble() {
    let mut look = look();
    look.press(Key::Pane(2), 8);
    for key in [
        Key::Down,
        Key::Up,
        Key::Last,
        Key::First,
        Key::Open,
        Key::PageDown,
    ] {
        look.press(key, 8);
        screen(&mut look);
    }
    look.press(Key::Pane(7), 8);
    look.press(Key::Pane(1), 8);
    look.press(Key::Last, 8);
    for (width, height) in [(1, 1), (3, 2), (80, 3), (10, 5)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| look.draw(frame, false)).unwrap();
    }
}

#[test]
fn the_open_pane_stands_in_brackets() {
    let mut look = look();
    assert!(screen(&mut look).0[0].contains("[1 Today]"));
    look.press(Key::Next, 8);
    assert!(screen(&mut look).0[0].contains("[2 Plan]"));
}
