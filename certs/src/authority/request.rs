//! Certification requests (PKCS #10, RFC 2986): made by a machine, read by an issuing authority. Only the public key is
//! taken from one; its names and wishes are ignored.

use crate::error::{Error, Kind, Result};
use crate::signing::SigningKey;
use rcgen::{CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, PublicKeyData};

const PLACE: &str = "certification request";

/// No request for a P-256 key is longer, in characters.
const LONGEST: usize = 8 * 1024;

/// A request whose sender holds the private key.
#[derive(Clone, Debug)]
pub struct CertificationRequest(rcgen::PublicKey);

impl CertificationRequest {
    /// Reads a request and checks its own signature.
    ///
    /// # Errors
    /// [`Kind::TooLarge`]; [`Kind::Malformed`]; [`Kind::NotAuthentic`] when its signature does not fit its key;
    /// [`Kind::Key`] when the key is not a P-256 key or the signature is not made with SHA-256.
    pub fn from_pem(pem: &str) -> Result<Self> {
        if pem.len() > LONGEST {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let request = CertificateSigningRequestParams::from_pem(pem).map_err(|error| {
            let kind = match error {
                rcgen::Error::InvalidCertificationRequestSignature => Kind::NotAuthentic,
                rcgen::Error::UnsupportedSignatureAlgorithm => Kind::Key,
                _ => Kind::Malformed,
            };
            Error::new(kind, PLACE)
        })?;
        let key = request.public_key;
        let point = key.der_bytes();
        let fits = key.algorithm() == &rcgen::PKCS_ECDSA_P256_SHA256
            && point.len() == 65
            && p256::PublicKey::from_sec1_bytes(point).is_ok();
        if fits {
            Ok(Self(key))
        } else {
            Err(Error::new(Kind::Key, PLACE))
        }
    }

    /// The public key to be certified: uncompressed SEC 1 point, `04 ‖ x ‖ y`.
    pub fn public_key(&self) -> [u8; 65] {
        self.0
            .der_bytes()
            .try_into()
            .expect("the length was checked when it was read")
    }

    pub(super) fn key(&self) -> &rcgen::PublicKey {
        &self.0
    }
}

/// A request (PEM) for that key; `name` is for people who look at the request, nothing else.
///
/// # Errors
/// [`Kind::Argument`] for an impossible name.
pub fn certification_request(key: &SigningKey, name: &str) -> Result<String> {
    let refused = || Error::new(Kind::Argument, PLACE);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let request = params
        .serialize_request(&key.certifiable())
        .map_err(|_| refused())?;
    request.pem().map_err(|_| refused())
}
