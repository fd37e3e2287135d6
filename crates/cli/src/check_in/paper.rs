//! The file of a check-in: a fresh copy of it, and what a filled one says (screens §4).

use identity::Day;
use node::words::{Confidential, MOST_DAYS};
use pact::calendar;
use serde_json::{Map, Value as Json, json};

use super::Asked;
use super::values::{At, Entry, Fields, Value, read as entries, slip, unknown};
use crate::confidential::LONGEST;
use crate::trouble::Trouble;

/// So many days answers stay after they were opened, unless chosen.
const FADE: u8 = 14;

/// What a file says.
#[derive(Debug)]
pub(crate) struct Paper {
    /// These questions, as agreed.
    pub(crate) set: String,
    /// The day it belongs to.
    pub(crate) day: Day,
    pub(crate) fade: u8,
    /// The answers that say something, by the names of the questions.
    pub(crate) answers: Vec<(String, Confidential)>,
    /// All names in it, also of what is left blank, and where each stands.
    names: Vec<(String, At)>,
    /// Never sent.
    pub(crate) note: Option<Confidential>,
}

/// Whether its writer has said that it is finished. What cannot be read is finished only if a line
/// of it says so: an editor may be half-way through.
pub(crate) fn is_ready(text: &str) -> bool {
    match entries(text) {
        Ok(all) => all
            .iter()
            .any(|one| one.key == "ready" && matches!(one.value, Value::Truth(true))),
        Err(_) => text.lines().any(|line| {
            let plain: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            plain.starts_with("ready=true") || plain.contains("\"ready\":true")
        }),
    }
}

/// Reads a finished one.
pub(crate) fn read(text: &str) -> Result<Paper, Trouble> {
    let known = [
        "handfast", "kind", "set", "for", "ready", "fade", "answers", "private",
    ];
    if text.trim().is_empty() {
        return Err(slip(None, "There is nothing in it."));
    }
    let mut fields = Fields::of(entries(text)?, &known)?;
    match fields.take("handfast") {
        Some(Entry {
            value: Value::Number(1),
            ..
        }) => {}
        Some(other) => {
            return Err(slip(
                other.at,
                "This file is of a handfast that this one cannot read.",
            ));
        }
        None => return Err(missing("handfast = 1")),
    }
    match fields.take("kind") {
        Some(Entry {
            value: Value::Text(kind),
            ..
        }) if kind.show() == "check-in" => {}
        Some(other) => return Err(slip(other.at, "This is not a check-in.")),
        None => return Err(missing("kind = \"check-in\"")),
    }
    let set = match fields.take("set") {
        Some(Entry {
            value: Value::Text(set),
            ..
        }) => set.show().to_owned(),
        other => return Err(wrong(other, "set", "a name between quotation marks")),
    };
    let day = match fields.take("for") {
        Some(Entry {
            value: Value::Date(day),
            ..
        }) => day,
        Some(Entry {
            value: Value::Text(text),
            at,
            ..
        }) => super::values::day(text.show())
            .ok_or_else(|| slip(at, "\"for\" is a day such as 2025-03-09."))?,
        other => return Err(wrong(other, "for", "a day such as 2025-03-09")),
    };
    match fields.take("ready") {
        Some(Entry {
            value: Value::Truth(true),
            ..
        }) => {}
        None
        | Some(Entry {
            value: Value::Truth(false),
            ..
        }) => {
            return Err(Trouble::refused(
                "not-ready",
                "It does not say that it is ready. Nothing was taken.",
            )
            .hint("When it is: write ready = true in it"));
        }
        other => return Err(wrong(other, "ready", "true or false")),
    }
    let fade = match fields.take("fade") {
        None => FADE,
        Some(Entry {
            value: Value::Number(days),
            at,
            ..
        }) => u8::try_from(days)
            .ok()
            .filter(|days| (1..=MOST_DAYS).contains(&u32::from(*days)))
            .ok_or_else(|| slip(at, "\"fade\" is a number of days, 1 to 90."))?,
        other => return Err(wrong(other, "fade", "a number of days, 1 to 90")),
    };
    let mut answers = Vec::new();
    let mut names = Vec::new();
    for (at, key, text) in texts(fields.take("answers"), "answers")? {
        names.push((key.clone(), at));
        if !text.is_blank() {
            answers.push((key, text));
        }
    }
    let mut note = None;
    for (at, key, text) in texts(fields.take("private"), "private")? {
        if key != "note" {
            return Err(unknown(at, &key));
        }
        note = Some(text).filter(|text| !text.is_blank());
    }
    let size: usize = answers
        .iter()
        .map(|(key, text)| key.len() + text.show().len() + 8)
        .sum();
    if size > LONGEST {
        return Err(Trouble::refused(
            "too-long",
            "That is more than one check-in holds: about five pages. Nothing was taken.",
        )
        .hint("Say it shorter, or the rest when you talk."));
    }
    if answers.is_empty() {
        return Err(Trouble::refused(
            "nothing-answered",
            "Nothing is answered in it. Nothing was taken.",
        )
        .hint("To let a check-in pass nothing has to be done."));
    }
    Ok(Paper {
        set,
        day,
        fade,
        answers,
        names,
        note,
    })
}

