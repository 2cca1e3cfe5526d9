//! Chip authentication version 1, ICAO 9303-11 section 6.2: an ephemeral key of ours with the chip's static key of EF.DG14
//! gives new session keys. Only the chip that has the private key can go on.
//!
//! ```text
//! 3DES  MSE:Set KAT           00 22 41 A6   91 ephemeral key, [84 key id]
//! AES   MSE:Set AT            00 22 41 A4   80 protocol, [84 key id]
//!       GENERAL AUTHENTICATE  00 86 00 00   7C { 80 ephemeral key } → 7C { }
//! ```
//! All under the old keys. What this proves, it proves to this program alone: the server judges by its own means.

use super::chip_key::ChipKey;
use super::group::{Element, KeyPair};
use super::kdf::Purpose;
use super::messaging::SecureMessaging;
use super::{Channel, ChipError};
use crate::apdu::command::SHORT_MAXIMUM;
use crate::apdu::{Command, Status, tlv};
use rand::CryptoRng;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipProof {
    /// The chip answered under the new keys: it has the private key. The session goes on with them.
    Given,
    /// It took our key and could not answer under the new ones. The session is over.
    Failed,
    /// It refused the protocol. The session goes on as before.
    Refused(Status),
}

impl Channel<'_> {
    /// Authenticates the chip by one of its keys, and proves the new session by selecting EF.DG14.
    ///
    /// # Errors
    /// The session broke before the new keys were used.
    pub fn authenticate_chip(
        &mut self,
        key: &ChipKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<ChipProof, ChipError> {
        let own = KeyPair::generate(key.group, &key.group.base(), rng);
        let secret = own.shared_secret(&key.public).ok_or(ChipError::Malformed {
            step: "chip authentication",
        })?;
        let status = self.present_key(key, own.public())?;
        if status != Status::Success {
            return Ok(ChipProof::Refused(status));
        }
        self.restart(SecureMessaging::new(
            key.suite,
            key.suite.derive(&secret, Purpose::Encryption),
            key.suite.derive(&secret, Purpose::Authentication),
            0,
        ));
        let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x0E]);
        match self.exchange(&select) {
            Ok(_) => Ok(ChipProof::Given),
            Err(ChipError::Messaging(_)) => Ok(ChipProof::Failed),
            Err(error) => Err(error),
        }
    }

    /// Gives our key to the chip in the way of its suite; the status word of the last command.
    fn present_key(&mut self, key: &ChipKey, public: &Element) -> Result<Status, ChipError> {
        if key.suite == super::cipher::Suite::TripleDes {
            let status = self.key_agreement_template(key, public)?;
            // Chips that speak 3DES may want it in the other way (section 6.2.4.2).
            if !matches!(
                status,
                Status::InstructionUnknown | Status::WrongParameters | Status::WrongData
            ) {
                return Ok(status);
            }
        }
        let mut template = tlv::write(0x80, &key.protocol());
        template.extend(key_reference(key));
        let set = Command::new([0x00, 0x22, 0x41, 0xA4]).with_data(template);
        let status = self.exchange(&set)?.status;
        if status != Status::Success {
            return Ok(status);
        }
        let agree = Command::new([0x00, 0x86, 0x00, 0x00])
            .with_data(tlv::write(0x7C, &tlv::write(0x80, public.bytes())))
            .expecting(SHORT_MAXIMUM);
        Ok(self.exchange_long(&agree)?.status)
    }

    fn key_agreement_template(&mut self, key: &ChipKey, public: &Element) -> Result<Status, ChipError> {
        let mut template = tlv::write(0x91, public.bytes());
        template.extend(key_reference(key));
        let set = Command::new([0x00, 0x22, 0x41, 0xA6]).with_data(template);
        Ok(self.exchange_long(&set)?.status)
    }
}

fn key_reference(key: &ChipKey) -> Vec<u8> {
    key.id.as_ref().map(|id| tlv::write(0x84, id)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
