//! PACE, the chip's side (ICAO Doc 9303 part 11, 4.4): generic and integrated mapping, over every standardised group from
//! 224 bits, with 3DES and AES.
//!
//! Owns the four steps of one run. Must not know how many runs failed before.

use anyhow::{Context, Result, bail, ensure};
use num_bigint::BigUint;

use super::{
    domain::{Domain, Element},
    key,
    randomness::Randomness,
    secure_messaging::{SecureMessaging, Suite},
    status::{AUTHENTICATION_FAILED, CONDITIONS_NOT_SATISFIED, Status, WRONG_DATA},
};
use crate::tlv::{find, group, tlv};

/// id-PACE, 0.4.0.127.0.7.2.2.4, as content bytes.
const PROTOCOL: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];

/// How the nonce becomes a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// By a key agreement.
    Generic,
    /// By an encoding of pseudo-random bytes.
    Integrated,
}

/// The one PACE that a chip speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Id of the standardised domain parameters.
    pub parameters: u8,
    /// The mapping.
    pub mapping: Mapping,
    /// The ciphers.
    pub suite: Suite,
}

impl Default for Profile {
    /// What cards in the field speak: id-PACE-ECDH-GM-AES-CBC-CMAC-128 on brainpoolP256r1.
    fn default() -> Self {
        Self {
            parameters: 13,
            mapping: Mapping::Generic,
            suite: Suite::Aes128,
        }
    }
}

impl Profile {
    /// Reads `13-gm-aes128`: parameters, mapping, ciphers.
    ///
    /// # Errors
    ///
    /// What part was not understood.
    pub fn parse(text: &str) -> Result<Self> {
        let [parameters, mapping, suite] = text.split('-').collect::<Vec<_>>()[..] else {
            bail!("`{text}` should read like 13-gm-aes128");
        };
        let parameters = parameters
            .parse()
            .with_context(|| format!("`{parameters}` is not the number of domain parameters"))?;
        ensure!(
            Domain::standardised(parameters).is_some(),
            "there is no group {parameters}"
        );
        let mapping = match mapping {
            "gm" => Mapping::Generic,
            "im" => Mapping::Integrated,
            _ => bail!("`{mapping}` is no mapping; known are gm and im"),
        };
        Ok(Self {
            parameters,
            mapping,
            suite: suite_named(suite)?,
        })
    }

    /// Object identifier of the protocol, as content bytes.
    pub fn protocol(&self) -> Vec<u8> {
        let agreement = match (self.mapping, self.domain().is_curve()) {
            (Mapping::Generic, false) => 1,
            (Mapping::Generic, true) => 2,
            (Mapping::Integrated, false) => 3,
            (Mapping::Integrated, true) => 4,
        };
        [&PROTOCOL[..], &[agreement, self.suite.arc()]].concat()
    }

    /// The group.
    pub fn domain(&self) -> Domain {
        Domain::standardised(self.parameters).expect("a profile is made of known parameters")
    }

    /// Length of the nonce in bytes (4.4.3.3.2 fixes it for integrated mapping).
    fn nonce_size(self) -> usize {
        match (self.mapping, self.suite) {
            (Mapping::Integrated, Suite::Aes192 | Suite::Aes256) => 32,
            _ => 16,
        }
    }
}

/// Ciphers by their name in an order's words.
///
/// # Errors
///
/// There are none of that name.
pub fn suite_named(name: &str) -> Result<Suite> {
    Ok(match name {
        "3des" => Suite::TripleDes,
        "aes128" => Suite::Aes128,
        "aes192" => Suite::Aes192,
        "aes256" => Suite::Aes256,
        _ => bail!("`{name}` is no cipher; known are 3des, aes128, aes192, aes256"),
    })
}

/// A run of PACE.
#[derive(Debug)]
pub struct Pace {
    profile: Profile,
    state: State,
}

/// What the next GENERAL AUTHENTICATE finds.
#[derive(Debug)]
enum State {
    /// The password was chosen with MSE:Set AT.
    Chosen { password_key: Vec<u8> },
    /// The encrypted nonce was given out.
    NonceSent { nonce: Vec<u8> },
    /// Both sides know the generator which only who knows the password computes rightly.
    Mapped { generator: Element },
    /// Keys are agreed; each side must still prove that it has them.
    Agreed {
        encryption: Vec<u8>,
        authentication: Vec<u8>,
        chip: Vec<u8>,
        reader: Vec<u8>,
    },
}

/// What a step ends in.
#[derive(Debug)]
pub enum Step {
    /// An answer, and the run goes on.
    Next(Vec<u8>, Pace),
    /// The last answer, and the channel is open.
    Done(Vec<u8>, SecureMessaging),
}

impl Pace {
    /// Begins a run with the key from the password.
    pub fn new(profile: Profile, password_key: Vec<u8>) -> Self {
        let state = State::Chosen { password_key };
        Self { profile, state }
    }

