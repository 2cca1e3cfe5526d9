//! The closed list of digests and signature schemes that are accepted from others. What is not here is refused.

use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::tlv::{Element, INTEGER, OBJECT_IDENTIFIER, Reader, SEQUENCE};
use sha2::Digest as _;

const PLACE: &str = "AlgorithmIdentifier";
const NULL: u32 = 0x05;

/// A digest algorithm. SHA-1 is accepted with a warning: documents of ten years' validity still carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    fn from_oid(oid: &[u8]) -> Result<Self> {
        match oid {
            oid::SHA1 => Ok(Self::Sha1),
            oid::SHA224 => Ok(Self::Sha224),
            oid::SHA256 => Ok(Self::Sha256),
            oid::SHA384 => Ok(Self::Sha384),
            oid::SHA512 => Ok(Self::Sha512),
            _ => Err(not_allowed()),
        }
    }

    /// From an `AlgorithmIdentifier` whose parameters are absent or NULL.
    pub(crate) fn from_identifier(identifier: &Element<'_>) -> Result<Self> {
        let (oid, parameters) = split(identifier)?;
        no_parameters(parameters)?;
        Self::from_oid(oid)
    }

    pub(crate) fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha224 => oid::SHA224,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// Length of the digest in bytes.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// From a plain ECDSA signature algorithm (BSI TR-03111, section 5.2.1): `ecdsa-plain-SHA1` is its first arc.
    pub(crate) fn of_plain_ecdsa(oid: &[u8]) -> Result<Self> {
        match oid.strip_prefix(oid::ECDSA_PLAIN) {
            Some([1]) => Ok(Self::Sha1),
            Some([2]) => Ok(Self::Sha224),
            Some([3]) => Ok(Self::Sha256),
            Some([4]) => Ok(Self::Sha384),
            Some([5]) => Ok(Self::Sha512),
            _ => Err(not_allowed()),
        }
    }

    /// The digest of `bytes`.
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha224 => sha2::Sha224::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }
}

/// A signature scheme with all its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2).
    RsaPkcs1(Digest),
    /// RSASSA-PSS (RFC 8017, section 8.1).
    RsaPss {
        digest: Digest,
        mask: Digest,
        salt: usize,
    },
    /// ECDSA with a DER signature (RFC 3279, section 2.2.3).
    Ecdsa(Digest),
}

impl Scheme {
    /// From an `AlgorithmIdentifier`. Where it names only the key's algorithm, as a CMS SignerInfo may do with
    /// `rsaEncryption`, the digest is `beside`.
    pub(crate) fn from_identifier(identifier: &Element<'_>, beside: Option<Digest>) -> Result<Self> {
        let (oid, parameters) = split(identifier)?;
        if oid == oid::RSASSA_PSS {
            return pss(parameters);
        }
        no_parameters(parameters)?;
        match oid {
            oid::RSA_ENCRYPTION => beside.map(Self::RsaPkcs1).ok_or_else(not_allowed),
            oid::SHA1_WITH_RSA => Ok(Self::RsaPkcs1(Digest::Sha1)),
            oid::SHA224_WITH_RSA => Ok(Self::RsaPkcs1(Digest::Sha224)),
            oid::SHA256_WITH_RSA => Ok(Self::RsaPkcs1(Digest::Sha256)),
            oid::SHA384_WITH_RSA => Ok(Self::RsaPkcs1(Digest::Sha384)),
            oid::SHA512_WITH_RSA => Ok(Self::RsaPkcs1(Digest::Sha512)),
            oid::ECDSA_SHA1 => Ok(Self::Ecdsa(Digest::Sha1)),
            oid::ECDSA_SHA224 => Ok(Self::Ecdsa(Digest::Sha224)),
            oid::ECDSA_SHA256 => Ok(Self::Ecdsa(Digest::Sha256)),
            oid::ECDSA_SHA384 => Ok(Self::Ecdsa(Digest::Sha384)),
            oid::ECDSA_SHA512 => Ok(Self::Ecdsa(Digest::Sha512)),
            _ => Err(not_allowed()),
        }
    }

    /// The digest of the message.
    pub(crate) fn digest(self) -> Digest {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss { digest, .. } | Self::Ecdsa(digest) => digest,
        }
    }
}

