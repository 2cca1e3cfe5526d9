//! Whose roles stand above those of the granter.

use super::*;

#[test]
fn whose_roles_are_higher_is_given_none_by_those_below() {
    let mut directory = directory();
    let grant = |directory: &Directory, who: &str| {
        let marker = Grant {
            role: Role::Marker,
            scope: Scope::Exam(EXAM),
        };
        let (from, to) = (named(directory, "exam-secretary"), named(directory, who));
        appoint::may_grant(from, to, marker, &directory.places)
    };
    assert_eq!(grant(&directory, "chair"), Err(Refusal::HolderTooHigh));
    assert_eq!(grant(&directory, "admin"), Err(Refusal::HolderTooHigh));
    assert_eq!(
        grant(&directory, "lead"),
        Ok(()),
        "roles elsewhere hinder nothing"
    );
    for person in &mut directory.people {
        person.break_glass = person.name == "teacher";
    }
    assert_eq!(grant(&directory, "teacher"), Err(Refusal::Emergency));
}
