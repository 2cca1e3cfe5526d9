//! A card in a reader, held exclusively, behind a thread of its own.
//!
//! PC/SC has no way to end a command that is under way, and some drivers wait for ever for a card that says nothing. So the
//! command waits on the card's own thread, and the reading goes on without it after [`ANSWER_TIME`].

use super::super::{Card, CardError};
use super::card_error;
use pcsc::{Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocol, Protocols, ShareMode, Status};
use std::ffi::CStr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// The longest that one command may take; a card that delays after a wrong key takes some seconds.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// How long the reset of the card at the end may take.
const RELEASE_TIME: Duration = Duration::from_secs(2);

type Answer = Result<Vec<u8>, CardError>;

/// A card in a reader, held exclusively. Dropping it resets the card.
pub struct PcscCard {
    reader: String,
    answer_to_reset: Vec<u8>,
    line: Option<(SyncSender<Vec<u8>>, Receiver<Answer>)>,
}

impl PcscCard {
    pub(super) fn new(card: pcsc::Card, reader: &CStr) -> Self {
        let (commands, orders) = sync_channel(1);
        let (answering, answers) = sync_channel(1);
        let answer_to_reset = card.status2_owned().map(|status| status.atr().to_vec());
        std::thread::spawn(move || {
            let mut card = card;
            serve(&mut card, &orders, &answering);
            // Released before the line hangs up: whoever waits for that finds the card free.
            drop(card);
        });
        Self {
            reader: reader.to_string_lossy().into_owned(),
            answer_to_reset: answer_to_reset.unwrap_or_default(),
            line: Some((commands, answers)),
        }
    }

    /// Name of the reader it is in.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// What the card said of itself when it was powered: its kind, not its person. Empty if the reader does not tell.
    pub fn answer_to_reset(&self) -> &[u8] {
        &self.answer_to_reset
    }
}

impl Card for PcscCard {
    fn transmit(&mut self, command: &[u8]) -> Answer {
        let Some((commands, answers)) = &self.line else {
            return Err(CardError::Removed);
        };
        commands.send(command.to_vec()).map_err(|_| CardError::Removed)?;
        match answers.recv_timeout(ANSWER_TIME) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => Err(CardError::Removed),
            Err(RecvTimeoutError::Timeout) => {
                // The thread ends when the driver gives up.
                self.line = None;
                Err(CardError::Transmission)
            }
        }
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        if let Some((commands, answers)) = self.line.take() {
            drop(commands);
            let _hung_up = answers.recv_timeout(RELEASE_TIME);
        }
    }
}

fn serve(card: &mut pcsc::Card, orders: &Receiver<Vec<u8>>, answers: &SyncSender<Answer>) {
    let mut buffer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
    let character_protocol = card
        .status2_owned()
        .is_ok_and(|s| s.protocol2() == Some(Protocol::T0));
    while let Ok(command) = orders.recv() {
        let answer = if character_protocol {
            for_t0(&command)
        } else {
            Ok(command.as_slice())
        }
        .and_then(|command| transmit(card, command, &mut buffer))
        .map_err(|error| recovered(card, error));
        if answers.send(answer).is_err() {
            return;
        }
    }
}

/// After a disturbance of the field, or a reset by somebody else, the handle wants to be connected anew before it is of use
/// again. The session with the chip is gone in any case.
fn recovered(card: &mut pcsc::Card, error: CardError) -> CardError {
    if !matches!(error, CardError::Reset | CardError::Transmission) {
        return error;
    }
    match card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::ResetCard) {
        Ok(()) => CardError::Reset,
        Err(error) => match card_error(error) {
            CardError::Reset => CardError::Removed,
            error => error,
        },
    }
}

fn transmit(card: &pcsc::Card, command: &[u8], buffer: &mut [u8]) -> Answer {
    let answer = card.transmit(command, buffer).map_err(card_error)?;
    // Some drivers give nothing instead of an error when the card is pulled out under a command.
    if answer.is_empty() {
        Err(why_nothing(card))
    } else {
        Ok(answer.to_vec())
    }
}

fn why_nothing(card: &pcsc::Card) -> CardError {
    match card.status2_owned() {
        Ok(status) if status.status().contains(Status::PRESENT) => CardError::Transmission,
        Ok(_) => CardError::Removed,
        Err(error) => card_error(error),
    }
}

/// T=0 has no case 4 (ISO/IEC 7816-3, section 12.2.1): Le is left out and the answer fetched by GET RESPONSE.
/// Extended lengths would need ENVELOPE; they count as refused.
fn for_t0(command: &[u8]) -> Result<&[u8], CardError> {
    match command {
        [_, _, _, _, 0, _, _, ..] => Err(CardError::NotSent),
        [_, _, _, _, length, body @ ..] if body.len() == usize::from(*length) + 1 => {
            Ok(&command[..command.len() - 1])
        }
        _ => Ok(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t0_leaves_le_out() {
        assert_eq!(
            for_t0(&[0, 0x86, 0, 0, 2, 1, 2, 0]),
            Ok([0, 0x86, 0, 0, 2, 1, 2].as_slice())
        );
        assert_eq!(for_t0(&[0, 0xB0, 0, 0, 0]), Ok([0, 0xB0, 0, 0, 0].as_slice()));
        assert_eq!(for_t0(&[0, 0xB0, 0, 0, 0, 1, 0]), Err(CardError::NotSent));
    }
}
