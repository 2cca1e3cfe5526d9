//! X.509 certificates (RFC 5280) as slices of the original bytes: read, compare names, check one signature.
//!
//! Reading is strict where it matters for safety (one form of lengths, both algorithm fields equal, no extension twice)
//! and tolerant where issuers of travel documents differ (unknown extensions, names of any kind). Which certificate may
//! vouch for which is decided by the callers.

mod name;

pub(crate) use name::NormalName;

use crate::algorithm::{self, Scheme};
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::public_key::PublicKey;
use crate::time::{Time, Validity};
use crate::tlv::{
    BIT_STRING, Element, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, Rules, SEQUENCE,
    UTC_TIME,
};

pub(crate) const PLACE: &str = "certificate";
/// No certificate in use is larger.
const MAX_CERTIFICATE: usize = 16 * 1024;
const MAX_EXTENSIONS: usize = 64;
const BOOLEAN: u32 = 0x01;

/// Extensions whose meaning is checked here or has no bearing on a signature.
const UNDERSTOOD: [&[u8]; 10] = [
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::KEY_USAGE,
    oid::PRIVATE_KEY_USAGE_PERIOD,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::BASIC_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::CERTIFICATE_POLICIES,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::EXTENDED_KEY_USAGE,
];

/// A certificate, nothing of it believed yet.
#[derive(Clone, Debug)]
pub(crate) struct Certificate<'a> {
    /// The whole certificate, DER.
    pub(crate) raw: &'a [u8],
    /// Serial number as written.
    pub(crate) serial: &'a [u8],
    /// Issuer name, DER.
    pub(crate) issuer: &'a [u8],
    /// Subject name, DER.
    pub(crate) subject: &'a [u8],
    /// Time of validity.
    pub(crate) validity: Validity,
    spki: &'a [u8],
    to_be_signed: &'a [u8],
    algorithm: Element<'a>,
    signature: &'a [u8],
    extensions: Vec<Extension<'a>>,
}

#[derive(Clone, Debug)]
struct Extension<'a> {
    oid: &'a [u8],
    critical: bool,
    value: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one DER certificate without anything after it.
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self> {
        if der.len() > MAX_CERTIFICATE {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let mut outer = Reader::only(der, PLACE, Rules::Der, SEQUENCE)?.children()?;
        let tbs = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.expect(BIT_STRING)?.bits()?;
        outer.finish()?;

        let mut fields = tbs.children()?;
        fields.optional(0xa0)?;
        let serial = fields.expect(INTEGER)?.content;
        if fields.expect(SEQUENCE)?.raw != algorithm.raw {
            return Err(algorithm.malformed());
        }
        let issuer = fields.expect(SEQUENCE)?.raw;
        let validity = validity(&fields.expect(SEQUENCE)?)?;
        let subject = fields.expect(SEQUENCE)?.raw;
        let spki = fields.expect(SEQUENCE)?.raw;
        // Unique identifiers [1] and [2]: obsolete, without meaning here.
        fields.optional(0x81)?;
        fields.optional(0x82)?;
        let extensions = match fields.optional(0xa3)? {
            Some(list) => extensions(&list.only_child(SEQUENCE)?)?,
            None => Vec::new(),
        };
        fields.finish()?;
        let to_be_signed = tbs.raw;
        Ok(Self {
            raw: der,
            serial,
            issuer,
            subject,
            validity,
            spki,
            to_be_signed,
            algorithm,
            signature,
            extensions,
        })
    }

    /// The subject's public key.
    pub(crate) fn public_key(&self) -> Result<PublicKey> {
        PublicKey::from_spki(self.spki)
    }

    /// SHA-256 of the public key with its algorithm, as it stands in the certificate.
    pub(crate) fn key_fingerprint(&self) -> [u8; 32] {
        crate::hash::sha256(self.spki)
    }

    /// Whether `issuer`'s key signed this certificate. Says nothing about whether it was entitled to.
    pub(crate) fn check_signature(&self, issuer: &PublicKey) -> Result<()> {
        let scheme = Scheme::from_identifier(&self.algorithm, None)?;
        issuer.verify(scheme, self.to_be_signed, self.signature)
    }

    fn extension(&self, oid: &[u8]) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|extension| extension.oid == oid)
    }

    /// Whether an extension is marked critical that nobody here understands.
    pub(crate) fn has_unknown_critical_extension(&self) -> bool {
        self.extensions
            .iter()
            .any(|extension| extension.critical && !UNDERSTOOD.contains(&extension.oid))
    }

    /// The times between which the private key was to be used (RFC 3280, section 4.2.1.4), where they are stated.
    pub(crate) fn key_usage_period(&self) -> (Option<Time>, Option<Time>) {
        let bounds = || -> Option<_> {
            let extension = self.extension(oid::PRIVATE_KEY_USAGE_PERIOD)?;
            let mut fields = algorithm::sequence(extension.value, PLACE).ok()?;
            let mut bound = |tag| fields.optional(tag).ok().flatten();
            let read = |bound: Option<Element<'_>>| bound.and_then(|bound| generalized_time(&bound).ok());
            Some((read(bound(0x80)), read(bound(0x81))))
        };
        bounds().unwrap_or_default()
    }

    /// Whether basic constraints say that this is a CA. Some issuers write the flag as another number than DER's 255.
    pub(crate) fn is_ca(&self) -> bool {
        let Some(extension) = self.extension(oid::BASIC_CONSTRAINTS) else {
            return false;
        };
        let ca = || {
            let mut fields = algorithm::sequence(extension.value, PLACE)?;
            Ok::<_, Error>(
                fields
                    .optional(BOOLEAN)?
                    .is_some_and(|flag| flag.content.len() == 1 && flag.content != [0]),
            )
        };
        ca().unwrap_or(false)
    }

    /// Whether the key may be used so; `bit` counts from 0, digitalSignature. Without the extension every use is open.
    pub(crate) fn allows_usage(&self, bit: usize) -> bool {
        let Some(extension) = self.extension(oid::KEY_USAGE) else {
            return true;
        };
        let bits = Reader::only(extension.value, PLACE, Rules::Der, BIT_STRING).map(|bits| bits.content);
        let byte = bits.ok().and_then(|bits| bits.get(1 + bit / 8));
        byte.is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0)
    }

    /// Whether the extended key usage names this purpose. Without the extension: no.
    pub(crate) fn has_purpose(&self, purpose: &[u8]) -> bool {
        let Some(extension) = self.extension(oid::EXTENDED_KEY_USAGE) else {
            return false;
        };
        let Ok(mut purposes) = algorithm::sequence(extension.value, PLACE) else {
            return false;
        };
        while let Ok(found) = purposes.expect(OBJECT_IDENTIFIER) {
            if found.content == purpose {
                return true;
            }
        }
        false
    }

    /// The URIs among the subject's alternative names.
    pub(crate) fn uris(&self) -> Vec<&'a str> {
        const URI: u32 = 0x86;
        let Some(extension) = self.extension(oid::SUBJECT_ALT_NAME) else {
            return Vec::new();
        };
        let Ok(mut names) = algorithm::sequence(extension.value, PLACE) else {
            return Vec::new();
        };
        let mut uris = Vec::new();
        while let Ok(name) = names.any() {
            if name.tag == URI {
                uris.extend(core::str::from_utf8(name.content));
            }
        }
        uris
    }

    /// Subject key identifier.
    pub(crate) fn subject_key_id(&self) -> Option<&'a [u8]> {
        let extension = self.extension(oid::SUBJECT_KEY_IDENTIFIER)?;
        Reader::only(extension.value, PLACE, Rules::Der, OCTET_STRING)
            .ok()
            .map(|id| id.content)
    }

    /// The key identifier among the authority key identifier's fields.
    pub(crate) fn authority_key_id(&self) -> Option<&'a [u8]> {
        let extension = self.extension(oid::AUTHORITY_KEY_IDENTIFIER)?;
        let mut fields = algorithm::sequence(extension.value, PLACE).ok()?;
        fields.optional(0x80).ok()?.map(|id| id.content)
    }

    /// The subject's common name.
    pub(crate) fn common_name(&self) -> Option<String> {
        common_name(self.subject)
    }

    /// The issuer's common name, as this certificate claims it.
    pub(crate) fn issuer_name(&self) -> Option<String> {
        common_name(self.issuer)
    }
}

