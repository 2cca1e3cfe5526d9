//! What people type: login names, shown names. Start passwords. Plain.

use crate::table::text::clean;

/// Longest name as shown, in characters.
pub const LONGEST_NAME: usize = 120;

/// Digits and capitals without those that look alike (Crockford's base 32): 5 bits each.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A login name as it is stored: small letters, digits, `.`, `-`, `_`, `@`; 2 to 64 of them, the first a letter or a digit.
pub fn login_name(typed: &str) -> Option<String> {
    let name = typed.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    ((2..=64).contains(&name.len()) && begins && name.chars().all(fits)).then_some(name)
}

/// A name as shown: one form, single blanks, neither empty nor longer than [`LONGEST_NAME`], no control characters.
pub fn shown_name(typed: &str) -> Option<String> {
    let name = clean(typed);
    let length = name.chars().count();
    ((1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control)).then_some(name)
}

/// A start password: four groups of four characters, 80 bits.
pub fn start_password(random: [u8; 16]) -> String {
    let letters: String = random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect();
    [&letters[0..4], &letters[4..8], &letters[8..12], &letters[12..16]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn login_names_can_be_typed_anywhere() {
        assert_eq!(login_name("  Nguyen.Van-A@so "), Some("nguyen.van-a@so".into()));
        for wrong in ["", "a", "nguyễn", "a b", "-ab", "a\u{0}b", &"a".repeat(65)] {
            assert_eq!(login_name(wrong), None, "{wrong:?}");
        }
        assert_eq!(shown_name("  Nguyễn   Thị\tA "), Some("Nguyễn Thị A".into()));
        assert_eq!(shown_name(" \u{a0} "), None);
        assert_eq!(shown_name(&"x".repeat(121)), None);
    }

    proptest! {
        #[test]
        fn start_passwords_use_all_their_bits(random: [u8; 16]) {
            let password = start_password(random);
            prop_assert_eq!(password.len(), 19);
            let mut other = random;
            other[7] ^= 1;
            prop_assert_ne!(start_password(other), password);
        }
    }
}
