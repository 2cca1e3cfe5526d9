//! Checks of the certificates that the exam CA issues ([`crate::authority`]): whose is it, and does the CA stand behind
//! it? Certificates of travel documents are judged elsewhere, by other rules.

use crate::authority::{
    DESK_URI_PREFIX, MachineKind, RECEIPT_SIGNER_URI, SEAT_URI_PREFIX, STATION_URI_PREFIX,
};
use crate::certificate::{Certificate, PLACE};
use crate::error::{Error, Kind, Result};
use crate::hash::sha256;
use crate::oid;
use crate::public_key::PublicKey;
use crate::time::{Time, Validity};
use crate::tlv::{Reader, Rules, SEQUENCE};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Bits of the key usage extension (RFC 5280, section 4.2.1.3).
const DIGITAL_SIGNATURE: usize = 0;
const KEY_CERT_SIGN: usize = 5;

/// Crockford's base 32: no `I`, `L`, `O`, `U`.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes of a fingerprint in an enrolment code: 80 bits.
const FINGERPRINT_BYTES: usize = 10;

/// Who a machine is, by its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineIdentity {
    /// What it is for.
    pub kind: MachineKind,
    /// The machine's id, 32 lower-case hex digits.
    pub id_hex: String,
    /// The machine's name.
    pub name: String,
    /// Serial number of the certificate, lower-case hex without leading zeros.
    pub serial: String,
}

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

/// All certificates of a PEM text, their DER one after another: a chain as [`receipt_key`] reads it.
///
/// # Errors
/// [`Kind::Malformed`] when there is none, or something else among them.
pub fn chain_from_pem(pem: &str) -> Result<Vec<u8>> {
    let mut chain = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| Error::new(Kind::Malformed, "certificate PEM"))?;
        chain.extend_from_slice(&certificate);
    }
    if chain.is_empty() {
        return Err(Error::new(Kind::Malformed, "certificate PEM"));
    }
    Ok(chain)
}

/// Reads a machine's identity from its certificate. The TLS handshake has verified the chain up to the exam CA and the
/// time before; here purpose, name and kind of key are looked at. Whether the machine is registered, and not revoked, only
/// the server knows.
///
/// # Errors
/// [`Kind::Malformed`]; [`Kind::WrongPurpose`] when it is not a machine's certificate; [`Kind::Key`] when its key is not a
/// P-256 key.
pub fn machine_identity(certificate_der: &[u8]) -> Result<MachineIdentity> {
    let certificate = Certificate::parse(certificate_der)?;
    let wrong = Error::new(Kind::WrongPurpose, "machine certificate");
    let [uri] = certificate.uris()[..] else {
        return Err(wrong);
    };
    let prefixes = [
        (DESK_URI_PREFIX, MachineKind::Desk),
        (SEAT_URI_PREFIX, MachineKind::Seat),
        (STATION_URI_PREFIX, MachineKind::Desk),
    ];
    let named = prefixes.into_iter().find_map(|(prefix, kind)| {
        let id = uri.strip_prefix(prefix).filter(|id| is_machine_id(id))?;
        Some((kind, id.to_owned()))
    });
    let (kind, id_hex) = named.ok_or(wrong)?;
    let meant_for_machines = certificate.has_purpose(oid::CLIENT_AUTH)
        && certificate.allows_usage(DIGITAL_SIGNATURE)
        && !certificate.is_ca()
        && !certificate.has_unknown_critical_extension();
    if !meant_for_machines {
        return Err(wrong);
    }
    p256_point(&certificate.public_key()?)?;
    Ok(MachineIdentity {
        kind,
        id_hex,
        name: certificate.common_name().ok_or(wrong)?,
        serial: serial_hex(certificate.serial),
    })
}

