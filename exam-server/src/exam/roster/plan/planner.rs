//! Finds every entry its room, its seat and its candidate number: as the file says, else as stored, else by rule.

use super::{Difference, DifferenceKind, Existing, Stored};
use crate::exam::roster::report::Finding;
use crate::exam::roster::row::Entry;
use crate::exam::roster::seating::{distribute, drawn_seats};
use crate::exam::roster::text::{fold, name_key};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::RoomId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Entries against what is stored: rooms, then seats, then candidate numbers.
pub(super) struct Planner<'a> {
    entries: &'a [Entry],
    stored: &'a Stored,
    by_number: HashMap<&'a CitizenNumber, &'a Existing>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(entries: &'a [Entry], stored: &'a Stored) -> Self {
        let by_number = stored
            .candidates
            .iter()
            .map(|candidate| (&candidate.citizen_number, candidate))
            .collect();
        Self {
            entries,
            stored,
            by_number,
        }
    }

    pub(super) fn existing(&self, entry: &Entry) -> Option<&'a Existing> {
        self.by_number.get(&entry.citizen_number).copied()
    }

    /// Candidates that the file does not name.
    fn left(&self) -> impl Iterator<Item = &'a Existing> {
        let named: HashSet<&CitizenNumber> = self.entries.iter().map(|entry| &entry.citizen_number).collect();
        self.stored
            .candidates
            .iter()
            .filter(move |candidate| !named.contains(&candidate.citizen_number))
    }

    pub(super) fn missing(&self) -> Vec<Difference> {
        let gone = |candidate: &Existing| Difference {
            kind: DifferenceKind::Missing,
            candidate_number: candidate.candidate_number.clone(),
            name: candidate.person.name.clone(),
            detail: String::new(),
        };
        self.left().map(gone).collect()
    }

    /// The room of each entry: as the file says, else as stored, else distributed by name.
    pub(super) fn rooms(&self, capacity: usize) -> Result<Vec<RoomId>, Vec<Finding>> {
        let mut faults = Vec::new();
        let mut rooms: Vec<Option<RoomId>> = Vec::new();
        for entry in self.entries {
            let known = self.existing(entry).map(|existing| existing.room);
            rooms.push(if entry.room.is_empty() {
                known
            } else {
                self.room_named(&entry.room)
            });
            if !entry.room.is_empty() && rooms.last() == Some(&None) {
                faults.push(self.no_such_room(entry));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut newcomers: Vec<usize> = (0..rooms.len()).filter(|at| rooms[*at].is_none()).collect();
        newcomers.sort_by_key(|at| name_key(&self.entries[*at].name));
        let taken: Vec<usize> = self
            .stored
            .rooms
            .iter()
            .map(|room| self.occupancy(&rooms, room.id))
            .collect();
        let shares = distribute(newcomers.len(), &taken, capacity).ok_or_else(|| vec![too_few_seats()])?;
        let mut queue = newcomers.into_iter();
        for (room, share) in self.stored.rooms.iter().zip(shares) {
            for at in queue.by_ref().take(share) {
                rooms[at] = Some(room.id);
            }
        }
        rooms
            .into_iter()
            .map(|room| room.ok_or_else(|| vec![too_few_seats()]))
            .collect()
    }

    fn occupancy(&self, rooms: &[Option<RoomId>], room: RoomId) -> usize {
        let named = rooms.iter().filter(|there| **there == Some(room)).count();
        named + self.left().filter(|candidate| candidate.room == room).count()
    }

    /// "Phòng 01", "phong 1" and "1" are the same room.
    fn room_named(&self, name: &str) -> Option<RoomId> {
        let wanted = room_key(name);
        self.stored
            .rooms
            .iter()
            .find(|room| room_key(&room.name) == wanted)
            .map(|room| room.id)
    }

    fn room_name(&self, id: RoomId) -> &str {
        let room = self.stored.rooms.iter().find(|room| room.id == id);
        room.map_or("", |room| &room.name)
    }

    fn no_such_room(&self, entry: &Entry) -> Finding {
        let rooms = self
            .stored
            .rooms
            .iter()
            .map(|room| room.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Finding::at(
            entry.row,
            format!("không có phòng \"{}\"; ca thi có: {rooms}", entry.room),
            format!("no room \"{}\"; the sitting has: {rooms}", entry.room),
        )
    }

    /// The seat of each entry: as the file says, else as stored if the room stays, else drawn.
    pub(super) fn seats(
        &self,
        rooms: &[RoomId],
        seed: &[u8; 32],
        capacity: usize,
    ) -> Result<Vec<String>, Vec<Finding>> {
        let mut taken: BTreeMap<RoomId, Vec<String>> = BTreeMap::new();
        for candidate in self.left() {
            taken
                .entry(candidate.room)
                .or_default()
                .push(candidate.seat.clone());
        }
        let mut faults = Vec::new();
        let mut seats: Vec<Option<String>> = Vec::new();
        for (entry, room) in self.entries.iter().zip(rooms) {
            let stays = self
                .existing(entry)
                .filter(|existing| existing.room == *room)
                .map(|existing| existing.seat.clone());
            let seat = if entry.seat.is_empty() {
                stays
            } else {
                Some(seat_label(&entry.seat))
            };
            if let Some(seat) = &seat {
                let there = taken.entry(*room).or_default();
                if there.contains(seat) {
                    faults.push(seat_taken(entry, seat));
                }
                there.push(seat.clone());
            }
            seats.push(seat);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.draw(rooms, seats, &taken, seed, capacity)
    }

    fn draw(
        &self,
        rooms: &[RoomId],
        mut seats: Vec<Option<String>>,
        taken: &BTreeMap<RoomId, Vec<String>>,
        seed: &[u8; 32],
        capacity: usize,
    ) -> Result<Vec<String>, Vec<Finding>> {
        for room in &self.stored.rooms {
            let there = taken.get(&room.id).map_or(&[][..], Vec::as_slice);
            let mut drawn = drawn_seats(seed, &room.name, capacity, there).into_iter();
            for at in (0..seats.len()).filter(|at| rooms[*at] == room.id) {
                if seats[at].is_none() {
                    seats[at] = drawn.next();
                }
            }
        }
        let faults: Vec<Finding> = (0..seats.len())
            .filter(|at| seats[*at].is_none())
            .map(|at| no_seat(&self.entries[at], self.room_name(rooms[at]), capacity))
            .collect();
        if faults.is_empty() {
            Ok(seats.into_iter().flatten().collect())
        } else {
            Err(faults)
        }
    }

    /// As the file says, else as stored, else the next free number in Vietnamese order of names.
    pub(super) fn candidate_numbers(&self) -> Vec<String> {
        let known = |entry: &Entry| {
            let own = Some(entry.candidate_number.clone()).filter(|number| !number.is_empty());
            own.or_else(|| {
                self.existing(entry)
                    .map(|existing| existing.candidate_number.clone())
            })
        };
        let mut numbers: Vec<Option<String>> = self.entries.iter().map(known).collect();
        let stored = self
            .stored
            .candidates
            .iter()
            .map(|candidate| candidate.candidate_number.clone());
        let taken: HashSet<String> = numbers.iter().flatten().cloned().chain(stored).collect();
        let mut next = (1..)
            .map(|number| format!("{number:06}"))
            .filter(|number| !taken.contains(number));
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by_key(|at| name_key(&self.entries[*at].name));
        for at in order {
            if numbers[at].is_none() {
                numbers[at] = next.next();
            }
        }
        numbers.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Entries whose candidate number belongs to a stored candidate with another citizen number. Who gives the number up
    /// in the same file (two candidates exchange theirs) is no such candidate.
    pub(super) fn twins(&self, numbers: &[String]) -> Result<(), Vec<Finding>> {
        let entries = || self.entries.iter().zip(numbers);
        let next: HashMap<&CitizenNumber, &str> = entries()
            .map(|(entry, number)| (&entry.citizen_number, number.as_str()))
            .collect();
        let holders: HashMap<&str, &Existing> = self
            .stored
            .candidates
            .iter()
            .filter(|held| {
                next.get(&held.citizen_number)
                    .is_none_or(|number| *number == held.candidate_number)
            })
            .map(|held| (held.candidate_number.as_str(), held))
            .collect();
        let faults: Vec<Finding> = entries()
            .filter_map(|(entry, number)| {
                let holder = holders.get(number.as_str())?;
                (holder.citizen_number != entry.citizen_number).then(|| twin(entry, number, holder))
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// Only the last three digits of citizen numbers: reports are passed around.
fn twin(entry: &Entry, number: &str, holder: &Existing) -> Finding {
    let tail = |number: &CitizenNumber| number.as_str()[9..].to_owned();
    let (old, new) = (tail(&holder.citizen_number), tail(&entry.citizen_number));
    Finding::at(
        entry.row,
        format!(
            "SBD {number} đã có với số định danh khác (…{old}), nay là (…{new}). Kiểm tra lại; nếu số định danh \
             đã được sửa thì cấp SBD mới cho dòng này: thí sinh cũ ở lại danh sách và tính là vắng."
        ),
        format!(
            "candidate number {number} is stored with another citizen number (…{old}), here it is (…{new}). Check it; if \
             the citizen number was corrected, give this row a new candidate number: the old entry stays and counts as \
             absent."
        ),
    )
}

fn room_key(name: &str) -> String {
    let folded = fold(name);
    let bare = folded
        .strip_prefix("phong thi ")
        .or_else(|| folded.strip_prefix("phong "))
        .unwrap_or(&folded);
    let digits = bare.trim_start_matches('0');
    if bare.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
        digits.to_owned()
    } else {
        bare.to_owned()
    }
}

/// Single digits become "01", so that the same seat is never written in two ways.
fn seat_label(seat: &str) -> String {
    if seat.len() == 1 && seat.bytes().all(|b| b.is_ascii_digit()) {
        format!("0{seat}")
    } else {
        seat.to_owned()
    }
}

fn seat_taken(entry: &Entry, seat: &str) -> Finding {
    Finding::at(
        entry.row,
        format!("chỗ {seat} của phòng này đã có người"),
        format!("seat {seat} of this room is taken"),
    )
}

/// Rooms are called "P01" or "Phòng 01"; the word stands once.
fn no_seat(entry: &Entry, room: &str, capacity: usize) -> Finding {
    let named = if fold(room).starts_with("phong") {
        room.to_owned()
    } else {
        format!("phòng {room}")
    };
    Finding::at(
        entry.row,
        format!("{named} đã đủ {capacity} chỗ (--capacity {capacity})"),
        format!("room {room} already has its {capacity} seats filled (--capacity {capacity})"),
    )
}

fn too_few_seats() -> Finding {
    Finding::of_file(
        "các phòng không đủ chỗ cho tất cả thí sinh; hãy thêm phòng hoặc tăng sức chứa (--capacity)",
        "the rooms have too few seats for all candidates; add rooms, or raise the capacity (--capacity)",
    )
}
