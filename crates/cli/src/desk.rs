//! The desk a command is done at: who asks, who answers, where the home is, and how it is opened.

use std::path::PathBuf;

use node::{Home, Passphrase, Places};

use crate::ask::{Answers, Ask};
use crate::cli::{Everywhere, Verb};
use crate::out::Out;
use crate::passphrase;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

/// What every verb is handed.
pub(crate) struct Desk {
    pub(crate) out: Out,
    pub(crate) ask: Ask,
    pub(crate) passphrase_fd: Option<u32>,
    /// The words of this line without the program's name, as typed: what a tray keeps.
    pub(crate) line: Vec<String>,
    /// While what waited is gone through: the day on which it was written.
    pub(crate) written_on: Option<identity::Day>,
    /// The same time, of a pause or a return: which one it is about.
    pub(crate) of_pause: Option<crate::returns::Of>,
    /// What is done now is only tried: nothing is signed, asked or shown.
    pub(crate) trying: bool,
    /// What is signed now stood on its page, and nothing was asked.
    pub(crate) at_once: bool,
    /// Words that waited in the tray and are gone through now.
    pub(crate) brought: Option<node::words::Confidential>,
    /// Of the home, as it stood when this run began.
    pub(crate) marks: node::Marks,
    home: Option<PathBuf>,
    open: Option<Home>,
    /// Where one run does several things: what opens the home again after a verb that kept it.
    stays: bool,
    key: Option<node::VaultKey>,
}

/// How it is asked for.
const ASKED: &str = "Your passphrase:";

/// How often a wrong passphrase may be typed.
const TRIES: usize = 3;

impl Desk {
    pub(crate) fn new(
        everywhere: &Everywhere,
        out: Out,
        verb: Option<&Verb>,
        line: Vec<String>,
    ) -> Self {
        let marks = node::places::find(everywhere.home.as_deref())
            .ok()
            .and_then(|places| node::marks(&places).ok())
            .unwrap_or_default();
        let rehearsal = match verb {
            Some(Verb::Start(args)) => args.rehearsal,
            _ => marks.rehearsal,
        };
        Self {
            marks,
            ask: Ask::new(Answers::here(everywhere.no_input, rehearsal), out.clone()),
            out,
            passphrase_fd: everywhere.passphrase_fd,
            line,
            written_on: None,
            of_pause: None,
            trying: false,
            at_once: false,
            brought: None,
            home: everywhere.home.clone(),
            open: None,
            stays: false,
            key: None,
        }
    }

    /// From here on the home stays open until this run ends, also after a verb that closed it.
    pub(crate) fn stay_open(&mut self) {
        self.stays = true;
    }

    /// Whether somebody is there who reads what is signed.
    pub(crate) fn attended(&self) -> bool {
        self.trying || self.ask.attended()
    }

    /// Opens the home if that takes no question; whether it is open.
    pub(crate) fn open_without_asking(&mut self) -> bool {
        let Ok(places) = self.begun() else {
            return false;
        };
        if self.open.is_none() {
            self.open = match self.agent_key(&places) {
                Some(key) => Home::open(places, key).ok(),
                None => passphrase::given(self)
                    .ok()
                    .flatten()
                    .and_then(|given| Home::unlock(places, &Passphrase::new(given)).ok()),
            };
        }
        self.open.is_some()
    }

    /// The key that an agent holds. An archive has none: it is opened by the passphrase each time.
    fn agent_key(&self, places: &Places) -> Option<node::VaultKey> {
        if self.marks.archive {
            return None;
        }
        node::agent::key(places)
    }

    /// Where the home lies, whether or not it has begun.
    pub(crate) fn places(&self) -> Result<Places, Trouble> {
        node::places::find(self.home.as_deref()).map_err(|error| {
            Trouble::refused(
                "no-folder",
                format!("There is no place for a home: {}.", causes(&error)),
            )
            .hint("Name a folder: --home DIR, and HANDFAST_STATE for what must not be backed up.")
        })
    }

    /// Where the home lies that has begun.
    pub(crate) fn begun(&self) -> Result<Places, Trouble> {
        let places = self.places()?;
        if places.is_begun() {
            Ok(places)
        } else {
            let mut hint = "Begin with: handfast start\nTo see it first: handfast tour".to_owned();
            // Who left here looks for what was kept; it is named, and nothing of it is opened.
            if let Some(archive) = node::leaving::last_archive(&places) {
                hint.push_str(&format!(
                    "\nTo read the archive beside it:\n    handfast --home \"{}\" log",
                    archive.display()
                ));
            }
            Err(Trouble::refused("not-begun", "Nothing has begun here yet.").hint(hint))
        }
    }

