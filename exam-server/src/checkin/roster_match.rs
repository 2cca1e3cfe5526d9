//! Is the holder of the card the candidate of the roster? The twelve-digit number decides; name and birth date only give
//! remarks, because rosters are typed by people and cards carry names without tones.

use exam_protocol::checkin::Holder;
use exam_protocol::citizen::CitizenNumber;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The card's number is not the one that was scanned: another person's card. Refuses.
pub const NUMBER_DIFFERS: &str = "number-differs";
/// The names differ beyond tones, capitals and blanks.
pub const NAME_DIFFERS: &str = "name-differs";
/// The birth dates differ.
pub const BIRTH_DATE_DIFFERS: &str = "birth-date-differs";
/// The card has run out.
pub const CARD_EXPIRED: &str = "card-expired";
/// The candidate was let in before; this is a return or a second try.
pub const ALREADY_ADMITTED: &str = "already-admitted";

/// Characters of the name field of a TD1 card (ICAO 9303-5, section 4.2.2). A name that fills it may have been cut.
const NAME_FIELD: usize = 30;

/// What the roster says about the person who was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Citizen number.
    pub number: CitizenNumber,
    /// Full name with tones.
    pub name: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
}

/// What does not fit, as stable codes; empty when all fits. `today` is `YYYY-MM-DD`.
pub fn remarks(expected: &Expected, holder: &Holder, today: &str) -> Vec<&'static str> {
    let found = [
        (holder.citizen_number != expected.number.as_str(), NUMBER_DIFFERS),
        (!same_name(&expected.name, &holder.name), NAME_DIFFERS),
        (holder.birth_date != expected.birth_date, BIRTH_DATE_DIFFERS),
        // ISO dates compare as text. A card without expiry says 9999 or leaves the field empty.
        (
            !holder.expiry_date.is_empty() && holder.expiry_date.as_str() < today,
            CARD_EXPIRED,
        ),
    ];
    found
        .into_iter()
        .filter_map(|(differs, code)| differs.then_some(code))
        .collect()
}

fn same_name(roster: &str, card: &str) -> bool {
    let (roster, card) = (plain(roster), plain(card));
    roster == card || (card.len() + 1 >= NAME_FIELD && roster.starts_with(&card))
}

/// Capitals without tones, one blank between words: how ICAO 9303-3, section 6 writes a Vietnamese name.
fn plain(name: &str) -> String {
    let capitals: String = name.chars().flat_map(char::to_uppercase).collect();
    let letters: String = capitals
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'Đ' => 'D',
            '<' | '-' | '\'' | '’' => ' ',
            other => other,
        })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(roster: (&str, &str, &str), card: (&str, &str, &str), expiry: &str, codes: &[&str]) {
        let expected = Expected {
            number: roster.0.parse().unwrap(),
            name: roster.1.into(),
            birth_date: roster.2.into(),
        };
        let holder = Holder {
            citizen_number: card.0.into(),
            name: card.1.into(),
            birth_date: card.2.into(),
            sex: "F".into(),
            expiry_date: expiry.into(),
        };
        assert_eq!(
            remarks(&expected, &holder, "2026-11-22"),
            codes,
            "{roster:?} {card:?}"
        );
    }

    #[test]
    fn what_fits_and_what_does_not() {
        let roster = ("001308000001", "Đặng Thị  Ánh Nguyệt", "2008-02-29");
        let card = ("001308000001", "DANG THI ANH NGUYET", "2008-02-29");
        check(roster, card, "2033-02-28", &[]);
        check(roster, card, "", &[]);
        check(roster, card, "2026-11-21", &[CARD_EXPIRED]);
        check(roster, ("001308000002", card.1, card.2), "", &[NUMBER_DIFFERS]);
        check(roster, (card.0, "DANG THI ANH", card.2), "", &[NAME_DIFFERS]);
        check(roster, (card.0, card.1, "2008-03-01"), "", &[BIRTH_DATE_DIFFERS]);
        check(
            roster,
            ("001308000002", "LE VAN B", "1999-01-01"),
            "2020-01-01",
            &[NUMBER_DIFFERS, NAME_DIFFERS, BIRTH_DATE_DIFFERS, CARD_EXPIRED],
        );
    }

    #[test]
    fn a_name_cut_by_the_card_still_fits() {
        let long = "Tôn Nữ Hoàng Thị Thiên Hương Quỳnh Như";
        let roster = ("001308000001", long, "2008-02-29");
        check(
            roster,
            ("001308000001", "TON NU HOANG THI THIEN HUONG Q", "2008-02-29"),
            "",
            &[],
        );
        check(
            roster,
            ("001308000001", "TON NU HOANG THI", "2008-02-29"),
            "",
            &[NAME_DIFFERS],
        );
    }

    #[test]
    fn decomposed_and_composed_letters_are_the_same() {
        let decomposed: String = "Nguyễn Đức Ưng".nfd().collect();
        assert_eq!(plain(&decomposed), plain("Nguyễn Đức Ưng"));
        assert_eq!(plain("Y-Moan Êban"), "Y MOAN EBAN");
    }

    proptest! {
        #[test]
        fn a_plain_name_stays_as_it_is(name in "\\PC{0,40}") {
            let once = plain(&name);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