    /// Takes one GENERAL AUTHENTICATE's data field; after an error the run is over.
    ///
    /// # Errors
    ///
    /// The status word with which the chip ends the run.
    pub fn step(self, data: &[u8], randomness: &mut Randomness) -> Result<Step, Status> {
        let dynamic = find(data, 0x7C).ok_or(WRONG_DATA)?;
        let profile = self.profile;
        let next = |data, state| Ok(Step::Next(data, Self { profile, state }));
        match self.state {
            State::Chosen { password_key } => {
                let nonce = randomness.vector(profile.nonce_size());
                let encrypted = profile.suite.encrypt_plainly(&password_key, &nonce);
                next(answer(0x80, &encrypted), State::NonceSent { nonce })
            }
            State::NonceSent { nonce } => {
                let data = find(dynamic, 0x81).ok_or(CONDITIONS_NOT_SATISFIED)?;
                let (own, generator) = map(profile, &nonce, data, randomness)?;
                next(answer(0x82, &own), State::Mapped { generator })
            }
            State::Mapped { generator } => {
                let bytes = find(dynamic, 0x83).ok_or(CONDITIONS_NOT_SATISFIED)?;
                let (own, state) = agree(profile, &generator, bytes, randomness)?;
                next(answer(0x84, &own), state)
            }
            State::Agreed {
                encryption,
                authentication,
                chip,
                reader,
            } => {
                let token = find(dynamic, 0x85).ok_or(CONDITIONS_NOT_SATISFIED)?;
                if token
                    != profile
                        .suite
                        .token(&authentication, &authenticated(profile, &chip))
                {
                    return Err(AUTHENTICATION_FAILED);
                }
                let own = profile
                    .suite
                    .token(&authentication, &authenticated(profile, &reader));
                let channel = SecureMessaging::new(profile.suite, encryption, authentication, 0);
                Ok(Step::Done(answer(0x86, &own), channel))
            }
        }
    }
}

/// The chip's mapping data and the generator.
fn map(
    profile: Profile,
    nonce: &[u8],
    data: &[u8],
    randomness: &mut Randomness,
) -> Result<(Vec<u8>, Element), Status> {
    let domain = profile.domain();
    if profile.mapping == Mapping::Integrated {
        if data.len() != profile.suite.key_size() {
            return Err(WRONG_DATA);
        }
        let random = pseudo_random(profile, nonce, data);
        return Ok((Vec::new(), domain.encode(&random)));
    }
    let reader = domain.read(data)?;
    let secret = domain.secret(randomness);
    let own = domain.write(&domain.times(&secret, &domain.base()))?;
    let moved = domain.times(&BigUint::from_bytes_be(nonce), &domain.base());
    let generator = domain.plus(&moved, &domain.times(&secret, &reader));
    Ok((own, generator))
}

/// R(s, t) of integrated mapping (4.4.3.3.2).
fn pseudo_random(profile: Profile, nonce: &[u8], reader_nonce: &[u8]) -> Vec<u8> {
    let constants = if nonce.len() == 16 {
        [
            "a668892a7c41e3ca739f40b057d85904",
            "a4e136ac725f738b01c1f60217c188ad",
        ]
    } else {
        [
            "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
            "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
        ]
    };
    let [c0, c1] = constants.map(|hex| hex::decode(hex).expect("the standard prints whole bytes"));
    let suite = profile.suite;
    let blocks = (profile.domain().prime().bits() + 64).div_ceil(nonce.len() as u64 * 8);
    let mut key = suite.encrypt_plainly(reader_nonce, nonce);
    let mut random = Vec::new();
    for _ in 0..blocks {
        key.truncate(suite.key_size());
        random.extend(suite.encrypt_plainly(&key, &c1));
        key = suite.encrypt_plainly(&key, &c0);
    }
    random
}

/// The chip's ephemeral key and what follows from the reader's.
fn agree(
    profile: Profile,
    generator: &Element,
    reader: &[u8],
    randomness: &mut Randomness,
) -> Result<(Vec<u8>, State), Status> {
    let domain = profile.domain();
    let secret = domain.secret(randomness);
    let chip = domain.write(&domain.times(&secret, generator))?;
    if chip == reader {
        return Err(AUTHENTICATION_FAILED); // a reader that only echoes knows nothing
    }
    let shared = domain.shared(&domain.times(&secret, &domain.read(reader)?))?;
    let state = State::Agreed {
        encryption: key::of_suite(profile.suite, &shared, key::ENCRYPTION),
        authentication: key::of_suite(profile.suite, &shared, key::AUTHENTICATION),
        chip: chip.clone(),
        reader: reader.to_vec(),
    };
    Ok((chip, state))
}

/// Dynamic authentication data with one object.
fn answer(tag: u16, value: &[u8]) -> Vec<u8> {
    tlv(0x7C, &tlv(tag, value))
}

/// What a token authenticates: the public key of the other side with its protocol (part 11, 4.4.3.4).
fn authenticated(profile: Profile, public_key: &[u8]) -> Vec<u8> {
    let tag = if profile.domain().is_curve() { 0x86 } else { 0x84 };
    group(0x7F49, &[&tlv(0x06, &profile.protocol()), &tlv(tag, public_key)])
}
