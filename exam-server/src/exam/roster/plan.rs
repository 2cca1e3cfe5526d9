//! A roster and what is stored → what has to be done, and the list of differences that a person sees before.

mod planner;

use super::report::Finding;
use super::row::Entry;
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::{AttemptId, RoomId};
use planner::Planner;
use serde::Serialize;

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
/// Every entry that can't be placed: candidate number of somebody else, unknown room, seat taken twice, no seat left.
pub fn plan(
    entries: &[Entry],
    stored: &Stored,
    seed: &[u8; 32],
    capacity: usize,
) -> Result<Plan, Vec<Finding>> {
    let planner = Planner::new(entries, stored);
    let numbers = planner.candidate_numbers();
    // First, because a twin mostly claims the seat too, and that fault would hide this one.
    planner.twins(&numbers)?;
    let rooms = planner.rooms(capacity)?;
    let seats = planner.seats(&rooms, seed, capacity)?;
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

#[cfg(test)]
mod tests;
