//! Password authenticated connection establishment (PACE), ICAO 9303-11 section 4.4, over all groups, mappings and ciphers of
//! [`PaceOffer`]. Vietnamese cards speak `id-PACE-ECDH-GM-AES-CBC-CMAC-128` on brainpoolP256r1.
//!
//! ```text
//! MSE:Set AT            00 22 C1 A4   80 protocol, 83 password (01 = MRZ, 02 = CAN), [84 parameters]
//! GENERAL AUTHENTICATE  10 86 00 00   7C { }                      → 7C { 80 encrypted nonce }
//!                       10 86 00 00   7C { 81 mapping data }      → 7C { 82 mapping data }
//!                       10 86 00 00   7C { 83 ephemeral key }     → 7C { 84 ephemeral key }
//!                       00 86 00 00   7C { 85 token }             → 7C { 86 token }
//! ```
//! One call is one try: whoever calls decides about another, because the card counts.

pub(super) mod mapping;

use super::card_access::{Mapping, PaceOffer};
use super::chip::{Chip, ChipError, Denied};
use super::group::{Element, KeyPair, Kind};
use super::kdf::{Key, Purpose};
use super::messaging::SecureMessaging;
use super::{Channel, channel};
use crate::apdu::command::{EXTENDED_MAXIMUM, SHORT_MAXIMUM};
use crate::apdu::{Command, Response, Status, tlv};
use exam_protocol::station::AccessProtocol;
use rand::CryptoRng;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Public keys up to this length have commands and answers of ordinary length around them, in bytes.
const SURELY_SHORT: usize = 240;

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

    /// How a chip opened by it was opened.
    const fn protocol(&self) -> AccessProtocol {
        if self.reference == 0x01 {
            AccessProtocol::PaceMrz
        } else {
            AccessProtocol::PaceCan
        }
    }
}

impl<'c> Chip<'c> {
    /// Tries PACE once.
    ///
    /// # Errors
    /// The chip back, with [`ChipError::WrongKey`] when it refused the password.
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
                password.protocol(),
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
    let nonce = nonce(chip, offer, password)?;
    let generator = map(chip, offer, &nonce, rng)?;
    let own = KeyPair::generate(offer.group, &generator, rng);
    let answer = authenticate(chip, (0x83, 0x84), own.public().bytes())?;
    let theirs = peer(offer, &answer, own.public())?;
    let secret = own.shared_secret(&theirs).ok_or(ChipError::Malformed {
        step: "PACE key agreement",
    })?;
    let authentication = offer.suite.derive(&secret, Purpose::Authentication);
    exchange_tokens(chip, offer, &authentication, (own.public(), &theirs))?;
    let encryption = offer.suite.derive(&secret, Purpose::Encryption);
    Ok(SecureMessaging::new(offer.suite, encryption, authentication, 0))
}

fn set_authentication_template(offer: PaceOffer, password: &Password) -> Command {
    let mut data = tlv::write(0x80, &offer.protocol());
    data.extend(tlv::write(0x83, &[password.reference]));
    if offer.name_parameters {
        data.extend(tlv::write(0x84, &[offer.parameters]));
    }
    Command::new([0x00, 0x22, 0xC1, 0xA4]).with_data(data)
}

/// Step 1: the encrypted nonce, opened with the key from the password (section 4.4.3.3).
fn nonce(chip: &mut Chip<'_>, offer: PaceOffer, password: &Password) -> Result<Key, ChipError> {
    let command = Command::new([0x10, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &[]))
        .expecting(SHORT_MAXIMUM);
    let response = chip.connection().exchange(&command)?;
    accepted("PACE nonce", &response)?;
    let step = "PACE nonce";
    let encrypted = tlv::only(&response.data, 0x7C)
        .and_then(|objects| tlv::find(objects, 0x80))
        .filter(|nonce| matches!(nonce.len(), 16 | 32))
        .ok_or(ChipError::Malformed { step })?;
    let key = offer.suite.derive(&password.secret, Purpose::Password);
    let zeros = vec![0; offer.suite.block_size()];
    let nonce = offer.suite.decrypt_from(&key, &zeros, encrypted);
    nonce.map(Key::new).ok_or(ChipError::Malformed { step })
}

