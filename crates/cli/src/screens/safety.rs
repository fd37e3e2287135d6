//! Page 2: where to find help, without a network. The numbers are dated data in
//! `assets/helplines.json`, so that a maintainer can extend and re-check them.

use serde::Deserialize;

const DATA: &str = include_str!("../assets/helplines.json");

/// The table of helplines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Helplines {
    /// For whoever changes the file.
    #[serde(rename = "note")]
    _note: String,
    /// One for each number.
    pub(crate) lines: Vec<Helpline>,
}

/// One public helpline.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Helpline {
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) number: String,
    /// Whom it is for.
    #[serde(rename = "for")]
    pub(crate) whom: Whom,
    /// When somebody wrote it down here.
    pub(crate) known_on: String,
    /// Where it was found, if somebody noted that.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// When somebody last called it, or saw it on its operator's own page; none until somebody did.
    pub(crate) checked_on: Option<String>,
}

/// Whom a line is for.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Whom {
    /// Somebody who is hurt, or afraid.
    Harmed,
    /// Somebody who has hurt another and wants to stop.
    Harmer,
}

/// The data, as compiled in.
pub(crate) fn helplines() -> Option<Helplines> {
    serde_json::from_str(DATA).ok()
}

/// The page, ≤ 80 columns. The numbers stand last: a small screen shows the end of a page.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "Help, without a network                                             page 2\n\n",
    );
    page.push_str(ALONE);
    page.push_str(
        "\nCalling costs little or nothing, and you need not give your name. In danger,\n\
         call the emergency number of your country first.\n\n",
    );
    if let Some(data) = helplines() {
        page.push_str(&rows(&data, Whom::Harmed));
        page.push_str("\nIf you have hurt somebody and want to stop:\n");
        page.push_str(&rows(&data, Whom::Harmer));
        page.push_str(&format!("\n{}\n", dated(&data)));
    }
    page.push_str("Lines for men, and for other countries: the ones above can tell you where.\n");
    page
}

fn rows(data: &Helplines, whom: Whom) -> String {
    let of = data.lines.iter().filter(|line| line.whom == whom);
    of.map(|line| format!("  {:<34}{:<30}{}\n", line.place, line.name, line.number))
        .collect()
}

/// How old what stands here is: as old as its oldest number.
fn dated(data: &Helplines) -> String {
    let unchecked = data.lines.iter().filter(|line| line.checked_on.is_none());
    let known = data.lines.iter().map(|line| &line.known_on).min();
    let checked = data
        .lines
        .iter()
        .filter_map(|line| line.checked_on.as_ref());
    match (unchecked.count(), checked.min(), known) {
        (0, Some(day), _) => format!("Numbers last checked on {day}."),
        (_, Some(day), Some(known)) => {
            format!("Some numbers were checked on {day}; the others are as known on {known}.")
        }
        (_, None, Some(known)) => {
            format!("Numbers as known to the authors on {known}; nobody has checked them since.")
        }
        (_, _, None) => String::new(),
    }
}

/// What a person can do alone, and what to mind.
const ALONE: &str = "\
What you look up or call on this device may be seen by whoever uses it or
pays its bill. A phone of a friend, a doctor's, a library's leaves no trace
here. Nothing of these pages is kept or sent by this program; a shell may keep
the line that you typed.

If somebody reads along over your shoulder, makes you sign, or asks for your
passphrase: that is not what a plan is for. You may stop at any time, alone;
nobody has to agree, and no reason is needed:

    handfast lock           closes this at once
    handfast space start    no contact for as long as you like
    handfast leave          ends it here; it sends nothing

With somebody who frightens you, going can be the most dangerous time. Talk to
one of the lines below first, from a device that the other cannot open.

Keeping proof of harm on this device may not be safe. An advocate at one of
the lines below can help you think it through first.
";

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::*;

    #[test]
    fn helplines_are_dated_and_complete() {
        let data = helplines().expect("the asset parses");
        assert!(data.lines.len() >= 11);
        let mut numbers: Vec<String> = Vec::new();
        for line in &data.lines {
            let day = |day: &str| day.len() == 10 && day.chars().filter(|c| *c == '-').count() == 2;
            assert!(day(&line.known_on), "{}", line.place);
            assert!(line.checked_on.as_deref().is_none_or(day), "{}", line.place);
            assert!(!line.place.is_empty() && !line.name.is_empty());
            // What does not fit its column runs into the next one.
            assert!(line.place.chars().count() < 34, "{}", line.place);
            assert!(line.name.chars().count() < 30, "{}", line.name);
            let plain = |c: char| c.is_ascii_digit() || c == ' ' || c == '-' || c == '+';
            assert!(line.number.chars().all(plain), "{}", line.number);
            let digits: String = line.number.chars().filter(char::is_ascii_digit).collect();
            assert!(digits.len() >= 3, "{}", line.place);
            assert!(!numbers.contains(&digits), "{} twice", line.number);
            numbers.push(digits);
        }
        for whom in [Whom::Harmed, Whom::Harmer] {
            assert!(data.lines.iter().any(|line| line.whom == whom));
        }
    }

    #[test]
    fn the_page_says_how_old_its_numbers_are() {
        let mut data = helplines().unwrap();
        assert!(dated(&data).contains("nobody has checked them since"));
        data.lines[0].checked_on = Some("2027-03-01".into());
        assert!(dated(&data).contains("Some numbers were checked on 2027-03-01"));
        for (n, line) in data.lines.iter_mut().enumerate() {
            line.checked_on = Some(format!("2027-04-{:02}", n + 1));
        }
        assert_eq!(dated(&data), "Numbers last checked on 2027-04-01.");
    }

    /// 112 and every number stand on a screen of 24 lines, with the page's question under them.
    #[test]
    fn the_numbers_are_the_end_of_the_page() {
        let page = page();
        let from = page.lines().count() - 20;
        let end: Vec<&str> = page.lines().skip(from).collect();
        let end = end.join("\n");
        for line in helplines().unwrap().lines {
            assert!(end.contains(&line.number), "{}", line.number);
        }
        assert!(end.contains("In danger"), "{end}");
        assert!(end.contains("nobody has checked them since"));
        assert!(end.contains("Lines for men"));
        assert!(!end.contains("handfast leave"));
    }

    #[test]
    fn the_page_fits_eighty_columns() {
        for line in page().lines() {
            assert!(crate::render::width(line) <= 80, "{line}");
        }
    }
}
