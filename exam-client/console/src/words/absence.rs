//! Leaving the room and coming back, in words.

use crate::core::clock;
use crate::texts;
use exam_browser::language::Language;
use exam_protocol::absence::{Absence, Recheck, Why};

/// Why somebody leaves.
pub fn why(language: Language, why: Why) -> &'static str {
    match why {
        Why::Toilet => texts::absence::toilet(language),
        Why::Unwell => texts::absence::unwell(language),
        Why::Other => texts::absence::other(language),
    }
}

/// Somebody who is outside: since when, and why.
pub fn outside(language: Language, absence: &Absence) -> String {
    let since = clock::time_of_day(absence.left_at);
    texts::absence::since(language, &since[..5], why(language, absence.why))
}

/// All that is known of an absence.
pub fn told(language: Language, absence: &Absence) -> String {
    let Some(back) = absence.back_at else {
        return outside(language, absence);
    };
    let (left, back) = (clock::time_of_day(absence.left_at), clock::time_of_day(back));
    let checked = match absence.recheck {
        Some(Recheck::Card) => texts::absence::by_card(language),
        Some(Recheck::TwoOfficials) => texts::absence::by_two(language),
        Some(Recheck::None) | None => texts::absence::unchecked(language),
    };
    texts::absence::was_out(
        language,
        &left[..5],
        &back[..5],
        why(language, absence.why),
        checked,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::time::Timestamp;

    #[test]
    fn times_reason_and_check_are_told() {
        let out = Absence {
            why: Why::Toilet,
            left_at: Timestamp(3_600_000),
            back_at: None,
            recheck: None,
        };
        assert!(told(Language::Vietnamese, &out).contains("08:00"));
        let back = Absence {
            back_at: Some(Timestamp(3_900_000)),
            recheck: Some(Recheck::Card),
            ..out
        };
        let said = told(Language::English, &back);
        assert!(said.contains("08:05") && said.contains("card"), "{said}");
    }
}
