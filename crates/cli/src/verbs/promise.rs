//! `promise`: write one into the draft.

use pact::{Content, ItemType, Rule, Who};
use replica::draft::{Change, Field, Scalar};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Write one
///
/// It goes into the draft, where both may change it; a draft binds nobody.
/// `offer` asks for the other's signature. Small and observable works best:
/// something either of you could see happen.
///
///   handfast promise "Home by six" --every weekday --by 18:00
///   handfast promise "One topic" --text "When we argue, I bring up one."
///   handfast promise "Call the plumber" --on friday
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
}

/// Writes it into the draft.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let title = match &args.title {
            Some(title) => title.clone(),
            None => desk.ask.line("What do you promise, in a few words?").ok_or_else(not_now)?,
        };
        let text = match (&args.text, &args.title) {
            (Some(text), _) => text.clone(),
            (None, Some(_)) => String::new(),
            (None, None) => desk.ask.line("The words that you would sign (Enter: the same):").unwrap_or_default(),
        };
        let who = if args.who == "both" { Who::Both } else { Who::Only(names.me) };
        let mut content =
            Content::new(ItemType::Promise, who, &pact::text::clean(&title).text, &pact::text::clean(&text).text);
        let typed = args.every.is_some() || args.on.is_some() || args.title.is_some();
        content.rule = args.every.as_deref().map(rule).transpose()?;
        if !typed && let Some(days) = desk.ask.line("On which days (weekday, friday, Enter: none)?") {
            content.rule = Some(rule(&days)?);
        }
        content.from = days::ahead(args.from.as_deref(), today)?;
        if let Some(on) = days::ahead(args.on.as_deref(), today)? {
            content.rule = Some(Rule::once());
            content.from = Some(on);
        }
        content.by = args.by.as_deref().map(days::time).transpose()?;
        valid(&content)?;

        let id = home.dice().bytes().map_err(|error| home_trouble(error.into()))?;
        let new = Change::New {
            id,
            title: content.title.clone(),
            text: content.text.clone(),
            fields: fields(&content),
            parts: Vec::new(),
        };
        doing::edit(home, &[new])?;
        let all = Items::all(home, today)?;
        let short = all
            .0
            .iter()
            .find(|item| item.draft.as_ref().is_some_and(|draft| draft.item.id == id))
            .map(|item| item.short.clone())
            .unwrap_or_default();
        desk.out.talk(&format!(
            "In the draft, as \"{short}\":\n{}  {}\n\nA draft binds nobody; both of you may change it.\n\
             When it says what you mean:  handfast offer {short}",
            render::quote(&items::words(&content, &names)),
            items::terms(&content, &names, today),
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
        Ok(Exit::Done)
    })
}

/// A rule as it is typed.
pub(crate) fn rule(typed: &str) -> Result<Rule, Trouble> {
    pact::rule::sugar(typed).map_err(|error| {
        Trouble::usage(format!("{} is not a rule for days: {error}.", render::inline(typed, 40)))
            .code("rule")
            .hint("For example: weekday, day, friday, monday,thursday, week, month,\nor FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")
    })
}

/// Checks words before they go into the draft, as they would be checked before signing.
pub(crate) fn valid(content: &Content) -> Result<(), Trouble> {
    content.validate().map_err(|error| {
        Trouble::usage(format!("This cannot be a promise: {error}."))
            .code("promise")
            .hint("handfast promise --help")
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
    fields
}
