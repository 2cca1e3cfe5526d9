//! Sealing: AES-256-GCM (NIST SP 800-38D) with a fresh key for each sealed object.
//!
//! The layout is the one of WebCrypto's `AES-GCM`: a 12-byte nonce beside it, ciphertext followed by the 16-byte tag.
//! Keys are wiped when dropped and never shown.

use crate::error::{Error, Kind, Result};
use crate::hash::sha256_of;
use core::fmt;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

const PLACE: &str = "sealed data";

/// A 256-bit key for one sealed object. Wiped when dropped; its `Debug` shows nothing.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

impl ContentKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Kind::Randomness`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill(key.as_mut_slice())
            .map_err(|_| Error::new(Kind::Randomness, "content key"))?;
        Ok(Self(key))
    }

    /// A key that was kept or received.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key's bytes: for wrapping or for the release at the start, never for a log.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_slice()).expect("an AES-256 key has 32 bytes");
        LessSafeKey::new(key)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(secret)")
    }
}

/// What [`seal`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Fresh random nonce.
    pub nonce: [u8; 12],
    /// Ciphertext followed by the 16-byte tag.
    pub ciphertext: Vec<u8>,
}

/// Seals `plaintext`, bound to the additional data `aad`.
///
/// # Errors
/// [`Kind::Randomness`]; [`Kind::TooLarge`] beyond 64 GiB.
pub fn seal(key: &ContentKey, rng: &dyn SecureRandom, aad: &[u8], plaintext: &[u8]) -> Result<Sealed> {
    let mut nonce = [0; 12];
    rng.fill(&mut nonce)
        .map_err(|_| Error::new(Kind::Randomness, "nonce"))?;
    let mut ciphertext = Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len());
    ciphertext.extend_from_slice(plaintext);
    key.cipher()
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut ciphertext,
        )
        .map_err(|_| Error::new(Kind::TooLarge, PLACE))?;
    Ok(Sealed { nonce, ciphertext })
}

/// Opens what [`seal`] or WebCrypto sealed.
///
/// # Errors
/// [`Kind::NotAuthentic`]: another key, nonce or additional data, or changed bytes.
pub fn open(key: &ContentKey, nonce: &[u8; 12], aad: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = ciphertext.to_vec();
    let plaintext_len = key
        .cipher()
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut bytes)
        .map_err(|_| Error::new(Kind::NotAuthentic, PLACE))?
        .len();
    bytes.truncate(plaintext_len);
    Ok(bytes)
}

/// What is published before the start so that no other key can be released later: SHA-256(label ‖ context ‖ key).
/// `label` is constant and `context` self-delimiting (deterministic CBOR), so the cuts can't be moved.
pub fn key_commitment(label: &[u8], context: &[u8], key: &ContentKey) -> [u8; 32] {
    sha256_of(&[label, context, key.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    #[test]
    fn opens_the_standards_test_case() {
        // The GCM specification's test case 14: all-zero 256-bit key, all-zero nonce, 16 zero bytes.
        let key = ContentKey::from_bytes([0; 32]);
        let sealed = hex::decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919").unwrap();
        assert_eq!(open(&key, &[0; 12], b"", &sealed), Ok(vec![0; 16]));
    }

    #[test]
    fn hides_the_key_and_commits_to_it() {
        let key = ContentKey::from_bytes([9; 32]);
        assert_eq!(format!("{key:?}"), "ContentKey(secret)");
        let other = ContentKey::from_bytes([8; 32]);
        assert_eq!(key_commitment(b"l", b"c", &key), sha256_of(&[b"lc", &[9; 32]]));
        assert_ne!(
            key_commitment(b"l", b"c", &key),
            key_commitment(b"l", b"c", &other)
        );
    }

    proptest! {
        #[test]
        fn opens_only_what_was_sealed(plaintext: Vec<u8>, aad: Vec<u8>, at in any::<prop::sample::Index>()) {
            let rng = SystemRandom::new();
            let key = ContentKey::generate(&rng).unwrap();
            let sealed = seal(&key, &rng, &aad, &plaintext).unwrap();
            prop_assert_eq!(sealed.ciphertext.len(), plaintext.len() + 16);
            prop_assert_eq!(&open(&key, &sealed.nonce, &aad, &sealed.ciphertext).unwrap(), &plaintext);
            let mut changed = sealed.ciphertext.clone();
            let index = at.index(changed.len());
            changed[index] ^= 1;
            let refused = Error::new(Kind::NotAuthentic, PLACE);
            prop_assert_eq!(open(&key, &sealed.nonce, &aad, &changed), Err(refused));
            prop_assert_eq!(open(&key, &sealed.nonce, b"another context", &sealed.ciphertext), Err(refused));
            let other = ContentKey::generate(&rng).unwrap();
            prop_assert_eq!(open(&other, &sealed.nonce, &aad, &sealed.ciphertext), Err(refused));
        }
    }
}
