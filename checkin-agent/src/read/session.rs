//! A protected session that is opened again when it breaks and the card is still there: after a length that reader or card
//! could not carry, or after a disturbance of the field.
//!
//! What was read stays with the caller; nothing here knows a file.

use crate::emrtd::access::{self, AccessKeys};
use crate::emrtd::{Channel, Chip, ChipError};
use rand::CryptoRng;

/// How often a session may break without a reason in the lengths of messages.
const DISTURBANCES: u32 = 3;

/// A session and what opens it again.
pub struct Session<'s, 'c> {
    channel: Channel<'c>,
    keys: &'s AccessKeys,
    disturbances: u32,
}

impl<'s, 'c> Session<'s, 'c> {
    /// Opens the chip.
    ///
    /// # Errors
    /// As [`access::open`].
    pub fn open(chip: Chip<'c>, keys: &'s AccessKeys, rng: &mut dyn CryptoRng) -> Result<Self, ChipError> {
        Ok(Self {
            channel: access::open(chip, keys, rng)?,
            keys,
            disturbances: 0,
        })
    }

    /// The channel.
    pub const fn channel(&mut self) -> &mut Channel<'c> {
        &mut self.channel
    }

    /// Does a task; again, in a new session, where the old one broke for a reason that may pass.
    ///
    /// # Errors
    /// What the task ended in, or why the chip did not open again.
    pub fn attempt<T>(
        mut self,
        rng: &mut dyn CryptoRng,
        mut task: impl FnMut(&mut Channel<'c>, &mut dyn CryptoRng) -> Result<T, ChipError>,
    ) -> Result<(Self, T), ChipError> {
        loop {
            let known = *self.channel.lengths();
            let error = match task(&mut self.channel, rng) {
                Ok(outcome) => return Ok((self, outcome)),
                Err(error) => error,
            };
            // Each thing learnt about lengths is learnt once, so this ends.
            let learnt = known != *self.channel.lengths();
            if !error.ends_session() || (!learnt && self.disturbances >= DISTURBANCES) {
                return Err(error);
            }
            if !learnt {
                self.disturbances += 1;
                tracing::info!(reason = %error, "mở lại phiên với thẻ / opening the card's session again");
            }
            self.channel = access::open(self.channel.close(), self.keys, rng)?;
        }
    }
}
