//! Who may speak over the wire: TLS 1.3 with raw public keys (RFC 7250) on both sides, one
//! post-quantum hybrid group, and nothing that would outlive a revocation.
//!
//! Resumption skips the verifier, so a revoked key would still be accepted: no tickets, no
//! session storage, no 0-RTT. The roster is asked again after each handshake all the same.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{
    CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    SignatureScheme,
};
use zeroize::{Zeroize, Zeroizing};

use super::TransportError;

/// The only protocol name offered. An observer can read it, so it is the common one; our own
/// version stands in Hello (formats B8).
const ALPN: &[u8] = b"h3";

/// DER before a raw Ed25519 public key: SubjectPublicKeyInfo of RFC 8410 §4.
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// DER before an Ed25519 seed: PKCS#8 version 1 of RFC 8410 §7.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Which keys may complete a handshake with us, shared by all connections of an endpoint and
/// changed when the roster changes.
#[derive(Clone, Default)]
pub struct Pins(Arc<RwLock<Allowed>>);

#[derive(Default)]
enum Allowed {
    /// While an invitation is open: whoever comes is bound by the Join MAC instead.
    Any,
    #[default]
    Nobody,
    Only(Vec<[u8; 32]>),
}

impl Pins {
    /// Exactly these device keys.
    pub fn only(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let pins = Self::default();
        pins.set_only(keys);
        pins
    }

    /// Any key: for the one who waits for the other's key while pairing.
    pub fn any() -> Self {
        Self(Arc::new(RwLock::new(Allowed::Any)))
    }

    /// Replaces the set, for handshakes from now on.
    pub fn set_only(&self, keys: impl IntoIterator<Item = [u8; 32]>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) =
            Allowed::Only(keys.into_iter().collect());
    }

    fn admits(&self, key: &[u8; 32]) -> bool {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Allowed::Any => true,
            Allowed::Nobody => false,
            Allowed::Only(keys) => keys.contains(key),
        }
    }
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pins")
    }
}

/// The Ed25519 key inside a raw public key, or nothing if it is anything else.
pub(super) fn key_of(spki: &[u8]) -> Option<[u8; 32]> {
    spki.strip_prefix(&SPKI_PREFIX)
        .and_then(|key| key.try_into().ok())
}

/// Server and client side of one endpoint's TLS, both from the device's signing seed.
pub(super) fn configs(
    seed: &[u8; 32],
    public: &[u8; 32],
    pins: &Pins,
) -> Result<(QuicServerConfig, Arc<QuicClientConfig>), TransportError> {
    let provider = Arc::new(provider());
    let key = certified_key(seed, public)?;
    let verifier = Arc::new(PinVerifier {
        pins: pins.clone(),
        algorithms: provider.signature_verification_algorithms,
    });

    let mut server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::clone(&verifier) as Arc<dyn ClientCertVerifier>)
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(
            Arc::clone(&key),
        )));
    server.alpn_protocols = vec![ALPN.to_vec()];
    server.session_storage = Arc::new(NoServerSessionStorage {});
    server.send_tls13_tickets = 0;
    server.max_early_data_size = 0;

    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(key)));
    client.alpn_protocols = vec![ALPN.to_vec()];
    client.resumption = Resumption::disabled();
    client.enable_early_data = false;
    client.enable_sni = false;

    Ok((
        QuicServerConfig::try_from(server).map_err(|_| TransportError::NoInitialSuite)?,
        Arc::new(QuicClientConfig::try_from(client).map_err(|_| TransportError::NoInitialSuite)?),
    ))
}

fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
        cipher_suites: vec![
            aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
            aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
            aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        ..aws_lc_rs::default_provider()
    }
}

fn certified_key(seed: &[u8; 32], public: &[u8; 32]) -> Result<Arc<CertifiedKey>, TransportError> {
    let mut pkcs8 = Zeroizing::new(Vec::with_capacity(48));
    pkcs8.extend_from_slice(&PKCS8_PREFIX);
    pkcs8.extend_from_slice(seed);
    let signer = aws_lc_rs::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8.as_slice()))?;
    pkcs8.zeroize();
    let spki = [SPKI_PREFIX.as_slice(), public.as_slice()].concat();
    Ok(Arc::new(CertifiedKey::new(
        vec![CertificateDer::from(spki)],
        signer,
    )))
}

/// One verifier for both directions: the key is pinned, the handshake signature is checked.
#[derive(Debug)]
struct PinVerifier {
    pins: Pins,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PinVerifier {
    fn check(&self, spki: &CertificateDer<'_>) -> Result<(), Error> {
        match key_of(spki.as_ref()) {
            Some(key) if self.pins.admits(&key) => Ok(()),
            _ => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
        }
    }

    fn check_signature(
        &self,
        message: &[u8],
        spki: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let spki = SubjectPublicKeyInfoDer::from(spki.as_ref());
        verify_tls13_signature_with_raw_key(message, &spki, signature, &self.algorithms)
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls13RequiredForQuic.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for PinVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls13RequiredForQuic.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
