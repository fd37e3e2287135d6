//! Frames to bytes: the one way each of them can be written.

use identity::Mark;
use identity::cbor::Writer;
use identity::words::WordId;

use super::{Frame, Hello, WordsHave};

/// Type byte and CBOR array of a frame, without its length prefix.
#[must_use]
pub fn encode(frame: &Frame) -> Vec<u8> {
    let mut out = Vec::new();
    encode_onto(&mut out, frame);
    out
}

/// The same, after what is there already.
pub(super) fn encode_onto(out: &mut Vec<u8>, frame: &Frame) {
    out.push(frame.kind());
    let mut w = Writer::after(std::mem::take(out));
    match frame {
        Frame::Hello(hello) => write_hello(&mut w, hello),
        Frame::Roster { statements } => {
            w.array(1);
            write_list(&mut w, statements);
        }
        Frame::Probe { log, seqs } => {
            w.array(2).bytes(&log.0.0).array(seqs.len() as u64);
            for seq in seqs {
                w.uint(*seq);
            }
        }
        Frame::Hashes { log, at } => {
            w.array(2).bytes(&log.0.0).array(at.len() as u64);
            for (seq, hash) in at {
                w.array(2).uint(*seq);
                match hash {
                    Some(hash) => w.bytes(&hash.0),
                    None => w.null(),
                };
            }
        }
        Frame::Records { log, from, records } => {
            w.array(3).bytes(&log.0.0).uint(*from);
            write_list(&mut w, records);
        }
        Frame::Stored { marks } => {
            w.array(1);
            write_marks(&mut w, marks);
        }
        Frame::Fork {
            log,
            from,
            one,
            other,
        } => {
            w.array(4).bytes(&log.0.0).uint(*from);
            write_list(&mut w, one);
            write_list(&mut w, other);
        }
        Frame::WordsHave(WordsHave::Buckets(buckets)) => {
            w.array(2).uint(0).array(buckets.len() as u64);
            for (day, digest) in buckets {
                digest.write(w.array(2).uint(*day));
            }
        }
        Frame::WordsHave(WordsHave::Ids(ids)) => {
            w.array(2).uint(1);
            write_ids(&mut w, ids);
        }
        Frame::WordsWant { ids } => {
            w.array(1);
            write_ids(&mut w, ids);
        }
        Frame::Words { items } => {
            w.array(1);
            write_list(&mut w, items);
        }
        Frame::Address { addresses } => {
            w.array(1).array(addresses.len() as u64);
            for address in addresses {
                w.text(address);
            }
        }
        Frame::Pad { zeros } => {
            w.array(1).bytes(&vec![0; *zeros]);
        }
        Frame::Join { key, mac } => {
            w.array(2).bytes(key).bytes(mac);
        }
        Frame::OfferA {
            root,
            sign,
            dh,
            commitment,
        } => {
            w.array(4)
                .bytes(root)
                .bytes(sign)
                .bytes(dh)
                .bytes(&commitment.0);
        }
        Frame::OfferB {
            root,
            sign,
            dh,
            nonce,
        } => {
            w.array(4).bytes(root).bytes(sign).bytes(dh).bytes(nonce);
        }
        Frame::Reveal { nonce } => {
            w.array(1).bytes(nonce);
        }
        Frame::Confirm {
            founding,
            certification,
        } => {
            w.array(3)
                .bytes(founding)
                .bytes(&certification.root)
                .bytes(&certification.device);
        }
    }
    *out = w.finish();
}

fn write_hello(w: &mut Writer, hello: &Hello) {
    w.array(5).uint(hello.version);
    w.uint(u64::from(hello.live) | u64::from(hello.practical) << 1);
    match &hello.roster {
        Some(digest) => w.bytes(&digest.0),
        None => w.null(),
    };
    write_marks(w, &hello.marks);
    match &hello.words {
        Some(digest) => digest.write(w),
        None => w.null(),
    };
}

fn write_marks(w: &mut Writer, marks: &[Mark]) {
    w.array(marks.len() as u64);
    for mark in marks {
        w.array(3)
            .bytes(&mark.log.0.0)
            .uint(mark.seq)
            .bytes(&mark.hash.0);
    }
}

fn write_list(w: &mut Writer, list: &[Vec<u8>]) {
    w.array(list.len() as u64);
    for bytes in list {
        w.bytes(bytes);
    }
}

fn write_ids(w: &mut Writer, ids: &[WordId]) {
    w.array(ids.len() as u64);
    for id in ids {
        id.write(w);
    }
}
