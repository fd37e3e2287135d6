//! The review day that was wished for when a promise was written: kept here, unsent, until it is
//! offered, since a draft has no such day.

use std::collections::BTreeMap;

use identity::Day;
use node::Home;
use pact::ItemId;

use crate::trouble::{Trouble, home_trouble};

/// Under which this home remembers it.
const ROW: &str = "review-days";

/// So many are remembered.
const MOST: usize = 256;

/// Remembers it.
pub(crate) fn keep(home: &mut Home, item: ItemId, day: Day) -> Result<(), Trouble> {
    home.change_local(ROW, |row| {
        let mut days = read(row);
        if days.len() >= MOST {
            days.pop_first();
        }
        days.insert(item.to_string(), day.0);
        serde_json::to_vec(&days).ok()
    })
    .map_err(home_trouble)
}

/// What was wished for, if that day has not come.
pub(crate) fn of(home: &Home, item: ItemId, today: Day) -> Result<Option<Day>, Trouble> {
    let row = home.local(ROW).map_err(home_trouble)?;
    let day = read(row.as_deref()).get(&item.to_string()).copied();
    Ok(day.map(Day).filter(|day| *day > today))
}

fn read(row: Option<&[u8]>) -> BTreeMap<String, u32> {
    row.and_then(|row| serde_json::from_slice(row).ok())
        .unwrap_or_default()
}
