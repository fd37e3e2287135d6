//! Questions to a person. Enter always means "not now", and so does the end of the input.

use std::io::{BufRead, IsTerminal};

use zeroize::Zeroizing;

use crate::keyboard;
use crate::out::Out;
use crate::trouble::Trouble;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// A person at a terminal.
    Terminal,
    /// A pipe, in a rehearsal home alone.
    Pipe,
    /// Nobody: a script, a cron job, or `--no-input`.
    Nobody,
}

impl Answers {
    /// Who answers in a home of this kind.
    pub(crate) fn here(no_input: bool, rehearsal: bool) -> Self {
        if no_input {
            Self::Nobody
        } else if std::io::stdin().is_terminal() {
            Self::Terminal
        } else if rehearsal {
            Self::Pipe
        } else {
            Self::Nobody
        }
    }

    /// Whether somebody is there to read what is signed.
    pub(crate) fn attended(self) -> bool {
        self != Self::Nobody
    }
}

/// How often a key that means nothing is asked for again.
const PATIENCE: usize = 3;

/// Asks one line at a time.
#[derive(Debug)]
pub(crate) struct Ask {
    answers: Answers,
    out: Out,
    /// Where standard input holds something else.
    keyboard: Option<std::io::BufReader<std::fs::File>>,
    /// Whether something was asked and answered in this run.
    answered: bool,
    /// Every question is left for now: what asks is only tried.
    trying: bool,
    /// The key that was pressed already, for the first page that takes it.
    pressed: Option<&'static str>,
    /// Whether a screen of its own is open.
    own_screen: bool,
    /// What Ctrl-C does is said by who hears of it first.
    told_elsewhere: bool,
}

impl Ask {
    pub(crate) fn new(answers: Answers, out: Out) -> Self {
        Self {
            answers,
            out,
            keyboard: None,
            answered: false,
            trying: false,
            pressed: None,
            own_screen: false,
            told_elsewhere: false,
        }
    }

    /// From here on somebody else hears of Ctrl-C, and says what it does; or nobody does.
    pub(crate) fn told_elsewhere(&mut self, told: bool) {
        self.told_elsewhere = told;
    }

    /// From here on every question is left for now, or none is.
    pub(crate) fn try_only(&mut self, trying: bool) {
        self.trying = trying;
    }

    /// A key that was pressed already, on a page that showed the same; nothing takes it back.
    pub(crate) fn press(&mut self, key: Option<&'static str>) {
        self.pressed = key;
    }

    /// Whether somebody can be asked now; what was held back is shown before the question.
    fn can_ask(&self) -> bool {
        if self.trying || !self.attended() {
            return false;
        }
        if let Some(held) = self.out.release() {
            self.out.page(&held);
        }
        true
    }

    pub(crate) fn attended(&self) -> bool {
        self.answers.attended()
    }

    /// Whether something was answered on the way, so that the typed line alone is not the wish.
    pub(crate) fn answered(&self) -> bool {
        // What is only tried shows its page, and goes no further.
        self.answered || self.trying
    }

    /// Something was chosen for this person: what is signed then waits for a yes.
    pub(crate) fn chosen(&mut self) {
        self.answered = true;
    }

    /// What was answered was the wish itself, with the words before one's eyes.
    pub(crate) fn decided(&mut self) {
        self.answered = false;
    }

    /// A line of text; `None` is "not now".
    pub(crate) fn line(&mut self, question: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        self.out.question(&format!("{question} "));
        let line = self.read()?;
        let line = line.trim().to_owned();
        self.answered = true;
        if self.answers == Answers::Pipe {
            // A transcript reads as the evening did.
            self.out.question(&format!("{line}\n"));
        }
        if line.is_empty() { None } else { Some(line) }
    }

    /// Takes the line that was typed last off the screen, where that can be.
    pub(crate) fn wipe_line(&self) {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if self.is_terminal() && !dumb && std::io::stderr().is_terminal() {
            self.out.question("\x1b[1A\r\x1b[2K");
        }
    }

