//! `settings`: names, grace, listening, addresses, times.

use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Names, grace, listening, addresses, times
///
/// Without a NAME: all of them. They are yours alone and never sent. A value
/// that cannot be is answered with those that can.
///
///   handfast settings
///   handfast settings listen 0.0.0.0:4747
///   handfast settings grace 0
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which setting
    pub(crate) name: Option<String>,
    /// What to set it to; "-" sets it back
    pub(crate) value: Option<String>,
}

/// What each setting means, in the order in which they are shown.
const MEANING: [(&str, &str, &str); 9] = [
    (
        "name",
        "what you are called here",
        "1 to 40 characters, on one line",
    ),
    (
        "other",
        "what the other is called here",
        "1 to 40 characters, on one line",
    ),
    (
        "grace",
        "how long undo works, for what you write from then on",
        "seconds, 0 to 3600; 0: no undo",
    ),
    (
        "listen",
        "where this device can be met",
        "ADDRESS:PORT, such as 192.168.1.20:4747; [::]:4747 is every network; - for any port",
    ),
    (
        "addresses",
        "where an invitation says this device is, if set by hand",
        "ADDRESS:PORT, several with commas between; - for what it finds",
    ),
    (
        "peer",
        "where the other's device is, if not where you met last",
        "ADDRESS:PORT; - for where you met last",
    ),
    (
        "times",
        "when serve meets, 25 minutes from each",
        "HH:MM, up to 12 with commas between, such as 07:00,21:00",
    ),
    (
        "unattended",
        "whether a script may send heads-ups and check-in answers unseen",
        "yes or no",
    ),
    (
        "plain",
        "words line by line, for a screen reader; a terminal may keep them",
        "yes or no",
    ),
];

/// A value as it is read: with its unit.
fn said(name: &str, value: &str) -> String {
    match (name, value.parse::<u64>()) {
        (_, _) if value.is_empty() => "not set".to_owned(),
        ("grace", Ok(0)) => "0 seconds: no undo".to_owned(),
        ("grace", Ok(seconds)) if seconds < 60 => format!("{seconds} seconds"),
        ("grace", Ok(seconds)) => format!("{seconds} seconds: {}", crate::doing::span(seconds)),
        _ => value.to_owned(),
    }
}

/// A value that does not fit, with those that do.
fn refused(name: &str, error: node::HomeError) -> Trouble {
    let trouble = home_trouble(error);
    let allowed = MEANING.iter().find(|(known, _, _)| *known == name);
    match allowed {
        Some((name, meaning, allowed)) if trouble.code == "setting" => {
            trouble.hint(format!("{name}: {meaning}.\nIt can be: {allowed}"))
        }
        _ if trouble.code == "setting" => {
            let all: Vec<&str> = MEANING.iter().map(|(name, _, _)| *name).collect();
            trouble.hint(format!("There are: {}", all.join(", ")))
        }
        _ => trouble,
    }
}

/// Shows all, one, or sets one.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    // S27: what scripts may do is each person's own setting, so no script sets it.
    let opens = args.name.as_deref() == Some("unattended") && args.value.is_some();
    if opens && !desk.attended() {
        return Err(Trouble::in_person("What a script may do is set by you."));
    }
    desk.with_home(|desk, home| {
        if let (Some(name), Some(value)) = (&args.name, &args.value) {
            let value = if value == "-" { "" } else { value.as_str() };
            home.set(name, value).map_err(|error| refused(name, error))?;
            let now = home.settings().get(name).map_err(|error| refused(name, error.into()))?;
            desk.out.talk(&format!("{name} is now: {}", said(name, &now)));
            desk.out.document("settings", json!({ "settings": { name.as_str(): now } }));
            return Ok(Exit::Done);
        }
        if let Some(name) = &args.name {
            let value = home.settings().get(name).map_err(|error| refused(name, error.into()))?;
            desk.out.data(&format!("{value}\n"));
            desk.out.document("settings", json!({ "settings": { name.as_str(): value } }));
            return Ok(Exit::Done);
        }
        let mut page = render::heading("Settings", "yours alone, never sent");
        let mut all = Map::new();
        for (name, meaning, _) in MEANING {
            let value = home.settings().get(name).map_err(|error| home_trouble(error.into()))?;
            page.push_str(&format!("  {name:<12} {}\n", render::title(&said(name, &value), 64)));
            page.push_str(&format!("  {:<12} {meaning}\n", ""));
            all.insert(name.into(), Value::from(value));
        }
        let places = home.places();
        page.push_str(&format!("\nThis home:      {}\n", places.home.display()));
        page.push_str(&format!("Beside it:      {}\n", places.state.display()));
        page.push_str("                (a backup is to leave this one out; nothing is lost by that)\n");
        page.push_str("\nTo change one: handfast settings NAME VALUE\n");
        desk.out.data(&page);
        desk.out.document(
            "settings",
            json!({ "settings": all, "home": places.home, "state": places.state, "rehearsal": home.is_rehearsal() }),
        );
        Ok(Exit::Done)
    })
}
