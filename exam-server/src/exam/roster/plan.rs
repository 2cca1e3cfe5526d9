//! A roster and what is stored → what has to be done, and the list of differences that a person sees before.

use super::report::Finding;
use super::row::Entry;
use super::seating::{distribute, drawn_seats};
use super::text::{fold, name_key};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::{AttemptId, RoomId};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A room of the sitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Id.
    pub id: RoomId,
    /// Name.
    pub name: String,
}

/// A candidate with an attempt in the sitting, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// The attempt.
    pub attempt: AttemptId,
    /// Number.
    pub citizen_number: CitizenNumber,
    /// The candidate's particulars.
    pub person: Person,
    /// Candidate number.
    pub candidate_number: String,
    /// Room.
    pub room: RoomId,
    /// Seat.
    pub seat: String,
}

/// Particulars of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// `M` or `F`.
    pub sex: String,
    /// Class.
    pub class: String,
    /// School.
    pub school: String,
}

/// Where a candidate sits from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// 12 digits.
    pub citizen_number: CitizenNumber,
    /// Particulars.
    pub person: Person,
    /// Candidate number.
    pub candidate_number: String,
    /// Room.
    pub room: RoomId,
    /// Seat.
    pub seat: String,
    /// The attempt it already has.
    pub attempt: Option<AttemptId>,
}

/// All that has to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Candidates that are new, changed or moved.
    pub places: Vec<Place>,
    /// What a person sees.
    pub differences: Vec<Difference>,
}

/// A difference between file and database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind.
    pub kind: DifferenceKind,
    /// Candidate number.
    pub candidate_number: String,
    /// Name.
    pub name: String,
    /// What differs, "old → new"; empty where there is nothing to say.
    pub detail: String,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Not stored yet.
    Added,
    /// Particulars or candidate number differ.
    Changed,
    /// Another room or seat.
    Moved,
    /// Stored and not in the file; stays as it is.
    Missing,
}

/// The state that a roster is planned against.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Rooms of the sitting in order.
    pub rooms: Vec<Room>,
    /// Candidates of the sitting.
    pub candidates: Vec<Existing>,
}

/// Makes the plan.
///
/// # Errors
/// Every entry that can't be placed: unknown room, seat taken twice, no seat left.
pub fn plan(
    entries: &[Entry],
    stored: &Stored,
    seed: &[u8; 32],
    capacity: usize,
) -> Result<Plan, Vec<Finding>> {
    let planner = Planner::new(entries, stored);
    let rooms = planner.rooms(capacity)?;
    let seats = planner.seats(&rooms, seed, capacity)?;
    let numbers = planner.candidate_numbers();
    let mut plan = Plan::default();
    for (at, entry) in entries.iter().enumerate() {
        let place = place(
            entry,
            planner.existing(entry),
            rooms[at],
            &seats[at],
            &numbers[at],
        );
        let before = planner.existing(entry);
        let differences = differences(&place, before, &stored.rooms);
        if !differences.is_empty() {
            plan.differences.extend(differences);
            plan.places.push(place);
        }
    }
    plan.differences.extend(planner.missing());
    Ok(plan)
}

fn place(entry: &Entry, before: Option<&Existing>, room: RoomId, seat: &str, number: &str) -> Place {
    Place {
        citizen_number: entry.citizen_number.clone(),
        person: Person {
            name: entry.name.clone(),
            birth_date: entry.birth_date.clone(),
            sex: entry.sex.code().to_owned(),
            class: entry.class.clone(),
            school: entry.school.clone(),
        },
        candidate_number: number.to_owned(),
        room,
        seat: seat.to_owned(),
        attempt: before.map(|existing| existing.attempt),
    }
}

fn differences(place: &Place, before: Option<&Existing>, rooms: &[Room]) -> Vec<Difference> {
    let difference = |kind, detail: String| Difference {
        kind,
        candidate_number: place.candidate_number.clone(),
        name: place.person.name.clone(),
        detail,
    };
    let room_name = |id: RoomId| {
        rooms
            .iter()
            .find(|room| room.id == id)
            .map_or("", |room| room.name.as_str())
    };
    let where_to = format!("{}, {}", room_name(place.room), place.seat);
    let Some(before) = before else {
        return vec![difference(DifferenceKind::Added, where_to)];
    };
    let mut found = Vec::new();
    let changed = changes(place, before);
    if !changed.is_empty() {
        found.push(difference(DifferenceKind::Changed, changed.join("; ")));
    }
    if (place.room, &place.seat) != (before.room, &before.seat) {
        let detail = format!("{}, {} → {where_to}", room_name(before.room), before.seat);
        found.push(difference(DifferenceKind::Moved, detail));
    }
    found
}

fn changes(place: &Place, before: &Existing) -> Vec<String> {
    let (old, new) = (&before.person, &place.person);
    [
        (&old.name, &new.name),
        (&old.birth_date, &new.birth_date),
        (&old.sex, &new.sex),
        (&old.class, &new.class),
        (&old.school, &new.school),
        (&before.candidate_number, &place.candidate_number),
    ]
    .into_iter()
    .filter(|(old, new)| old != new)
    .map(|(old, new)| format!("{old} → {new}"))
    .collect()
}

struct Planner<'a> {
    entries: &'a [Entry],
    stored: &'a Stored,
    by_number: HashMap<&'a CitizenNumber, &'a Existing>,
}

impl<'a> Planner<'a> {
    fn new(entries: &'a [Entry], stored: &'a Stored) -> Self {
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

    fn existing(&self, entry: &Entry) -> Option<&'a Existing> {
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

    fn missing(&self) -> Vec<Difference> {
        let gone = |candidate: &Existing| Difference {
            kind: DifferenceKind::Missing,
            candidate_number: candidate.candidate_number.clone(),
            name: candidate.person.name.clone(),
            detail: String::new(),
        };
        self.left().map(gone).collect()
    }

    /// The room of each entry: as the file says, else as stored, else distributed by name.
    fn rooms(&self, capacity: usize) -> Result<Vec<RoomId>, Vec<Finding>> {
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
    fn seats(&self, rooms: &[RoomId], seed: &[u8; 32], capacity: usize) -> Result<Vec<String>, Vec<Finding>> {
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
        let seatless = |at: usize| vec![no_seat(&self.entries[at])];
        seats
            .into_iter()
            .enumerate()
            .map(|(at, seat)| seat.ok_or_else(|| seatless(at)))
            .collect()
    }

    /// As the file says, else as stored, else the next free number in Vietnamese order of names.
    fn candidate_numbers(&self) -> Vec<String> {
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

fn no_seat(entry: &Entry) -> Finding {
    Finding::at(entry.row, "phòng này đã hết chỗ", "this room has no seat left")
}

fn too_few_seats() -> Finding {
    Finding::of_file(
        "các phòng không đủ chỗ cho tất cả thí sinh; hãy thêm phòng hoặc tăng sức chứa (--capacity)",
        "the rooms have too few seats for all candidates; add rooms, or raise the capacity (--capacity)",
    )
}

#[cfg(test)]
mod tests;
