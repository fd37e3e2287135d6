//! Today's page: thanks first, then what is new, what is yours, and what may wait (S15, S60).

use std::collections::{BTreeMap, BTreeSet};

use identity::LogId;
use pact::view::Answer;
use pact::{Body, NewsOf, View, calendar};
use serde_json::{Value, json};

use crate::check_in::OnPage;
use crate::entry::Entry;
use crate::evening::Plan;
use crate::follow;
use crate::items::Items;
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::reviews;
use crate::spaces::Spaces;
use crate::taken_back;
use crate::what;

pub(crate) mod again;
pub(crate) mod hard;
mod news;
mod pauses;
pub(crate) mod words;

/// Everything that the page is made of.
pub(crate) struct Page<'a> {
    pub(crate) view: &'a View,
    pub(crate) items: &'a Items,
    pub(crate) names: &'a Names,
    pub(crate) today: identity::Day,
    pub(crate) minute: u16,
    pub(crate) cursor: &'a BTreeMap<LogId, u64>,
    /// Signed sorries that were opened here.
    pub(crate) opened: &'a BTreeSet<String>,
    pub(crate) waiting: usize,
    /// Whether this device is open, so that opening it would show nothing of what waits.
    pub(crate) is_open: bool,
    pub(crate) devices: &'a [crate::devices::Device],
    /// Whether the other changed the draft since it was last looked at.
    pub(crate) redrafted: bool,
    /// The when-then plan that a hard evening follows.
    pub(crate) plan: Option<&'a Plan>,
    /// The pause that was taken on this machine.
    pub(crate) pause: Option<hard::Pause>,
    /// What both changed at once: a line and the command for it.
    pub(crate) both: &'a [(String, String)],
    /// Whether the last look was long ago.
    pub(crate) away: bool,
    /// Space, mine and the other's.
    pub(crate) spaces: &'a Spaces,
    /// What the other wrote in confidence, and nobody has opened here.
    pub(crate) words: &'a words::Closed,
    /// A check-in that is asked for, or that both have answered.
    pub(crate) check_in: &'a OnPage,
}

