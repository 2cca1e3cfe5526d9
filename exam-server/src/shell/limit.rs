//! Limits tries per name: a few in a row, then one minute of rest. Names are attacker's input: the table is bounded, holds
//! hashes, and when it is full the oldest names make room, so that a flood of made-up names shuts nobody out.

use certs::hash::sha256;
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
    tries: Mutex<HashMap<[u8; 32], (u32, Timestamp)>>,
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
        let name = sha256(name.as_bytes());
        if tries.len() >= MOST_NAMES && !tries.contains_key(&name) {
            make_room(&mut tries, now);
        }
        let (count, since) = tries.entry(name).or_insert((0, now));
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
            .remove(&sha256(name.as_bytes()));
    }
}

/// Forgets the names that have rested, and then the older half of the others.
fn make_room(tries: &mut HashMap<[u8; 32], (u32, Timestamp)>, now: Timestamp) {
    tries.retain(|_, (_, since)| now - *since < WINDOW);
    if tries.len() < MOST_NAMES {
        return;
    }
    let mut ages: Vec<Timestamp> = tries.values().map(|(_, since)| *since).collect();
    let middle = ages.len() / 2;
    let (_, median, _) = ages.select_nth_unstable(middle);
    let median = *median;
    let mut spare = middle;
    tries.retain(|_, (_, since)| {
        let goes = *since <= median && spare > 0;
        spare -= usize::from(goes);
        !goes
    });
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

    #[test]
    fn a_flood_of_names_shuts_nobody_out() {
        let limit = Limit::default();
        let now = Timestamp(0);
        for number in 0..3 * MOST_NAMES {
            assert!(limit.allow(&number.to_string(), now));
        }
        assert!(limit.allow("an honest name", now));
        assert!(limit.tries.lock().unwrap().len() <= MOST_NAMES);
    }
}
