//! Password authenticated connection establishment (PACE), ICAO 9303-11 section 4.4:
//! `id-PACE-ECDH-GM-AES-CBC-CMAC-128` on brainpoolP256r1 with the card access number, the suite of Vietnamese cards.
//!
//! ```text
//! MSE:Set AT            00 22 C1 A4   80 protocol, 83 password (02 = CAN), [84 parameters]
//! GENERAL AUTHENTICATE  10 86 00 00   7C { }                      → 7C { 80 encrypted nonce }
//!                       10 86 00 00   7C { 81 mapping key }       → 7C { 82 mapping key }
//!                       10 86 00 00   7C { 83 ephemeral key }     → 7C { 84 ephemeral key }
//!                       00 86 00 00   7C { 85 token }             → 7C { 86 token }
//! ```
//! One call is one try: whoever calls decides about another, because the card counts.

mod agreement;

use super::card_access::{BRAINPOOL_P256R1, ECDH_GM_AES_128, PaceOffer};
use super::chip::{Chip, ChipError, Denied};
use super::cipher::{Suite, cmac, decrypt_block};
use super::kdf::{self, Key, Purpose};
use super::messaging::SecureMessaging;
use super::{Channel, channel};
use crate::apdu::{Command, Response, Status, tlv};
use agreement::{Encoded, KeyPair, Point};
use exam_protocol::station::AccessProtocol;
use rand::CryptoRng;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What opens a chip by PACE (section 4.4.4.1, DO'83', and section 9.7.3). Wiped when dropped.
#[derive(Clone)]
pub struct Password {
    reference: u8,
    secret: Zeroizing<Vec<u8>>,
}

impl Password {
    /// The card access number: six ASCII digits, else `None`.
    pub fn card_access_number(digits: &str) -> Option<Self> {
        let valid = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self {
            reference: 0x02,
            secret: Zeroizing::new(digits.as_bytes().to_vec()),
        })
    }

    /// The MRZ information: document number, birth date and expiry date, each with its check digit.
    pub fn machine_readable_zone(information: &str) -> Self {
        Self {
            reference: 0x01,
            secret: Zeroizing::new(Sha1::digest(information.as_bytes()).to_vec()),
        }
    }
}

impl<'c> Chip<'c> {
    /// Tries PACE once.
    ///
    /// # Errors
    /// The chip back, with [`ChipError::WrongKey`] when it refused the number.
    pub fn pace(
        mut self,
        offer: PaceOffer,
        password: &Password,
        rng: &mut dyn CryptoRng,
    ) -> Result<Channel<'c>, Denied<'c>> {
        match establish(&mut self, offer, password, rng) {
            Ok(session) => Ok(channel::open(
                self.into_connection(),
                session,
                AccessProtocol::PaceCan,
            )),
            Err(why) => Err(self.denied(why)),
        }
    }
}

fn establish(
    chip: &mut Chip<'_>,
    offer: PaceOffer,
    password: &Password,
    rng: &mut dyn CryptoRng,
) -> Result<SecureMessaging, ChipError> {
    let set = chip
        .connection()
        .exchange(&set_authentication_template(offer, password))?;
    accepted("MSE:Set AT", &set)?;
    let nonce = nonce(chip, password)?;
    let generator = map(chip, &nonce, rng)?;
    let own = KeyPair::generate(&generator, rng);
    let theirs = peer_point(
        &authenticate(chip, 0x83, &own.public().encode(), 0x84)?,
        own.public(),
    )?;
    let secret = own.shared_secret(&theirs).ok_or(ChipError::Malformed {
        step: "PACE key agreement",
    })?;
    let authentication = kdf::aes128(secret.as_slice(), Purpose::Authentication);
    exchange_tokens(chip, &authentication, own.public(), &theirs)?;
    let encryption = kdf::aes128(secret.as_slice(), Purpose::Encryption);
    Ok(SecureMessaging::new(Suite::Aes128, encryption, authentication, 0))
}

fn set_authentication_template(offer: PaceOffer, password: &Password) -> Command {
    let mut data = tlv::write(0x80, &ECDH_GM_AES_128);
    data.extend(tlv::write(0x83, &[password.reference]));
    if offer.name_parameters {
        data.extend(tlv::write(0x84, &[BRAINPOOL_P256R1]));
    }
    Command::new([0x00, 0x22, 0xC1, 0xA4]).with_data(data)
}

