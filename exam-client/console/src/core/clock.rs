//! The server's time as this page knows it, and lengths of time as people read them.
//!
//! The PC's wall clock is never used: between two boards the page counts with the browser's monotonic clock.

use exam_protocol::console::{Board, RoomState};
use exam_protocol::time::{Millis, Timestamp};

/// The server's clock, carried on by the monotonic clock since a board arrived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerClock {
    /// The server's time in that board.
    pub server: Timestamp,
    /// When it arrived, on the browser's monotonic clock ([`exam_browser::monotonic`]).
    pub arrived: Millis,
}

impl ServerClock {
    /// The server's time now.
    pub fn at(self, now: Millis) -> Timestamp {
        self.server + (now - self.arrived).max(Millis(0))
    }
}

/// Time left in the room at the server's time `now`, never below zero: the server decides what zero means.
pub fn remaining(board: &Board, now: Timestamp) -> Millis {
    let left = match board.room.state {
        RoomState::Running => board.remaining - (now - board.now),
        _ => board.remaining,
    };
    left.max(Millis(0))
}

/// `5:07` or `1:05:07`; counts down so that the last second is shown as `0:01`.
pub fn countdown(left: Millis) -> String {
    let seconds = left.0.max(0).saturating_add(999) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// Whole seconds or minutes since something was last seen, for a table cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Less than a minute: seconds.
    Seconds(i64),
    /// Less than an hour: minutes.
    Minutes(i64),
    /// Hours.
    Hours(i64),
}

impl Age {
    /// The age as its largest whole unit.
    pub fn of(age: Millis) -> Self {
        let seconds = age.0.max(0) / 1_000;
        match seconds {
            0..60 => Self::Seconds(seconds),
            60..3_600 => Self::Minutes(seconds / 60),
            _ => Self::Hours(seconds / 3_600),
        }
    }
}

/// Offset of Vietnam's legal time from UTC: seven hours, no summer time (Decision 121/CP of 1967).
const VIETNAM: Millis = Millis(7 * 3_600_000);

/// `08:05:09` in Vietnam, whatever time zone the PC is set to.
pub fn time_of_day(at: Timestamp) -> String {
    let seconds = (at + VIETNAM).0.div_euclid(1_000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `07:30 22/11/2026` in Vietnam.
pub fn date_and_time(at: Timestamp) -> String {
    let (year, month, day) = civil((at + VIETNAM).0.div_euclid(86_400_000));
    format!("{} {day:02}/{month:02}/{year}", &time_of_day(at)[..5])
}

/// `2008-05-01` as people here write it: `01/05/2008`. Other texts are left as they are.
pub fn written_date(iso: &str) -> String {
    match *iso.split('-').collect::<Vec<_>>() {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}

/// Year, month and day of a number of days since 1970-01-01 (proleptic Gregorian calendar; years of 400 × 365.2425 days
/// counted from 1 March, so that the leap day comes last).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The end of a day in Vietnam, from the text of a date field (`2026-12-31`).
pub fn end_of_day(iso: &str) -> Option<Timestamp> {
    start_of_day(iso).map(|start| start + Millis(86_400_000 - 1))
}

/// The begin of a day in Vietnam, from the text of a date field.
pub fn start_of_day(iso: &str) -> Option<Timestamp> {
    let (year, month, day): (i64, i64, i64) = match *iso.split('-').collect::<Vec<_>>() {
        [year, month, day] => (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?),
        _ => return None,
    };
    // A guess that is at most a few days early, then forward to the day.
    let guess = (year - 1970) * 365 + (year - 1969).div_euclid(4) + (month - 1) * 28 - 20;
    (guess..guess + 80)
        .find(|days| civil(*days) == (year, month, day))
        .map(|days| Timestamp(days * 86_400_000 - VIETNAM.0))
}

/// The day in Vietnam as a date field has it: `2026-12-31`.
pub fn iso_day(at: Timestamp) -> String {
    let (year, month, day) = civil((at + VIETNAM).0.div_euclid(86_400_000));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `31/12/2026` in Vietnam.
pub fn day(at: Timestamp) -> String {
    written_date(&iso_day(at))
}

/// Minutes that a proctor may add at once ([`exam_protocol::console::RoomAction::AddTime`]): 1 to 120, whole.
pub fn minutes_to_add(typed: &str) -> Option<u16> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|minutes| (1..=120).contains(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::board::sample::board;

    #[test]
    fn time_left_runs_only_while_the_room_runs() {
        let mut board = board();
        board.now = Timestamp(1_000_000);
        board.remaining = Millis::minutes(10);
        board.room.state = RoomState::Running;
        assert_eq!(remaining(&board, Timestamp(1_060_000)), Millis::minutes(9));
        assert_eq!(remaining(&board, Timestamp(9_000_000)), Millis(0));
        board.room.state = RoomState::Paused;
        assert_eq!(remaining(&board, Timestamp(9_000_000)), Millis::minutes(10));
    }

    #[test]
    fn the_servers_clock_goes_on_with_the_monotonic_one() {
        let clock = ServerClock {
            server: Timestamp(5_000),
            arrived: Millis(100),
        };
        assert_eq!(clock.at(Millis(1_350)), Timestamp(6_250));
        assert_eq!(clock.at(Millis(0)), Timestamp(5_000));
    }

    #[test]
    fn lengths_read_like_a_clock() {
        assert_eq!(countdown(Millis::minutes(90)), "1:30:00");
        assert_eq!(countdown(Millis(5 * 60_000 + 6_001)), "5:07");
        assert_eq!(countdown(Millis(1)), "0:01");
        assert_eq!(countdown(Millis(-5)), "0:00");
        assert_eq!(Age::of(Millis(59_999)), Age::Seconds(59));
        assert_eq!(Age::of(Millis(60_000)), Age::Minutes(1));
        assert_eq!(Age::of(Millis(7_200_000)), Age::Hours(2));
    }

    #[test]
    fn times_are_vietnams() {
        assert_eq!(time_of_day(Timestamp(1_795_350_741_000)), "19:32:21");
        assert_eq!(date_and_time(Timestamp(1_795_350_741_000)), "19:32 22/11/2026");
        assert_eq!(date_and_time(Timestamp(951_782_400_000)), "07:00 29/02/2000");
        assert_eq!(date_and_time(Timestamp(0)), "07:00 01/01/1970");
        assert_eq!(written_date("2008-05-01"), "01/05/2008");
        assert_eq!(written_date("2008"), "2008");
    }

    #[test]
    fn days_begin_and_end_in_vietnam() {
        for day in [
            "1970-01-01",
            "2000-02-29",
            "2026-11-22",
            "2026-12-31",
            "2027-01-01",
            "2028-02-29",
            "2099-07-15",
        ] {
            let (from, until) = (start_of_day(day).unwrap(), end_of_day(day).unwrap());
            assert_eq!((iso_day(from), iso_day(until)), (day.to_owned(), day.to_owned()));
            assert_eq!(time_of_day(from), "00:00:00");
            assert_eq!(time_of_day(until), "23:59:59");
        }
        assert_eq!(start_of_day("2026-02-30"), None);
        assert_eq!(start_of_day(""), None);
    }

    #[test]
    fn only_whole_minutes_in_range_can_be_added() {
        assert_eq!(minutes_to_add(" 5 "), Some(5));
        assert_eq!(minutes_to_add("120"), Some(120));
        for wrong in ["0", "121", "-5", "5,5", "", "năm"] {
            assert_eq!(minutes_to_add(wrong), None, "{wrong}");
        }
    }
}
