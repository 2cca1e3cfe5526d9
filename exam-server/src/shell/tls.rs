//! TLS 1.3 with ring as the only provider. One port for all: agents show a client certificate of the exam CA, browsers
//! none.

use anyhow::{Context, Result};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Network address; many PCs of one school may share it.
    pub address: IpAddr,
    /// The client certificate (DER), already verified against the exam CA; none for browsers.
    pub certificate: Option<Arc<[u8]>>,
}

/// Reads certificate and key and builds the server's TLS configuration.
///
/// # Errors
/// Names the file that is missing or broken.
pub fn server_config(certificate: &Path, key: &Path, exam_ca: &Path) -> Result<Arc<ServerConfig>> {
    let chain = certificates(certificate)?;
    let key =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("{}: no private key", key.display()))?;
    let mut roots = RootCertStore::empty();
    for root in certificates(exam_ca)? {
        roots
            .add(root)
            .with_context(|| format!("{}: not a CA certificate", exam_ca.display()))?;
    }
    let provider = Arc::new(default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .allow_unauthenticated()
        .build()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .with_context(|| format!("{}: certificate and key do not fit", certificate.display()))?;
    // HTTP/1.1 only: each live page is one WebSocket, and everything else is a handful of small requests.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .with_context(|| format!("{}: can't be read", path.display()))?
        .collect::<Result<_, _>>()
        .with_context(|| format!("{}: not a PEM certificate", path.display()))
}