    /// The home, open: by the agent, by a passphrase given, or by one that is asked for.
    fn open(&mut self) -> Result<Home, Trouble> {
        if let Some(home) = self.open.take() {
            return Ok(home);
        }
        let places = self.begun()?;
        let home = match self.agent_key(&places).or_else(|| self.key.clone()) {
            Some(key) => Home::open(places, key).map_err(home_trouble)?,
            None => self.unlock(places)?.0,
        };
        if self.stays {
            self.key = Some(home.key().clone());
        }
        Ok(home)
    }

    /// Does something with the open home, and keeps it open for the next verb of the same run.
    pub(crate) fn with_home<T>(
        &mut self,
        what: impl FnOnce(&mut Self, &mut Home) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut home = self.open()?;
        let done = what(self, &mut home);
        self.open = Some(home);
        done
    }

    /// The open home, for a verb that keeps it to its end.
    pub(crate) fn take_home(&mut self) -> Result<Home, Trouble> {
        self.open()
    }

    /// Whether an earlier verb of this run has opened the home.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Lets go of a home that is open, and of its key.
    pub(crate) fn close(&mut self) {
        self.key = None;
        self.open = None;
    }

    /// Keeps a home that is open already.
    pub(crate) fn hold(&mut self, home: Home) {
        if self.stays {
            self.key = Some(home.key().clone());
        }
        self.open = Some(home);
    }

    /// The home and the passphrase it was opened with, afresh, for what only the person may do.
    pub(crate) fn open_in_person(&mut self, why: &str) -> Result<(Home, Passphrase), Trouble> {
        self.open_in_person_again(why, ASKED)
    }

    /// The same; where the home stands open, `again` says why it is asked all the same.
    pub(crate) fn open_in_person_again(
        &mut self,
        why: &str,
        again: &str,
    ) -> Result<(Home, Passphrase), Trouble> {
        let places = self.begun()?;
        if !self.attended() {
            return Err(Trouble::in_person(why));
        }
        let is_open = self.open.take().is_some() || self.agent_key(&places).is_some();
        let question = if is_open { again } else { ASKED };
        // Somebody is there, so an Enter was an answer.
        self.unlock_asking(places, question).map_err(|trouble| {
            if trouble.code == "locked" {
                not_now()
            } else {
                trouble
            }
        })
    }

    /// The home, opened by the passphrase afresh, whatever the agent holds.
    pub(crate) fn unlock(&mut self, places: Places) -> Result<(Home, Passphrase), Trouble> {
        self.unlock_asking(places, ASKED)
    }

    fn unlock_asking(
        &mut self,
        places: Places,
        question: &str,
    ) -> Result<(Home, Passphrase), Trouble> {
        for turn in 1..=TRIES {
            let question = if turn == 1 { question } else { ASKED };
            let Some(typed) = passphrase::ask(self, question)? else {
                return Err(if self.attended() {
                    Trouble::left_closed()
                } else {
                    Trouble::locked()
                });
            };
            let passphrase = Passphrase::new(typed);
            match Home::unlock(places.clone(), &passphrase) {
                Ok(home) => return Ok((home, passphrase)),
                Err(error) => {
                    let trouble = home_trouble(error);
                    let again = trouble.code == "wrong-passphrase"
                        && turn < TRIES
                        && self.attended()
                        && passphrase::given(self)?.is_none();
                    if !again {
                        return Err(trouble);
                    }
                    self.out
                        .page("That does not open it. Try again, or press Enter for not now.\n");
                }
            }
        }
        Err(Trouble::locked())
    }

    /// The passphrase of an open home, afresh: for what only the person may do.
    pub(crate) fn passphrase_again(&mut self, why: &str) -> Result<Passphrase, Trouble> {
        if let Some(given) = passphrase::given(self)? {
            return Ok(Passphrase::new(given));
        }
        match self.ask.secret(why) {
            Some(typed) => Ok(Passphrase::new(typed)),
            None if self.attended() => Err(not_now()),
            None => Err(Trouble::in_person("This needs your passphrase, from you.")),
        }
    }

    /// The day here, or the day on which what waited was written.
    pub(crate) fn today(&self, home: &Home) -> identity::Day {
        self.written_on.unwrap_or_else(|| home.today())
    }
}

/// Enter was pressed at a question that a verb cannot do without: not a failure.
pub(crate) fn not_now() -> Trouble {
    Trouble {
        code: "not-now",
        message: "Not now; nothing has changed.".into(),
        hint: None,
        exit: Exit::Done,
    }
}
