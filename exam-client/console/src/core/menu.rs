//! Which sections a person's roles make useful. The server decides what may be seen; this keeps doors off the menu that
//! would only say "not allowed".

use crate::core::address::Section;
use exam_protocol::right::{Grant, Role};

/// The sections on the menu, in the order of a day's work.
pub fn sections(grants: &[Grant]) -> Vec<Section> {
    let all = [
        (Section::Rooms, sees_rooms as fn(Role) -> bool),
        (Section::Proposals, sees_proposals),
        (Section::People, sees_people),
        (Section::Machines, sees_machines),
        (Section::Audit, reads_audit),
    ];
    all.into_iter()
        .filter(|(_, shown)| grants.iter().any(|grant| shown(grant.role)))
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

/// Whether somebody may change accounts; the server asks for the scope as well.
pub fn manages_people(grants: &[Grant]) -> bool {
    has(grants, |role| {
        matches!(role, Role::Administrator | Role::Secretary)
    })
}

/// Whether somebody may enrol and revoke machines.
pub fn manages_machines(grants: &[Grant]) -> bool {
    has(grants, |role| {
        matches!(role, Role::Administrator | Role::Technician | Role::SiteLead)
    })
}

fn has(grants: &[Grant], shown: fn(Role) -> bool) -> bool {
    grants.iter().any(|grant| shown(grant.role))
}

fn sees_rooms(role: Role) -> bool {
    use Role::{ExamOwner, Inspector, Proctor1, Proctor2, Secretary, SiteLead, Supervisor};
    matches!(
        role,
        ExamOwner | Secretary | SiteLead | Proctor1 | Proctor2 | Supervisor | Inspector
    )
}

fn sees_proposals(role: Role) -> bool {
    matches!(
        role,
        Role::ExamOwner | Role::Secretary | Role::SiteLead | Role::Proctor1
    )
}

fn sees_people(role: Role) -> bool {
    use Role::{Administrator, ExamOwner, Inspector, Secretary, SiteLead};
    matches!(role, Administrator | ExamOwner | Secretary | SiteLead | Inspector)
}

fn sees_machines(role: Role) -> bool {
    sees_people(role) || role == Role::Technician
}

fn reads_audit(role: Role) -> bool {
    matches!(role, Role::Administrator | Role::ExamOwner | Role::Inspector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::right::Scope;

    fn menu(role: Role) -> Vec<Section> {
        sections(&[Grant {
            role,
            scope: Scope::Installation,
        }])
    }

    #[test]
    fn a_menu_holds_what_the_role_is_for() {
        use Section::{Account, Audit, Machines, People, Proposals, Rooms};
        assert_eq!(menu(Role::Proctor2), [Rooms, Account]);
        assert_eq!(menu(Role::Proctor1), [Rooms, Proposals, Account]);
        assert_eq!(menu(Role::Technician), [Machines, Account]);
        assert_eq!(menu(Role::Administrator), [People, Machines, Audit, Account]);
        assert_eq!(menu(Role::Inspector), [Rooms, People, Machines, Audit, Account]);
        assert_eq!(
            menu(Role::SiteLead),
            [Rooms, Proposals, People, Machines, Account]
        );
        assert_eq!(sections(&[]), [Account]);
    }

    #[test]
    fn details_stand_under_their_list() {
        assert_eq!(entry_of(Section::PeopleImport), Section::People);
        assert_eq!(entry_of(Section::Audit), Section::Audit);
    }
}
