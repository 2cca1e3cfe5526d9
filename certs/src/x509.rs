//! Checks of the certificates that the exam CA issues ([`crate::authority`]): whose is it, and does the CA stand behind
//! it? Certificates of travel documents are judged elsewhere, by other rules.

use crate::authority::{RECEIPT_SIGNER_URI, STATION_URI_PREFIX};
use crate::certificate::{Certificate, PLACE};
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::public_key::PublicKey;
use crate::time::{Time, Validity};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Bits of the key usage extension (RFC 5280, section 4.2.1.3).
const DIGITAL_SIGNATURE: usize = 0;
const KEY_CERT_SIGN: usize = 5;

/// Who a check-in station is, by its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationIdentity {
    /// The station's id, 32 lower-case hex digits.
    pub id_hex: String,
    /// The station's name.
    pub name: String,
}

/// The first certificate of a PEM text as DER.
///
/// # Errors
/// [`Kind::Malformed`] when there is none.
pub fn der_from_pem(pem: &str) -> Result<Vec<u8>> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes());
    Ok(der
        .map_err(|_| Error::new(Kind::Malformed, "certificate PEM"))?
        .to_vec())
}

/// Reads a station's identity from its certificate. The TLS handshake has verified the chain up to the exam CA and the
/// time before; here only purpose and name are looked at.
///
/// # Errors
/// [`Kind::Malformed`]; [`Kind::WrongPurpose`] when it is not a station's certificate.
pub fn station_identity(certificate_der: &[u8]) -> Result<StationIdentity> {
    let certificate = Certificate::parse(certificate_der)?;
    let wrong = Error::new(Kind::WrongPurpose, "station certificate");
    let [uri] = certificate.uris()[..] else {
        return Err(wrong);
    };
    let id = uri
        .strip_prefix(STATION_URI_PREFIX)
        .filter(|id| is_station_id(id))
        .ok_or(wrong)?;
    if certificate.is_ca() || !certificate.has_purpose(oid::CLIENT_AUTH) {
        return Err(wrong);
    }
    let name = certificate.common_name().ok_or(wrong)?;
    Ok(StationIdentity {
        id_hex: id.to_owned(),
        name,
    })
}

/// The time of validity that a certificate states; nothing else of it is looked at.
///
/// # Errors
/// [`Kind::Malformed`].
pub fn validity(certificate_der: &[u8]) -> Result<Validity> {
    Ok(Certificate::parse(certificate_der)?.validity)
}

/// Verifies a receipt signer's certificate against the exam CA's and gives its key.
///
/// Checked: the CA's certificate is a CA's, signed by itself and valid at `at`; the leaf is signed by it, valid at `at`,
/// no CA, and meant for receipts.
///
/// # Errors
/// [`Kind::Malformed`], [`Kind::NotAuthentic`], [`Kind::OutsideValidity`], [`Kind::WrongPurpose`], [`Kind::Key`].
pub fn receipt_key(certificate_der: &[u8], ca_der: &[u8], at: Time) -> Result<[u8; 65]> {
    let ca = Certificate::parse(ca_der)?;
    let ca_key = checked_authority(&ca)?;
    let leaf = Certificate::parse(certificate_der)?;
    if leaf.issuer != ca.subject {
        return Err(Error::new(Kind::NotAuthentic, PLACE));
    }
    leaf.check_signature(&ca_key)?;
    if !ca.validity.contains(at) || !leaf.validity.contains(at) {
        return Err(Error::new(Kind::OutsideValidity, PLACE));
    }
    let meant_for_receipts = leaf.uris() == [RECEIPT_SIGNER_URI]
        && leaf.has_purpose(oid::DOCUMENT_SIGNING)
        && leaf.allows_usage(DIGITAL_SIGNATURE)
        && !leaf.is_ca()
        && !leaf.has_unknown_critical_extension();
    if !meant_for_receipts {
        return Err(Error::new(Kind::WrongPurpose, "receipt signer's certificate"));
    }
    p256_point(&leaf.public_key()?)
}

/// The P-256 key of a self-signed CA certificate.
pub(crate) fn authority_key(ca_der: &[u8]) -> Result<[u8; 65]> {
    p256_point(&checked_authority(&Certificate::parse(ca_der)?)?)
}

pub(crate) fn is_station_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn checked_authority(ca: &Certificate<'_>) -> Result<PublicKey> {
    if !ca.is_ca() || !ca.allows_usage(KEY_CERT_SIGN) || ca.has_unknown_critical_extension() {
        return Err(Error::new(Kind::WrongPurpose, "exam CA certificate"));
    }
    let key = ca.public_key()?;
    ca.check_signature(&key)?;
    Ok(key)
}

fn p256_point(key: &PublicKey) -> Result<[u8; 65]> {
    match key {
        PublicKey::Ec(key) => key.p256_point().ok_or(Error::new(Kind::Key, PLACE)),
        PublicKey::Rsa(_) => Err(Error::new(Kind::Key, PLACE)),
    }
}
