//! Certificate revocation lists of country signers (RFC 5280, section 5; ICAO Doc 9303-12, section 7.1.4): decoded by the
//! kept crate, their signature checked over the bytes as received.

use super::Installed;
use super::path;
use crate::algorithm::Scheme;
use crate::certificate::{Certificate, NormalName};
use crate::error::{Error, Kind, Result};
use crate::time::Time;
use crate::tlv::{BIT_STRING, Element, GENERALIZED_TIME, INTEGER, Reader, Rules, SEQUENCE, UTC_TIME};
use der::{Decode, Encode};
use x509_cert::certificate::Raw;
use x509_cert::crl::CertificateList;

const PLACE: &str = "certificate revocation list";
/// A larger list is refused: 1 MiB, some 30,000 revoked certificates.
const MAX_LIST: usize = 1 << 20;
/// Countries issue a list every 90 days at least (ICAO Doc 9303-12, section 5.5.1).
const MAX_AGE_SECONDS: i64 = 90 * 86_400;
/// Bit of the key usage extension (RFC 5280, section 4.2.1.3).
const CRL_SIGN: usize = 6;

/// A revocation list whose signature an installed country signer vouches for.
#[derive(Clone, Debug)]
pub(super) struct RevocationList {
    issuer: NormalName,
    this_update: Time,
    next_update: Option<Time>,
    /// Serial numbers without leading zeros, sorted.
    serials: Vec<Vec<u8>>,
}

/// Whether a file can be taken for a list: `SEQUENCE { SEQUENCE { version, algorithm, issuer, time …`.
pub(super) fn looks_like_one(file: &[u8]) -> bool {
    let shape = || -> Result<bool> {
        let mut outer = Reader::new(file, PLACE, Rules::Der)
            .expect(SEQUENCE)?
            .children()?;
        let mut fields = outer.expect(SEQUENCE)?.children()?;
        fields.optional(INTEGER)?;
        fields.expect(SEQUENCE)?;
        fields.expect(SEQUENCE)?;
        Ok(matches!(fields.peek(), Some(UTC_TIME | GENERALIZED_TIME)))
    };
    shape().unwrap_or(false)
}

/// What the installed lists say of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revocation {
    /// There is no list of its issuer.
    NoList,
    /// On no list, the newest of which is not too old.
    NotListed,
    /// On no list, but the newest is too old to say so.
    Outdated,
    /// On a list.
    Revoked,
}

impl RevocationList {
    /// Reads a list in DER and has one of the installed country signers vouch for it.
    pub(super) fn read(der: &[u8], installed: &[Installed]) -> Result<Self> {
        if der.len() > MAX_LIST {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let list = CertificateList::<Raw>::from_der(der).map_err(|_| Error::new(Kind::Malformed, PLACE))?;
        let content = &list.tbs_cert_list;
        let extensions = content.crl_extensions.iter().flatten();
        let entries = content.revoked_certificates.iter().flatten();
        let of_entries = entries
            .clone()
            .flat_map(|entry| entry.crl_entry_extensions.iter().flatten());
        // Lists of changes only, or of other issuers' certificates, say so by a critical extension.
        if extensions.chain(of_entries).any(|extension| extension.critical) {
            return Err(Error::new(Kind::NotAllowed, PLACE));
        }
        let issuer = content
            .issuer
            .to_der()
            .map_err(|_| Error::new(Kind::Malformed, PLACE))?;
        let issuer = NormalName::of(&issuer);
        check_signature(der, &issuer, installed)?;
        let mut serials: Vec<_> = entries
            .map(|entry| significant(entry.serial_number.as_bytes()).to_vec())
            .collect();
        serials.sort_unstable();
        Ok(Self {
            issuer,
            this_update: seconds(content.this_update),
            next_update: content.next_update.map(seconds),
            serials,
        })
    }

    fn is_outdated(&self, at: Time) -> bool {
        self.next_update.is_some_and(|next| next < at)
            || at.0.saturating_sub(self.this_update.0) > MAX_AGE_SECONDS
    }
}

/// Whether the lists of a certificate's issuer name it at `at`. Once on a list always revoked, however old that list is.
pub(super) fn check(lists: &[RevocationList], certificate: &Certificate<'_>, at: Time) -> Revocation {
    let issuer = NormalName::of(certificate.issuer);
    let lists: Vec<_> = lists.iter().filter(|list| list.issuer == issuer).collect();
    let serial = significant(certificate.serial);
    let named = |list: &&RevocationList| {
        list.serials
            .binary_search_by(|one| one.as_slice().cmp(serial))
            .is_ok()
    };
    match lists.iter().max_by_key(|list| list.this_update) {
        None => Revocation::NoList,
        Some(_) if lists.iter().any(named) => Revocation::Revoked,
        Some(newest) if newest.is_outdated(at) => Revocation::Outdated,
        Some(_) => Revocation::NotListed,
    }
}

/// A serial number without leading zeros: issuers write them differently in different places.
fn significant(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    &serial[zeros..]
}

fn seconds(time: x509_cert::time::Time) -> Time {
    Time(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// A country signer of the issuer's name, which leads to a root and may sign lists, must have signed this one.
fn check_signature(der: &[u8], issuer: &NormalName, installed: &[Installed]) -> Result<()> {
    let mut outer = Reader::only(der, PLACE, Rules::Der, SEQUENCE)?.children()?;
    let content = outer.expect(SEQUENCE)?;
    let algorithm = outer.expect(SEQUENCE)?;
    let signature = outer.expect(BIT_STRING)?.bits()?;
    outer.finish()?;
    let mut fields = content.children()?;
    fields.any()?;
    if fields.expect(SEQUENCE)?.raw != algorithm.raw {
        return Err(algorithm.malformed());
    }
    let scheme = Scheme::from_identifier(&algorithm, None)?;
    let signed = |anchor: &&Installed| signed_by(anchor, scheme, &content, signature, installed);
    match installed
        .iter()
        .filter(|anchor| anchor.subject == *issuer)
        .find(signed)
    {
        Some(_) => Ok(()),
        None => Err(Error::new(Kind::NotAuthentic, PLACE)),
    }
}

fn signed_by<'a>(
    anchor: &'a Installed,
    scheme: Scheme,
    content: &Element<'_>,
    signature: &[u8],
    installed: &'a [Installed],
) -> bool {
    let Ok(ca) = Certificate::parse(&anchor.der) else {
        return false;
    };
    let authentic = ca
        .public_key()
        .and_then(|key| key.verify(scheme, content.raw, signature));
    authentic.is_ok() && ca.allows_usage(CRL_SIGN) && !path::paths_of(installed, anchor, ca).is_empty()
}
