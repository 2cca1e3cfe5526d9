//! Vietnamese text: one form (NFC, single blanks), comparison without tones, and the order of names.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// NFC with every run of blanks (also no-break ones) as one space, trimmed.
pub fn clean(text: &str) -> String {
    text.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lower case, without tones and marks, `đ` as `d`, everything but letters and digits as single spaces.
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' => 'd',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A letter's place in the alphabet, and its mark.
type Letter = (u8, u8);

/// What names are sorted by: the given name's letters, those before it, then all tones.
pub type NameKey = (Vec<Letter>, Vec<Letter>, Vec<u8>);

/// Sorts names as Vietnamese lists do: given name first, then what stands before it; letters in the order of the
/// alphabet (a ă â … d đ e ê …), tones only where letters are equal.
pub fn name_key(name: &str) -> NameKey {
    let name = clean(name);
    let (before, given) = name.rsplit_once(' ').unwrap_or(("", &name));
    let tones = given.chars().chain(before.chars()).map(|c| letter(c).1).collect();
    (letters(given), letters(before), tones)
}

fn letters(text: &str) -> Vec<Letter> {
    text.chars().map(|c| letter(c).0).collect()
}

/// A letter's place in the alphabet with its mark, and its tone.
fn letter(c: char) -> (Letter, u8) {
    let lower = c.to_lowercase().next().unwrap_or(c);
    if lower == 'đ' {
        return ((b'd', 1), 0);
    }
    let mut parts = std::iter::once(lower).nfd();
    let base = parts.next().unwrap_or(lower);
    let (mut mark, mut tone) = (0, 0);
    for part in parts {
        match part {
            // ă, â/ê/ô, ơ/ư
            '\u{306}' => mark = 1,
            '\u{302}' => mark = 2,
            '\u{31b}' => mark = 3,
            // huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries
            '\u{300}' => tone = 1,
            '\u{309}' => tone = 2,
            '\u{303}' => tone = 3,
            '\u{301}' => tone = 4,
            '\u{323}' => tone = 5,
            _ => {}
        }
    }
    let base = u8::try_from(base).unwrap_or(u8::MAX);
    ((base, mark), tone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_form_for_what_looks_the_same() {
        assert_eq!(
            clean("  Nguye\u{302}\u{303}n \u{a0} Va\u{306}n\tĐức "),
            "Nguyễn Văn Đức"
        );
        assert_eq!(fold("Số CMND/CCCD (12 số)"), "so cmnd cccd 12 so");
        assert_eq!(fold("ĐỊNH DANH"), "dinh danh");
    }

    #[test]
    fn names_stand_in_vietnamese_order() {
        let mut names = [
            "Trần Văn Ước",
            "Lê Thị Ân",
            "Lê Thị Ăn",
            "Lê Thị An",
            "Phạm Đức",
            "Phạm Dũng",
            "Bùi Thị An",
            "Lê Thị Án",
        ];
        names.sort_by_key(|name| name_key(name));
        let expected = [
            "Bùi Thị An",
            "Lê Thị An",
            "Lê Thị Án",
            "Lê Thị Ăn",
            "Lê Thị Ân",
            "Phạm Dũng",
            "Phạm Đức",
            "Trần Văn Ước",
        ];
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn never_panics_and_is_stable(text in ".*") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert_eq!(fold(&once), fold(&text));
            let _ = name_key(&text);
        }
    }
}
