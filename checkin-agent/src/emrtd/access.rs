//! Opening a chip: PACE where it can be used, else BAC (ICAO 9303-11, section 4.2).
//!
//! A key that the chip refused in PACE ends the try: going on with BAC would only make the chip count another wrong key.

use super::bac::BasicAccessKey;
use super::card_access::{NoPace, PaceOffer, VIETNAMESE, pace_offers};
use super::pace::Password;
use super::{Channel, Chip, ChipError};
use crate::apdu::Status;
use rand::CryptoRng;

/// More keys than this are not tried in one go: the chip slows down with each.
const BASIC_ACCESS_TRIES: usize = 3;

/// More offers than this are not tried: a chip that refuses two of its own is not going to like the third.
const PACE_TRIES: usize = 2;

/// What the machine-readable zone opens: BAC, and PACE on cards that have no access number.
#[derive(Clone)]
pub struct ZoneKey {
    basic: BasicAccessKey,
    password: Password,
}

impl ZoneKey {
    /// From the MRZ information: document number, birth date and expiry date, each with its check digit.
    pub fn from_mrz_information(information: &str) -> Self {
        Self {
            basic: BasicAccessKey::from_mrz_information(information),
            password: Password::machine_readable_zone(information),
        }
    }
}

/// What may open the chip.
pub struct AccessKeys {
    /// The card access number, if there is one.
    pub number: Option<Password>,
    /// Machine-readable zones, most likely first.
    pub zones: Vec<ZoneKey>,
}

impl AccessKeys {
    /// For PACE: the number; after it the zone, for a card that knows no number.
    fn passwords(&self) -> impl Iterator<Item = &Password> {
        let zones = self.zones.iter().take(1).map(|zone| &zone.password);
        self.number.iter().chain(zones)
    }
}

/// Opens the chip and selects the travel-document application. A card that does not give EF.CardAccess is asked for the PACE
/// of Vietnamese cards.
///
/// # Errors
/// [`ChipError::WrongKey`] when the chip refused the keys; else why it did not open.
pub fn open<'c>(
    mut chip: Chip<'c>,
    keys: &AccessKeys,
    rng: &mut dyn CryptoRng,
) -> Result<Channel<'c>, ChipError> {
    let card_access = chip.card_access()?;
    let (chip, why) = match pace_offers(card_access.as_deref().unwrap_or(&VIETNAMESE)) {
        Err(no_pace) => (chip, ChipError::NoPace(no_pace)),
        Ok(offers) => match pace(chip, &offers, keys, rng)? {
            Opened::Channel(mut channel) => {
                channel.select_application()?;
                channel.keep_card_access(card_access);
                return Ok(channel);
            }
            Opened::Not(chip, why) => (chip, why),
        },
    };
    tracing::info!(reason = %why, "PACE không dùng được, chuyển sang BAC / PACE cannot be used, trying BAC");
    let mut channel = basic_access(chip, &keys.zones, rng, why)?;
    channel.keep_card_access(card_access);
    Ok(channel)
}

enum Opened<'c> {
    Channel(Channel<'c>),
    /// PACE cannot be used; no key was refused.
    Not(Chip<'c>, ChipError),
}

/// Tries the best offer; another one, or another password, only while the chip refuses the choice itself, which it does before
/// it has seen anything of a key.
fn pace<'c>(
    mut chip: Chip<'c>,
    offers: &[PaceOffer],
    keys: &AccessKeys,
    rng: &mut dyn CryptoRng,
) -> Result<Opened<'c>, ChipError> {
    let mut why = ChipError::WrongKey;
    for password in keys.passwords() {
        for &offer in offers.iter().take(PACE_TRIES) {
            let denied = match chip.pace(offer, password, rng) {
                Ok(channel) => return Ok(Opened::Channel(channel)),
                Err(denied) => denied,
            };
            if matches!(denied.why, ChipError::WrongKey | ChipError::Card(_)) {
                return Err(denied.why);
            }
            (chip, why) = (denied.chip, denied.why);
            match why {
                ChipError::Refused {
                    step: "MSE:Set AT",
                    status: Status::ReferenceNotFound,
                } => break,
                ChipError::Refused {
                    step: "MSE:Set AT", ..
                } => {}
                _ => return Ok(Opened::Not(chip, why)),
            }
        }
        let unknown_password = matches!(
            why,
            ChipError::Refused {
                status: Status::ReferenceNotFound,
                ..
            }
        );
        if !unknown_password {
            break;
        }
    }
    Ok(Opened::Not(chip, why))
}

/// `why` is what stands when there is no key to try.
fn basic_access<'c>(
    mut chip: Chip<'c>,
    keys: &[ZoneKey],
    rng: &mut dyn CryptoRng,
    mut why: ChipError,
) -> Result<Channel<'c>, ChipError> {
    for key in keys.iter().take(BASIC_ACCESS_TRIES) {
        chip.select_application()?;
        match chip.bac(&key.basic, rng) {
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
