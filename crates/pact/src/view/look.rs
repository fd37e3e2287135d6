//! What the screens ask.

use std::collections::BTreeMap;

use identity::{Day, Hash, LogId, Person};

use super::{
    Agreement, Due, Entry, Named, News, NoEffect, Offer, Owned, State, View, What,
};
use crate::content::{Content, ItemId};

impl View {
    /// The agreements that live on that day: they begin tomorrow, are in force, or rest.
    #[must_use]
    pub fn agreements(&self, _today: Day) -> Vec<Agreement<'_>> {
        todo!()
    }

    /// The agreements that rest: what `review` asks about.
    #[must_use]
    pub fn reviews(&self, _today: Day) -> Vec<Agreement<'_>> {
        todo!()
    }

    /// The offers that are open, of both persons.
    #[must_use]
    pub fn offers(&self, _today: Day) -> Vec<Offer<'_>> {
        todo!()
    }

    /// Where a proposal stands; none if it is not held or has no effect.
    #[must_use]
    pub fn state(&self, _p: Hash, _today: Day) -> Option<State> {
        todo!()
    }

    /// The whole words of a proposal or of a set, if held.
    #[must_use]
    pub fn content(&self, _of: Hash) -> Option<&Content> {
        todo!()
    }

    /// The item that a proposal is for, and who offered it.
    #[must_use]
    pub fn proposal(&self, _p: Hash) -> Option<(ItemId, identity::Person)> {
        todo!()
    }

    /// Every proposal for an item that has an effect, in the order of their claimed days, with
    /// where each stands.
    #[must_use]
    pub fn history(&self, _item: ItemId, _today: Day) -> Vec<(Hash, Person, &Content, State)> {
        todo!()
    }

    /// What a new offer for the item must name in `replaces`: all that begins, is in force or rests.
    #[must_use]
    pub fn to_replace(&self, _item: ItemId, _today: Day) -> Vec<Hash> {
        todo!()
    }

    /// What somebody owns and has not lifted.
    #[must_use]
    pub fn owned(&self, _owner: Person) -> Vec<Owned<'_>> {
        todo!()
    }

    /// What is due to somebody on a day, with what they noted.
    #[must_use]
    pub fn due(&self, _person: Person, _day: Day) -> Vec<Due<'_>> {
        todo!()
    }

    /// What can be logged on any day: what binds this person, due or not.
    #[must_use]
    pub fn loggable(&self, _person: Person, _day: Day) -> Vec<Due<'_>> {
        todo!()
    }

    /// The entries that the view still keeps, of both persons, in the order of log and place.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        todo!()
    }

    /// The thanks that `reader` got from the other since a place in each log, oldest first.
    #[must_use]
    pub fn thanks_since(
        &self,
        _reader: Person,
        _cursor: &BTreeMap<LogId, u64>,
    ) -> Vec<Entry<'_>> {
        todo!()
    }

    /// What the other of `reader` said since a place in each log; as far as the view still keeps
    /// it.
    #[must_use]
    pub fn new_since(
        &self,
        _reader: Person,
        _cursor: &BTreeMap<LogId, u64>,
        _today: Day,
    ) -> Vec<News<'_>> {
        todo!()
    }

    /// What is held and has no effect; the latest few of each log.
    #[must_use]
    pub fn without_effect(&self) -> Vec<NoEffect> {
        todo!()
    }

    /// Whether something that this program cannot read was said about an item or object: then it
    /// does not agree, lift or complete there.
    #[must_use]
    pub fn has_unreadable(&self, _about: &[u8]) -> bool {
        todo!()
    }

    /// Everything in the plan and what it is called, to type.
    #[must_use]
    pub fn names(&self, _today: Day) -> Vec<Named<'_>> {
        todo!()
    }

    /// What a person's word means: a short name, part of a title, or an id (or its beginning).
    #[must_use]
    pub fn find(&self, _word: &str, _today: Day) -> Vec<What> {
        todo!()
    }
}
