//! The door to real cards: the only module that knows the `pcsc` crate.
//!
//! PC/SC calls block: whoever calls this runs on a thread of its own. A card is held exclusively and reset when it is dropped,
//! so that no session key outlives a reading.

mod held;

use super::CardError;
pub use held::PcscCard;
use pcsc::{Context, Error, Protocols, ReaderState, Scope, ShareMode, State};
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
            if let Some(card) = self.first_to_be_had(&states) {
                return card.map(Sight::Card);
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

    /// The first card that can be held. One that another program holds, or that does not answer, does not stand in the way of a
    /// card in the next reader; if there is no other, the last such error is told.
    fn first_to_be_had(&self, states: &[ReaderState]) -> Option<Result<PcscCard, CardError>> {
        let mut outcome = None;
        for state in states.iter().filter(|state| has_card(state)) {
            let card = self.connect(state.name());
            let held = card.is_ok();
            outcome = Some(card);
            if held {
                break;
            }
        }
        outcome
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

fn card_error(error: Error) -> CardError {
    match error {
        Error::ResetCard => CardError::Reset,
        Error::RemovedCard | Error::NoSmartcard | Error::UnpoweredCard | Error::UnresponsiveCard => {
            CardError::Removed
        }
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
