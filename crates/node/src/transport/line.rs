//! One connection and its one stream, as frames: what `protocol` speaks over.

use std::net::SocketAddr;
use std::time::Duration;

use quinn::{Connection, RecvStream, SendStream, VarInt};

use super::{PAIR_EXPORTER, TransportError, tls};

/// The bound of a frame's length (formats B8): type byte and array.
const MAX_FRAME: usize = 1 << 20;

/// How long an end waits until the other has taken what was written.
const LINGER: Duration = Duration::from_millis(200);

/// How long the last datagram may take from the stream to the socket.
const FLUSH: Duration = Duration::from_millis(2);

/// A connection with a peer whose key completed the handshake.
#[derive(Debug)]
pub struct Line {
    connection: Connection,
    /// The peer's device key.
    pub peer: [u8; 32],
    /// Whether this end dialled.
    pub dialled: bool,
    /// Writes whole flushes.
    pub sender: Sender,
    /// Reads whole frames.
    pub receiver: Receiver,
}

impl Line {
    pub(super) fn new(
        connection: Connection,
        send: SendStream,
        receive: RecvStream,
        dialled: bool,
    ) -> Result<Self, TransportError> {
        let peer = connection
            .peer_identity()
            .and_then(|any| {
                any.downcast::<Vec<rustls::pki_types::CertificateDer<'static>>>()
                    .ok()
            })
            .and_then(|chain| chain.first().and_then(|spki| tls::key_of(spki.as_ref())))
            .ok_or(TransportError::NoKey)?;
        let receiver = Receiver {
            stream: receive,
            buffer: Vec::new(),
            taken: 0,
        };
        Ok(Self {
            connection,
            peer,
            dialled,
            sender: Sender { stream: send },
            receiver,
        })
    }

    /// 32 bytes that both ends of this very connection share (RFC 8446 §7.5), for pairing.
    pub fn exporter(&self) -> Result<[u8; 32], TransportError> {
        let mut out = [0; 32];
        self.connection
            .export_keying_material(&mut out, PAIR_EXPORTER, &[])
            .map_err(|_| TransportError::Gone)?;
        Ok(out)
    }

    /// Where the peer is now.
    pub fn address(&self) -> SocketAddr {
        let address = self.connection.remote_address();
        // A socket of both versions of IP shows the older one inside the newer.
        SocketAddr::new(address.ip().to_canonical(), address.port())
    }

    /// After a violation, and only then: a close frame, without a reason in words.
    pub fn violated(&self, code: u32) {
        self.connection.close(VarInt::from_u32(code), &[]);
    }

    /// Lets what was written last leave before the valve is shut.
    pub async fn flushed() {
        tokio::time::sleep(FLUSH).await;
    }

    /// Both have what they wanted: waits, not long, until the peer has taken the last bytes, or has
    /// ended its own side, which it does only when it wants nothing more.
    pub async fn finish(&mut self) {
        if self.sender.stream.finish().is_err() {
            return;
        }
        let (sender, receiver) = (&mut self.sender.stream, &mut self.receiver);
        let ended = async { while let Ok(Some(_)) = receiver.frame().await {} };
        let taken = async {
            tokio::select! {
                _ = sender.stopped() => {}
                () = ended => {}
            }
        };
        drop(tokio::time::timeout(LINGER, taken).await);
        Self::flushed().await;
    }

    /// A handle that keeps the connection from ending with a close frame.
    pub fn park(self) -> Parked {
        Parked { line: self }
    }
}

/// A connection that is not used any more but says nothing about it until its endpoint ends.
#[derive(Debug)]
pub struct Parked {
    line: Line,
}

impl Parked {
    /// Whether it has ended meanwhile, so that letting go of it says nothing.
    pub fn is_over(&self) -> bool {
        self.line.connection.close_reason().is_some()
    }
}

/// The writing half.
#[derive(Debug)]
pub struct Sender {
    stream: SendStream,
}

impl Sender {
    /// Writes a whole flush. Not to be dropped half-way.
    pub async fn write(&mut self, flush: &[u8]) -> Result<(), TransportError> {
        self.stream
            .write_all(flush)
            .await
            .map_err(|_| TransportError::Gone)
    }

    /// Writes as much as the other end has room for now, and says how much that was. May be
    /// dropped at any await point; then nothing was written.
    pub async fn write_some(&mut self, bytes: &[u8]) -> Result<usize, TransportError> {
        self.stream
            .write(bytes)
            .await
            .map_err(|_| TransportError::Gone)
    }
}

/// The reading half. `frame` may be dropped at any await point without losing bytes.
#[derive(Debug)]
pub struct Receiver {
    stream: RecvStream,
    buffer: Vec<u8>,
    taken: usize,
}

/// What the stream had for us.
#[derive(Debug)]
pub enum Arrival {
    /// One frame: its type byte and array, without the length.
    Frame(Vec<u8>),
    /// A length above the bound: a violation.
    TooLong,
}

impl Receiver {
    /// The next frame, or `None` when the peer has finished its side.
    pub async fn frame(&mut self) -> Result<Option<Arrival>, TransportError> {
        loop {
            if let Some(arrival) = self.take() {
                return Ok(Some(arrival));
            }
            let chunk = self
                .stream
                .read_chunk(64 * 1024, true)
                .await
                .map_err(|_| TransportError::Gone)?;
            let Some(chunk) = chunk else { return Ok(None) };
            self.buffer.drain(..self.taken);
            self.taken = 0;
            self.buffer.extend_from_slice(&chunk.bytes);
        }
    }

    fn take(&mut self) -> Option<Arrival> {
        let rest = self.buffer.get(self.taken..)?;
        let (length, body) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        if length > MAX_FRAME {
            return Some(Arrival::TooLong);
        }
        let frame = body.get(..length)?.to_vec();
        self.taken += 4 + length;
        Some(Arrival::Frame(frame))
    }
}
