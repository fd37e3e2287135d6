//! Cuts frames out of a stream of bytes, judging each length before making room for it.

use super::{FrameError, MAX_FRAME};

/// Takes the next whole frame (type byte and array) off the front of `buffer`.
///
/// `None`: more bytes are needed; a caller that reads at most a frame at a time never holds more
/// than one frame and one read.
///
/// # Errors
/// [`FrameError::Length`] as soon as the four bytes of an impossible length are there.
pub fn take_frame(buffer: &mut Vec<u8>) -> Result<Option<Vec<u8>>, FrameError> {
    let Some(prefix) = buffer.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*prefix) as usize;
    if length == 0 || length > MAX_FRAME {
        return Err(FrameError::Length(length as u64));
    }
    if buffer.len() < 4 + length {
        return Ok(None);
    }
    let rest = buffer.split_off(4 + length);
    let mut frame = std::mem::replace(buffer, rest);
    frame.drain(..4);
    Ok(Some(frame))
}