    /// Whether somebody sits at a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.answers == Answers::Terminal && !self.trying
    }

    /// Something was asked and answered on a screen of its own.
    pub(crate) fn was_answered(&mut self) {
        self.answered = true;
    }

    /// A line as it was typed, empty ones and all; `None` is the end of the input.
    pub(crate) fn whole_line(&mut self, question: &str) -> Option<Zeroizing<String>> {
        if !self.can_ask() {
            return None;
        }
        self.out.question(&format!("{question} "));
        let line = Zeroizing::new(self.read()?);
        self.answered = true;
        let line = Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned());
        if self.answers == Answers::Pipe {
            self.out.question(&format!("{}\n", line.as_str()));
        }
        Some(line)
    }

    /// Several lines, ended by an empty one; `None` is "not now".
    pub(crate) fn text(&mut self, question: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        self.out
            .question(&format!("{question}\nAn empty line ends it.\n"));
        let mut text = String::new();
        while let Some(line) = self.line("  :") {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
        if text.is_empty() { None } else { Some(text) }
    }

    /// A line (or several) that fits: what does not is told, and that one question asked again, so
    /// that a slip loses nothing of what was typed before. `None` is "not now".
    pub(crate) fn fitting<T>(
        &mut self,
        lines: bool,
        question: &str,
        fits: impl Fn(&str) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        let mut turn = 1;
        loop {
            let typed = if lines {
                self.text(question)
            } else {
                self.line(question)
            };
            let Some(typed) = typed else { return Ok(None) };
            match fits(&typed) {
                Ok(fits) => return Ok(Some(fits)),
                Err(trouble) if turn == PATIENCE => return Err(trouble),
                Err(trouble) => self.out.trouble(&trouble),
            }
            turn += 1;
        }
    }

    /// A secret, not shown while it is typed.
    pub(crate) fn secret(&mut self, question: &str) -> Option<Zeroizing<String>> {
        if !self.can_ask() {
            return None;
        }
        match self.answers {
            Answers::Nobody => None,
            Answers::Terminal => {
                self.out.question(&format!("{question} "));
                let typed = rpassword::read_password().ok().map(Zeroizing::new)?;
                if typed.is_empty() { None } else { Some(typed) }
            }
            Answers::Pipe => {
                self.out.question(&format!("{question} "));
                let typed = Zeroizing::new(self.read()?);
                self.out.question("\n");
                let typed = Zeroizing::new(typed.trim_end_matches(['\n', '\r']).to_owned());
                if typed.is_empty() { None } else { Some(typed) }
            }
        }
    }

    /// One of these keys; `None` is "not now". The line of keys is part of the question.
    pub(crate) fn choose(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        if let Some(key) = self.pressed.take_if(|key| keys.contains(key)) {
            // Its page was shown already, word for word.
            drop(self.out.release());
            return Some(key);
        }
        for _ in 0..PATIENCE {
            let typed = self.line(">")?.to_lowercase();
            if let Some(key) = keys.iter().find(|key| **key == typed) {
                return Some(key);
            }
            self.out.page(&format!(
                "Please type {}, or only Enter for not now.\n",
                keys.join(", ")
            ));
        }
        None
    }

    /// As `choose`, on the first page alone, where Enter goes on (`Some("")`) and the end of the
    /// input does not (`None`).
    pub(crate) fn go_on(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        for _ in 0..PATIENCE {
            if !self.can_ask() {
                return None;
            }
            self.out.question("> ");
            let typed = self.read()?.trim().to_lowercase();
            if self.answers == Answers::Pipe {
                self.out.question(&format!("{typed}\n"));
            }
            if typed.is_empty() {
                return Some("");
            }
            if let Some(key) = keys.iter().find(|key| **key == typed) {
                return Some(key);
            }
            self.out.page(&format!(
                "Please type {}, or only Enter to go on.\n",
                keys.join(", ")
            ));
        }
        None
    }

    /// Yes, no, or not now.
    pub(crate) fn yes(&mut self, question: &str) -> Option<bool> {
        self.out.page(&crate::render::wrap(question));
        self.out.page("[Enter] not now    [y] yes    [n] no\n");
        self.choose(&["y", "yes", "n", "no"])
            .map(|key| key.starts_with('y'))
    }

    /// Answers come from the keyboard from now on, because standard input was something else.
    pub(crate) fn turn_to_keyboard(&mut self) {
        if self.answers == Answers::Nobody {
            self.keyboard = std::fs::File::open("/dev/tty")
                .ok()
                .map(std::io::BufReader::new);
            if self.keyboard.is_some() {
                self.answers = Answers::Terminal;
            }
        }
    }

    /// A screen of its own, in a terminal: what stands on it is gone when it closes.
    pub(crate) fn own_screen(&mut self, open: bool) {
        if self.answers == Answers::Terminal && std::io::stderr().is_terminal() && !self.trying {
            self.own_screen = open;
            self.out.question(if open {
                "\x1b[?1049h\x1b[H"
            } else {
                "\x1b[2J\x1b[?1049l"
            });
        }
    }

    /// A page for one pair of eyes: on a screen of its own, gone when Enter is pressed.
    pub(crate) fn alone_on_screen(&mut self, page: &str) {
        self.own_screen(true);
        self.out.page(page);
        self.line("\nOnly Enter closes this page.");
        self.own_screen(false);
    }

    /// Says what Ctrl-C at a question means, and ends this process by it.
    fn stopped(&mut self) -> ! {
        if self.own_screen {
            self.own_screen(false);
        }
        self.out.question("\n");
        if !self.told_elsewhere {
            self.out
                .page("Not now; from here on nothing has changed.\n");
        }
        keyboard::stop(self.told_elsewhere)
    }

    fn read(&mut self) -> Option<String> {
        if self.answers == Answers::Terminal && self.keyboard.is_none() {
            return match keyboard::line() {
                keyboard::Line::Typed(line) => Some(line),
                keyboard::Line::End => {
                    self.out.question("\n");
                    None
                }
                keyboard::Line::Stopped => self.stopped(),
            };
        }
        let mut line = String::new();
        let read = match &mut self.keyboard {
            Some(keyboard) => keyboard.read_line(&mut line),
            None => std::io::stdin().lock().read_line(&mut line),
        };
        match read {
            Ok(n) if n > 0 => Some(line),
            _ => {
                self.out.question("\n");
                None
            }
        }
    }
}
