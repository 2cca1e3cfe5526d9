//! A chip before access: what may be asked of it in the clear (ICAO 9303-10 section 3, 9303-11 section 4.2).
//!
//! It has no file of the person to give; see [`super::Channel`].

use super::card_access::NoPace;
use super::messaging::MessagingError;
use crate::apdu::{Command, Status, tlv};
use crate::card::{CardError, Connection};

/// AID of the travel-document application (ICAO 9303-10, section 3.6.3).
pub const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// Why a step with the chip failed. Carries no data of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChipError {
    /// No answer of the card itself.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The protected session broke.
    #[error(transparent)]
    Messaging(#[from] MessagingError),
    /// The card refused a step.
    #[error("thẻ từ chối bước “{step}” ({status}) / the card refused step “{step}” ({status})")]
    Refused {
        /// Which step.
        step: &'static str,
        /// Its status word.
        status: Status,
    },
    /// The card refused the key: the number is not this card's.
    #[error("số nhập vào không phải của thẻ này / the number typed is not this card's")]
    WrongKey,
    /// There is no travel-document application.
    #[error("không phải thẻ căn cước gắn chip / not a chip ID card")]
    NotAnIdentityCard,
    /// The card answered something that the standard does not allow.
    #[error(
        "câu trả lời của thẻ ở bước “{step}” không hợp lệ / the card's answer in step “{step}” is not valid"
    )]
    Malformed {
        /// Which step.
        step: &'static str,
    },
    /// A file says that it is larger than allowed; nothing of it was kept.
    #[error("tệp {file} lớn quá mức cho phép ({size} byte) / file {file} is too large ({size} bytes)")]
    TooLarge {
        /// Name of the file.
        file: &'static str,
        /// Size it claims, in bytes.
        size: usize,
    },
    /// PACE cannot be used, and no key for BAC opens the chip either.
    #[error(transparent)]
    NoPace(#[from] NoPace),
    /// The caller stopped the reading.
    #[error("đã dừng đọc thẻ / the reading was stopped")]
    Stopped,
}

impl ChipError {
    /// Can this be how reader or card say that a message was too long for them?
    pub const fn may_be_the_length(self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: Status::WrongLength,
                ..
            } | Self::Messaging(MessagingError::Unprotected(_))
                | Self::Card(CardError::Transmission | CardError::NotSent | CardError::Reset)
        )
    }

    /// Is the session over while the card may still be there?
    pub const fn ends_session(self) -> bool {
        matches!(
            self,
            Self::Messaging(_) | Self::Card(CardError::Transmission | CardError::Reset)
        )
    }
}

/// A chip that has not been opened.
pub struct Chip<'c> {
    connection: Connection<'c>,
}

/// A chip that did not open, for the next try.
pub struct Denied<'c> {
    /// The chip.
    pub chip: Chip<'c>,
    /// Why not.
    pub why: ChipError,
}

impl<'c> Chip<'c> {
    /// A chip behind a fresh connection.
    pub fn new(connection: Connection<'c>) -> Self {
        Self { connection }
    }

    pub(super) fn connection(&mut self) -> &mut Connection<'c> {
        &mut self.connection
    }

    pub(super) fn into_connection(self) -> Connection<'c> {
        self.connection
    }

    pub(super) fn denied(self, why: ChipError) -> Denied<'c> {
        Denied { chip: self, why }
    }

    /// Reads EF.CardAccess: by its short identifier, else by selecting it (never through SELECT MF, which Vietnamese cards
    /// refuse). `None` when the card gives it in neither way.
    ///
    /// # Errors
    /// Only when the card does not answer at all.
    pub fn card_access(&mut self) -> Result<Option<Vec<u8>>, CardError> {
        let by_short_id = Command::new([0x00, 0xB0, 0x9C, 0x00]).expecting(256);
        if let Some(file) = self.infos(&by_short_id)? {
            return Ok(Some(file));
        }
        let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x1C]);
        if self.connection.exchange(&select)?.status == Status::Success {
            let read = Command::new([0x00, 0xB0, 0x00, 0x00]).expecting(256);
            return self.infos(&read);
        }
        Ok(None)
    }

    fn infos(&mut self, read: &Command) -> Result<Option<Vec<u8>>, CardError> {
        let response = self.connection.exchange(read)?;
        let readable = matches!(response.status, Status::Success | Status::EndOfFile);
        let is_set = tlv::take(&response.data).is_some_and(|(tag, ..)| tag == 0x31);
        Ok((readable && is_set).then_some(response.data))
    }

    /// Selects the travel-document application in the clear, as BAC needs it. No Le: some chips refuse one here.
    ///
    /// # Errors
    /// [`ChipError::NotAnIdentityCard`] when there is none.
    pub fn select_application(&mut self) -> Result<(), ChipError> {
        let status = self.connection.exchange(&select_application())?.status;
        if status == Status::Success {
            Ok(())
        } else {
            Err(not_selected(status))
        }
    }
}

/// SELECT by DF name without a returned template.
pub(super) fn select_application() -> Command {
    Command::new([0x00, 0xA4, 0x04, 0x0C]).with_data(APPLICATION)
}

pub(super) fn not_selected(status: Status) -> ChipError {
    match status {
        Status::NotFound
        | Status::InstructionUnknown
        | Status::ClassUnknown
        | Status::WrongParameters
        | Status::WrongLength => ChipError::NotAnIdentityCard,
        status => ChipError::Refused {
            step: "SELECT",
            status,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Line;
    use crate::card::replay::Replay;

    const FILE: &str = "31143012060A04007F0007020204020202010202010D";

    fn check(exchanges: &[(&str, &str)]) -> Option<Vec<u8>> {
        let mut card = Replay::from_hex(exchanges.iter().copied()).unwrap();
        let mut line = Line::default();
        let file = Chip::new(Connection::new(&mut card, &mut line))
            .card_access()
            .unwrap();
        assert!(card.is_finished());
        file
    }

    #[test]
    fn card_access_is_read_in_one_of_two_ways() {
        let file = hex::decode(FILE).ok();
        let answer = format!("{FILE}9000");
        assert_eq!(check(&[("00B09C0000", &answer)]), file);
        assert_eq!(
            check(&[
                ("00B09C0000", "6A82"),
                ("00A4020C02011C", "9000"),
                ("00B0000000", &answer)
            ]),
            file
        );
        assert_eq!(check(&[("00B09C0000", "6D00"), ("00A4020C02011C", "6A82")]), None);
    }

    #[test]
    fn another_card_is_not_ours() {
        let mut card = Replay::from_hex([("00A4040C07A0000002471001", "6A82")]).unwrap();
        let mut line = Line::default();
        let error = Chip::new(Connection::new(&mut card, &mut line)).select_application();
        assert_eq!(error, Err(ChipError::NotAnIdentityCard));
    }
}
