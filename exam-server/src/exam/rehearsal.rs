//! A rehearsal (*diễn tập*): a sitting of an exam that was made as one, whose candidates are invented.
//!
//! The types are the proof: an attempt of a real exam can't become an [`Invented`] one, so nobody real is ever let in the
//! way that invented candidates are.

use super::roster::plan::{Person, Place, Room};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::{AttemptId, RoomId, SittingId};

/// Begins every invented citizen number: no province has this code, so that no person has such a number.
const NO_PROVINCE: &str = "000";

/// Most candidates of one rehearsal.
pub const MOST: usize = 50_000;

/// A sitting of an exam that is a rehearsal.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    sitting: SittingId,
    rooms: Vec<Room>,
}

/// An attempt of a rehearsal.
#[derive(Clone, Copy, Debug)]
pub struct Invented {
    attempt: AttemptId,
    room: RoomId,
}

impl Rehearsal {
    /// Only the store, which has seen that the exam is a rehearsal, calls this.
    pub(super) fn of_stored(sitting: SittingId, rooms: Vec<Room>) -> Self {
        Self { sitting, rooms }
    }

    /// The sitting.
    pub fn sitting(&self) -> SittingId {
        self.sitting
    }

    /// `count` invented candidates, spread evenly over the rooms.
    pub fn places(&self, count: usize) -> Vec<Place> {
        let turns = self.rooms.iter().cycle().take(count.min(MOST)).enumerate();
        turns
            .map(|(index, room)| Place {
                citizen_number: number(index),
                person: person(index),
                candidate_number: format!("{:05}", index + 1),
                room: room.id,
                seat: format!("{:02}", index / self.rooms.len() + 1),
                attempt: None,
            })
            .collect()
    }
}

impl Invented {
    /// Only the store, which has seen that the attempt is one of a rehearsal, calls this.
    pub(super) fn of_stored(attempt: AttemptId, room: RoomId) -> Self {
        Self { attempt, room }
    }

    /// The attempt.
    pub fn attempt(&self) -> AttemptId {
        self.attempt
    }

    /// Its room.
    pub fn room(&self) -> RoomId {
        self.room
    }
}

fn number(index: usize) -> CitizenNumber {
    format!("{NO_PROVINCE}{:09}", index + 1)
        .parse()
        .expect("three and nine digits are twelve")
}

fn person(index: usize) -> Person {
    Person {
        name: format!("Thí sinh diễn tập {:05}", index + 1),
        birth_date: "2008-09-05".to_owned(),
        sex: "F".to_owned(),
        class: String::new(),
        school: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::bytes::Fixed;
    use std::collections::HashSet;

    #[test]
    fn everybody_has_a_number_and_a_seat_of_their_own() {
        let room = |id: u8| Room {
            id: RoomId(Fixed([id; 16])),
            name: id.to_string(),
        };
        let rehearsal = Rehearsal::of_stored(SittingId(Fixed([9; 16])), vec![room(1), room(2), room(3)]);
        let places = rehearsal.places(100);
        let numbers: HashSet<_> = places.iter().map(|place| &place.citizen_number).collect();
        let seats: HashSet<_> = places.iter().map(|place| (place.room, &place.seat)).collect();
        assert_eq!((places.len(), numbers.len(), seats.len()), (100, 100, 100));
        assert!(numbers.iter().all(|number| number.as_str().starts_with("000")));
        let first = places.iter().filter(|place| place.room == room(1).id);
        assert_eq!(first.count(), 34);
        assert!(
            Rehearsal::of_stored(rehearsal.sitting(), vec![])
                .places(3)
                .is_empty()
        );
    }
}