impl Paper {
    /// Whether it answers these questions, and no others.
    pub(crate) fn is_about(&self, asked: &Asked) -> Result<(), Trouble> {
        if self.set != asked.set {
            return Err(Trouble::refused(
                "questions-changed",
                "Your questions have changed since. Nothing was taken; the file is as it was.",
            )
            .hint("A fresh copy: handfast check-in --template"));
        }
        let strange = self
            .names
            .iter()
            .find(|(key, _)| asked.question(key).is_none());
        match strange {
            Some((key, at)) => Err(unknown(*at, key)),
            None => Ok(()),
        }
    }

    /// The answers in the order of the questions, cleaned as they are sent.
    pub(crate) fn parts(&self, asked: &Asked) -> Vec<(String, Confidential)> {
        let of = |key: &str| self.answers.iter().find(|(name, _)| name == key);
        let parts = asked.questions.iter().filter_map(|part| of(&part.key));
        parts
            .map(|(key, text)| {
                let clean = pact::text::clean(text.show()).text;
                (key.clone(), Confidential::from(clean))
            })
            .filter(|(_, text)| !text.is_blank())
            .collect()
    }
}

fn texts(table: Option<Entry>, name: &str) -> Result<Vec<(At, String, Confidential)>, Trouble> {
    let entries = match table {
        None => return Ok(Vec::new()),
        Some(Entry {
            value: Value::Table(entries),
            ..
        }) => entries,
        other => return Err(wrong(other, name, "a part of the file of its own")),
    };
    entries
        .into_iter()
        .map(|one| match one.value {
            Value::Text(text) => Ok((one.at, one.key, text)),
            Value::Number(_)
            | Value::Truth(_)
            | Value::Date(_)
            | Value::Table(_)
            | Value::Other => Err(slip(one.at, "What is said stands between quotation marks.")),
        })
        .collect()
}

fn missing(line: &str) -> Trouble {
    slip(None, &format!("The line  {line}  is missing."))
}

fn wrong(entry: Option<Entry>, name: &str, is: &str) -> Trouble {
    match entry {
        Some(entry) => slip(entry.at, &format!("\"{name}\" is {is}.")),
        None => slip(None, &format!("\"{name}\" is missing: {is}.")),
    }
}

/// A fresh copy.
pub(crate) fn template(asked: &Asked) -> String {
    let set = format!("set   = {}", quoted(&asked.set));
    let day = format!("for   = {}", calendar::iso(asked.day));
    let mut file = format!(
        "# handfast check-in.  Fresh copy: handfast check-in --template\n\
         handfast = 1\n\
         kind  = \"check-in\"\n\
         {set:<27}# these questions, as we agreed them\n\
         {day:<27}# the day it belongs to\n\
         {:<27}# not taken before true; once taken, it is removed\n\
         {:<27}# days after it is opened, 1 to 90\n\
         \n\
         {:<27}# leave one out, or leave it \"\", to skip it\n",
        "ready = false", "fade  = 14", "[answers]"
    );
    for part in &asked.questions {
        // A question is the other's text too: no line of it can pass for a line of the file.
        let clean = pact::text::clean(&part.text).text;
        for line in crate::render::wrap(&clean).lines() {
            let line: String = line.chars().filter(|c| !c.is_control()).collect();
            file.push_str(&format!("# {line}\n"));
        }
        file.push_str(&format!("{} = \"\"\n", key(&part.key)));
    }
    file.push_str(&format!(
        "\n{:<27}# stays on this device; never sent\nnote = \"\"\n",
        "[private]"
    ));
    file
}

/// The same keys, for a program.
pub(crate) fn template_json(asked: &Asked) -> Json {
    let blank = |part: &pact::Part| (part.key.clone(), json!(""));
    let answers: Map<String, Json> = asked.questions.iter().map(blank).collect();
    json!({
        "set": asked.set,
        "for": calendar::iso(asked.day),
        "ready": false,
        "fade": FADE,
        "answers": answers,
        "private": { "note": "" },
    })
}

fn key(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A string of TOML: what JSON escapes, TOML reads.
fn quoted(text: &str) -> String {
    serde_json::to_string(text)
        .unwrap_or_else(|_| "\"\"".into())
        .replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests;
