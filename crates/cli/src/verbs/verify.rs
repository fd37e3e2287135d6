//! `verify`: check every signature.

use serde_json::json;

use crate::desk::Desk;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Check every signature
///
/// Reads everything that is held and checks each signature by itself.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Checks everything.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let audit = home.verify(|_| {}).map_err(home_trouble)?;
        let place =
            |log: &identity::LogId, seq: u64| json!({ "device": log.to_string(), "number": seq });
        desk.out.document(
            "verify",
            json!({
                "in_order": audit.is_clean(),
                "checked": audit.records,
                "wrong": audit.bad.iter().map(|(log, seq)| place(log, *seq)).collect::<Vec<_>>(),
                "damaged": audit.broken.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "two_histories": audit.forked.iter().map(ToString::to_string).collect::<Vec<_>>(),
            }),
        );
        if audit.is_clean() {
            desk.out
                .data("Every signature is in order. That says who, not whether it is true.\n");
            return Ok(Exit::Done);
        }
        let names = crate::names::Names::of(home)?;
        let devices = crate::devices::of(home.replica().map_err(home_trouble)?, &names);
        let whose = |logs: &[identity::LogId]| {
            let known = |log: &identity::LogId| devices.iter().find(|device| device.log == *log);
            let name =
                |log| known(log).map_or("a device not in the list", |device| device.name.as_str());
            logs.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let mut message = String::from("Not everything is in order. Your other things are fine.");
        if !audit.broken.is_empty() {
            message.push_str(&format!(
                "\n - What is kept here of {} was damaged.",
                whose(&audit.broken)
            ));
        }
        if !audit.bad.is_empty() {
            let mut logs: Vec<identity::LogId> = audit.bad.iter().map(|(log, _)| *log).collect();
            logs.dedup();
            message.push_str(&format!(
                "\n - Entries of {} bear a signature that is not right.",
                whose(&logs)
            ));
        }
        if !audit.forked.is_empty() {
            message.push_str(&format!(
                "\n - Two different histories are signed by {}. It is stopped here; both are kept.",
                whose(&audit.forked)
            ));
        }
        let hint =
            "Which entries: handfast verify --json\nTo keep a copy of all: handfast export DIR";
        Err(Trouble {
            code: "does-not-check-out",
            message,
            hint: Some(hint.into()),
            exit: Exit::Unverified,
        })
    })
}
