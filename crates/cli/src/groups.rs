//! The verbs by the part of life they belong to. Each stands in exactly one group (a test).

/// A group of verbs, as `help` shows it.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    /// Whether the short page (`--help`) shows it.
    pub(crate) short: bool,
    pub(crate) verbs: &'static [Entry],
}

/// One verb: its name, how it is used, what it is for, and more lines under it.
pub(crate) struct Entry {
    pub(crate) verb: &'static str,
    usage: &'static str,
    says: &'static str,
}

const fn e(verb: &'static str, usage: &'static str, says: &'static str) -> Entry {
    Entry { verb, usage, says }
}

/// The groups, in the order of a life with it.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: "Today",
        short: true,
        verbs: &[
            e(
                "status",
                "status",
                "What is yours today, what has come in [--mine] [--all]",
            ),
            e(
                "kept",
                "kept WHAT",
                "I did what I promised      [--on DAY] [--note \"a fact\"]",
            ),
            e(
                "partly",
                "partly WHAT",
                "I did part of it                     (same options)",
            ),
            e(
                "missed",
                "missed WHAT",
                "I did not do it                      (same options)",
            ),
            e(
                "heads-up",
                "heads-up WHAT",
                "Say ahead: late, ill, away\n[\"TEXT\"] [--on DAY] [--to DAY]",
            ),
            e(
                "thanks",
                "thanks",
                "Say what was good              [\"TEXT\"] [--for WHAT]",
            ),
            e("undo", "undo", "Take back my last step, for two minutes"),
        ],
    },
    Group {
        name: "A hard moment",
        short: true,
        verbs: &[
            e(
                "pause",
                "pause",
                "Stop now; what to say, when you are back   [--for 20m]",
            ),
            e("back", "back", "I am back"),
            e(
                "setback",
                "setback",
                "It went wrong again; the mark is signed, its story\nfades    [WHAT] [--on DAY] [--note \"a fact\"] [--story]",
            ),
            e(
                "amends",
                "amends WHAT",
                "What I did about it                           [\"TEXT\"]",
            ),
            e(
                "sorry",
                "sorry",
                "Own what I did, question by question\n[--about WHAT] [--sign] [--fade DAYS]",
            ),
        ],
    },
    Group {
        name: "Between us, confidential, fading",
        short: true,
        verbs: &[
            e(
                "say",
                "say",
                "Tell something      [--fade DAYS] [--practical]\n[--check] [--file FILE|-]",
            ),
            e(
                "words",
                "words",
                "Read and answer         [ID] [--keep-copy] [--drop]",
            ),
            e(
                "heard",
                "heard WHAT",
                "I read this, and hearing is not agreeing; of words:\nwhat I understood, not quite   [--understood|--not-quite]",
            ),
            e(
                "talk",
                "talk",
                "Ask for a talk, with a time and place; yes, later, no",
            ),
            e(
                "check-in",
                "check-in",
                "Answer our questions; opened when both have   [--skip]\n[--if-open] [--template [--out FILE]] [--answers FILE|-]",
            ),
        ],
    },
    Group {
        name: "Our plan",
        short: true,
        verbs: &[
            e(
                "plan",
                "plan",
                "Read it, all or one item\n[WHAT] [--agreed|--draft] [--card]",
            ),
            e(
                "promise",
                "promise",
                "Write one    [\"TITLE\"] [--text \"TEXT\"] [--who me|both]\n\
                 [--every RULE] [--on DAY] [--by TIME] [--from DAY]\n\
                 [--review DAY] [--for NEED] [--to-myself]",
            ),
            e(
                "when-then",
                "when-then",
                "Write what each does in a hard moment, and how to\ncome back    [change WHAT] [--trigger] [--mine] [--theirs]\n[--pause 20m] [--back] [--aloud]",
            ),
            e(
                "boundary",
                "boundary",
                "Set mine; or change, lift       [change|lift WHAT]\n[\"TEXT\"] [--when \"TEXT\" --will \"TEXT\"]",
            ),
            e(
                "need",
                "need",
                "What I need; only I write these\n[\"TEXT\"] [change|let-go WHAT]",
            ),
            e(
                "about-me",
                "about-me",
                "How I like to be approached; only I write this\n[\"TEXT\"] [change|let-go WHAT]",
            ),
            e(
                "vision",
                "vision",
                "What we want now; both write      [\"TEXT\"] [--add \"TEXT\"]",
            ),
            e(
                "questions",
                "questions",
                "What our check-in asks\n[--add \"TEXT\"] [--change N \"TEXT\"] [--drop N] [--every RULE]",
            ),
            e(
                "edit",
                "edit WHAT",
                "Change the draft    [--title] [--text] [--who] [--every]\n\
                 [--on] [--by] [--from] [--remove] [--restore]\n[--short NAME] [--editor]",
            ),
            e(
                "compare",
                "compare WHAT",
                "Draft, offer and agreement, word by word\n[--with draft|offer|agreed|earlier|ID]  (also: diff)",
            ),
            e(
                "offer",
                "offer WHAT",
                "Ask for the other signature\n[--instead-of ID] [--try 2w] [--review DAY]",
            ),
            e("agree", "agree WHAT", "Sign an offer; counts from tomorrow"),
            e("decline", "decline WHAT", "Not this one; no reason needed"),
            e(
                "withdraw",
                "withdraw WHAT",
                "Take back my offer or my agreement, at once",
            ),
            e(
                "review",
                "review",
                "Keep, change, or let go with thanks   [WHAT]",
            ),
            e(
                "rehearse",
                "rehearse",
                "Walk through a when-then plan                [WHAT]",
            ),
            e(
                "example",
                "example",
                "Starting points to copy and change           [NAME]",
            ),
        ],
    },
    Group {
        name: "Looking back",
        short: false,
        verbs: &[
            e("look", "look", "All of this full screen, with arrow keys"),
            e(
                "log",
                "log",
                "What happened  [WHAT] [--of me|NAME] [--since DAY]\n[--order] [--follow]",
            ),
            e(
                "days",
                "days",
                "A promise, day by day     [WHAT] [--since DAY] [--plain]",
            ),
            e(
                "note",
                "note",
                "Private pages, never sent    [list|read|change|drop N]\n[--file FILE]",
            ),
            e(
                "report",
                "report FILE",
                "A page to print: plan, thanks, my part\n[--both] [--md] [--since DAY]",
            ),
            e(
                "ics",
                "ics FILE",
                "My own dates for my calendar      [--both] [--titles]",
            ),
            e(
                "export",
                "export DIR",
                "Signed records, with a checker       (nobody is told)",
            ),
            e(
                "summary",
                "summary",
                "For a counsellor; both must sign it\n[offer NAME --to KEY | sign | stop | release FILE]",
            ),
        ],
    },
    Group {
        name: "Space and leaving",
        short: true,
        verbs: &[
            e(
                "space",
                "space",
                "No contact, from now           start|change|end|show\nstart: [--until DAY] [--silent] [--practical]",
            ),
            e("lock", "lock", "Close this device now"),
            e(
                "unlock",
                "unlock",
                "Open it, so that short commands need no passphrase",
            ),
            e(
                "leave",
                "leave",
                "End it here, at once, alone   [--erase] [--yes] [--tell]",
            ),
        ],
    },
    Group {
        name: "Beginning and devices",
        short: false,
        verbs: &[
            e(
                "start",
                "start",
                "Begin here                               (also: init)",
            ),
            e(
                "invite",
                "invite",
                "Show an invitation                  [--listen ADDRESS]",
            ),
            e(
                "join",
                "join",
                "Take one up                        (asked for, or -)",
            ),
            e("passphrase", "passphrase", "Change mine"),
            e(
                "paper",
                "paper",
                "My 24 words: show, check                     [--check]",
            ),
            e("device", "device", "list"),
        ],
    },
    Group {
        name: "Meeting",
        short: false,
        verbs: &[
            e(
                "sync",
                "sync",
                "Meet once, then stop            [ADDRESS] [--wait SEC]",
            ),
            e(
                "serve",
                "serve",
                "Meet at quiet times      [--live] [--at 07:00,21:00]\n[--listen ADDRESS] [--to ADDRESS]",
            ),
            e("verify", "verify", "Check every signature"),
            e(
                "tour",
                "tour",
                "See it all happen, on this machine         [--dir DIR]",
            ),
            e(
                "settings",
                "settings",
                "Names, grace, listening, addresses, times\n[NAME [VALUE]]",
            ),
        ],
    },
    Group {
        name: "More",
        short: false,
        verbs: &[e(
            "help",
            "help",
            "safety, all, reference, or a verb\n[completions SHELL | man DIR]",
        )],
    },
];

