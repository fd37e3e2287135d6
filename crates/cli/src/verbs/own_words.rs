//! What `need` and `about-me` share: one's own words, written, changed and let go.

use pact::ItemType;

use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::owned::{self, Set};
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// What is done with words of one's own.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Own {
    /// Other words for one of mine
    Change {
        /// Which one: a short name, part of it, or an id; you are asked
        what: Option<String>,
        /// The words; you are asked when they are left out
        text: Option<String>,
    },
    /// Let one of mine go
    #[command(name = "let-go", visible_alias = "lift")]
    LetGo {
        /// Which one: a short name, part of it, or an id; you are asked
        what: Option<String>,
    },
}

/// Which of the two, and how it asks.
pub(crate) struct Asked {
    pub(crate) ty: ItemType,
    pub(crate) question: &'static str,
}

impl Asked {
    /// How it asks for words of that type.
    pub(crate) const fn of(ty: ItemType) -> Self {
        let question = match ty {
            ItemType::AboutMe => "How do you like to be approached?",
            ItemType::Promise
            | ItemType::WhenThen
            | ItemType::Vision
            | ItemType::Questions
            | ItemType::Boundary
            | ItemType::Need => "What do you need?",
        };
        Self { ty, question }
    }
}

/// Writes, changes or lets go.
pub(crate) fn run(asked: &Asked, own: Option<&Own>, text: Option<&str>, desk: &mut Desk) -> Done {
    let called = owned::called(asked.ty);
    let word = match own {
        None => String::new(),
        Some(Own::Change { what, .. }) => {
            let usage = format!("handfast {called} change WHAT");
            which::given(desk, what.as_deref(), Which::Own(asked.ty), &usage)?
        }
        Some(Own::LetGo { what }) => {
            let usage = format!("handfast {called} let-go WHAT");
            which::given(desk, what.as_deref(), Which::Own(asked.ty), &usage)?
        }
    };
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let (of, mut given) = match own {
        Some(Own::LetGo { .. }) => return owned::lift(desk, asked.ty, &word, false),
        Some(Own::Change { text, .. }) => {
            let found = desk.with_home(|desk, home| {
                let names = Names::of(home)?;
                let today = desk.today(home);
                let found = owned::mine(home, &names, asked.ty, &word, today)?;
                let view = home.view().map_err(home_trouble)?;
                if view.has_unreadable_of(names.me, &crate::doing::about(found.0.what)) {
                    return Err(owned::unreadable(&found.0));
                }
                if text.is_none() {
                    let words = owned::words(&found.1, &names);
                    desk.out.page(&format!("Now:\n{}", render::quote(&words)));
                }
                Ok(found)
            })?;
            (Some(found), text.clone())
        }
        None => (None, text.map(str::to_owned)),
    };
    let me = desk.with_home(|_, home| Ok(Names::of(home)?.me))?;
    loop {
        let text = match given.take() {
            Some(text) => text,
            None => desk.ask.text(asked.question).ok_or_else(not_now)?,
        };
        if text.trim().is_empty() {
            let called = owned::called(asked.ty);
            return Err(Trouble::usage("It needs words.")
                .code(called)
                .hint(format!("For example: handfast {called} \"TEXT\"")));
        }
        let content = owned::content(asked.ty, me, &text);
        match owned::set(desk, content, of.as_ref(), None)? {
            Set::Signed | Set::Same => return Ok(Exit::Done),
            Set::Anew => {}
        }
    }
}
