//! A check-in with its person there: answered question by question, shown before it goes; and read,
//! both answers or none.

use node::Home;
use node::home::Draft;
use node::words::{Answers, BY_SCRIPT, CheckIn, Confidential, Part, Stands, Theirs};
use pact::calendar;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::file::Taken;
use super::paper::Paper;
use super::{Asked, by_script, heading};
use crate::confidential::compose::{self, FADE_DAYS};
use crate::confidential::guided::{Answered, Guided, Question};
use crate::confidential::send::{self, Decided, Sending};
use crate::confidential::{leaflet, read};
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// What its draft is called: the line that goes on with it.
const DRAFT: &str = "check-in";
/// Before the name of a question, so that none of them is another part of a draft.
const ANSWER: &str = "answer ";
/// The part of a draft that names the check-in.
const OF: &str = "of";

/// Check-ins rest while space lasts, one's own or the other's.
pub(crate) fn rests(home: &Home, names: &Names) -> Result<(), Trouble> {
    let mine = crate::spaces::taken(home.places()).is_some();
    if !mine && !home.other_has_space() {
        return Ok(());
    }
    let said = if mine {
        "You have taken space; check-ins rest while it lasts.".to_owned()
    } else {
        let other = render::title(&names.other, 30);
        format!("{other} has taken space; check-ins rest while it lasts.")
    };
    Err(Trouble::refused("space", said).hint("How it stands: handfast space show"))
}

/// Asks question by question, shows all of it, seals it.
pub(crate) fn ask(desk: &mut Desk, home: &mut Home, names: &Names, asked: &Asked) -> Done {
    rests(home, names)?;
    forget_older(home, asked)?;
    let questions: Vec<Question> = asked
        .questions
        .iter()
        .map(|part| Question {
            part: format!("{ANSWER}{}", part.key),
            asks: part.text.clone(),
            heading: heading(asked, &part.key),
            needed: false,
        })
        .collect();
    let says = says(home, names, asked);
    let guided = Guided {
        draft: DRAFT,
        questions: &questions,
        says: &says,
        fade: FADE_DAYS,
        check: None,
    };
    let more = [(OF.to_owned(), Confidential::from(of(asked)))];
    let Answered::All(mut draft) = guided.ask(desk, home, &more)? else {
        return Ok(Exit::Done);
    };
    if guided.answers(&draft).is_empty() {
        home.discard_draft(DRAFT).map_err(compose::trouble)?;
        desk.out
            .talk("Nothing is answered, so nothing is sent. It stays open, and nothing shows.");
        return Err(not_now());
    }
    let Some(fade) = guided.decide(desk, home, names, &mut draft)? else {
        return Ok(Exit::Done);
    };
    let parts = guided
        .answers(&draft)
        .into_iter()
        .filter_map(|(part, text)| Some((part.strip_prefix(ANSWER)?.to_owned(), text)))
        .collect();
    by_script::seal(home, asked, parts, fade, false)?;
    home.discard_draft(DRAFT).map_err(compose::trouble)?;
    sealed(desk, home, asked, None);
    Ok(Exit::Done)
}

/// A file with its person there: the whole of it, before it goes.
pub(crate) fn show_paper(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    asked: &Asked,
    paper: &Paper,
    taken: &Taken,
) -> Done {
    let parts = paper.parts(asked);
    let headings: Vec<String> = parts.iter().map(|(key, _)| heading(asked, key)).collect();
    let shown: Vec<(&str, &Confidential)> = headings
        .iter()
        .map(String::as_str)
        .zip(parts.iter().map(|(_, text)| text))
        .collect();
    let sending = Sending {
        says: &says(home, names, asked),
        parts: &shown,
        fade: paper.fade,
        check: None,
        draft: false,
        other_words: false,
    };
    let Decided::Send(fade) = send::decide(desk, home, names, &sending)? else {
        return Err(not_now());
    };
    super::keep_note(home, paper.note.as_ref())?;
    by_script::seal(home, asked, parts, fade, false)?;
    sealed(desk, home, asked, taken.remove());
    Ok(Exit::Done)
}

/// What waited and cannot be sent any more: its words, for whoever wants to say them elsewhere.
pub(crate) fn show_unsent(desk: &mut Desk, home: &Home, paper: &Paper) -> Result<(), Trouble> {
    let day = calendar::name_seen_from(paper.day, home.today());
    let mut page = Zeroizing::new(render::heading(&format!("Check-in, {day}"), "not sent"));
    page.push('\n');
    for (key, text) in &paper.answers {
        page.push_str(&send::parts(&[(&render::inline(key, 40), text)]));
    }
    read(desk, home, &page)
}

