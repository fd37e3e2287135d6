//! `heard`: I read this. A signed act without a text; hearing is not agreeing.

use identity::{Day, Hash};
use node::Home;
use pact::{Body, Content, View, What, calendar};
use serde_json::json;

use crate::concerns;
use crate::confidential::heard as heard_words;
use crate::desk::Desk;
use crate::doing;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::sorts;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// I read this
///
/// Of a boundary or need of the other, a heads-up, a setback, what was noted of a
/// day; and, by its id, of a signed sorry that you have opened. It is signed and
/// says that you read it, and nothing more: hearing is not agreeing. Nobody is
/// told that you read something unless you say so here.
///
/// Of words, by their six letters: that you read it; or what you understood; or
/// that it is not quite it. That answer is confidential, as words are.
///
///   handfast heard home
///   handfast heard k3fd7a
///   handfast heard k3fd7a --understood
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What: a short name, part of its title, "heads-up", "setback", or an id; you are asked
    pub(crate) what: Option<String>,
    /// Words are not typed here
    #[arg(hide = true)]
    pub(crate) typed: Vec<String>,
    /// Of words: say what you understood
    #[arg(long, conflicts_with = "not_quite")]
    pub(crate) understood: bool,
    /// Of words: say what is not quite it
    #[arg(long)]
    pub(crate) not_quite: bool,
    /// Of words: take yours from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<String>,
    /// Of words: how many days it stays after it was opened, 1 to 90 [default: 14]
    #[arg(long, value_name = "DAYS")]
    pub(crate) fade: Option<String>,
}

/// What is heard.
struct Heard {
    record: Hash,
    already: bool,
    what: Option<What>,
    /// "heads-up, Home by six"; words of the other's between quotation marks.
    called: String,
    text: String,
}

/// Finds it and says so.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = heard_words::run(args, desk)? {
        return Ok(done);
    }
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::ToHear,
        "handfast heard WHAT",
    )?;
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let heard = find(home, &names, &word, today)?;
        let other = render::title(&names.other, 30);
        let says = format!(
            "You heard it: {}.\n  Hearing is not agreeing.",
            heard.called
        );
        let fields = |hash: Option<Hash>| {
            json!({
                "id": hash.map(|hash| hash.to_string()),
                "of": heard.record.to_string(),
                "item": heard.what.map(crate::what::id),
                "changed": hash.is_some(),
            })
        };
        if heard.already {
            desk.out.talk(&format!("{says}\nIt stands there already."));
            desk.out.document("heard", fields(None));
            return Ok(Exit::Done);
        }
        let body = Body::Heard {
            record: heard.record,
        };
        let leaf = Leaf {
            says: &says,
            words: &heard.text,
            ..Leaf::default()
        };
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, heard.what)?;
        let said = format!("That tells {other} that you read it.");
        doing::signed(desk, home, &said, "heard", fields(Some(hash)));
        Ok(Exit::Done)
    })
}

/// What the other wrote and this person has not said "heard" to: what the other owns, then entries,
/// the newest first, each with what it is called.
pub(crate) fn unheard(view: &View, names: &Names, today: Day) -> Vec<(Hash, String)> {
    let mut all = Vec::new();
    for object in view.owned(names.me.other()) {
        let sets = object.current.iter().filter(|set| !set.heard);
        all.extend(sets.map(|set| {
            let called = render::title(set.content.called(), 50);
            let kind = crate::owned::called(object.ty);
            (set.hash, format!("{kind}, {called}"))
        }));
    }
    let entries = concerns::to_hear(view, names).into_iter();
    let unheard = entries.filter(|(_, heard)| !heard);
    all.extend(unheard.map(|(about, _)| {
        let called = about.called();
        let on = calendar::name_seen_from(about.on, today);
        (about.hash, format!("{called}, {on}"))
    }));
    all
}

/// The beginning of somebody's words, as a quotation: where they were cut it says so, and they are
/// never made to end as another sentence than they are.
fn quoted(content: &Content) -> String {
    let title = render::title(content.called(), 50);
    let whole = title.trim_end_matches(['.', '\u{2026}']).trim_end();
    let goes_on = content
        .text
        .trim_start()
        .strip_prefix(content.called().trim_end_matches('.'))
        .is_some_and(|rest| !rest.trim_matches(['.', ' ', '\n']).is_empty());
    if title.ends_with("...") || goes_on {
        format!("{whole} ...")
    } else {
        whole.to_owned()
    }
}

