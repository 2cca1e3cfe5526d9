//! How long to leave a card alone after it refused a key. A chip counts wrong keys and answers ever more slowly.
//!
//! Pure: the time is an argument.

use std::time::{Duration, Instant};

/// Wait after the first refused key.
const FIRST: Duration = Duration::from_secs(2);

/// Longest wait.
const LONGEST: Duration = Duration::from_mins(1);

/// The wait of one reader: a card cannot be told from another before it is open, so the reader stands for it.
#[derive(Default)]
pub struct Backoff {
    refusals: u32,
    until: Option<Instant>,
}

impl Backoff {
    /// The card refused a key: wait twice as long as last time.
    pub fn refused(&mut self, now: Instant) {
        let wait = FIRST.saturating_mul(1 << self.refusals.min(10)).min(LONGEST);
        self.refusals += 1;
        self.until = Some(now + wait);
    }

    /// A key opened a card.
    pub fn opened(&mut self) {
        *self = Self::default();
    }

    /// How long still to wait.
    pub fn remaining(&self, now: Instant) -> Duration {
        self.until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_with_success() {
        let now = Instant::now();
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..8)
            .map(|_| {
                backoff.refused(now);
                backoff.remaining(now).as_secs()
            })
            .collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(
            backoff.remaining(now + Duration::from_secs(59)),
            Duration::from_secs(1)
        );
        assert_eq!(backoff.remaining(now + Duration::from_secs(61)), Duration::ZERO);
        backoff.opened();
        assert_eq!(backoff.remaining(now), Duration::ZERO);
    }
}
