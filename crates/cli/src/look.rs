//! The full-screen view: today, the plan, days and what happened, side by side behind four keys.
//!
//! ```text
//! panes::gather ─▶ Look ─ key() ─▶ Look ─ draw ─▶ the terminal
//! ```
//!
//! It only looks: nothing is signed or sent from here. The real cursor always stands on the chosen
//! line, so that a screen reader reads that line; nothing moves by itself, and nothing is counted.

mod draw;
mod panes;
mod terminal;

pub(crate) use draw::painted;
pub(crate) use panes::gather;
pub(crate) use terminal::run;

/// One of the four.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pane {
    pub(crate) name: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// A line, and what stands behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// With the marks of `render` for what is strong, faint or coloured.
    pub(crate) text: String,
    /// What Enter shows.
    pub(crate) whole: Option<String>,
}

/// A list of lines of which one is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct List {
    rows: Vec<Row>,
    chosen: usize,
    /// The first line on the screen.
    top: usize,
}

/// What is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    names: Vec<&'static str>,
    lists: Vec<List>,
    at: usize,
    /// What Enter has opened, above the pane.
    open: Option<List>,
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Next,
    Previous,
    Pane(usize),
    Open,
    Back,
}

impl Look {
    pub(crate) fn new(panes: Vec<Pane>) -> Self {
        let names = panes.iter().map(|pane| pane.name).collect();
        let lists = panes.into_iter().map(|pane| List::new(pane.rows));
        Self {
            names,
            lists: lists.collect(),
            at: 0,
            open: None,
        }
    }

    /// Does what a key means; `page` is how many lines the screen shows.
    fn press(&mut self, key: Key, page: usize) {
        let panes = self.lists.len().max(1);
        match key {
            Key::Up => self.list(|list| list.step(false)),
            Key::Down => self.list(|list| list.step(true)),
            Key::PageUp => self.list(|list| (1..page).for_each(|_| list.step(false))),
            Key::PageDown => self.list(|list| (1..page).for_each(|_| list.step(true))),
            Key::First => self.list(|list| list.go(0)),
            Key::Last => self.list(|list| list.go(list.rows.len())),
            Key::Next => self.turn((self.at + 1) % panes),
            Key::Previous => self.turn((self.at + panes - 1) % panes),
            Key::Pane(pane) if pane < panes => self.turn(pane),
            Key::Pane(_) => {}
            Key::Open if self.open.is_some() => self.open = None,
            Key::Open => {
                let whole = self.shown().chosen().and_then(|row| row.whole.clone());
                self.open = whole.map(|text| List::new(panes::rows(&text)));
            }
            Key::Back => self.open = None,
        }
    }

    fn turn(&mut self, pane: usize) {
        self.open = None;
        self.at = pane;
    }

    fn list(&mut self, change: impl FnOnce(&mut List)) {
        let list = self.open.as_mut().or_else(|| self.lists.get_mut(self.at));
        list.map(change);
    }

    /// What stands on the screen now.
    fn shown(&self) -> &List {
        const EMPTY: &List = &List {
            rows: Vec::new(),
            chosen: 0,
            top: 0,
        };
        let pane = || self.lists.get(self.at).unwrap_or(EMPTY);
        self.open.as_ref().unwrap_or_else(pane)
    }

    /// Whether Enter would show more.
    fn has_more(&self) -> bool {
        self.open.is_none() && self.shown().chosen().is_some_and(|row| row.whole.is_some())
    }
}

impl List {
    fn new(rows: Vec<Row>) -> Self {
        let mut list = Self {
            rows,
            chosen: 0,
            top: 0,
        };
        list.go(0);
        list
    }

    fn chosen(&self) -> Option<&Row> {
        self.rows.get(self.chosen)
    }

    /// Empty lines are not chosen: there is nothing to read on them.
    fn is_empty_line(&self, at: usize) -> bool {
        self.rows
            .get(at)
            .is_none_or(|row| row.text.trim().is_empty())
    }

    fn step(&mut self, down: bool) {
        let mut at = self.chosen;
        loop {
            let next = if down {
                at.checked_add(1)
            } else {
                at.checked_sub(1)
            };
            match next {
                Some(next) if next < self.rows.len() => at = next,
                _ => return,
            }
            if !self.is_empty_line(at) {
                self.chosen = at;
                return;
            }
        }
    }

    /// To a line, or to the nearest one with something on it.
    fn go(&mut self, at: usize) {
        let last = self.rows.len().saturating_sub(1);
        self.chosen = at.min(last);
        if self.is_empty_line(self.chosen) {
            let before = self.chosen;
            self.step(at == 0);
            if self.chosen == before {
                self.step(at != 0);
            }
        }
    }

    /// Keeps the chosen line on a screen of so many lines.
    fn scroll(&mut self, height: usize) {
        let height = height.max(1);
        if self.chosen < self.top {
            self.top = self.chosen;
        } else if self.chosen >= self.top + height {
            self.top = self.chosen + 1 - height;
        }
        // The heading above the first line comes back with it.
        if self
            .rows
            .iter()
            .take(self.chosen)
            .all(|row| row.text.trim().is_empty())
        {
            self.top = 0;
        }
    }
}

#[cfg(test)]
mod tests;
