//! One thing that happened, as a line a person reads and as JSON.

use identity::{Day, Hash, Person};
use node::home::Kept;
use pact::{Body, Reading, View, calendar};
use serde_json::{Value, json};

use crate::concerns;
use crate::follow;
use crate::names::Names;
use crate::render;
use crate::spoken;
use crate::taken_back;

/// One entry, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) person: Person,
    pub(crate) day: Day,
    pub(crate) id: Hash,
    pub(crate) kind: &'static str,
    /// What it says, after the name: "kept: Home by six".
    pub(crate) says: String,
    /// What its author wrote, to stand behind the mark.
    pub(crate) text: Option<String>,
    /// A remark of ours.
    pub(crate) remark: Option<&'static str>,
    /// Of a return: its pause.
    pub(crate) pause: Option<Hash>,
    /// After what and before what it was said, if that was asked for.
    pub(crate) order: Option<Placed>,
}

/// What is provable about when something was said (S51).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// "dated 5 March by Ben; after ..., before ...".
    pub(crate) said: String,
    pub(crate) after: Option<Hash>,
    pub(crate) before: Option<Hash>,
}

impl Entry {
    /// Tells a record.
    pub(crate) fn of(kept: &Kept, view: &View, names: &Names, today: Day) -> Self {
        let record = &kept.record;
        let reading = pact::read(record.kind(), record.body());
        let mut entry = Self {
            person: kept.person,
            day: record.day(),
            id: record.hash(),
            kind: "unreadable",
            says: "wrote something that this version cannot read".into(),
            text: None,
            remark: None,
            pause: None,
            order: None,
        };
        match &reading {
            Reading::Act(act) => entry.tell(&act.body, view, names, today),
            Reading::Edit => {
                entry.kind = "edit";
                entry.says = "changed the draft".into();
            }
            Reading::UnknownCritical | Reading::UnknownIgnorable => {}
            Reading::Malformed(_) => {
                entry.kind = "malformed";
                entry.says = "wrote something that does not check out; it has no effect".into();
            }
        }
        if !kept.counts {
            entry.remark = Some("a device that no longer counts signed this; disowned");
        } else if record.flags().unattended && entry.kind != "checked-in" {
            entry.remark = Some("by a script");
        }
        entry
    }

    fn tell(&mut self, body: &Body, view: &View, names: &Names, today: Day) {
        let called = |of: &Hash| match view.content(*of) {
            Some(content) => render::title(content.called(), 44),
            None => "something that is not here".into(),
        };
        let day = |day: Day| calendar::name_seen_from(day, today);
        let text = |text: &str| {
            if text.is_empty() {
                None
            } else {
                Some(text.to_owned())
            }
        };
        self.kind = Self::kind_of(body);
        (self.says, self.text) = match body {
            Body::Propose {
                content,
                until,
                answers,
                ..
            } => (
                format!(
                    "{}: {}",
                    if answers.is_some() {
                        "offered instead"
                    } else {
                        "offered"
                    },
                    render::title(content.called(), 44)
                ),
                text(&format!(
                    "{}\n(It counts until the end of {}.)",
                    crate::items::words(content, names),
                    calendar::short_name_seen_from(*until, self.day)
                )),
            ),
            Body::Agree { p } => (format!("agreed: {}", called(p)), None),
            Body::Decline { p } => (format!("declined: {}", called(p)), None),
            Body::Withdraw { p } => {
                let of = view.said(*p).map(|(_, _, body)| body);
                let says = if matches!(of, Some(Body::Summary { .. })) {
                    "stopped a summary".to_owned()
                } else {
                    taken_back::did(view, *p, self.person, &called(p), today)
                };
                (says, None)
            }
            Body::Complete { p } => (format!("let go with thanks: {}", called(p)), None),
            Body::Follow {
                target,
                on,
                how,
                note,
                ..
            } => {
                let when = if *on == self.day {
                    String::new()
                } else {
                    format!(", for {}", day(*on))
                };
                (
                    format!("says {}: {}{when}", follow::word(*how), called(target)),
                    text(note),
                )
            }
            Body::Thanks { text: words, about } => (
                match about {
                    Some(about) => format!("says thanks, for {}", called(about)),
                    None => "says thanks".into(),
                },
                text(words),
            ),
            Body::HeadsUp {
                target,
                from,
                to,
                text: words,
            } => {
                let when = match (from == to, *from == self.day) {
                    (true, true) => String::new(),
                    (true, false) => format!(", for {}", day(*from)),
                    (false, _) => format!(", for {} to {}", day(*from), day(*to)),
                };
                (format!("says ahead{when}: {}", called(target)), text(words))
            }
            Body::Set {
                ty,
                content: Some(content),
                over,
            } => (
                crate::owned::did(*ty, over.is_empty()).into(),
                text(&crate::items::words(content, names)),
            ),
            Body::Set {
                ty,
                content: None,
                over,
            } => (
                crate::owned::let_go(*ty).into(),
                over.first()
                    .and_then(|set| view.content(*set))
                    .map(|content| crate::items::words(content, names)),
            ),
            Body::Heard { record } => match heard(view, *record) {
                Some(what) => (format!("heard: {what}"), None),
                None => ("heard something that is not here".into(), None),
            },
            Body::Setback { target, on, note } => {
                let when = if *on == self.day {
                    String::new()
                } else {
                    format!(", for {}", day(*on))
                };
                let about = target.as_ref().map(called);
                let about = about.map_or_else(String::new, |title| format!(": {title}"));
                (format!("notes a setback{about}{when}"), text(note))
            }
            Body::Amends {
                setback,
                text: words,
            } => {
                let about = concerns::about(view, *setback, self.person);
                let about = about.as_ref().map(called);
                let about = about.map_or_else(String::new, |title| format!(": {title}"));
                let mended = concerns::mended(view, *setback, self.person, day);
                (format!("did something about {mended}{about}"), text(words))
            }
            Body::Pause { minutes, .. } => (
                format!("took a pause of {}", spoken::minutes(*minutes)),
                None,
            ),
            Body::Back { pause } => {
                self.pause = Some(*pause);
                // Never its length: the entry has none, and the pause may be further back than what
                // is at hand. What is read of an entry stays the same on every day.
                ("came back from the pause".into(), None)
            }
            // Later releases tell these in full; this one says that they are there.
            Body::CheckedIn { day: of, .. } => (
                format!("says that the check-in of {} took place", day(*of)),
                None,
            ),
            Body::Space { .. } => ("has taken space".into(), None),
            Body::SpaceEnded => ("ended the space".into(), None),
            // It is read where it is opened, not on the way through what happened.
            Body::Sorry { .. } => {
                let id: String = self.id.to_string().chars().take(8).collect();
                (
                    format!("signed a sorry; to read it: handfast words {id}"),
                    None,
                )
            }
            Body::LastWord { text: words } => ("wrote a last word".into(), text(words)),
            Body::Summary { recipient, .. } => {
                let name = recipient.lines().next().unwrap_or_default();
                (
                    format!("signed a summary for {}", render::title(name, 40)),
                    None,
                )
            }
        };
    }

