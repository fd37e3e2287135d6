//! Reads canonical CBOR, and nothing but canonical CBOR.

use minicbor::Decoder;

use super::is_plain_text;

/// How deep arrays may lie in each other.
pub const MAX_DEPTH: usize = 8;

/// Why bytes are not the canonical encoding of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end inside an item, or an array or string claims more than follows.
    #[error("the bytes end too early")]
    Truncated,
    /// Bytes follow after the end.
    #[error("bytes follow after the end")]
    Trailing,
    /// Another kind of item stands here.
    #[error("an item is not of the expected kind")]
    Kind,
    /// A kind of item that is never written: negative, map, tag, float, indefinite, other simple.
    #[error("a kind of item that is never written")]
    Forbidden,
    /// A number or a length is not in its shortest form.
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    /// An array or a byte string has not the expected length.
    #[error("an array or byte string is not of the expected length")]
    Length,
    /// Arrays lie too deep in each other.
    #[error("arrays are nested too deeply")]
    TooDeep,
    /// Text is not UTF-8 in NFC with LF and without U+0000.
    #[error("text is not plain: it must be UTF-8, NFC, with LF and without U+0000")]
    Text,
    /// A value is outside its range.
    #[error("a value is outside its range")]
    Range,
}

/// The kinds of items that are ever written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An unsigned integer.
    Uint,
    /// A byte string.
    Bytes,
    /// A text string.
    Text,
    /// An array.
    Array,
    /// Null.
    Null,
}

