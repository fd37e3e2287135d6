//! `edit`: change the draft.

use pact::{Content, ItemId, ItemType, Rule, Who, calendar};
use replica::draft::{Change, Field, Scalar};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::shorts::Shorts;
use crate::tray;
use crate::trouble::{Exit, Trouble};
use crate::verbs;
use crate::verbs::offer::review_day;
use crate::verbs::promise::{need, rule, valid};
use crate::which::{self, Which};
use crate::wishes;

/// Change the draft
///
/// Both may edit at the same time, offline too; what both wrote is merged. If
/// two different values were set at once in one field, both are shown; set the
/// one you mean. What was agreed stays as it is until a new offer is agreed.
///
///   handfast edit home --text "I am home by six on weekdays."
///   handfast edit home --by 18:30
///   handfast edit home --remove
///   handfast edit home --short six
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which item: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// Another title
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,
    /// Other words
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Whom it binds
    #[arg(long, value_name = "me|both", value_parser = ["me", "other", "both"])]
    pub(crate) who: Option<String>,
    /// On which days it is due; "never" for none
    #[arg(long, value_name = "RULE", conflicts_with = "on")]
    pub(crate) every: Option<String>,
    /// Due once, on this day
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// By what time of day; "never" for none
    #[arg(long, value_name = "TIME")]
    pub(crate) by: Option<String>,
    /// The first day it can be due
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<String>,
    /// Until when it counts, once you offer it; only on this device until then
    #[arg(long, value_name = "DAY")]
    pub(crate) review: Option<String>,
    /// The need that it answers; "none" for none
    #[arg(long = "for", value_name = "NEED")]
    pub(crate) need: Option<String>,
    /// Take it out of the draft; what was agreed stays
    #[arg(long, conflicts_with = "restore")]
    pub(crate) remove: bool,
    /// Bring a removed item back into the draft
    #[arg(long)]
    pub(crate) restore: bool,
    /// Write the words in $VISUAL or $EDITOR, which may keep copies
    #[arg(long, conflicts_with = "text")]
    pub(crate) editor: bool,
    /// What to call it when you type; only on this device, nothing of it is sent
    #[arg(long, value_name = "NAME", conflicts_with_all = [
        "title", "text", "who", "every", "on", "by", "from", "remove", "restore", "editor", "review",
        "need",
    ])]
    pub(crate) short: Option<String>,
    /// What comes next is asked at once by who called, so it is not told here.
    #[arg(skip)]
    pub(crate) goes_on: bool,
}

impl Args {
    /// Nothing but the item: the new words are asked for.
    pub(crate) fn only(what: String) -> Self {
        Self {
            what: Some(what),
            ..Self::default()
        }
    }

    /// Whether nothing is said of what would be otherwise.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_of_the_frame() && self.text.is_none() && !self.editor && self.short.is_none()
    }

    /// Whether it leaves the words as they are.
    fn is_of_the_frame(&self) -> bool {
        let field = [
            &self.title,
            &self.who,
            &self.every,
            &self.on,
            &self.by,
            &self.from,
            &self.review,
            &self.need,
        ];
        let any = self.remove || self.restore || field.iter().any(|field| field.is_some());
        any && self.text.is_none() && !self.editor
    }
}

/// What is written part by part has a verb that knows its parts.
fn has_one_text(content: &Content, short: &str) -> Result<(), Trouble> {
    let hint = match content.ty {
        ItemType::WhenThen => format!(
            "Part by part: handfast when-then change {short}\nOr one: handfast when-then change \
             {short} --pause 30m\nThen: handfast offer {short}"
        ),
        ItemType::Questions => {
            "For example: handfast questions --change 2 \"TEXT\"\nTo add one: handfast \
             questions\nThen: handfast offer questions"
                .to_owned()
        }
        ItemType::Promise
        | ItemType::Vision
        | ItemType::Boundary
        | ItemType::Need
        | ItemType::AboutMe => return Ok(()),
    };
    let said = format!(
        "{} is written part by part.",
        render::title(content.called(), 40)
    );
    Err(Trouble::refused("parts", said).hint(hint))
}

