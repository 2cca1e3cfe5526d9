//! Our own signatures: ES256 (ECDSA on P-256 with SHA-256, RFC 7518 section 3.4), made and checked by ring.
//!
//! A signature is `r ‖ s`, as WebCrypto writes it. Both values of `s` are accepted, so a signature never identifies
//! anything. Private keys are wiped when dropped and never shown.

use crate::cose::{Draft, Envelope};
use crate::error::{Error, Kind, Result};
use crate::verified::Verified;
use core::fmt;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use zeroize::Zeroizing;

const PLACE: &str = "signing key";

/// A P-256 key pair. Its `Debug` shows only the public half.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", hex::encode(self.public_key()))
    }
}

impl SigningKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Kind::Randomness`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, rng)
            .map_err(|_| Error::new(Kind::Randomness, PLACE))?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// Reads `-----BEGIN PRIVATE KEY-----` (PKCS #8, RFC 5958) with both halves of the key in it.
    ///
    /// # Errors
    /// [`Kind::Malformed`] without such a block, [`Kind::Key`] when it is no P-256 key.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| Error::new(Kind::Malformed, "private key PEM"))?;
        Self::from_pkcs8(der.secret_pkcs8_der())
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self> {
        // ring takes the generator here only to blind later nonces; no key depends on it.
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
            .map_err(|_| Error::new(Kind::Key, PLACE))?;
        certifiable(pkcs8)?;
        Ok(Self {
            pair,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
        })
    }

    /// The key as PEM, for a file that only the program's account can read.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.certifiable().serialize_pem())
    }

    /// The same key as the certificate writer wants it.
    pub(crate) fn certifiable(&self) -> rcgen::KeyPair {
        certifiable(&self.pkcs8).expect("the same bytes were accepted when this key was made")
    }

    /// The public half: uncompressed SEC 1 point, `04 ‖ x ‖ y`.
    pub fn public_key(&self) -> [u8; 65] {
        self.pair
            .public_key()
            .as_ref()
            .try_into()
            .expect("a P-256 point has 65 bytes")
    }

    /// Signs `message`; the signature is `r ‖ s`.
    ///
    /// # Errors
    /// [`Kind::Randomness`].
    pub fn sign(&self, rng: &dyn SecureRandom, message: &[u8]) -> Result<[u8; 64]> {
        let signature = self
            .pair
            .sign(rng, message)
            .map_err(|_| Error::new(Kind::Randomness, "signature"))?;
        Ok(signature
            .as_ref()
            .try_into()
            .expect("an ES256 signature has 64 bytes"))
    }

    /// A signed COSE_Sign1 envelope with that purpose and payload.
    ///
    /// # Errors
    /// [`Kind::Randomness`].
    pub fn sign_cose(&self, rng: &dyn SecureRandom, content_type: &str, payload: Vec<u8>) -> Result<Vec<u8>> {
        let draft = Draft::new(content_type, payload);
        let signature = self.sign(rng, &draft.to_be_signed())?;
        Ok(draft.finish(signature))
    }
}

fn certifiable(pkcs8: &[u8]) -> Result<rcgen::KeyPair> {
    let der = PrivatePkcs8KeyDer::from(pkcs8);
    rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256)
        .map_err(|_| Error::new(Kind::Key, PLACE))
}

/// Checks an ES256 signature `r ‖ s` under an uncompressed P-256 point.
///
/// # Errors
/// [`Kind::NotAuthentic`]; the same when `public` is not a point of the curve.
pub fn verify(public: &[u8; 65], message: &[u8], signature: &[u8; 64]) -> Result<()> {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
        .verify(message, signature)
        .map_err(|_| Error::new(Kind::NotAuthentic, "signature"))
}

/// Checks form, purpose and signature of an envelope; what is verified is its payload.
///
/// # Errors
/// Those of [`Envelope::parse`]; [`Kind::WrongPurpose`] for another content type; [`Kind::NotAuthentic`].
pub fn verify_cose(public: &[u8; 65], content_type: &str, bytes: &[u8]) -> Result<Verified<Vec<u8>>> {
    let envelope = Envelope::parse(bytes)?;
    if envelope.content_type() != content_type {
        return Err(Error::new(Kind::WrongPurpose, "COSE protected header"));
    }
    verify(public, &envelope.to_be_signed(), envelope.signature())?;
    Ok(Verified::new(envelope.unverified_payload().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate(&SystemRandom::new()).unwrap()
    }

    #[test]
    fn survives_its_file_and_never_shows_itself() {
        let key = key();
        let pem = key.to_pkcs8_pem();
        let again = SigningKey::from_pkcs8_pem(&pem).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        let signature = again.sign(&SystemRandom::new(), b"x").unwrap();
        assert_eq!(verify(&key.public_key(), b"x", &signature), Ok(()));
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey({})", hex::encode(key.public_key()))
        );
        assert_eq!(
            SigningKey::from_pkcs8_pem("").unwrap_err().kind(),
            Kind::Malformed
        );
        let broken = pem.replacen("PRIVATE KEY-----\nMI", "PRIVATE KEY-----\nAI", 1);
        assert!(SigningKey::from_pkcs8_pem(&broken).is_err());
    }

    #[test]
    fn a_purpose_cannot_be_passed_off_as_another() {
        let key = key();
        let bytes = key
            .sign_cose(&SystemRandom::new(), "a/receipt", b"payload".to_vec())
            .unwrap();
        assert_eq!(
            &**verify_cose(&key.public_key(), "a/receipt", &bytes).unwrap(),
            b"payload"
        );
        let refused = |public: &[u8; 65], purpose: &str, bytes: &[u8]| {
            verify_cose(public, purpose, bytes).unwrap_err().kind()
        };
        assert_eq!(
            refused(&key.public_key(), "a/hand-in", &bytes),
            Kind::WrongPurpose
        );
        assert_eq!(
            refused(&self::key().public_key(), "a/receipt", &bytes),
            Kind::NotAuthentic
        );
        assert_eq!(refused(&[0; 65], "a/receipt", &bytes), Kind::NotAuthentic);
        let mut other_purpose = bytes.clone();
        let at = bytes.windows(9).position(|w| w == b"a/receipt").unwrap();
        other_purpose[at..at + 9].copy_from_slice(b"a/hand-in");
        assert_eq!(
            refused(&key.public_key(), "a/hand-in", &other_purpose),
            Kind::NotAuthentic
        );
    }

    #[test]
    fn accepts_both_values_of_s() {
        let key = key();
        let mut signature = key.sign(&SystemRandom::new(), b"x").unwrap();
        let n = num_bigint::BigUint::parse_bytes(
            b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            16,
        )
        .unwrap();
        let other = (n - num_bigint::BigUint::from_bytes_be(&signature[32..])).to_bytes_be();
        signature[32..].fill(0);
        signature[64 - other.len()..].copy_from_slice(&other);
        assert_eq!(verify(&key.public_key(), b"x", &signature), Ok(()));
    }
}
