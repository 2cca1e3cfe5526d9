//! Proof that a room is closed: without it nothing is marked and nothing is exported.

use crate::sitting::state::Room;
use exam_protocol::console::RoomState;
use exam_protocol::id::RoomId;

/// A room that is closed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedRoom(RoomId);

impl ClosedRoom {
    /// The proof, if the room is closed.
    pub fn of(room: &Room) -> Option<Self> {
        (room.state() == RoomState::Closed).then_some(Self(room.id))
    }

    /// Which room.
    pub fn id(&self) -> RoomId {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::state::StoredRoom;
    use exam_protocol::id::SittingId;
    use exam_protocol::time::{Millis, Timestamp};

    #[test]
    fn only_a_closed_room_is_closed() {
        let planned = Room::from_stored(&StoredRoom {
            id: RoomId::from_random([1; 16]),
            sitting: SittingId::from_random([2; 16]),
            state: "planned".into(),
            running_since: None,
            stopped_at: None,
            elapsed: Millis(0),
            credit: Millis(0),
            version: 1,
        })
        .unwrap();
        assert_eq!(ClosedRoom::of(&planned), None);
        let ended = planned
            .open()
            .unwrap()
            .start(Timestamp(1))
            .unwrap()
            .end(Timestamp(2))
            .unwrap();
        assert_eq!(ClosedRoom::of(&ended), None);
        let closed = ended.close().unwrap();
        assert_eq!(
            ClosedRoom::of(&closed),
            Some(ClosedRoom(RoomId::from_random([1; 16])))
        );
    }
}
