//! A card as it lies in a reader's field: the chip, and what may happen on the way of its answers.
//!
//! Owns trouble on the line. Must not change what the chip computes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    chip::Chip,
    order::{Defect, Order},
};
use crate::dice::Dice;

/// A card in the field.
#[derive(Debug)]
pub struct PresentedCard {
    chip: Chip,
    trouble: Option<Trouble>,
    seen: u32,
    busy: Arc<AtomicU64>,
}

/// What happens on the line after some APDUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The card is taken away.
    RemovedAfter(u32),
    /// The answers are nonsense.
    GarbageAfter(u32),
    /// No answer comes any more.
    SilentAfter(u32),
    /// Every answer is this status word.
    StatusAfter(u32, u16),
}

/// What the reader gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These bytes, after this time.
    Bytes(Vec<u8>, Duration),
    /// Nothing, though the card is there.
    Silence,
    /// The card is gone.
    Gone,
}

impl PresentedCard {
    /// Lays a chip in the field.
    pub fn new(chip: Chip, order: &Order) -> Self {
        let trouble = match order.defect {
            Some(Defect::RemovedAfter(count)) => Some(Trouble::RemovedAfter(count)),
            Some(Defect::Garbage(count)) => Some(Trouble::GarbageAfter(count)),
            Some(Defect::Silent(count)) => Some(Trouble::SilentAfter(count)),
            Some(Defect::Status(count, status)) => Some(Trouble::StatusAfter(count, status)),
            _ => None,
        };
        Self {
            chip,
            trouble,
            seen: 0,
            busy: Arc::default(),
        }
    }

    /// Adds the microseconds that the chip computes to `busy`: a measurement takes them off.
    #[must_use]
    pub fn with_clock(mut self, busy: Arc<AtomicU64>) -> Self {
        self.busy = busy;
        self
    }

    /// Power off, on, or reset.
    pub fn reset(&mut self) {
        self.chip.reset();
    }

    /// The chip, to look at its count of wrong passwords.
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// Takes one APDU.
    pub fn transmit(&mut self, apdu: &[u8]) -> Answer {
        let before = self.seen;
        self.seen += 1;
        match self.trouble {
            Some(Trouble::RemovedAfter(count)) if before >= count => Answer::Gone,
            Some(Trouble::SilentAfter(count)) if before >= count => Answer::Silence,
            Some(Trouble::StatusAfter(count, status)) if before >= count => {
                Answer::Bytes(status.to_be_bytes().to_vec(), Duration::ZERO)
            }
            Some(Trouble::GarbageAfter(count)) if before >= count => {
                let mut dice = Dice::new(u64::from(before), "garbage");
                let size = 1 + dice.below(260) as usize;
                Answer::Bytes(dice.bytes(size), Duration::ZERO)
            }
            _ => {
                let begin = Instant::now();
                let reply = self.chip.transmit(apdu);
                let spent = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
                self.busy.fetch_add(spent, Ordering::Relaxed);
                Answer::Bytes(reply.bytes, reply.delay)
            }
        }
    }
}
