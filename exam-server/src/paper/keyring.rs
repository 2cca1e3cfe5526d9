//! Keys wrap keys: form keys are wrapped by the sitting's key, that by the node key (AES-256-GCM). The additional data
//! binds each wrapped key to its place, so that rows can't be exchanged for one another.

use certs::seal::{ContentKey, open, seal};
use exam_protocol::id::{FormId, SittingId};
use ring::rand::SecureRandom;

/// Bytes of the nonce that stands before the ciphertext.
const NONCE: usize = 12;

/// A wrapped key could not be opened: another node key, or a row that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a wrapped key does not open: another node key, or the row was changed")]
pub struct NotOurs;

/// Which of a form's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Opens the paper; released at the start.
    Paper,
    /// Opens the key sheet; used after the end.
    AnswerKey,
}

/// What a wrapped key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The sitting's key.
    Sitting(SittingId),
    /// A key of one form.
    Form(SittingId, FormId, Purpose),
}

impl Place {
    /// The additional data: a label of its own for each kind, then ids of fixed length.
    fn bound(self) -> Vec<u8> {
        match self {
            Self::Sitting(sitting) => [b"truong-thi sitting key ".as_slice(), sitting.0.as_slice()].concat(),
            Self::Form(sitting, form, purpose) => {
                let label: &[u8] = match purpose {
                    Purpose::Paper => b"truong-thi paper key ",
                    Purpose::AnswerKey => b"truong-thi answer key ",
                };
                [label, sitting.0.as_slice(), form.0.as_slice()].concat()
            }
        }
    }
}

/// Wraps `secret` under `key`: nonce, then ciphertext with its tag.
///
/// # Errors
/// When the generator gives no randomness.
pub fn wrap(
    key: &ContentKey,
    random: &dyn SecureRandom,
    place: Place,
    secret: &[u8],
) -> Result<Vec<u8>, certs::Error> {
    let sealed = seal(key, random, &place.bound(), secret)?;
    Ok([sealed.nonce.as_slice(), &sealed.ciphertext].concat())
}

/// Opens what [`wrap`] made.
///
/// # Errors
/// [`NotOurs`] for another key, another place or changed bytes.
pub fn unwrap(key: &ContentKey, place: Place, wrapped: &[u8]) -> Result<ContentKey, NotOurs> {
    let (nonce, ciphertext) = wrapped.split_first_chunk::<NONCE>().ok_or(NotOurs)?;
    let secret = open(key, nonce, &place.bound(), ciphertext).map_err(|_| NotOurs)?;
    // What is wrapped with an answer key continues with the form's seed.
    let first = secret.first_chunk::<32>().ok_or(NotOurs)?;
    Ok(ContentKey::from_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_key_opens_only_in_its_own_place() {
        let random = SystemRandom::new();
        let node = ContentKey::generate(&random).unwrap();
        let (sitting, form) = (SittingId::from_random([1; 16]), FormId::from_random([2; 16]));
        let place = Place::Form(sitting, form, Purpose::Paper);
        let wrapped = wrap(&node, &random, place, &[7; 32]).unwrap();
        assert_eq!(unwrap(&node, place, &wrapped).unwrap().as_bytes(), &[7; 32]);
        assert!(unwrap(&node, Place::Form(sitting, form, Purpose::AnswerKey), &wrapped).is_err());
        let other = Place::Form(sitting, FormId::from_random([3; 16]), Purpose::Paper);
        assert!(unwrap(&node, other, &wrapped).is_err());
        assert!(unwrap(&node, Place::Sitting(sitting), &wrapped).is_err());
        assert!(unwrap(&ContentKey::from_bytes([0; 32]), place, &wrapped).is_err());
        assert!(unwrap(&node, place, &wrapped[..11]).is_err());
    }
}