fn common_name(name: &[u8]) -> Option<String> {
    let attributes = name::attributes(name).ok()?;
    attributes
        .into_iter()
        .find(|(oid, _)| *oid == oid::COMMON_NAME)
        .map(|(_, value)| value)
}

fn validity(sequence: &Element<'_>) -> Result<Validity> {
    let mut fields = sequence.children()?;
    let not_before = time(&fields.any()?)?;
    let not_after = time(&fields.any()?)?;
    fields.finish()?;
    Ok(Validity {
        not_before,
        not_after,
    })
}

/// UTCTime or GeneralizedTime in UTC. Seconds may be missing, as some old issuers write it.
pub(crate) fn time(element: &Element<'_>) -> Result<Time> {
    let digits = element
        .content
        .strip_suffix(b"Z")
        .ok_or_else(|| element.malformed())?;
    let mut full = match (element.tag, digits) {
        // RFC 5280, section 4.1.2.5.1: two-digit years from 50 on belong to the last century.
        (UTC_TIME, [b'5'..=b'9', ..]) => b"19".to_vec(),
        (UTC_TIME, _) => b"20".to_vec(),
        (GENERALIZED_TIME, _) => Vec::new(),
        _ => return Err(element.malformed()),
    };
    full.extend_from_slice(digits);
    if full.len() == 12 {
        full.extend_from_slice(b"00");
    }
    Time::from_digits(&full).ok_or_else(|| element.malformed())
}

/// A GeneralizedTime under an implicit tag.
fn generalized_time(element: &Element<'_>) -> Result<Time> {
    let digits = element.content.strip_suffix(b"Z");
    digits
        .and_then(Time::from_digits)
        .ok_or_else(|| element.malformed())
}

fn extensions<'a>(list: &Element<'a>) -> Result<Vec<Extension<'a>>> {
    let mut items = list.children()?;
    let mut extensions: Vec<Extension<'a>> = Vec::new();
    while !items.is_empty() {
        let mut fields = items.expect(SEQUENCE)?.children()?;
        let oid = fields.expect(OBJECT_IDENTIFIER)?.content;
        let critical = fields.optional(BOOLEAN)?.is_some_and(|flag| flag.content != [0]);
        let value = fields.expect(OCTET_STRING)?.content;
        fields.finish()?;
        if extensions.len() >= MAX_EXTENSIONS || extensions.iter().any(|other| other.oid == oid) {
            return Err(list.malformed());
        }
        extensions.push(Extension { oid, critical, value });
    }
    Ok(extensions)
}

#[cfg(test)]
mod tests;
