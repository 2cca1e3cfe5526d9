//! What a new password must be like (TCVN 14423:2026 level 3; NIST SP 800-63B, section 5.1.1.2). Plain rules.

use crate::config::{SecondFactorRule, Staff};
use exam_protocol::staff::PasswordRules;

/// How many earlier passwords may not come back.
pub const HISTORY: u16 = 10;

/// Longest password that is hashed, in bytes: hashing must not become a way to keep the server busy.
pub const LONGEST: usize = 256;

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// This many characters at least; blanks are not counted.
    Length(u16),
    /// Capital letters, small letters, digits and other characters.
    Classes,
    /// Fewer than [`LONGEST`] bytes.
    Shorter,
    /// Something else than the login name.
    OtherThanName,
    /// Something else than one of the last [`HISTORY`].
    OtherThanBefore,
}

impl Missing {
    /// In Vietnamese and in English.
    pub fn texts(self) -> (String, String) {
        match self {
            Self::Length(count) => (
                format!("ít nhất {count} ký tự, không kể dấu cách"),
                format!("at least {count} characters, blanks not counted"),
            ),
            Self::Classes => (
                "đủ chữ hoa, chữ thường, chữ số và ký tự khác".into(),
                "capital letters, small letters, digits and other characters".into(),
            ),
            Self::Shorter => (
                format!("không quá {LONGEST} byte"),
                format!("no more than {LONGEST} bytes"),
            ),
            Self::OtherThanName => (
                "không chứa tên đăng nhập và không lặp một ký tự".into(),
                "neither the login name nor one character again and again".into(),
            ),
            Self::OtherThanBefore => (
                format!("khác {HISTORY} mật khẩu gần nhất"),
                format!("another one than the last {HISTORY}"),
            ),
        }
    }
}

/// All that a password lacks, as far as it can be seen without the earlier ones. `alone` means that no second factor
/// stands beside it.
pub fn lacking(password: &str, name: &str, alone: bool, rules: &Staff) -> Vec<Missing> {
    let shortest = shortest(alone, rules);
    let visible: Vec<char> = password.chars().filter(|c| !c.is_whitespace()).collect();
    let mut missing = Vec::new();
    if visible.len() < usize::from(shortest) {
        missing.push(Missing::Length(shortest));
    }
    if alone && !has_four_classes(&visible) {
        missing.push(Missing::Classes);
    }
    if password.len() > LONGEST {
        missing.push(Missing::Shorter);
    }
    if is_name(password, name) || visible.windows(2).all(|pair| pair[0] == pair[1]) {
        missing.push(Missing::OtherThanName);
    }
    missing
}

/// Whether a password stands alone, without a second factor beside it: only where none is required.
pub fn stands_alone(has_factor: bool, rules: &Staff) -> bool {
    rules.second_factor == SecondFactorRule::Optional && !has_factor
}

/// The rules as their holder reads them.
pub fn shown(has_factor: bool, rules: &Staff) -> PasswordRules {
    let alone = stands_alone(has_factor, rules);
    PasswordRules {
        shortest: shortest(alone, rules),
        four_classes: alone,
        earlier: HISTORY,
    }
}

fn shortest(alone: bool, rules: &Staff) -> u16 {
    if alone {
        rules.shortest_password_alone
    } else {
        rules.shortest_password
    }
}

/// Whether the password is the name, forwards or with a little around it.
fn is_name(password: &str, name: &str) -> bool {
    let (password, name) = (password.to_lowercase(), name.to_lowercase());
    let rest = password.replace(&name, "");
    !name.is_empty() && password.contains(&name) && rest.chars().count() < 8
}

fn has_four_classes(characters: &[char]) -> bool {
    let any = |class: fn(char) -> bool| characters.iter().any(|c| class(*c));
    any(char::is_uppercase)
        && any(char::is_lowercase)
        && any(char::is_numeric)
        && any(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_exactly_what_is_missing() {
        use Missing::{Classes, Length, OtherThanName, Shorter};
        let cases: [(&str, bool, &[Missing]); 10] = [
            ("mười hai chữ.", false, &[Length(12)]),
            ("mười hai chữ nè.", false, &[]),
            ("trời mưa rồi lại nắng", false, &[]),
            ("trời mưa rồi lại nắng", true, &[Classes]),
            ("Trời mưa 3 lần, nắng 1", true, &[]),
            ("Trời 3!", true, &[Length(14)]),
            ("giamthi1-2026", false, &[OtherThanName]),
            ("GIAMTHI1giamthi1", false, &[OtherThanName]),
            ("aaaaaaaaaaaaaaa", false, &[OtherThanName]),
            (&"ab".repeat(200), false, &[Shorter]),
        ];
        for (password, alone, missing) in cases {
            assert_eq!(
                lacking(password, "giamthi1", alone, &Staff::default()),
                missing,
                "{password}"
            );
        }
    }

    #[test]
    fn a_longer_phrase_may_hold_the_name() {
        assert_eq!(
            lacking(
                "giamthi1-mat-khau-thu-nghiem",
                "giamthi1",
                false,
                &Staff::default()
            ),
            []
        );
    }
}
