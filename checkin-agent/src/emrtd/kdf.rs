//! Key derivation, ICAO 9303-11 section 9.7.1: `KDF(K, c) = H(K ‖ c)`, with SHA-1 for 3DES and AES-128, SHA-256 for longer keys.
//!
//! Derived keys wipe themselves. No protocol is known here.

use sha1::{Digest, Sha1};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// A key as long as its cipher wants it: 16 bytes (two-key 3DES, AES-128), 24 or 32. Wiped when dropped.
pub type Key = Zeroizing<Vec<u8>>;

/// The counter `c` (sections 9.7.1.1 to 9.7.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Encryption of the session.
    Encryption = 1,
    /// Authentication of the session.
    Authentication = 2,
    /// Decryption of the PACE nonce.
    Password = 3,
}

/// An AES key of 16, 24 or 32 bytes (sections 9.7.1.2 and 9.7.1.3).
pub fn aes(size: usize, secret: &[u8], purpose: Purpose) -> Key {
    derive(size, secret, purpose)
}

/// A two-key 3DES key with odd parity (section 9.7.1.1).
pub fn triple_des(secret: &[u8], purpose: Purpose) -> Key {
    let mut key = derive(16, secret, purpose);
    for byte in key.iter_mut() {
        *byte = (*byte & 0xFE) | u8::from((*byte & 0xFE).count_ones() % 2 == 0);
    }
    key
}

fn derive(size: usize, secret: &[u8], purpose: Purpose) -> Key {
    if size <= 16 {
        first_bytes::<Sha1>(size, secret, purpose)
    } else {
        first_bytes::<Sha256>(size, secret, purpose)
    }
}

fn first_bytes<D: Digest>(size: usize, secret: &[u8], purpose: Purpose) -> Key {
    let mut digest = D::new_with_prefix(secret)
        .chain_update([0, 0, 0, purpose as u8])
        .finalize();
    let key = Key::new(digest[..size].to_vec());
    digest.as_mut_slice().zeroize();
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &Key, expected: &str) {
        assert_eq!(hex::encode_upper(key.as_slice()), expected);
    }

    /// ICAO 9303-11, appendix D.1.
    #[test]
    fn derives_bac_keys() {
        let seed = hex::decode("239AB9CB282DAF66231DC5A4DF6BFBAE").unwrap();
        check(
            &triple_des(&seed, Purpose::Encryption),
            "AB94FDECF2674FDFB9B391F85D7F76F2",
        );
        check(
            &triple_des(&seed, Purpose::Authentication),
            "7962D9ECE03D1ACD4C76089DCE131543",
        );
    }

    /// ICAO 9303-11, appendix G.1 (MRZ password) and H.1 (CAN 123456).
    #[test]
    fn derives_pace_keys() {
        let mrz = hex::decode("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD").unwrap();
        check(
            &aes(16, &mrz, Purpose::Password),
            "89DED1B26624EC1E634C1989302849DD",
        );
        check(
            &aes(16, b"123456", Purpose::Password),
            "591468CDA83D65219CCCB8560233600F",
        );
        let shared = hex::decode("28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925").unwrap();
        check(
            &aes(16, &shared, Purpose::Encryption),
            "F5F0E35C0D7161EE6724EE513A0D9A7F",
        );
        check(
            &aes(16, &shared, Purpose::Authentication),
            "FE251C7858B356B24514B3BD5F4297D1",
        );
    }
}
