//! Bytes to frames: strict, canonical, every list bounded before it is collected.

use identity::cbor::{Malformed, Reader};
use identity::words::{Having, WordId};
use identity::{Certification, Hash, LogId, Mark};

use super::{
    Frame, FrameError, Hello, MAX_ADDRESSES, MAX_BUCKETS, MAX_ENTRY, MAX_FRAME, MAX_IDS, MAX_ITEMS,
    MAX_MARKS, MAX_PROBES, MAX_RECORDS, MAX_STATEMENT, MAX_STATEMENTS, RUN_BYTES, WordsHave,
};

/// Reads one frame: its type byte and its array, and nothing after it.
///
/// # Errors
/// [`FrameError`] for anything that [`encode`](super::encode) would not have written. Only a Hello
/// of a later version may have more than this program knows at its end: it has to be understood
/// well enough to answer "the lower version".
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    if bytes.len() > MAX_FRAME {
        return Err(FrameError::Length(bytes.len() as u64));
    }
    let Some((&kind, array)) = bytes.split_first() else {
        return Err(FrameError::Length(0));
    };
    let mut reader = Reader::new(array);
    let frame = read(kind, &mut reader).map_err(|wrong| match wrong {
        Wrong::Malformed => FrameError::Malformed(kind),
        Wrong::Limit => FrameError::Limit(kind),
        Wrong::UnknownType => FrameError::UnknownType(kind),
    })?;
    reader.end().map_err(|_| FrameError::Malformed(kind))?;
    Ok(frame)
}

enum Wrong {
    Malformed,
    Limit,
    UnknownType,
}

impl From<Malformed> for Wrong {
    fn from(_: Malformed) -> Self {
        Wrong::Malformed
    }
}

fn read(kind: u8, r: &mut Reader<'_>) -> Result<Frame, Wrong> {
    Ok(match kind {
        1 => Frame::Hello(hello(r)?),
        2 => {
            r.array_of(1)?;
            Frame::Roster {
                statements: list(r, MAX_STATEMENTS, MAX_STATEMENT)?,
            }
        }
        3 => {
            r.array_of(2)?;
            let log = log(r)?;
            Frame::Probe {
                log,
                seqs: ascending(r, MAX_PROBES, |r| Ok(r.uint()?), |seq| *seq)?,
            }
        }
        4 => {
            r.array_of(2)?;
            let log = log(r)?;
            let at = ascending(
                r,
                MAX_PROBES,
                |r| {
                    r.array_of(2)?;
                    Ok((r.uint()?, r.opt(|r| r.fixed::<32>())?.map(Hash)))
                },
                |(seq, _)| *seq,
            )?;
            Frame::Hashes { log, at }
        }
        5 => {
            r.array_of(3)?;
            let (log, from) = (log(r)?, from(r)?);
            let (records, _) = run(r, RUN_BYTES)?;
            Frame::Records { log, from, records }
        }
        6 => {
            r.array_of(1)?;
            Frame::Stored { marks: marks(r)? }
        }
        7 => {
            r.array_of(4)?;
            let (log, from) = (log(r)?, from(r)?);
            let (one, left) = run(r, RUN_BYTES)?;
            let (other, _) = run(r, left)?;
            Frame::Fork {
                log,
                from,
                one,
                other,
            }
        }
        8 => {
            r.array_of(2)?;
            match r.uint()? {
                0 => Frame::WordsHave(WordsHave::Buckets(ascending(
                    r,
                    MAX_BUCKETS,
                    |r| {
                        r.array_of(2)?;
                        Ok((r.uint()?, Having::read(r)?))
                    },
                    |(day, _)| *day,
                )?)),
                1 => Frame::WordsHave(WordsHave::Ids(ids(r)?)),
                _ => return Err(Wrong::Malformed),
            }
        }
        9 => {
            r.array_of(1)?;
            Frame::WordsWant { ids: ids(r)? }
        }
        10 => {
            r.array_of(1)?;
            Frame::Words {
                items: list(r, MAX_ITEMS, MAX_ENTRY)?,
            }
        }
        11 => {
            r.array_of(1)?;
            let count = bounded(r, MAX_ADDRESSES)?;
            let mut addresses = Vec::with_capacity(count);
            for _ in 0..count {
                let text = r.text()?;
                if text.len() > 64 {
                    return Err(Wrong::Limit);
                }
                addresses.push(text.to_owned());
            }
            Frame::Address { addresses }
        }
        12 => {
            r.array_of(1)?;
            let zeros = r.bytes()?;
            if zeros.iter().any(|byte| *byte != 0) {
                return Err(Wrong::Malformed);
            }
            Frame::Pad { zeros: zeros.len() }
        }
        32 => {
            r.array_of(2)?;
            Frame::Join {
                key: r.fixed()?,
                mac: r.fixed()?,
            }
        }
        33 => {
            r.array_of(4)?;
            Frame::OfferA {
                root: r.fixed()?,
                sign: r.fixed()?,
                dh: r.fixed()?,
                commitment: Hash(r.fixed()?),
            }
        }
        34 => {
            r.array_of(4)?;
            Frame::OfferB {
                root: r.fixed()?,
                sign: r.fixed()?,
                dh: r.fixed()?,
                nonce: r.fixed()?,
            }
        }
        35 => {
            r.array_of(1)?;
            Frame::Reveal { nonce: r.fixed()? }
        }
        36 => {
            r.array_of(3)?;
            Frame::Confirm {
                founding: r.fixed()?,
                certification: Certification {
                    root: r.fixed()?,
                    device: r.fixed()?,
                },
            }
        }
        _ => return Err(Wrong::UnknownType),
    })
}

