//! Reads frames beside the session: the next run is read and hashed while the one before is made
//! durable.
//!
//! ```text
//!   stream ─▶ frame ─▶ Ahead::read ─▶ one place ─▶ session
//! ```
//!
//! The next frame is not taken off the stream before that place is free, so that what waits here is
//! bounded: one frame that was read, and what the window of the stream lets in.

use std::thread::JoinHandle;

use protocol::session::Ahead;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::{Arrival, Receiver, TransportError};

/// The thread that reads, and what it has read.
#[derive(Debug)]
pub(crate) struct Reader {
    frames: mpsc::Receiver<Box<Ahead>>,
    /// Gives the stream back when it ends, and so keeps it from being dropped before the line is.
    _thread: Option<JoinHandle<Receiver>>,
}

impl Reader {
    /// Begins. Where no thread can be had the line is as one that has ended.
    pub(super) fn start(wire: Handle, receiver: Receiver) -> Self {
        let (hand, frames) = mpsc::channel(1);
        let thread = std::thread::Builder::new().name("reader".to_owned());
        let thread = thread.spawn(move || wire.block_on(hand_on(receiver, hand)));
        Self {
            frames,
            _thread: thread.ok(),
        }
    }

    /// The next frame, or `None` when no more will come. May be dropped at any await point.
    pub(crate) async fn frame(&mut self) -> Result<Option<Box<Ahead>>, TransportError> {
        Ok(self.frames.recv().await)
    }

    /// Reads no more.
    pub(super) fn close(mut self) -> Self {
        self.frames.close();
        self
    }
}

/// So much padding in a row is handed on by itself: what a session counts must come to it.
const PADDING: usize = 64 * 1024;

async fn hand_on(mut receiver: Receiver, hand: mpsc::Sender<Box<Ahead>>) -> Receiver {
    // What fills a flush must not take the place of what follows it.
    let mut pads = 0;
    while let Ok(place) = hand.reserve().await {
        let frame = loop {
            let arrival = tokio::select! {
                arrival = receiver.frame() => arrival,
                () = hand.closed() => return receiver,
            };
            let bytes = match arrival {
                Ok(Some(Arrival::Frame(bytes))) => bytes,
                // No frame is empty: the session calls this a violation, as it would the long one.
                Ok(Some(Arrival::TooLong)) => Vec::new(),
                Ok(None) | Err(_) => return receiver,
            };
            let frame = Ahead::read(&bytes);
            if !frame.is_padding() || pads > PADDING {
                break frame;
            }
            pads += bytes.len();
        };
        place.send(Box::new(frame.after_padding(std::mem::take(&mut pads))));
    }
    receiver
}
