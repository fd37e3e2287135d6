//! Writes canonical CBOR.

use minicbor::Encoder;

/// Writes canonical CBOR into memory; calls can be chained.
///
/// Text must already be plain ([`is_plain_text`](super::is_plain_text)): what is typed is cleaned
/// before it is signed, and a reader refuses everything else.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Nothing written yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// After bytes that are there already.
    #[must_use]
    pub const fn after(out: Vec<u8>) -> Self {
        Self { out }
    }

    /// The head of an array of that many items, which must follow.
    pub fn array(&mut self, items: u64) -> &mut Self {
        self.encode(|out| out.array(items).map(drop))
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.encode(|out| out.u64(value).map(drop))
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.encode(|out| out.bytes(bytes).map(drop))
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        debug_assert!(
            super::is_plain_text(text),
            "text was not cleaned before it was written"
        );
        self.encode(|out| out.str(text).map(drop))
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.encode(|out| out.null().map(drop))
    }

    /// Null, or what the closure writes of the value.
    pub fn opt<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            None => self.null(),
            Some(value) => write(self, value),
        }
    }

    /// Bytes that are canonical CBOR already.
    pub fn raw(&mut self, cbor: &[u8]) -> &mut Self {
        self.out.extend_from_slice(cbor);
        self
    }

    fn encode(
        &mut self,
        write: impl FnOnce(
            &mut Encoder<&mut Vec<u8>>,
        ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>>,
    ) -> &mut Self {
        let written = write(&mut Encoder::new(&mut self.out));
        debug_assert!(written.is_ok(), "memory takes every byte");
        self
    }

    /// What was written.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}
