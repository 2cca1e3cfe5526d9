//! TLS for the link: version 1.3 only, ring only, the exam CA as the only root, the station's certificate shown to the server.
//!
//! The only place that reads the station's private key.

use super::socket::LinkError;
use crate::config::Settings;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// The configuration of every connection.
///
/// # Errors
/// [`LinkError::File`] names the file that cannot be used.
pub fn client_config(settings: &Settings) -> Result<Arc<ClientConfig>, LinkError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&settings.ca)? {
        roots
            .add(certificate)
            .map_err(|error| LinkError::file(&settings.ca, error))?;
    }
    let chain = certificates(&settings.certificate)?;
    let key =
        PrivateKeyDer::from_pem_file(&settings.key).map_err(|error| LinkError::file(&settings.key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| LinkError::file(&settings.certificate, error))?;
    let mut config = builder
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| LinkError::file(&settings.key, error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The certificates of a PEM file; at least one.
///
/// # Errors
/// [`LinkError::File`] when there is none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, LinkError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(LinkError::file(path, "không có chứng thư / no certificate"))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(LinkError::file(path, error)),
    }
}
