//! Limits tries per name: a few in a row, then one minute of rest. Names are attacker's input, so the table is bounded.

use exam_protocol::time::{Millis, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tries of a name in a row, unless said otherwise.
const TRIES: u32 = 8;
const WINDOW: Millis = Millis::minutes(1);
const MOST_NAMES: usize = 10_000;

/// Counts tries per name.
#[derive(Debug)]
pub struct Limit {
    most: u32,
    tries: Mutex<HashMap<String, (u32, Timestamp)>>,
}

impl Default for Limit {
    fn default() -> Self {
        Self::of(TRIES)
    }
}

impl Limit {
    /// Allows this many tries in a row.
    pub fn of(most: u32) -> Self {
        Self {
            most,
            tries: Mutex::default(),
        }
    }

    /// Counts one try; false when this name has to wait.
    pub fn allow(&self, name: &str, now: Timestamp) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MOST_NAMES {
            tries.retain(|_, (_, since)| now - *since < WINDOW);
        }
        if tries.len() >= MOST_NAMES && !tries.contains_key(name) {
            return false;
        }
        let (count, since) = tries.entry(name.to_owned()).or_insert((0, now));
        if now - *since >= WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
        *count <= self.most
    }

    /// Forgets the tries of a name that has proven itself.
    pub fn forget(&self, name: &str) {
        self.tries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_rests_after_eight_tries_and_others_do_not() {
        let limit = Limit::default();
        let now = Timestamp(0);
        assert_eq!((0..20).filter(|_| limit.allow("a", now)).count(), 8);
        assert!(limit.allow("b", now));
        assert!(!limit.allow("a", now + Millis::seconds(59)));
        assert!(limit.allow("a", now + WINDOW));
    }
}
