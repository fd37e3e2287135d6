//! The story of a setback: the mark is signed and stays; how it was is told in confidence, points to
//! the mark, and fades.

use node::words::{Body, Lane};
use pact::calendar;
use pact::wording::Place;

use super::compose::{self, Composing};
use super::{send, source};
use crate::concerns;
use crate::desk::Desk;
use crate::items::Items;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Trouble, home_trouble};
use crate::verbs::setback::Args;

/// Tells how it was, of a setback of one's own: the newest, or the one that is named.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let fade = args.fade.as_deref().map(send::days).transpose()?;
    let given = source::given(desk, "setback --story", &[], args.file.as_deref())?;
    if let Some(done) = tray::words_instead(desk, given.as_ref())? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let items = Items::agreed_or_offered(home, today)?;
        let view = home.view().map_err(home_trouble)?;
        let mut setbacks = concerns::my_hard_days(view, &names);
        setbacks.retain(|day| day.kind == "setback");
        let setback = match &args.what {
            None => {
                setbacks.sort_by_key(|day| std::cmp::Reverse(day.on));
                setbacks.into_iter().next()
            }
            Some(word) => {
                let meant = concerns::what(&items, word);
                let mut all = setbacks.into_iter();
                all.find(|day| concerns::means(day, word, &meant))
            }
        };
        let setback = setback.ok_or_else(|| {
            Trouble::refused(
                "no-setback",
                "There is no setback of yours that this means.",
            )
            .hint("Note it first: handfast setback")
        })?;
        let id: String = setback.hash.to_string().chars().take(8).collect();
        let says = format!(
            "How it was: {}, {}.",
            setback.called(),
            calendar::name_seen_from(setback.on, today)
        );
        let how = Composing {
            draft: &format!("setback --story {id}"),
            question: "How was it?",
            says: &says,
            fade,
            lane: Lane::Ordinary,
            check: Some(Place::Setback),
            given,
            re: None,
            kind: "setback-story",
        };
        compose::one(desk, home, &names, how, |text| Body::Story {
            setback: setback.hash,
            text,
        })
    })
}
