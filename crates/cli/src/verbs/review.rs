//! `review`: keep, change, or let go with thanks what has come to its review date.

use identity::Hash;
use pact::{Body, Content, What, calendar};
use serde_json::{Value, json};

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::hints;
use crate::items::{self, Items};
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::reviews::{self, Review};
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::screens::sign::{self, Signing};
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs;

/// Keep, change, or let go with thanks
///
/// What both have agreed is looked at again on its review date; after that it
/// rests and does not count. One at a time you may keep it (the other signs
/// too), change it and offer that, or let it go with thanks (when both have
/// said so). Enter is "not now". With a WHAT: that one, before its date.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which agreement [default: all whose day has come, one at a time]
    pub(crate) what: Option<String>,
}

/// Walks through them. Without anybody there it only tells which they are.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let (names, today, all) = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let items = Items::agreed_or_offered(home, today)?;
        let view = home.view().map_err(home_trouble)?;
        let all = reviews::of(view, &items, &names, today, args.what.as_deref())?;
        Ok((names, today, all))
    })?;
    if all.is_empty() {
        desk.out.data("Nothing has come to its review date.\n");
    }
    if desk.out.json() || !desk.attended() {
        let pages: Vec<String> = all.iter().map(|one| one.page(&names, today)).collect();
        desk.out.data(&pages.join("\n"));
        let all: Vec<Value> = all.iter().map(|one| one.json(&names)).collect();
        desk.out.document("review", json!({ "reviews": all }));
        return Ok(Exit::Done);
    }
    for review in &all {
        desk.out
            .page(&format!("\n{}\n", review.page(&names, today)));
        match one(review, &names, desk) {
            Ok(_) => {}
            // "Not now" is about this one; the next is still shown.
            Err(trouble) if trouble.exit == Exit::Done => desk.out.talk("Not now."),
            Err(trouble) => desk.out.trouble(&trouble),
        }
    }
    Ok(Exit::Done)
}

fn one(review: &Review, names: &Names, desk: &mut Desk) -> Done {
    let mut keys = Vec::new();
    let mut line = String::from("[Enter] not now");
    let mut key = |line: &mut String, key: &'static str, says: &str| {
        keys.push(key);
        line.push_str(&format!("    [{key}] {says}"));
    };
    match review.theirs {
        // The yes to that offer is how it is kept.
        Some((_, true)) => key(&mut line, "k", "read it and keep it too"),
        Some((_, false)) => key(&mut line, "o", "read that offer"),
        None => {}
    }
    if review.theirs.is_none() && review.mine.is_none() && review.binds(names.me) {
        key(&mut line, "k", "keep it");
    }
    if review.mine.is_none() {
        key(&mut line, "c", "change it");
    }
    if review.mine.is_none() || review.theirs.is_some() {
        line.push_str("\n               ");
    }
    if !review.i_let_go() {
        key(&mut line, "t", "let it go, with thanks");
    }
    key(&mut line, "w", "withdraw, at once");
    desk.out.page(&format!("{line}\n"));
    match desk.ask.choose(&keys) {
        Some("k" | "o") if review.theirs.is_some() => {
            let what = review.theirs.map(|(p, _)| offers::short_id(p));
            verbs::agree::run(&verbs::agree::Args { what }, desk)
        }
        Some("k") => keep(review, names, desk),
        Some("c") => change(review, names, desk),
        Some("t") => {
            let_go(review, names, desk)?;
            thanks(review, desk)
        }
        Some("w") => {
            let what = offers::short_id(review.p);
            // The words stood on this page.
            desk.ask.decided();
            verbs::withdraw::run(
                &verbs::withdraw::Args {
                    what: Some(what),
                    yes: true,
                },
                desk,
            )
        }
        _ => Err(not_now()),
    }
}

/// The same words with a new date: renewing takes both signatures, as agreeing did (B5).
fn keep(review: &Review, names: &Names, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let today = desk.today(home);
        let until = today.plus(reviews::DAYS);
        let view = home.view().map_err(home_trouble)?;
        readable(view, review)?;
        let replaces = view.to_replace(review.item, today);
        // What was tried for a while and is kept is no trial any more.
        let content = Content {
            try_: false,
            ..review.content.clone()
        };
        let signing = Signing {
            content: &content,
            until,
            replaces: true,
            mine: true,
        };
        desk.out.page(&sign::page(&signing, names, today));
        desk.out
            .page("[Enter] not now    [s] sign and offer to keep it\n");
        if desk.ask.choose(&["s"]) != Some("s") {
            return Err(not_now());
        }
        let body = Body::Propose {
            content: Box::new(content.clone()),
            until,
            replaces,
            answers: None,
        };
        let hash = doing::sign(home, body, Some(What::Item(review.item)))?;
        let other = render::title(&names.other, 30);
        let then = if review.until > today {
            format!("Until {other} signs too, it stands as it is.")
        } else {
            format!("It counts again when {other} signs too.")
        };
        let until = calendar::short_name_seen_from(until, today);
        let said = format!("You offer to keep it, until {until}. {then}");
        done(desk, home, &said, "keep", review, hash);
        Ok(Exit::Done)
    })
}

