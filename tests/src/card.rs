//! A virtual Vietnamese citizen card: the chip's side of ICAO Doc 9303, and the door to a virtual reader.
//!
//! Owns what a chip does with an APDU and how it misbehaves on request. Must share no code with `checkin-agent` or
//! `certs`, must not decide who the citizens are (`citizens`), and must not start processes (`reader_service`).

mod active_authentication;
mod apdu;
mod bac;
mod chip;
mod chip_authentication;
mod data_group;
mod domain;
mod file;
mod key;
mod order;
mod pace;
mod personalise;
mod presented;
mod randomness;
mod secure_messaging;
mod status;
mod tray;
mod vpcd;

pub use active_authentication::{ActiveAuthenticationHash, sign as sign_challenge};
pub use chip::{Access, Chip, Reply, Secrets, Transport};
pub use chip_authentication::{ChipProfile, StaticKey};
pub use file::{CARD_ACCESS, COM, LogicalData, SOD, data_group_file};
pub use key::{bac_keys, pace_key_from_can};
pub use order::{Defect, Order, WORDS};
pub use pace::{Mapping, Profile};
pub use personalise::personalise;
pub use presented::{Answer, PresentedCard, Trouble};
pub use randomness::Randomness;
pub use secure_messaging::{SecureMessaging, Suite};
pub use tray::Tray;
pub use vpcd::{Insertion, Reader};
