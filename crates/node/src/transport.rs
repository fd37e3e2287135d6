//! The wire: one QUIC endpoint over one socket, behind a valve, that speaks with known keys only.
//!
//! ```text
//! Endpoint::bind(address, seed, pins, valve) ─ dial(addr) ─┐
//!                                            └ accept() ───┴→ Line { peer key, exporter, one stream }
//! ```
//!
//! Connections are disposable: the acceptor changing its address kills one (quinn issue 716), and
//! the state of a sync stands above it. `connect().await` is Ok even for a client whom the server
//! then rejects, so *connected* means that an application frame was answered, never this layer.

mod apart;
mod line;
mod reader;
mod tls;
mod valve;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use quinn::{
    ClientConfig, EndpointConfig, IdleTimeout, NoneTokenStore, ServerConfig, TransportConfig,
    ValidationTokenConfig, VarInt,
};

pub(crate) use line::Talking;
pub use line::{Arrival, Line, Parked, Receiver, Sender};
pub use tls::Pins;
pub use valve::{Silence, Valve};

use apart::Wire;
use tokio::runtime::Handle;
use valve::ValvedSocket;

/// The exporter label of pairing (formats B3).
const PAIR_EXPORTER: &[u8] = b"handfast/pair/1";

/// What can go wrong below the frames. None of it is told to a peer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The socket could not be opened here.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Our own TLS configuration was refused.
    #[error("cannot set up the encrypted connection")]
    Tls(#[from] rustls::Error),
    /// The provider lacks the cipher that QUIC's first packets need.
    #[error("the cryptographic library lacks what quic needs")]
    NoInitialSuite,
    /// An address that cannot be dialled.
    #[error("cannot dial {0}")]
    Address(SocketAddr),
    /// The connection ended, or never began; by design no more is known.
    #[error("no connection")]
    Gone,
    /// The peer did not show an Ed25519 raw public key.
    #[error("the other side showed no usable key")]
    NoKey,
}

/// One socket and its valve. Dropping it is an ordinary stop: nothing leaves any more, then all
/// connections end here without a word.
#[derive(Debug)]
pub struct Endpoint {
    reach: Reach,
    valve: Valve,
    _wire: Wire,
}

/// Whether a connection on which nothing is said is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lull {
    /// It ends without a word after 40 seconds: nothing shows how long a socket was open (S6).
    Ends,
    /// It stays: two people are reading six words to each other.
    Stays,
}

/// What tasks of an endpoint hold of it: it dials and accepts, and does not keep the valve open.
#[derive(Clone, Debug)]
pub struct Reach {
    quic: quinn::Endpoint,
    client: ClientConfig,
    wire: Handle,
}

impl Endpoint {
    /// Binds a socket. `seed` and `public` are the device's signing key.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one socket, and it lies behind the valve"
    )]
    pub fn bind(
        address: SocketAddr,
        seed: &[u8; 32],
        public: &[u8; 32],
        pins: &Pins,
        valve: Valve,
        lull: Lull,
    ) -> Result<Self, TransportError> {
        let (server, client) = tls::configs(seed, public, pins)?;
        let transport = Arc::new(timing(lull));

        let mut server = ServerConfig::with_crypto(Arc::new(server));
        server.transport_config(Arc::clone(&transport));
        let mut no_tokens = ValidationTokenConfig::default();
        no_tokens.sent(0);
        server.validation_token_config(no_tokens);
        server.max_incoming(16);

        let mut client = ClientConfig::new(client);
        client.transport_config(transport);
        client.token_store(Arc::new(NoneTokenStore));

        let mut config = EndpointConfig::default();
        // Caps the MTU at Ethernet's 1500 less the IPv4 and UDP headers.
        config
            .max_udp_payload_size(1472)
            .map_err(|_| TransportError::NoInitialSuite)?;

        let bind = |source| TransportError::Bind { address, source };
        let socket = UdpSocket::bind(address).map_err(bind)?;
        widen(&socket);
        let wire = Wire::start().map_err(bind)?;
        let runtime = wire.runtime();
        let inner = runtime.wrap_udp_socket(socket).map_err(bind)?;
        let socket = Arc::new(ValvedSocket {
            inner,
            valve: valve.clone(),
        });
        let quic = quinn::Endpoint::new_with_abstract_socket(config, Some(server), socket, runtime)
            .map_err(bind)?;
        Ok(Self {
            reach: Reach {
                quic,
                client,
                wire: wire.handle().clone(),
            },
            valve,
            _wire: wire,
        })
    }

    /// The same on any free port of every interface, of both versions of IP where there are two.
    pub fn bind_anywhere(
        seed: &[u8; 32],
        public: &[u8; 32],
        pins: &Pins,
        valve: &Valve,
        lull: Lull,
    ) -> Result<Self, TransportError> {
        let any = |ip: IpAddr| {
            let address = SocketAddr::new(ip, 0);
            Self::bind(address, seed, public, pins, valve.clone(), lull)
        };
        any(Ipv6Addr::UNSPECIFIED.into()).or_else(|_| any(Ipv4Addr::UNSPECIFIED.into()))
    }

    /// Where this endpoint listens.
    pub fn local_addr(&self) -> Result<SocketAddr, TransportError> {
        self.reach
            .quic
            .local_addr()
            .map_err(|_| TransportError::Gone)
    }

    /// The valve of this endpoint.
    pub fn valve(&self) -> &Valve {
        &self.valve
    }

    /// For tasks that dial or accept beside the owner of the endpoint.
    pub fn reach(&self) -> Reach {
        self.reach.clone()
    }

    /// Dials, and opens the one stream of the connection.
    pub async fn dial(&self, address: SocketAddr) -> Result<Line, TransportError> {
        self.reach.dial(address).await
    }

    /// Waits for one who knocks; `None` when the endpoint has ended.
    pub async fn accept(&self) -> Option<Knock> {
        self.reach.accept().await
    }
}

