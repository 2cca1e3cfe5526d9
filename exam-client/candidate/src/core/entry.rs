//! What can be typed into a short answer (`exam-domain.md` 1.3: the answer grid of 2025). Must not judge right or wrong.

use exam_protocol::paper::Entry;

/// Longest decimal number, in characters.
const NUMBER_LENGTH: usize = 32;

/// What stays of a typed text: characters that have no place are left out, `.` becomes `,`.
pub fn clean(entry: &Entry, typed: &str) -> String {
    match entry {
        Entry::Text { max_characters } => typed.chars().take(usize::from(*max_characters)).collect(),
        Entry::Grid { columns } => number(typed, usize::from(*columns), true),
        Entry::Number => number(typed, NUMBER_LENGTH, false),
    }
}

/// Whether the text can be marked: a whole number or a decimal with digits on both sides of the comma.
pub fn is_well_formed(entry: &Entry, text: &str) -> bool {
    if matches!(entry, Entry::Text { .. }) {
        return !text.trim().is_empty();
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once(',') {
        None => digits(unsigned),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
    }
}

fn number(typed: &str, length: usize, grid: bool) -> String {
    let mut kept = String::new();
    for character in typed.chars().map(as_on_the_grid) {
        let at = kept.len();
        let fits = match character {
            '0'..='9' => true,
            '-' => at == 0,
            ',' => comma_fits(&kept) && (!grid || (1..length.saturating_sub(1)).contains(&at)),
            _ => false,
        };
        if fits && at < length {
            kept.push(character);
        }
    }
    kept
}

fn comma_fits(before: &str) -> bool {
    !before.contains(',') && before.ends_with(|c: char| c.is_ascii_digit())
}

fn as_on_the_grid(typed: char) -> char {
    match typed {
        '.' => ',',
        // En dash, minus sign, hyphen: what keyboards and other fonts make of a minus.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GRID: Entry = Entry::Grid { columns: 4 };

    #[test]
    fn the_grid_takes_what_the_printed_grid_takes() {
        for (typed, kept) in [
            ("75", "75"),
            ("-1.5", "-1,5"),
            ("−1,5", "-1,5"),
            (",5", "5"),
            ("0,75", "0,75"),
            ("123,4", "1234"),
            ("12,5", "12,5"),
            ("1-2", "12"),
            ("--1", "-1"),
            ("-,5", "-5"),
            ("1,2,3", "1,23"),
            ("abc", ""),
            ("12345", "1234"),
        ] {
            assert_eq!(clean(&GRID, typed), kept, "{typed}");
        }
    }

    #[test]
    fn half_typed_numbers_are_not_well_formed() {
        for (text, whole) in [
            ("", false),
            ("-", false),
            ("1,", false),
            ("-1", true),
            ("0,5", true),
        ] {
            assert_eq!(is_well_formed(&GRID, text), whole, "{text}");
        }
    }

    #[test]
    fn free_numbers_may_be_long_and_free_text_is_cut() {
        assert_eq!(clean(&Entry::Number, "-12345,678x"), "-12345,678");
        assert_eq!(clean(&Entry::Text { max_characters: 3 }, "ắabc"), "ắab");
        assert!(is_well_formed(&Entry::Text { max_characters: 3 }, "a"));
    }

    proptest! {
        #[test]
        fn cleaning_is_idempotent_and_keeps_to_the_grid(typed in "[-0-9,.x ]{0,8}") {
            let once = clean(&GRID, &typed);
            prop_assert_eq!(clean(&GRID, &once), once.clone());
            prop_assert!(once.len() <= 4);
            prop_assert!(once.rfind('-').is_none_or(|at| at == 0));
            prop_assert!(once.find(',').is_none_or(|at| at == 1 || at == 2));
        }
    }
}
