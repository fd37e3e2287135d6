//! `kept`, `partly` and `missed`: what I did about what I promised. Only about oneself (S59).

use identity::{Day, Hash};
use node::Home;
use pact::{Body, How, What, calendar};
use serde_json::json;

use crate::days;
use crate::desk::Desk;
use crate::doing;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::states;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::what;
use crate::which::{self, Which};

/// What the three take.
#[derive(Debug, clap::Args)]
pub(crate) struct FollowArgs {
    /// Which promise: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// The day it is about [default: today]
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// A short fact; the story is for each other
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// The word for it on screens and in JSON.
pub(crate) fn word(how: How) -> &'static str {
    match how {
        How::Kept => "kept",
        How::Partly => "partly",
        How::Missed => "missed",
    }
}

/// Notes it for a day.
pub(crate) fn run(how: How, args: &FollowArgs, desk: &mut Desk) -> Done {
    let usage = format!("handfast {} WHAT", word(how));
    let asked = args.what.is_none();
    let what = which::given(desk, args.what.as_deref(), Which::Mine, &usage)?;
    let note = match &args.note {
        // Who is asked which is asked for the fact too.
        None if asked => desk.ask.line("A short fact, if you like (Enter: none):"),
        note => note.clone(),
    };
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let on = days::past(args.on.as_deref(), desk.today(home))
            .map_err(|trouble| trouble.about(&what))?;
        let note = pact::text::clean(note.as_deref().unwrap_or_default()).text;
        let mine = what::mine(home, &names, &what, on)
            .map_err(|trouble| states::or_state(trouble, home, &names, Some(&what), on))?;
        let said = format!(
            "{}: {}, {}.",
            render::title(&mine.title, 50),
            word(how),
            calendar::name_seen_from(on, desk.today(home))
        );
        if mine.noted.iter().any(|noted| noted.how == how && noted.note == note) {
            desk.out.talk(&format!("{said}\nIt stands there already."));
            desk.out.document(word(how), json!({ "item": mine.id, "short": mine.short, "on": calendar::iso(on), "changed": false }));
            return Ok(Exit::Done);
        }
        let corrects = mine.noted.last().map(|noted| noted.hash);
        let body = Body::Follow { target: mine.target, on, how, note: note.clone(), corrects };
        let mut says = said;
        if corrects.is_some() {
            says.push_str("\n  It stands in place of what you noted before; both can be seen.");
        }
        let remark = remark(&mine, on, desk.today(home));
        let leaf = Leaf { says: &says, words: &note, remark: remark.as_deref(), ..Leaf::default() };
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, Some(mine.what))?;
        let said = if how == How::Missed {
            "Saying it yourself counts. Nothing that you did before is lost by it."
        } else {
            ""
        };
        doing::signed(
            desk,
            home,
            said,
            word(how),
            json!({
                "id": hash.to_string(),
                "item": mine.id,
                "short": mine.short,
                "on": calendar::iso(on),
                "note": note,
                "corrects": corrects.map(|hash| hash.to_string()),
            }),
        );
        Ok(Exit::Done)
    })
}

/// A day so far back is said as such.
const LONG_PAST: u32 = 28;

/// What is worth a second look about a day.
fn remark(mine: &Mine, on: Day, today: Day) -> Option<String> {
    let mut said = Vec::new();
    if mine.is_off {
        said.push("It is not due on that day; it may be noted all the same.");
    }
    if today.0.saturating_sub(on.0) > LONG_PAST {
        said.push("That day is long past; the entry carries today's date too.");
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// What was done, if an entry says so.
pub(crate) fn how(body: &Body) -> Option<(How, &str)> {
    if let Body::Follow { how, note, .. } = body {
        Some((*how, note))
    } else {
        None
    }
}

/// Something that I promised, and what I noted for a day.
pub(crate) struct Mine {
    pub(crate) what: What,
    pub(crate) id: String,
    pub(crate) target: Hash,
    pub(crate) short: String,
    pub(crate) title: String,
    pub(crate) noted: Vec<Noted>,
    /// It has days, and this is none of them.
    is_off: bool,
}

/// One note.
pub(crate) struct Noted {
    pub(crate) hash: Hash,
    pub(crate) how: How,
    pub(crate) note: String,
}

/// All that I can note on a day.
pub(crate) fn all_mine(home: &mut Home, names: &Names, day: Day) -> Result<Vec<Mine>, Trouble> {
    let items = Items::agreed_or_offered(home, day)?;
    let view = home.view().map_err(home_trouble)?;
    let mine = view.loggable(names.me, day).into_iter().map(|due| Mine {
        what: due.what,
        id: what::id(due.what),
        target: due.target,
        short: items.short(due.what).to_owned(),
        title: due.content.title.clone(),
        is_off: due.content.rule.is_some() && !due.is_due,
        noted: due
            .noted
            .iter()
            .filter_map(|entry| {
                let (how, note) = how(entry.body)?;
                Some(Noted {
                    hash: entry.hash,
                    how,
                    note: note.to_owned(),
                })
            })
            .collect(),
    });
    Ok(mine.collect())
}

/// The trouble of a promise that is not mine, or none.
pub(crate) fn not_mine(word: &str) -> Trouble {
    Trouble::refused(
        "not-yours",
        format!(
            "{} is not something that you have promised.",
            render::inline(word, 50)
        ),
    )
    .hint("You note your own days only. What is yours: handfast status")
}
