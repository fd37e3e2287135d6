//! One record of a log: the envelope around an act or an edit (B4).

use std::ops::Range;

use crate::cbor::{Malformed, Reader, Writer};
use crate::run::{Mark, RunError, Tip};
use crate::statement::Certified;
use crate::{Day, DeviceKeys, Hash, Hasher, Label, LogId, Signature64, hash, sha256};

/// How long a stored record may be, in bytes.
pub const MAX_RECORD: usize = 16 * 1024;

/// How many other logs one record may mark.
pub const MAX_SEEN: usize = 64;

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Longer than 16 KiB.
    #[error("a record is longer than 16 KiB")]
    TooLarge,
    /// Not the canonical encoding.
    #[error("not a well-formed record")]
    Malformed(#[from] Malformed),
    /// Flags that do not exist.
    #[error("a record with flags that do not exist")]
    UnknownFlags,
    /// Marks more than 64 logs.
    #[error("a record marks more than 64 logs")]
    TooManyMarks,
}

/// Why a record cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// It would be longer than 16 KiB.
    #[error("this is too long for one record of 16 KiB")]
    TooLarge,
    /// The log has no next seq.
    #[error("the log is full")]
    Full,
    /// What it is about is neither 16 nor 32 bytes.
    #[error("a record is about 16 or 32 bytes, or about nothing")]
    About,
    /// A mark that no reader would accept.
    #[error("a mark that no reader would accept")]
    Seen(#[source] RunError),
}

/// What the envelope says of how a record was made and shall be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags {
    /// Made by a script while nobody sat there.
    pub unattended: bool,
    /// Shown folded until its reader opens it.
    pub closed: bool,
}

impl Flags {
    const fn bits(self) -> u64 {
        (self.unattended as u64) | ((self.closed as u64) << 1)
    }

    const fn from_bits(bits: u64) -> Option<Self> {
        match bits {
            0..=3 => Some(Self {
                unattended: bits & 1 != 0,
                closed: bits & 2 != 0,
            }),
            _ => None,
        }
    }
}

/// A record to be signed.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// 1 edit, 2 to 127 critical acts, from 128 ignorable acts.
    pub kind: u64,
    /// The day its author claims.
    pub day: Day,
    /// How it was made and shall be shown.
    pub flags: Flags,
    /// The item (16 bytes) or owned object (32 bytes) it is about.
    pub about: Option<Vec<u8>>,
    /// All that was newly held of other logs: [`Tip::news`].
    pub seen: Vec<Mark>,
    /// Canonical CBOR of the act or edit.
    pub body: Vec<u8>,
}

/// Signs the next record of a log.
pub fn sign_record(
    keys: &DeviceKeys,
    log: LogId,
    tip: &Tip,
    new: NewRecord,
) -> Result<Record, SignError> {
    let seq = tip.head.seq.checked_add(1).ok_or(SignError::Full)?;
    if new
        .about
        .as_ref()
        .is_some_and(|about| !matches!(about.len(), 16 | 32))
    {
        return Err(SignError::About);
    }
    if new.body.len() > MAX_RECORD {
        return Err(SignError::TooLarge);
    }
    tip.clone().mark(log, &new.seen).map_err(SignError::Seen)?;
    let mut w = Writer::new();
    w.array(9)
        .uint(seq)
        .bytes(&tip.head.hash.0)
        .uint(new.kind)
        .uint(u64::from(new.day.0))
        .uint(new.flags.bits())
        .opt(new.about.as_deref(), |w, about| w.bytes(about));
    w.array(u64::try_from(new.seen.len()).map_err(|_| SignError::TooLarge)?);
    for mark in &new.seen {
        w.array(3)
            .bytes(mark.log.as_bytes())
            .uint(mark.seq)
            .bytes(&mark.hash.0);
    }
    let mut bytes = w.finish();
    let header = Header::of(&bytes, &new.body);
    let mut signed = vec![log.as_bytes().as_slice()];
    signed.extend(header.parts());
    let signature = keys.sign(Label::Record, &signed);
    bytes.extend_from_slice(&Writer::new().bytes(&new.body).bytes(&signature).finish());
    let unverified = UnverifiedRecord::parse_vec(bytes).map_err(|_| SignError::TooLarge)?;
    Ok(Record::of(log, unverified))
}