/// Reads a check-in desk's identity from its certificate: [`machine_identity`] for desks alone.
///
/// # Errors
/// As [`machine_identity`]; [`Kind::WrongPurpose`] for a seat's certificate too.
pub fn station_identity(certificate_der: &[u8]) -> Result<StationIdentity> {
    let machine = machine_identity(certificate_der)?;
    match machine.kind {
        MachineKind::Desk => Ok(StationIdentity {
            id_hex: machine.id_hex,
            name: machine.name,
        }),
        MachineKind::Seat => Err(Error::new(Kind::WrongPurpose, "station certificate")),
    }
}

/// The time of validity that a certificate states; of a chain, that of its first certificate. Nothing else is looked at.
///
/// # Errors
/// [`Kind::Malformed`].
pub fn validity(certificate_der: &[u8]) -> Result<Validity> {
    Ok(Certificate::parse(first(certificate_der)?)?.validity)
}

/// A certificate's serial number, lower-case hex without leading zeros. Nothing else is looked at.
///
/// # Errors
/// [`Kind::Malformed`].
pub fn serial(certificate_der: &[u8]) -> Result<String> {
    Ok(serial_hex(Certificate::parse(certificate_der)?.serial))
}

/// SHA-256 of a certificate's public key with its algorithm; of a chain, of its first certificate. Nothing else is looked at.
///
/// # Errors
/// [`Kind::Malformed`].
pub fn key_fingerprint(certificate_der: &[u8]) -> Result<[u8; 32]> {
    Ok(Certificate::parse(first(certificate_der)?)?.key_fingerprint())
}

/// The common name of a certificate's subject. Nothing else is looked at.
///
/// # Errors
/// [`Kind::Malformed`], also without a common name.
pub fn common_name(certificate_der: &[u8]) -> Result<String> {
    let name = Certificate::parse(certificate_der)?.common_name();
    name.ok_or(Error::new(Kind::Malformed, PLACE))
}

/// What a long enrolment code says of the exam CA's root, so that a PC which knows nothing yet can tell the real server
/// from another: the first 80 bits of SHA-256 over its certificate (DER), as 16 characters of Crockford's base 32.
pub fn fingerprint_code(root_der: &[u8]) -> String {
    let hash = sha256(root_der);
    let bits = hash[..FINGERPRINT_BYTES]
        .iter()
        .fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    let digits = FINGERPRINT_BYTES * 8 / 5;
    (0..digits)
        .rev()
        .map(|digit| char::from(CROCKFORD[usize::try_from((bits >> (digit * 5)) & 31).expect("5 bits")]))
        .collect()
}

/// Verifies that `root_der` is a self-signed CA certificate, valid at `at`: something that can be trusted as an exam CA.
///
/// # Errors
/// [`Kind::Malformed`], [`Kind::NotAuthentic`], [`Kind::OutsideValidity`], [`Kind::WrongPurpose`], [`Kind::Key`].
pub fn check_root(root_der: &[u8], at: Time) -> Result<()> {
    let root = Certificate::parse(root_der)?;
    p256_point(&checked_root(&root)?)?;
    within(&root, at)
}

/// Verifies an issuing authority's certificate against the root's; both must be valid at `at`.
///
/// # Errors
/// [`Kind::Malformed`], [`Kind::NotAuthentic`], [`Kind::OutsideValidity`], [`Kind::WrongPurpose`], [`Kind::Key`].
pub fn check_issuing(issuing_der: &[u8], root_der: &[u8], at: Time) -> Result<()> {
    let root = Certificate::parse(root_der)?;
    let root_key = checked_root(&root)?;
    let issuing = Certificate::parse(issuing_der)?;
    p256_point(&checked_issuing(&issuing)?)?;
    issued_by(&issuing, &root, &root_key)?;
    within(&root, at)?;
    within(&issuing, at)
}

