//! The chip's half of secure messaging, for tests: opens commands, protects answers.

use super::*;
use crate::card::{Card, CardError};

/// A chip's session.
pub struct Peer(SecureMessaging);

/// A command as the chip's application sees it.
pub struct Plain {
    /// CLA INS P1 P2 without the secure messaging bits.
    pub header: [u8; 4],
    /// Data field.
    pub data: Vec<u8>,
    /// Ne.
    pub expected: Option<usize>,
}

impl Peer {
    /// With the same keys and counter.
    pub fn of(session: &SecureMessaging) -> Self {
        let (encryption, authentication) = (session.encryption.clone(), session.authentication.clone());
        Self(SecureMessaging {
            suite: session.suite,
            encryption,
            authentication,
            counter: session.counter,
        })
    }

    /// Checks and opens a command.
    pub fn open(&mut self, bytes: &[u8]) -> Option<Plain> {
        self.0.counter += 1;
        let (header, rest) = bytes.split_first_chunk::<4>()?;
        let body = match rest {
            [0, high, low, body @ ..] => &body[..usize::from(u16::from_be_bytes([*high, *low]))],
            [length, body @ ..] => &body[..usize::from(*length)],
            [] => return None,
        };
        let checksum = tlv::find(body, CHECKSUM)?;
        let mut covered = header.to_vec();
        pad(&mut covered, self.0.suite.block_size());
        covered.extend_from_slice(&body[..body.len() - 10]);
        (self.0.checksum(&covered, body.len() == 10) == checksum).then_some(())?;
        let cryptogram = tlv::find(body, CRYPTOGRAM)
            .map(|value| &value[1..])
            .or(tlv::find(body, CRYPTOGRAM_OF_TLV));
        let expected = tlv::find(body, EXPECTED_LENGTH).map(|value| match value {
            [0] => 256,
            [0, 0] => 65_536,
            value => value.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)),
        });
        let data = cryptogram.map_or(Some(Vec::new()), |cryptogram| self.0.decrypt(cryptogram))?;
        Some(Plain {
            header: [header[0] & !0x0C, header[1], header[2], header[3]],
            data,
            expected,
        })
    }

    /// Protects an answer and counts it.
    pub fn answer(&mut self, data: &[u8], status: Status, odd: bool) -> Response {
        self.0.counter = self.0.counter.wrapping_add(1);
        let mut body = self.0.cryptogram(u8::from(odd), data);
        body.extend(tlv::write(STATUS, &status.word().to_be_bytes()));
        let checksum = self.0.checksum(&body, false);
        body.extend(tlv::write(CHECKSUM, &checksum));
        Response { data: body, status }
    }
}

/// A card that is nothing but a protected application.
pub struct ProtectedCard<F> {
    peer: Peer,
    application: F,
}

impl<F: FnMut(&Plain) -> (Vec<u8>, u16)> ProtectedCard<F> {
    /// `application` answers plain commands with data and status word.
    pub fn new(session: &SecureMessaging, application: F) -> Self {
        Self {
            peer: Peer::of(session),
            application,
        }
    }
}

impl<F: FnMut(&Plain) -> (Vec<u8>, u16)> Card for ProtectedCard<F> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let Some(plain) = self.peer.open(command) else {
            return Ok(vec![0x69, 0x88]);
        };
        let (data, word) = (self.application)(&plain);
        let response = self
            .peer
            .answer(&data, Status::from_word(word), plain.header[1] % 2 == 1);
        Ok([response.data, response.status.word().to_be_bytes().to_vec()].concat())
    }
}
