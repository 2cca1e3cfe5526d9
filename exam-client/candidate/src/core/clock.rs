//! The time left: the server's word, counted down on the monotonic clock. Must never read a clock, above all not the PC's.

use exam_protocol::seat::{AttemptState, Phase};
use exam_protocol::time::{Millis, Timestamp};

/// The last state that the server told, and when it came on the page's monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countdown {
    state: AttemptState,
    at: Millis,
    confirmed: bool,
}

/// A correction smaller than this is the line's delay and not worth a jump of the display.
const JITTER: i64 = 400;

impl Countdown {
    /// From a state that the server has just told.
    pub fn told(state: AttemptState, at: Millis) -> Self {
        Self {
            state,
            at,
            confirmed: true,
        }
    }

    /// From a state that was kept over a reload: it goes on from there, but the server has not confirmed it yet.
    pub fn remembered(state: AttemptState, at: Millis) -> Self {
        Self {
            state,
            at,
            confirmed: false,
        }
    }

    /// Takes a newer state; older ones are late messages and change nothing. Says whether it was taken.
    pub fn hear(&mut self, state: AttemptState, now: Millis) -> bool {
        if self.confirmed && state.version < self.state.version {
            return false;
        }
        let shift = (self.remaining(now).0 - state.remaining.0).abs();
        let same = self.confirmed && state.version == self.state.version && state.phase == self.state.phase;
        if !same || shift > JITTER {
            *self = Self::told(state, now);
        }
        true
    }

    /// Phase as last told.
    pub fn phase(&self) -> Phase {
        self.state.phase
    }

    /// Version as last told; 0 while only remembered, so that the server tells it anew.
    pub fn version(&self) -> u64 {
        if self.confirmed { self.state.version } else { 0 }
    }

    /// Minutes and seconds that the proctor has added so far.
    pub fn credits(&self) -> Millis {
        self.state.credits
    }

    /// Whether the server itself has told this state since the page was opened.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// Time left now; it stands still unless the attempt is running, and never goes below zero.
    pub fn remaining(&self, now: Millis) -> Millis {
        let gone = if self.state.phase == Phase::Running {
            now.0 - self.at.0
        } else {
            0
        };
        Millis((self.state.remaining.0 - gone).max(0))
    }

    /// The server's time now, as far as the page can tell.
    pub fn server_time(&self, now: Millis) -> Timestamp {
        self.state.now + (now - self.at)
    }

    /// This state as of now, for keeping over a reload.
    pub fn snapshot(&self, now: Millis) -> AttemptState {
        AttemptState {
            remaining: self.remaining(now),
            now: self.server_time(now),
            ..self.state.clone()
        }
    }
}

/// Hours, minutes and seconds of a length of time, rounded up to the second.
pub fn hours_minutes_seconds(length: Millis) -> (i64, i64, i64) {
    let seconds = (length.0.max(0) + 999) / 1_000;
    (seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Time of day in Viet Nam (UTC+7 all year), "09:41:07".
pub fn time_of_day(at: Timestamp) -> String {
    let seconds = (at.0.div_euclid(1_000) + 7 * 3_600).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Time and date in Viet Nam, "09:41:07 22/11/2026".
pub fn time_and_date(at: Timestamp) -> String {
    let days = (at.0.div_euclid(1_000) + 7 * 3_600).div_euclid(86_400);
    let (year, month, day) = civil(days);
    format!("{} {day:02}/{month:02}/{year}", time_of_day(at))
}

/// Year, month and day of a number of days since 1970-01-01 (proleptic Gregorian calendar, years counted from March).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(version: u64, phase: Phase, remaining: i64) -> AttemptState {
        AttemptState {
            version,
            phase,
            remaining: Millis(remaining),
            credits: Millis(0),
            now: Timestamp(1_000_000),
        }
    }

    #[test]
    fn counts_down_only_while_running() {
        let running = Countdown::told(state(1, Phase::Running, 60_000), Millis(5_000));
        assert_eq!(running.remaining(Millis(15_000)), Millis(50_000));
        assert_eq!(running.remaining(Millis(500_000)), Millis(0));
        let paused = Countdown::told(state(1, Phase::Paused, 60_000), Millis(5_000));
        assert_eq!(paused.remaining(Millis(15_000)), Millis(60_000));
    }

    #[test]
    fn ignores_late_messages_and_takes_new_time_at_once() {
        let mut clock = Countdown::told(state(2, Phase::Running, 60_000), Millis(0));
        assert!(!clock.hear(state(1, Phase::Ended, 0), Millis(10)));
        assert_eq!(clock.phase(), Phase::Running);
        assert!(clock.hear(state(3, Phase::Running, 360_000), Millis(1_000)));
        assert_eq!(clock.remaining(Millis(1_000)), Millis(360_000));
    }

    #[test]
    fn does_not_jump_for_the_delay_of_the_line_but_heals_a_wrong_clock() {
        let mut clock = Countdown::told(state(2, Phase::Running, 60_000), Millis(0));
        clock.hear(state(2, Phase::Running, 50_200), Millis(10_000));
        assert_eq!(clock.remaining(Millis(10_000)), Millis(50_000));
        clock.hear(state(2, Phase::Running, 20_000), Millis(10_000));
        assert_eq!(clock.remaining(Millis(10_000)), Millis(20_000));
    }

    #[test]
    fn a_remembered_state_yields_to_the_server_whatever_its_version() {
        let mut clock = Countdown::remembered(state(9, Phase::Running, 60_000), Millis(0));
        assert_eq!(clock.version(), 0);
        assert!(clock.hear(state(3, Phase::Paused, 70_000), Millis(10)));
        assert_eq!((clock.phase(), clock.is_confirmed()), (Phase::Paused, true));
    }

    #[test]
    fn shows_time_as_people_read_it() {
        assert_eq!(hours_minutes_seconds(Millis(3_599_001)), (1, 0, 0));
        assert_eq!(hours_minutes_seconds(Millis(-5)), (0, 0, 0));
        assert_eq!(time_of_day(Timestamp(1_795_280_467_000)), "00:01:07");
        assert_eq!(time_and_date(Timestamp(1_795_280_467_000)), "00:01:07 22/11/2026");
        assert_eq!(time_and_date(Timestamp(1_709_200_800_000)), "17:00:00 29/02/2024");
        assert_eq!(time_and_date(Timestamp(1_735_664_400_000)), "00:00:00 01/01/2025");
    }
}
