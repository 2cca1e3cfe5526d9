//! A card that answers from a transcript: exactly these commands in exactly this order.
//!
//! For tests and for reproducing a recorded session; it holds no card logic.

use super::{Card, CardError};
use std::collections::VecDeque;

/// Recorded commands with their answers.
#[derive(Default)]
pub struct Replay {
    exchanges: VecDeque<(Vec<u8>, Vec<u8>)>,
}

impl Replay {
    /// From pairs of hexadecimal text; `None` when one is not hexadecimal.
    pub fn from_hex<'t>(exchanges: impl IntoIterator<Item = (&'t str, &'t str)>) -> Option<Self> {
        let decode = |(command, answer)| Some((hex::decode(command).ok()?, hex::decode(answer).ok()?));
        Some(Self {
            exchanges: exchanges.into_iter().map(decode).collect::<Option<_>>()?,
        })
    }

    /// Was the whole transcript played?
    pub fn is_finished(&self) -> bool {
        self.exchanges.is_empty()
    }
}

impl Card for Replay {
    /// The recorded answer; a command that is not the recorded one, or comes after the end, takes the card away.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        match self.exchanges.front() {
            Some((recorded, _)) if recorded == command => self
                .exchanges
                .pop_front()
                .map(|(_, answer)| answer)
                .ok_or(CardError::Removed),
            _ => Err(CardError::Removed),
        }
    }
}
