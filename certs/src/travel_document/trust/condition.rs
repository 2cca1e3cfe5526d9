//! What must hold for a document signer and the country signers above it besides the signatures: purpose, country, times,
//! revocation (ICAO Doc 9303-12, section 7).

use super::country::{Comparison, compare};
use super::path::Path;
use super::revocation::{Revocation, RevocationList};
use crate::certificate::{Certificate, NormalName};
use crate::cms::Signer;
use crate::oid;
use crate::time::Time;
use crate::travel_document::reason;
use crate::travel_document::{Finding, Verdict};

/// Bits of the key usage extension (RFC 5280, section 4.2.1.3).
const DIGITAL_SIGNATURE: usize = 0;

/// What a signer is judged by.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    /// Who signed.
    pub(super) signer: &'a Signer<'a>,
    /// The issuing state by the machine-readable zone, where that could be read.
    pub(super) state: Option<&'a str>,
    /// The revocation lists.
    pub(super) lists: &'a [RevocationList],
    /// Judged as of this time.
    pub(super) at: Time,
}

impl Conditions<'_> {
    /// The finding for a signer below this path.
    pub(super) fn judge(&self, path: &Path<'_>) -> Finding {
        let problem = self
            .of_signer()
            .or_else(|| self.of_countries(path))
            .or_else(|| self.of_path(path));
        match problem {
            Some(finding) => finding,
            None if self.signer.certificate.has_unknown_critical_extension() => {
                Finding::unknown(reason::CRITICAL_EXTENSION_UNKNOWN)
            }
            None => Finding::new(Verdict::Valid, reason::OK),
        }
    }

    fn of_signer(&self) -> Option<Finding> {
        let certificate = &self.signer.certificate;
        let wrong_usage = !certificate.allows_usage(DIGITAL_SIGNATURE)
            || certificate.is_ca()
            || certificate.has_purpose(oid::MASTER_LIST_SIGNING);
        let problems = [
            (wrong_usage, reason::SIGNER_WRONG_USAGE),
            (
                self.at < certificate.validity.not_before,
                reason::SIGNER_NOT_YET_VALID,
            ),
            (certificate.validity.not_after < self.at, reason::SIGNER_EXPIRED),
            (self.signed_outside(), reason::SIGNED_OUTSIDE_VALIDITY),
        ];
        let problem = problems.into_iter().find(|(wrong, _)| *wrong);
        problem.map(|(_, reason)| Finding::invalid(reason))
    }

    /// Whether the time of signing, where it is stated, lies outside the certificate's validity or the time in which its
    /// key was to be used.
    fn signed_outside(&self) -> bool {
        let certificate = &self.signer.certificate;
        let (first, last) = certificate.key_usage_period();
        self.signer.signing_time.is_some_and(|time| {
            !certificate.validity.contains(time)
                || first.is_some_and(|first| time < first)
                || last.is_some_and(|last| last < time)
        })
    }

    /// One country from the root to the document: else any country of a master list could issue cards of all others.
    fn of_countries(&self, path: &Path<'_>) -> Option<Finding> {
        let country = |name: &[u8]| NormalName::of(name).country().map(str::to_owned);
        let root = country(path.last()?.subject);
        let mut below = path
            .iter()
            .chain([&self.signer.certificate])
            .map(|certificate| country(certificate.subject));
        if below.any(|country| country != root) {
            return Some(Finding::invalid(reason::SIGNER_COUNTRY_DIFFERS));
        }
        match compare(self.state?, root.as_deref()) {
            Comparison::Same => None,
            Comparison::Different => Some(Finding::invalid(reason::ISSUING_STATE_DIFFERS)),
            Comparison::Unknown => Some(Finding::unknown(reason::ISSUING_STATE_UNKNOWN)),
        }
    }

    fn of_path(&self, path: &Path<'_>) -> Option<Finding> {
        if path.iter().any(|ca| !ca.validity.contains(self.at)) {
            return Some(Finding::invalid(reason::ANCHOR_OUTSIDE_VALIDITY));
        }
        let revocation =
            |certificate: &Certificate<'_>| super::revocation::check(self.lists, certificate, self.at);
        if path.iter().any(|ca| revocation(ca) == Revocation::Revoked) {
            return Some(Finding::invalid(reason::ANCHOR_REVOKED));
        }
        match revocation(&self.signer.certificate) {
            Revocation::Revoked => Some(Finding::invalid(reason::SIGNER_REVOKED)),
            Revocation::Outdated => Some(Finding::unknown(reason::REVOCATION_LIST_OUTDATED)),
            Revocation::NotListed | Revocation::NoList => None,
        }
    }
}
