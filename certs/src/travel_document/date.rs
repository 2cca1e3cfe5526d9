//! Calendar days as documents print them. No clock, no time zones.

use core::fmt;

/// A day of the calendar that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

impl Date {
    /// The day, if it exists between the years 1800 and 2299.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1800..2300).contains(&year) && (1..=days_in(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// From `YYMMDD` in the century that begins with the year `century`.
    pub fn from_yymmdd(text: &str, century: u16) -> Option<Self> {
        let [year, month, day] = pairs(text)?;
        Self::new(century + u16::from(year), month, day)
    }

    /// From `ddmmyyyy`, as in the card's QR code.
    pub fn from_ddmmyyyy(text: &str) -> Option<Self> {
        let [day, month, century, year] = pairs(text)?;
        Self::new(u16::from(century) * 100 + u16::from(year), month, day)
    }

    /// From `YYYY-MM-DD`.
    pub fn from_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let [century, year, month, day] = pairs(&text.replace('-', ""))?;
        Self::new(u16::from(century) * 100 + u16::from(year), month, day)
    }

    /// The year.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// `YYMMDD`, as in the machine-readable zone.
    pub fn yymmdd(&self) -> String {
        format!("{:02}{:02}{:02}", self.year % 100, self.month, self.day)
    }

    /// The same day `years` later; nothing when that is 29 February in a common year.
    pub(super) fn plus_years(self, years: u16) -> Option<Self> {
        Self::new(self.year.saturating_add(years), self.month, self.day)
    }
}

/// `YYYY-MM-DD`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Exactly `N` pairs of ASCII digits.
fn pairs<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = text.as_bytes();
    if bytes.len() != 2 * N || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(core::array::from_fn(|i| {
        (bytes[2 * i] - b'0') * 10 + bytes[2 * i + 1] - b'0'
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
        assert_eq!(Date::from_ddmmyyyy("29022008").unwrap().to_string(), "2008-02-29");
        assert_eq!(Date::from_ddmmyyyy("29022100"), None);
        assert_eq!(Date::from_ddmmyyyy("31042000"), None);
        assert_eq!(Date::from_ddmmyyyy("01132000"), None);
        assert_eq!(Date::from_iso("2000-02-29"), Date::new(2000, 2, 29));
        assert_eq!(Date::from_iso("2000-2-290"), None);
        assert_eq!(Date::from_yymmdd("991231", 2000).unwrap().yymmdd(), "991231");
        assert_eq!(Date::new(2008, 2, 29).unwrap().plus_years(25), None);
    }
}
