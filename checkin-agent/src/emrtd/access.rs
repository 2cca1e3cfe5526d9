//! Opening a chip: PACE where it can be used, else BAC (ICAO 9303-11, section 4.2).
//!
//! A key that the chip refused in PACE ends the try: going on with BAC would only make the chip count another wrong key.

use super::bac::BasicAccessKey;
use super::card_access::{NoPace, pace_offer};
use super::pace::Password;
use super::{Channel, Chip, ChipError};
use rand::CryptoRng;

/// More keys than this are not tried in one go: the chip slows down with each.
const BASIC_ACCESS_TRIES: usize = 3;

/// What may open the chip.
pub struct AccessKeys {
    /// For PACE.
    pub password: Password,
    /// For BAC, most likely first.
    pub basic: Vec<BasicAccessKey>,
}

/// Opens the chip and selects the travel-document application.
///
/// # Errors
/// [`ChipError::WrongKey`] when the chip refused the keys; else why it did not open.
pub fn open<'c>(
    mut chip: Chip<'c>,
    keys: &AccessKeys,
    rng: &mut dyn CryptoRng,
) -> Result<Channel<'c>, ChipError> {
    let card_access = chip.card_access()?;
    let why = match pace_offer(&card_access) {
        Err(no_pace) => ChipError::NoPace(no_pace),
        Ok(offer) => match chip.pace(offer, &keys.password, rng) {
            Ok(mut channel) => {
                channel.select_application()?;
                return Ok(channel);
            }
            Err(denied) if matches!(denied.why, ChipError::WrongKey | ChipError::Card(_)) => {
                return Err(denied.why);
            }
            Err(denied) => {
                chip = denied.chip;
                denied.why
            }
        },
    };
    tracing::info!(reason = %why, "PACE không dùng được, chuyển sang BAC / PACE cannot be used, trying BAC");
    basic_access(chip, &keys.basic, rng, why)
}

/// `why` is what stands when there is no key to try.
fn basic_access<'c>(
    mut chip: Chip<'c>,
    keys: &[BasicAccessKey],
    rng: &mut dyn CryptoRng,
    mut why: ChipError,
) -> Result<Channel<'c>, ChipError> {
    for key in keys.iter().take(BASIC_ACCESS_TRIES) {
        chip.select_application()?;
        match chip.bac(key, rng) {
            Ok(channel) => return Ok(channel),
            Err(denied) if denied.why == ChipError::WrongKey => {
                chip = denied.chip;
                why = ChipError::WrongKey;
            }
            Err(denied) => return Err(denied.why),
        }
    }
    if keys.is_empty() && why == ChipError::NoPace(NoPace::Absent) {
        // A card of another kind has no EF.CardAccess either: say so rather than asking for dates.
        chip.select_application()?;
    }
    Err(why)
}

#[cfg(test)]
mod tests;
