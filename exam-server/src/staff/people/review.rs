//! The access review: which roles somebody has to look at again. Plain rules.

use super::appoint::{Refusal, may_appoint};
use super::directory::{Held, Person};
use super::listing::{Viewer, count, named, page};
use crate::table::text::fold;
use exam_protocol::people::{ReviewEntry, ReviewFilter, ReviewPage};
use exam_protocol::right::Grant;
use exam_protocol::time::{Millis, Timestamp};

/// When a role was last known to be needed: when it was given, or confirmed.
fn confirmed(held: &Held) -> Timestamp {
    held.reviewed
        .as_ref()
        .map_or(held.granted_at, |(at, _)| (*at).max(held.granted_at))
}

/// Whether a role is due.
pub fn is_due(held: &Held, every_days: u32, now: Timestamp) -> bool {
    now - confirmed(held) >= Millis::minutes(i64::from(every_days) * 24 * 60)
}

/// Whether somebody may confirm a role of a member.
///
/// # Errors
/// Why not.
pub fn may_review(viewer: &Viewer<'_>, member: &Person, grant: Grant) -> Result<(), Refusal> {
    let held = member.held.iter().any(|held| held.grant == grant);
    if !held || !viewer.sees_scope(grant.scope) {
        return Err(Refusal::NotFound);
    }
    if viewer.person.id == member.id {
        return Err(Refusal::Oneself);
    }
    let place = viewer.directory.places.of(grant.scope).unwrap_or_default();
    may_appoint(&viewer.person.grants(), grant.role, &place)
}

/// One page of the review.
pub fn list(viewer: &Viewer<'_>, filter: &ReviewFilter, every_days: u32, now: Timestamp) -> ReviewPage {
    let wanted = fold(&filter.text);
    let people = &viewer.directory.people;
    let visible: Vec<(&Person, &Held)> = people
        .iter()
        .flat_map(|member| member.held.iter().map(move |held| (member, held)))
        .filter(|(_, held)| viewer.sees_scope(held.grant.scope))
        .collect();
    let due = |held: &Held| is_due(held, every_days, now);
    let mut fitting: Vec<_> = visible
        .iter()
        .filter(|(member, held)| {
            named(member, &wanted)
                && filter.role.is_none_or(|role| held.grant.role == role)
                && (!filter.due || due(held))
        })
        .copied()
        .collect();
    fitting.sort_by_key(|(member, held)| (confirmed(held), member.name.clone(), held.grant.role));
    let entry = |(member, held): &(&Person, &Held)| ReviewEntry {
        staff: member.id,
        name: member.name.clone(),
        display_name: member.display_name.clone(),
        organisation_name: viewer.member(member).organisation_name,
        state: member.state(now),
        last_login: member.last_login,
        grant: viewer.grant(member, held),
        reviewed_at: held.reviewed.as_ref().map(|(at, _)| *at),
        reviewed_by: held
            .reviewed
            .as_ref()
            .map_or_else(String::new, |(_, by)| viewer.directory.name_of_actor(by)),
        due: due(held),
        may_review: may_review(viewer, member, held.grant).is_ok(),
    };
    ReviewPage {
        entries: page(&fitting, filter.page).iter().map(entry).collect(),
        total: count(fitting.len()),
        due: count(visible.iter().filter(|(_, held)| due(held)).count()),
        every_days,
    }
}
