//! Who may do what: the one table of roles and permissions, and how a scope covers a place. Plain rules.

use exam_protocol::id::{ExamId, OrganisationId, RoomId, SiteId};
use exam_protocol::right::Permission::{
    self, CheckIn, ConfirmAdmission, Decide, ManageExam, ManageMachines, ManageStaff, PersonalData, Propose,
    ReadAudit, ReadMarks, ReadSubmission, RunRoom, SeeMachines, SeeRoom, SeeStaff,
};
use exam_protocol::right::{Grant, Role, Scope};

/// What a role may do, following the duties of TT 24/2024/TT-BGDĐT. Authors, reviewers, approvers and markers have no
/// door yet: the bank and the marking of essays will bring theirs.
pub const fn permissions(role: Role) -> &'static [Permission] {
    match role {
        Role::ExamOwner => &[
            SeeRoom,
            ConfirmAdmission,
            ReadMarks,
            ReadSubmission,
            Propose,
            Decide,
            SeeStaff,
            SeeMachines,
            ReadAudit,
            PersonalData,
            ManageExam,
        ],
        Role::Secretary => &[
            SeeRoom,
            ReadMarks,
            ReadSubmission,
            Propose,
            Decide,
            SeeStaff,
            ManageStaff,
            SeeMachines,
            PersonalData,
            ManageExam,
        ],
        Role::SiteLead => &[
            SeeRoom,
            CheckIn,
            ConfirmAdmission,
            RunRoom,
            ReadMarks,
            ReadSubmission,
            Propose,
            Decide,
            SeeStaff,
            SeeMachines,
            ManageMachines,
        ],
        Role::Proctor1 => &[SeeRoom, CheckIn, ConfirmAdmission, RunRoom, Propose],
        Role::Proctor2 => &[SeeRoom, CheckIn, ConfirmAdmission],
        Role::Supervisor => &[SeeRoom],
        Role::Inspector => &[
            SeeRoom,
            ReadMarks,
            ReadSubmission,
            SeeStaff,
            SeeMachines,
            ReadAudit,
        ],
        Role::Technician => &[SeeMachines, ManageMachines],
        Role::Administrator => &[SeeStaff, ManageStaff, SeeMachines, ManageMachines, ReadAudit],
        Role::ItemAuthor | Role::Reviewer | Role::Approver | Role::Marker => &[],
    }
}

/// Where something is. What is known of it is filled in from the widest on: a room's place names its site, exam and
/// organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The organisation that holds the exam, or that a member works for.
    pub organisation: Option<OrganisationId>,
    /// The exam.
    pub exam: Option<ExamId>,
    /// The site.
    pub site: Option<SiteId>,
    /// The room.
    pub room: Option<RoomId>,
}

/// Whether a role with this scope holds in this place.
pub fn covers(scope: Scope, place: &Place) -> bool {
    match scope {
        Scope::Installation => true,
        Scope::Organisation(id) => place.organisation == Some(id),
        Scope::Exam(id) => place.exam == Some(id),
        Scope::Site(id) => place.site == Some(id),
        Scope::Room(id) => place.room == Some(id),
    }
}

/// What the rules say to somebody who wants something in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Allowed,
    /// Has a role there, but none that may do this.
    NotAllowed,
    /// Has no role there: the place does not exist for this person.
    NotVisible,
}

/// Decides. The one place.
pub fn decide(grants: &[Grant], permission: Permission, place: &Place) -> Verdict {
    let mut here = grants
        .iter()
        .filter(|grant| covers(grant.scope, place))
        .peekable();
    if here.peek().is_none() {
        return Verdict::NotVisible;
    }
    if here.any(|grant| permissions(grant.role).contains(&permission)) {
        Verdict::Allowed
    } else {
        Verdict::NotAllowed
    }
}

