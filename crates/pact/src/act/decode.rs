//! Reads an act's body, strictly: every byte sequence is one act or none.

use identity::cbor::{Malformed, Reader};
use identity::{Day, Hash};

use super::{Act, ActError, Body, How, MAX_NAMED};
use crate::content::{Content, ItemType};

impl Act {
    /// Reads the body of a record of that kind.
    pub fn decode(kind: u64, body: &[u8]) -> Result<Self, ActError> {
        let fields = match kind {
            138 => 0,
            4..=7 | 134 | 135 | 137 | 139 | 140 => 1,
            129 | 132 | 133 | 136 | 141 => 2,
            2 | 131 => 3,
            3 | 130 => 4,
            128 => 5,
            _ => return Err(ActError::Kind(kind)),
        };
        let mut from = Reader::new(body);
        from.array_of(1 + fields)?;
        let redo = maybe(&mut from)?;
        let body = read_fields(kind, &mut from)?;
        from.end()?;
        body.validate()?;
        Ok(Self { redo, body })
    }
}

fn read_fields(kind: u64, from: &mut Reader<'_>) -> Result<Body, ActError> {
    Ok(match kind {
        2 => Body::Set {
            ty: ItemType::from_number(from.uint()?).ok_or(ActError::Type)?,
            content: from.opt(|from| Content::read(from).map(Box::new))?,
            over: many(from)?,
        },
        3 => Body::Propose {
            content: Box::new(Content::read(from)?),
            until: day(from)?,
            replaces: many(from)?,
            answers: maybe(from)?,
        },
        4 => Body::Agree { p: one(from)? },
        5 => Body::Decline { p: one(from)? },
        6 => Body::Withdraw { p: one(from)? },
        7 => Body::Complete { p: one(from)? },
        128 => Body::Follow {
            target: one(from)?,
            on: day(from)?,
            how: How::from_number(from.uint()?).ok_or(Malformed::Range)?,
            note: text(from)?,
            corrects: maybe(from)?,
        },
        129 => Body::Thanks {
            text: text(from)?,
            about: maybe(from)?,
        },
        130 => Body::HeadsUp {
            target: one(from)?,
            from: day(from)?,
            to: day(from)?,
            text: text(from)?,
        },
        131 => Body::Setback {
            target: maybe(from)?,
            on: day(from)?,
            note: text(from)?,
        },
        132 => Body::Amends {
            setback: maybe(from)?,
            text: text(from)?,
        },
        133 => Body::Pause {
            target: maybe(from)?,
            minutes: from.small()?,
        },
        134 => Body::Back { pause: one(from)? },
        135 => Body::Heard { record: one(from)? },
        136 => Body::CheckedIn {
            p: one(from)?,
            day: day(from)?,
        },
        137 => Body::Space {
            until: from.opt(day)?,
        },
        138 => Body::SpaceEnded,
        139 => Body::Sorry { text: text(from)? },
        140 => Body::LastWord { text: text(from)? },
        141 => Body::Summary {
            page: one(from)?,
            recipient: text(from)?,
        },
        _ => return Err(ActError::Kind(kind)),
    })
}

fn one(from: &mut Reader<'_>) -> Result<Hash, Malformed> {
    from.fixed().map(Hash)
}

fn maybe(from: &mut Reader<'_>) -> Result<Option<Hash>, Malformed> {
    from.opt(one)
}

fn many(from: &mut Reader<'_>) -> Result<Vec<Hash>, ActError> {
    let count = from.array()?;
    if usize::try_from(count).map_or(true, |count| count > MAX_NAMED) {
        return Err(ActError::Named);
    }
    Ok((0..count).map(|_| one(from)).collect::<Result<_, _>>()?)
}

fn day(from: &mut Reader<'_>) -> Result<Day, Malformed> {
    from.small().map(Day)
}

fn text(from: &mut Reader<'_>) -> Result<String, Malformed> {
    from.text().map(str::to_owned)
}