/// Step 2: the nonce and what both sides add to it give a new generator.
fn map(
    chip: &mut Chip<'_>,
    offer: PaceOffer,
    nonce: &Key,
    rng: &mut dyn CryptoRng,
) -> Result<Element, ChipError> {
    let generator = if offer.mapping == Mapping::Integrated {
        let mut own = Zeroizing::new(vec![0; offer.suite.key_size()]);
        rng.fill_bytes(&mut own);
        // The chip has nothing to add; it answers with an empty object, or none.
        authenticate(chip, (0x81, 0x82), &own).or_else(|error| match error {
            ChipError::Malformed { .. } => Ok(Vec::new()),
            error => Err(error),
        })?;
        mapping::integrated(offer, nonce, &own)
    } else {
        let own = KeyPair::generate(offer.group, &offer.group.base(), rng);
        let answer = authenticate(chip, (0x81, 0x82), own.public().bytes())?;
        let theirs = peer(offer, &answer, own.public())?;
        mapping::generic(offer, nonce, &own, &theirs)
    };
    generator.ok_or(ChipError::Malformed { step: "PACE mapping" })
}

/// Step 4: both sides prove the session key over the other's ephemeral key (section 4.4.3.4).
fn exchange_tokens(
    chip: &mut Chip<'_>,
    offer: PaceOffer,
    key: &Key,
    (own, theirs): (&Element, &Element),
) -> Result<(), ChipError> {
    let command = Command::new([0x00, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &tlv::write(0x85, &token(offer, key, theirs))))
        .expecting(SHORT_MAXIMUM);
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
    let expected = token(offer, key, own);
    if bool::from(expected.as_slice().ct_eq(answer)) {
        Ok(())
    } else {
        Err(ChipError::WrongKey)
    }
}

/// `MAC(KSmac, 7F49 { 06 protocol, 86 point | 84 number })` (sections 4.4.3.4 and 9.4).
fn token(offer: PaceOffer, key: &Key, public: &Element) -> [u8; 8] {
    let tag = match offer.group.kind() {
        Kind::EllipticCurve => 0x86,
        Kind::DiffieHellman => 0x84,
    };
    let mut object = tlv::write(0x06, &offer.protocol());
    object.extend(tlv::write(tag, public.bytes()));
    offer.suite.token(key, &tlv::write(0x7F49, &object))
}

/// One chained GENERAL AUTHENTICATE with one data object each way.
fn authenticate(
    chip: &mut Chip<'_>,
    (tag, answer_tag): (u16, u16),
    value: &[u8],
) -> Result<Vec<u8>, ChipError> {
    let expected = if value.len() > SURELY_SHORT {
        EXTENDED_MAXIMUM
    } else {
        SHORT_MAXIMUM
    };
    let command = Command::new([0x10, 0x86, 0x00, 0x00])
        .with_data(tlv::write(0x7C, &tlv::write(tag, value)))
        .expecting(expected);
    let response = chip.connection().exchange(&command)?;
    accepted("PACE key", &response)?;
    tlv::only(&response.data, 0x7C)
        .and_then(|objects| tlv::find(objects, answer_tag))
        .map(<[u8]>::to_vec)
        .ok_or(ChipError::Malformed { step: "PACE key" })
}

/// A valid element that is not our own reflected (section 4.4.1 demands that both ephemeral keys differ).
fn peer(offer: PaceOffer, bytes: &[u8], own: &Element) -> Result<Element, ChipError> {
    let element = offer.group.element(bytes).filter(|element| element != own);
    element.ok_or(ChipError::Malformed { step: "PACE key" })
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
