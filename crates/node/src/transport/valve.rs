//! The one place where a datagram leaves: an adaptor around the socket, with a valve.
//!
//! The valve is asked before each send. It has two taps: the durable flag of the home (space,
//! leaving), which any process may shut, and the endpoint's own, which an ordinary stop shuts
//! before anything is dropped, so that quinn's close frame goes nowhere and offline, stopped
//! and silent look the same (formats B8).

use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};

/// Asks the home whether anything may leave at all. Asked at each send, never cached.
pub type Silence = Arc<dyn Fn() -> bool + Send + Sync>;

/// Whether datagrams leave, and how many did.
#[derive(Clone)]
pub struct Valve(Arc<Taps>);

struct Taps {
    stopped: AtomicBool,
    silenced: Silence,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Valve {
    /// A valve that obeys `silenced` (true = nothing leaves).
    pub fn new(silenced: Silence) -> Self {
        Self(Arc::new(Taps {
            stopped: AtomicBool::new(false),
            silenced,
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }))
    }

    /// An ordinary stop: from here on nothing leaves this endpoint.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether nothing leaves now.
    pub fn is_shut(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst) || (self.0.silenced)()
    }

    /// Bytes of datagrams that left so far.
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Bytes of datagrams that came in so far.
    pub fn received(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Valve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Valve")
            .field("stopped", &self.0.stopped)
            .finish_non_exhaustive()
    }
}

/// A UDP socket behind a valve.
#[derive(Debug)]
pub(super) struct ValvedSocket {
    pub(super) inner: Arc<dyn AsyncUdpSocket>,
    pub(super) valve: Valve,
}

impl AsyncUdpSocket for ValvedSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.inner).create_io_poller()
    }

    /// Shut, the datagram is dropped as a lossy network would drop it.
    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        if self.valve.is_shut() {
            return Ok(());
        }
        self.inner.try_send(transmit)?;
        let len = u64::try_from(transmit.contents.len()).unwrap_or(u64::MAX);
        self.valve.0.sent.fetch_add(len, Ordering::Relaxed);
        Ok(())
    }

    /// What arrives while shut is read and dropped, so that nothing is answered later.
    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            let ready = self.inner.poll_recv(cx, bufs, meta);
            let Poll::Ready(Ok(count)) = &ready else {
                return ready;
            };
            if self.valve.is_shut() {
                continue;
            }
            let len: usize = meta.iter().take(*count).map(|m| m.len).sum();
            self.valve
                .0
                .received
                .fetch_add(u64::try_from(len).unwrap_or(u64::MAX), Ordering::Relaxed);
            return ready;
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn max_transmit_segments(&self) -> usize {
        self.inner.max_transmit_segments()
    }

    fn max_receive_segments(&self) -> usize {
        self.inner.max_receive_segments()
    }

    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }
}
