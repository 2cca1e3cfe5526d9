//! CSCA master lists (ICAO Doc 9303-12, section 8): the country signers that one country relies on, signed by it.

use super::Installed;
use super::path::{self, Issuers, Path};
use crate::certificate::{Certificate, NormalName};
use crate::cms::{Failure, SignedData, Signer};
use crate::error::{Error, Kind, Result};
use crate::hash;
use crate::oid;
use crate::time::Time;
use crate::tlv::{INTEGER, OBJECT_IDENTIFIER, Reader, Rules, SEQUENCE, SET};

const PLACE: &str = "master list";
const SIGNER: &str = "master list signer's certificate";
/// A larger list is refused: 8 MiB, ten times the largest in use.
pub const MAX_MASTER_LIST: usize = 8 << 20;
/// More certificates than this are refused.
const MAX_CERTIFICATES: usize = 8192;
/// Bit of the key usage extension (RFC 5280, section 4.2.1.3).
const DIGITAL_SIGNATURE: usize = 0;

/// What became of a master list's certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterListImport {
    /// New ones that are installed now.
    pub added: usize,
    /// Ones that were installed before.
    pub known: usize,
    /// Ones that can't be used.
    pub refused: Vec<RefusedCertificate>,
}

/// A list whose signature and signer are right.
pub(super) struct Opened {
    pub(super) usable: Vec<Installed>,
    pub(super) refused: Vec<RefusedCertificate>,
}

/// A certificate of a master list that can't be used as an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCertificate {
    /// Its place in the list, from 0.
    pub index: usize,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// Country and common name of the subject, as far as they can be read.
    pub name: String,
    /// Why.
    pub error: Error,
}

/// Whether a file is a CMS message and not a certificate: `SEQUENCE { OBJECT IDENTIFIER …`.
pub(super) fn looks_like_one(file: &[u8]) -> bool {
    let outer = Reader::new(file, PLACE, Rules::Ber)
        .expect(SEQUENCE)
        .and_then(|outer| outer.children());
    outer.is_ok_and(|inner| inner.peek() == Some(OBJECT_IDENTIFIER))
}

/// Reads a list, checks its signature and signer, and sorts its certificates.
pub(super) fn open(file: &[u8], installed: &[Installed], at: Time) -> Result<Opened> {
    if file.len() > MAX_MASTER_LIST {
        return Err(Error::new(Kind::TooLarge, PLACE));
    }
    let message = Reader::only(file, PLACE, Rules::Ber, SEQUENCE)?;
    let signed = SignedData::parse(&message)?;
    if signed.content_type != oid::CSCA_MASTER_LIST {
        return Err(Error::new(Kind::WrongPurpose, PLACE));
    }
    let signer = signed.verify().map_err(refusal)?;
    check_signer(&signer, installed, at)?;
    sort(certificates(&signed.content)?)
}

fn refusal(failure: Failure) -> Error {
    let kind = match failure {
        Failure::Malformed => Kind::Malformed,
        Failure::MessageDigest | Failure::NoCertificate | Failure::Signature => Kind::NotAuthentic,
        Failure::WeakKey => Kind::Key,
        Failure::NotAllowed => Kind::NotAllowed,
    };
    Error::new(kind, PLACE)
}

fn check_signer(signer: &Signer<'_>, installed: &[Installed], at: Time) -> Result<()> {
    let certificate = &signer.certificate;
    let purpose = certificate.has_purpose(oid::MASTER_LIST_SIGNING)
        && certificate.allows_usage(DIGITAL_SIGNATURE)
        && !certificate.is_ca();
    if !purpose {
        return Err(Error::new(Kind::WrongPurpose, SIGNER));
    }
    let Issuers::Found(paths) = path::issuers(installed, certificate) else {
        return Err(Error::new(Kind::NotAuthentic, SIGNER));
    };
    let country = NormalName::of(certificate.subject);
    let same_country = |path: &&Path<'_>| {
        path.iter()
            .all(|ca| NormalName::of(ca.subject).country() == country.country())
    };
    let mut paths = paths.iter().filter(same_country).peekable();
    if paths.peek().is_none() {
        return Err(Error::new(Kind::NotAuthentic, SIGNER));
    }
    // A list is used for longer than its signer's certificate is valid: what counts is the day it was signed.
    let then = signer.signing_time.unwrap_or(at);
    let valid = |path: &Path<'_>| path.iter().all(|ca| ca.validity.contains(then));
    if certificate.validity.contains(then) && then <= at && paths.any(valid) {
        Ok(())
    } else {
        Err(Error::new(Kind::OutsideValidity, SIGNER))
    }
}

/// `CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }`.
fn certificates(content: &[u8]) -> Result<Vec<&[u8]>> {
    let list = Reader::only(content, PLACE, Rules::Ber, SEQUENCE)?;
    let mut fields = list.children()?;
    if fields.expect(INTEGER)?.small()? != 0 {
        return Err(list.malformed());
    }
    let mut items = fields.expect(SET)?.children()?;
    fields.finish()?;
    let mut certificates = Vec::new();
    while !items.is_empty() {
        if certificates.len() >= MAX_CERTIFICATES {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        certificates.push(items.expect(SEQUENCE)?.raw);
    }
    Ok(certificates)
}

fn sort(certificates: Vec<&[u8]>) -> Result<Opened> {
    let (mut usable, mut refused) = (Vec::new(), Vec::new());
    for (index, der) in certificates.into_iter().enumerate() {
        match Installed::read(der.to_vec()) {
            Ok(certificate) => usable.push(certificate),
            Err(error) => refused.push(RefusedCertificate {
                index,
                fingerprint: hash::sha256(der),
                name: name(der),
                error,
            }),
        }
    }
    if usable.is_empty() {
        return Err(Error::new(Kind::Malformed, PLACE));
    }
    Ok(Opened { usable, refused })
}

fn name(der: &[u8]) -> String {
    let Ok(certificate) = Certificate::parse(der) else {
        return String::new();
    };
    let country = NormalName::of(certificate.subject)
        .country()
        .map(str::to_uppercase);
    let parts = [country, certificate.common_name()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