/// Verifies a receipt signer's certificate up to the exam CA's root and gives its key. `chain_der` is that certificate and,
/// one after another, those of the authorities between it and the root: one at most.
///
/// Checked: the root is a CA, signed by itself; each certificate is signed by the next one up; all are valid at `at`; the
/// leaf is no CA, and meant for receipts.
///
/// # Errors
/// [`Kind::Malformed`], [`Kind::NotAuthentic`], [`Kind::OutsideValidity`], [`Kind::WrongPurpose`], [`Kind::Key`].
pub fn receipt_key(chain_der: &[u8], root_der: &[u8], at: Time) -> Result<[u8; 65]> {
    let root = Certificate::parse(root_der)?;
    let root_key = checked_root(&root)?;
    let chain = split(chain_der)?;
    let chain = chain.iter().map(|der| Certificate::parse(der));
    let chain = chain.collect::<Result<Vec<_>>>()?;
    let leaf = match &chain[..] {
        [leaf] => {
            issued_by(leaf, &root, &root_key)?;
            leaf
        }
        [leaf, issuing] => {
            let issuing_key = checked_issuing(issuing)?;
            issued_by(issuing, &root, &root_key)?;
            issued_by(leaf, issuing, &issuing_key)?;
            within(issuing, at)?;
            leaf
        }
        _ => return Err(Error::new(Kind::Malformed, "certificate chain")),
    };
    within(&root, at)?;
    within(leaf, at)?;
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
pub(crate) fn root_key(root_der: &[u8]) -> Result<[u8; 65]> {
    p256_point(&checked_root(&Certificate::parse(root_der)?)?)
}

/// The P-256 key of a CA certificate that another CA signed.
pub(crate) fn issuing_key(issuing_der: &[u8]) -> Result<[u8; 65]> {
    p256_point(&checked_issuing(&Certificate::parse(issuing_der)?)?)
}

pub(crate) fn is_machine_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn checked_root(root: &Certificate<'_>) -> Result<PublicKey> {
    let key = authority_key(root)?;
    root.check_signature(&key)?;
    Ok(key)
}

fn checked_issuing(issuing: &Certificate<'_>) -> Result<PublicKey> {
    let key = authority_key(issuing)?;
    if issuing.check_signature(&key).is_ok() {
        return Err(Error::new(Kind::WrongPurpose, "issuing authority's certificate"));
    }
    Ok(key)
}

fn authority_key(ca: &Certificate<'_>) -> Result<PublicKey> {
    if !ca.is_ca() || !ca.allows_usage(KEY_CERT_SIGN) || ca.has_unknown_critical_extension() {
        return Err(Error::new(Kind::WrongPurpose, "exam CA certificate"));
    }
    ca.public_key()
}

fn issued_by(certificate: &Certificate<'_>, issuer: &Certificate<'_>, key: &PublicKey) -> Result<()> {
    if certificate.issuer != issuer.subject {
        return Err(Error::new(Kind::NotAuthentic, PLACE));
    }
    certificate.check_signature(key)
}

fn within(certificate: &Certificate<'_>, at: Time) -> Result<()> {
    if certificate.validity.contains(at) {
        Ok(())
    } else {
        Err(Error::new(Kind::OutsideValidity, PLACE))
    }
}

fn p256_point(key: &PublicKey) -> Result<[u8; 65]> {
    match key {
        PublicKey::Ec(key) => key.p256_point().ok_or(Error::new(Kind::Key, PLACE)),
        PublicKey::Rsa(_) => Err(Error::new(Kind::Key, PLACE)),
    }
}

/// The certificates of a chain, each with its own bytes.
fn split(chain_der: &[u8]) -> Result<Vec<&[u8]>> {
    let mut rest = Reader::new(chain_der, "certificate chain", Rules::Der);
    let mut certificates = Vec::new();
    while !rest.is_empty() {
        certificates.push(rest.expect(SEQUENCE)?.raw);
    }
    Ok(certificates)
}

fn first(chain_der: &[u8]) -> Result<&[u8]> {
    let first = split(chain_der)?.first().copied();
    first.ok_or(Error::new(Kind::Malformed, PLACE))
}

fn serial_hex(serial: &[u8]) -> String {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    hex::encode(&serial[zeros..])
}
