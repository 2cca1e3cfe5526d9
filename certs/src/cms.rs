//! CMS SignedData (RFC 5652, section 5) with one signer, as slices of the original bytes, and the check of its signature.
//!
//! The outer structure may be BER; certificates and signed attributes are DER. Nothing is encoded again before it is
//! checked: issuers' encoders differ. Whether the signer's certificate can be trusted is not decided here.

mod signer_info;

use crate::algorithm::{Digest, Scheme};
use crate::certificate::Certificate;
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::time::Time;
use crate::tlv::{Element, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET};
use signer_info::{SignerIdentifier, SignerInfo};
use std::borrow::Cow;

/// More certificates than this in one message are refused.
const MAX_CERTIFICATES: usize = 8;

/// A signed message, nothing of it checked yet.
#[derive(Clone, Debug)]
pub(crate) struct SignedData<'a> {
    /// Type of the content.
    pub(crate) content_type: &'a [u8],
    /// The content.
    pub(crate) content: Cow<'a, [u8]>,
    certificates: Vec<&'a [u8]>,
    signer: SignerInfo<'a>,
}

/// Why a signature can't be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The signed attributes or the signer's certificate are not what the standard says.
    Malformed,
    /// The content is not the one whose digest was signed.
    MessageDigest,
    /// The signer's certificate is not in the message.
    NoCertificate,
    /// The signature does not fit the certificate's key.
    Signature,
    /// The signer's key is too short.
    WeakKey,
    /// An algorithm or curve outside the allow-list.
    NotAllowed,
}

/// Who signed, with what.
#[derive(Clone, Debug)]
pub(crate) struct Signer<'a> {
    /// The certificate whose key made the signature.
    pub(crate) certificate: Certificate<'a>,
    /// The time of signing as the signer wrote it.
    pub(crate) signing_time: Option<Time>,
    /// Whether SHA-1 is involved.
    pub(crate) uses_sha1: bool,
}

impl<'a> SignedData<'a> {
    /// Reads a `ContentInfo` with SignedData in it.
    pub(crate) fn parse(content_info: &Element<'a>) -> Result<Self> {
        let mut info = content_info.children()?;
        if info.expect(OBJECT_IDENTIFIER)?.content != oid::SIGNED_DATA {
            return Err(content_info.malformed());
        }
        let mut fields = info.expect(0xa0)?.only_child(SEQUENCE)?.children()?;
        info.finish()?;
        fields.expect(INTEGER)?.small()?;
        fields.expect(SET)?;
        let mut encapsulated = fields.expect(SEQUENCE)?.children()?;
        let content_type = encapsulated.expect(OBJECT_IDENTIFIER)?.content;
        let mut content = encapsulated.expect(0xa0)?.children()?;
        let octets = content.any()?.octets()?;
        content.finish()?;
        encapsulated.finish()?;
        let certificates = match fields.optional(0xa0)? {
            Some(set) => certificates(&set)?,
            None => Vec::new(),
        };
        fields.optional(0xa1)?;
        let signers = fields.expect(SET)?;
        fields.finish()?;
        let signer = SignerInfo::parse(&signers.only_child(SEQUENCE)?)?;
        Ok(Self {
            content_type,
            content: octets,
            certificates,
            signer,
        })
    }

    /// Checks content type, message digest and signature against the certificates inside the message.
    pub(crate) fn verify(&self) -> core::result::Result<Signer<'a>, Failure> {
        let digest = Digest::from_identifier(&self.signer.digest)?;
        let scheme = Scheme::from_identifier(&self.signer.scheme, Some(digest))?;
        let attributes = self.signer.attributes()?;
        if attributes.content_type != self.content_type {
            return Err(Failure::Malformed);
        }
        if attributes.message_digest != digest.of(&self.content) {
            return Err(Failure::MessageDigest);
        }
        let forms = self.signer.signed_forms()?;
        let mut first_failure = None;
        for certificate in self.candidates() {
            let checked = certificate.public_key().and_then(|key| {
                let checks = forms
                    .iter()
                    .map(|form| key.verify(scheme, form, &self.signer.signature));
                checks
                    .reduce(Result::or)
                    .unwrap_or(Err(Error::new(Kind::NotAuthentic, "signature")))
            });
            match checked {
                Ok(()) => {
                    let uses_sha1 = digest == Digest::Sha1 || scheme.digest() == Digest::Sha1;
                    let signing_time = attributes.signing_time;
                    return Ok(Signer {
                        certificate,
                        signing_time,
                        uses_sha1,
                    });
                }
                Err(error) => first_failure = first_failure.or(Some(Failure::from(error))),
            }
        }
        Err(first_failure.unwrap_or(Failure::NoCertificate))
    }

    /// The certificates that may be the signer's, best match first. Issuers sometimes write their name in another order
    /// in the identifier than in the certificate, so in the end every certificate is tried: the signature decides.
    fn candidates(&self) -> Vec<Certificate<'a>> {
        let readable = self
            .certificates
            .iter()
            .filter_map(|raw| Certificate::parse(raw).ok());
        let mut candidates: Vec<_> = readable.collect();
        candidates.sort_by_key(|certificate| match self.signer.identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                u8::from(certificate.serial != serial) * 2 + u8::from(certificate.issuer != issuer)
            }
            SignerIdentifier::KeyId(id) => u8::from(certificate.subject_key_id() != Some(id)),
        });
        candidates
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::NotAllowed => Self::NotAllowed,
            Kind::NotAuthentic => Self::Signature,
            Kind::Key => Self::WeakKey,
            _ => Self::Malformed,
        }
    }
}

fn certificates<'a>(set: &Element<'a>) -> Result<Vec<&'a [u8]>> {
    let mut items = set.children()?;
    let mut certificates = Vec::new();
    while !items.is_empty() {
        let item = items.any()?;
        if item.tag == SEQUENCE {
            certificates.push(item.raw);
        }
        if certificates.len() > MAX_CERTIFICATES {
            return Err(set.malformed());
        }
    }
    Ok(certificates)
}