/// What is written part by part is asked for so, where nothing else was said.
fn by_its_parts(args: &Args, word: &str, desk: &mut Desk) -> Result<Option<Exit>, Trouble> {
    if !desk.ask.attended() || desk.trying || args.is_of_the_frame() || args.text.is_some() {
        return Ok(None);
    }
    let ty = desk.with_home(|desk, home| {
        let item = Items::all(home, desk.today(home))?.one(word)?;
        Ok(item
            .draft
            .as_ref()
            .map(|draft| items::shown_content(draft).ty))
    })?;
    let done = match ty {
        Some(ItemType::WhenThen) => {
            let own = verbs::when_then::Own::Change {
                what: Some(word.to_owned()),
                parts: verbs::when_then::Parts::default(),
            };
            let args = verbs::when_then::Args {
                own: Some(own),
                ..verbs::when_then::Args::default()
            };
            verbs::when_then::run(&args, desk)?
        }
        Some(ItemType::Questions) => {
            verbs::questions::run(&verbs::questions::Args::default(), desk)?
        }
        _ => return Ok(None),
    };
    Ok(Some(done))
}

/// Changes what the options name; without any, asks for new words.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::Drafted,
        "handfast edit WHAT",
    )?;
    if let Some(typed) = &args.short {
        return rename(&word, typed, desk);
    }
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    if let Some(done) = by_its_parts(args, &word, desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let item = Items::all(home, today)?.one(&word)?;
        let place = item.in_draft(&names)?;
        let before = item.draft.as_ref().map(items::shown_content);
        if let (Some(before), false) = (&before, args.is_of_the_frame()) {
            has_one_text(before, &item.short)?;
        }
        let review = args
            .review
            .as_deref()
            .map(|day| review_day(day, today))
            .transpose()?;

        let mut changes = Vec::new();
        if let Some(title) = &args.title {
            changes.push(Change::Title(place, pact::text::clean(title).text));
        }
        if let Some(text) = &args.text {
            changes.push(Change::Text(place, pact::text::clean(text).text));
        }
        if let Some(who) = &args.who {
            let who = match who.as_str() {
                "both" => Who::Both,
                "other" => Who::Only(names.me.other()),
                _ => Who::Only(names.me),
            };
            changes.push(Change::Field(
                place,
                Field::Who,
                Some(Scalar::Uint(who.number())),
            ));
        }
        if let Some(every) = &args.every {
            let value = match every.as_str() {
                "never" => None,
                typed => Some(Scalar::Text(rule(typed)?.to_string())),
            };
            if value.is_none() {
                // A time of day needs days.
                changes.push(Change::Field(place, Field::By, None));
            }
            changes.push(Change::Field(place, Field::Rule, value));
        }
        if let Some(day) = days::due(args.on.as_deref(), today)? {
            changes.push(Change::Field(
                place,
                Field::Rule,
                Some(Scalar::Text(Rule::once().to_string())),
            ));
            changes.push(Change::Field(
                place,
                Field::From,
                Some(Scalar::Uint(day.0.into())),
            ));
        }
        if let Some(by) = &args.by {
            let value = if by == "never" {
                None
            } else {
                Some(Scalar::Uint(days::time(by)?.into()))
            };
            changes.push(Change::Field(place, Field::By, value));
        }
        if let Some(day) = days::ahead(args.from.as_deref(), today)? {
            changes.push(Change::Field(
                place,
                Field::From,
                Some(Scalar::Uint(day.0.into())),
            ));
        }
        if let Some(word) = &args.need {
            let need = match word.as_str() {
                "none" => None,
                word => Some(Scalar::Bytes(need(home, word, today)?.0.to_vec())),
            };
            changes.push(Change::Field(place, Field::For, need));
        }
        if args.editor {
            let now = before.as_ref().map_or("", |content| content.text.as_str());
            let text = crate::editor::text(desk, now, &pact::ItemId(place.id).to_string())
                .map_err(|trouble| trouble.about(&item.short))?;
            changes.push(Change::Text(place, pact::text::clean(&text).text));
        }
        if args.remove {
            changes.push(Change::Remove(place));
        }
        if args.restore {
            changes.push(Change::Restore(place));
        }
        if changes.is_empty() && review.is_none() {
            if let Some(before) = &before {
                let words = items::words(before, &names);
                desk.out.page(&format!("Now:\n{}", render::quote(&words)));
                if before.ty == ItemType::Vision {
                    desk.out
                        .page("To put a paragraph behind it: handfast vision\n");
                }
            }
            let fits = |typed: &str| {
                let text = pact::text::clean(typed).text;
                let longest = pact::content::MAX_TEXT;
                if text.len() > longest {
                    return Err(Trouble::refused("text", "That is too long for one text.")
                        .hint("Say it shorter, or in two promises."));
                }
                Ok(text)
            };
            let question = "The new words (only Enter: not now).";
            let text = desk
                .ask
                .fitting(true, question, fits)?
                .ok_or_else(not_now)?;
            changes.push(Change::Text(place, text));
        }

        let changed = !changes.is_empty() && doing::edit(home, &changes)?;
        if let Some(day) = review {
            wishes::keep(home, ItemId(place.id), day)?;
        }
        let drafted = doing::draft(home)?;
        let after = drafted.iter().find(|draft| draft.item == place);
        let shown = after.map(items::shown_content);
        if let (Some(after), false) = (&shown, args.remove) {
            // Shown at once, so that it is mended while it is fresh; the draft itself takes anything.
            if let Err(trouble) = valid(after) {
                desk.out.talk(&format!(
                    "As it is now it could not be offered. {}",
                    trouble.message
                ));
            }
        }
        let mut said = match (changed, args.remove) {
            (false, _) if changes.is_empty() => "The words stay as they are:".to_owned(),
            (false, _) => "The draft says that already.".to_owned(),
            (true, true) => {
                format!(
                    "Taken out of the draft. Bring it back with: handfast edit {} --restore",
                    item.short
                )
            }
            (true, false) => "The draft now says:".into(),
        };
        if let (Some(after), false) = (&shown, args.remove) {
            said.push_str(&format!(
                "\n{}  {}",
                render::quote(&items::words(after, &names)),
                items::terms(after, &names, today)
            ));
        }
        if let Some(day) = review {
            said.push_str(&format!(
                "\n  Once you offer it, it counts until the end of {}.",
                calendar::short_name_seen_from(day, today)
            ));
        }
        if !item.agreed.is_empty() {
            said.push_str(&format!(
                "\n\nWhat you have agreed stays as it is. Side by side: handfast compare {}",
                item.short
            ));
        }
        // What comes next: who offers it, and how it gets there.
        let other = render::title(&names.other, 30);
        match shown
            .as_ref()
            .filter(|_| changed && !args.remove && !args.goes_on)
        {
            Some(after) if after.who.includes(names.me) => said.push_str(&format!(
                "\n\nWhen it says what you mean:  handfast offer {}",
                item.short
            )),
            Some(_) => said.push_str(&format!(
                "\n\n{}\n{other}, whom it binds, can then offer it, or not.",
                doing::goes(home)
            )),
            None => {}
        }
        desk.out.talk(&said);
        desk.out.document(
            "edit",
            json!({
                "item": crate::what::id(item.what),
                "short": item.short,
                "changed": changed,
                "review": review.map(calendar::iso),
                "removed": after.is_some_and(|draft| draft.removed),
                "draft": shown.map(|content| doing::content_json(&content, &names)),
            }),
        );
        Ok(Exit::Done)
    })
}

