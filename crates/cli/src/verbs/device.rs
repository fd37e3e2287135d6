//! `device`: every device that can read this plan.

use serde_json::json;

use crate::desk::Desk;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, home_trouble};

use clap::Subcommand;

/// Every device that can read or sign: list
///
/// Both of you see the same list.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
}

/// What to do with devices.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum What {
    /// Every device of both
    List,
}

/// Lists them.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let devices = crate::devices::of(home.replica().map_err(home_trouble)?, &names);
        let mut page = render::heading("Devices that can read and sign", "both of you see this list");
        for device in &devices {
            page.push_str(&render::row(&device.name, device.remark(), ""));
        }
        desk.out.data(&page);
        desk.out.document("devices", json!({ "devices": devices.iter().map(crate::devices::Device::json).collect::<Vec<_>>() }));
        Ok(Exit::Done)
    })
}
