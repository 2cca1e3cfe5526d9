//! Roles and scopes in words. Must not decide what a role may do.

use crate::texts;
use exam_browser::language::Language;
use exam_protocol::right::{Grant, Role, Scope};

/// A role by the name of the exam regulations.
pub fn role(language: Language, role: Role) -> &'static str {
    match role {
        Role::ExamOwner => texts::role::exam_owner(language),
        Role::Secretary => texts::role::secretary(language),
        Role::ItemAuthor => texts::role::item_author(language),
        Role::Reviewer => texts::role::reviewer(language),
        Role::Approver => texts::role::approver(language),
        Role::SiteLead => texts::role::site_lead(language),
        Role::Proctor1 => texts::role::proctor_one(language),
        Role::Proctor2 => texts::role::proctor_two(language),
        Role::Supervisor => texts::role::supervisor(language),
        Role::Inspector => texts::role::inspector(language),
        Role::Technician => texts::role::technician(language),
        Role::Marker => texts::role::marker(language),
        Role::Administrator => texts::role::administrator(language),
    }
}

/// How wide a scope is, where its name is not known.
pub fn width(language: Language, scope: Scope) -> &'static str {
    match scope {
        Scope::Installation => texts::scope::installation(language),
        Scope::Organisation(_) => texts::scope::organisation(language),
        Scope::Exam(_) => texts::scope::exam(language),
        Scope::Site(_) => texts::scope::site(language),
        Scope::Room(_) => texts::scope::room(language),
    }
}

/// A role in a scope as a sentence.
pub fn grant(language: Language, grant: &Grant) -> String {
    texts::scope::sentence(language, width(language, grant.scope), role(language, grant.role))
}

/// A role in a place that has a name; the whole installation has none.
pub fn grant_at(language: Language, as_what: Role, scope_name: &str) -> String {
    let place = match scope_name {
        "" => texts::scope::installation(language),
        name => name,
    };
    texts::scope::sentence(language, place, role(language, as_what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_comes_before_its_place() {
        let said = grant_at(Language::English, Role::Proctor1, "Site 02 › Room 01");
        assert_eq!(said, "First proctor – Site 02 › Room 01");
        let everywhere = Grant {
            role: Role::Administrator,
            scope: Scope::Installation,
        };
        assert_eq!(
            grant(Language::English, &everywhere),
            "Administrator – whole installation"
        );
    }
}
