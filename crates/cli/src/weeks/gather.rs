//! Gathers the calendars: what was due from the plan, what stands from the log, for the days asked.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Flags, Hash, Head, LogId, Person};
use node::Home;
use pact::{Body, Entry, Placed, Reading, Standing, View, What};

use crate::concerns;
use crate::items::Items;
use crate::names::Names;
use crate::trouble::{Trouble, home_trouble};
use crate::weeks::{Cell, Noted, Row, Weeks, monday};

/// Which days.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) since: Day,
    pub(crate) today: Day,
}

impl Reach {
    /// This week and the four before it.
    pub(crate) fn usual(today: Day) -> Self {
        Self {
            since: Day(monday(today).0.saturating_sub(28)),
            today,
        }
    }

    /// From a day on.
    pub(crate) fn since(day: Day, today: Day) -> Self {
        Self {
            since: day.min(today),
            today,
        }
    }

    /// Whole weeks: from a Monday to a Sunday.
    fn days(self) -> (Day, Day) {
        (monday(self.since), monday(self.today).plus(6))
    }
}

/// What was written on some days and says something about a day.
pub(crate) struct Records(Vec<Written>);

/// Of a record what a calendar needs.
struct Written {
    hash: Hash,
    log: LogId,
    person: Person,
    seq: u64,
    day: Day,
    flags: Flags,
    reading: Reading,
}

impl Records {
    /// From the first of the days on.
    pub(crate) fn read(home: &mut Home, reach: Reach) -> Result<Self, Trouble> {
        let mut all = Vec::new();
        home.since_day(reach.days().0, |said| {
            all.push(Written {
                hash: said.hash,
                log: said.log,
                person: said.person,
                seq: said.seq,
                day: said.day,
                flags: said.flags,
                reading: pact::read(said.kind, said.body),
            });
        })
        .map_err(home_trouble)?;
        Ok(Self(all))
    }

    /// What they say and counts, with what was said ahead of these days and is about them; by
    /// their days.
    pub(crate) fn entries<'a>(&'a self, view: &'a View, reach: Reach) -> Vec<Entry<'a>> {
        let placed = self.0.iter().map(|written| Placed {
            hash: written.hash,
            log: written.log,
            person: written.person,
            seq: written.seq,
            day: written.day,
            flags: written.flags,
            about: None,
            marks: &NO_MARKS,
            reading: &written.reading,
        });
        let mut entries = view.entries_of(placed);
        // What the records say is of these days, so none of it stands here twice.
        let first = reach.days().0;
        entries.extend(view.entries().into_iter().filter(|entry| {
            entry.day < first && matches!(entry.body, Body::HeadsUp { .. } | Body::Setback { .. })
        }));
        entries.retain(|entry| entry.standing == Standing::Counts);
        // Those of one day stand in the order of log and place already.
        entries.sort_by_key(|entry| entry.day);
        entries
    }
}

/// Marks, and what a record is about, are for the plan alone.
static NO_MARKS: BTreeMap<LogId, Head> = BTreeMap::new();

/// All calendars with something in them, mine first.
pub(crate) fn gather(home: &mut Home, names: &Names, reach: Reach) -> Result<Weeks, Trouble> {
    let records = Records::read(home, reach)?;
    let items = Items::agreed_or_offered(home, reach.today)?;
    let view = home.view().map_err(home_trouble)?;
    let entries = records.entries(view, reach);
    Ok(of(view, &items, names, &entries, reach))
}

/// As `gather`, from what was read already.
pub(crate) fn of(
    view: &View,
    items: &Items,
    names: &Names,
    entries: &[Entry<'_>],
    reach: Reach,
) -> Weeks {
    let (first, last) = reach.days();
    let mut all = Gathering {
        view,
        names,
        days: (first, last),
        items,
        meant: BTreeMap::new(),
        rows: BTreeMap::new(),
    };
    for person in [names.me, names.me.other()] {
        all.due(person, reach.today);
    }
    all.entries(entries);
    Weeks {
        first,
        last,
        today: reach.today,
        rows: all.sorted(),
    }
}

/// Mine first, then by what it is about.
type Key = (bool, Option<What>);

struct Gathering<'a> {
    view: &'a View,
    names: &'a Names,
    days: (Day, Day),
    items: &'a Items,
    /// What targets mean: many days are about one promise.
    meant: BTreeMap<(Hash, Person), Option<What>>,
    rows: BTreeMap<Key, Row>,
}

