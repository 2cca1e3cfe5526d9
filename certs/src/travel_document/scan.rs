//! What the desk's scanner types: the QR code on the card (2021 and 2024 layout) or the bare twelve digits.
//!
//! The QR code is unsigned: it gives the keys for the chip and nothing to believe. A scanner that acts as a keyboard
//! mangles Vietnamese letters under an input method, so only the digit fields are read. Names, address and, since 2024,
//! family members are dropped at once.

use super::date::Date;
use crate::error::{Error, Kind, Result};
use core::fmt;

const PLACE: &str = "scanned text";
/// Longer than any QR code holds.
const MAX_SCAN: usize = 8 * 1024;
/// Written where a card never expires (commonly reported, not confirmed).
const NO_EXPIRY: &str = "991231";
/// Ages at which a card must be changed: Law 26/2023/QH15, article 21 (14 only there), and Law 59/2014, article 21.
const CHANGE_AGES: [u16; 4] = [14, 25, 40, 60];
/// A card issued within this many years before such an age is valid to the next one.
const EARLY_YEARS: u16 = 2;
/// At most so many keys are tried: a card counts wrong ones.
const MAX_CANDIDATES: usize = 3;

/// What a scan says. Its `Debug` shows no number.
#[derive(Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The twelve digits.
    pub citizen_number: String,
    /// Birth date, from the QR code only.
    pub birth: Option<Date>,
    /// Issue date, from the QR code only.
    pub issue: Option<Date>,
}

impl fmt::Debug for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dates = self.birth.is_some() && self.issue.is_some();
        f.debug_struct("Scanned")
            .field("has_dates", &dates)
            .finish_non_exhaustive()
    }
}

impl Scanned {
    /// Reads a QR code's text or twelve digits (blanks, dots and dashes between them do not matter).
    ///
    /// # Errors
    /// [`Kind::Malformed`] when the text does not begin with exactly twelve digits; [`Kind::TooLarge`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_SCAN {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
        // Some keyboard layouts give `\` for the code's `|`.
        let fields: Vec<&str> = text.split(['|', '\\']).map(str::trim).collect();
        let citizen_number = twelve_digits(fields[0]).ok_or(Error::new(Kind::Malformed, PLACE))?;
        let (birth, issue) = dates(&fields)
            .or_else(|| stray_dates(text, &citizen_number))
            .unzip();
        Ok(Self {
            citizen_number,
            birth,
            issue,
        })
    }
}

