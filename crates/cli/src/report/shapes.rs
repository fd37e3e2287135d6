//! The shapes of days and of what happened, drawn once and used wherever they stand. Each differs
//! from the others without colour too.

use svg::Document;
use svg::node::element::{Circle, Definitions, Path, Symbol, Use};

use crate::weeks::{Cell, Face};

/// The side of the square that a shape is drawn in.
const SIDE: u32 = 20;

fn symbol(id: &str) -> Symbol {
    Symbol::new()
        .set("id", id)
        .set("viewBox", (0, 0, SIDE, SIDE))
}

fn ring(class: &str) -> Circle {
    Circle::new()
        .set("cx", 10)
        .set("cy", 10)
        .set("r", 6.5)
        .set("class", class)
}

fn line(class: &str, drawn: &str) -> Path {
    Path::new().set("class", class).set("d", drawn)
}

/// All of them, to stand once on a page.
pub(super) fn definitions() -> String {
    let half = "M10 3.5 A6.5 6.5 0 0 0 10 16.5 Z";
    let definitions = Definitions::new()
        .add(symbol("d-ground").add(ring("ground").set("r", 10)))
        .add(symbol("d-kept").add(ring("leaf full")))
        .add(
            symbol("d-partly")
                .add(ring("sea"))
                .add(line("sea full", half)),
        )
        .add(symbol("d-missed").add(ring("ink")))
        .add(symbol("d-notdue").add(ring("faint full").set("r", 1.4)))
        .add(symbol("d-ahead").add(line("sea", "M7 5 L13 10 L7 15")))
        .add(symbol("d-setback").add(line("ink", "M3 12 Q6.5 5 10 10 T17 8")))
        .add(symbol("d-amends").add(line("leaf", "M10 4 V16 M4 10 H16")))
        .add(symbol("d-pause").add(line("sea", "M7 5 V15 M13 5 V15")))
        .add(
            symbol("d-agreed")
                .add(ring("leaf"))
                .add(line("leaf", "M6.8 10.2 L9.2 12.6 L13.4 7.6")),
        )
        .add(symbol("d-ended").add(ring("leaf")))
        .add(symbol("d-set").add(line("ink", "M5 5 H15 V15 H5 Z")))
        .add(symbol("d-thanks").add(line("leaf full", "M10 3 L16 10 L10 17 L4 10 Z")));
    Document::new()
        .set("width", 0)
        .set("height", 0)
        .set("class", "shapes")
        .set("aria-hidden", "true")
        .add(definitions)
        .to_string()
}

/// One shape, at a place.
pub(super) fn placed(id: &str, x: u32, y: u32, side: u32) -> Use {
    Use::new()
        .set("href", format!("#{id}"))
        .set("x", x)
        .set("y", y)
        .set("width", side)
        .set("height", side)
}

/// One shape alone, for the legend.
pub(super) fn alone(id: &str) -> String {
    day_of(&[id])
}

/// A day of a calendar.
pub(super) fn day(face: Face, cell: Option<&Cell>) -> String {
    let mut ids = vec![match face {
        Face::Kept => "d-kept",
        Face::Partly => "d-partly",
        Face::Missed => "d-missed",
        Face::NotDue => "d-notdue",
        Face::Blank | Face::Ahead => "",
    }];
    if let Some(cell) = cell {
        let signs = [
            (!cell.told.is_empty(), "d-ahead"),
            (!cell.setbacks.is_empty(), "d-setback"),
            (!cell.amends.is_empty(), "d-amends"),
            (cell.paused(), "d-pause"),
        ];
        ids.extend(signs.iter().filter(|(stands, _)| *stands).map(|(_, id)| id));
    }
    day_of(&ids)
}

/// The first in the middle of its place, the others small beside it.
fn day_of(ids: &[&str]) -> String {
    let signs = ids.get(1..).unwrap_or_default();
    let mut x = SIDE;
    let mut drawn = Document::new()
        .set("class", "day")
        .set("aria-hidden", "true");
    if let Some(id) = ids.first().filter(|id| !id.is_empty()) {
        drawn = drawn.add(placed(id, 0, 0, SIDE));
    }
    for id in signs {
        drawn = drawn.add(placed(id, x, 4, 12));
        x += 13;
    }
    drawn
        .set("viewBox", (0, 0, x, SIDE))
        .set("width", x)
        .set("height", SIDE)
        .to_string()
}
