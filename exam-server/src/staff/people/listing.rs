//! The list of members as one person sees it. Plain rules.
//!
//! A member is seen by those whose `SeeStaff` covers the organisation that the member works for or a role that the member
//! holds; by those who staff an exam, also the people of the organisation that holds it. Roles in other places are counted,
//! not shown.

use super::appoint;
use super::directory::{Directory, Held, Person};
use crate::staff::rights::{self, covers};
use crate::table::text::{fold, name_key};
use exam_protocol::people::{GrantView, MemberFilter, MemberPage, MemberView, PAGE};
use exam_protocol::right::{Permission, Scope};
use exam_protocol::time::Timestamp;

/// Somebody who looks at the directory.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    /// What is there.
    pub directory: &'a Directory,
    /// Who looks.
    pub person: &'a Person,
    scopes: Vec<Scope>,
    now: Timestamp,
}

impl<'a> Viewer<'a> {
    /// The view of a person.
    pub fn new(directory: &'a Directory, person: &'a Person, now: Timestamp) -> Self {
        Self {
            directory,
            person,
            scopes: rights::scopes(&person.grants(), Permission::SeeStaff),
            now,
        }
    }

    /// Whether a scope is within what this person may see.
    pub fn sees_scope(&self, scope: Scope) -> bool {
        let place = self.directory.places.of(scope).unwrap_or_default();
        self.scopes.iter().any(|own| covers(*own, &place))
    }

    /// Whether this person may see a member.
    pub fn sees(&self, member: &Person) -> bool {
        self.sees_scope(Scope::Organisation(member.organisation))
            || member.held.iter().any(|held| self.sees_scope(held.grant.scope))
            || self.staffs_exam_of(member)
    }

    fn staffs_exam_of(&self, member: &Person) -> bool {
        rights::scopes(&self.person.grants(), Permission::ManageStaff)
            .into_iter()
            .filter(|scope| matches!(scope, Scope::Exam(_)))
            .filter_map(|scope| self.directory.places.of(scope))
            .any(|place| place.organisation == Some(member.organisation))
    }

    /// A role as this person sees it.
    pub fn grant(&self, member: &Person, held: &Held) -> GrantView {
        let may_revoke =
            appoint::may_revoke(self.person, member.id, held.grant, self.directory, self.now).is_ok();
        GrantView {
            role: held.grant.role,
            scope: held.grant.scope,
            scope_name: self.directory.places.name(held.grant.scope),
            granted_at: held.granted_at,
            granted_by: self.directory.name_of_actor(&held.granted_by),
            provider: held.provider().map(str::to_owned),
            may_revoke,
        }
    }

    /// A member as this person sees it.
    pub fn member(&self, member: &Person) -> MemberView {
        let seen = member
            .held
            .iter()
            .filter(|held| self.sees_scope(held.grant.scope));
        let grants: Vec<GrantView> = seen.map(|held| self.grant(member, held)).collect();
        let places = &self.directory.places;
        MemberView {
            id: member.id,
            name: member.name.clone(),
            display_name: member.display_name.clone(),
            organisation: member.organisation,
            organisation_name: places.name(Scope::Organisation(member.organisation)),
            grants_elsewhere: count(member.held.len() - grants.len()),
            grants,
            last_login: member.last_login,
            state: member.state(self.now),
            ends_at: member.ends_at,
            factors: member.factors.clone(),
            single_sign_on: member.external.clone(),
            may_change: appoint::may_touch(self.person, member, places).is_ok(),
        }
    }

    /// One page of the members that fit.
    pub fn members(&self, filter: &MemberFilter) -> MemberPage {
        let wanted = fold(&filter.text);
        let mut fitting: Vec<&Person> = self
            .directory
            .people
            .iter()
            .filter(|member| self.sees(member) && self.fits(member, filter, &wanted))
            .collect();
        fitting.sort_by_cached_key(|member| (name_key(&member.display_name), member.name.clone()));
        let own = self.person.grants();
        let places = &self.directory.places;
        MemberPage {
            total: count(fitting.len()),
            members: page(&fitting, filter.page)
                .iter()
                .map(|member| self.member(member))
                .collect(),
            may_add: places
                .organisations
                .iter()
                .any(|one| appoint::may_staff(&own, one.id, places).is_ok()),
        }
    }

    fn fits(&self, member: &Person, filter: &MemberFilter, wanted: &str) -> bool {
        let holds = |role| {
            let mut held = member.held.iter();
            held.any(|held| held.grant.role == role && self.sees_scope(held.grant.scope))
        };
        named(member, wanted)
            && filter.organisation.is_none_or(|id| member.organisation == id)
            && filter.state.is_none_or(|state| member.state(self.now) == state)
            && filter.role.is_none_or(holds)
    }
}

/// Whether login name or shown name hold a folded text.
pub fn named(member: &Person, wanted: &str) -> bool {
    wanted.is_empty() || fold(&member.display_name).contains(wanted) || fold(&member.name).contains(wanted)
}

/// One page of a list.
pub fn page<T>(all: &[T], page: u32) -> &[T] {
    let size = PAGE as usize;
    let start = (page as usize).saturating_mul(size).min(all.len());
    &all[start..all.len().min(start + size)]
}

/// A number of entries for the wire.
pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
