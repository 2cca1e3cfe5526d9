//! Which seats are connected and when they were last heard of. In memory only: a restart begins anew.

use exam_protocol::id::AttemptId;
use exam_protocol::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// All seats that this process has heard of.
#[derive(Debug, Default)]
pub struct Presence {
    seats: Mutex<HashMap<AttemptId, Entry>>,
}

#[derive(Debug)]
struct Entry {
    sockets: u32,
    last_seen: Option<Timestamp>,
    wake: watch::Sender<u64>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            sockets: 0,
            last_seen: None,
            wake: watch::channel(0).0,
        }
    }
}

/// A seat as the board shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether a socket of the seat is open.
    pub connected: bool,
    /// Last frame from it.
    pub last_seen: Option<Timestamp>,
}

impl Presence {
    /// What is known of a seat.
    pub fn of(&self, attempt: AttemptId) -> Seen {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.get(&attempt).map_or_else(Seen::default, |entry| Seen {
            connected: entry.sockets > 0,
            last_seen: entry.last_seen,
        })
    }

    /// Wakes the sockets of one attempt: another seat has claimed it, or its own row has changed.
    pub fn wake(&self, attempt: AttemptId) {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = seats.get(&attempt) {
            entry.wake.send_modify(|count| *count += 1);
        }
    }

    /// A socket of the seat is open from now until the returned guard is dropped.
    pub fn connect(self: &Arc<Self>, attempt: AttemptId, now: Timestamp) -> Connected {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seats.entry(attempt).or_default();
        entry.sockets += 1;
        entry.last_seen = Some(now);
        Connected {
            presence: self.clone(),
            attempt,
            wake: entry.wake.subscribe(),
        }
    }
}

/// An open socket of a seat.
#[derive(Debug)]
pub struct Connected {
    presence: Arc<Presence>,
    attempt: AttemptId,
    /// Changes when the attempt has changed.
    pub wake: watch::Receiver<u64>,
}

impl Connected {
    /// A frame came.
    pub fn seen(&self, now: Timestamp) {
        let mut seats = self.presence.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.entry(self.attempt).or_default().last_seen = Some(now);
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut seats = self.presence.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = seats.get_mut(&self.attempt) {
            entry.sockets = entry.sockets.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_connected_while_any_of_its_sockets_is() {
        let presence = Arc::new(Presence::default());
        let attempt = AttemptId::from_random([1; 16]);
        assert_eq!(presence.of(attempt), Seen::default());
        let first = presence.connect(attempt, Timestamp(1));
        let second = presence.connect(attempt, Timestamp(2));
        drop(first);
        second.seen(Timestamp(3));
        assert_eq!(
            presence.of(attempt),
            Seen {
                connected: true,
                last_seen: Some(Timestamp(3))
            }
        );
        drop(second);
        assert_eq!(
            presence.of(attempt),
            Seen {
                connected: false,
                last_seen: Some(Timestamp(3))
            }
        );
    }
}
