//! Instants as arguments: seconds since 1970 in UTC. Reads no clock.

use crate::error::{Error, Kind, Result};
use ::time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time as TimeOfDay};
use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A time of validity, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: Time,
    /// Last second.
    pub not_after: Time,
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How far back certificates of the exam CA are dated by default, in days. PCs with a dead clock battery come up months
/// behind; without this they would refuse the server, and the server's own certificate would not be valid yet for them.
pub const BACKDATED_DAYS: u32 = 365;

impl Validity {
    /// From one day before `now`, for PCs whose clock is slow, to `days` days after.
    pub fn days_from(now: Time, days: u32) -> Self {
        Self::backdated(now, 1, days)
    }

    /// From `back` days before `now` to `days` days after. [`BACKDATED_DAYS`] is what the exam CA uses.
    pub fn backdated(now: Time, back: u32, days: u32) -> Self {
        let seconds = |days: u32| i64::from(days).saturating_mul(DAY);
        Self {
            not_before: Time(now.0.saturating_sub(seconds(back))),
            not_after: Time(now.0.saturating_add(seconds(days))),
        }
    }

    /// Whether `at` lies within.
    pub fn contains(&self, at: Time) -> bool {
        self.not_before <= at && at <= self.not_after
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`; the bare number of seconds outside the years that have four digits.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::from_unix_timestamp(self.0).ok();
        let Some(at) = at.filter(|at| (0..=9999).contains(&at.year())) else {
            return write!(f, "{}", self.0);
        };
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let month = u8::from(month);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl Time {
    /// Reads `YYYY-MM-DD` as that day's noon in UTC, or `YYYY-MM-DDThh:mm:ssZ`.
    ///
    /// # Errors
    /// [`Kind::Argument`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = Error::new(Kind::Argument, "date");
        let digits: String = match (text.get(..10), text.len()) {
            (Some(day), 10) => format!("{day}T12:00:00Z"),
            (_, 20) => text.to_owned(),
            _ => return Err(bad),
        };
        let shape = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            19 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        };
        if !digits.bytes().enumerate().all(shape) {
            return Err(bad);
        }
        let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).collect();
        Self::from_digits(&digits).ok_or(bad)
    }

    /// `YYYYMMDDhhmmss`, as in a GeneralizedTime.
    pub(crate) fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.len() != 14 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |at: usize, len: usize| {
            digits[at..at + len]
                .iter()
                .fold(0u16, |sum, digit| sum * 10 + u16::from(digit - b'0'))
        };
        let small = |at| u8::try_from(number(at, 2)).ok();
        let month = Month::try_from(small(4)?).ok()?;
        let date = Date::from_calendar_date(i32::from(number(0, 4)), month, small(6)?).ok()?;
        let time = TimeOfDay::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
        Some(Self(
            PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp(),
        ))
    }

    pub(crate) fn to_offset_date_time(self) -> Result<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.0).map_err(|_| Error::new(Kind::Argument, "time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_seconds() {
        assert_eq!(Time::parse("1970-01-02"), Ok(Time(86_400 + 43_200)));
        assert_eq!(Time::parse("2026-11-22T12:52:18Z").unwrap().0, 1_795_351_938);
        assert_eq!(Time(1_795_351_938).to_string(), "2026-11-22T12:52:18Z");
        for bad in [
            "",
            "2026-13-01",
            "2026-02-29",
            "2026-11-22T12:52:18",
            "2026-11-22 12:52:18Z",
            "２026-1-1",
        ] {
            assert!(Time::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn validity_is_backdated_as_told() {
        let now = Time(1_795_351_938);
        let validity = Validity::backdated(now, BACKDATED_DAYS, 90);
        assert_eq!(validity.not_before, Time(now.0 - 365 * 86_400));
        assert_eq!(validity.not_after, Time(now.0 + 90 * 86_400));
    }

    #[test]
    fn validity_is_backdated_by_a_day() {
        let validity = Validity::days_from(Time(1_000_000), 2);
        assert!(
            validity.contains(Time(1_000_000 - 86_400)) && validity.contains(Time(1_000_000 + 2 * 86_400))
        );
        assert!(!validity.contains(Time(1_000_000 + 2 * 86_400 + 1)));
    }
}
