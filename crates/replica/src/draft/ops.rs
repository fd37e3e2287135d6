//! The list of ops that an edit carries: its meaning, and its bytes (B4, "Edits").
//!
//! The body of an edit is CBOR (B1):
//!
//! ```text
//! body   [redo: hash32|null, epoch 0, deps: [hash32 …], start_op: uint, ops]
//! ops    [actors: [bytes32 …], [op …]]
//! op     [0, OBJ, key]                        make a map
//!        [1, OBJ, key]                        make a text
//!        [2, OBJ, key, value, preds]          put
//!        [3, OBJ, key, preds]                 clear (delete the values named)
//!        [4, OBJ, ELEM, chars: bytes]         insert after ELEM; after the head if ELEM is 0, 0
//!        [5, OBJ, ELEM, n: uint ≥ 1]          delete n elements: ELEM and those numbered after it
//! OBJ    who, counter          two items: the op that made the object
//! ELEM   who, counter          two items: the op that inserted the element
//! key    uint (0 type, 1 who, 2 rule, 3 by, 4 from, 5 for, 6 removed, 7 title, 8 text, 9 parts,
//!        10 order) | bytes16 (an id; its key in the document is its 32 small hexadecimal digits)
//! value  tag, content          two items: 0, uint | 1, bytes (a text in UTF-8) | 2, 0 or 1 (a bool)
//!        | 3, bytes
//! preds  [who, counter, who, counter …] strictly increasing by (counter, actor)
//! who    0 the author's own actor, 1 the actor of the genesis, n ≥ 2 the actor actors[n − 2]
//! ```
//!
//! `actors` is strictly increasing, holds neither of the first two, and each is used. Ops are
//! numbered from `start_op`; an insertion of m code points or a deletion of n elements counts as m
//! or n ops, in order, each code point standing after the one before. There is one form only: an
//! insertion that continues the insertion just before it, or a deletion that continues the
//! deletion just before it, must be part of it. Texts stand as byte strings because the verdict on
//! an edit must not depend on a version of the Unicode tables, as the check for NFC does; the
//! author cleans what is typed, and what is shown is cleaned again.

mod read;

use identity::Hash;
use identity::cbor::{Malformed, Reader, Writer};

use super::schema::Name;

/// A record's limit (B4); a body that is longer cannot have come out of one.
pub(super) const MAX_BODY: usize = 16 * 1024;
/// E0.
pub(super) const MAX_DEPS: usize = 16;
/// E0: ops in one edit.
pub(super) const MAX_OPS: usize = 4096;
/// E0: preds of all ops of one edit.
pub(super) const MAX_PREDS: usize = 4096;
/// The author's own actor, among the actors of an edit.
pub(super) const OWN: u16 = 0;
/// The actor of the genesis change.
pub(super) const GENESIS: u16 = 1;

/// A decoded edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The record of which this is the re-authoring.
    pub(super) redo: Option<Hash>,
    /// The records whose edits it builds upon; the pact's id stands for the genesis.
    pub(super) deps: Vec<Hash>,
    /// The number of its first op.
    pub(super) start_op: u64,
    /// The actors beside the author's own and the genesis'.
    pub(super) actors: Vec<[u8; 32]>,
    /// Its ops, each for itself: the runs of the encoding are taken apart.
    pub(super) ops: Vec<Op>,
}

/// The name of an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OpId {
    /// Which actor: [`OWN`], [`GENESIS`], or 2 + the place in [`Edit::actors`].
    pub(super) who: u16,
    /// Its number.
    pub(super) counter: u64,
}

/// A key in a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Name(Name),
    Id([u8; 16]),
}

/// A scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Uint(u64),
    Text(String),
    Bool(bool),
    Bytes(Vec<u8>),
}

/// One op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    MakeMap {
        obj: OpId,
        key: Key,
    },
    MakeText {
        obj: OpId,
        key: Key,
    },
    Put {
        obj: OpId,
        key: Key,
        value: Value,
        preds: Vec<OpId>,
    },
    Clear {
        obj: OpId,
        key: Key,
        preds: Vec<OpId>,
    },
    Insert {
        obj: OpId,
        after: Option<OpId>,
        ch: char,
    },
    Delete {
        obj: OpId,
        elem: OpId,
    },
}

/// Why the bytes are no edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAnEdit {
    /// E0: more than one edit may hold.
    #[error("the edit is larger than an edit may be")]
    TooLarge,
    /// E1: not the one canonical encoding.
    #[error("the edit is not in its canonical form")]
    Form(#[from] Malformed),
}

const FORM: NotAnEdit = NotAnEdit::Form(Malformed::Kind);

impl Edit {
    /// Reads a body. `own` and `genesis` are the actors that are not written out.
    pub(super) fn decode(
        body: &[u8],
        own: &[u8; 32],
        genesis: &[u8; 32],
    ) -> Result<Self, NotAnEdit> {
        if body.len() > MAX_BODY {
            return Err(NotAnEdit::TooLarge);
        }
        let mut r = Reader::new(body);
        r.array_of(5)?;
        let redo = r.opt(|r| r.fixed::<32>().map(Hash))?;
        if r.uint()? != 0 {
            return Err(FORM);
        }
        let deps = read::deps(&mut r)?;
        let start_op = r.uint()?;
        r.array_of(2)?;
        let actors = read::actors(&mut r, own, genesis)?;
        let mut list = read::List {
            known: actors.len().saturating_add(2),
            used: vec![false; actors.len()],
            actors: &actors,
            own,
            genesis,
            ops: Vec::new(),
            preds: 0,
        };
        let runs = r.array()?;
        if runs == 0 || runs > MAX_OPS as u64 {
            return Err(NotAnEdit::TooLarge);
        }
        for _ in 0..runs {
            list.run(&mut r, start_op)?;
        }
        if list.used.contains(&false) {
            return Err(FORM);
        }
        let ops = list.ops;
        r.end()?;
        Ok(Self {
            redo,
            deps,
            start_op,
            actors,
            ops,
        })
    }