const TOP: &str = "\
handfast - a plan that two people keep, on their own devices and nowhere else

Use: handfast [VERB] [WHAT] [\"TEXT\"]    No verb: where things stand, and a menu.
WHAT: a short name (\"home\"), part of a title, or an id. No TEXT: you are asked.
DAY: 2025-03-14, today, yesterday, tomorrow, or a weekday.
";

const BEGIN: &str = "
New here: handfast tour     then: handfast start     First: handfast help safety
";

const BOTTOM: &str = "
help [safety|all|VERB]   Everywhere: --home DIR --json --no-input --quiet
                                     --color WHEN --passphrase-fd N
";

/// The page of `--help` (short) or `help all`.
pub(crate) fn page(all: bool) -> String {
    let mut page = String::from(TOP);
    if !all {
        page.push_str(BEGIN);
    }
    for group in GROUPS.iter().filter(|g| all || g.short) {
        page.push_str(&format!("\n{}\n", group.name));
        for entry in group.verbs {
            let mut lines = entry.says.lines();
            page.push_str(&format!(
                "  {:<14} {}\n",
                entry.usage,
                lines.next().unwrap_or_default()
            ));
            for line in lines {
                page.push_str(&format!("{line:>72}\n"));
            }
        }
    }
    page.push_str(BOTTOM);
    if !all {
        page.push_str("Beginning, meeting and looking back: handfast help all\n");
    }
    page
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn each_verb_stands_in_exactly_one_group() {
        let mut grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|g| g.verbs)
            .map(|e| e.verb)
            .collect();
        grouped.sort_unstable();
        let command = Cli::command();
        let mut known: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        known.sort_unstable();
        assert_eq!(grouped, known);
    }

    #[test]
    fn the_pages_fit_eighty_columns() {
        for line in page(true).lines().chain(page(false).lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    /// S10: no verb and no flag is left out of the manuals. (What is hidden takes words that were
    /// typed by mistake, and refuses them.)
    #[test]
    fn s10_no_verb_and_no_flag_is_hidden() {
        let command = Cli::command();
        for verb in command.get_subcommands() {
            assert!(!verb.is_hide_set(), "{}", verb.get_name());
            for arg in verb.get_arguments().filter(|arg| arg.is_hide_set()) {
                let is_flag = arg.get_long().is_some() || arg.get_short().is_some();
                assert!(!is_flag, "{} {}", verb.get_name(), arg.get_id());
            }
        }
    }

    #[test]
    fn the_clap_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
