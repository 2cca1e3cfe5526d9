//! Cards for the fuzz targets: one that answers what the input says, and a chip that is really opened by BAC before it does.
//!
//! The second has the chip's half of BAC and of secure messaging (ICAO 9303-11, sections 4.3 and 9.8). Must not check anything.

use checkin_agent::apdu::tlv;
use checkin_agent::card::{Card, CardError};
use checkin_agent::emrtd::cipher::{Suite, pad};
use checkin_agent::emrtd::kdf::{self, Key, Purpose};
use rand::{TryCryptoRng, TryRng};
use std::convert::Infallible;

/// The zone of ICAO 9303-11, appendix D.2.
pub const MRZ_INFORMATION: &str = "L898902C<369080619406236";

/// K_enc and K_mac of that zone (appendix D.2).
const ENCRYPTION: u128 = 0xAB94_FDEC_F267_4FDF_B9B3_91F8_5D7F_76F2;
const AUTHENTICATION: u128 = 0x7962_D9EC_E03D_1ACD_4C76_089D_CE13_1543;

/// RND.IC and K.IC.
const CHIP_NONCE: [u8; 8] = [0x11; 8];
const CHIP_PART: [u8; 16] = [0x22; 16];

/// A random generator that counts: the same input always gives the same run.
#[derive(Default)]
pub struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0 = self.0.wrapping_add(1);
        Ok(u32::from_be_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(1);
        Ok(u64::from_be_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

/// The input as answers, one after the other: a kind, a length, data. After the last one the card is gone.
pub struct Answers {
    rest: Vec<u8>,
    at: usize,
}

/// One answer.
pub enum Said {
    /// Data and status word, under the session's protection if there is one.
    Answer(Vec<u8>, [u8; 2]),
    /// Bytes as they are, protection or not.
    Bare(Vec<u8>),
    /// No answer.
    Failure(CardError),
}

impl Answers {
    /// Of an input.
    pub fn of(data: &[u8]) -> Self {
        Self {
            rest: data.to_vec(),
            at: 0,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.rest.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn next(&mut self) -> Said {
        let Some((kind, length)) = self.byte().zip(self.byte()) else {
            return Said::Failure(CardError::Removed);
        };
        // The two highest kinds of length are for blocks, the rest for what they say.
        let length = match length {
            0xFF => 4096,
            0xFE => 1024,
            0xFD => 223,
            length => usize::from(length),
        };
        let end = (self.at + length).min(self.rest.len());
        let data = self.rest[self.at.min(end)..end].to_vec();
        self.at = end;
        let word = match kind % 16 {
            0..=7 => [0x90, 0x00],
            8 => [0x61, kind],
            9 => [0x6C, kind],
            10 => [0x62, 0x82],
            11 => [0x6A, 0x82],
            12 => [0x67, 0x00],
            13 => [self.byte().unwrap_or(0x69), self.byte().unwrap_or(0x82)],
            14 => return Said::Bare(data),
            _ => {
                return Said::Failure(if kind > 0x7F {
                    CardError::NotSent
                } else {
                    CardError::Reset
                });
            }
        };
        Said::Answer(data, word)
    }
}

impl Card for Answers {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, CardError> {
        match self.next() {
            Said::Answer(data, word) => Ok([data, word.to_vec()].concat()),
            Said::Bare(data) => Ok(data),
            Said::Failure(error) => Err(error),
        }
    }
}

/// A session's keys and counter.
struct Session {
    encryption: Key,
    authentication: Key,
    counter: u64,
}

impl Session {
    /// An answer under protection: DO'87', DO'99', DO'8E'. An odd instruction has its data in DO'85'.
    fn protect(&mut self, data: &[u8], word: [u8; 2], odd: bool) -> Vec<u8> {
        self.counter = self.counter.wrapping_add(2);
        let mut body = Vec::new();
        if !data.is_empty() {
            let mut padded = data.to_vec();
            pad(&mut padded, 8);
            let secret = Suite::TripleDes.encrypt(&self.encryption, &[], &padded);
            body = if odd {
                tlv::write(0x85, &secret)
            } else {
                tlv::write(0x87, &[&[1], &secret[..]].concat())
            };
        }
        body.extend(tlv::write(0x99, &word));
        let mut covered = self.counter.to_be_bytes().to_vec();
        covered.extend_from_slice(&body);
        pad(&mut covered, 8);
        body.extend(tlv::write(
            0x8E,
            &Suite::TripleDes.checksum(&self.authentication, &covered),
        ));
        body.extend(word);
        body
    }
}

/// A chip without PACE that is opened by BAC with [`MRZ_INFORMATION`] and then says what the input says.
pub struct BasicAccessChip {
    answers: Answers,
    session: Option<Session>,
}

impl BasicAccessChip {
    /// With these answers.
    pub fn new(answers: Answers) -> Self {
        Self {
            answers,
            session: None,
        }
    }

    fn authenticate(&mut self, data: &[u8]) -> Vec<u8> {
        let key = |bytes: u128| Key::new(bytes.to_be_bytes().to_vec());
        let (encryption, authentication) = (key(ENCRYPTION), key(AUTHENTICATION));
        let Some(plain) = data
            .get(..32)
            .and_then(|secret| Suite::TripleDes.decrypt(&encryption, &[], secret))
        else {
            return vec![0x63, 0x00];
        };
        let mut nonce = [0; 8];
        nonce.copy_from_slice(&plain[..8]);
        let seed: Vec<u8> = plain[16..].iter().zip(CHIP_PART).map(|(a, b)| a ^ b).collect();
        let low = |nonce: [u8; 8]| u64::from_be_bytes(nonce) & 0xFFFF_FFFF;
        self.session = Some(Session {
            encryption: kdf::triple_des(&seed, Purpose::Encryption),
            authentication: kdf::triple_des(&seed, Purpose::Authentication),
            counter: low(CHIP_NONCE) << 32 | low(nonce),
        });
        let answer = [&CHIP_NONCE[..], &nonce, &CHIP_PART].concat();
        let mut sealed = Suite::TripleDes.encrypt(&encryption, &[], &answer);
        let mut covered = sealed.clone();
        pad(&mut covered, 8);
        sealed.extend(Suite::TripleDes.checksum(&authentication, &covered));
        sealed.extend([0x90, 0x00]);
        sealed
    }
}

impl Card for BasicAccessChip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let protected = command.first().is_some_and(|class| class & 0x0C != 0);
        if let (true, Some(session)) = (protected, &mut self.session) {
            return match self.answers.next() {
                Said::Answer(data, word) => Ok(session.protect(&data, word, command[1] % 2 == 1)),
                Said::Bare(data) => Ok(data),
                Said::Failure(error) => Err(error),
            };
        }
        Ok(match command {
            // An empty EF.CardAccess: no PACE.
            [0x00, 0xB0, 0x9C, ..] => vec![0x31, 0x00, 0x90, 0x00],
            [0x00, 0xA4, 0x04, ..] => vec![0x90, 0x00],
            [0x00, 0x84, ..] => [&CHIP_NONCE[..], &[0x90, 0x00]].concat(),
            [0x00, 0x82, _, _, 0x28, data @ ..] => self.authenticate(data),
            _ => return self.answers.transmit(command),
        })
    }
}
