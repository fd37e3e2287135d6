//! What stands in the menu, under which number. A number keeps its meaning whatever the state of
//! things is: what cannot be done now is answered in a sentence, and what comes later is added at
//! the end of its page.

use crate::which::Which;

/// One page of choices.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) title: &'static str,
    /// In the order of their numbers.
    pub(crate) choices: &'static [Choice],
}

/// One line of a page.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) label: &'static str,
    pub(crate) does: Does,
}

/// What a choice leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does {
    /// Another page.
    Page(&'static Page),
    /// A verb that asks what it needs.
    Verb(&'static [&'static str]),
    /// A verb about one thing, which is asked for first.
    About(&'static [&'static str], Which),
    /// A verb that writes a file, whose name is asked for first.
    Named(&'static [&'static str], &'static str),
    /// What a script left.
    Waiting,
}

impl Choice {
    /// Whether nothing is open any more afterwards.
    pub(crate) fn closes(&self) -> bool {
        matches!(self.does, Does::Verb(["lock" | "leave", ..]))
    }

    /// The line that it stands for; none of a page or of what waits.
    pub(crate) fn line(&self) -> &'static [&'static str] {
        match self.does {
            Does::Verb(line) | Does::About(line, _) | Does::Named(line, _) => line,
            Does::Page(_) => &[],
            // The verb that goes through it after opening.
            Does::Waiting => &["unlock"],
        }
    }
}

