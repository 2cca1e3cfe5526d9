//! Birth dates in all the forms that school files hold them.

use super::sheet::Cell;
use exam_protocol::time::Timestamp;
use std::fmt;

/// Vietnam's time is seven hours ahead of UTC all year, in milliseconds.
const ZONE: i64 = 7 * 3_600_000;

/// Milliseconds of a day.
const DAY: i64 = 24 * 3_600_000;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i32,
    month: u8,
    of_month: u8,
}

impl fmt::Display for Day {
    /// ISO 8601: `2008-09-05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

/// Why a cell is no birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotADate {
    /// Nothing there.
    Missing,
    /// Only a year.
    YearOnly,
    /// Something else, or a day that the calendar does not have.
    Unreadable,
}

impl Day {
    /// A day between 1900 and 2100, if the calendar has it.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1900..=2100).contains(&year) && (1..=length).contains(&day)).then_some(Self {
            year,
            month,
            of_month: day,
        })
    }

    /// The day in Vietnam. None outside 1900 to 2100: the clock is wrong.
    pub fn of(now: Timestamp) -> Option<Self> {
        let (year, month, day) = civil(now.0.saturating_add(ZONE).div_euclid(DAY));
        Self::new(year, month, day)
    }

    /// Whether the day is more than so many years before another one.
    pub fn is_longer_ago(&self, years: i32, today: Self) -> bool {
        (self.year + years, self.month, self.of_month) < (today.year, today.month, today.of_month)
    }

    /// The year.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// A day from a spreadsheet's serial number: 1 is 1900-01-01, and 60 is the 29 February 1900 that never was.
    pub fn from_serial(serial: i64) -> Option<Self> {
        // Days since 1970-01-01; 25569 is that day's serial. Serials up to 60 are off by one, and nobody is that old.
        let days = serial.checked_sub(25_569)?;
        if !(61..=80_000).contains(&serial) {
            return None;
        }
        let (year, month, day) = civil(days);
        Self::new(year, month, day)
    }
}

/// Days since 1970-01-01 to year, month, day (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i32, u8, u8) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let narrow = |n: i64| u8::try_from(n).unwrap_or(0);
    (i32::try_from(year).unwrap_or(0), narrow(month), narrow(day))
}

/// A birth date from a cell: a real date, a serial number, or text as d/m/y, d-m-y, d.m.y, ISO.
///
/// # Errors
/// [`NotADate`] says why not.
pub fn read(cell: &Cell) -> Result<Day, NotADate> {
    match cell {
        Cell::Empty => Err(NotADate::Missing),
        Cell::Date { year, month, day } => Day::new(*year, *month, *day).ok_or(NotADate::Unreadable),
        Cell::Number(number) => from_number(*number),
        Cell::Text(text) => from_text(text.trim()),
    }
}

fn from_number(number: f64) -> Result<Day, NotADate> {
    if number.fract() != 0.0 || !(1.0..=99_999_999.0).contains(&number) {
        return Err(NotADate::Unreadable);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number below a hundred million"
    )]
    let whole = number as i64;
    if (1900..=2100).contains(&whole) {
        return Err(NotADate::YearOnly);
    }
    Day::from_serial(whole).ok_or(NotADate::Unreadable)
}

fn from_text(text: &str) -> Result<Day, NotADate> {
    if text.is_empty() {
        return Err(NotADate::Missing);
    }
    // A time after the date ("2008-09-05 00:00:00", "2008-09-05T00:00:00") says nothing about the day.
    let date = text.split(['T', ' ']).next().unwrap_or(text);
    let parts: Option<Vec<(usize, i32)>> = date
        .split(['/', '-', '.'])
        .map(|part| {
            part.parse()
                .ok()
                .filter(|_| part.bytes().all(|b| b.is_ascii_digit()))
                .map(|n| (part.len(), n))
        })
        .collect();
    let small = |n: i32| u8::try_from(n).unwrap_or(0);
    match parts.as_deref() {
        Some([(4, year)]) if (1900..=2100).contains(year) => Err(NotADate::YearOnly),
        Some([(4, year), (1..=2, month), (1..=2, day)] | [(1..=2, day), (1..=2, month), (4, year)]) => {
            Day::new(*year, small(*month), small(*day)).ok_or(NotADate::Unreadable)
        }
        Some([(5, _)]) => text
            .parse()
            .map_err(|_| NotADate::Unreadable)
            .and_then(from_number),
        _ => Err(NotADate::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Result<String, NotADate> {
        read(&Cell::Text(text.into())).map(|day| day.to_string())
    }

    #[test]
    fn reads_every_form() {
        for form in [
            "5/9/2008",
            "05/09/2008",
            "5-9-2008",
            "05.09.2008",
            "2008-09-05",
            "2008-09-05T00:00:00",
            "2008-09-05 00:00:00",
            "39696",
        ] {
            assert_eq!(text(form), Ok("2008-09-05".into()), "{form}");
        }
        assert_eq!(read(&Cell::Number(39_696.0)).unwrap().to_string(), "2008-09-05");
        let real = Cell::Date {
            year: 2008,
            month: 9,
            day: 5,
        };
        assert_eq!(read(&real).unwrap().to_string(), "2008-09-05");
    }

    #[test]
    fn refuses_what_is_no_day() {
        assert_eq!(text(""), Err(NotADate::Missing));
        assert_eq!(text("2008"), Err(NotADate::YearOnly));
        assert_eq!(read(&Cell::Number(2008.0)), Err(NotADate::YearOnly));
        for bad in [
            "31/2/2008",
            "29/2/2007",
            "5/13/2008",
            "5/9/08",
            "năm 2008",
            "5/9",
            "+5/9/2008",
            "0/9/2008",
            "5/9/3008",
        ] {
            assert_eq!(text(bad), Err(NotADate::Unreadable), "{bad}");
        }
        assert_eq!(read(&Cell::Number(39_696.5)), Err(NotADate::Unreadable));
    }

    #[test]
    fn the_day_begins_at_midnight_in_vietnam() {
        let of = |seconds: i64| Day::of(Timestamp(seconds * 1000)).map(|day| day.to_string());
        // 2026-06-11T16:59:59Z and a second later.
        assert_eq!(of(1_781_197_199), Some("2026-06-11".into()));
        assert_eq!(of(1_781_197_200), Some("2026-06-12".into()));
        assert_eq!(Day::of(Timestamp(i64::MAX)), None);
        assert_eq!(Day::of(Timestamp(i64::MIN)), None);
    }

    proptest! {
        #[test]
        fn serials_and_texts_agree(serial in 61i64..73_000) {
            let day = Day::from_serial(serial).unwrap();
            let iso = day.to_string();
            prop_assert_eq!(text(&iso), Ok(iso.clone()));
            let (year, rest) = iso.split_once('-').unwrap();
            let (month, date) = rest.split_once('-').unwrap();
            prop_assert_eq!(text(&format!("{date}/{month}/{year}")), Ok(iso));
            let next = Day::from_serial(serial + 1).unwrap();
            prop_assert!(next > day);
        }

        #[test]
        fn rubbish_never_panics(noise in ".*", number: f64) {
            let _ = (text(&noise), read(&Cell::Number(number)));
        }
    }
}
