//! The chip: which command is answered in which state, as a Vietnamese card was seen to do it (`cccd.md` 1.4).
//!
//! Owns the session, the count of wrong passwords and the dispatch. Must not know a citizen, a fault or a reader.

mod command;
mod session;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rsa::RsaPrivateKey;

use super::{
    active_authentication::{self, ActiveAuthenticationHash},
    apdu::{Command, Response},
    chip_authentication::StaticKey,
    file::LogicalData,
    pace::Profile,
    randomness::Randomness,
    status::{CLASS_UNKNOWN, WRONG_LENGTH},
};
use session::Session;

/// The application's identifier (ICAO Doc 9303 part 10, 3.2).
pub const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
/// Delay after the first wrong password; each further one doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The delay grows no further than this.
const LONGEST_DELAY: Duration = Duration::from_millis(6_400);

/// Which access protocols the chip speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// PACE and BAC, as cards in the field do.
    #[default]
    Both,
    /// Only PACE.
    PaceOnly,
    /// Only BAC; there is no EF.CardAccess.
    BacOnly,
}

/// How long APDUs may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Short and extended lengths.
    #[default]
    Extended,
    /// Short lengths only; longer answers are fetched with GET RESPONSE.
    ShortOnly,
    /// Extended lengths, but READ BINARY gives no more than this at once.
    Most(usize),
}

/// What only the chip knows, and the passwords printed on the card.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The card access number: the last six digits of the citizen's number.
    pub can: String,
    /// Document number, birth and expiry with their check digits: the input of BAC's keys.
    pub mrz_information: String,
    /// The key of active authentication, if the chip has one.
    pub chip_key: Option<RsaPrivateKey>,
    /// The hash used in active authentication.
    pub chip_hash: ActiveAuthenticationHash,
    /// The key of chip authentication, if the chip has one.
    pub static_key: Option<StaticKey>,
    /// The PACE that it speaks.
    pub pace: Profile,
    /// Whether there is no CAN: PACE knows the MRZ only.
    pub zone_only: bool,
}

/// A chip in a reader's field.
#[derive(Debug)]
pub struct Chip {
    data: LogicalData,
    secrets: Secrets,
    access: Access,
    transport: Transport,
    randomness: Randomness,
    wrong_passwords: Arc<AtomicU32>,
    session: Session,
    /// What did not fit in the last response, for GET RESPONSE.
    remainder: Vec<u8>,
}

/// The answer to one APDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The bytes for the reader.
    pub bytes: Vec<u8>,
    /// How long the chip makes the reader wait for them.
    pub delay: Duration,
}

impl Chip {
    /// Powers a chip up for the first time.
    pub fn new(data: LogicalData, secrets: Secrets, access: Access, transport: Transport) -> Self {
        Self {
            data,
            secrets,
            access,
            transport,
            randomness: Randomness::system(),
            wrong_passwords: Arc::default(),
            session: Session::default(),
            remainder: Vec::new(),
        }
    }

    /// Replaces the source of random numbers, to play a published transcript.
    pub fn with_randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = randomness;
        self
    }

    /// Lets the count of wrong passwords live outside: a chip keeps it when it leaves the field.
    pub fn with_wrong_passwords(mut self, count: Arc<AtomicU32>) -> Self {
        self.wrong_passwords = count;
        self
    }

    /// What the chip lets be read, for tests that need the files without a reader.
    pub fn files(&self) -> &LogicalData {
        &self.data
    }

    /// The chip's answer to a challenge of active authentication; none without a key.
    ///
    /// # Errors
    ///
    /// The key is too short for the hash.
    pub fn prove(&mut self, challenge: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
        let key = self.secrets.chip_key.as_ref();
        key.map(|key| {
            active_authentication::sign(key, self.secrets.chip_hash, challenge, &mut self.randomness)
        })
        .transpose()
    }

    /// The chip's answer to the first command under the keys that it agrees on with somebody else's ephemeral public key, as if
    /// a reader had relayed both; none without a key of its own, or for a public key outside the group.
    pub fn agree(&mut self, ephemeral: &[u8], first_protected: &[u8]) -> Option<Vec<u8>> {
        let channel = self.secrets.static_key.as_ref()?.agree(ephemeral).ok()?;
        self.session = Session {
            application: true,
            channel: Some(channel),
            ..Session::default()
        };
        Some(self.transmit(first_protected).bytes)
    }

    /// How often in a row a reader did not know the CAN or the MRZ.
    pub fn wrong_passwords(&self) -> u32 {
        self.wrong_passwords.load(Ordering::Relaxed)
    }

    /// Loses all state but the count of wrong passwords.
    pub fn reset(&mut self) {
        self.session = Session::default();
        self.remainder.clear();
    }

    /// Takes one command APDU.
    pub fn transmit(&mut self, apdu: &[u8]) -> Reply {
        let before = self.wrong_passwords();
        let bytes = self.answer(apdu);
        let after = self.wrong_passwords();
        let delay = if after > before {
            delay(after)
        } else {
            Duration::ZERO
        };
        Reply { bytes, delay }
    }

    fn answer(&mut self, apdu: &[u8]) -> Vec<u8> {
        let Some(command) = Command::parse(apdu) else {
            return Response::status(WRONG_LENGTH).to_bytes();
        };
        if command.extended && self.transport == Transport::ShortOnly {
            return Response::status(WRONG_LENGTH).to_bytes();
        }
        match (command.class(), command.instruction()) {
            (0x00, 0xC0) => self.get_response(&command),
            (0x00 | 0x10, _) => {
                self.session.lose_channel();
                let response = self.execute(&command);
                self.send(&command, response.data, response.status)
            }
            (0x0C | 0x1C, _) => self.protected(&command),
            _ => Response::status(CLASS_UNKNOWN).to_bytes(),
        }
    }

    /// Sends what the outer response can carry and keeps the rest.
    fn send(&mut self, command: &Command, data: Vec<u8>, status: u16) -> Vec<u8> {
        let most = match command.expected {
            0 => 256,
            expected => expected,
        };
        if data.len() <= most {
            return Response { data, status }.to_bytes();
        }
        let (now, later) = data.split_at(most);
        self.remainder = [later, &status.to_be_bytes()].concat();
        let left = u8::try_from(later.len()).unwrap_or(0); // 00 stands for 256 or more
        Response {
            data: now.to_vec(),
            status: u16::from_be_bytes([0x61, left]),
        }
        .to_bytes()
    }

    fn get_response(&mut self, command: &Command) -> Vec<u8> {
        let rest = std::mem::take(&mut self.remainder);
        let Some((data, status)) = rest.split_last_chunk::<2>() else {
            return Response::status(super::status::CONDITIONS_NOT_SATISFIED).to_bytes();
        };
        self.send(command, data.to_vec(), u16::from_be_bytes(*status))
    }
}

fn delay(wrong: u32) -> Duration {
    FIRST_DELAY
        .saturating_mul(2_u32.saturating_pow(wrong - 1))
        .min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests;
