//! Who may give which role where, and whose account may be touched. Plain rules.
//!
//! * A role is given or taken by somebody whose own `ManageStaff` covers the whole of its scope and who may appoint to it.
//! * An account is touched (password, factors, state, organisation) by somebody whose `ManageStaff` covers the organisation
//!   that its holder works for and who could have given every role that its holder has: a new password is as good as the
//!   roles behind it.
//! * Nobody touches own roles or the own account.
//! * A role is given to somebody whose roles the granter could have given, be it elsewhere.
//! * Accounts for emergencies are the server's terminal's alone: nobody can void an envelope from the console.
//! * One administrator of the whole installation always stays.

use super::directory::{Directory, Person, Places};
use crate::staff::rights::{self, Place, covers, permissions};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::{Grant, Permission, Role, Scope};
use exam_protocol::time::Timestamp;

/// The roles to which the holder of a role may appoint others. Secretaries staff an exam; who answers for it, who inspects
/// it and who runs the installation is not theirs to choose.
pub const fn appoints_to(role: Role) -> &'static [Role] {
    match role {
        Role::Administrator => Role::ALL,
        Role::Secretary => &[
            Role::Secretary,
            Role::ItemAuthor,
            Role::Reviewer,
            Role::Approver,
            Role::SiteLead,
            Role::Proctor1,
            Role::Proctor2,
            Role::Supervisor,
            Role::Technician,
            Role::Marker,
        ],
        _ => &[],
    }
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such member, organisation or place, or it can't be seen from here.
    NotFound,
    /// It would change one's own roles or account.
    Oneself,
    /// The scope is not within one's own.
    ScopeTooWide,
    /// This role is not for this person to give or take.
    RoleTooHigh,
    /// The member has roles that this person could not have given.
    HolderTooHigh,
    /// Nobody would be left to administer the installation.
    LastAdministrator,
    /// The role comes from a provider and would be back at the next login.
    FromProvider,
    /// It is so already.
    NothingToDo,
    /// It would change an account for emergencies, which is done at the server's terminal only.
    Emergency,
}

/// Whether this person may appoint to a role in a place.
///
/// # Errors
/// [`Refusal::ScopeTooWide`] or [`Refusal::RoleTooHigh`].
pub fn may_appoint(appointer: &[Grant], role: Role, place: &Place) -> Result<(), Refusal> {
    let mut manages = appointer
        .iter()
        .filter(|own| permissions(own.role).contains(&Permission::ManageStaff) && covers(own.scope, place))
        .peekable();
    if manages.peek().is_none() {
        return Err(Refusal::ScopeTooWide);
    }
    if manages.any(|own| appoints_to(own.role).contains(&role)) {
        Ok(())
    } else {
        Err(Refusal::RoleTooHigh)
    }
}

/// The roles to which this person may appoint in a place.
pub fn appointable(appointer: &[Grant], place: &Place) -> Vec<Role> {
    let may = |role: &Role| may_appoint(appointer, *role, place).is_ok();
    Role::ALL.iter().copied().filter(may).collect()
}

/// Whether this person may add members who work for an organisation, or move them there.
///
/// # Errors
/// [`Refusal::NotFound`] or [`Refusal::ScopeTooWide`].
pub fn may_staff(appointer: &[Grant], organisation: OrganisationId, places: &Places) -> Result<(), Refusal> {
    let place = places
        .of(Scope::Organisation(organisation))
        .ok_or(Refusal::NotFound)?;
    let own = rights::scopes(appointer, Permission::ManageStaff);
    if own.iter().any(|scope| covers(*scope, &place)) {
        Ok(())
    } else {
        Err(Refusal::ScopeTooWide)
    }
}

