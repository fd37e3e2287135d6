//! One connection and its one stream, as frames: what `protocol` speaks over.

use std::net::SocketAddr;
use std::time::Duration;

use quinn::{Connection, RecvStream, SendStream, VarInt};
use tokio::runtime::Handle;

use super::reader::Reader;
use super::{PAIR_EXPORTER, TransportError, tls};

/// The bound of a frame's length (formats B8): type byte and array.
const MAX_FRAME: usize = 1 << 20;

/// The bytes of a frame's length.
const PREFIX: usize = 4;

/// How long a session's end waits until the other has taken what was written: what is lost is
/// sent again when they meet next.
const LINGER: Duration = Duration::from_millis(200);

/// How long a pairing's end waits for the same. It is said once, and the other person's screen
/// hangs on it, so that it outlives a lost packet (RFC 9002 §6.2.2) and a busy machine.
const FAREWELL: Duration = Duration::from_secs(3);

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
    /// What the connection runs on.
    wire: Handle,
}

impl Line {
    pub(super) fn new(
        connection: Connection,
        send: SendStream,
        receive: RecvStream,
        dialled: bool,
        wire: Handle,
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
            head: Vec::new(),
            body: Vec::new(),
        };
        Ok(Self {
            connection,
            peer,
            dialled,
            sender: Sender { stream: send },
            receiver,
            wire,
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
        address_of(&self.connection)
    }

    /// After a violation, and only then: a close frame, without a reason in words.
    pub fn violated(&self, code: u32) {
        violated(&self.connection, code);
    }

    /// Lets what was written last leave before the valve is shut.
    pub async fn flushed() {
        tokio::time::sleep(FLUSH).await;
    }

    /// Both have what they wanted: waits, not long, until the peer has taken the last bytes, or has
    /// ended its own side, which it does only when it wants nothing more.
    pub async fn finish(&mut self) {
        let (sender, receiver) = (&mut self.sender, &mut self.receiver);
        let ended = async { while let Ok(Some(_)) = receiver.frame().await {} };
        sender.finish(FAREWELL, ended).await;
    }

    /// The other has ended its side: ends this one too, so that it need not wait for its end to be
    /// taken.
    pub async fn heard_the_end(&mut self) {
        drop(self.sender.stream.finish());
        Self::flushed().await;
    }

    /// From here on frames are read beside, as soon as they are there.
    pub(crate) fn read_ahead(self) -> Talking {
        let Self {
            connection,
            peer,
            dialled,
            sender,
            receiver,
            wire,
        } = self;
        Talking {
            connection,
            peer,
            dialled,
            sender,
            reader: Reader::start(wire, receiver),
        }
    }

    /// A handle that keeps the connection from ending with a close frame.
    pub fn park(self) -> Parked {
        Parked {
            connection: self.connection,
            _ends: (self.sender, Ear::Own(self.receiver)),
        }
    }
}

fn address_of(connection: &Connection) -> SocketAddr {
    let address = connection.remote_address();
    // A socket of both versions of IP shows the older one inside the newer.
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn violated(connection: &Connection, code: u32) {
    connection.close(VarInt::from_u32(code), &[]);
}

/// A line over which a session talks.
#[derive(Debug)]
pub(crate) struct Talking {
    connection: Connection,
    pub(crate) peer: [u8; 32],
    pub(crate) dialled: bool,
    pub(crate) sender: Sender,
    pub(crate) reader: Reader,
}

impl Talking {
    /// As [`Line::address`].
    pub(crate) fn address(&self) -> SocketAddr {
        address_of(&self.connection)
    }

    /// As [`Line::violated`].
    pub(crate) fn violated(&self, code: u32) {
        violated(&self.connection, code);
    }

    /// As [`Line::finish`], for an end that can be said again.
    pub(crate) async fn finish(&mut self) {
        let (sender, reader) = (&mut self.sender, &mut self.reader);
        let ended = async { while let Ok(Some(_)) = reader.frame().await {} };
        sender.finish(LINGER, ended).await;
    }

    /// As [`Line::park`].
    pub(crate) fn park(self) -> Parked {
        Parked {
            connection: self.connection,
            _ends: (self.sender, Ear::Beside(self.reader.close())),
        }
    }
}

/// Whoever has the reading half.
#[derive(Debug)]
enum Ear {
    Own(#[expect(dead_code, reason = "kept, so that it is not dropped")] Receiver),
    Beside(#[expect(dead_code, reason = "kept, so that it is not dropped")] Reader),
}

/// A connection that is not used any more but says nothing about it until its endpoint ends.
#[derive(Debug)]
pub struct Parked {
    connection: Connection,
    /// Dropped, they would say something.
    _ends: (Sender, Ear),
}

impl Parked {
    /// Whether it has ended meanwhile, so that letting go of it says nothing.
    pub fn is_over(&self) -> bool {
        self.connection.close_reason().is_some()
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

    /// Says that nothing more is said here; waits until all was taken or `ended`, and not long. May
    /// be dropped at any await point, and called again.
    async fn finish(&mut self, at_most: Duration, ended: impl Future<Output = ()>) {
        // Said before already, by a call that was dropped half-way: then only the wait is left.
        drop(self.stream.finish());
        let taken = async {
            tokio::select! {
                _ = self.stream.stopped() => {}
                () = ended => {}
            }
        };
        drop(tokio::time::timeout(at_most, taken).await);
        Line::flushed().await;
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
    /// The four bytes of a length, as far as they are there.
    head: Vec<u8>,
    /// The frame, as far as it is there.
    body: Vec<u8>,
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
            let Some(missing) = self.missing() else {
                return Ok(Some(Arrival::TooLong));
            };
            if missing == 0 {
                self.head.clear();
                return Ok(Some(Arrival::Frame(std::mem::take(&mut self.body))));
            }
            let chunk = self.stream.read_chunk(missing, true).await;
            let Some(chunk) = chunk.map_err(|_| TransportError::Gone)? else {
                return Ok(None);
            };
            if self.head.len() < PREFIX {
                self.head.extend_from_slice(&chunk.bytes);
            } else {
                self.body.extend_from_slice(&chunk.bytes);
            }
        }
    }

    /// How many bytes are missing of the length, or of the frame; nothing if it is too long.
    fn missing(&mut self) -> Option<usize> {
        let Some(length) = self.head.first_chunk::<PREFIX>() else {
            return Some(PREFIX - self.head.len());
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        if length > MAX_FRAME {
            return None;
        }
        if self.body.is_empty() {
            self.body.reserve_exact(length);
        }
        Some(length - self.body.len())
    }
}
