//! From a typed line to an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use crate::cli::{self, Cli, Verb};
use crate::desk::Desk;
use crate::groups;
use crate::leaving;
use crate::nearest;
use crate::out::{Out, When};
use crate::screens::safety;
use crate::shut_first;
use crate::trouble::{Exit, Trouble};
use crate::verbs;
use crate::ways_out;

/// Reads the line, does it, says what went wrong.
pub(crate) fn run(line: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut line: Vec<OsString> = line.into_iter().collect();
    let asked_json = line.iter().any(|word| word == "--json");
    let cli = match forgiving(&mut line) {
        Ok(cli) => cli,
        Err(error) => {
            let out = Out::new(asked_json, false, When::Auto);
            let space = shut_first::of(&line, &error).and_then(|clean| {
                let cli = read(&clean).ok()?;
                let mut desk = desk(&cli, &out, &clean);
                let goes_on = leaving::before(cli.verb.as_ref(), &mut desk);
                goes_on.ok()?.then(|| shut_first::shut(&cli, &desk))?
            });
            return misread(&error, &out, space.as_deref());
        }
    };
    let out = Out::new(
        cli.everywhere.json,
        cli.everywhere.quiet,
        cli.everywhere.color,
    );
    let mut desk = desk(&cli, &out, &line);
    let done = match leaving::before(cli.verb.as_ref(), &mut desk) {
        Ok(true) => dispatch(cli.verb, &mut desk),
        Ok(false) => Ok(Exit::Done),
        Err(trouble) => Err(trouble),
    };
    match done {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(trouble) if trouble.exit == Exit::Done => {
            // "Not now" is an answer, not a failure.
            out.talk(&trouble.message);
            out.document("not-now", serde_json::json!({ "changed": false }));
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            out.trouble(&trouble);
            ExitCode::from(trouble.exit as u8)
        }
    }
}

/// Where a line is done that was read.
fn desk(cli: &Cli, out: &Out, line: &[OsString]) -> Desk {
    let words = line.iter().skip(1);
    let typed = words.map(|word| word.to_string_lossy().into_owned());
    Desk::new(
        &cli.everywhere,
        out.clone(),
        cli.verb.as_ref(),
        typed.collect(),
    )
}

/// The line as clap reads it, or the next one that it may stand for, which takes its place.
pub(crate) fn forgiving(line: &mut Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut done = read(line);
    // Each turn makes one word of the line readable; a line that stays unreadable has none left.
    for _ in 0..line.len() {
        let again = done.as_ref().err();
        let again = again.and_then(|error| small(line, error).or_else(|| aside(line, error)));
        let Some(again) = again else { break };
        *line = again;
        done = read(line);
    }
    done
}

/// The line as clap reads it.
fn read(line: &[OsString]) -> Result<Cli, clap::Error> {
    let parse = |tree: clap::Command| {
        let mut found = tree.try_get_matches_from(line)?;
        Cli::from_arg_matches_mut(&mut found)
    };
    // What the tree of one verb takes, the whole one takes alike: without a verb's name no word may
    // stand before it. What is wrong with a line is said by the whole tree.
    let words = line.iter().skip(1).filter_map(|word| word.to_str());
    let plain = words.filter(|word| !word.starts_with('-'));
    if let Some(Ok(cli)) = plain.take(2).find_map(cli::tree_of).map(parse) {
        return Ok(cli);
    }
    parse(Cli::command().override_help(groups::page(false)))
}

/// What a verb returns: how the process ends when nothing is wrong with the command itself.
pub(crate) type Done = Result<Exit, Trouble>;