/// A record whose place and signature nobody has checked: well-formed, and no more.
#[derive(Clone)]
pub struct UnverifiedRecord {
    fields: Fields,
    bytes: Vec<u8>,
    /// Its hash if it stands in that log, where it was asked for ahead.
    linked: Option<(LogId, Hash)>,
}

#[derive(Clone)]
struct Fields {
    seq: u64,
    prev: Hash,
    kind: u64,
    day: Day,
    flags: Flags,
    about: Option<Range<usize>>,
    seen: Vec<Mark>,
    body: Range<usize>,
    /// Where the header's own items end and the byte string of the body begins.
    body_item: usize,
    signature: Signature64,
}

impl UnverifiedRecord {
    /// Reads a stored record strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        Self::parse_vec(bytes.to_vec())
    }

    /// The same without a copy.
    pub fn parse_vec(bytes: Vec<u8>) -> Result<Self, RecordError> {
        Fields::read(&bytes).map(|fields| Self {
            fields,
            bytes,
            linked: None,
        })
    }

    /// Its place in the log, as it claims.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.fields.seq
    }

    /// The record before it, as it claims.
    #[must_use]
    pub const fn prev(&self) -> Hash {
        self.fields.prev
    }

    /// The bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// 1 edit, 2 to 127 critical acts, from 128 ignorable acts, as it claims.
    #[must_use]
    pub const fn kind(&self) -> u64 {
        self.fields.kind
    }

    /// The act or edit, not yet read.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.fields.body_of(&self.bytes)
    }

    /// Computes the hash that it has if it stands in that log, so that it need not be computed when
    /// the chain is checked. Changes nothing else.
    pub fn link_ahead(&mut self, log: LogId) {
        self.linked = Some((log, self.link(log)));
    }

    fn link(&self, log: LogId) -> Hash {
        let header = self.fields.header(&self.bytes);
        header.link(log, &self.fields.signature)
    }

    pub(crate) fn seen(&self) -> &[Mark] {
        &self.fields.seen
    }

    pub(crate) fn is_signed_by(&self, certified: &Certified) -> bool {
        self.fields.is_signed_by(&self.bytes, certified)
    }
}

/// A record that stands in its log: its chain was checked, and a signature at or after it.
#[derive(Clone)]
pub struct Record {
    log: LogId,
    hash: Hash,
    fields: Fields,
    bytes: Vec<u8>,
}

impl Record {
    pub(crate) fn of(log: LogId, unverified: UnverifiedRecord) -> Self {
        let hash = match unverified.linked {
            Some((linked, hash)) if linked == log => hash,
            _ => unverified.link(log),
        };
        let UnverifiedRecord { fields, bytes, .. } = unverified;
        Self {
            log,
            hash,
            fields,
            bytes,
        }
    }

    /// A record that was verified before it was stored, out of a store that authenticates what it
    /// gives back. Never for anything that a peer or a plain file says.
    pub fn reopen(log: LogId, bytes: &[u8]) -> Result<Self, RecordError> {
        UnverifiedRecord::parse(bytes).map(|unverified| Self::of(log, unverified))
    }

    /// The same without a copy.
    pub fn reopen_vec(log: LogId, bytes: Vec<u8>) -> Result<Self, RecordError> {
        UnverifiedRecord::parse_vec(bytes).map(|unverified| Self::of(log, unverified))
    }

    /// The same on the way back through a log, where the record after it, or the head of the log,
    /// has told its hash: so nothing is hashed. One whose day and kind are not wanted is not copied
    /// either. Beside it, the hash of the record before it.
    pub fn reopen_back(
        log: LogId,
        hash: Hash,
        bytes: &[u8],
        wanted: impl FnOnce(Day, u64) -> bool,
    ) -> Result<(Option<Self>, Hash), RecordError> {
        let fields = Fields::read(bytes)?;
        let prev = fields.prev;
        let record = wanted(fields.day, fields.kind).then(|| Self {
            log,
            hash,
            fields,
            bytes: bytes.to_vec(),
        });
        Ok((record, prev))
    }

    /// Whether its own signature is good. A run needs the last one only; an audit asks for each.
    #[must_use]
    pub fn verify_signature(&self, certified: &Certified) -> bool {
        certified.log() == self.log && self.fields.is_signed_by(&self.bytes, certified)
    }

