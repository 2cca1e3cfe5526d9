//! SHA-256 (FIPS 180-4), the one hash of everything we make ourselves. Digests of chip files are chosen by their issuer
//! and live elsewhere.

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of the parts one after another. The caller sees to it that the cuts can't be moved: fixed lengths, or a
/// self-delimiting encoding.
pub fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_standards_example_in_one_piece_and_in_parts() {
        // FIPS 180-4 examples: SHA-256("abc").
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(b"abc")), expected);
        assert_eq!(hex::encode(sha256_of(&[b"a", b"", b"bc"])), expected);
    }
}