pub(crate) fn dispatch(verb: Option<Verb>, desk: &mut Desk) -> Done {
    let Some(verb) = verb else {
        return crate::menu::run(desk);
    };
    match verb {
        Verb::Status(args) => verbs::status::run(&args, desk),
        Verb::Kept(args) => verbs::kept::run(&args, desk),
        Verb::Partly(args) => verbs::partly::run(&args, desk),
        Verb::Missed(args) => verbs::missed::run(&args, desk),
        Verb::HeadsUp(args) => verbs::heads_up::run(&args, desk),
        Verb::Thanks(args) => verbs::thanks::run(&args, desk),
        Verb::Undo(args) => verbs::undo::run(&args, desk),
        Verb::Pause(args) => verbs::pause::run(&args, desk),
        Verb::Back(args) => verbs::back::run(&args, desk),
        Verb::Setback(args) => verbs::setback::run(&args, desk),
        Verb::Amends(args) => verbs::amends::run(&args, desk),
        Verb::Sorry(args) => verbs::sorry::run(&args, desk),
        Verb::Talk(args) => verbs::talk::run(&args, desk),
        Verb::Say(args) => verbs::say::run(&args, desk),
        Verb::Words(args) => verbs::words::run(&args, desk),
        Verb::Heard(args) => verbs::heard::run(&args, desk),
        Verb::CheckIn(args) => verbs::check_in::run(&args, desk),
        Verb::Plan(args) => verbs::plan::run(&args, desk),
        Verb::Promise(args) => verbs::promise::run(&args, desk),
        Verb::Edit(args) => verbs::edit::run(&args, desk),
        Verb::Compare(args) => verbs::compare::run(&args, desk),
        Verb::Offer(args) => verbs::offer::run(&args, desk),
        Verb::Agree(args) => verbs::agree::run(&args, desk),
        Verb::Decline(args) => verbs::decline::run(&args, desk),
        Verb::Withdraw(args) => verbs::withdraw::run(&args, desk),
        Verb::Review(args) => verbs::review::run(&args, desk),
        Verb::Vision(args) => verbs::vision::run(&args, desk),
        Verb::Questions(args) => verbs::questions::run(&args, desk),
        Verb::WhenThen(args) => verbs::when_then::run(&args, desk),
        Verb::Rehearse(args) => verbs::rehearse::run(&args, desk),
        Verb::Example(args) => verbs::example::run(&args, desk),
        Verb::Boundary(args) => verbs::boundary::run(&args, desk),
        Verb::Need(args) => verbs::need::run(&args, desk),
        Verb::AboutMe(args) => verbs::about_me::run(&args, desk),
        Verb::Look(args) => verbs::look::run(&args, desk),
        Verb::Log(args) => verbs::log::run(&args, desk),
        Verb::Days(args) => verbs::days::run(&args, desk),
        Verb::Note(args) => verbs::note::run(&args, desk),
        Verb::Report(args) => verbs::report::run(&args, desk),
        Verb::Ics(args) => verbs::ics::run(&args, desk),
        Verb::Summary(args) => verbs::summary::run(&args, desk),
        Verb::Export(args) => verbs::export::run(&args, desk),
        Verb::Space(args) => verbs::space::run(&args, desk),
        Verb::Lock(args) => verbs::lock::run(&args, desk),
        Verb::Unlock(args) => verbs::unlock::run(&args, desk),
        Verb::Leave(args) => verbs::leave::run(&args, desk),
        Verb::Start(args) => verbs::start::run(&args, desk),
        Verb::Invite(args) => verbs::invite::run(&args, desk),
        Verb::Join(args) => verbs::join::run(&args, desk),
        Verb::Passphrase(args) => verbs::passphrase::run(&args, desk),
        Verb::Paper(args) => verbs::paper::run(&args, desk),
        Verb::Device(args) => verbs::device::run(&args, desk),
        Verb::Sync(args) => verbs::sync::run(&args, desk),
        Verb::Serve(args) => verbs::serve::run(&args, desk),
        Verb::Verify(args) => verbs::verify::run(&args, desk),
        Verb::Tour(args) => verbs::tour::run(&args, desk),
        Verb::Settings(args) => verbs::settings::run(&args, desk),
        Verb::Help(args) => verbs::help::run(&args, desk),
    }
}

