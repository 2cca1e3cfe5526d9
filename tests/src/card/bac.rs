//! Basic Access Control, the chip's side (ICAO Doc 9303 part 11, 4.3).
//!
//! Owns one authentication. Must not keep keys after it.

use super::{
    key,
    randomness::Randomness,
    secure_messaging::{SecureMessaging, Suite},
};

/// Answers EXTERNAL AUTHENTICATE: the response data and the channel, or `None` if the reader does not know the MRZ.
pub fn authenticate(
    mrz_information: &str,
    challenge: [u8; 8],
    data: &[u8],
    randomness: &mut Randomness,
) -> Option<(Vec<u8>, SecureMessaging)> {
    let (encryption, authentication) = key::bac_keys(mrz_information);
    let suite = Suite::TripleDes;
    let (cryptogram, mac) = data.split_at_checked(32)?;
    if mac != suite.mac(&authentication, &suite.pad(cryptogram)) {
        return None;
    }
    let plain = suite.decrypt(&encryption, 0, cryptogram)?;
    let (reader_nonce, key_of_reader) = (&plain[..8], &plain[16..]);
    if plain[8..16] != challenge {
        return None;
    }
    let key_of_chip: [u8; 16] = randomness.bytes();
    let answer = [challenge.as_slice(), reader_nonce, &key_of_chip].concat();
    let mut response = suite.encrypt(&encryption, 0, &answer);
    let mac = suite.mac(&authentication, &suite.pad(&response));
    response.extend(mac);
    let seed: Vec<u8> = key_of_reader
        .iter()
        .zip(key_of_chip)
        .map(|(a, b)| a ^ b)
        .collect();
    let counter = [&challenge[4..], &reader_nonce[4..]].concat();
    let counter = counter.iter().fold(0, |sum, &byte| sum << 8 | u128::from(byte));
    let channel = SecureMessaging::new(
        suite,
        key::triple_des(&seed, key::ENCRYPTION),
        key::triple_des(&seed, key::AUTHENTICATION),
        counter,
    );
    Some((response, channel))
}
