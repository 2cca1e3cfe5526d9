//! Certificate revocation lists (RFC 5280, section 5).

use crate::error::{Error, Kind, Result};
use crate::time::{Time, Validity};
use rcgen::{
    CertificateRevocationList, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair,
    RevocationReason, RevokedCertParams, SerialNumber,
};

const PLACE: &str = "revocation list";

/// Why a certificate was revoked (RFC 5280, section 5.3.1); the reasons that an exam has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// None given.
    Unspecified,
    /// The private key is, or may be, known to somebody else: a stolen PC.
    KeyCompromise,
    /// An authority's key is, or may be, known to somebody else.
    AuthorityCompromise,
    /// Another certificate took its place.
    Superseded,
    /// The machine is no longer used.
    CessationOfOperation,
}

/// A revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// When it was revoked.
    pub at: Time,
    /// Why.
    pub reason: Reason,
}

/// The list, PEM.
pub(super) fn list(
    issuer: &Issuer<'static, KeyPair>,
    number: u64,
    period: Validity,
    revoked: &[Revoked],
) -> Result<String> {
    let pem = signed(issuer, number, period, revoked)?.pem();
    pem.map_err(|_| Error::new(Kind::Argument, PLACE))
}

/// The list as it stands, for those who take it over a wire.
pub(super) fn signed(
    issuer: &Issuer<'static, KeyPair>,
    number: u64,
    period: Validity,
    revoked: &[Revoked],
) -> Result<CertificateRevocationList> {
    let params = CertificateRevocationListParams {
        this_update: period.not_before.to_offset_date_time()?,
        next_update: period.not_after.to_offset_date_time()?,
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revoked.iter().map(entry).collect::<Result<_>>()?,
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params
        .signed_by(issuer)
        .map_err(|_| Error::new(Kind::Argument, PLACE))
}

fn entry(revoked: &Revoked) -> Result<RevokedCertParams> {
    let serial = hex::decode(&revoked.serial).ok().filter(|bytes| {
        // RFC 5280, section 4.1.2.2: at most 20 octets.
        (1..=20).contains(&bytes.len())
    });
    let serial = serial.ok_or(Error::new(Kind::Argument, "serial number"))?;
    Ok(RevokedCertParams {
        serial_number: SerialNumber::from_slice(&serial),
        revocation_time: revoked.at.to_offset_date_time()?,
        reason_code: reason_code(revoked.reason),
        invalidity_date: None,
    })
}

/// RFC 5280, section 5.3.1: "unspecified" is said by leaving the extension out.
fn reason_code(reason: Reason) -> Option<RevocationReason> {
    match reason {
        Reason::Unspecified => None,
        Reason::KeyCompromise => Some(RevocationReason::KeyCompromise),
        Reason::AuthorityCompromise => Some(RevocationReason::CaCompromise),
        Reason::Superseded => Some(RevocationReason::Superseded),
        Reason::CessationOfOperation => Some(RevocationReason::CessationOfOperation),
    }
}