const fn verb(label: &'static str, line: &'static [&'static str]) -> Choice {
    Choice {
        label,
        does: Does::Verb(line),
    }
}

const fn about(label: &'static str, line: &'static [&'static str], which: Which) -> Choice {
    Choice {
        label,
        does: Does::About(line, which),
    }
}

const fn page(label: &'static str, page: &'static Page) -> Choice {
    Choice {
        label,
        does: Does::Page(page),
    }
}

/// The first page.
pub(crate) static MAIN: Page = Page {
    title: "What would you like to do?",
    choices: &[
        verb("Read this page again", &["status"]),
        verb("Say thanks", &["thanks"]),
        page("The plan", &PLAN),
        page("Space, and a pause", &SPACE),
        page("Words between you, which fade", &WORDS),
        page("What I did, or cannot do", &TODAY),
        page("What happened", &BACK),
        page("Meeting, and this device", &DEVICE),
        page("Help", &HELP),
    ],
};

static PLAN: Page = Page {
    title: "The plan",
    choices: &[
        verb("Read it", &["plan"]),
        verb("Write a promise", &["promise"]),
        verb("Change the draft of one", &["edit"]),
        verb("Offer one, for the other's signature", &["offer"]),
        verb("An offer to me: read it, agree or decline", &["agree"]),
        verb("Take back my offer or my agreement", &["withdraw"]),
        verb("Look again at what has come to its date", &["review"]),
        page("What is mine alone: boundaries, needs, about me", &OWN),
        page("Plans for a hard moment", &HARD),
        verb("What we want now; both write", &["vision"]),
        verb("What our check-in asks; both write", &["questions"]),
        about("Examples to copy and change", &["example"], Which::Examples),
        verb("Draft, offer and agreement, word by word", &["compare"]),
    ],
};

static OWN: Page = Page {
    title: "What is mine alone",
    choices: &[
        verb("Set a boundary", &["boundary"]),
        verb("Change a boundary", &["boundary", "change"]),
        verb("Lift a boundary", &["boundary", "lift"]),
        verb("Write what I need", &["need"]),
        verb("Change a need", &["need", "change"]),
        verb("Let a need go", &["need", "let-go"]),
        verb("Write how I like to be approached", &["about-me"]),
        verb("Change that", &["about-me", "change"]),
        verb("Let that go", &["about-me", "let-go"]),
    ],
};

static HARD: Page = Page {
    title: "Plans for a hard moment",
    choices: &[
        verb("Write one", &["when-then"]),
        verb("Change one", &["when-then", "change"]),
        verb("Walk through one", &["rehearse"]),
        about("A card of one, to print", &["plan", "--card"], Which::Plans),
    ],
};

static SPACE: Page = Page {
    title: "Space, and a pause",
    choices: &[
        verb("Stop now, for a short while", &["pause"]),
        verb("I am back", &["back"]),
        verb("Take space: no contact, from now", &["space", "start"]),
        verb("End the space that I took", &["space", "end"]),
        verb("Close this device now", &["lock"]),
        verb("End it here", &["leave"]),
        verb("Where to find help", &["help", "safety"]),
        verb("How space stands", &["space", "show"]),
    ],
};

static WORDS: Page = Page {
    title: "Words between you, which fade",
    choices: &[
        verb("Read what was written to me, and answer", &["words"]),
        verb("Tell something", &["say"]),
        verb("Ask for a talk", &["talk"]),
        verb("Answer our questions", &["check-in"]),
        verb("Own what I did, question by question", &["sorry"]),
        verb("How it was, of my last setback", &["setback", "--story"]),
    ],
};

static TODAY: Page = Page {
    title: "What I did, or cannot do",
    choices: &[
        verb("I kept it", &["kept"]),
        verb("I kept part of it", &["partly"]),
        verb("I missed it", &["missed"]),
        verb("Say ahead: late, ill, away", &["heads-up"]),
        verb("It went wrong again", &["setback"]),
        verb("What I did about it", &["amends"]),
        verb("Take back my last step", &["undo"]),
        verb("I read something of the other's", &["heard"]),
    ],
};

static BACK: Page = Page {
    title: "What happened",
    choices: &[
        verb("All of it, by days", &["log"]),
        verb("A promise, day by day", &["days"]),
        verb("Check every signature", &["verify"]),
        verb("All of this full screen, with arrow keys", &["look"]),
        Choice {
            label: "A page to print: plan, thanks, my part",
            does: Does::Named(&["report"], "What is the new file to be called?"),
        },
        Choice {
            label: "My own dates, for my calendar",
            does: Does::Named(&["ics"], "What is the new file to be called?"),
        },
        Choice {
            label: "Signed entries, with a checker (nobody is told)",
            does: Does::Named(&["export"], "What is the new folder to be called?"),
        },
        verb("Write a private page; it is never sent", &["note"]),
        verb("My private pages", &["note", "list"]),
        verb("A summary for a counsellor: how it stands", &["summary"]),
    ],
};

static DEVICE: Page = Page {
    title: "Meeting, and this device",
    choices: &[
        verb("Meet now, so that things go across", &["sync"]),
        verb("Show an invitation", &["invite"]),
        verb("Take up an invitation", &["join"]),
        verb("Close this device now", &["lock"]),
        Choice {
            label: "What waits for me, unsigned",
            does: Does::Waiting,
        },
        verb("My 24 words", &["paper"]),
        verb("Another passphrase", &["passphrase"]),
        verb("Which devices can read", &["device", "list"]),
        verb("Names, times and addresses here", &["settings"]),
    ],
};

static HELP: Page = Page {
    title: "Help",
    choices: &[
        verb("Where to find help, without a network", &["help", "safety"]),
        verb("What this is, and for whom", &["help", "begin"]),
        verb("All verbs", &["help", "all"]),
    ],
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn lines(page: &'static Page, to: &mut Vec<&'static [&'static str]>) {
        for choice in page.choices {
            match choice.does {
                Does::Page(page) => lines(page, to),
                Does::Verb(_) | Does::About(..) | Does::Named(..) | Does::Waiting => {
                    to.push(choice.line());
                }
            }
        }
    }

    /// Verbs that a person at the menu has no use for there.
    const ELSEWHERE: &[&str] = &[
        // What it would show stands there already; `agree` asks for both answers.
        "decline", "start", "tour", "unlock",
        // For an evening, or for days: a terminal of its own.
        "serve",
    ];

    #[test]
    fn every_verb_that_is_built_can_be_reached_by_numbers() {
        let mut all = Vec::new();
        lines(&MAIN, &mut all);
        for verb in Cli::command().get_subcommands() {
            let name = verb.get_name();
            let reached = all.iter().any(|line| line.first() == Some(&name));
            assert!(reached || ELSEWHERE.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_choice_is_a_verb_that_is_built() {
        let mut all = Vec::new();
        lines(&MAIN, &mut all);
        let command = Cli::command();
        for line in all {
            assert!(command.find_subcommand(line[0]).is_some(), "{line:?}");
        }
    }

    #[test]
    fn the_first_numbers_are_those_of_the_page() {
        let labels: Vec<&str> = MAIN.choices.iter().map(|choice| choice.label).collect();
        for (number, begins) in [
            (1, "Read"),
            (2, "Say thanks"),
            (3, "The plan"),
            (4, "Space"),
            (9, "Help"),
        ] {
            assert!(labels[number - 1].starts_with(begins), "{number}");
        }
    }
}
