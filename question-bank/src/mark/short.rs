//! Comparing what was typed with what is accepted (exam-domain 1.3). Numbers by exact value, texts after NFC and
//! joining blanks. Must never accept a filling that the answer grid would not take.

use crate::key::{KeyRange, KeyText};
use crate::number::{Decimal, fits_grid};
use unicode_normalization::UnicodeNormalization;

/// The best share that a typed text earns; `None` where it does not fit the grid that it was to be typed in.
pub(super) fn text(typed: &str, grid_columns: u8, case_sensitive: bool, accepted: &[KeyText]) -> Option<u16> {
    if grid_columns > 0 && !fits_grid(typed, grid_columns) {
        return None;
    }
    let typed = normal(typed, case_sensitive);
    // The grid writes a comma whichever separator was typed.
    let typed = if grid_columns > 0 {
        typed.replace('.', ",")
    } else {
        typed
    };
    let earned = accepted
        .iter()
        .filter(|key| matches(&normal(&key.text, case_sensitive), &typed))
        .map(|key| key.share);
    Some(earned.max().unwrap_or(0))
}

/// The best share that a typed number earns; `None` where it is no number or does not fit the grid.
pub(super) fn number(typed: &str, grid_columns: u8, accepted: &[KeyRange]) -> Option<u16> {
    if grid_columns > 0 && !fits_grid(typed, grid_columns) {
        return None;
    }
    let value = Decimal::parse(if grid_columns > 0 { typed } else { typed.trim() })?;
    let earned = accepted
        .iter()
        .filter(|range| within(&value, range))
        .map(|range| range.share);
    Some(earned.max().unwrap_or(0))
}

fn within(value: &Decimal, range: &KeyRange) -> bool {
    let ends = Decimal::parse(&range.low).zip(Decimal::parse(&range.high));
    ends.is_some_and(|(low, high)| low <= *value && *value <= high)
}

/// NFC, blanks joined and trimmed, small letters unless capitals count.
fn normal(text: &str, case_sensitive: bool) -> String {
    let composed: String = text.nfc().collect();
    let joined = composed.split_whitespace().collect::<Vec<_>>().join(" ");
    if case_sensitive {
        joined
    } else {
        joined.to_lowercase()
    }
}

/// A piece of a pattern.
enum Part {
    Letter(char),
    Anything,
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut letters = pattern.chars().peekable();
    let mut parts = Vec::new();
    while let Some(c) = letters.next() {
        parts.push(match c {
            '\\' if letters.peek() == Some(&'*') => Part::Letter(letters.next().unwrap_or('*')),
            '*' => Part::Anything,
            c => Part::Letter(c),
        });
    }
    parts
}

/// Whether `text` is of the pattern. Remembers only the last star, so the time is at most length times length.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (parts(pattern), text.chars().collect::<Vec<_>>());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(Part::Letter(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
            Some(Part::Anything) => {
                star = Some((p, t));
                p += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|part| matches!(part, Part::Anything))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        assert!(
            matches("a*c", "abbc")
                && matches("*", "")
                && matches("a*b*c", "aXbYc")
                && matches("2\\*3", "2*3")
        );
        assert!(!matches("a*c", "abcd") && !matches("2\\*3", "2x3") && !matches("", "x"));
    }

    #[test]
    fn texts_compare_after_normalising() {
        let accepted = [KeyText {
            text: "Hà  Nội".into(),
            share: 10_000,
        }];
        assert_eq!(text(" ha\u{300} nội ", 0, false, &accepted), Some(10_000));
        assert_eq!(text("ha nội", 0, false, &accepted), Some(0));
        assert_eq!(text("hà nội", 0, true, &accepted), Some(0));
    }
}