impl Reach {
    /// Dials, and opens the one stream of the connection.
    pub async fn dial(&self, address: SocketAddr) -> Result<Line, TransportError> {
        // The name is required by the interface and sent to nobody (no SNI).
        let connecting = self
            .quic
            .connect_with(self.client.clone(), address, "localhost")
            .map_err(|_| TransportError::Address(address))?;
        let connection = connecting.await.map_err(|_| TransportError::Gone)?;
        let (send, receive) = connection
            .open_bi()
            .await
            .map_err(|_| TransportError::Gone)?;
        Line::new(connection, send, receive, true, self.wire.clone())
    }

    /// Waits for one who completes the handshake and opens its stream. A stranger is dropped and
    /// the wait goes on; `None` when the endpoint has ended.
    pub async fn accept(&self) -> Option<Knock> {
        let knock = self.quic.accept().await?;
        Some(Knock(knock, self.wire.clone()))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // Order matters: quinn sends a close frame for each connection that is dropped.
        self.valve.stop();
    }
}

/// Somebody at the door; not known yet.
#[derive(Debug)]
pub struct Knock(quinn::Incoming, Handle);

/// A stranger that opens no stream is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Knock {
    /// The handshake, and the stream that the dialer opens.
    pub async fn answer(self) -> Result<Line, TransportError> {
        let greet = async {
            let connection = self.0.await.map_err(|_| TransportError::Gone)?;
            let (send, receive) = connection
                .accept_bi()
                .await
                .map_err(|_| TransportError::Gone)?;
            Line::new(connection, send, receive, false, self.1)
        };
        tokio::time::timeout(PATIENCE, greet)
            .await
            .map_err(|_| TransportError::Gone)?
    }
}

/// What the kernel holds of what came in and was not read yet. It gives as much as it allows; with
/// less, a fast sender loses datagrams whenever this machine is busy for a moment.
const KERNEL_HOLDS: usize = 2 << 20;

fn widen(socket: &UdpSocket) {
    rustix::net::sockopt::set_socket_recv_buffer_size(socket, KERNEL_HOLDS).unwrap_or_default();
}

/// Facts §3: quinn's own defaults have no keep-alive and a first guess of 333 ms.
fn timing(lull: Lull) -> TransportConfig {
    let mut config = TransportConfig::default();
    config.keep_alive_interval(match lull {
        Lull::Ends => None,
        Lull::Stays => Some(Duration::from_secs(3)),
    });
    config.max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(match lull {
        Lull::Ends => 40_000,
        // Whoever waits for a yes hears soon that the other device is gone.
        Lull::Stays => 12_000,
    }))));
    config.initial_rtt(Duration::from_millis(100));
    // Probing for a larger datagram costs more than a meeting with nothing new has to say.
    config.mtu_discovery_config(None);
    // One stream a connection, opened by the dialer; nothing else is part of the protocol.
    config.max_concurrent_bidi_streams(VarInt::from_u32(1));
    config.max_concurrent_uni_streams(VarInt::from_u32(0));
    config.datagram_receive_buffer_size(None);
    // What may wait here unread, and unacknowledged: two runs of records.
    config.stream_receive_window(VarInt::from_u32(512 << 10));
    config.send_window(1 << 20);
    config.allow_spin(false);
    config
}
