//! Numbers of an MTEF byte stream. Must never read past its end.

use super::Error;

/// Bytes and where the reading stands.
pub(super) struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Stream<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The stream is broken where it stands.
    pub(super) fn broken(&self) -> Error {
        Error::Broken(self.at)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.broken())?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn word(&mut self) -> Result<u16, Error> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    /// "Unsigned integer": a byte, or 255 and a word.
    pub(super) fn unsigned(&mut self) -> Result<u16, Error> {
        match self.byte()? {
            255 => self.word(),
            byte => Ok(u16::from(byte)),
        }
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<(), Error> {
        if self.bytes.len() - self.at < count {
            return Err(self.broken());
        }
        self.at += count;
        Ok(())
    }

    /// Up to and with the next zero byte.
    pub(super) fn skip_text(&mut self) -> Result<(), Error> {
        while self.byte()? != 0 {}
        Ok(())
    }

    /// Dimensions of the preferences: nibbles, each dimension ended by 15.
    pub(super) fn skip_dimensions(&mut self, count: u8) -> Result<(), Error> {
        let mut left = count;
        while left > 0 {
            let byte = self.byte()?;
            for nibble in [byte >> 4, byte & 0xf] {
                if nibble == 0xf && left > 0 {
                    left -= 1;
                }
            }
        }
        Ok(())
    }
}
