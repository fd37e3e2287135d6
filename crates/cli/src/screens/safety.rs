//! Page 2: where to find help, without a network. The numbers are dated data in
//! `assets/helplines.json`, so that a maintainer can extend and re-check them.

use serde::Deserialize;

const DATA: &str = include_str!("../assets/helplines.json");

/// The table of helplines.
#[derive(Debug, Deserialize)]
pub(crate) struct Helplines {
    /// When the authors wrote them down.
    pub(crate) known_on: String,
    /// When somebody last called or looked them up; `None` until somebody did.
    pub(crate) rechecked_on: Option<String>,
    /// One a place.
    pub(crate) lines: Vec<Helpline>,
}

/// One public helpline.
#[derive(Debug, Deserialize)]
pub(crate) struct Helpline {
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) number: String,
}

/// The data, as compiled in.
pub(crate) fn helplines() -> Option<Helplines> {
    serde_json::from_str(DATA).ok()
}

/// The page, ≤ 80 columns.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "Help, without a network                                             page 2\n\n\
         Calling costs little or nothing, and you need not give your name. In danger,\n\
         call the emergency number of your country first.\n\n",
    );
    if let Some(data) = helplines() {
        for line in &data.lines {
            page.push_str(&format!(
                "  {:<34}{:<30}{}\n",
                line.place, line.name, line.number
            ));
        }
        page.push('\n');
        match &data.rechecked_on {
            Some(day) => page.push_str(&format!("Numbers last checked on {day}.\n")),
            None => page.push_str(&format!(
                "Numbers as known to the authors on {}; nobody has checked them since.\n",
                data.known_on
            )),
        }
    }
    page.push_str(
        "Lines for men, for other countries, and for people who have hurt somebody\n\
         and want to stop: the ones above can tell you where.\n\n\
         What you look up or call on this device may be seen by whoever uses it or\n\
         pays its bill. A phone of a friend, a doctor's, a library's leaves no trace\n\
         here.\n\n\
         If somebody reads along over your shoulder, makes you sign, or asks for your\n\
         passphrase: that is not what a plan is for. You may stop at any time, and\n\
         nobody is told. To close this at once: handfast lock\n\n\
         Keeping proof of harm on this device may not be safe. An advocate at one of\n\
         these lines can help you think it through first.\n",
    );
    page
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use super::*;

    #[test]
    fn helplines_are_dated_and_complete() {
        let data = helplines().expect("the asset parses");
        assert!(data.lines.len() >= 9);
        assert!(data.known_on.len() == 10);
        for line in &data.lines {
            assert!(!line.place.is_empty() && !line.name.is_empty());
            assert!(
                line.number.chars().any(|c| c.is_ascii_digit()),
                "{}",
                line.place
            );
        }
    }

    #[test]
    fn the_page_fits_eighty_columns() {
        for line in page().lines() {
            assert!(crate::render::width(line) <= 80, "{line}");
        }
    }
}