    /// The log it stands in.
    #[must_use]
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// Its hash, by which the next record and others name it.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Its place in the log, from 1.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.fields.seq
    }

    /// The hash of the record before it; the log for the first.
    #[must_use]
    pub const fn prev(&self) -> Hash {
        self.fields.prev
    }

    /// 1 edit, 2 to 127 critical acts, from 128 ignorable acts.
    #[must_use]
    pub const fn kind(&self) -> u64 {
        self.fields.kind
    }

    /// The day its author claims.
    #[must_use]
    pub const fn day(&self) -> Day {
        self.fields.day
    }

    /// How it was made and shall be shown.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.fields.flags
    }

    /// The item or owned object it is about.
    #[must_use]
    pub fn about(&self) -> Option<&[u8]> {
        self.fields
            .about
            .clone()
            .and_then(|about| self.bytes.get(about))
    }

    /// What its author newly held of other logs, in the order of the logs.
    #[must_use]
    pub fn seen(&self) -> &[Mark] {
        &self.fields.seen
    }

    /// The act or edit, not yet read.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.fields.body_of(&self.bytes)
    }

    /// The bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes as received, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The mark that others set on it.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark {
            log: self.log,
            seq: self.fields.seq,
            hash: self.hash,
        }
    }
}

impl Fields {
    fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_RECORD {
            return Err(RecordError::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        reader.array_of(9)?;
        let seq = reader.uint()?;
        let prev = Hash(reader.fixed()?);
        let kind = reader.uint()?;
        let day = Day(reader.small()?);
        let flags = Flags::from_bits(reader.uint()?).ok_or(RecordError::UnknownFlags)?;
        let about = reader.opt(|reader| {
            let about = reader.bytes()?;
            match about.len() {
                16 | 32 => Ok(before(reader.position(), about.len())),
                _ => Err(Malformed::Length),
            }
        })?;
        let marks = reader.array()?;
        let mut seen = Vec::new();
        for _ in 0..marks {
            if seen.len() >= MAX_SEEN {
                return Err(RecordError::TooManyMarks);
            }
            reader.array_of(3)?;
            seen.push(Mark {
                log: LogId(Hash(reader.fixed()?)),
                seq: reader.uint()?,
                hash: Hash(reader.fixed()?),
            });
        }
        let body_item = reader.position();
        let body = reader.bytes()?.len();
        let body = before(reader.position(), body);
        let signature = reader.fixed()?;
        reader.end()?;
        Ok(Self {
            seq,
            prev,
            kind,
            day,
            flags,
            about,
            seen,
            body,
            body_item,
            signature,
        })
    }

    fn body_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.body.clone()).unwrap_or_default()
    }

    fn header<'a>(&self, bytes: &'a [u8]) -> Header<'a> {
        let own = bytes.get(..self.body_item).unwrap_or_default();
        Header::of(own, self.body_of(bytes))
    }

    fn is_signed_by(&self, bytes: &[u8], certified: &Certified) -> bool {
        let log = certified.log();
        let mut signed = vec![log.as_bytes().as_slice()];
        let header = self.header(bytes);
        signed.extend(header.parts());
        certified
            .key()
            .verifies(Label::Record, &signed, &self.signature)
    }
}

/// The header of B4: the stored record without its signature, with H(body) in place of the body.
///
/// Ten years are hashed at a first sync, so the header is never put together in memory.
struct Header<'a> {
    /// The stored record's items before the body, which both have in common.
    own: &'a [u8],
    /// The last item: the head of a byte string of 32 bytes, and H(body).
    last: [u8; 34],
}

impl<'a> Header<'a> {
    /// From a stored record's bytes up to the item of the body, and the body.
    fn of(stored: &'a [u8], body: &[u8]) -> Self {
        let mut last = [0; 34];
        let head = [0x58, 0x20];
        for (to, from) in last.iter_mut().zip(head.iter().chain(&sha256(body).0)) {
            *to = *from;
        }
        let own = stored.get(1..).unwrap_or_default();
        Self { own, last }
    }

    /// An array of eight items instead of nine, the common items, and the last.
    fn parts(&self) -> [&[u8]; 3] {
        [&[0x88], self.own, &self.last]
    }

    /// H("handfast/link/1" 00 log H(header) sig).
    fn link(&self, log: LogId, signature: &Signature64) -> Hash {
        let mut header = Hasher::plain();
        for part in self.parts() {
            header.add(part);
        }
        let header = header.finish();
        hash(Label::Link, &[log.as_bytes(), &header.0, signature])
    }
}

/// The range of that length that ends here.
const fn before(end: usize, length: usize) -> Range<usize> {
    end.saturating_sub(length)..end
}