/// The scopes in which somebody has a permission: what lists are filtered by.
pub fn scopes(grants: &[Grant], permission: Permission) -> Vec<Scope> {
    grants
        .iter()
        .filter(|grant| permissions(grant.role).contains(&permission))
        .map(|grant| grant.scope)
        .collect()
}

/// All that somebody may do in a place, for pages that show only what can be done.
pub fn allowed_in(grants: &[Grant], place: &Place) -> Vec<Permission> {
    let may = |permission: &Permission| decide(grants, *permission, place) == Verdict::Allowed;
    Permission::ALL.iter().copied().filter(may).collect()
}

/// All that somebody may do in some place at least, for menus.
pub fn anywhere(grants: &[Grant]) -> Vec<Permission> {
    let may = |permission: &Permission| !scopes(grants, *permission).is_empty();
    Permission::ALL.iter().copied().filter(may).collect()
}

/// The names of the roles that have a permission, between commas: `,proctor-1,site-lead,`.
pub fn roles_with(permission: Permission) -> String {
    let mut text = String::from(",");
    for role in Role::ALL {
        if permissions(*role).contains(&permission) {
            text.push_str(role.name());
            text.push(',');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANISATION: OrganisationId = OrganisationId(exam_protocol::bytes::Fixed([1; 16]));
    const EXAM: ExamId = ExamId(exam_protocol::bytes::Fixed([2; 16]));
    const SITE: SiteId = SiteId(exam_protocol::bytes::Fixed([3; 16]));
    const ROOM: RoomId = RoomId(exam_protocol::bytes::Fixed([4; 16]));
    const OTHER_SITE: SiteId = SiteId(exam_protocol::bytes::Fixed([5; 16]));

    const HERE: Place = Place {
        organisation: Some(ORGANISATION),
        exam: Some(EXAM),
        site: Some(SITE),
        room: Some(ROOM),
    };

    fn grant(role: Role, scope: Scope) -> Vec<Grant> {
        vec![Grant { role, scope }]
    }

    #[test]
    fn a_wider_scope_holds_in_everything_beneath_and_a_narrow_one_nowhere_else() {
        for scope in [
            Scope::Installation,
            Scope::Organisation(ORGANISATION),
            Scope::Exam(EXAM),
            Scope::Site(SITE),
            Scope::Room(ROOM),
        ] {
            assert_eq!(
                decide(&grant(Role::Proctor1, scope), RunRoom, &HERE),
                Verdict::Allowed
            );
        }
        let site = Place { room: None, ..HERE };
        assert_eq!(
            decide(&grant(Role::Proctor1, Scope::Room(ROOM)), SeeRoom, &site),
            Verdict::NotVisible
        );
        assert_eq!(
            decide(&grant(Role::SiteLead, Scope::Site(OTHER_SITE)), SeeRoom, &HERE),
            Verdict::NotVisible
        );
    }

    #[test]
    fn a_role_without_the_permission_is_told_so_and_a_stranger_is_told_nothing() {
        assert_eq!(
            decide(&grant(Role::Supervisor, Scope::Site(SITE)), RunRoom, &HERE),
            Verdict::NotAllowed
        );
        assert_eq!(decide(&[], RunRoom, &HERE), Verdict::NotVisible);
        assert_eq!(
            decide(&grant(Role::Marker, Scope::Installation), SeeRoom, &HERE),
            Verdict::NotAllowed
        );
    }

    #[test]
    fn inspectors_change_nothing_and_technicians_see_no_content() {
        let changing = [
            CheckIn,
            ConfirmAdmission,
            RunRoom,
            Propose,
            Decide,
            ManageStaff,
            ManageMachines,
            ManageExam,
        ];
        assert!(
            permissions(Role::Inspector)
                .iter()
                .all(|permission| !changing.contains(permission))
        );
        let content = [SeeRoom, ReadMarks, ReadSubmission, PersonalData];
        for role in [Role::Technician, Role::Administrator] {
            assert!(
                permissions(role)
                    .iter()
                    .all(|permission| !content.contains(permission))
            );
        }
    }
}
