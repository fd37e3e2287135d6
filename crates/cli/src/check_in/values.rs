//! What a file of answers holds, TOML or JSON alike, with the place of each key: so that one reading
//! of it serves both, and a slip is told with its line.

use std::collections::BTreeSet;

use identity::Day;
use node::words::Confidential;
use serde_json::Value as Json;
use serde_json::error::Category;
use toml::de::{DeTable, DeValue};

use crate::render;
use crate::trouble::{Trouble, sentence};

/// Line and column, from one; none where they cannot be told.
pub(super) type At = Option<(usize, usize)>;

/// A key with what stands there.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: At,
    pub(super) value: Value,
}

/// What can stand there.
pub(super) enum Value {
    Text(Confidential),
    Number(i64),
    Truth(bool),
    Date(Day),
    Table(Vec<Entry>),
    Other,
}

/// Reads either form.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Trouble> {
    if text.trim_start().starts_with('{') {
        return of_json(text);
    }
    match DeTable::parse(text) {
        Ok(table) => Ok(entries(text, table.into_inner())),
        Err(error) => {
            let at = error.span().map(|span| place(text, span.start));
            Err(slip(at, &sentence(error.message())))
        }
    }
}

fn entries(text: &str, table: DeTable<'_>) -> Vec<Entry> {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| Entry {
        at: Some(place(text, key.span().start)),
        key: std::borrow::Cow::<str>::into_owned(key.into_inner()),
        value: of_toml(text, value.into_inner()),
    };
    table.into_iter().map(entry).collect()
}

fn of_toml(text: &str, value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(said) => Value::Text(Confidential::from(said.into_owned())),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Other, Value::Number)
        }
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Datetime(when) => match (when.date, when.time) {
            (Some(date), None) => day(&date.to_string()).map_or(Value::Other, Value::Date),
            _ => Value::Other,
        },
        DeValue::Table(table) => Value::Table(entries(text, table)),
        DeValue::Float(_) | DeValue::Array(_) => Value::Other,
    }
}

fn of_json(text: &str) -> Result<Vec<Entry>, Trouble> {
    let value: Json = serde_json::from_str(text).map_err(|error| {
        let said = match error.classify() {
            Category::Eof => "It ends too early.",
            Category::Io | Category::Syntax | Category::Data => "This is not JSON.",
        };
        slip(Some((error.line(), error.column().max(1))), said)
    })?;
    let Json::Object(map) = value else {
        return Err(slip(None, "This is not JSON."));
    };
    Ok(json_entries(text, map))
}

fn json_entries(text: &str, map: serde_json::Map<String, Json>) -> Vec<Entry> {
    let entry = |(key, value): (String, Json)| Entry {
        at: json_place(text, &key),
        value: match value {
            Json::String(said) => Value::Text(Confidential::from(said)),
            Json::Number(number) => number.as_i64().map_or(Value::Other, Value::Number),
            Json::Bool(truth) => Value::Truth(truth),
            Json::Object(map) => Value::Table(json_entries(text, map)),
            Json::Null | Json::Array(_) => Value::Other,
        },
        key,
    };
    map.into_iter().map(entry).collect()
}

/// Where a key stands first.
fn json_place(text: &str, key: &str) -> At {
    let quoted = serde_json::to_string(key).ok()?;
    let is_key = |at: &usize| {
        let rest = text.get(at + quoted.len()..).unwrap_or_default();
        rest.trim_start().starts_with(':')
    };
    let found = text.match_indices(&quoted).map(|(at, _)| at).find(is_key)?;
    Some(place(text, found))
}

fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default();
    (line, column.chars().count() + 1)
}

/// A day as it is written in such a file.
pub(super) fn day(text: &str) -> Option<Day> {
    let day = pact::calendar::parse_day(text, Day(0), pact::calendar::Towards::Past).ok()?;
    (pact::calendar::iso(day) == text).then_some(day)
}

/// What is wrong with a file, and where; nothing of what it says.
pub(super) fn slip(at: At, said: &str) -> Trouble {
    let place = at.map_or_else(String::new, |(line, column)| {
        format!("Line {line}, column {column}: ")
    });
    Trouble::usage(format!("{place}{said} Nothing was taken."))
        .code("file")
        .hint("Mend it, or take a fresh copy: handfast check-in --template")
}

/// What the keys of one table come to, each at most once and known.
pub(super) struct Fields(Vec<Entry>);

impl Fields {
    /// Of these keys, and no other.
    pub(super) fn of(entries: Vec<Entry>, known: &[&str]) -> Result<Self, Trouble> {
        let known: BTreeSet<&str> = known.iter().copied().collect();
        match entries.iter().find(|one| !known.contains(one.key.as_str())) {
            Some(other) => Err(unknown(other.at, &other.key)),
            None => Ok(Self(entries)),
        }
    }

    /// One of them.
    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.0.iter().position(|one| one.key == key)?;
        Some(self.0.remove(at))
    }
}

/// A key that this program does not know is not passed over: it may be an answer.
pub(super) fn unknown(at: At, key: &str) -> Trouble {
    let key = render::inline(key, 32);
    slip(at, &format!("{key} is not known here.")).code("unknown-key")
}