/// What the other owns first; then the newest entry about it that was not heard.
fn find(home: &mut Home, names: &Names, word: &str, today: Day) -> Result<Heard, Trouble> {
    let items = Items::agreed_or_offered(home, today)?;
    let meant = concerns::what(&items, word);
    let opened = super::words::opened(home)?;
    let view = home.view().map_err(home_trouble)?;
    let mut owned: Vec<Heard> = Vec::new();
    for object in view.owned(names.me.other()) {
        let kind = meant.is_empty() && sorts::of(word) == Some(crate::owned::called(object.ty));
        let is_meant = kind || meant.contains(&What::Owned(object.id));
        let id = word.trim().to_lowercase();
        owned.extend(
            object
                .current
                .iter()
                .filter(|set| is_meant || id.len() >= 4 && set.hash.to_string().starts_with(&id))
                .map(|set| Heard {
                    record: set.hash,
                    already: set.heard,
                    what: Some(What::Owned(object.id)),
                    called: format!("\"{}\"", quoted(set.content)),
                    text: crate::items::words(set.content, names),
                }),
        );
    }
    // Of several that stand side by side each is heard in its turn.
    owned.sort_by_key(|one| one.already);
    if let Some(one) = owned.into_iter().next() {
        return Ok(one);
    }
    if let Some(sorry) = sorry(view, names, word) {
        return if opened.contains(&sorry.record.to_string()) {
            Ok(sorry)
        } else {
            Err(Trouble::refused("closed", "It is not opened yet.")
                .hint(format!("Open it first: handfast words {}", word.trim())))
        };
    }
    let entries = concerns::to_hear(view, names);
    let found = entries
        .into_iter()
        .find(|(about, _)| concerns::means(about, word, &meant));
    match found {
        Some((about, already)) => Ok(Heard {
            record: about.hash,
            already,
            what: about.what,
            called: format!(
                "{}, {}",
                about.called(),
                calendar::name_seen_from(about.on, today)
            ),
            text: about.text,
        }),
        None if meant.is_empty() && sorts::of(word).is_some() => Err(Trouble::refused(
            "nothing-to-hear",
            format!(
                "There is no {} of {}'s here to say that to.",
                sorts::of(word).unwrap_or_default(),
                render::title(&names.other, 30)
            ),
        )
        .hint("What came in: handfast status   handfast log")),
        None if meant.is_empty() => {
            // What stands in the plan may be near; so may what an entry is called.
            let plan = items.0.iter();
            let there = plan.map(|item| (item.short.as_str(), item.title.as_str()));
            let there = there.chain(sorts::all().map(|sort| (sort, "")));
            let near = crate::what::mistyped(word, there);
            Err(near.code("nothing-to-hear"))
        }
        None => Err(Trouble::refused(
            "nothing-to-hear",
            format!(
                "Nothing of {}'s here is called {}.",
                render::title(&names.other, 30),
                render::inline(word, 40)
            ),
        )
        .hint("What came in: handfast status   handfast log")),
    }
}

/// A signed sorry of the other, by its id alone: it arrives closed, so no list offers it.
fn sorry(view: &View, names: &Names, id: &str) -> Option<Heard> {
    let id = id.trim().to_lowercase();
    if id.len() < 8 {
        return None;
    }
    let theirs = view.entries().into_iter();
    let mut theirs = theirs.filter(|entry| entry.person == names.me.other());
    let entry = theirs.find(|entry| {
        matches!(entry.body, Body::Sorry { .. }) && entry.hash.to_string().starts_with(&id)
    })?;
    let Body::Sorry { text } = entry.body else {
        return None;
    };
    Some(Heard {
        record: entry.hash,
        already: concerns::heard_by(view, names.me).contains(&entry.hash),
        what: None,
        called: format!("a sorry, {}", calendar::name(entry.day)),
        text: text.clone(),
    })
}
