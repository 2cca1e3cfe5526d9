//! Recovery codes: ten words for paper, each good once. 80 random bits each, so that a plain hash keeps them safe.

use crate::clock::{NoRandomness, Randomness};
use certs::hash::sha256_of;
use exam_protocol::id::StaffId;

/// How many are made at a time.
pub const COUNT: usize = 10;

/// Random bytes of a code.
pub const BYTES: usize = 10;

/// Crockford's base 32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Ten new codes as they are printed.
///
/// # Errors
/// [`NoRandomness`] when the operating system gives none.
pub fn new_codes(random: &Randomness) -> Result<Vec<String>, NoRandomness> {
    (0..COUNT).map(|_| Ok(written(random.bytes()?))).collect()
}

/// Hashes under which codes of this person are stored.
pub fn hashes(staff: StaffId, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| hash(staff, code)).collect()
}

/// A code as it is printed: `7K3M-9QXT-2B4D-8NRW`.
pub fn written(random: [u8; BYTES]) -> String {
    let number = random
        .iter()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut text = String::with_capacity(19);
    for place in (0..16).rev() {
        let digit = usize::try_from(number >> (5 * place) & 31).unwrap_or_default();
        text.push(char::from(ALPHABET[digit]));
        if place % 4 == 0 && place > 0 {
            text.push('-');
        }
    }
    text
}

/// Hash under which a code of this person is stored, however it was typed.
pub fn hash(staff: StaffId, typed: &str) -> [u8; 32] {
    let code = exam_protocol::machine::normalise_code(typed);
    sha256_of(&[b"recovery code", staff.to_string().as_bytes(), code.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let staff = StaffId::from_random([1; 16]);
        let code = written([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code, "0123-4567-89AB-CDEF");
        assert_eq!(hash(staff, &code), hash(staff, " ol23 45678 9abcdef "));
        assert_ne!(hash(staff, &code), hash(StaffId::from_random([2; 16]), &code));
    }

    proptest! {
        #[test]
        fn no_random_bit_is_lost(a: [u8; BYTES], b: [u8; BYTES]) {
            prop_assert_eq!(a == b, written(a) == written(b));
            let letters: HashSet<char> = written(a).chars().collect();
            prop_assert!(letters.iter().all(|c| *c == '-' || ALPHABET.contains(&(*c as u8))));
        }
    }
}