impl Gathering<'_> {
    fn due(&mut self, person: Person, today: Day) {
        let (first, last) = self.days;
        let view = self.view;
        for held in view.held(person, first, last) {
            let row = self.row(person, Some(held.what), None);
            // The words that hold last are the ones that are shown.
            row.title.clone_from(&held.content.title);
            row.rule.clone_from(&held.content.rule);
            row.by = held.content.by;
            row.ended = row.ended.max(Some(held.last));
            for day in held.due(first, last) {
                row.days.entry(day).or_default().due = true;
            }
        }
        for row in self.rows.values_mut().filter(|row| row.person == person) {
            row.ended = row.ended.filter(|ended| *ended < today);
        }
    }

    fn entries(&mut self, entries: &[Entry<'_>]) {
        let mended: BTreeSet<Hash> = entries
            .iter()
            .filter_map(|entry| {
                if let Body::Amends { setback, .. } = entry.body {
                    *setback
                } else {
                    None
                }
            })
            .collect();
        // What an amends may be about: a setback, or a day that was noted.
        let is_day = |body: &Body| matches!(body, Body::Setback { .. } | Body::Follow { .. });
        let setback_of: BTreeMap<Hash, Option<Hash>> = entries
            .iter()
            .filter(|entry| is_day(entry.body) && mended.contains(&entry.hash))
            .map(|entry| {
                let target = concerns::target(self.view, entry.body, entry.person);
                (entry.hash, target)
            })
            .collect();
        let came_back = came_back(entries);
        for entry in entries {
            self.entry(entry, &setback_of, &came_back);
        }
    }

    fn entry(
        &mut self,
        entry: &Entry<'_>,
        setback_of: &BTreeMap<Hash, Option<Hash>>,
        came_back: &BTreeSet<Hash>,
    ) {
        // What stands folded until its reader opens it is not read aloud here.
        let text = |text: &str| {
            if entry.closed && entry.person != self.names.me {
                String::new()
            } else {
                text.to_owned()
            }
        };
        let person = entry.person;
        if let Body::Follow {
            target,
            on,
            how,
            note,
            ..
        } = entry.body
        {
            let noted = Noted {
                how: *how,
                note: text(note),
                unattended: entry.unattended,
            };
            self.cell(person, Some(*target), *on, |cell| cell.noted = Some(noted));
        } else if let Body::HeadsUp {
            target,
            from,
            to,
            text: words,
        } = entry.body
        {
            let (first, last) = self.days;
            let words = text(words);
            for day in (from.0.max(first.0)..=to.0.min(last.0)).map(Day) {
                let words = words.clone();
                self.cell(person, Some(*target), day, |cell| cell.told.push(words));
            }
        } else if let Body::Setback { target, on, note } = entry.body {
            let note = text(note);
            self.cell(person, *target, *on, |cell| cell.setbacks.push(note));
        } else if let Body::Amends {
            setback,
            text: words,
        } = entry.body
        {
            let of_these = setback.and_then(|setback| setback_of.get(&setback).copied());
            let target = of_these.unwrap_or_else(|| concerns::about(self.view, *setback, person));
            let words = text(words);
            self.cell(person, target, entry.day, |cell| cell.amends.push(words));
        } else if let Body::Pause { target, .. } = entry.body {
            let back = came_back.contains(&entry.hash);
            self.cell(person, *target, entry.day, |cell| {
                let which = if back {
                    &mut cell.came_back
                } else {
                    &mut cell.only_paused
                };
                *which = which.saturating_add(1);
            });
        }
    }

    fn cell(
        &mut self,
        person: Person,
        target: Option<Hash>,
        day: Day,
        change: impl FnOnce(&mut Cell),
    ) {
        if day < self.days.0 || day > self.days.1 {
            return;
        }
        let what = target.and_then(|target| self.what(target, person));
        let row = self.row(person, what, target);
        change(row.days.entry(day).or_default());
    }

    /// A hard moment may be about anything: also about what the other owns.
    fn what(&mut self, target: Hash, person: Person) -> Option<What> {
        let view = self.view;
        *self.meant.entry((target, person)).or_insert_with(|| {
            view.what(target, person)
                .or_else(|| view.what(target, person.other()))
        })
    }

    fn row(&mut self, person: Person, what: Option<What>, target: Option<Hash>) -> &mut Row {
        let (view, items) = (self.view, self.items);
        self.rows
            .entry((person != self.names.me, what))
            .or_insert_with(|| Row {
                person,
                what,
                short: what.map_or_else(String::new, |what| items.short(what).to_owned()),
                title: target
                    .filter(|_| what.is_some())
                    .and_then(|target| view.content(target))
                    .map(|content| content.called().to_owned())
                    .unwrap_or_default(),
                rule: None,
                by: None,
                ended: None,
                days: BTreeMap::new(),
            })
    }

    /// Mine before the other's; promises by their title, what names nothing last.
    fn sorted(self) -> Vec<Row> {
        let me = self.names.me;
        let mut rows: Vec<Row> = self.rows.into_values().collect();
        rows.sort_by_cached_key(|row| {
            (
                row.person != me,
                row.what.is_none(),
                row.title.to_lowercase(),
                row.what,
            )
        });
        rows
    }
}

/// The pauses from which their author came back. One that another of the same day follows is over
/// with that one (decision 0013).
fn came_back(entries: &[Entry<'_>]) -> BTreeSet<Hash> {
    let is_of_a_pause =
        |entry: &&Entry<'_>| matches!(entry.body, Body::Pause { .. } | Body::Back { .. });
    let mut by_place: Vec<&Entry<'_>> = entries.iter().filter(is_of_a_pause).collect();
    by_place.sort_by_key(|entry| (entry.log, entry.seq));
    let mut back = BTreeSet::new();
    let mut open: Vec<&Entry<'_>> = Vec::new();
    for entry in by_place {
        if open.last().is_some_and(|last| last.log != entry.log) {
            open.clear();
        }
        if matches!(entry.body, Body::Pause { .. }) {
            open.push(entry);
        } else if let Body::Back { pause } = entry.body {
            back.insert(*pause);
            if let Some(at) = open.iter().position(|one| one.hash == *pause) {
                let with: Vec<&Entry<'_>> = open.drain(..=at).collect();
                let day = with.last().map(|one| one.day);
                let same = with.iter().filter(|one| Some(one.day) == day);
                back.extend(same.map(|one| one.hash));
            }
        }
    }
    back
}