/// Step 1: the encrypted nonce, opened with the key from the number.
fn nonce(chip: &mut Chip<'_>, password: &Password) -> Result<Key, ChipError> {
    let command = Command::new([0x10, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &[]))
        .expecting(256);
    let response = chip.connection().exchange(&command)?;
    accepted("PACE nonce", &response)?;
    let encrypted: [u8; 16] = tlv::only(&response.data, 0x7C)
        .and_then(|objects| tlv::find(objects, 0x80))
        .and_then(|nonce| nonce.try_into().ok())
        .ok_or(ChipError::Malformed { step: "PACE nonce" })?;
    Ok(decrypt_block(
        &kdf::aes128(&password.secret, Purpose::Password),
        encrypted,
    ))
}

/// Step 2: both mapping keys and the nonce give a new generator.
fn map(chip: &mut Chip<'_>, nonce: &Key, rng: &mut dyn CryptoRng) -> Result<Point, ChipError> {
    let own = KeyPair::generate(&Point::BASE, rng);
    let answer = authenticate(chip, 0x81, &own.public().encode(), 0x82)?;
    let theirs = peer_point(&answer, own.public())?;
    own.map(&theirs, nonce)
        .ok_or(ChipError::Malformed { step: "PACE mapping" })
}

/// Step 4: both sides prove the session key over the other's ephemeral key (section 4.4.3.4).
fn exchange_tokens(chip: &mut Chip<'_>, key: &Key, own: &Point, theirs: &Point) -> Result<(), ChipError> {
    let command = Command::new([0x00, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &tlv::write(0x85, &token(key, &theirs.encode()))))
        .expecting(256);
    let response = chip.connection().exchange(&command)?;
    // Here the card judges our key; the status words by which cards refuse it differ.
    if matches!(
        response.status,
        Status::SecurityStatus | Status::WrongData | Status::MessagingObjectWrong | Status::ReferenceNotFound
    ) {
        return Err(ChipError::WrongKey);
    }
    accepted("PACE token", &response)?;
    let step = "PACE token";
    let objects = tlv::only(&response.data, 0x7C).ok_or(ChipError::Malformed { step })?;
    let answer = tlv::find(objects, 0x86).ok_or(ChipError::Malformed { step })?;
    let expected = token(key, &own.encode());
    if bool::from(expected.as_slice().ct_eq(answer)) {
        Ok(())
    } else {
        Err(ChipError::WrongKey)
    }
}

/// `CMAC(KSmac, 7F49 { 06 protocol, 86 public key })`.
fn token(key: &Key, public: &Encoded) -> [u8; 8] {
    let mut object = tlv::write(0x06, &ECDH_GM_AES_128);
    object.extend(tlv::write(0x86, public));
    cmac(key, &tlv::write(0x7F49, &object))
}

/// One chained GENERAL AUTHENTICATE with one public key each way.
fn authenticate(chip: &mut Chip<'_>, tag: u16, key: &Encoded, answer_tag: u16) -> Result<Vec<u8>, ChipError> {
    let command = Command::new([0x10, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &tlv::write(tag, key)))
        .expecting(256);
    let response = chip.connection().exchange(&command)?;
    accepted("PACE key", &response)?;
    tlv::only(&response.data, 0x7C)
        .and_then(|objects| tlv::find(objects, answer_tag))
        .map(<[u8]>::to_vec)
        .ok_or(ChipError::Malformed { step: "PACE key" })
}

/// A valid point that is not our own reflected (section 4.4.1 demands that both ephemeral keys differ).
fn peer_point(bytes: &[u8], own: &Point) -> Result<Point, ChipError> {
    Point::decode(bytes)
        .filter(|point| point.encode() != own.encode())
        .ok_or(ChipError::Malformed { step: "PACE key" })
}

fn accepted(step: &'static str, response: &Response) -> Result<(), ChipError> {
    match response.status {
        Status::Success => Ok(()),
        status if status.refuses_key() => Err(ChipError::WrongKey),
        status => Err(ChipError::Refused { step, status }),
    }
}

#[cfg(test)]
mod tests;
