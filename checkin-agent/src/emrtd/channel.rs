//! An opened chip: everything goes through secure messaging, ICAO 9303-11 section 9.8.
//!
//! Only `pace` and `bac` make a [`Channel`]. After a messaging error the chip has forgotten its keys: close and open again.

use super::chip::{self, Chip, ChipError};
use super::messaging::{MessagingError, SecureMessaging};
use crate::apdu::command::{EXTENDED_MAXIMUM, SHORT_MAXIMUM};
use crate::apdu::{Command, Response, Status};
use crate::card::{CardError, Connection};
use exam_protocol::station::AccessProtocol;

/// Longest plain answer put together from parts under secure messaging, in bytes.
const LONGEST_ANSWER: usize = 4096;

/// Block sizes to step down to when a chip refuses a length.
const SMALLER_BLOCKS: [u32; 3] = [192, 128, 64];

/// How long an answer may be that comes in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerLength {
    /// Up to 256 protected bytes; a longer one has to be fetched (`61xx`).
    Short,
    /// Extended length fields: up to 65,536 bytes.
    Extended,
}

/// A protected session with the chip.
pub struct Channel<'c> {
    connection: Connection<'c>,
    messaging: SecureMessaging,
    protocol: AccessProtocol,
    block: u32,
}

pub(super) fn open(
    connection: Connection<'_>,
    messaging: SecureMessaging,
    protocol: AccessProtocol,
) -> Channel<'_> {
    let block = messaging.short_block();
    Channel {
        connection,
        messaging,
        protocol,
        block,
    }
}

impl<'c> Channel<'c> {
    /// How the chip was opened.
    pub const fn protocol(&self) -> AccessProtocol {
        self.protocol
    }

    /// Commands sent to the card so far, those before the channel included.
    pub const fn commands(&self) -> u32 {
        self.connection.commands()
    }

    /// Ends the session; the chip may be opened again.
    pub fn close(self) -> Chip<'c> {
        Chip::new(self.connection)
    }

    /// Selects the travel-document application under protection, as after PACE.
    ///
    /// # Errors
    /// [`ChipError::NotAnIdentityCard`] when there is none.
    pub fn select_application(&mut self) -> Result<(), ChipError> {
        let status = self.exchange(&chip::select_application())?.status;
        if status == Status::Success {
            Ok(())
        } else {
            Err(chip::not_selected(status))
        }
    }

    /// Active authentication (ICAO 9303-11, section 6.1): the chip signs the challenge with the key of DG15.
    ///
    /// # Errors
    /// [`ChipError::Refused`] with [`Status::WrongLength`] when chip or reader has no extended length; the session goes on then.
    pub fn internal_authenticate(
        &mut self,
        challenge: &[u8; 8],
        length: AnswerLength,
    ) -> Result<Vec<u8>, ChipError> {
        let step = "INTERNAL AUTHENTICATE";
        let expected = match length {
            AnswerLength::Short => SHORT_MAXIMUM,
            AnswerLength::Extended => EXTENDED_MAXIMUM,
        };
        let command = Command::new([0x00, 0x88, 0x00, 0x00])
            .with_data(*challenge)
            .expecting(expected);
        let response = match self.exchange(&command) {
            // The card's operating system refused the length before its application saw the command: not counted there.
            Err(ChipError::Messaging(MessagingError::Unprotected(Status::WrongLength)))
                if length == AnswerLength::Extended =>
            {
                self.messaging.forget_command();
                Response::bare(Status::WrongLength)
            }
            Err(ChipError::Card(CardError::NotSent)) => Response::bare(Status::WrongLength),
            other => other?,
        };
        match response.status {
            Status::Success if response.data.is_empty() => Err(ChipError::Malformed { step }),
            Status::Success => Ok(response.data),
            status => Err(ChipError::Refused { step, status }),
        }
    }

    /// The most plain bytes to ask for at once: what fits a short answer, or less for a chip that refused that.
    pub(super) const fn block(&self) -> u32 {
        self.block
    }

    /// Steps down to smaller blocks for the rest of the session; false when there are none.
    pub(super) fn use_smaller_blocks(&mut self) -> bool {
        let smaller = SMALLER_BLOCKS.into_iter().find(|&block| block < self.block);
        self.block = smaller.unwrap_or(self.block);
        smaller.is_some()
    }

    /// One protected command and its whole answer.
    pub(super) fn exchange(&mut self, command: &Command) -> Result<Response, ChipError> {
        let mut response = self.exchange_once(command)?;
        // Some chips split a long answer inside the protection.
        while let Status::MoreData(_) = response.status {
            let get_response = Command::new([0x00, 0xC0, 0x00, 0x00]).expecting(SHORT_MAXIMUM);
            let next = self.exchange_once(&get_response)?;
            if next.data.is_empty() || response.data.len() + next.data.len() > LONGEST_ANSWER {
                return Err(CardError::Length.into());
            }
            response.data.extend_from_slice(&next.data);
            response.status = next.status;
        }
        Ok(response)
    }

    fn exchange_once(&mut self, command: &Command) -> Result<Response, ChipError> {
        let protected = self.messaging.protect(command);
        let response = self.connection.exchange(&protected).inspect_err(|error| {
            if *error == CardError::NotSent {
                self.messaging.forget_command();
            }
        })?;
        Ok(self.messaging.unprotect(&response)?)
    }
}
