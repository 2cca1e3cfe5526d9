//! The door to real cards: the only file that knows the `pcsc` crate.
//!
//! PC/SC calls block: whoever calls this runs on a thread of its own. A card is held exclusively and reset when it is dropped,
//! so that no session key outlives a reading.

use super::{Card, CardError};
use pcsc::{
    Context, Error, MAX_BUFFER_SIZE_EXTENDED, Protocol, Protocols, ReaderState, Scope, ShareMode, State,
};
use std::ffi::{CStr, CString};
use std::time::Duration;

/// How often to ask for a card that another program holds (Windows' own plug and play looks at a new card first).
const CONNECT_TRIES: u32 = 8;

/// Time between two of these tries.
const CONNECT_PAUSE: Duration = Duration::from_millis(150);

/// The PC/SC service.
pub struct Readers {
    context: Context,
}

/// What a look at the readers found.
pub enum Sight {
    /// No reader, or not the one that was asked for.
    NoReader,
    /// Readers, but no card that answers.
    NoCard,
    /// A card, powered and held.
    Card(PcscCard),
}

impl Readers {
    /// Connects to the service.
    ///
    /// # Errors
    /// [`CardError::NoService`] when it does not run.
    pub fn open() -> Result<Self, CardError> {
        Context::establish(Scope::User)
            .map(|context| Self { context })
            .map_err(card_error)
    }

    /// Names of the readers that are there.
    ///
    /// # Errors
    /// [`CardError::NoService`] when the service went away.
    pub fn names(&self) -> Result<Vec<String>, CardError> {
        Ok(self
            .list()?
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect())
    }

    /// Looks for a card on any reader, or on the one with this name; waits up to `patience` for a change if there is none.
    ///
    /// # Errors
    /// The service went away, or the card cannot be had.
    pub fn look(&self, only: Option<&str>, patience: Duration) -> Result<Sight, CardError> {
        let mut states: Vec<_> = self
            .list()?
            .into_iter()
            .filter(|name| only.is_none_or(|only| name.to_str() == Ok(only)))
            .map(|name| ReaderState::new(name, State::UNAWARE))
            .collect();
        let found = !states.is_empty();
        if found {
            self.status(&mut states, Duration::ZERO)?;
            if let Some(state) = states.iter().find(|state| has_card(state)) {
                return self.connect(state.name()).map(Sight::Card);
            }
        }
        // A reader that is plugged in meanwhile is seen at the next look.
        if found {
            states.iter_mut().for_each(ReaderState::sync_current_state);
            self.status(&mut states, patience)?;
            Ok(Sight::NoCard)
        } else {
            std::thread::sleep(patience);
            Ok(Sight::NoReader)
        }
    }

    /// Which readers hold a card that answers, by name.
    ///
    /// # Errors
    /// The service went away.
    pub fn with_card(&self) -> Result<Vec<(String, bool)>, CardError> {
        let mut states: Vec<_> = self
            .list()?
            .into_iter()
            .map(|name| ReaderState::new(name, State::UNAWARE))
            .collect();
        if !states.is_empty() {
            self.status(&mut states, Duration::ZERO)?;
        }
        Ok(states
            .iter()
            .map(|state| (state.name().to_string_lossy().into_owned(), has_card(state)))
            .collect())
    }

    fn list(&self) -> Result<Vec<CString>, CardError> {
        match self.context.list_readers_owned() {
            Ok(names) => Ok(names),
            Err(Error::NoReadersAvailable) => Ok(Vec::new()),
            Err(error) => Err(card_error(error)),
        }
    }

    fn status(&self, states: &mut [ReaderState], patience: Duration) -> Result<(), CardError> {
        match self.context.get_status_change(patience, states) {
            // A reader unplugged between the list and this call is seen at the next look.
            Ok(()) | Err(Error::Timeout | Error::UnknownReader) => Ok(()),
            Err(error) => Err(card_error(error)),
        }
    }

    fn connect(&self, name: &CStr) -> Result<PcscCard, CardError> {
        let mut tries = 0;
        loop {
            match self.context.connect(name, ShareMode::Exclusive, Protocols::ANY) {
                Ok(card) => return Ok(PcscCard::new(card, name)),
                Err(Error::SharingViolation) if tries < CONNECT_TRIES => {
                    tries += 1;
                    std::thread::sleep(CONNECT_PAUSE);
                }
                Err(error) => return Err(card_error(error)),
            }
        }
    }
}

fn has_card(state: &ReaderState) -> bool {
    state.event_state().contains(State::PRESENT) && !state.event_state().contains(State::MUTE)
}

/// A card in a reader, held exclusively.
pub struct PcscCard {
    card: pcsc::Card,
    reader: String,
    character_protocol: bool,
    buffer: Vec<u8>,
}

impl PcscCard {
    fn new(card: pcsc::Card, reader: &CStr) -> Self {
        let character_protocol = card
            .status2_owned()
            .is_ok_and(|s| s.protocol2() == Some(Protocol::T0));
        let reader = reader.to_string_lossy().into_owned();
        Self {
            card,
            reader,
            character_protocol,
            buffer: vec![0; MAX_BUFFER_SIZE_EXTENDED],
        }
    }
}

impl PcscCard {
    /// Name of the reader it is in.
    pub fn reader(&self) -> &str {
        &self.reader
    }
}

impl Card for PcscCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let command = if self.character_protocol {
            for_t0(command)?
        } else {
            command
        };
        Ok(self
            .card
            .transmit(command, &mut self.buffer)
            .map_err(card_error)?
            .to_vec())
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

fn card_error(error: Error) -> CardError {
    match error {
        Error::RemovedCard
        | Error::NoSmartcard
        | Error::ResetCard
        | Error::UnpoweredCard
        | Error::UnresponsiveCard => CardError::Removed,
        Error::ReaderUnavailable | Error::UnknownReader | Error::NoReadersAvailable => CardError::ReaderGone,
        Error::SharingViolation => CardError::InUse,
        Error::NoService | Error::ServiceStopped | Error::InvalidHandle => CardError::NoService,
        Error::InvalidParameter
        | Error::InvalidValue
        | Error::UnsupportedFeature
        | Error::InsufficientBuffer => CardError::NotSent,
        _ => CardError::Transmission,
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