/// How a verb is used that was given a word which it does not take; none where the word stands for
/// a verb itself.
fn of_a_verb(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return None;
    };
    let usage = usage.to_string();
    let verb = usage
        .trim_start_matches("Usage: ")
        .split_whitespace()
        // Behind the name by which the program was called.
        .nth(1)?
        .to_owned();
    let mut tree = Cli::command();
    // What a verb takes is filled in only when it is read, or here.
    tree.build();
    let takes: Vec<&str> = tree
        .find_subcommand(&verb)?
        .get_subcommands()
        .filter(|one| !one.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    Some(format!("handfast {verb} {}", takes.join("|")))
}

/// A line that clap could not read, in our words; `--help` and `--version` arrive here too. `space`
/// is what was done all the same.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "clap has more ways to misread than we have words"
)]
pub(crate) fn misread(error: &clap::Error, out: &Out, space: Option<&str>) -> ExitCode {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(many)) => many.join(", "),
        _ => String::new(),
    };
    let mut trouble = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            out.data(&error.render().to_string());
            return ExitCode::SUCCESS;
        }
        ErrorKind::InvalidSubcommand => {
            let typed = text(ContextKind::InvalidSubcommand);
            if let Some(usage) = of_a_verb(error) {
                let trouble = Trouble::usage(format!("\"{typed}\" is none of what it takes."))
                    .hint(format!("Use: {usage}\nMore: add --help"));
                out.trouble(&trouble);
                return ExitCode::from(trouble.exit as u8);
            }
            if ways_out::is_for_help(&typed) {
                let page = safety::page();
                out.data(&page);
                out.document("help", serde_json::json!({ "page": page }));
                return ExitCode::SUCCESS;
            }
            if let Some(answer) = ways_out::answer(&typed) {
                out.trouble(&answer);
                return ExitCode::from(answer.exit as u8);
            }
            let hint = format!("{}All verbs: handfast help all", meant(&typed));
            Trouble::usage(format!("There is no verb \"{typed}\"."))
                .code("unknown-verb")
                .hint(hint)
        }
        ErrorKind::UnknownArgument => too_much(&text(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => Trouble::usage(format!(
            "Something is missing: {}.",
            text(ContextKind::InvalidArg)
        )),
        // A word too many, behind what a verb with sub-verbs takes.
        ErrorKind::ArgumentConflict if text(ContextKind::InvalidArg).is_empty() => {
            too_much(&text(ContextKind::InvalidSubcommand))
        }
        ErrorKind::ArgumentConflict => {
            let (one, other) = (text(ContextKind::InvalidArg), text(ContextKind::PriorArg));
            let (option, word) = if one.starts_with('-') {
                (one, other)
            } else {
                (other, one)
            };
            Trouble::usage(format!(
                "{} and {} do not go together.",
                spelled(&option),
                spelled(&word)
            ))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = text(ContextKind::ValidValue);
            let given = text(ContextKind::InvalidValue);
            let mut said = if given.is_empty() {
                format!(
                    "Something is missing after {}.",
                    text(ContextKind::InvalidArg)
                )
            } else {
                format!(
                    "\"{}\" cannot be used for {}.",
                    given,
                    text(ContextKind::InvalidArg)
                )
            };
            if !valid.is_empty() {
                said.push_str(&format!(" It can be: {valid}."));
            }
            Trouble::usage(said)
        }
        _ => Trouble::usage("This line cannot be read."),
    };
    if let Some(space) = space {
        trouble.message = format!("{} {space}", trouble.message);
        trouble = trouble.hint(shut_first::NEXT);
    }
    let usage = text(ContextKind::Usage);
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(styled)) => styled.to_string(),
        _ => usage,
    };
    let trouble = if trouble.hint.is_none() {
        let usage = usage.trim_start_matches("Usage: ").trim();
        if usage.is_empty() {
            trouble.hint("All verbs: handfast help all")
        } else {
            let quotes = if words_too_many(error) && takes_words(usage) {
                "Several words go between quotes: \"like these\"\n"
            } else {
                ""
            };
            trouble.hint(format!(
                "{quotes}Use: {}\nMore: add --help",
                uses(usage, error)
            ))
        }
    } else {
        trouble
    };
    out.trouble(&trouble);
    ExitCode::from(trouble.exit as u8)
}

