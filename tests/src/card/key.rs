//! Keys from passwords and shared secrets (ICAO Doc 9303 part 11, 9.7).
//!
//! Must hold no state and no protocol.

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::secure_messaging::Suite;

/// Counter of the key that encrypts (9.7.1).
pub const ENCRYPTION: u32 = 1;
/// Counter of the key that authenticates.
pub const AUTHENTICATION: u32 = 2;
/// Counter of the key that encrypts PACE's nonce.
pub const PASSWORD: u32 = 3;

/// KDF(secret, counter) for AES-128 (9.7.1.2).
pub fn aes_128(secret: &[u8], counter: u32) -> [u8; 16] {
    let hash = Sha1::new()
        .chain_update(secret)
        .chain_update(counter.to_be_bytes())
        .finalize();
    hash[..16].try_into().expect("SHA-1 has 20 bytes")
}

/// KDF(secret, counter) for a suite (9.7.1).
pub fn of_suite(suite: Suite, secret: &[u8], counter: u32) -> Vec<u8> {
    let long = |size: usize| {
        let hash = Sha256::new()
            .chain_update(secret)
            .chain_update(counter.to_be_bytes())
            .finalize();
        hash[..size].to_vec()
    };
    match suite {
        Suite::TripleDes => triple_des(secret, counter).to_vec(),
        Suite::Aes128 => aes_128(secret, counter).to_vec(),
        Suite::Aes192 => long(24),
        Suite::Aes256 => long(32),
    }
}

/// KDF(secret, counter) for two-key 3DES, with odd parity (9.7.1.1).
pub fn triple_des(secret: &[u8], counter: u32) -> [u8; 16] {
    aes_128(secret, counter).map(|byte| {
        if byte.count_ones() % 2 == 0 {
            byte ^ 1
        } else {
            byte
        }
    })
}

/// The key which encrypts PACE's nonce when the password is the CAN: its digits go into the KDF as they are (9.7.3).
pub fn pace_key_from_can(suite: Suite, can: &str) -> Vec<u8> {
    of_suite(suite, can.as_bytes(), PASSWORD)
}

/// The key which encrypts PACE's nonce when the password is the MRZ: the whole SHA-1 of its key fields (9.7.3).
pub fn pace_key_from_mrz(suite: Suite, mrz_information: &str) -> Vec<u8> {
    of_suite(suite, &Sha1::digest(mrz_information.as_bytes()), PASSWORD)
}

/// BAC's two keys: for encryption and for the MAC (9.7.2).
pub fn bac_keys(mrz_information: &str) -> ([u8; 16], [u8; 16]) {
    let seed = &Sha1::digest(mrz_information.as_bytes())[..16];
    (triple_des(seed, ENCRYPTION), triple_des(seed, AUTHENTICATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ICAO Doc 9303 part 11, appendix D.1 and D.2.
    #[test]
    fn bac_keys_of_the_worked_example() {
        let (encryption, mac) = bac_keys("L898902C<369080619406236");
        assert_eq!(hex::encode_upper(encryption), "AB94FDECF2674FDFB9B391F85D7F76F2");
        assert_eq!(hex::encode_upper(mac), "7962D9ECE03D1ACD4C76089DCE131543");
    }

    /// Appendix G.1 (MRZ) and H.1 (CAN).
    #[test]
    fn pace_keys_of_the_worked_examples() {
        let mrz = pace_key_from_mrz(Suite::Aes128, "T22000129364081251010318");
        assert_eq!(hex::encode_upper(mrz), "89DED1B26624EC1E634C1989302849DD");
        assert_eq!(
            hex::encode_upper(pace_key_from_can(Suite::Aes128, "123456")),
            "591468CDA83D65219CCCB8560233600F"
        );
    }
}
