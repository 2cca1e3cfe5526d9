//! Trust anchors: the country signing certificates (CSCA, ICAO Doc 9303-12) that someone decided to trust, and what they
//! say about a document signer.

use super::reason;
use super::{Finding, Verdict};
use crate::certificate::{Certificate, PLACE, same_name};
use crate::cms::Signer;
use crate::error::{Error, Kind, Result};
use crate::time::Time;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Bits of the key usage extension (RFC 5280, section 4.2.1.3).
const DIGITAL_SIGNATURE: usize = 0;
const KEY_CERT_SIGN: usize = 5;

/// The installed trust anchors.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    certificates: Vec<Vec<u8>>,
}

impl TrustAnchors {
    /// None at all: the normal state until the ministry hands its certificate over.
    pub fn empty() -> Self {
        Self::default()
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Adds the certificates of a file: PEM with one or more, or DER with one. All or none; what is there already is
    /// not added again. Gives the number of certificates in the file.
    ///
    /// # Errors
    /// [`Kind::Malformed`]; [`Kind::WrongPurpose`] for a certificate that is no CA's; [`Kind::NotAllowed`] for a key on
    /// another curve; [`Kind::Key`] for RSA below 2048 bits.
    pub fn add_pem_or_der(&mut self, file: &[u8]) -> Result<usize> {
        let certificates = certificates(file)?;
        for der in &certificates {
            let certificate = Certificate::parse(der)?;
            if !certificate.is_ca() || !certificate.allows_usage(KEY_CERT_SIGN) {
                return Err(Error::new(Kind::WrongPurpose, PLACE));
            }
            if !certificate.public_key()?.is_strong() {
                return Err(Error::new(Kind::Key, PLACE));
            }
        }
        let count = certificates.len();
        for der in certificates {
            if !self.certificates.contains(&der) {
                self.certificates.push(der);
            }
        }
        Ok(count)
    }

    /// Whether an anchor issued the signer's certificate, and whether both may be relied on at `at`.
    pub(super) fn judge(&self, signer: &Signer<'_>, at: Time) -> Finding {
        if self.is_empty() {
            return Finding::new(Verdict::Unknown, reason::NO_TRUST_ANCHOR);
        }
        let anchors = self
            .certificates
            .iter()
            .filter_map(|der| Certificate::parse(der).ok());
        let claimed: Vec<_> = anchors
            .filter(|anchor| claims(&signer.certificate, anchor))
            .collect();
        if claimed.is_empty() {
            return Finding::new(Verdict::Unknown, reason::ISSUER_NOT_AMONG_ANCHORS);
        }
        // Whoever names an installed anchor must be signed by it: an unreadable or unknown signature is no excuse.
        let issuers = claimed
            .iter()
            .filter(|anchor| issued(&signer.certificate, anchor));
        let findings: Vec<_> = issuers.map(|anchor| conditions(signer, anchor, at)).collect();
        let best = findings
            .iter()
            .find(|finding| finding.verdict == Verdict::Valid)
            .or(findings.first());
        best.copied().unwrap_or(Finding::new(
            Verdict::Invalid,
            reason::SIGNER_NOT_ISSUED_BY_ANCHOR,
        ))
    }
}

/// Whether the certificate says that this anchor issued it, by name or by key identifier.
fn claims(certificate: &Certificate<'_>, anchor: &Certificate<'_>) -> bool {
    let same_key = certificate
        .authority_key_id()
        .is_some_and(|id| anchor.subject_key_id() == Some(id));
    same_key || same_name(certificate.issuer, anchor.subject)
}

fn issued(certificate: &Certificate<'_>, anchor: &Certificate<'_>) -> bool {
    anchor
        .public_key()
        .and_then(|key| certificate.check_signature(&key))
        .is_ok()
}

/// What else must hold for a signer that this anchor issued.
fn conditions(signer: &Signer<'_>, anchor: &Certificate<'_>, at: Time) -> Finding {
    let certificate = &signer.certificate;
    let validity = certificate.validity;
    let signed_outside = signer.signing_time.is_some_and(|time| !validity.contains(time));
    let problems = [
        (
            !certificate.allows_usage(DIGITAL_SIGNATURE) || certificate.is_ca(),
            reason::SIGNER_WRONG_USAGE,
        ),
        (at < validity.not_before, reason::SIGNER_NOT_YET_VALID),
        (validity.not_after < at, reason::SIGNER_EXPIRED),
        (signed_outside, reason::SIGNED_OUTSIDE_VALIDITY),
        (!anchor.validity.contains(at), reason::ANCHOR_OUTSIDE_VALIDITY),
    ];
    match problems.iter().find(|(wrong, _)| *wrong) {
        Some((_, reason)) => Finding::new(Verdict::Invalid, reason),
        None if certificate.has_unknown_critical_extension() => {
            Finding::new(Verdict::Unknown, reason::CRITICAL_EXTENSION_UNKNOWN)
        }
        None => Finding::new(Verdict::Valid, reason::OK),
    }
}

fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>> {
    if !file.windows(10).any(|window| window == b"-----BEGIN") {
        return Ok(vec![file.to_vec()]);
    }
    let malformed = Error::new(Kind::Malformed, "certificate PEM");
    let certificates: core::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(file).collect();
    let certificates = certificates.map_err(|_| malformed)?;
    if certificates.is_empty() {
        return Err(malformed);
    }
    Ok(certificates.into_iter().map(|der| der.to_vec()).collect())
}
