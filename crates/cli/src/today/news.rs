//! What is new from the other, on today's page: after months too it stays a page, with what matters
//! first, and the rest stands in the log.

use std::cmp::Reverse;

use pact::view::Answer;
use pact::{Body, News, NewsOf, State, calendar};

use super::{Page, hard, pauses};
use crate::concerns;
use crate::follow;
use crate::render;
use crate::taken_back;

/// So much is shown whole.
const WHOLE: usize = 12;

/// Of more than that, so many of each sort, the newest: no sort can push another off the page.
const OF_EACH: usize = 3;

/// So many thanks are shown, the newest.
pub(super) const THANKS: usize = 6;

/// In which order it is told: setbacks, boundaries, answers, what was said ahead, the rest.
fn sort(of: &NewsOf<'_>) -> Option<u8> {
    match of {
        // Open offers stand under "When you like".
        NewsOf::Offer { .. } => None,
        NewsOf::Set {
            ty: pact::ItemType::Boundary,
            ..
        } => Some(1),
        NewsOf::Answer { .. } => Some(2),
        NewsOf::Set { .. } => Some(4),
        NewsOf::Entry(entry) => sort_of_entry(entry.body),
    }
}

fn sort_of_entry(body: &Body) -> Option<u8> {
    // What a later version says comes last; it is none of these.
    let sorts = [
        (
            matches!(
                body,
                Body::Setback { .. } | Body::Sorry { .. } | Body::LastWord { .. }
            ),
            0,
        ),
        (matches!(body, Body::HeadsUp { .. }), 3),
        (matches!(body, Body::Amends { .. }), 5),
        (matches!(body, Body::Follow { .. }), 6),
    ];
    if matches!(
        body,
        Body::Thanks { .. } | Body::Space { .. } | Body::CheckedIn { .. }
    ) {
        // They have their own places.
        return None;
    }
    let mut sorts = sorts.into_iter().filter(|(is_it, _)| *is_it);
    Some(sorts.next().map_or(7, |(_, sort)| sort))
}

