//! Questions in a fixed order, each answered on a screen of its own: every answer is kept at once, so
//! that one can stop after any of them and go on another day; nothing is sent on the way.

use node::Home;
use node::home::Draft;
use node::words::{Confidential, Part};
use pact::wording::Place;
use zeroize::Zeroizing;

use super::compose::{fade_of, has_room, kept, part, save, trouble};
use super::send::{self, Decided, Sending};
use super::{Typed, leaflet, typed};
use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::render;
use crate::trouble::Trouble;

/// One question.
pub(crate) struct Question {
    /// The name of its answer.
    pub(crate) part: String,
    pub(crate) asks: String,
    /// What stands over the answer when it is read.
    pub(crate) heading: String,
    /// It cannot be left out.
    pub(crate) needed: bool,
}

/// What is answered, and what its draft is called.
pub(crate) struct Guided<'a> {
    pub(crate) draft: &'a str,
    pub(crate) questions: &'a [Question],
    /// What it is, on the page before it is sent.
    pub(crate) says: &'a str,
    pub(crate) fade: u8,
    pub(crate) check: Option<Place>,
}

/// What came of it.
pub(crate) enum Answered {
    /// All was answered or left out: the answers, and what else the draft holds.
    All(Draft),
    /// Kept for another day, which was said.
    Kept,
}

