//! The thread that speaks QUIC, and nothing else: while a run is verified and made durable, datagrams
//! are still read, acknowledged and sent, and the kernel's buffer does not overflow.
//!
//! What it may hold is bounded by the windows of the connection; whoever waits for frames reads from
//! there at its own pace.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use quinn::{AsyncTimer, AsyncUdpSocket, Runtime, TokioRuntime};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The thread. Dropping it ends it, and everything that ran there, before it returns.
pub(super) struct Wire {
    over: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    handle: Handle,
}

impl Wire {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (over, told) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("wire".to_owned())
            .spawn(move || drop(runtime.block_on(told)))?;
        Ok(Self {
            over: Some(over),
            thread: Some(thread),
            handle,
        })
    }

    /// For what waits for connections that run there.
    pub(super) const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What QUIC runs on.
    pub(super) fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::new(OnWire(self.handle.clone()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say; if it panicked, the connections ended with it.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire(..)")
    }
}

/// Puts tasks, timers and the socket on that thread, whoever asks for them.
#[derive(Debug)]
struct OnWire(Handle);

impl Runtime for OnWire {
    fn new_timer(&self, at: Instant) -> Pin<Box<dyn AsyncTimer>> {
        let _there = self.0.enter();
        TokioRuntime.new_timer(at)
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(self.0.spawn(future));
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let _there = self.0.enter();
        TokioRuntime.wrap_udp_socket(socket)
    }
}
