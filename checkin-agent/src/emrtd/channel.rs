//! An opened chip: everything goes through secure messaging, ICAO 9303-11 section 9.8.
//!
//! Only `pace` and `bac` make a [`Channel`]. After a messaging error the chip has forgotten its keys: close and open again.
//! Lengths that reader or card refuse are learnt here, so that the next try, in this session or a new one, does without them.

use super::chip::{self, Chip, ChipError};
use super::messaging::{MessagingError, SecureMessaging};
use crate::apdu::command::{EXTENDED_MAXIMUM, SHORT_MAXIMUM};
use crate::apdu::{Command, Response, Status};
use crate::card::{CardError, Connection, ExtendedLength, Lengths};
use exam_protocol::station::AccessProtocol;

/// Longest plain answer put together from parts under secure messaging, in bytes.
const LONGEST_ANSWER: usize = 4096;

/// Data fields up to this length stay short under every protection; longer ones are cut into parts of it for chaining.
const PART: usize = 208;

/// A protected session with the chip.
pub struct Channel<'c> {
    connection: Connection<'c>,
    messaging: SecureMessaging,
    protocol: AccessProtocol,
    card_access: Option<Vec<u8>>,
}

pub(super) fn open(
    connection: Connection<'_>,
    messaging: SecureMessaging,
    protocol: AccessProtocol,
) -> Channel<'_> {
    Channel {
        connection,
        messaging,
        protocol,
        card_access: None,
    }
}

impl<'c> Channel<'c> {
    /// How the chip was opened.
    pub const fn protocol(&self) -> AccessProtocol {
        self.protocol
    }

    /// EF.CardAccess as the chip gave it before it was opened, if it did.
    pub fn card_access(&self) -> Option<&[u8]> {
        self.card_access.as_deref()
    }

    pub(super) fn keep_card_access(&mut self, file: Option<Vec<u8>>) {
        self.card_access = file;
    }

    /// Commands sent to the card so far, those before the channel included.
    pub const fn commands(&self) -> u32 {
        self.connection.commands()
    }

    /// What is known of lengths.
    pub const fn lengths(&mut self) -> &mut Lengths {
        self.connection.lengths()
    }

    /// The most plain bytes that fit a short answer.
    pub(super) const fn short_block(&self) -> u32 {
        self.messaging.short_block()
    }

    /// Ends the session; the chip may be opened again.
    pub fn close(self) -> Chip<'c> {
        Chip::new(self.connection)
    }

    /// Goes on with new session keys.
    pub(super) fn restart(&mut self, messaging: SecureMessaging) {
        self.messaging = messaging;
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

    /// Active authentication (ICAO 9303-11, section 6.1): the chip signs the challenge with the key of DG15. An answer that is
    /// `long` comes by extended length if that works, else in parts.
    ///
    /// # Errors
    /// [`ChipError::Refused`] by the chip. When the session broke over an extended length, [`Channel::lengths`] has learnt it.
    pub fn internal_authenticate(&mut self, challenge: &[u8; 8], long: bool) -> Result<Vec<u8>, ChipError> {
        let step = "INTERNAL AUTHENTICATE";
        let command = Command::new([0x00, 0x88, 0x00, 0x00]).with_data(*challenge);
        let mut response = None;
        if long && self.lengths().extended() != ExtendedLength::Refused {
            response = self.exchange_extended(&command.clone().expecting(EXTENDED_MAXIMUM))?;
        }
        let response = match response {
            Some(response) => response,
            None => self.exchange(&command.expecting(SHORT_MAXIMUM))?,
        };
        match response.status {
            Status::Success if response.data.is_empty() => Err(ChipError::Malformed { step }),
            Status::Success => Ok(response.data),
            status => Err(ChipError::Refused { step, status }),
        }
    }

    /// A command whose data field may be too long for a short one: by extended length if that works, else chained.
    pub(super) fn exchange_long(&mut self, command: &Command) -> Result<Response, ChipError> {
        if command.data().len() <= PART {
            return self.exchange(command);
        }
        if self.lengths().extended() != ExtendedLength::Refused
            && let Some(response) = self.exchange_extended(command)?
        {
            return Ok(response);
        }
        self.exchange_chained(command)
    }

    /// Parts of a data field in commands that say by their class that more follows (ISO/IEC 7816-4, section 5.3.3), each
    /// protected by itself.
    fn exchange_chained(&mut self, command: &Command) -> Result<Response, ChipError> {
        let [class, instruction, p1, p2] = command.header();
        let mut parts = command.data().chunks(PART).peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                let last = Command::new(command.header()).with_data(part);
                return self.exchange(&match command.expected() {
                    Some(expected) => last.expecting(expected),
                    None => last,
                });
            }
            let chained = Command::new([class | 0x10, instruction, p1, p2]).with_data(part);
            let response = self.exchange(&chained)?;
            if response.status != Status::Success {
                return Ok(response);
            }
        }
        self.exchange(command)
    }

    /// One extended command. `None` when reader or card refused the length and the session lives.
    ///
    /// # Errors
    /// Also when the session did not survive; the length is then known to be refused.
    pub(super) fn exchange_extended(&mut self, command: &Command) -> Result<Option<Response>, ChipError> {
        match self.exchange(command) {
            Ok(response) if response.status == Status::WrongLength => {}
            Ok(response) => {
                self.lengths().works();
                return Ok(Some(response));
            }
            Err(error) if error.may_be_the_length() => {
                self.lengths().refuse_extended();
                return if self.survived(error) {
                    Ok(None)
                } else {
                    Err(error)
                };
            }
            Err(error) => return Err(error),
        }
        self.lengths().refuse_extended();
        Ok(None)
    }

    /// Did the session survive this refusal? A reader that passed nothing on, and a card whose operating system refused the
    /// length before its application saw the command, have not counted it.
    pub(super) fn survived(&mut self, error: ChipError) -> bool {
        if error == ChipError::Messaging(MessagingError::Unprotected(Status::WrongLength)) {
            self.messaging.forget_command();
            return true;
        }
        // The count was taken back already.
        error == ChipError::Card(CardError::NotSent)
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

    /// A command that somebody else has protected.
    pub(super) fn exchange_as_it_is(&mut self, command: &Command) -> Result<Response, ChipError> {
        Ok(self.connection.exchange(command)?)
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