/// Whether `actor` may touch the account of `holder`.
///
/// # Errors
/// Why not.
pub fn may_touch(actor: &Person, holder: &Person, places: &Places) -> Result<(), Refusal> {
    if actor.id == holder.id {
        return Err(Refusal::Oneself);
    }
    if holder.break_glass {
        return Err(Refusal::Emergency);
    }
    let own = actor.grants();
    may_staff(&own, holder.organisation, places)?;
    for held in &holder.held {
        // Where a place is gone only an administrator of everything is wide enough.
        let place = places.of(held.grant.scope).unwrap_or_default();
        may_appoint(&own, held.grant.role, &place).map_err(|_| Refusal::HolderTooHigh)?;
    }
    Ok(())
}

/// Whether all roles of a member are ones that the granter may give somewhere: roles in other places hinder nothing, higher
/// ones do, and an account for emergencies always does.
///
/// # Errors
/// [`Refusal::HolderTooHigh`] or [`Refusal::Emergency`].
pub fn not_above(granter: &[Grant], holder: &Person) -> Result<(), Refusal> {
    if holder.break_glass {
        return Err(Refusal::Emergency);
    }
    let gives = |role: Role| granter.iter().any(|own| appoints_to(own.role).contains(&role));
    if holder.held.iter().all(|held| gives(held.grant.role)) {
        Ok(())
    } else {
        Err(Refusal::HolderTooHigh)
    }
}

/// Whether `actor` may give `holder` a role.
///
/// # Errors
/// Why not.
pub fn may_grant(actor: &Person, holder: &Person, grant: Grant, places: &Places) -> Result<(), Refusal> {
    if actor.id == holder.id {
        return Err(Refusal::Oneself);
    }
    let place = places.of(grant.scope).ok_or(Refusal::NotFound)?;
    may_appoint(&actor.grants(), grant.role, &place)?;
    not_above(&actor.grants(), holder)?;
    if holder.held.iter().any(|held| held.grant == grant) {
        return Err(Refusal::NothingToDo);
    }
    Ok(())
}

/// Whether `actor` may take a role from `holder`.
///
/// # Errors
/// Why not.
pub fn may_revoke(
    actor: &Person,
    holder: StaffId,
    grant: Grant,
    directory: &Directory,
    now: Timestamp,
) -> Result<(), Refusal> {
    let holder = directory.person(holder).ok_or(Refusal::NotFound)?;
    let held = holder
        .held
        .iter()
        .find(|held| held.grant == grant)
        .ok_or(Refusal::NotFound)?;
    if actor.id == holder.id {
        return Err(Refusal::Oneself);
    }
    if holder.break_glass {
        return Err(Refusal::Emergency);
    }
    let place = directory.places.of(grant.scope).unwrap_or_default();
    may_appoint(&actor.grants(), grant.role, &place)?;
    if held.provider().is_some() {
        return Err(Refusal::FromProvider);
    }
    if grant == ADMINISTRATOR {
        stays_administered(directory, holder.id, now)?;
    }
    Ok(())
}

const ADMINISTRATOR: Grant = Grant {
    role: Role::Administrator,
    scope: Scope::Installation,
};

/// Whether the installation has an administrator without this one: a person, whose account is open and has no end, and
/// whose role does not hang on a provider.
///
/// # Errors
/// [`Refusal::LastAdministrator`].
pub fn stays_administered(directory: &Directory, without: StaffId, now: Timestamp) -> Result<(), Refusal> {
    if !stands(directory.person(without), now) {
        return Ok(());
    }
    let others = directory.people.iter().filter(|one| one.id != without);
    if others.into_iter().any(|one| stands(Some(one), now)) {
        Ok(())
    } else {
        Err(Refusal::LastAdministrator)
    }
}

fn stands(person: Option<&Person>, now: Timestamp) -> bool {
    use exam_protocol::people::AccountState::Active;
    person.is_some_and(|one| {
        one.state(now) == Active
            && one.ends_at.is_none()
            && !one.break_glass
            && one
                .held
                .iter()
                .any(|held| held.grant == ADMINISTRATOR && held.provider().is_none())
    })
}
