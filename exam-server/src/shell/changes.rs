//! Tells whoever watches a room that something in it has changed. Carries no content: the watcher reads the database.

use exam_protocol::id::RoomId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// One counter for each room that somebody watches.
#[derive(Debug, Default)]
pub struct Changes {
    rooms: Mutex<HashMap<RoomId, watch::Sender<u64>>>,
}

impl Changes {
    /// Something in this room has changed and is on disk.
    pub fn touch(&self, room: RoomId) {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = rooms.get(&room) {
            sender.send_modify(|count| *count += 1);
        }
    }

    /// Watches a room from now on.
    pub fn watch(&self, room: RoomId) -> watch::Receiver<u64> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_insert_with(|| watch::channel(0).0).subscribe()
    }
}
