//! Deterministic CBOR (RFC 8949, section 4.2.1): the one encoding of whatever is signed, hashed or sealed.
//!
//! Structures are maps with small integer keys in rising order, so that the encoder's output is the deterministic form.
//! A reader decodes, encodes again and compares: bytes that are not the deterministic form are refused, and what is
//! verified is always the bytes that were received.

use core::convert::Infallible;
use core::fmt;
use minicbor::{Decode, Encode};

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCanonical {
    /// Not the expected structure; the byte position where reading stopped, if known.
    Malformed(Option<usize>),
    /// Bytes after the end of the structure, from this position.
    TrailingBytes(usize),
    /// The right structure in another than its deterministic encoding; the first byte that differs.
    NotDeterministic(usize),
}

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(Some(at)) => write!(f, "malformed CBOR at byte {at}"),
            Self::Malformed(None) => f.write_str("malformed CBOR"),
            Self::TrailingBytes(at) => write!(f, "bytes after the end, from byte {at}"),
            Self::NotDeterministic(at) => write!(f, "not deterministic CBOR at byte {at}"),
        }
    }
}

impl core::error::Error for NotCanonical {}

/// Encodes a structure of this crate.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    let result: Result<(), minicbor::encode::Error<Infallible>> = minicbor::encode(value, &mut bytes);
    // A vector takes every write, and the structures of this crate have no other way to fail.
    result.expect("encoding into memory cannot fail");
    bytes
}

/// Decodes `bytes` and refuses every encoding but the deterministic one.
///
/// # Errors
/// [`NotCanonical`] names the place.
pub fn decode<T: Encode<()> + for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, NotCanonical> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value: T = decoder
        .decode()
        .map_err(|e| NotCanonical::Malformed(e.position()))?;
    if decoder.position() != bytes.len() {
        return Err(NotCanonical::TrailingBytes(decoder.position()));
    }
    let again = encode(&value);
    match again.iter().zip(bytes).position(|(a, b)| a != b) {
        Some(at) => Err(NotCanonical::NotDeterministic(at)),
        None if again.len() != bytes.len() => {
            Err(NotCanonical::NotDeterministic(again.len().min(bytes.len())))
        }
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn refuses_longer_forms_of_the_same_value() {
        assert_eq!(decode::<Timestamp>(&[0x05]), Ok(Timestamp(5)));
        assert_eq!(
            decode::<Timestamp>(&[0x18, 0x05]),
            Err(NotCanonical::NotDeterministic(0))
        );
        assert_eq!(
            decode::<Timestamp>(&[0x05, 0x05]),
            Err(NotCanonical::TrailingBytes(1))
        );
        assert!(matches!(
            decode::<Timestamp>(&[0x61, 0x05]),
            Err(NotCanonical::Malformed(_))
        ));
    }
}
