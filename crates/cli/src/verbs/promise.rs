//! `promise`: write one into the draft.

use identity::{Day, Hash};
use node::Home;
use pact::{Content, ItemType, Rule, Who};
use replica::draft::{Change, Field, Scalar};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Items};
use crate::names::Names;
use crate::owned;
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::wishes;

/// Write one
///
/// It goes into the draft, where both may change it; a draft binds nobody.
/// `offer` asks for the other's signature. Small and observable works best:
/// something either of you could see happen.
///
///   handfast promise "Home by six" --every weekday --by 18:00
///   handfast promise "One topic" --text "When we argue, I bring up one."
///   handfast promise "Call the plumber" --on friday
///   handfast promise "Ten quiet minutes when you come in" --for quiet
///   handfast promise "Yoga" --every monday,thursday --to-myself
///
/// RULE is a day (monday, friday), weekday, day, week, month, several days
/// (monday,thursday), or an RFC 5545 rule (FREQ=WEEKLY;INTERVAL=2;BYDAY=MO)
/// with FREQ, INTERVAL, BYDAY, BYMONTHDAY and BYMONTH. Without one it is never
/// due, and may be noted on any day.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to call it; you are asked when it is left out
    pub(crate) title: Option<String>,
    /// The promise itself, in the words you would sign [default: the title]
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Whom it binds
    #[arg(long, value_name = "me|both", default_value = "me", value_parser = ["me", "both"])]
    pub(crate) who: String,
    /// On which days it is due
    #[arg(long, value_name = "RULE", conflicts_with = "on")]
    pub(crate) every: Option<String>,
    /// Due once, on this day
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// By what time of day
    #[arg(long, value_name = "TIME")]
    pub(crate) by: Option<String>,
    /// The first day it can be due
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<String>,
    /// Until when it counts, once it is offered [default: in 90 days]
    #[arg(long, value_name = "DAY")]
    pub(crate) review: Option<String>,
    /// The need that it answers
    #[arg(long = "for", value_name = "NEED")]
    pub(crate) need: Option<String>,
    /// To oneself: signed now, in force at once, and nobody has to agree
    #[arg(long, conflicts_with_all = ["who", "review"])]
    pub(crate) to_myself: bool,
}

/// Writes it into the draft.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let own = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        // Whatever was typed on the line is checked before anything is asked.
        let mut content = flags(args, home, &names, today)?;
        let review = args
            .review
            .as_deref()
            .map(|day| crate::verbs::offer::review_day(day, today))
            .transpose()?;
        ask(args, &mut content, desk)?;
        if args.to_myself {
            return Ok(Some(content));
        }
        a_second_one(&content, home, today, desk)?;
        let id = home.dice().bytes().map_err(|error| home_trouble(error.into()))?;
        let new = Change::New {
            id,
            title: content.title.clone(),
            text: content.text.clone(),
            fields: fields(&content),
            parts: Vec::new(),
        };
        doing::edit(home, &[new])?;
        if let Some(day) = review {
            wishes::keep(home, pact::ItemId(id), day)?;
        }
        let all = Items::all(home, today)?;
        let short = all
            .0
            .iter()
            .find(|item| item.draft.as_ref().is_some_and(|draft| draft.item.id == id))
            .map(|item| item.short.clone())
            .unwrap_or_default();
        desk.out.talk(&format!(
            "In the draft, as \"{short}\":\n{}  {}{}\n\nA draft binds nobody; both of you may change it.\n\
             When it says what you mean:  handfast offer {short}",
            render::quote(&items::words(&content, &names)),
            items::terms(&content, &names, today),
            review.map_or_else(String::new, |day| format!(
                "\n  Once you offer it, it counts until the end of {}.",
                pact::calendar::short_name_seen_from(day, today)
            )),
        ));
        desk.out.document(
            "promise",
            json!({
                "item": pact::ItemId(id).to_string(),
                "short": short,
                "changed": true,
                "draft": doing::content_json(&content, &names),
            }),
        );
        Ok(None)
    })?;
    if let Some(content) = own {
        // In force by one signature: its page waits, and nothing of it is an offer.
        return match owned::set(desk, content, None, None)? {
            owned::Set::Signed | owned::Set::Same => Ok(Exit::Done),
            owned::Set::Anew => Err(not_now()),
        };
    }
    Ok(Exit::Done)
}

/// A promise of a title that another one has is said to be a second one before it is made.
fn a_second_one(
    content: &Content,
    home: &mut Home,
    today: Day,
    desk: &mut Desk,
) -> Result<(), Trouble> {
    // What waits was written without this question, and nobody is there to answer a script's.
    if desk.trying || desk.written_on.is_some() || !desk.attended() {
        return Ok(());
    }
    let bare = |title: &str| {
        let words: Vec<&str> = title.split_whitespace().collect();
        words.join(" ").to_lowercase()
    };
    let title = bare(&content.title);
    let items = Items::all(home, today)?;
    let view = home.view().map_err(home_trouble)?;
    let stands = |item: &&items::Item| {
        let draft = item.draft.as_ref().filter(|draft| !draft.removed);
        let drafted = draft.map(items::shown_content);
        let agreed = item.agreed.iter().map(|agreed| &agreed.content);
        let open = item.offers.iter().filter(|offer| !offer.lapsed);
        let offered = open.map(|offer| &offer.content);
        let mut all = drafted.iter().chain(agreed).chain(offered);
        all.any(|one| one.ty == ItemType::Promise && bare(&one.title) == title)
            && !crate::states::is_let_go(item, view, today)
    };
    let Some(item) = items.0.iter().find(stands) else {
        return Ok(());
    };
    let short = &item.short;
    desk.out.page(&format!(
        "There is one of that title: {short}.\n  handfast plan {short}   handfast edit {short}\n\n\
         [Enter] not now    [y] yes, a second one\n"
    ));
    match desk.ask.choose(&["y"]) {
        Some(_) => Ok(()),
        None => Err(not_now()),
    }
}