impl Guided<'_> {
    /// Asks what is not answered yet. The draft holds each answer as soon as it is given; what is
    /// left out stands in it as an empty one. `more` goes into a new draft.
    pub(crate) fn ask(
        &self,
        desk: &mut Desk,
        home: &mut Home,
        more: &[Part],
    ) -> Result<Answered, Trouble> {
        let mut draft = match self.begun(desk, home)? {
            Some(draft) => draft,
            None => Draft {
                name: self.draft.to_owned(),
                parts: more.to_vec(),
            },
        };
        for (n, question) in (1..).zip(self.questions) {
            let before = part(&draft, &question.part).cloned();
            // What was begun and not finished is asked again, with what stands there.
            let unfinished = part(&draft, BEGUN).is_some_and(|name| name.show() == question.part);
            if before.is_some() && !unfinished {
                continue;
            }
            let of = self.questions.len();
            let asks = if question.needed {
                format!(
                    "{n} of {of}.  {} This one is needed: ended empty, it stops here for now.",
                    question.asks
                )
            } else {
                format!(
                    "{n} of {of}.  {} To leave it out, end it empty.",
                    question.asks
                )
            };
            let answer = typed(desk, home, &asks, before.as_ref())?;
            draft.parts.retain(|(name, _)| name != BEGUN);
            let (text, stops) = match answer {
                Typed::Text(text) => (Some(text), false),
                Typed::LeftOut if !question.needed => (Some(Confidential::default()), false),
                Typed::Begun(text) => (Some(text), true),
                Typed::LeftOut | Typed::Nothing => (None, true),
            };
            if let Some(text) = text {
                put(&mut draft, &question.part, text);
                if stops {
                    put(
                        &mut draft,
                        BEGUN,
                        Confidential::from(question.part.as_str()),
                    );
                }
                home.save_draft(&draft).map_err(trouble)?;
            }
            if stops {
                let has_words = self
                    .questions
                    .iter()
                    .any(|one| part(&draft, &one.part).is_some());
                if !has_words {
                    return Err(not_now());
                }
                kept(desk, self.draft)?;
                return Ok(Answered::Kept);
            }
        }
        Ok(Answered::All(draft))
    }

    /// What was written before under that name, if its author goes on with it.
    fn begun(&self, desk: &mut Desk, home: &mut Home) -> Result<Option<Draft>, Trouble> {
        let all = home.drafts().map_err(trouble)?;
        let Some(draft) = all.into_iter().find(|draft| draft.name == self.draft) else {
            return Ok(None);
        };
        let mut page = Zeroizing::new(render::heading("A draft of yours", "here alone"));
        page.push('\n');
        page.push_str(&send::parts(&self.parts(&draft)));
        let told = "[Enter] not now    [g] go on with it    [x] throw it away";
        match leaflet(desk, home, &page, told, &["g", "x"])? {
            Some("g") => Ok(Some(draft)),
            Some(_) => {
                home.discard_draft(&draft.name).map_err(trouble)?;
                desk.out.talk("The draft is gone.");
                Err(not_now())
            }
            None => Err(not_now()),
        }
    }

    /// The answers under their headings.
    pub(crate) fn parts<'d>(&'d self, draft: &'d Draft) -> Vec<(&'d str, &'d Confidential)> {
        self.questions
            .iter()
            .filter_map(|question| Some((question.heading.as_str(), part(draft, &question.part)?)))
            .collect()
    }

    /// The answers that say something, by their names.
    pub(crate) fn answers(&self, draft: &Draft) -> Vec<Part> {
        self.questions
            .iter()
            .filter_map(|question| {
                let text = part(draft, &question.part)?;
                (!text.is_blank()).then(|| (question.part.clone(), text.clone()))
            })
            .collect()
    }

    /// The page before it is sent. Gives for how many days after it was opened, or nothing if it is
    /// kept, which was said.
    pub(crate) fn decide(
        &self,
        desk: &mut Desk,
        home: &mut Home,
        names: &Names,
        draft: &mut Draft,
    ) -> Result<Option<u8>, Trouble> {
        if let Err(trouble) = has_room(home) {
            // A sorry may be written meanwhile; it waits as a draft for when it can be sent.
            desk.out.talk(&format!("{} Until then:", trouble.message));
            kept(desk, self.draft)?;
            return Ok(None);
        }
        let mut fade = fade_of(draft).unwrap_or(self.fade);
        loop {
            let parts = self.parts(draft);
            let sending = Sending {
                says: self.says,
                parts: &parts,
                fade,
                check: self.check,
                draft: true,
                other_words: true,
            };
            match send::decide(desk, home, names, &sending)? {
                Decided::Send(days) => return Ok(Some(days)),
                Decided::Keep(days) => {
                    let parts: Vec<(&str, &Confidential)> = draft
                        .parts
                        .iter()
                        .filter(|(name, _)| name != "fade")
                        .map(|(name, text)| (name.as_str(), text))
                        .collect();
                    save(home, &draft.name, &parts, Some(days))?;
                    kept(desk, self.draft)?;
                    return Ok(None);
                }
                Decided::OtherWords(days) => {
                    fade = days;
                    self.other_words(desk, home, draft)?;
                }
            }
        }
    }

    /// One answer, written again.
    fn other_words(
        &self,
        desk: &mut Desk,
        home: &mut Home,
        draft: &mut Draft,
    ) -> Result<(), Trouble> {
        let mut page = String::new();
        for (n, question) in (1..).zip(self.questions) {
            page.push_str(&format!("  {n}  {}\n", question.heading));
        }
        page.push_str("\nWhich one? Only Enter: none.\n");
        desk.out.page(&page);
        let typed_number = desk.ask.line(">");
        let at = typed_number
            .and_then(|typed| typed.parse::<usize>().ok())
            .and_then(|n| n.checked_sub(1));
        let Some(question) = at.and_then(|at| self.questions.get(at)) else {
            return Ok(());
        };
        let before = part(draft, &question.part).cloned();
        let text = match typed(desk, home, &question.asks, before.as_ref())? {
            Typed::Text(text) | Typed::Begun(text) => text,
            Typed::LeftOut if !question.needed => Confidential::default(),
            Typed::LeftOut | Typed::Nothing => return Ok(()),
        };
        put(draft, &question.part, text);
        home.save_draft(draft).map_err(trouble)
    }
}

/// The part of a draft that names the answer which is not finished.
const BEGUN: &str = "begun";

/// Puts an answer in the place of an older one.
pub(crate) fn put(draft: &mut Draft, name: &str, text: Confidential) {
    draft.parts.retain(|(part, _)| part != name);
    draft.parts.push((name.to_owned(), text));
}
