//! Public keys of others: read from a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), used to check signatures.
//!
//! Only public data passes through here, so nothing needs to run in constant time. Private keys have no place here.

mod arithmetic;
mod domain;
mod elliptic;
mod rsa;
#[cfg(test)]
mod wycheproof;

pub(crate) use arithmetic::Arithmetic;
pub(crate) use domain::Curve;
pub(crate) use elliptic::EcPublicKey;
pub(crate) use rsa::RsaPublicKey;

use crate::algorithm::{self, Scheme};
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::tlv::BIT_STRING;

const PLACE: &str = "SubjectPublicKeyInfo";

/// A public key of an allowed kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa(RsaPublicKey),
    Ec(EcPublicKey),
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    pub(crate) fn from_spki(spki: &[u8]) -> Result<Self> {
        let mut fields = algorithm::sequence(spki, PLACE)?;
        let identifier = fields.any()?;
        let key = fields.expect(BIT_STRING)?.bits()?;
        fields.finish()?;
        match algorithm::split(&identifier)? {
            // A key restricted to PSS is still an RSA key; the restriction is a hint that signers obey.
            (oid::RSA_ENCRYPTION | oid::RSASSA_PSS, _) => RsaPublicKey::parse(key).map(Self::Rsa),
            (oid::EC_PUBLIC_KEY, Some(domain)) => EcPublicKey::parse(&domain, key).map(Self::Ec),
            _ => Err(Error::new(Kind::NotAllowed, PLACE)),
        }
    }

    /// Whether the key is long enough to vouch for others: RSA from 2048 bits on; all allowed curves are.
    pub(crate) fn is_strong(&self) -> bool {
        match self {
            Self::Rsa(key) => key.bits() >= 2048,
            Self::Ec(_) => true,
        }
    }

    /// Checks a signature. A weak key is refused.
    pub(crate) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<()> {
        if !self.is_strong() {
            return Err(Error::new(Kind::Key, PLACE));
        }
        let authentic = match (self, scheme) {
            (Self::Rsa(key), Scheme::RsaPkcs1(digest)) => key.verify_pkcs1(digest, message, signature),
            (Self::Rsa(key), Scheme::RsaPss { digest, mask, salt }) => {
                key.verify_pss((digest, mask, salt), message, signature)
            }
            (Self::Ec(key), Scheme::Ecdsa(digest)) => key.verify(digest, message, signature),
            // An algorithm for another kind of key: whatever was signed, not with this key.
            _ => false,
        };
        if authentic {
            Ok(())
        } else {
            Err(Error::new(Kind::NotAuthentic, "signature"))
        }
    }
}
