//! Secure messaging, ICAO 9303-11 section 9.8: commands wrapped, responses checked and unwrapped.
//!
//! ```text
//! command   CLA|0C INS P1 P2 Lc  [87 L 01 cryptogram | 85 L cryptogram]  [97 L Le]  8E 08 checksum  00
//! response  [87 L 01 cryptogram | 85 L cryptogram]  99 02 SW1 SW2  8E 08 checksum  SW1 SW2
//! ```
//! Each checksum covers the send sequence counter, which is counted up before every message. Nothing here sends anything.

use super::cipher::{Suite, pad, unpad};
use super::kdf::Key;
use crate::apdu::command::{EXTENDED_MAXIMUM, SHORT_MAXIMUM};
use crate::apdu::{Command, Response, Status, tlv};
use subtle::ConstantTimeEq;

const CRYPTOGRAM: u16 = 0x87;
const CRYPTOGRAM_OF_TLV: u16 = 0x85;
const EXPECTED_LENGTH: u16 = 0x97;
const STATUS: u16 = 0x99;
const CHECKSUM: u16 = 0x8E;

/// Why a response was refused. After any of these the session is over (section 9.8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessagingError {
    /// The card answered in the clear: it has ended the session.
    #[error("thẻ đã kết thúc phiên bảo mật ({0}) / the card ended the protected session ({0})")]
    Unprotected(Status),
    /// Not the objects of section 9.8.4, in their order.
    #[error("câu trả lời bảo mật sai cấu trúc / the protected answer is malformed")]
    Malformed,
    /// The checksum is wrong: the answer was altered, or belongs to another command.
    #[error("câu trả lời bảo mật sai mã kiểm tra / the protected answer fails its checksum")]
    Checksum,
}

/// Session keys and the send sequence counter.
pub struct SecureMessaging {
    suite: Suite,
    encryption: Key,
    authentication: Key,
    counter: u128,
}

impl SecureMessaging {
    /// A new session. `counter` is 0 after PACE, and made of both nonces after BAC.
    pub fn new(suite: Suite, encryption: Key, authentication: Key, counter: u128) -> Self {
        Self {
            suite,
            encryption,
            authentication,
            counter,
        }
    }

    /// Which ciphers protect it.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The most plain bytes whose protected response still fits a short one of 256 bytes.
    pub const fn short_block(&self) -> u32 {
        match self.suite {
            Suite::TripleDes => 231,
            Suite::Aes128 | Suite::Aes192 | Suite::Aes256 => 223,
        }
    }

    /// Wraps a command and counts it.
    pub fn protect(&mut self, command: &Command) -> Command {
        self.counter = self.counter.wrapping_add(1);
        let [class, instruction, p1, p2] = command.header();
        let header = [class | 0x0C, instruction, p1, p2];
        let mut body = self.cryptogram(instruction, command.data());
        if let Some(expected) = command.expected() {
            body.extend(tlv::write(EXPECTED_LENGTH, &le_bytes(expected)));
        }
        let mut covered = header.to_vec();
        pad(&mut covered, self.suite.block_size());
        covered.extend_from_slice(&body);
        body.extend(tlv::write(CHECKSUM, &self.checksum(&covered, body.is_empty())));
        let long = body.len() > 255 || command.expected().is_some_and(|n| n > SHORT_MAXIMUM);
        Command::new(header)
            .with_data(body)
            .expecting(if long { EXTENDED_MAXIMUM } else { SHORT_MAXIMUM })
    }

    /// Takes back the count of a command which the card never saw.
    pub fn forget_command(&mut self) {
        self.counter = self.counter.wrapping_sub(1);
    }

    /// Checks and unwraps a response and counts it.
    ///
    /// # Errors
    /// [`MessagingError`]: do not use the session any more.
    pub fn unprotect(&mut self, response: &Response) -> Result<Response, MessagingError> {
        if response.data.is_empty() {
            return Err(MessagingError::Unprotected(response.status));
        }
        self.counter = self.counter.wrapping_add(1);
        let parts = Parts::parse(&response.data).ok_or(MessagingError::Malformed)?;
        let expected = self.checksum(parts.covered, false);
        if !bool::from(expected.as_slice().ct_eq(parts.checksum)) {
            return Err(MessagingError::Checksum);
        }
        let data = match parts.cryptogram {
            None => Vec::new(),
            Some(cryptogram) => self.decrypt(cryptogram).ok_or(MessagingError::Malformed)?,
        };
        Ok(Response {
            data,
            status: parts.status,
        })
    }

    fn cryptogram(&self, instruction: u8, data: &[u8]) -> Vec<u8> {
        if data.is_empty() {
            return Vec::new();
        }
        let mut plain = zeroize::Zeroizing::new(data.to_vec());
        pad(&mut plain, self.suite.block_size());
        let mut value = self
            .suite
            .encrypt(&self.encryption, &self.counter_block(), &plain);
        // An odd instruction carries TLV data, which has no padding indicator (section 9.8.4).
        if instruction % 2 == 1 {
            return tlv::write(CRYPTOGRAM_OF_TLV, &value);
        }
        value.insert(0, 0x01);
        tlv::write(CRYPTOGRAM, &value)
    }

    fn decrypt(&self, cryptogram: &[u8]) -> Option<Vec<u8>> {
        let mut plain = self
            .suite
            .decrypt(&self.encryption, &self.counter_block(), cryptogram)?;
        unpad(&mut plain)?;
        Some(plain)
    }

    /// Over counter and message; padded unless the message is a lone header, which is padded already.
    fn checksum(&self, covered: &[u8], is_padded: bool) -> [u8; 8] {
        let mut message = self.counter_block();
        message.extend_from_slice(covered);
        if !is_padded {
            pad(&mut message, self.suite.block_size());
        }
        self.suite.checksum(&self.authentication, &message)
    }

    fn counter_block(&self) -> Vec<u8> {
        self.counter.to_be_bytes()[16 - self.suite.block_size()..].to_vec()
    }
}

/// Le as the value of DO'97'.
fn le_bytes(expected: u32) -> Vec<u8> {
    let [.., high, low] = expected.to_be_bytes();
    if expected <= SHORT_MAXIMUM {
        vec![low]
    } else {
        vec![high, low]
    }
}

/// The objects of a protected response.
struct Parts<'r> {
    cryptogram: Option<&'r [u8]>,
    status: Status,
    covered: &'r [u8],
    checksum: &'r [u8],
}

impl<'r> Parts<'r> {
    fn parse(body: &'r [u8]) -> Option<Self> {
        let (tag, value, rest) = tlv::take(body)?;
        let (cryptogram, status) = match (tag, value) {
            (CRYPTOGRAM, [0x01, value @ ..]) | (CRYPTOGRAM_OF_TLV, value) => (Some(value), rest),
            _ => (None, body),
        };
        let (STATUS, &[sw1, sw2], checksum) = tlv::take(status)? else {
            return None;
        };
        Some(Self {
            cryptogram,
            status: Status::from_word(u16::from_be_bytes([sw1, sw2])),
            covered: &body[..body.len() - checksum.len()],
            checksum: tlv::only(checksum, CHECKSUM)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod peer;
#[cfg(test)]
mod tests;