/// Object identifier and parameters of an `AlgorithmIdentifier` (RFC 5280, section 4.1.1.2).
pub(crate) fn split<'a>(identifier: &Element<'a>) -> Result<(&'a [u8], Option<Element<'a>>)> {
    if identifier.tag != SEQUENCE {
        return Err(identifier.malformed());
    }
    let mut children = identifier.children()?;
    let oid = children.expect(OBJECT_IDENTIFIER)?.content;
    let parameters = if children.is_empty() {
        None
    } else {
        Some(children.any()?)
    };
    children.finish()?;
    Ok((oid, parameters))
}

fn no_parameters(parameters: Option<Element<'_>>) -> Result<()> {
    match parameters {
        None => Ok(()),
        Some(null) if null.tag == NULL && null.content.is_empty() => Ok(()),
        Some(_) => Err(not_allowed()),
    }
}

/// `RSASSA-PSS-params` (RFC 8017, appendix A.2.3), each with the default that the standard gives it.
fn pss(parameters: Option<Element<'_>>) -> Result<Scheme> {
    let parameters = parameters.filter(|p| p.tag == SEQUENCE).ok_or_else(not_allowed)?;
    let mut fields = parameters.children()?;
    let (mut digest, mut mask, mut salt) = (Digest::Sha1, Digest::Sha1, 20);
    if let Some(field) = fields.optional(0xa0)? {
        digest = Digest::from_identifier(&field.only_child(SEQUENCE)?)?;
    }
    if let Some(field) = fields.optional(0xa1)? {
        mask = mask_digest(&field.only_child(SEQUENCE)?)?;
    }
    if let Some(field) = fields.optional(0xa2)? {
        salt = field.only_child(INTEGER)?.small()?;
    }
    let trailer = fields.optional(0xa3)?;
    if trailer.is_some_and(|field| field.only_child(INTEGER).and_then(|trailer| trailer.small()) != Ok(1)) {
        return Err(not_allowed());
    }
    fields.finish()?;
    let salt = usize::try_from(salt).map_err(|_| not_allowed())?;
    Ok(Scheme::RsaPss { digest, mask, salt })
}

fn mask_digest(identifier: &Element<'_>) -> Result<Digest> {
    match split(identifier)? {
        (oid::MGF1, Some(digest)) => Digest::from_identifier(&digest),
        _ => Err(not_allowed()),
    }
}

fn not_allowed() -> Error {
    Error::new(Kind::NotAllowed, PLACE)
}

/// The start of a reader over an object that is not part of a larger one.
pub(crate) fn sequence<'a>(bytes: &'a [u8], place: &'static str) -> Result<Reader<'a>> {
    Reader::only(bytes, place, crate::tlv::Rules::Der, SEQUENCE)?.children()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::Rules;

    fn scheme(hex: &str) -> Result<Scheme> {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let identifier = Reader::only(&bytes, "test", Rules::Der, SEQUENCE)?;
        Scheme::from_identifier(&identifier, None)
    }

    #[test]
    fn reads_pss_parameters_with_their_defaults() {
        let full = "3041 06092a864886f70d01010a 3034 a00f 300d 0609608648016503040201 0500 \
                    a11c 301a 06092a864886f70d010108 300d 0609608648016503040201 0500 a203 020120";
        let sha256 = Digest::Sha256;
        assert_eq!(
            scheme(full),
            Ok(Scheme::RsaPss {
                digest: sha256,
                mask: sha256,
                salt: 32
            })
        );
        let sha1 = Digest::Sha1;
        let bare = "300d 06092a864886f70d01010a 3000";
        assert_eq!(
            scheme(bare),
            Ok(Scheme::RsaPss {
                digest: sha1,
                mask: sha1,
                salt: 20
            })
        );
        let trailer = "3012 06092a864886f70d01010a 3005 a303 020102";
        assert_eq!(scheme(trailer).unwrap_err().kind(), Kind::NotAllowed);
    }

    #[test]
    fn refuses_what_is_not_on_the_list() {
        let md5_with_rsa = "300d 06092a864886f70d010104 0500";
        assert_eq!(scheme(md5_with_rsa).unwrap_err().kind(), Kind::NotAllowed);
        let rsa_without_digest = "300d 06092a864886f70d010101 0500";
        assert_eq!(scheme(rsa_without_digest).unwrap_err().kind(), Kind::NotAllowed);
        assert_eq!(
            scheme("300a 06082a8648ce3d040302"),
            Ok(Scheme::Ecdsa(Digest::Sha256))
        );
        let with_odd_parameters = "300d 06082a8648ce3d040302 020105";
        assert_eq!(scheme(with_odd_parameters).unwrap_err().kind(), Kind::NotAllowed);
    }
}
