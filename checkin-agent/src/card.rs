//! The card: one method, two doors (PC/SC, and a replayed transcript), and the transport rules above it.
//!
//! Nothing here knows an ICAO protocol. Bodies of commands and answers are never logged.

pub mod lengths;
pub mod pcsc;
pub mod replay;

use crate::apdu::{Command, Response, Status};
pub use lengths::{ExtendedLength, Lengths};

/// Longest answer we put together from parts, in bytes: an extended response and its status word.
const LONGEST_ANSWER: usize = 65_538;

/// Something that answers command APDUs.
pub trait Card {
    /// Sends one command and returns the answer with its status word.
    ///
    /// # Errors
    /// [`CardError`] when there is no answer of the card itself.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError>;
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card left the field or the slot, or lost its power.
    #[error("thẻ đã rời đầu đọc / the card left the reader")]
    Removed,
    /// The card lost its power or was reset by somebody else, and is there again: its session is gone.
    #[error("thẻ bị ngắt giữa chừng / the card was interrupted")]
    Reset,
    /// The reader was unplugged.
    #[error("đầu đọc thẻ đã bị rút / the card reader is gone")]
    ReaderGone,
    /// Reader or driver would not pass this command on (too long for it); the card has not seen it.
    #[error("đầu đọc không chuyển được lệnh này / the reader did not pass the command on")]
    NotSent,
    /// The transmission failed in another way.
    #[error("lỗi truyền giữa đầu đọc và thẻ / transmission between reader and card failed")]
    Transmission,
    /// Another program holds the card.
    #[error("chương trình khác đang dùng thẻ / another program is using the card")]
    InUse,
    /// The PC/SC service does not run.
    #[error("dịch vụ PC/SC không chạy / the PC/SC service is not running")]
    NoService,
    /// The answer is shorter than a status word, longer than allowed, or never ends.
    #[error("câu trả lời của thẻ sai độ dài / the card's answer has an impossible length")]
    Length,
}

/// What went over the line to a card, and how long its messages may be. Outlives the connections that use it.
#[derive(Debug, Default)]
pub struct Line {
    /// What is known of lengths.
    pub lengths: Lengths,
    commands: u32,
    sent: u64,
    received: u64,
}

impl Line {
    /// With what is known of reader and card.
    pub fn new(lengths: Lengths) -> Self {
        Self {
            lengths,
            ..Self::default()
        }
    }

    /// Commands sent.
    pub const fn commands(&self) -> u32 {
        self.commands
    }

    /// Bytes sent and received.
    pub const fn bytes(&self) -> (u64, u64) {
        (self.sent, self.received)
    }
}

/// A card with the transport rules of ISO/IEC 7816-4 applied: `61xx` is fetched, `6Cxx` is repeated, commands are counted.
pub struct Connection<'c> {
    card: &'c mut dyn Card,
    line: &'c mut Line,
}

impl<'c> Connection<'c> {
    /// Over this line.
    pub fn new(card: &'c mut dyn Card, line: &'c mut Line) -> Self {
        Self { card, line }
    }

    /// Commands sent over the line so far.
    pub const fn commands(&self) -> u32 {
        self.line.commands
    }

    /// What is known of lengths.
    pub const fn lengths(&mut self) -> &mut Lengths {
        &mut self.line.lengths
    }

    /// Sends a command and puts the whole answer together.
    ///
    /// # Errors
    /// As [`Card::transmit`], and [`CardError::Length`] for an answer that is too long or does not end.
    pub fn exchange(&mut self, command: &Command) -> Result<Response, CardError> {
        let mut response = self.send(command)?;
        if let (Status::WrongExpectedLength(length), true) = (response.status, response.data.is_empty()) {
            response = self.send(&command.clone().expecting(expected(length)))?;
        }
        while let Status::MoreData(length) = response.status {
            // GET RESPONSE (ISO/IEC 7816-4, section 11.7.1) belongs to the transport: never under secure messaging.
            let next = self.send(&Command::new([0x00, 0xC0, 0x00, 0x00]).expecting(expected(length)))?;
            let stuck = next.data.is_empty() && matches!(next.status, Status::MoreData(_));
            if stuck || response.data.len() + next.data.len() > LONGEST_ANSWER {
                return Err(CardError::Length);
            }
            response.data.extend_from_slice(&next.data);
            response.status = next.status;
        }
        Ok(response)
    }

    fn send(&mut self, command: &Command) -> Result<Response, CardError> {
        let bytes = command.to_bytes();
        self.line.commands = self.line.commands.saturating_add(1);
        self.line.sent += bytes.len() as u64;
        let answer = self.card.transmit(&bytes)?;
        self.line.received += answer.len() as u64;
        if answer.len() > LONGEST_ANSWER {
            return Err(CardError::Length);
        }
        Response::parse(answer).ok_or(CardError::Length)
    }
}

/// Ne behind the second byte of `61xx` and `6Cxx`.
fn expected(length: u8) -> u32 {
    if length == 0 { 256 } else { length.into() }
}

#[cfg(test)]
mod tests {
    use super::replay::Replay;
    use super::*;

    fn check(exchanges: &[(&str, &str)], command: &Command) -> Result<(Vec<u8>, Status, u32), CardError> {
        let mut card = Replay::from_hex(exchanges.iter().copied()).unwrap();
        let mut line = Line::default();
        let mut connection = Connection::new(&mut card, &mut line);
        let response = connection.exchange(command)?;
        let commands = connection.commands();
        assert!(card.is_finished());
        Ok((response.data, response.status, commands))
    }

    #[test]
    fn fetches_what_waits() {
        let command = Command::new([0x00, 0x88, 0x00, 0x00])
            .with_data([1])
            .expecting(256);
        let exchanges = [
            ("00880000010100", "AA6100"),
            ("00C0000000", "BBCC6101"),
            ("00C0000001", "DD9000"),
        ];
        assert_eq!(
            check(&exchanges, &command),
            Ok((vec![0xAA, 0xBB, 0xCC, 0xDD], Status::Success, 3))
        );
    }

    #[test]
    fn repeats_with_the_right_length() {
        let command = Command::new([0x00, 0xB0, 0x9C, 0x00]).expecting(256);
        let exchanges = [("00B09C0000", "6C02"), ("00B09C0002", "AABB9000")];
        assert_eq!(
            check(&exchanges, &command),
            Ok((vec![0xAA, 0xBB], Status::Success, 2))
        );
    }

    #[test]
    fn an_answer_must_end() {
        let command = Command::new([0x00, 0xB0, 0x9C, 0x00]).expecting(256);
        assert_eq!(
            check(&[("00B09C0000", "6100"), ("00C0000000", "6100")], &command),
            Err(CardError::Length)
        );
        assert_eq!(check(&[("00B09C0000", "90")], &command), Err(CardError::Length));
    }
}