/// What the line says, checked as it would be before signing.
fn flags(args: &Args, home: &mut Home, names: &Names, today: Day) -> Result<Content, Trouble> {
    let who = if args.who == "both" {
        Who::Both
    } else {
        Who::Only(names.me)
    };
    let clean = |text: &Option<String>| pact::text::clean(text.as_deref().unwrap_or_default()).text;
    let mut content = Content::new(
        ItemType::Promise,
        who,
        &clean(&args.title),
        &clean(&args.text),
    );
    content.rule = args.every.as_deref().map(rule).transpose()?;
    content.from = days::ahead(args.from.as_deref(), today)?;
    if let Some(on) = days::due(args.on.as_deref(), today)? {
        content.rule = Some(Rule::once());
        content.from = Some(on);
    }
    content.by = args.by.as_deref().map(days::time).transpose()?;
    if let Some(word) = &args.need {
        content.for_ = Some(need(home, word, today)?);
    }
    let mut whole = content.clone();
    if args.title.is_none() {
        // Still to be asked for.
        whole.title = "A title".into();
        if !has_days(args) {
            whole.by = None;
        }
    }
    valid(&whole)?;
    Ok(content)
}

fn has_days(args: &Args) -> bool {
    args.every.is_some() || args.on.is_some()
}

/// Asks for what the line leaves out; each answer is checked as it comes.
fn ask(args: &Args, content: &mut Content, desk: &mut Desk) -> Result<(), Trouble> {
    if args.title.is_some() {
        return Ok(());
    }
    let with = |content: &Content, change: &dyn Fn(&mut Content)| {
        let mut whole = content.clone();
        // A time of day that was typed waits for the days.
        whole.by = None;
        change(&mut whole);
        valid(&whole)
    };
    let question = "What do you promise, in a few words?";
    let title = desk.ask.fitting(false, question, |typed| {
        let title = pact::text::clean(typed).text;
        with(content, &|content| content.title.clone_from(&title))?;
        Ok(title)
    })?;
    content.title = title.ok_or_else(not_now)?;
    if args.text.is_none() {
        let question = "The words that you would sign (Enter: the same):";
        let text = desk.ask.fitting(false, question, |typed| {
            let text = pact::text::clean(typed).text;
            with(content, &|content| content.text.clone_from(&text))?;
            Ok(text)
        })?;
        content.text = text.unwrap_or_default();
    }
    if !has_days(args) {
        let question = "On which days (for example weekday, or friday; Enter: none)?";
        content.rule = desk.ask.fitting(false, question, rule)?;
        if content.rule.is_some() && args.by.is_none() {
            let question = "By what time of day (for example 18:00; Enter: none)?";
            content.by = desk.ask.fitting(false, question, days::time)?;
        }
    }
    valid(content)
}

/// The need that a word means.
pub(crate) fn need(home: &mut Home, word: &str, today: Day) -> Result<Hash, Trouble> {
    let all = Items::agreed_or_offered(home, today)?;
    let is_need = |item: &items::Item| {
        let owned = item.owned.as_ref();
        owned.is_some_and(|owned| owned.ty == ItemType::Need)
    };
    let how = "Each writes their own: handfast need \"TEXT\"\nWhat there is: handfast plan";
    if !all.0.iter().any(is_need) {
        return Err(Trouble::refused("no-need", "No need stands in the plan yet.").hint(how));
    }
    let item = all
        .those(is_need)
        .one(word)
        .map_err(|trouble| match all.one(word) {
            Ok(other) => Trouble::refused(
                "no-need",
                format!("{} is not a need.", render::inline(&other.title, 40)),
            )
            .hint(how),
            Err(_) => trouble,
        })?;
    item.owned
        .map(|owned| owned.id)
        .ok_or_else(|| crate::what::unknown(word))
}

/// A rule as it is typed.
pub(crate) fn rule(typed: &str) -> Result<Rule, Trouble> {
    pact::rule::sugar(typed).map_err(|error| {
        let typed = render::inline(typed, 40);
        // Words that are no rule at all are answered by the examples below.
        let said = if error == pact::rule::RuleError::Words {
            format!("{typed} is not a rule for days.")
        } else {
            format!("{typed} is not a rule for days: {error}.")
        };
        Trouble::usage(said)
            .code("rule")
            .hint("For example: weekday, day, friday, monday,thursday, week, month,\n\"other monday\", \"first friday\"; or leave it out")
    })
}

/// Checks words before they go into the draft, as they would be checked before signing.
pub(crate) fn valid(content: &Content) -> Result<(), Trouble> {
    content.validate().map_err(|error| {
        Trouble::usage(format!("This cannot be a promise: {error}."))
            .code("promise")
            .hint("In other words, or shorter: handfast promise")
    })
}

/// The fields of the draft that hold what the words do not.
pub(crate) fn fields(content: &Content) -> Vec<(Field, Scalar)> {
    let mut fields = vec![
        (Field::Type, Scalar::Uint(content.ty.number())),
        (Field::Who, Scalar::Uint(content.who.number())),
    ];
    if let Some(rule) = &content.rule {
        fields.push((Field::Rule, Scalar::Text(rule.to_string())));
    }
    if let Some(minute) = content.by {
        fields.push((Field::By, Scalar::Uint(minute.into())));
    }
    if let Some(day) = content.from {
        fields.push((Field::From, Scalar::Uint(day.0.into())));
    }
    if let Some(need) = content.for_ {
        fields.push((Field::For, Scalar::Bytes(need.0.to_vec())));
    }
    fields
}
