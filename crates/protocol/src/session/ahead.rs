//! A frame read before its turn: what of its work needs nothing but its bytes.
//!
//! Reading and hashing a run of records costs as much as keeping it. A driver may do it on another
//! thread while the run before is made durable; the session judges both the same.

use identity::LogId;
use replica::{Run, Wrong};

use super::load::Size;
use crate::FrameError;
use crate::frames::{Frame, decode};

/// One frame, read; what is wrong with it is said at its turn.
pub struct Ahead {
    /// Bytes of the frame.
    pub(super) bytes: usize,
    /// Bytes of the padding before it.
    pub(super) pads: usize,
    pub(super) said: Result<Said, FrameError>,
}

/// What a frame says.
pub(super) enum Said {
    /// Records, read and hashed.
    Records {
        log: LogId,
        size: Size,
        run: Result<Run, Wrong>,
    },
    /// Anything else.
    Frame(Frame),
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Ahead {
    /// Reads one frame: type byte and array.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let said = decode(bytes).map(|frame| {
            if let Frame::Records { log, from, records } = frame {
                Said::Records {
                    log,
                    size: Size::of(&records),
                    run: Run::read(log, from, records),
                }
            } else {
                Said::Frame(frame)
            }
        });
        Self {
            bytes: bytes.len(),
            pads: 0,
            said,
        }
    }

    /// Whether it is padding alone: then nothing is to be done but to count it, and it may be said
    /// together with the frame after it.
    #[must_use]
    pub fn is_padding(&self) -> bool {
        matches!(self.said, Ok(Said::Frame(Frame::Pad { .. })))
    }

    /// The same after padding of so many bytes.
    #[must_use]
    pub fn after_padding(self, pads: usize) -> Self {
        Self { pads, ..self }
    }
}

impl Said {
    /// The type byte.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Records { .. } => 5,
            Self::Frame(frame) => frame.kind(),
        }
    }
}
