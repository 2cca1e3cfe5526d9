//! Which part of the console the address names after `#`, so that a reload, a bookmark and the back button work.
//!
//! Only ids ever stand in an address, never anything about a person.

use exam_protocol::id::RoomId;

/// A part of the console with an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The list of rooms.
    Rooms,
    /// A room.
    Room(RoomId),
    /// Members of staff.
    People,
    /// Members from a file.
    PeopleImport,
    /// The list that is gone through at an access review.
    AccessReview,
    /// Machines with a certificate.
    Machines,
    /// Who signed the cards.
    Signers,
    /// Acts that wait for a second person.
    Proposals,
    /// The audit.
    Audit,
    /// One's own sessions, factors and password.
    Account,
}

impl Section {
    /// What stands after `#`.
    pub fn address(self) -> String {
        match self {
            Self::Rooms => "/rooms".to_owned(),
            Self::Room(id) => format!("/rooms/{id}"),
            Self::People => "/people".to_owned(),
            Self::PeopleImport => "/people/import".to_owned(),
            Self::AccessReview => "/people/review".to_owned(),
            Self::Machines => "/machines".to_owned(),
            Self::Signers => "/signers".to_owned(),
            Self::Proposals => "/proposals".to_owned(),
            Self::Audit => "/audit".to_owned(),
            Self::Account => "/account".to_owned(),
        }
    }

    /// The section of an address; a bare id is a room.
    pub fn of(address: &str) -> Option<Self> {
        let parts: Vec<&str> = address
            .trim_start_matches('#')
            .trim_matches('/')
            .split('/')
            .collect();
        Some(match *parts {
            ["rooms"] => Self::Rooms,
            ["people"] => Self::People,
            ["people", "import"] => Self::PeopleImport,
            ["people", "review"] => Self::AccessReview,
            ["machines"] => Self::Machines,
            ["signers"] => Self::Signers,
            ["proposals"] => Self::Proposals,
            ["audit"] => Self::Audit,
            ["account"] => Self::Account,
            // An address of earlier releases is the room alone.
            ["rooms", id] | [id] => Self::Room(id.parse().ok()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_found_again_from_its_address() {
        let room = RoomId::from_random([7; 16]);
        let all = [
            Section::Rooms,
            Section::Room(room),
            Section::People,
            Section::PeopleImport,
            Section::AccessReview,
            Section::Machines,
            Section::Signers,
            Section::Proposals,
            Section::Audit,
            Section::Account,
        ];
        for section in all {
            assert_eq!(Section::of(&format!("#{}", section.address())), Some(section));
        }
        assert_eq!(Section::of(&format!("#{room}")), Some(Section::Room(room)));
        for nothing in ["", "#", "#/nowhere", "#/people/x", "#/rooms/x/slips"] {
            assert_eq!(Section::of(nothing), None, "{nothing}");
        }
    }
}