fn hello(r: &mut Reader<'_>) -> Result<Hello, Wrong> {
    let fields = r.array()?;
    let version = r.uint()?;
    let flags = r.uint()?;
    let later = version > crate::VERSION;
    if version == 0 || fields < 5 || (fields > 5 && !later) || (flags > 3 && !later) {
        return Err(Wrong::Malformed);
    }
    let hello = Hello {
        version,
        live: flags & 1 == 1,
        practical: flags & 2 == 2,
        roster: r.opt(|r| r.fixed::<32>())?.map(Hash),
        marks: marks(r)?,
        words: r.opt(Having::read)?,
    };
    for _ in 5..fields {
        r.item()?;
    }
    // The practical lane says nothing of logs; every other greeting says all of it.
    let bare = hello.roster.is_none() && hello.marks.is_empty();
    if hello.practical != hello.roster.is_none() || (hello.practical && !bare) {
        return Err(Wrong::Malformed);
    }
    Ok(hello)
}

fn log(r: &mut Reader<'_>) -> Result<LogId, Wrong> {
    Ok(LogId(Hash(r.fixed()?)))
}

fn from(r: &mut Reader<'_>) -> Result<u64, Wrong> {
    match r.uint()? {
        0 => Err(Wrong::Malformed),
        seq => Ok(seq),
    }
}

fn marks(r: &mut Reader<'_>) -> Result<Vec<Mark>, Wrong> {
    ascending(
        r,
        MAX_MARKS,
        |r| {
            r.array_of(3)?;
            Ok(Mark {
                log: log(r)?,
                seq: r.uint()?,
                hash: Hash(r.fixed()?),
            })
        },
        |mark| mark.log,
    )
}

fn ids(r: &mut Reader<'_>) -> Result<Vec<WordId>, Wrong> {
    ascending(r, MAX_IDS, |r| Ok(WordId::read(r)?), |id| *id)
}

/// Records are never sent for nothing: an empty run is malformed. Gives what is left of the room.
fn run(r: &mut Reader<'_>, room: usize) -> Result<(Vec<Vec<u8>>, usize), Wrong> {
    let records = list(r, MAX_RECORDS, MAX_ENTRY)?;
    let size: usize = records.iter().map(Vec::len).sum();
    match room.checked_sub(size) {
        _ if records.is_empty() => Err(Wrong::Malformed),
        Some(left) => Ok((records, left)),
        None => Err(Wrong::Limit),
    }
}

fn list(r: &mut Reader<'_>, most: usize, each: usize) -> Result<Vec<Vec<u8>>, Wrong> {
    let count = bounded(r, most)?;
    // The count is a claim: room is made as bytes turn out to be there.
    let mut list = Vec::new();
    for _ in 0..count {
        let bytes = r.bytes()?;
        if bytes.len() > each {
            return Err(Wrong::Limit);
        }
        list.push(bytes.to_vec());
    }
    Ok(list)
}

fn ascending<T, K: Ord>(
    r: &mut Reader<'_>,
    most: usize,
    item: impl Fn(&mut Reader<'_>) -> Result<T, Wrong>,
    key: impl Fn(&T) -> K,
) -> Result<Vec<T>, Wrong> {
    let count = bounded(r, most)?;
    let mut list: Vec<T> = Vec::new();
    for _ in 0..count {
        let next = item(r)?;
        if list.last().is_some_and(|last| key(last) >= key(&next)) {
            return Err(Wrong::Malformed);
        }
        list.push(next);
    }
    Ok(list)
}

fn bounded(r: &mut Reader<'_>, most: usize) -> Result<usize, Wrong> {
    match usize::try_from(r.array()?) {
        Ok(count) if count <= most => Ok(count),
        _ => Err(Wrong::Limit),
    }
}