impl Page<'_> {
    pub(crate) fn text(&self, mine: bool) -> String {
        let names = self.names;
        let mut page = render::heading(
            &calendar::name(self.today),
            &format!("({})", render::title(&names.mine, 30)),
        );
        page.push_str(&self.spaces.told(names, self.today));
        if self.away {
            page.push_str(&again::greeting(self.view, self.items, names, self.today));
        }
        let mut nothing = !self.away;
        let mut section = |page: &mut String, title: &str, body: String| {
            if !body.is_empty() {
                nothing = false;
                page.push_str(&format!("\n{}\n{body}", render::strong(title)));
            }
        };
        if let Some(pause) = self.pause {
            page.push_str(&pause.row(self.today));
        }
        let hard = self.is_hard();
        // While space lasts, or after something hard, thanks do not lead.
        let later = hard || self.spaces.lasts();
        let thanks = format!("Thanks from {}", render::title(&names.other, 30));
        if !mine {
            if !later {
                section(&mut page, &thanks, self.thanks());
            }
            section(
                &mut page,
                &format!("New from {}", render::title(&names.other, 30)),
                format!("{}{}", self.news(), self.words.news()),
            );
            section(&mut page, "Between you", self.check_in.news());
        }
        let yours = self.yours();
        let late = yours.contains("handfast missed");
        section(&mut page, "Yours today", yours);
        if late || hard {
            page.push_str(&hard::calm(self.plan, late || self.is_my_hard_day()));
        }
        if !mine {
            if later {
                section(&mut page, &thanks, self.thanks());
            }
            let words = self.words.when_you_like();
            let body = format!("{}{words}", self.when_you_like());
            section(&mut page, "When you like", body);
        }
        if self.waiting > 0 {
            let row = render::row(
                "Not signed yet, written while closed or by a script",
                "",
                if self.is_open {
                    "handfast unlock --waiting"
                } else {
                    "handfast unlock"
                },
            );
            section(&mut page, "Waiting for you", row);
        }
        let wrong: String = self
            .devices
            .iter()
            .filter(|device| device.stopped)
            .map(|device| {
                let said = format!(
                    "  Something from {} does not check out; your other things are fine.",
                    render::title(&device.name, 30)
                );
                format!(
                    "{}      {}\n",
                    render::wrap(&said),
                    render::faint("handfast verify")
                )
            })
            .collect();
        section(&mut page, "To know", wrong);
        if nothing {
            page.push_str(if mine {
                "\nNothing is due today.\n"
            } else {
                "\nNothing is due today, and nothing new has come in.\n"
            });
            if !self.spaces.lasts() {
                page.push_str(&render::row(
                    "Something that was good?",
                    "",
                    "handfast thanks",
                ));
            }
        }
        page
    }

    fn thanks(&self) -> String {
        let mut out = String::new();
        let all = self.view.thanks_since(self.names.me, self.cursor);
        let (older, newest) = all.split_at(all.len().saturating_sub(news::THANKS));
        for entry in newest {
            if let Body::Thanks { text, about } = entry.body {
                out.push_str(&render::quote(text));
                if let Some(content) = about.and_then(|about| self.view.content(about)) {
                    out.push_str(&format!("  for {}\n", render::title(content.called(), 60)));
                }
            }
        }
        if let Some(from) = older.iter().map(|entry| entry.day).min() {
            out.push_str(&news::more(from));
        }
        out
    }

    fn yours(&self) -> String {
        let mut out = String::new();
        for due in self.view.due(self.names.me, self.today) {
            let title = render::title(due.content.called(), 26);
            let noted: Vec<&str> = due
                .noted
                .iter()
                .filter_map(|entry| Some(follow::word(follow::how(entry.body)?.0)))
                .collect();
            if !noted.is_empty() {
                out.push_str(&render::row(
                    &title,
                    &format!("you noted: {}", noted.join(", ")),
                    "",
                ));
                continue;
            }
            let by = match due.by {
                Some(by) if by < self.minute => format!("was by {}", calendar::time(by)),
                Some(by) => format!("by {}", calendar::time(by)),
                None => "today".into(),
            };
            // What was told ahead is neither late nor a blank.
            let told = if due.told.is_empty() {
                by
            } else {
                "said ahead".to_owned()
            };
            if due.by.is_some_and(|by| by < self.minute) && due.told.is_empty() {
                out.push_str(&render::row(&title, &told, ""));
                let short = self.items.short(due.what);
                out.push_str(&format!(
                    "    {}\n",
                    render::faint(&format!(
                        "handfast kept {short}   handfast partly {short}   handfast missed {short}"
                    ))
                ));
            } else {
                out.push_str(&render::row(
                    &title,
                    &told,
                    &format!("handfast kept {}", self.items.short(due.what)),
                ));
            }
        }
        out
    }

    fn when_you_like(&self) -> String {
        let mut out = String::new();
        for item in &self.items.0 {
            let mut theirs = item
                .offers
                .iter()
                .filter(|offer| offer.author != self.names.me && !offer.lapsed);
            // One line for one thing, also where it is offered in more than one form.
            if let Some(offer) = theirs.next() {
                let forms = if theirs.next().is_some() {
                    ", in more than one form"
                } else {
                    ""
                };
                // The same words for another time.
                let keeps = if offers::renews(item, offer) {
                    "to keep "
                } else {
                    ""
                };
                let said = format!(
                    "{} offers {keeps}{}{forms}: {}",
                    render::title(&self.names.other, 16),
                    offered_kind(offer.content.ty),
                    render::inline(offer.content.called(), 40)
                );
                out.push_str(&render::row(
                    &said,
                    "",
                    &format!("handfast plan {}", item.short),
                ));
            }
        }
        for item in self.items.0.iter().filter(|item| item.agreed.len() > 1) {
            let said = format!(
                "{}: you agreed to more than one for this; one can take their place",
                render::title(&item.title, 40)
            );
            out.push_str(&render::row(
                &said,
                "",
                &format!("handfast plan {}", item.short),
            ));
        }
        out.push_str(&self.check_in.row(self.today));
        if !self.away {
            out.push_str(&again::rows(self.view, self.items, self.names, self.today));
        }
        out
    }

    pub(crate) fn json(&self) -> Value {
        let names = self.names;
        let thanks: Vec<Value> = self
            .view
            .thanks_since(names.me, self.cursor)
            .iter()
            .filter_map(|entry| {
                let Body::Thanks { text, about } = entry.body else { return None };
                Some(json!({
                    "id": entry.hash.to_string(),
                    "day": calendar::iso(entry.day),
                    "text": text,
                    "for": about.and_then(|about| self.view.content(about)).map(|content| content.called()),
                }))
            })
            .collect();
        let new: Vec<Value> = self
            .unheard()
            .iter()
            .map(|news| {
                let (kind, text, about) = match &news.of {
                    NewsOf::Offer { content, .. } => ("offer", None, Some(content.called())),
                    NewsOf::Answer { answer, content, .. } => (
                        match answer {
                            Answer::Agree => "agree",
                            Answer::Decline => "decline",
                            Answer::Withdraw => "withdraw",
                            Answer::Complete => "complete",
                        },
                        None,
                        content.map(|content| content.called()),
                    ),
                    NewsOf::Set { content, .. } => ("set", None, content.map(|content| content.called())),
                    NewsOf::Entry(entry) => {
                        let (target, text) = if let Body::HeadsUp { target, text, .. } = entry.body {
                            (Some(*target), Some(text.as_str()))
                        } else if let Body::Follow { target, note, .. } = entry.body {
                            (Some(*target), Some(note.as_str()))
                        } else if let Body::Thanks { about, text } = entry.body {
                            (*about, Some(text.as_str()))
                        } else {
                            hard::json(entry, self.view)
                        };
                        let title = target.and_then(|target| self.view.content(target));
                        (Entry::kind_of(entry.body), text, title.map(|content| content.called()))
                    }
                };
                let mut told = json!({ "id": news.hash.to_string(), "day": calendar::iso(news.day), "entry": kind, "item": about, "text": text });
                if let (NewsOf::Answer { p, answer: Answer::Withdraw, .. }, Value::Object(told)) = (&news.of, &mut told) {
                    let what = taken_back::what(self.view, *p, names.me.other());
                    told.insert("of".into(), json!(taken_back::word(what)));
                }
                told
            })
            .collect();
        let due: Vec<Value> = self
            .view
            .due(names.me, self.today)
            .iter()
            .map(|due| {
                let noted: Vec<&str> = due
                    .noted
                    .iter()
                    .filter_map(|entry| Some(follow::word(follow::how(entry.body)?.0)))
                    .collect();
                json!({
                    "item": what::id(due.what),
                    "short": self.items.short(due.what),
                    "title": due.content.title,
                    "by": due.by.map(calendar::time),
                    "noted": noted,
                    "told": !due.told.is_empty(),
                })
            })
            .collect();
        let items = &self.items.0;
        let offers: Vec<Value> = items
            .iter()
            .flat_map(|item| {
                item.offers
                    .iter()
                    .map(move |offer| offers::json(item, offer, names))
            })
            .collect();
        let reviews: Vec<Value> = reviews::of(self.view, self.items, names, self.today, None)
            .unwrap_or_default()
            .iter()
            .map(|review| review.json(names))
            .collect();
        json!({
            "day": calendar::iso(self.today),
            "name": names.mine,
            "other": names.other,
            "met": true,
            "space": self.spaces.json(),
            "thanks": thanks,
            "new": new,
            "words": self.words.json(),
            "redrafted": self.redrafted,
            "changed_by_both": !self.both.is_empty(),
            "due": due,
            "offers": offers,
            "reviews": reviews,
            "check_in": {
                "asked": self.check_in.asked.map(calendar::iso),
                "both": self.check_in.both,
            },
            "pause": self.pause.and_then(hard::Pause::until),
            "pause_was": self.pause.and_then(hard::Pause::was),
            "tray": self.waiting,
        })
    }
}

/// What sort of thing is offered, in a sentence.
const fn offered_kind(ty: pact::ItemType) -> &'static str {
    match ty {
        pact::ItemType::WhenThen => "a plan",
        pact::ItemType::Vision => "a text",
        pact::ItemType::Questions => "a list",
        pact::ItemType::Promise
        | pact::ItemType::Boundary
        | pact::ItemType::Need
        | pact::ItemType::AboutMe => "a promise",
    }
}
