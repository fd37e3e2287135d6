//! Where words go: standard output is data, standard error is talk, and `--json` puts one
//! document where the data was.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, Write};
use std::rc::Rc;

use serde_json::Value;

use crate::menu;
use crate::narrow;
use crate::render;
use crate::trouble::Trouble;

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// In a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two streams and how to write on them.
#[derive(Debug, Clone)]
pub(crate) struct Out {
    json: bool,
    quiet: bool,
    colour_data: bool,
    colour_talk: bool,
    /// What was said meanwhile, while what is said is held back.
    held: Rc<RefCell<Option<String>>>,
    /// Whether the numbered menu is open, so that verbs are told by their numbers.
    menu: Rc<Cell<bool>>,
}

impl Out {
    pub(crate) fn new(json: bool, quiet: bool, when: When) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let colour = |terminal: bool| match when {
            When::Auto => terminal && !plain,
            When::Always => true,
            When::Never => false,
        };
        Self {
            json,
            quiet,
            colour_data: colour(std::io::stdout().is_terminal()),
            colour_talk: colour(std::io::stderr().is_terminal()),
            held: Rc::default(),
            menu: Rc::default(),
        }
    }

    /// From here on verbs are told by their numbers in the menu too, or no more.
    pub(crate) fn in_menu(&self, open: bool) {
        self.menu.set(open);
    }

    /// As it is shown: in the menu with its numbers, and no wider than the terminal.
    fn shown<'a>(&self, text: &'a str, columns: usize) -> Cow<'a, str> {
        let text = if self.menu.get() {
            menu::with_numbers(text)
        } else {
            Cow::Borrowed(text)
        };
        match narrow::fit(&text, columns) {
            Cow::Borrowed(_) => text,
            Cow::Owned(narrow) => Cow::Owned(narrow),
        }
    }

    /// From here on nothing is shown: it is held back until [`Out::release`].
    pub(crate) fn hold(&self) {
        *self.held.borrow_mut() = Some(String::new());
    }

    /// What was held back, if anything was to be; from here on things are shown again.
    pub(crate) fn release(&self) -> Option<String> {
        self.held.borrow_mut().take()
    }

    /// Keeps it if things are held back.
    fn keeps(&self, text: &str) -> bool {
        let mut held = self.held.borrow_mut();
        if let Some(held) = held.as_mut() {
            held.push_str(text);
        }
        held.is_some()
    }

    /// Whether what is shown on standard output has colours.
    pub(crate) fn colours(&self) -> bool {
        self.colour_data
    }

    /// Whether the answer is to be one JSON document.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// A screen of data. Nothing when JSON was asked for.
    pub(crate) fn data(&self, text: &str) {
        self.verbatim(&self.shown(text, narrow::of_stdout()));
    }

    /// The same, for what another program reads: no line of it is wrapped.
    pub(crate) fn verbatim(&self, text: &str) {
        if !self.json && !self.keeps(text) {
            write_all(
                &mut std::io::stdout().lock(),
                &paint(text, self.colour_data),
            );
        }
    }

    /// Something told beside the data; `--quiet` drops it.
    pub(crate) fn talk(&self, text: &str) {
        if !self.quiet {
            self.page(&render::wrap(text));
        }
    }

    /// A laid-out page beside the data; shown even under `--quiet`, because what follows is a question.
    pub(crate) fn page(&self, text: &str) {
        if !self.keeps(text) {
            let text = self.shown(text, narrow::of_stderr());
            write_all(
                &mut std::io::stderr().lock(),
                &paint(&text, self.colour_talk),
            );
        }
    }

    /// A question, without a line end.
    pub(crate) fn question(&self, text: &str) {
        let text = self.shown(text, narrow::of_stderr());
        let mut err = std::io::stderr().lock();
        // Nobody is left to tell when standard error is gone.
        let _ = write!(err, "{text}").and_then(|()| err.flush());
    }

    /// The one document of this command.
    pub(crate) fn document(&self, kind: &str, fields: Value) {
        if self.json && self.held.borrow().is_none() {
            write_all(
                &mut std::io::stdout().lock(),
                &format!("{}\n", document(kind, fields)),
            );
        }
    }

    /// What went wrong, and what to do next.
    pub(crate) fn trouble(&self, trouble: &Trouble) {
        let mut err = std::io::stderr().lock();
        if self.json {
            let fields = serde_json::json!({
                "code": trouble.code,
                "message": plain(&trouble.message),
                "hint": trouble.hint,
            });
            write_all(&mut err, &format!("{}\n", document("error", fields)));
            return;
        }
        let mut text = render::wrap(&plain(&trouble.message));
        if let Some(hint) = &trouble.hint {
            text.push_str(&render::wrap(hint));
        }
        write_all(&mut err, &self.shown(&text, narrow::of_stderr()));
    }
}

/// Whether the terminal shows more than ASCII, as far as its environment says.
pub(crate) fn has_unicode() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    let utf8 = locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    utf8 && !set("TERM").is_some_and(|term| term == "dumb" || term == "linux")
}

/// `{"handfast":1,"kind":…` first, so that a person who reads it sees what it is.
fn document(kind: &str, fields: Value) -> String {
    let head = format!("{{\"handfast\":1,\"kind\":{}", Value::from(kind));
    let fields = fields.to_string();
    match fields.strip_prefix('{') {
        Some("}") | None => format!("{head}}}"),
        Some(rest) => format!("{head},{rest}"),
    }
}

/// The system's words without its numbers: "File exists (os error 17)" is said as "File exists".
fn plain(message: &str) -> String {
    let mut rest = message;
    let mut said = String::new();
    while let Some((before, after)) = rest.split_once(" (os error ") {
        said.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    said.push_str(rest);
    said
}

fn write_all(stream: &mut dyn Write, text: &str) {
    // A reader that went away (`| head`) is not our failure.
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}

/// Headings are marked with U+0001 and U+0002 by `render::strong`, faint text with U+0003 and
/// U+0002, what is kept and what is on the way with U+0004 and U+0005. Nothing is ever red.
/// Control characters cannot come from anybody's text, which is filtered before.
fn paint(text: &str, colour: bool) -> String {
    if colour {
        text.replace('\u{1}', "\x1b[1m")
            .replace('\u{3}', "\x1b[2m")
            .replace('\u{4}', "\x1b[32m")
            .replace('\u{5}', "\x1b[36m")
            .replace('\u{2}', "\x1b[0m")
    } else {
        text.replace(['\u{1}', '\u{2}', '\u{3}', '\u{4}', '\u{5}'], "")
    }
}