/// Reads canonical CBOR item by item.
///
/// It counts: reading more items than an array announced, or ending inside one, is an error.
#[derive(Clone)]
pub struct Reader<'a> {
    input: &'a [u8],
    position: usize,
    /// For each open array, how many of its items are still to come.
    open: [u64; MAX_DEPTH],
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of these bytes.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            position: 0,
            open: [0; MAX_DEPTH],
            depth: 0,
        }
    }

    /// Where the next item begins.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// The head of an array: how many items follow.
    pub fn array(&mut self) -> Result<u64, Malformed> {
        self.next_is(Kind::Array)?;
        let items = self
            .head(|decoder| decoder.array())?
            .ok_or(Malformed::Forbidden)?;
        // Each item takes a byte at least, so a longer claim is a lie, refused before any
        // caller reserves room for it.
        let left = self.input.len().saturating_sub(self.position);
        if usize::try_from(items).map_or(true, |items| items > left) {
            return Err(Malformed::Truncated);
        }
        *self.open.get_mut(self.depth).ok_or(Malformed::TooDeep)? = items;
        self.depth += 1;
        self.close_finished();
        Ok(items)
    }

    /// The head of an array of exactly so many items.
    pub fn array_of(&mut self, items: u64) -> Result<(), Malformed> {
        if self.array()? == items {
            Ok(())
        } else {
            Err(Malformed::Length)
        }
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        self.next_is(Kind::Uint)?;
        let value = self
            .head(|decoder| decoder.u64().map(Some))?
            .ok_or(Malformed::Kind)?;
        self.close_finished();
        Ok(value)
    }

    /// An unsigned integer that fits into a smaller type, such as `u32`.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Malformed> {
        T::try_from(self.uint()?).map_err(|_| Malformed::Range)
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        self.next_is(Kind::Bytes)?;
        let bytes = self.string()?;
        self.close_finished();
        Ok(bytes)
    }

    /// A byte string of exactly that length.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes()?.try_into().map_err(|_| Malformed::Length)
    }

    /// A text string: UTF-8, NFC, LF only, no U+0000.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        self.next_is(Kind::Text)?;
        let text = std::str::from_utf8(self.string()?).map_err(|_| Malformed::Text)?;
        if !is_plain_text(text) {
            return Err(Malformed::Text);
        }
        self.close_finished();
        Ok(text)
    }

    /// Null, or what the closure reads.
    pub fn opt<T, E: From<Malformed>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if self.is_null() {
            self.null()?;
            Ok(None)
        } else {
            read(self).map(Some)
        }
    }

    /// Null.
    pub fn null(&mut self) -> Result<(), Malformed> {
        self.next_is(Kind::Null)?;
        self.position += 1;
        self.close_finished();
        Ok(())
    }

    /// Whether null comes next.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.input.get(self.position) == Some(&0xf6)
    }

    /// Passes over one item, whatever it is, checks it as strictly as all others, and gives its
    /// bytes.
    pub fn item(&mut self) -> Result<&'a [u8], Malformed> {
        let start = self.position;
        let mut pending = 1_u64;
        // An array stands for the items in it. The sum cannot overflow: each pending item was
        // counted against a byte of the input when its array was opened.
        while pending > 0 {
            pending -= 1;
            match self.kind()? {
                Kind::Uint => drop(self.uint()?),
                Kind::Bytes => drop(self.bytes()?),
                Kind::Text => drop(self.text()?),
                Kind::Null => self.null()?,
                Kind::Array => pending = pending.saturating_add(self.array()?),
            }
        }
        self.input
            .get(start..self.position)
            .ok_or(Malformed::Truncated)
    }

    /// Nothing is open and nothing follows.
    pub fn end(self) -> Result<(), Malformed> {
        if self.depth > 0 {
            Err(Malformed::Length)
        } else if self.position < self.input.len() {
            Err(Malformed::Trailing)
        } else {
            Ok(())
        }
    }

    /// The kind of the next item.
    pub fn kind(&self) -> Result<Kind, Malformed> {
        let head = *self.input.get(self.position).ok_or(Malformed::Truncated)?;
        match (head >> 5, head & 0x1f) {
            (0, 0..=27) => Ok(Kind::Uint),
            (2, 0..=27) => Ok(Kind::Bytes),
            (3, 0..=27) => Ok(Kind::Text),
            (4, 0..=27) => Ok(Kind::Array),
            (7, 22) => Ok(Kind::Null),
            _ => Err(Malformed::Forbidden),
        }
    }

    /// Checks that the next item is of that kind and that the array it stands in has room for it.
    fn next_is(&mut self, kind: Kind) -> Result<(), Malformed> {
        if let Some(level) = self.depth.checked_sub(1) {
            let left = self.open.get_mut(level).ok_or(Malformed::TooDeep)?;
            *left = left.checked_sub(1).ok_or(Malformed::Length)?;
        }
        if self.kind()? == kind {
            Ok(())
        } else {
            Err(Malformed::Kind)
        }
    }

    /// Lets `minicbor` read a head and checks that it was the shortest that says the same.
    fn head(
        &mut self,
        read: impl FnOnce(&mut Decoder<'a>) -> Result<Option<u64>, minicbor::decode::Error>,
    ) -> Result<Option<u64>, Malformed> {
        let mut decoder = Decoder::new(self.input);
        decoder.set_position(self.position);
        let value = read(&mut decoder).map_err(|_| Malformed::Truncated)?;
        let used = decoder.position().saturating_sub(self.position);
        if value.is_some_and(|value| used != shortest_head(value)) {
            return Err(Malformed::NotShortest);
        }
        self.position = decoder.position();
        Ok(value)
    }

    /// The content of a byte or text string, whose head is measured as that of an array is.
    fn string(&mut self) -> Result<&'a [u8], Malformed> {
        let mut decoder = Decoder::new(self.input);
        decoder.set_position(self.position);
        // `bytes` and `str` differ in the major type alone; the check of UTF-8 is the caller's.
        let content = match self.kind()? {
            Kind::Text => decoder.str().map(str::as_bytes),
            Kind::Bytes | Kind::Uint | Kind::Array | Kind::Null => decoder.bytes(),
        };
        let content = content.map_err(|error| {
            if error.is_end_of_input() {
                Malformed::Truncated
            } else {
                Malformed::Text
            }
        })?;
        let length = u64::try_from(content.len()).map_err(|_| Malformed::Range)?;
        let used = decoder.position().saturating_sub(self.position);
        if used != shortest_head(length).saturating_add(content.len()) {
            return Err(Malformed::NotShortest);
        }
        self.position = decoder.position();
        Ok(content)
    }

    /// Leaves the arrays whose last item was just read.
    fn close_finished(&mut self) {
        while let Some(level) = self.depth.checked_sub(1) {
            if self.open.get(level).is_some_and(|left| *left > 0) {
                return;
            }
            self.depth = level;
        }
    }
}

/// How many bytes the head of an item takes in its shortest form.
const fn shortest_head(value: u64) -> usize {
    match value {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}
