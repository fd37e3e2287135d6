//! Named people, so that a test reads as a story: `world.ana().promises("Home by six")`.

use identity::{Hash, Person};
use pact::{Act, Body, Content, How, ItemId, ItemType, State};
use rand::RngExt;
use replica::Misuse;

use crate::World;

/// Which of the homes: Ana's is 0, Ben's is 1.
pub const ANA: usize = 0;
pub const BEN: usize = 1;

/// A person at one of their devices.
pub struct Who<'w> {
    pub world: &'w mut World,
    pub at: usize,
}

impl World {
    pub fn ana(&mut self) -> Who<'_> {
        self.at(ANA)
    }

    pub fn ben(&mut self) -> Who<'_> {
        self.at(BEN)
    }

    pub fn at(&mut self, at: usize) -> Who<'_> {
        Who { world: self, at }
    }
}

impl Who<'_> {
    fn says(&mut self, about: Option<Vec<u8>>, body: Body) -> Hash {
        self.tries(about, body).expect("what can be said")
    }

    pub fn tries(&mut self, about: Option<Vec<u8>>, body: Body) -> Result<Hash, Misuse> {
        self.world.act(self.at, about, &Act { redo: None, body })
    }

    fn person(&self) -> Person {
        self.world.homes[self.at].person()
    }

    /// The item that an offer is for, as this home knows it.
    fn item(&self, p: Hash) -> Option<Vec<u8>> {
        let (item, _) = self.world.homes[self.at].replica.view().proposal(p)?;
        Some(item.0.to_vec())
    }

    /// Offers a promise of one's own, up to the day 90 days from now.
    pub fn promises(&mut self, title: &str) -> Hash {
        let item = ItemId(self.world.rng.random());
        self.offers(
            item,
            title,
            pact::Who::Only(self.person()),
            Vec::new(),
            None,
        )
    }

    pub fn offers(
        &mut self,
        item: ItemId,
        title: &str,
        who: pact::Who,
        replaces: Vec<Hash>,
        answers: Option<Hash>,
    ) -> Hash {
        let content = Box::new(Content::new(ItemType::Promise, who, title, ""));
        let until = identity::Day(self.world.today().0 + 90);
        self.says(
            Some(item.0.to_vec()),
            Body::Propose {
                content,
                until,
                replaces,
                answers,
            },
        )
    }

    pub fn agrees(&mut self, p: Hash) -> Hash {
        let about = self.item(p);
        self.says(about, Body::Agree { p })
    }

    pub fn declines(&mut self, p: Hash) -> Hash {
        let about = self.item(p);
        self.says(about, Body::Decline { p })
    }

    pub fn withdraws(&mut self, p: Hash) -> Hash {
        let about = self.item(p);
        self.says(about, Body::Withdraw { p })
    }

    pub fn completes(&mut self, p: Hash) -> Hash {
        let about = self.item(p);
        self.says(about, Body::Complete { p })
    }

    /// Says in their own name what they do to stay well.
    pub fn sets_boundary(&mut self, title: &str) -> Hash {
        self.sets(ItemType::Boundary, title)
    }

    pub fn sets(&mut self, ty: ItemType, title: &str) -> Hash {
        let who = pact::Who::Only(self.person());
        let content = Some(Box::new(Content::new(ty, who, title, "")));
        self.says(
            None,
            Body::Set {
                ty,
                content,
                over: Vec::new(),
            },
        )
    }

    pub fn lifts(&mut self, object: Hash, over: Vec<Hash>) -> Hash {
        let body = Body::Set {
            ty: ItemType::Boundary,
            content: None,
            over,
        };
        self.says(Some(object.0.to_vec()), body)
    }

    pub fn kept(&mut self, target: Hash) -> Hash {
        self.follows(target, How::Kept)
    }

    pub fn follows(&mut self, target: Hash, how: How) -> Hash {
        let (on, note) = (self.world.today(), String::new());
        self.says(
            None,
            Body::Follow {
                target,
                on,
                how,
                note,
                corrects: None,
            },
        )
    }

    pub fn thanks(&mut self, text: &str) -> Hash {
        self.says(
            None,
            Body::Thanks {
                text: text.to_owned(),
                about: None,
            },
        )
    }

    pub fn undoes(&mut self) -> bool {
        self.world.undo(self.at)
    }

    /// What this home believes of an offer today.
    pub fn sees(&mut self, p: Hash) -> Option<State> {
        let today = self.world.today();
        self.world.homes[self.at].replica.view().state(p, today)
    }
}
