//! Secure messaging at the chip's end (ICAO Doc 9303 part 11, 9.8).
//!
//! Owns the session keys and the send sequence counter. Must not know what the commands inside mean.

mod cipher;

pub use cipher::Suite;

use super::{
    apdu::{self, Command, Response},
    status::{SM_OBJECT_MISSING, SM_OBJECT_WRONG, Status},
};
use crate::tlv::{find, tlv};

/// Class bits of a command whose header is authenticated too.
const SECURE_CLASS: u8 = 0x0C;

/// An open channel between chip and reader.
#[derive(Clone, Debug)]
pub struct SecureMessaging {
    suite: Suite,
    encryption: Vec<u8>,
    authentication: Vec<u8>,
    counter: u128,
}

/// A command taken out of its protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The command as if it had come in the clear.
    pub command: Command,
    /// Whether data objects are of the form without padding indicator (tag 85), as with odd instructions.
    pub plain_padding: bool,
    /// The most bytes the outer response can carry.
    pub outer_expected: usize,
}

impl SecureMessaging {
    /// Opens a channel with fresh session keys; `counter` is 0 after PACE and made of both nonces after BAC.
    pub fn new(
        suite: Suite,
        encryption: impl Into<Vec<u8>>,
        authentication: impl Into<Vec<u8>>,
        counter: u128,
    ) -> Self {
        Self {
            suite,
            encryption: encryption.into(),
            authentication: authentication.into(),
            counter,
        }
    }

    /// Whether the class byte announces secure messaging.
    pub fn announced(class: u8) -> bool {
        class & SECURE_CLASS == SECURE_CLASS
    }

    /// Checks and opens a protected command. After an error the chip must forget the keys.
    ///
    /// # Errors
    ///
    /// The status word for a missing or wrong object.
    pub fn open(&mut self, outer: &Command) -> Result<Opened, Status> {
        self.count();
        let objects = outer.data.as_slice();
        let mac = find(objects, 0x8E).ok_or(SM_OBJECT_MISSING)?;
        let covered = objects.len().checked_sub(mac.len() + 2).ok_or(SM_OBJECT_WRONG)?;
        let header = self.suite.pad(&outer.header);
        let signed = [header.as_slice(), &objects[..covered]].concat();
        // Readers differ when nothing but the header is covered: some pad its whole block once more.
        let header_alone = covered == 0 && mac == self.mac_of_padded(&header);
        if !header_alone && mac != self.mac(&signed) {
            return Err(SM_OBJECT_WRONG);
        }
        let plain_padding = find(objects, 0x85).is_some();
        let data = self.command_data(objects)?;
        let expected = expected_length(objects)?;
        let header = [
            outer.class() & !SECURE_CLASS,
            outer.header[1],
            outer.header[2],
            outer.header[3],
        ];
        let command = Command {
            header,
            data,
            expected,
            extended: outer.extended,
        };
        Ok(Opened {
            command,
            plain_padding,
            outer_expected: outer.expected,
        })
    }

    /// Protects a response.
    pub fn close(&mut self, response: &Response, plain_padding: bool) -> Vec<u8> {
        self.count();
        let mut objects = Vec::new();
        if !response.data.is_empty() {
            let encrypted =
                self.suite
                    .encrypt(&self.encryption, self.counter, &self.suite.pad(&response.data));
            objects = if plain_padding {
                tlv(0x85, &encrypted)
            } else {
                tlv(0x87, &[&[1], &*encrypted].concat())
            };
        }
        objects.extend(tlv(0x99, &response.status.to_be_bytes()));
        let mac = self.mac(&objects);
        objects.extend(tlv(0x8E, &mac));
        objects
    }

    /// The most data bytes a protected response of `size` bytes can carry (DO 87, DO 99, DO 8E and padding).
    pub fn capacity(&self, size: usize) -> usize {
        let block = self.suite.block();
        let room = size.saturating_sub(4 + 10 + 1 + 2);
        let longer_length = match room {
            0..0x80 => 0,
            0x80..0x100 => 1,
            _ => 2,
        };
        ((room - longer_length.min(room)) / block * block).saturating_sub(1)
    }

    fn count(&mut self) {
        self.counter = self.suite.next_counter(self.counter);
    }

    fn command_data(&self, objects: &[u8]) -> Result<Vec<u8>, Status> {
        let encrypted = match (find(objects, 0x87), find(objects, 0x85)) {
            (Some([1, encrypted @ ..]), None) | (None, Some(encrypted)) => encrypted,
            (None, None) => return Ok(Vec::new()),
            _ => return Err(SM_OBJECT_WRONG),
        };
        let padded = self
            .suite
            .decrypt(&self.encryption, self.counter, encrypted)
            .ok_or(SM_OBJECT_WRONG)?;
        cipher::unpad(&padded).map(<[u8]>::to_vec).ok_or(SM_OBJECT_WRONG)
    }

    fn mac(&self, message: &[u8]) -> [u8; 8] {
        self.mac_of_padded(&self.suite.pad(message))
    }

    fn mac_of_padded(&self, padded: &[u8]) -> [u8; 8] {
        let message = [self.suite.counter_block(self.counter).as_slice(), padded].concat();
        self.suite.mac(&self.authentication, &message)
    }
}

fn expected_length(objects: &[u8]) -> Result<usize, Status> {
    match find(objects, 0x97) {
        None => Ok(0),
        Some([le]) => Ok(apdu::short(*le)),
        Some([high, low]) => Ok(apdu::extended(*high, *low)),
        Some(_) => Err(SM_OBJECT_WRONG),
    }
}

#[cfg(test)]
mod tests;
