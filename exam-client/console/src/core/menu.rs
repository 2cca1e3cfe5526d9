//! Which sections are on the menu, by what the server says that this person may do somewhere. It keeps doors off the menu
//! that would only say "not allowed"; which role may do what must never be known here.

use crate::core::address::Section;
use exam_protocol::right::Permission;

/// The sections on the menu, in the order of a day's work.
pub fn sections(may: &[Permission]) -> Vec<Section> {
    let all: [(Section, &[Permission]); 6] = [
        (Section::Rooms, &[Permission::SeeRoom]),
        (Section::Proposals, &[Permission::Propose, Permission::Decide]),
        (Section::People, &[Permission::SeeStaff]),
        (Section::Machines, &[Permission::SeeMachines]),
        (Section::Signers, &[Permission::ReadAudit]),
        (Section::Audit, &[Permission::ReadAudit]),
    ];
    all.into_iter()
        .filter(|(_, wanted)| wanted.iter().any(|one| may.contains(one)))
        .map(|(section, _)| section)
        .chain([Section::Account])
        .collect()
}

/// The section under which another one stands on the menu.
pub fn entry_of(section: Section) -> Section {
    match section {
        Section::Room(_) => Section::Rooms,
        Section::PeopleImport | Section::AccessReview => Section::People,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_holds_what_may_be_done() {
        use Permission::{Decide, ReadAudit, SeeMachines, SeeRoom, SeeStaff};
        use Section::{Account, Audit, Machines, People, Proposals, Rooms, Signers};
        assert_eq!(sections(&[]), [Account]);
        assert_eq!(sections(&[SeeRoom, Decide]), [Rooms, Proposals, Account]);
        assert_eq!(
            sections(&[ReadAudit, SeeMachines, SeeStaff]),
            [People, Machines, Signers, Audit, Account]
        );
    }

    #[test]
    fn details_stand_under_their_list() {
        assert_eq!(entry_of(Section::PeopleImport), Section::People);
        assert_eq!(entry_of(Section::Audit), Section::Audit);
    }
}
