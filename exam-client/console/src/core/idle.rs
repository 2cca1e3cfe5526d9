//! When a session that nobody uses warns, locks itself, and when the server is told that somebody is there.
//!
//! The server counts by itself and decides; this makes the page lock at about the same moment. Must not read a clock.

use exam_protocol::time::Millis;

/// How long before the lock the page warns.
pub const WARN_BEFORE: Millis = Millis::minutes(1);
/// How often the server is told at most.
pub const TELL_EVERY: Millis = Millis::minutes(1);

/// Whether keys and mouse were used, on the browser's monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// After so long without an act the session locks itself.
    pub after: Millis,
    used: Millis,
    told: Millis,
}

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Working,
    /// The page locks in so long.
    Warned(Millis),
    /// The page is locked.
    Locked,
}

impl Idle {
    /// A session that was just opened or unlocked.
    pub fn new(after: Millis, now: Millis) -> Self {
        Self {
            after,
            used: now,
            told: now,
        }
    }

    /// A key or the mouse was used.
    pub fn used(&mut self, now: Millis) {
        self.used = self.used.max(now);
    }

    /// Whether the server has to be told now; counts as told.
    pub fn tell(&mut self, now: Millis) -> bool {
        let due = self.used > self.told && now - self.told >= TELL_EVERY;
        if due {
            self.told = now;
        }
        due
    }

    /// What to show.
    pub fn rest(&self, now: Millis) -> Rest {
        let left = self.after - (now - self.used);
        if left <= Millis(0) {
            Rest::Locked
        } else if left <= WARN_BEFORE.min(Millis(self.after.0 / 2)) {
            Rest::Warned(left)
        } else {
            Rest::Working
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_a_minute_before_it_locks() {
        let mut idle = Idle::new(Millis::minutes(5), Millis(0));
        assert_eq!(idle.rest(Millis::seconds(239)), Rest::Working);
        assert_eq!(idle.rest(Millis::seconds(250)), Rest::Warned(Millis::seconds(50)));
        idle.used(Millis::seconds(250));
        assert_eq!(idle.rest(Millis::seconds(250)), Rest::Working);
        assert_eq!(idle.rest(Millis::seconds(550)), Rest::Locked);
    }

    #[test]
    fn tells_the_server_once_a_minute_and_only_when_used() {
        let mut idle = Idle::new(Millis::minutes(15), Millis(0));
        assert!(!idle.tell(Millis::minutes(3)));
        idle.used(Millis::minutes(3));
        assert!(idle.tell(Millis::minutes(3)));
        idle.used(Millis::seconds(190));
        assert!(!idle.tell(Millis::seconds(200)));
        assert!(idle.tell(Millis::seconds(240)));
        assert!(!idle.tell(Millis::minutes(9)));
    }

    #[test]
    fn a_very_short_limit_still_leaves_time_without_a_warning() {
        let idle = Idle::new(Millis::seconds(20), Millis(0));
        assert_eq!(idle.rest(Millis::seconds(5)), Rest::Working);
        assert_eq!(idle.rest(Millis::seconds(12)), Rest::Warned(Millis::seconds(8)));
    }
}