    /// The word for what an entry is, in JSON.
    pub(crate) fn kind_of(body: &Body) -> &'static str {
        match body {
            Body::Set {
                content: Some(_), ..
            } => "set",
            Body::Set { content: None, .. } => "lift",
            Body::Propose { .. } => "offer",
            Body::Agree { .. } => "agree",
            Body::Decline { .. } => "decline",
            Body::Withdraw { .. } => "withdraw",
            Body::Complete { .. } => "complete",
            Body::Follow { how, .. } => follow::word(*how),
            Body::Thanks { .. } => "thanks",
            Body::HeadsUp { .. } => "heads-up",
            Body::Setback { .. } => "setback",
            Body::Amends { .. } => "amends",
            Body::Pause { .. } => "pause",
            Body::Back { .. } => "back",
            Body::Heard { .. } => "heard",
            Body::CheckedIn { .. } => "checked-in",
            Body::Space { .. } => "space",
            Body::SpaceEnded => "space-ended",
            Body::Sorry { .. } => "sorry",
            Body::LastWord { .. } => "last-word",
            Body::Summary { .. } => "summary",
        }
    }

    /// One or several lines: who, what, and the words behind the mark.
    pub(crate) fn line(&self, names: &Names) -> String {
        let mut said = format!(
            "  {} {}",
            render::title(names.name(self.person), 20),
            self.says
        );
        if let Some(remark) = self.remark {
            said.push_str(&format!(" ({remark})"));
        }
        let mut out = render::wrap(&said);
        if let Some(text) = &self.text {
            out.push_str(&render::quote(text));
        }
        if let Some(order) = &self.order {
            out.push_str(&render::wrap(&format!("      {}", order.said)));
        }
        out
    }

    pub(crate) fn json(&self, names: &Names) -> Value {
        json!({
            "id": self.id.to_string(),
            "day": calendar::iso(self.day),
            "by": names.name(self.person),
            "mine": self.person == names.me,
            "entry": self.kind,
            "says": self.says,
            "text": self.text,
            "remark": self.remark,
            "pause": self.pause.map(|id| id.to_string()),
            "after": self.order.as_ref().and_then(|order| order.after).map(|id| id.to_string()),
            "before": self.order.as_ref().and_then(|order| order.before).map(|id| id.to_string()),
        })
    }
}

/// What was heard: an entry about an item, or the words of an owned thing.
pub(crate) fn heard(view: &View, record: Hash) -> Option<String> {
    if let Some((person, _, body)) = view.said(record) {
        let target = concerns::target(view, body, person);
        let kind = Entry::kind_of(body);
        let title = target.and_then(|target| view.content(target));
        return Some(title.map_or_else(
            || kind.to_owned(),
            |content| format!("{kind}, {}", render::title(content.called(), 40)),
        ));
    }
    let content = view.content(record)?;
    Some(render::title(content.called(), 44))
}

/// A page of entries under their days. Edits that follow each other are one line.
pub(crate) fn page(entries: &[Entry], names: &Names, today: Day) -> String {
    let mut page = String::new();
    let mut day = None;
    let mut last: Option<&Entry> = None;
    for entry in entries {
        let new_day = day != Some(entry.day);
        let again = last.is_some_and(|last| {
            last.kind == "edit"
                && entry.kind == "edit"
                && last.person == entry.person
                && last.remark == entry.remark
                && entry.order.is_none()
        });
        last = Some(entry);
        if again && !new_day {
            continue;
        }
        if new_day {
            if day.is_some() {
                page.push('\n');
            }
            page.push_str(&format!(
                "{}\n",
                render::strong(&calendar::name_seen_from(entry.day, today))
            ));
            day = Some(entry.day);
        }
        page.push_str(&entry.line(names));
    }
    page
}