fn twelve_digits(field: &str) -> Option<String> {
    let digits: String = field.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    (digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Fields 4 and 7: number, old number, name, birth, sex, address, issue. The 2024 code adds more behind them.
fn dates(fields: &[&str]) -> Option<(Date, Date)> {
    let date = |at: usize| fields.get(at).and_then(|field| Date::from_ddmmyyyy(field));
    date(3).zip(date(6)).filter(|(birth, issue)| birth < issue)
}

/// When the separators did not survive: the runs of exactly eight digits that are dates. The birth date must fit the
/// citizen number, the issue date is the first one after it.
fn stray_dates(text: &str, citizen_number: &str) -> Option<(Date, Date)> {
    let digits = citizen_number.as_bytes();
    let century = 1900 + 100 * (u16::from(digits[3] - b'0') / 2);
    let birth_year = century + u16::from(digits[4] - b'0') * 10 + u16::from(digits[5] - b'0');
    let mut dates = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(Date::from_ddmmyyyy);
    let birth = dates.by_ref().find(|date| date.year() == birth_year)?;
    dates.find(|date| *date > birth).map(|issue| (birth, issue))
}

/// The expiry dates (`YYMMDD`) that a card with these dates may carry, most likely first, at most three.
///
/// By law a card is valid to the birthday on which its holder is 14, 25, 40 or 60; issued within two years before that,
/// to the next one; after 58 it never expires. The neighbouring age follows when the issue date is within a month of
/// such a boundary; a birth on 29 February has several readings.
pub fn expiry_candidates(birth: Date, issue: Date) -> Vec<String> {
    let mut candidates = expiry_days(birth, target_age(birth, issue));
    for neighbour in neighbours(issue).into_iter().flatten() {
        for day in expiry_days(birth, target_age(birth, neighbour)) {
            if !candidates.contains(&day) {
                candidates.push(day);
            }
        }
    }
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

/// The age to which a card issued on that day is valid; nothing when it does not expire.
fn target_age(birth: Date, issue: Date) -> Option<u16> {
    CHANGE_AGES
        .into_iter()
        .find(|age| issue < birthday(birth, age - EARLY_YEARS))
}

/// The birthday at that age; for 29 February in a common year 1 March, when the year of age is full.
fn birthday(birth: Date, age: u16) -> Date {
    let next_day = || Date::new(birth.year().saturating_add(age), 3, 1);
    birth.plus_years(age).or_else(next_day).unwrap_or(birth)
}

/// About a month earlier and later.
fn neighbours(issue: Date) -> [Option<Date>; 2] {
    let (year, month, day) = (issue.year, issue.month, issue.day.min(28));
    let earlier = if month == 1 {
        Date::new(year - 1, 12, day)
    } else {
        Date::new(year, month - 1, day)
    };
    let later = if month == 12 {
        Date::new(year + 1, 1, day)
    } else {
        Date::new(year, month + 1, day)
    };
    [earlier, later]
}

fn expiry_days(birth: Date, age: Option<u16>) -> Vec<String> {
    let Some(age) = age else {
        return vec![NO_EXPIRY.to_owned()];
    };
    let day = birthday(birth, age);
    let mut days = vec![day.yymmdd()];
    if birth.plus_years(age).is_none() {
        // The law does not say on which day a birthday falls that the year does not have.
        days.extend(Date::new(day.year(), 2, 28).map(|day| day.yymmdd()));
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QR_2021: &str = "001090123456|012345678|Nguyễn Văn A|01011990|Nam|Số 1 Phố Mẫu, Hà Nội|15042021";

    fn date(iso: &str) -> Date {
        Date::from_iso(iso).unwrap()
    }

    fn expected() -> Scanned {
        Scanned {
            citizen_number: "001090123456".to_owned(),
            birth: Some(date("1990-01-01")),
            issue: Some(date("2021-04-15")),
        }
    }

    #[test]
    fn reads_the_codes_of_2021_and_2024() {
        assert_eq!(Scanned::parse(QR_2021), Ok(expected()));
        let without_old_number = QR_2021.replace("012345678", "");
        assert_eq!(Scanned::parse(&without_old_number), Ok(expected()));
        let later = format!("{QR_2021}|cha: 001060000001|mẹ: 001160000002|||\r\n");
        assert_eq!(Scanned::parse(&later), Ok(expected()));
    }

    #[test]
    fn survives_a_keyboard_with_an_input_method() {
        let mangled = "001090123456|012345678|NguyeÃn Vaên A|01011990|Nam|So61 1 Pho61|15042021";
        assert_eq!(Scanned::parse(mangled), Ok(expected()));
        let other_layout = QR_2021.replace('|', "\\");
        assert_eq!(Scanned::parse(&other_layout), Ok(expected()));
        let a_letter_swallowed_a_separator = "001090123456|012345678|Nguye6n|A|01011990|Nam|So1|15042021";
        assert_eq!(Scanned::parse(a_letter_swallowed_a_separator), Ok(expected()));
    }

    #[test]
    fn reads_typed_digits() {
        let typed = Scanned {
            birth: None,
            issue: None,
            ..expected()
        };
        assert_eq!(Scanned::parse(" 001 090 123 456\n"), Ok(typed.clone()));
        assert_eq!(Scanned::parse("001.090-123456"), Ok(typed));
        for bad in [
            "",
            "00109012345",
            "0010901234567",
            "A01090123456",
            "００1090123456",
        ] {
            assert_eq!(Scanned::parse(bad).unwrap_err().kind(), Kind::Malformed, "{bad}");
        }
        assert!(!format!("{:?}", Scanned::parse(QR_2021).unwrap()).contains("1990"));
    }

    #[test]
    fn offers_the_other_age_near_a_boundary() {
        // A day before the 23rd birthday: 25 by the rule, 40 when the office counted from another day.
        let candidates = expiry_candidates(date("1998-06-10"), date("2021-06-09"));
        assert_eq!(candidates, ["230610", "380610"]);
        assert_eq!(
            expiry_candidates(date("1990-01-01"), date("2021-04-15")),
            ["300101"]
        );
        assert_eq!(
            expiry_candidates(date("1963-08-20"), date("2021-08-20")),
            ["991231", "230820"]
        );
        assert_eq!(
            expiry_candidates(date("2008-02-29"), date("2022-05-01")),
            ["330301", "330228"]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text: String, digits in "[0-9|\\\\ ]{0,80}", year in 1800..2300u16, month in 1..=12u8,
            day in 1..=31u8, later in 0..120u16) {
            let _ = Scanned::parse(&text);
            let _ = Scanned::parse(&digits);
            if let (Some(birth), Some(issue)) = (Date::new(year, month, day), Date::new(year + later, month, day)) {
                let candidates = expiry_candidates(birth, issue);
                prop_assert!((1..=MAX_CANDIDATES).contains(&candidates.len()));
            }
        }
    }
}
