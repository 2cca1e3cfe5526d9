//! Tells whoever watches a room that something in it has changed. Carries no content: the watcher reads the database.

use exam_protocol::id::RoomId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Counters for each room that somebody watches.
#[derive(Debug, Default)]
pub struct Changes {
    rooms: Mutex<HashMap<RoomId, Counters>>,
}

/// Seats watch only what concerns them, so that one candidate's progress does not wake all others.
#[derive(Debug)]
struct Counters {
    control: watch::Sender<u64>,
    anything: watch::Sender<u64>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            control: watch::channel(0).0,
            anything: watch::channel(0).0,
        }
    }
}

impl Changes {
    /// The room's state, clock or credits have changed and are on disk: tells boards and seats.
    pub fn touch(&self, room: RoomId) {
        self.notify(room, true);
    }

    /// Somebody in the room got further (check-in, seat, answers, hand-in): tells boards only.
    pub fn progress(&self, room: RoomId) {
        self.notify(room, false);
    }

    /// A check-in station came or went, which every board shows.
    pub fn progress_everywhere(&self) {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        for counters in rooms.values() {
            counters.anything.send_modify(|count| *count += 1);
        }
    }

    fn notify(&self, room: RoomId, control: bool) {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counters) = rooms.get(&room) {
            counters.anything.send_modify(|count| *count += 1);
            if control {
                counters.control.send_modify(|count| *count += 1);
            }
        }
    }

    /// Watches everything in a room from now on.
    pub fn watch(&self, room: RoomId) -> watch::Receiver<u64> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_default().anything.subscribe()
    }

    /// Watches state, clock and credits of a room from now on.
    pub fn watch_control(&self, room: RoomId) -> watch::Receiver<u64> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_default().control.subscribe()
    }
}