/// What of it is shown, and the first day of what is not.
fn chosen<'a, 'b>(all: &'b [News<'a>]) -> (Vec<&'b News<'a>>, Option<identity::Day>) {
    let sorted = all.iter().filter_map(|news| Some((sort(&news.of)?, news)));
    let mut sorted: Vec<(u8, &News<'_>)> = sorted.collect();
    sorted.sort_by_key(|(sort, _)| *sort);
    if sorted.len() <= WHOLE {
        return (sorted.into_iter().map(|(_, news)| news).collect(), None);
    }
    let (mut shown, mut left) = (Vec::new(), None);
    for of_one in sorted.chunk_by(|(one, _), (other, _)| one == other) {
        let mut newest: Vec<(usize, &News<'_>)> =
            of_one.iter().map(|(_, news)| *news).enumerate().collect();
        newest.sort_by_key(|(at, news)| Reverse((news.day, *at)));
        let older = newest.split_off(newest.len().min(OF_EACH));
        left = left
            .into_iter()
            .chain(older.iter().map(|(_, news)| news.day))
            .min();
        newest.reverse();
        shown.extend(newest.into_iter().map(|(_, news)| news));
    }
    (shown, left)
}

/// Where the rest is read.
pub(super) fn more(from: identity::Day) -> String {
    render::row(
        "More",
        "",
        &format!("handfast log --since {}", calendar::iso(from)),
    )
}

impl Page<'_> {
    /// What is new: whatever this person has said "heard" to is not, any more.
    pub(super) fn unheard(&self) -> Vec<News<'_>> {
        let me = self.names.me;
        let mut all = self.view.new_since(me, self.cursor, self.today);
        if all.is_empty() {
            return all;
        }
        let mut heard = concerns::heard_by(self.view, me);
        for object in self.view.owned(me.other()) {
            let sets = object.current.iter().filter(|set| set.heard);
            heard.extend(sets.map(|set| set.hash));
        }
        all.retain(|news| !heard.contains(&news.hash));
        all
    }

    pub(super) fn news(&self) -> String {
        let mut out = String::new();
        let mut all = self.unheard();
        let folded = pauses::fold(&mut all);
        let (shown, left) = chosen(&all);
        for news in shown {
            match &news.of {
                NewsOf::Offer { .. } => {}
                NewsOf::Answer {
                    p,
                    answer,
                    content,
                    state,
                } => {
                    let title = content
                        .map(|content| render::title(content.called(), 40))
                        .filter(|title| !title.trim().is_empty())
                        .unwrap_or_else(|| "something without a name here".to_owned());
                    out.push_str(&render::wrap(
                        &self.news_answer(*p, *answer, &title, *state),
                    ));
                }
                NewsOf::Set { id, ty, content } => {
                    out.push_str(&self.news_set(*id, *ty, *content));
                }
                NewsOf::Entry(entry) => {
                    let told = self.news_entry(entry);
                    let behind = folded.behind(entry.hash);
                    if behind.is_empty() {
                        out.push_str(&told);
                    } else {
                        out.push_str(&render::wrap(&format!("{}{behind}", told.trim_end())));
                    }
                }
            }
        }
        out.push_str(&folded.rest());
        if let Some(from) = left {
            out.push_str(&more(from));
        }
        for (said, command) in self.both {
            out.push_str(&render::row(said, "", command));
        }
        if self.redrafted && self.both.is_empty() {
            out.push_str(&render::row(
                "changed   The draft",
                "",
                "handfast plan --draft",
            ));
        }
        out
    }

    /// What the other answered, and what is true of it by now (B5).
    fn news_answer(
        &self,
        p: identity::Hash,
        answer: Answer,
        title: &str,
        state: Option<State>,
    ) -> String {
        let line = |kind: &str, rest: &str| format!("  {kind:<9} {title}{rest}");
        let other = render::title(&self.names.other, 30);
        match (answer, state) {
            (_, Some(State::Crossed)) => line("crossed", ": a yes and a no, so it does not count"),
            (Answer::Agree, Some(State::Begins(day))) => {
                let day = calendar::name_seen_from(day, self.today);
                line("agreed", &format!(", from {day}"))
            }
            (Answer::Agree, Some(State::Replaced)) => {
                line("agreed", "; another has taken its place since")
            }
            (Answer::Agree, _) => line("agreed", ""),
            (Answer::Decline, _) => line("declined", ""),
            (Answer::Withdraw, _) => {
                match taken_back::what(self.view, p, self.names.me.other()) {
                    // Nobody had agreed to it, so nothing that counted has ended.
                    taken_back::What::Offer => {
                        let stands = taken_back::stands(self.view, p, self.today);
                        format!(
                            "  {:<9} {other} took back an offer: {title}{stands}",
                            "offer"
                        )
                    }
                    taken_back::What::OfferOfTheOther => line("declined", ""),
                    taken_back::What::Agreement => line("withdrawn", "; it does not count"),
                }
            }
            (Answer::Complete, Some(State::Completed)) => {
                line("let go", ", with thanks; you have both said so")
            }
            (Answer::Complete, _) => line(
                "let go",
                &format!(": {other} would, with thanks; it needs you both"),
            ),
        }
    }

    /// What the other set or lifted; the command reads it whole.
    fn news_set(
        &self,
        id: identity::Hash,
        ty: pact::ItemType,
        content: Option<&pact::Content>,
    ) -> String {
        let kind = crate::owned::called(ty);
        let Some(content) = content else {
            let was = self
                .view
                .content(id)
                .map_or_else(String::new, |was| render::title(&was.title, 50));
            return render::wrap(&format!("  {:<9} the {kind}: {was}", "let go"));
        };
        let short = self.items.short(pact::What::Owned(id));
        let command = if short.is_empty() {
            String::new()
        } else {
            format!("handfast plan {short}")
        };
        render::row(
            &format!("{kind:<9} {}", render::title(content.called(), 46)),
            "",
            &command,
        )
    }

    fn news_entry(&self, entry: &pact::Entry<'_>) -> String {
        let other = render::title(&self.names.other, 30);
        let called = |target: &identity::Hash| {
            self.view
                .content(*target)
                .map_or_else(String::new, |content| render::title(content.called(), 40))
        };
        let day = |day: identity::Day| {
            if day == self.today {
                "today".to_owned()
            } else {
                calendar::name_seen_from(day, self.today)
            }
        };
        if let Body::HeadsUp {
            target,
            from,
            to,
            text,
        } = entry.body
        {
            let when = if from == to {
                day(*from)
            } else {
                format!("{} to {}", day(*from), day(*to))
            };
            let line = render::wrap(&format!("  {:<9} {}, {when}", "heads-up", called(target)));
            format!("{line}{}", render::quote(text))
        } else if let Body::Follow {
            target,
            on,
            how,
            note,
            ..
        } = entry.body
        {
            let line = render::wrap(&format!(
                "  {:<9} {}, {}",
                follow::word(*how),
                called(target),
                day(*on)
            ));
            if note.is_empty() {
                line
            } else {
                format!("{line}{}", render::quote(note))
            }
        } else if matches!(entry.body, Body::Thanks { .. }) {
            // Thanks have their own place.
            String::new()
        } else if self.was_opened(entry) {
            String::new()
        } else if let Some(told) = hard::news(entry, self.view, &other, self.today) {
            told
        } else if let Body::Summary { recipient, .. } = entry.body {
            let name = recipient.lines().next().unwrap_or_default();
            render::row(
                &format!("  {:<9} for {}", "summary", render::title(name, 30)),
                "",
                "handfast summary",
            )
        } else if matches!(entry.body, Body::LastWord { .. }) {
            // That it was written, and no more: whether its author has left is not in the record.
            let said = format!(
                "  {:<9} {other} wrote a last word. Read it when you like.",
                "new"
            );
            let command = format!("handfast log --since {}", calendar::iso(entry.day));
            format!("{}      {}\n", render::wrap(&said), render::faint(&command))
        } else {
            render::wrap(&format!("  {:<9} Something written:  handfast log", "new"))
        }
    }
}