    /// The number of the last op.
    pub(super) fn max_op(&self) -> u64 {
        self.start_op
            .saturating_add(self.ops.len() as u64)
            .saturating_sub(1)
    }

    /// The one encoding.
    pub(super) fn encode(&self) -> Vec<u8> {
        let runs = self.runs();
        let mut w = Writer::new();
        w.array(5);
        match &self.redo {
            Some(redo) => w.bytes(&redo.0),
            None => w.null(),
        };
        w.uint(0).array(self.deps.len() as u64);
        for dep in &self.deps {
            w.bytes(&dep.0);
        }
        w.uint(self.start_op)
            .array(2)
            .array(self.actors.len() as u64);
        for actor in &self.actors {
            w.bytes(actor);
        }
        w.array(runs.len() as u64);
        for run in &runs {
            run.write(&mut w);
        }
        w.finish()
    }

    /// The ops gathered into the runs that the encoding has.
    fn runs(&self) -> Vec<Run<'_>> {
        let mut runs: Vec<Run<'_>> = Vec::new();
        let mut number = self.start_op;
        for op in &self.ops {
            match (op, runs.last_mut()) {
                (
                    Op::Insert { obj, after, ch },
                    Some(Run::Insert {
                        obj: same,
                        chars,
                        last,
                        ..
                    }),
                ) if obj == same && *after == Some(*last) => {
                    chars.push(*ch);
                    *last = OpId {
                        who: OWN,
                        counter: number,
                    };
                }
                (Op::Insert { obj, after, ch }, _) => runs.push(Run::Insert {
                    obj: *obj,
                    after: *after,
                    chars: ch.to_string(),
                    last: OpId {
                        who: OWN,
                        counter: number,
                    },
                }),
                (
                    Op::Delete { obj, elem },
                    Some(Run::Delete {
                        obj: same,
                        first,
                        n,
                    }),
                ) if obj == same
                    && elem.who == first.who
                    && elem.counter == first.counter.saturating_add(*n) =>
                {
                    *n = n.saturating_add(1);
                }
                (Op::Delete { obj, elem }, _) => {
                    runs.push(Run::Delete {
                        obj: *obj,
                        first: *elem,
                        n: 1,
                    });
                }
                (op, _) => runs.push(Run::Single(op)),
            }
            number = number.saturating_add(1);
        }
        runs
    }
}

/// What one item of the encoded list says.
enum Run<'a> {
    Single(&'a Op),
    Insert {
        obj: OpId,
        after: Option<OpId>,
        chars: String,
        last: OpId,
    },
    Delete {
        obj: OpId,
        first: OpId,
        n: u64,
    },
}

impl Run<'_> {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Single(Op::MakeMap { obj, key }) => {
                write_id(w.array(4).uint(0), *obj);
                write_key(w, key);
            }
            Self::Single(Op::MakeText { obj, key }) => {
                write_id(w.array(4).uint(1), *obj);
                write_key(w, key);
            }
            Self::Single(Op::Put {
                obj,
                key,
                value,
                preds,
            }) => {
                write_id(w.array(7).uint(2), *obj);
                write_key(w, key);
                match value {
                    Value::Uint(n) => w.uint(0).uint(*n),
                    Value::Text(text) => w.uint(1).bytes(text.as_bytes()),
                    Value::Bool(yes) => w.uint(2).uint(u64::from(*yes)),
                    Value::Bytes(bytes) => w.uint(3).bytes(bytes),
                };
                write_preds(w, preds);
            }
            Self::Single(Op::Clear { obj, key, preds }) => {
                write_id(w.array(5).uint(3), *obj);
                write_key(w, key);
                write_preds(w, preds);
            }
            Self::Insert {
                obj, after, chars, ..
            } => {
                write_id(w.array(6).uint(4), *obj);
                write_id(
                    w,
                    after.unwrap_or(OpId {
                        who: OWN,
                        counter: 0,
                    }),
                );
                w.bytes(chars.as_bytes());
            }
            Self::Delete { obj, first, n } => {
                write_id(w.array(6).uint(5), *obj);
                write_id(w, *first);
                w.uint(*n);
            }
            // `runs` gathers these two kinds; alone they never stand here.
            Self::Single(Op::Insert { .. } | Op::Delete { .. }) => {}
        }
    }
}

fn write_id(w: &mut Writer, id: OpId) {
    w.uint(u64::from(id.who)).uint(id.counter);
}

fn write_key(w: &mut Writer, key: &Key) {
    match key {
        Key::Name(name) => w.uint(name.number()),
        Key::Id(id) => w.bytes(id),
    };
}

fn write_preds(w: &mut Writer, preds: &[OpId]) {
    w.array(2 * preds.len() as u64);
    for pred in preds {
        write_id(w, *pred);
    }
}

fn actor_of<'a>(
    who: u16,
    actors: &'a [[u8; 32]],
    own: &'a [u8; 32],
    genesis: &'a [u8; 32],
) -> Option<&'a [u8; 32]> {
    match who {
        OWN => Some(own),
        GENESIS => Some(genesis),
        n => actors.get(usize::from(n).checked_sub(2)?),
    }
}