/// The draft, then an offer of it, which takes the place of what was agreed.
fn change(review: &Review, names: &Names, desk: &mut Desk) -> Done {
    let edit = verbs::edit::Args {
        goes_on: review.binds(names.me),
        ..verbs::edit::Args::only(review.short.clone())
    };
    let done = verbs::edit::run(&edit, desk)?;
    if !review.binds(names.me) {
        // Only a person whom it binds offers it (S59); that stands behind the new words.
        return Ok(done);
    }
    let args = verbs::offer::Args {
        what: Some(review.short.clone()),
        instead_of: None,
        try_for: None,
        review: None,
    };
    verbs::offer::run(&args, desk)
}

fn let_go(review: &Review, names: &Names, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        readable(home.view().map_err(home_trouble)?, review)?;
        let body = Body::Complete { p: review.p };
        let words = items::words(&review.content, names);
        let leaf = Leaf {
            says: &if review.they_let_go() {
                format!(
                    "You let this go, with thanks. {} has said so too, so this ends it: from now on it \
                     does not count.",
                    render::title(&names.other, 30)
                )
            } else {
                format!(
                    "You would let this go, with thanks. It ends when {} says so too.",
                    render::title(&names.other, 30)
                )
            },
            words: &words,
            ..Leaf::default()
        };
        let what = Some(What::Item(review.item));
        let hash = doing::sign_shown(desk, home, names, &leaf, body, what)?;
        let today = desk.today(home);
        let state = home.view().map_err(home_trouble)?.state(review.p, today);
        let title = render::title(&review.title, 40);
        let said = if state == Some(pact::State::Completed) {
            format!("Let go, with thanks: {title}.\nYou have both said so. What happened while it stood stays as it was.")
        } else {
            let other = render::title(&names.other, 30);
            format!(
                "You would let it go, with thanks: {title}.\nIt is let go when {other} says so too."
            )
        };
        done(desk, home, &said, "complete", review, hash);
        Ok(Exit::Done)
    })
}

/// How the words are asked for.
const THANKS: &str = "What was good about it, in a line of thanks?";

/// "With thanks" may have its words: asked for, never needed.
fn thanks(review: &Review, desk: &mut Desk) -> Done {
    desk.out.page(&format!("\n{THANKS} Only Enter: none.\n"));
    let Some(text) = desk.ask.line(">") else {
        return Ok(Exit::Done);
    };
    let what = offers::short_id(review.p);
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let text = pact::text::clean(&text).text;
        let says = format!(
            "Your thanks to {}, for {}:",
            render::title(&names.other, 30),
            render::inline(&review.title, 40)
        );
        let page = hints::Signing {
            place: None,
            says: &says,
            question: THANKS,
        };
        let text = hints::settle(desk, home, &names, &page, text)?.ok_or_else(not_now)?;
        let body = Body::Thanks {
            text: text.clone(),
            about: Some(review.p),
        };
        let of = Some(What::Item(review.item));
        let hash = doing::sign(home, body, of)?;
        let fields = json!({ "id": hash.to_string(), "text": text, "for": what });
        doing::signed(desk, home, "", "thanks", fields);
        Ok(Exit::Done)
    })
}

/// B4: what cannot be read here may be about just this.
fn readable(view: &pact::View, review: &Review) -> Result<(), Trouble> {
    if view.has_unreadable(&doing::about(What::Item(review.item))) {
        return Err(Trouble::refused(
            "unreadable",
            "Something was said about this that this version cannot read, so it is left as it is.",
        )
        .hint("With a newer handfast: handfast review"));
    }
    Ok(())
}

fn done(desk: &Desk, home: &node::Home, said: &str, kind: &str, review: &Review, hash: Hash) {
    let fields = json!({
        "id": hash.to_string(),
        "of": review.p.to_string(),
        "item": crate::what::id(What::Item(review.item)),
        "short": review.short,
    });
    doing::signed(desk, home, said, kind, fields);
}
