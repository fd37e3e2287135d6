//! Writes an act's body.

use identity::Hash;
use identity::cbor::Writer;

use super::{Act, Body};

impl Act {
    /// The canonical body of the record that carries it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.body.encode(self.redo)
    }
}

impl Body {
    /// The canonical body of the record that carries it.
    pub(crate) fn encode(&self, redo: Option<Hash>) -> Vec<u8> {
        let mut to = Writer::new();
        let head = |to: &mut Writer, fields: u64| {
            to.array(1 + fields);
            maybe(to, redo.as_ref());
        };
        match self {
            Body::Set { ty, content, over } => {
                head(&mut to, 3);
                to.uint(ty.number())
                    .opt(content.as_ref(), |to, content| content.write(to));
                many(&mut to, over);
            }
            Body::Propose {
                content,
                until,
                replaces,
                answers,
            } => {
                head(&mut to, 4);
                content.write(&mut to);
                to.uint(until.0.into());
                many(&mut to, replaces);
                maybe(&mut to, answers.as_ref());
            }
            Body::Agree { p }
            | Body::Decline { p }
            | Body::Withdraw { p }
            | Body::Complete { p } => {
                head(&mut to, 1);
                to.bytes(&p.0);
            }
            Body::Follow {
                target,
                on,
                how,
                note,
                corrects,
            } => {
                head(&mut to, 5);
                to.bytes(&target.0)
                    .uint(on.0.into())
                    .uint(how.number())
                    .text(note);
                maybe(&mut to, corrects.as_ref());
            }
            Body::Thanks { text, about } => {
                head(&mut to, 2);
                to.text(text);
                maybe(&mut to, about.as_ref());
            }
            Body::HeadsUp {
                target,
                from,
                to: last,
                text,
            } => {
                head(&mut to, 4);
                to.bytes(&target.0)
                    .uint(from.0.into())
                    .uint(last.0.into())
                    .text(text);
            }
            Body::Setback { target, on, note } => {
                head(&mut to, 3);
                maybe(&mut to, target.as_ref());
                to.uint(on.0.into()).text(note);
            }
            Body::Amends { setback, text } => {
                head(&mut to, 2);
                maybe(&mut to, setback.as_ref());
                to.text(text);
            }
            Body::Pause { target, minutes } => {
                head(&mut to, 2);
                maybe(&mut to, target.as_ref());
                to.uint((*minutes).into());
            }
            Body::Back { pause: named } | Body::Heard { record: named } => {
                head(&mut to, 1);
                to.bytes(&named.0);
            }
            Body::CheckedIn { p, day } => {
                head(&mut to, 2);
                to.bytes(&p.0).uint(day.0.into());
            }
            Body::Space { until } => {
                head(&mut to, 1);
                to.opt(*until, |to, day| to.uint(day.0.into()));
            }
            Body::SpaceEnded => head(&mut to, 0),
            Body::Sorry { text } | Body::LastWord { text } => {
                head(&mut to, 1);
                to.text(text);
            }
            Body::Summary { page, recipient } => {
                head(&mut to, 2);
                to.bytes(&page.0).text(recipient);
            }
        }
        to.finish()
    }
}

fn maybe(to: &mut Writer, hash: Option<&Hash>) {
    to.opt(hash, |to, hash| to.bytes(&hash.0));
}

fn many(to: &mut Writer, hashes: &[Hash]) {
    to.array(u64::try_from(hashes.len()).unwrap_or(u64::MAX));
    for hash in hashes {
        to.bytes(&hash.0);
    }
}
