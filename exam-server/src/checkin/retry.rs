//! How often and with what a card's door is tried. A wrong access number makes the chip itself slower and in the end
//! silent (BSI TR-03110-3, section B.3): tries of one number at one station are therefore spaced out and counted, and the
//! proctor is told.

use super::judgement::day_in_vietnam;
use certs::travel_document::date::Date;
use certs::travel_document::scan::{Scanned, expiry_candidates};
use exam_protocol::station::BasicAccessDates;
use exam_protocol::time::{Millis, Timestamp};

/// Most pairs of dates that are tried for basic access control.
const MOST_DATES: usize = 3;

/// A card issued so many years ago may still have the expiry before the one that a card of today gets.
const EARLIER_ISSUE: u16 = 2;

/// Rest after the first, second, third, … wrong number in a row.
const RESTS: [Millis; 4] = [
    Millis::seconds(5),
    Millis::seconds(20),
    Millis::seconds(60),
    Millis::seconds(300),
];

/// Wrong numbers in a row and when the last of them was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongKeys {
    /// How many in a row.
    pub count: u32,
    /// When the last reading ended.
    pub last: Timestamp,
}

impl WrongKeys {
    /// How long this number still has to rest at this station; none when it may be tried now.
    pub fn rest(&self, now: Timestamp) -> Option<Millis> {
        let index = usize::try_from(self.count).unwrap_or(usize::MAX).checked_sub(1)?;
        let rest = RESTS[index.min(RESTS.len() - 1)];
        let left = (self.last + rest) - now;
        (left > Millis(0)).then_some(left)
    }
}

/// Dates for basic access control, most likely first: by the QR code's birth and issue date, else by the roster's birth
/// date for a card issued lately or two years ago. Empty when nothing is known: then only PACE can open the chip.
pub fn basic_access_dates(scanned: &Scanned, roster_birth: &str, now: Timestamp) -> Vec<BasicAccessDates> {
    let Some(birth) = scanned.birth.or_else(|| Date::from_iso(roster_birth)) else {
        return Vec::new();
    };
    let issues = match (scanned.issue, day_in_vietnam(now)) {
        (Some(issue), _) => vec![issue],
        (None, Some(today)) => [Some(today), years_before(today)].into_iter().flatten().collect(),
        (None, None) => Vec::new(),
    };
    let mut dates: Vec<BasicAccessDates> = Vec::new();
    for expiry in issues
        .into_iter()
        .filter(|issue| *issue > birth)
        .flat_map(|issue| expiry_candidates(birth, issue))
    {
        if !dates.iter().any(|known| known.expiry == expiry) {
            dates.push(BasicAccessDates {
                birth: birth.yymmdd(),
                expiry,
            });
        }
    }
    dates.truncate(MOST_DATES);
    dates
}

fn years_before(day: Date) -> Option<Date> {
    let iso = day.to_string();
    let earlier = format!("{:04}{}", day.year().saturating_sub(EARLIER_ISSUE), &iso[4..]);
    // 29 February exists in one year of four.
    Date::from_iso(&earlier).or_else(|| Date::from_iso(&earlier.replace("-02-29", "-02-28")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QR: &str = "001090123456|012345678|Nguyễn Văn A|01011990|Nam|Số 1 Phố Mẫu, Hà Nội|15042021";

    /// 2026-11-22 in Vietnam.
    const TODAY: Timestamp = Timestamp(1_795_351_938_000);

    fn check(scanned: &str, roster_birth: &str, expected: &[(&str, &str)]) {
        let dates = basic_access_dates(&Scanned::parse(scanned).unwrap(), roster_birth, TODAY);
        let dates: Vec<_> = dates
            .iter()
            .map(|d| (d.birth.as_str(), d.expiry.as_str()))
            .collect();
        assert_eq!(dates, expected, "{scanned} {roster_birth}");
    }

    #[test]
    fn dates_come_from_the_code_or_from_the_roster() {
        check(QR, "1999-09-09", &[("900101", "300101")]);
        check("001308000001", "2008-02-10", &[("080210", "330210")]);
        // 24 today: a card of last year is valid to 40, one of four years ago to 25.
        check(
            "001302000001",
            "2002-05-10",
            &[("020510", "420510"), ("020510", "270510")],
        );
        check("001308000001", "unknown", &[]);
    }

    #[test]
    fn rests_grow_and_end() {
        let after = |count, seconds| {
            WrongKeys {
                count,
                last: Timestamp(1_000),
            }
            .rest(Timestamp(1_000) + Millis::seconds(seconds))
        };
        assert_eq!(after(0, 0), None);
        assert_eq!(after(1, 0), Some(Millis::seconds(5)));
        assert_eq!(after(1, 5), None);
        assert_eq!(after(2, 5), Some(Millis::seconds(15)));
        assert_eq!(after(3, 59), Some(Millis::seconds(1)));
        assert_eq!(after(4, 0), Some(Millis::seconds(300)));
        assert_eq!(after(400, 300), None);
    }

    proptest! {
        #[test]
        fn more_mistakes_never_rest_less(count in 0u32..100, seconds in 0i64..400) {
            let now = Timestamp(0) + Millis::seconds(seconds);
            let rest = |count| WrongKeys { count, last: Timestamp(0) }.rest(now);
            prop_assert!(rest(count) <= rest(count + 1));
        }
    }
}
