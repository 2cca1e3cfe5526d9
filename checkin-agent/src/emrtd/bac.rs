//! Basic access control (BAC), ICAO 9303-11 section 4.3, with the 3DES suite of section 9.8.6.2.
//!
//! ```text
//! GET CHALLENGE          00 84 00 00 08  → RND.IC
//! EXTERNAL AUTHENTICATE  00 82 00 00     E(RND.IFD ‖ RND.IC ‖ K.IFD) ‖ MAC → E(RND.IC ‖ RND.IFD ‖ K.IC) ‖ MAC
//! ```
//! One call is one try. The application has to be selected before.

use super::chip::{Chip, ChipError, Denied};
use super::cipher::{Suite, pad};
use super::kdf::{self, Key, Purpose};
use super::messaging::SecureMessaging;
use super::{Channel, channel};
use crate::apdu::{Command, Status};
use exam_protocol::station::AccessProtocol;
use rand::CryptoRng;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// The basic access keys of a document (section 9.7.2). Wiped when dropped.
#[derive(Clone)]
pub struct BasicAccessKey {
    encryption: Key,
    authentication: Key,
}

impl BasicAccessKey {
    /// From the MRZ information: document number, birth date and expiry date, each with its check digit.
    pub fn from_mrz_information(information: &str) -> Self {
        let mut seed = Sha1::digest(information.as_bytes());
        let key = Self {
            encryption: kdf::triple_des(&seed[..16], Purpose::Encryption),
            authentication: kdf::triple_des(&seed[..16], Purpose::Authentication),
        };
        seed.as_mut_slice().zeroize();
        key
    }
}

impl<'c> Chip<'c> {
    /// Tries BAC once.
    ///
    /// # Errors
    /// The chip back, with [`ChipError::WrongKey`] when it refused the key.
    pub fn bac(mut self, key: &BasicAccessKey, rng: &mut dyn CryptoRng) -> Result<Channel<'c>, Denied<'c>> {
        match authenticate(&mut self, key, rng) {
            Ok(session) => Ok(channel::open(
                self.into_connection(),
                session,
                AccessProtocol::Bac,
            )),
            Err(why) => Err(self.denied(why)),
        }
    }
}

fn authenticate(
    chip: &mut Chip<'_>,
    key: &BasicAccessKey,
    rng: &mut dyn CryptoRng,
) -> Result<SecureMessaging, ChipError> {
    let card_nonce = challenge(chip)?;
    let (mut own_nonce, mut own_part) = ([0; 8], Key::new(vec![0; 16]));
    rng.fill_bytes(&mut own_nonce);
    rng.fill_bytes(own_part.as_mut_slice());
    let message = Zeroizing::new([&own_nonce[..], &card_nonce, own_part.as_slice()].concat());
    let command = Command::new([0x00, 0x82, 0x00, 0x00])
        .with_data(seal(key, &message))
        .expecting(40);
    let response = chip.connection().exchange(&command)?;
    if response.status != Status::Success {
        // Cards refuse a wrong key by many status words (6300, 6982, 6985, 6988).
        return Err(ChipError::WrongKey);
    }
    let step = "EXTERNAL AUTHENTICATE";
    let answer = open(key, &response.data).ok_or(ChipError::Malformed { step })?;
    let nonces = [card_nonce, own_nonce].concat();
    if !bool::from(answer[..16].ct_eq(&nonces)) {
        return Err(ChipError::Malformed { step });
    }
    Ok(session(&own_part, &answer[16..], card_nonce, own_nonce))
}

fn challenge(chip: &mut Chip<'_>) -> Result<[u8; 8], ChipError> {
    let step = "GET CHALLENGE";
    let response = chip
        .connection()
        .exchange(&Command::new([0x00, 0x84, 0x00, 0x00]).expecting(8))?;
    if response.status != Status::Success {
        return Err(ChipError::Refused {
            step,
            status: response.status,
        });
    }
    response
        .data
        .as_slice()
        .try_into()
        .map_err(|_| ChipError::Malformed { step })
}

/// `E(m) ‖ MAC(E(m))`.
fn seal(key: &BasicAccessKey, message: &[u8]) -> Vec<u8> {
    let mut sealed = Suite::TripleDes.encrypt(&key.encryption, &[], message);
    sealed.extend(mac(key, &sealed));
    sealed
}

/// The 32 plain bytes of a 40-byte answer whose MAC is right.
fn open(key: &BasicAccessKey, answer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (secret, checksum) = answer.split_at_checked(32)?;
    let genuine = bool::from(mac(key, secret).as_slice().ct_eq(checksum));
    genuine
        .then(|| Suite::TripleDes.decrypt(&key.encryption, &[], secret))
        .flatten()
        .map(Zeroizing::new)
}

fn mac(key: &BasicAccessKey, secret: &[u8]) -> [u8; 8] {
    let mut padded = secret.to_vec();
    pad(&mut padded, Suite::TripleDes.block_size());
    Suite::TripleDes.checksum(&key.authentication, &padded)
}

/// Session keys from both key parts (section 4.3.1); the counter begins with the low halves of both nonces (section 9.8.6.3).
fn session(own_part: &Key, card_part: &[u8], card_nonce: [u8; 8], own_nonce: [u8; 8]) -> SecureMessaging {
    let seed: Zeroizing<Vec<u8>> =
        Zeroizing::new(own_part.iter().zip(card_part).map(|(a, b)| a ^ b).collect());
    let low = |nonce: [u8; 8]| u64::from_be_bytes(nonce) & 0xFFFF_FFFF;
    SecureMessaging::new(
        Suite::TripleDes,
        kdf::triple_des(&seed, Purpose::Encryption),
        kdf::triple_des(&seed, Purpose::Authentication),
        u128::from(low(card_nonce) << 32 | low(own_nonce)),
    )
}

#[cfg(test)]
mod tests;