/// Gives an item the name that this person types. It is a note of this home: nothing is signed.
fn rename(word: &str, typed: &str, desk: &mut Desk) -> Done {
    let name = pact::short::given(typed).ok_or_else(|| {
        Trouble::usage("A short name is one word of at most 24 letters.")
            .code("short")
            .hint("For example: handfast edit home --short six")
    })?;
    desk.with_home(|desk, home| {
        let items = Items::all(home, home.today())?;
        let item = items.one(word)?;
        let key = item.key();
        let here = |id: &str| items.0.iter().find(|item| item.key() == id);
        let taken = Shorts::give(home, &key, &name, |id| here(id).is_some())?;
        if let Some(other) = taken.as_deref().and_then(here) {
            return Err(Trouble::refused(
                "taken",
                format!(
                    "\"{name}\" already means {}.",
                    render::inline(&other.title, 50)
                ),
            )
            .hint(format!(
                "Call that one something else first: handfast edit {name} --short NAME"
            )));
        }
        desk.out.talk(&format!(
            "{} is called \"{name}\" here. Only on this device:\nnothing of it is sent.",
            render::inline(&item.title, 40)
        ));
        desk.out.document(
            "edit",
            json!({
                "item": crate::what::id(item.what),
                "short": name,
                "changed": item.short != name,
            }),
        );
        Ok(Exit::Done)
    })
}