/// A word, or an option, that a line has too many.
fn too_much(typed: &str) -> Trouble {
    Trouble::usage(format!("\"{typed}\" does not belong here."))
}

/// An argument as a person types it: `--when`, or what stands for words without an option.
fn spelled(arg: &str) -> String {
    if arg.starts_with('-') {
        format!("\"{}\"", arg.split_whitespace().next().unwrap_or(arg))
    } else {
        "words of their own".to_owned()
    }
}

/// Whether a word stands there that may belong to the one before it: forgotten quotes.
fn words_too_many(error: &clap::Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(arg)) => {
            // Of a conflict clap gives the name of what the word was taken for.
            let conflict = error.kind() == ErrorKind::ArgumentConflict;
            let prior = error.get(ContextKind::PriorArg);
            let beside = matches!(prior, Some(ContextValue::String(one)) if !one.starts_with('-'));
            let unknown = error.kind() == ErrorKind::UnknownArgument;
            unknown && !arg.starts_with('-') || conflict && (beside || !arg.starts_with('-'))
        }
        _ => error.kind() == ErrorKind::ArgumentConflict,
    }
}

/// Whether a verb takes words at all.
fn takes_words(usage: &str) -> bool {
    let words = usage.lines().flat_map(str::split_whitespace);
    let mut words = words.filter(|word| !matches!(*word, "[OPTIONS]" | "<COMMAND>"));
    words.any(|word| word.starts_with(['[', '<']))
}

/// How a line is used, each way on a line of its own.
fn uses(usage: &str, error: &clap::Error) -> String {
    let ways = usage.lines().map(|way| {
        let own = of_a_verb(error).filter(|_| way.ends_with("<COMMAND>"));
        own.unwrap_or_else(|| way.trim().to_owned())
    });
    ways.collect::<Vec<_>>().join("\nOr:  ")
}

/// What a mistyped verb may have meant, the nearest first; empty where nothing is near.
pub(crate) fn meant(typed: &str) -> String {
    let command = Cli::command();
    let verbs = command.get_subcommands();
    let names: Vec<&str> = verbs
        .flat_map(|verb| std::iter::once(verb.get_name()).chain(verb.get_visible_aliases()))
        .collect();
    let near = nearest::to(typed, names);
    if near.is_empty() {
        String::new()
    } else {
        format!("Did you mean: {}?  ", near.join(", "))
    }
}

/// The line of a hard moment with an option that there is not put to its end, where it is only a word:
/// a slip costs nobody the pause, and the verb says what it left aside.
fn aside(line: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return None;
    };
    let plain = line.iter().skip(1).filter_map(|word| word.to_str());
    let mut plain = plain.filter(|word| !word.starts_with('-')).take(2);
    if !matches!(plain.find(|word| cli::has(word)), Some("pause" | "back")) {
        return None;
    }
    let end = line.iter().position(|word| word == "--");
    let (before, after) = line.split_at(end.unwrap_or(line.len()));
    let is_it = |word: &&OsString| {
        let name = word.to_str().and_then(|word| word.split('=').next());
        name == Some(option)
    };
    let (words, kept): (Vec<&OsString>, Vec<&OsString>) = before.iter().partition(is_it);
    if words.is_empty() {
        return None;
    }
    let (end, after) = (OsString::from("--"), after.iter().skip(1));
    let again = kept.into_iter().chain([&end]).chain(after).chain(words);
    Some(again.cloned().collect())
}

/// The line with its verb in small letters, where that makes it one.
fn small(line: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let small = typed.to_lowercase();
    if small == *typed || Cli::command().find_subcommand(&small).is_none() {
        return None;
    }
    let mut line = line.to_vec();
    let verb = line.iter_mut().skip(1).find(|word| **word == **typed)?;
    *verb = small.into();
    Some(line)
}
