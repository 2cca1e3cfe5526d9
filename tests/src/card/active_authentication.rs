//! Active authentication with RSA: ISO/IEC 9796-2, digital signature scheme 1 (ICAO Doc 9303 part 11, 6.1).
//!
//! Owns the message representative and the private key operation. Must not know whose key it is.

use anyhow::{Result, ensure};
use rsa::{BigUint, RsaPrivateKey, hazmat::rsa_decrypt, traits::PublicKeyParts};
use sha1::Digest;

use super::randomness::Randomness;

/// The hash inside the signature, told to the verifier by the trailer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActiveAuthenticationHash {
    /// SHA-1, trailer BC.
    Sha1,
    /// SHA-256, trailer 34CC.
    #[default]
    Sha256,
}

/// Signs a challenge: 6A ‖ M1 ‖ H(M1 ‖ challenge) ‖ trailer, with M1 as long as fits and random.
///
/// # Errors
///
/// A key too short for the hash, or longer than 4096 bits.
pub fn sign(
    key: &RsaPrivateKey,
    hash: ActiveAuthenticationHash,
    challenge: &[u8],
    randomness: &mut Randomness,
) -> Result<Vec<u8>> {
    let size = key.size();
    let (digest_size, trailer): (usize, &[u8]) = match hash {
        ActiveAuthenticationHash::Sha1 => (20, &[0xBC]),
        ActiveAuthenticationHash::Sha256 => (32, &[0x34, 0xCC]),
    };
    ensure!(
        size <= 512 && size > digest_size + 3,
        "an RSA key of {size} bytes cannot do active authentication"
    );
    let random: [u8; 512] = randomness.bytes();
    let recovered = &random[..size - digest_size - trailer.len() - 1];
    let message = [recovered, challenge].concat();
    let digest = match hash {
        ActiveAuthenticationHash::Sha1 => sha1::Sha1::digest(&message).to_vec(),
        ActiveAuthenticationHash::Sha256 => sha2::Sha256::digest(&message).to_vec(),
    };
    let representative = [&[0x6A], recovered, &digest, trailer].concat();
    let signature = rsa_decrypt(
        None::<&mut rsa::rand_core::OsRng>,
        key,
        &BigUint::from_bytes_be(&representative),
    )?;
    let bytes = signature.to_bytes_be();
    Ok([vec![0; size - bytes.len()], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::rsa_key;

    #[test]
    fn the_signature_opens_to_header_hash_and_trailer() {
        let key = rsa_key(0).unwrap();
        for (hash, trailer) in [
            (ActiveAuthenticationHash::Sha1, "bc"),
            (ActiveAuthenticationHash::Sha256, "34cc"),
        ] {
            let signature = sign(&key, hash, &[1; 8], &mut Randomness::system()).unwrap();
            assert_eq!(signature.len(), 256);
            let opened = BigUint::from_bytes_be(&signature)
                .modpow(key.e(), key.n())
                .to_bytes_be();
            assert_eq!(opened[0], 0x6A);
            assert!(hex::encode(&opened).ends_with(trailer));
            let digest_size = if trailer == "bc" { 20 } else { 32 };
            let end = opened.len() - trailer.len() / 2;
            let (recovered, digest) = (&opened[1..end - digest_size], &opened[end - digest_size..end]);
            let message = [recovered, &[1; 8]].concat();
            let expected = match hash {
                ActiveAuthenticationHash::Sha1 => sha1::Sha1::digest(&message).to_vec(),
                ActiveAuthenticationHash::Sha256 => sha2::Sha256::digest(&message).to_vec(),
            };
            assert_eq!(digest, expected);
        }
    }
}