/// What it is, on the page before it is sent.
fn says(home: &Home, names: &Names, asked: &Asked) -> String {
    let other = render::title(&names.other, 30);
    format!(
        "For {}. It stays sealed until both of you have answered; then each sees both, and one \
         signed entry says that it took place. Until then neither is shown that the other has \
         answered. A changed program of {other}'s could stop there, and show you nothing.",
        asked.called(home.today())
    )
}

fn sealed(desk: &Desk, home: &Home, asked: &Asked, remark: Option<&str>) {
    let undo = match home.grace_ms() / 1000 {
        0 => "There is no undo now.".to_owned(),
        grace => format!(
            "For {} you can take it back: handfast undo",
            doing::span(grace)
        ),
    };
    let mut said = format!(
        "Sealed. It is shown when both of you have answered; nothing more is asked of you.\n{}\n{undo}",
        doing::goes(home)
    );
    if let Some(remark) = remark {
        said.push_str(&format!("\n{remark}"));
    }
    desk.out.talk(&said);
    desk.out.document(
        "check-in",
        json!({
            "changed": true, "tray": false, "set": asked.set, "for": calendar::iso(asked.day),
        }),
    );
}

fn of(asked: &Asked) -> String {
    format!("{} {}", asked.set, calendar::iso(asked.day))
}

/// A draft of a check-in whose time is over, or of other questions, is not sent as this one. It is
/// shown where it says something of its own, then it goes.
fn forget_older(home: &mut Home, asked: &Asked) -> Result<(), Trouble> {
    let drafts = home.drafts().map_err(compose::trouble)?;
    let Some(draft) = drafts.into_iter().find(|draft| draft.name == DRAFT) else {
        return Ok(());
    };
    let of_this = compose::part(&draft, OF).is_none_or(|text| text.show() == of(asked));
    if of_this {
        return Ok(());
    }
    // Its words stay, under the questions that are asked still; what is of no question goes.
    let mut parts: Vec<_> = draft
        .parts
        .into_iter()
        .filter(|(name, _)| {
            name.strip_prefix(ANSWER)
                .is_none_or(|key| asked.question(key).is_some())
                && name != OF
        })
        .collect();
    parts.push((OF.to_owned(), Confidential::from(of(asked))));
    let name = DRAFT.to_owned();
    home.save_draft(&Draft { name, parts })
        .map_err(compose::trouble)
}

/// One's own answers, back from a seal that was taken back: a draft again, and the line that goes on
/// with it.
pub(crate) fn again(home: &mut Home, parts: &[Part]) -> Result<String, Trouble> {
    let asked = super::asked(home, home.today()).ok();
    // What was left out stays left out.
    let questions = asked.iter().flat_map(|asked| &asked.questions);
    let left_out = questions
        .filter(|part| parts.iter().all(|(key, _)| *key != part.key))
        .map(|part| (part.key.clone(), Confidential::default()));
    let answers = parts.iter().cloned().chain(left_out);
    let mut parts: Vec<Part> = answers
        .filter(|(key, _)| key != BY_SCRIPT)
        .map(|(key, text)| (format!("{ANSWER}{key}"), text))
        .collect();
    if let Some(asked) = &asked {
        parts.push((OF.to_owned(), Confidential::from(of(asked))));
    }
    let name = DRAFT.to_owned();
    home.save_draft(&Draft { name, parts })
        .map_err(compose::trouble)?;
    Ok(DRAFT.to_owned())
}

/// A check-in that was answered here: one's own words; both, when both have answered.
pub(crate) fn show(desk: &mut Desk, home: &mut Home, names: &Names, asked: &Asked) -> Done {
    let today = home.today();
    let stands = super::stands(home, asked)?;
    let other = render::title(&names.other, 30);
    if let Stands::Both { closed: true } = stands
        && !desk.out.json()
    {
        // Opening is a step of its own: from here on they fade.
        let page = render::wrap(&format!(
            "Both of you have answered {}. {other}'s answers fade once you have opened them. \
             Nobody is told whether you do.",
            asked.called(today)
        ));
        let told = "[Enter] not now    [o] open both";
        if leaflet(desk, home, &page, told, &["o"])? != Some("o") {
            return Err(not_now());
        }
    }
    let check_in = home
        .check_in(asked.p, asked.day)
        .map_err(compose::trouble)?;
    desk.out.document("check-in", as_json(asked, &check_in));
    if desk.out.json() {
        return Ok(Exit::Done);
    }
    let page = page(names, asked, &check_in, today);
    read(desk, home, &page)?;
    Ok(Exit::Done)
}

