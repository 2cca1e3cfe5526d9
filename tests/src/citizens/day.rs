//! Calendar days in the forms of the card, and how long a card is valid.
//!
//! Must not read a clock.

use crate::dice::Dice;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Year, such as 2008.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Day {
    /// A day.
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// Draws a day from the first to the last of these years; never after the 28th, so every year has it.
    pub(super) fn draw(dice: &mut Dice, first: u16, last: u16) -> Self {
        let small = |number: u32| u8::try_from(number).expect("below 29");
        let span = u32::from(last - first) + 1;
        let year = first + u16::try_from(dice.below(span)).expect("a few years");
        Self {
            year,
            month: small(1 + dice.below(12)),
            day: small(1 + dice.below(28)),
        }
    }

    /// `31122008`, as in the QR code.
    pub fn digits(self) -> String {
        format!("{:02}{:02}{:04}", self.day, self.month, self.year)
    }

    /// `31/12/2008`, as printed.
    pub fn slashes(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }

    /// `081231`, as in the MRZ.
    pub fn mrz(self) -> String {
        format!("{:02}{:02}{:02}", self.year % 100, self.month, self.day)
    }

    /// The same day in another year; 29 February becomes 1 March where there is none.
    pub fn in_year(self, year: u16) -> Self {
        let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        if (self.month, self.day) == (2, 29) && !leap {
            Self::new(year, 3, 1)
        } else {
            Self { year, ..self }
        }
    }
}

/// The last day of a card: the birthday at 14, 25, 40 or 60 that is more than two years away (Law 26/2023, art. 21).
pub fn expiry(birth: Day, issued: Day) -> Option<Day> {
    let birthday = |age: u16| birth.in_year(birth.year + age);
    [(12, 14), (23, 25), (38, 40), (58, 60)]
        .into_iter()
        .find(|&(before, _)| issued < birthday(before))
        .map(|(_, until)| birthday(until))
}
