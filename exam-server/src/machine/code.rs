//! One-time codes of enrolment: 60 random bits in Crockford's base 32, followed by a fingerprint of the exam CA, so that a
//! PC which knows nothing yet can tell the real server from another. Only a keyed hash is stored.

use crate::clock::{NoRandomness, Randomness};
use certs::seal::ContentKey;
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::machine::SECRET_LENGTH;
use ring::hmac;

/// Crockford's base 32: no `I`, `L`, `O`, `U`.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a group.
const GROUP: usize = 4;

/// A new secret: each of the twelve characters carries five bits of its own random byte.
///
/// # Errors
/// [`NoRandomness`] when the operating system refuses.
pub fn draw(random: &Randomness) -> Result<String, NoRandomness> {
    let bytes: [u8; SECRET_LENGTH] = random.bytes()?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect())
}

/// The long code as it is shown: `K7Q2-9XMB-4TPA-…`, the secret and then the fingerprint.
pub fn shown(secret: &str, fingerprint: &str) -> String {
    let all: Vec<char> = secret.chars().chain(fingerprint.chars()).collect();
    let groups: Vec<String> = all.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Whether this can be a secret at all.
pub fn is_plausible(normalised: &str) -> bool {
    normalised.len() == SECRET_LENGTH && normalised.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// What is stored of a normalised secret: HMAC-SHA-256 under the node key.
pub fn hash(node: &ContentKey, normalised: &str) -> Digest {
    let key = hmac::Key::new(hmac::HMAC_SHA256, node.as_bytes());
    let text = [b"truong-thi enrolment code ".as_slice(), normalised.as_bytes()].concat();
    let tag = hmac::sign(&key, &text);
    Fixed(tag.as_ref().try_into().expect("an HMAC-SHA-256 tag has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::machine::{FINGERPRINT_LENGTH, normalise_code};

    #[test]
    fn a_drawn_code_is_read_back_as_it_is_typed() {
        let random = Randomness::system();
        let secret = draw(&random).unwrap();
        assert!(is_plausible(&secret), "{secret}");
        assert_ne!(draw(&random).unwrap(), secret);
        let fingerprint = "0123456789ABCDEF";
        let code = shown(&secret, fingerprint);
        assert_eq!(code.split('-').count(), 7);
        let typed = normalise_code(&code.to_lowercase());
        assert_eq!(typed.len(), SECRET_LENGTH + FINGERPRINT_LENGTH);
        assert_eq!(typed, format!("{secret}{fingerprint}"));
        assert!(!is_plausible(&typed));
        assert!(!is_plausible("U23456789ABC"));
    }

    #[test]
    fn the_alphabet_is_what_the_wire_says() {
        assert!(ALPHABET.iter().all(|letter| {
            let letter = char::from(*letter).to_string();
            normalise_code(&letter) == letter
        }));
    }

    #[test]
    fn the_hash_depends_on_key_and_code() {
        let (one, other) = (ContentKey::from_bytes([1; 32]), ContentKey::from_bytes([2; 32]));
        assert_ne!(hash(&one, "A"), hash(&other, "A"));
        assert_ne!(hash(&one, "A"), hash(&one, "B"));
    }
}