fn page(
    names: &Names,
    asked: &Asked,
    check_in: &CheckIn,
    today: identity::Day,
) -> Zeroizing<String> {
    let other = render::title(&names.other, 30);
    let title = format!("Check-in, {}", calendar::name_seen_from(asked.day, today));
    let mut page = Zeroizing::new(render::heading(&title, "it fades"));
    page.push('\n');
    let (mine, theirs) = match check_in {
        CheckIn::Open => (None, None),
        CheckIn::Given(mine) => {
            page.push_str(&render::wrap(
                "Yours, sealed. Both are shown when both of you have answered; until then neither \
                 is told whether the other has. Nothing more is asked of you.",
            ));
            if mine.is_none() {
                page.push_str("\nYour own copy has faded.\n");
            }
            (mine.as_ref(), None)
        }
        CheckIn::Both { mine, theirs } => {
            page.push_str(&render::wrap(&above(&other, mine.as_ref(), theirs)));
            let theirs = match theirs {
                Theirs::Answers(answers) => Some(answers),
                Theirs::False | Theirs::Faded => None,
            };
            (mine.as_ref(), theirs)
        }
    };
    for key in keys(asked, mine, theirs) {
        let of = |answers: Option<&Answers>| {
            let answers = answers?;
            let (_, text) = answers.parts.iter().find(|(name, _)| *name == key)?;
            (!text.is_blank()).then(|| text.clone())
        };
        let (own, others) = (of(mine), of(theirs));
        if own.is_none() && others.is_none() {
            continue;
        }
        page.push_str(&format!(
            "\n{}",
            render::wrap(&render::strong(&heading(asked, &key)))
        ));
        for (who, text) in [("You", own), (&other, others)] {
            if let Some(text) = text {
                page.push_str(&send::parts(&[(who, &text)]));
            }
        }
    }
    page
}

/// What is to be known before both are read.
fn above(other: &str, mine: Option<&Answers>, theirs: &Theirs) -> String {
    let mut said = match theirs {
        Theirs::Answers(answers) if answers.by_script => format!(
            "Both of you have answered. {other}'s were sent by a script, as {other} has set."
        ),
        Theirs::Answers(_) => "Both of you have answered.".to_owned(),
        Theirs::False => format!(
            "What {other}'s program showed is not what it had sealed, so it is not shown here. \
             Yours were shown to {other}."
        ),
        Theirs::Faded => format!(
            "Both of you have answered. {other}'s answers have faded; that the check-in took place \
             has not."
        ),
    };
    if mine.is_none() {
        said.push_str(" Your own have faded.");
    }
    said
}

/// The questions in their order, then what was answered besides.
fn keys(asked: &Asked, mine: Option<&Answers>, theirs: Option<&Answers>) -> Vec<String> {
    let mut keys: Vec<String> = asked
        .questions
        .iter()
        .map(|part| part.key.clone())
        .collect();
    for (key, _) in [mine, theirs]
        .into_iter()
        .flatten()
        .flat_map(|all| &all.parts)
    {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

fn as_json(asked: &Asked, check_in: &CheckIn) -> Value {
    let answers = |answers: &Answers| {
        let all: Map<String, Value> = answers
            .parts
            .iter()
            .map(|(key, text)| (key.clone(), json!(text.show())))
            .collect();
        json!({ "answers": all, "by_script": answers.by_script })
    };
    let (state, mine, theirs) = match check_in {
        CheckIn::Open => ("open", None, Value::Null),
        CheckIn::Given(mine) => ("given", mine.as_ref(), Value::Null),
        CheckIn::Both { mine, theirs } => match theirs {
            Theirs::Answers(theirs) => ("both", mine.as_ref(), answers(theirs)),
            Theirs::False => ("false", mine.as_ref(), Value::Null),
            Theirs::Faded => ("faded", mine.as_ref(), Value::Null),
        },
    };
    json!({
        "set": asked.set,
        "for": calendar::iso(asked.day),
        "state": state,
        "mine": mine.map(answers),
        "theirs": theirs,
    })
}

/// Lets it pass: nothing is sent, and nothing shows.
pub(crate) fn skip(desk: &mut Desk, home: &mut Home, asked: &Asked) -> Done {
    if super::stands(home, asked)? != Stands::Open {
        return Err(by_script::already());
    }
    let changed = !super::is_skipped(home, asked)?;
    super::set_skipped(home, asked)?;
    home.discard_draft(DRAFT).map_err(compose::trouble)?;
    desk.out.talk(&format!(
        "You let it pass. Nothing is sent, and nothing shows. {}",
        super::until(asked, home.today())
    ));
    desk.out.document(
        "check-in",
        json!({ "changed": changed, "set": asked.set, "for": calendar::iso(asked.day) }),
    );
    home.fade().map_err(home_trouble)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests;
