//! What a chip remembers between two commands.
//!
//! Must be forgotten whole at a reset, and the channel at any command in the clear.

use crate::card::{pace::Pace, secure_messaging::SecureMessaging};

/// The state of one stay in the field.
#[derive(Debug, Default)]
pub struct Session {
    /// Whether the travel document application is selected.
    pub application: bool,
    /// The selected file.
    pub file: Option<u16>,
    /// BAC's challenge, good for the very next command.
    pub challenge: Option<[u8; 8]>,
    /// A PACE run that has not ended.
    pub pace: Option<Pace>,
    /// Chip authentication was chosen with MSE:Set AT.
    pub chip_authentication: bool,
    /// Parts of a data field that is still being chained.
    pub chained: Vec<u8>,
    /// The channel in use.
    pub channel: Option<SecureMessaging>,
    /// A channel that the answer being made will open.
    pub opening: Option<SecureMessaging>,
}

impl Session {
    /// A command in the clear ends secure messaging (ICAO Doc 9303 part 11, 9.8.3).
    pub fn lose_channel(&mut self) {
        if self.channel.take().is_some() {
            self.file = None;
        }
    }
}
