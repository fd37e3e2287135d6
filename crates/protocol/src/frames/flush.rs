//! One flush: frames with their length prefixes, filled by Pad to a few sizes (B8, S55), so that an
//! observer of the network learns less from how much was said.

use super::{Frame, encode::encode_onto};

/// A Pad with no zeros: length prefix, type, array header, byte string header.
const SMALLEST_PAD: usize = 4 + 1 + 1 + 1;

/// The bytes of these frames as they leave, with their prefixes and the Pad that fills them up.
#[must_use]
pub fn flush(frames: &[Frame]) -> Vec<u8> {
    let weight = frames.iter().map(Frame::weight).sum();
    let mut out = Vec::with_capacity(size_for(weight));
    for frame in frames {
        push(&mut out, frame);
    }
    let mut missing = size_for(out.len()) - out.len();
    if missing > 0 && missing < SMALLEST_PAD {
        missing = size_for(out.len() + SMALLEST_PAD) - out.len();
    }
    // Two lengths no single Pad can have, since its own header grows by a byte there.
    if missing > 0 && zeros_for(missing).is_none() {
        push(&mut out, &Frame::Pad { zeros: 0 });
        missing -= SMALLEST_PAD;
    }
    if let Some(zeros) = zeros_for(missing) {
        push(&mut out, &Frame::Pad { zeros });
    }
    out
}

/// The size that a flush of `length` bytes is filled up to.
pub(crate) fn size_for(length: usize) -> usize {
    match length {
        0 => 0,
        1..=256 => 256,
        257..=512 => 512,
        513..=1_024 => 1_024,
        1_025..=4_096 => 4_096,
        _ => length.div_ceil(16_384) * 16_384,
    }
}

/// How many zeros make a Pad of exactly `total` bytes on the wire.
fn zeros_for(total: usize) -> Option<usize> {
    let content = total.checked_sub(4 + 1 + 1)?;
    [(1, 0..24), (2, 24..256), (3, 256..65_536)]
        .into_iter()
        .find_map(|(header, range)| {
            let zeros = content.checked_sub(header)?;
            range.contains(&zeros).then_some(zeros)
        })
}

fn push(out: &mut Vec<u8>, frame: &Frame) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    encode_onto(out, frame);
    let length = (out.len() - start - 4) as u32;
    for (to, from) in out.iter_mut().skip(start).zip(length.to_be_bytes()) {
        *to = from;
    }
}
