//! Frames of the live sockets: one version byte, then the message in postcard.
//!
//! postcard is positional: enum variants and fields are only ever appended, and every other change raises
//! [`WIRE_VERSION`]. A peer that sees another version says so and reloads (page) or stops with advice (agent).

use core::fmt;
use serde::{Serialize, de::DeserializeOwned};

/// First byte of every frame.
pub const WIRE_VERSION: u8 = 1;

/// Largest frame a seat may send, in bytes.
pub const MAX_SEAT_FRAME: usize = 64 * 1024;

/// Largest frame a check-in station may send, in bytes: one whole card with its portrait.
pub const MAX_STATION_FRAME: usize = 256 * 1024;

/// Why a frame was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// No bytes at all.
    Empty,
    /// Another wire version; reload the page or update the program.
    Version(u8),
    /// Not a message of this protocol.
    Malformed,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty frame"),
            Self::Version(v) => write!(f, "wire version {v}, this program speaks {WIRE_VERSION}"),
            Self::Malformed => f.write_str("not a message of this protocol"),
        }
    }
}

impl core::error::Error for FrameError {}

/// Makes a frame.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // The messages of this crate have known lengths and go to memory: no way to fail.
    postcard::to_extend(message, vec![WIRE_VERSION]).expect("encoding into memory cannot fail")
}

/// Reads a frame; bytes after the message are refused.
///
/// # Errors
/// [`FrameError`] says what is wrong; the content is never repeated.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, FrameError> {
    match frame.split_first() {
        None => Err(FrameError::Empty),
        Some((&WIRE_VERSION, body)) => match postcard::take_from_bytes(body) {
            Ok((message, [])) => Ok(message),
            _ => Err(FrameError::Malformed),
        },
        Some((&other, _)) => Err(FrameError::Version(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_versions_and_rubbish_apart() {
        let frame = encode(&(1u8, "ắ".to_owned()));
        assert_eq!(decode::<(u8, String)>(&frame), Ok((1, "ắ".to_owned())));
        assert_eq!(decode::<u8>(&[]), Err(FrameError::Empty));
        assert_eq!(decode::<u8>(&[9, 0]), Err(FrameError::Version(9)));
        assert_eq!(decode::<u8>(&[WIRE_VERSION, 1, 2]), Err(FrameError::Malformed));
    }
}
