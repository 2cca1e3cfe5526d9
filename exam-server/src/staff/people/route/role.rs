//! Roles: giving, taking, confirming; organisations.

use super::{Change, Manages, begin, malformed, record, refuse, seen, viewer};
use crate::app::App;
use crate::audit;
use crate::audit::chain::Act;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::staff::control::{self, Kind};
use crate::staff::people::directory::{Directory, Person};
use crate::staff::people::{appoint, review, store, text, tree};
use crate::staff::store as staff_store;
use crate::staff::store::session;
use axum::extract::State;
use axum::http::StatusCode;
use exam_protocol::id::OrganisationId;
use exam_protocol::people::{GrantChange, NewOrganisation, OrganisationNode, PAGE, ReviewMark};
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::{Grant, Scope};
use serde_json::{Value, json};
use std::sync::Arc;

fn wanted(change: &GrantChange) -> ApiResult<(Grant, &str)> {
    let reason = change.reason.trim();
    if reason.chars().count() > 500 {
        return Err(malformed(
            "reason",
            "Lý do không quá 500 ký tự.",
            "The reason has at most 500 characters.",
        ));
    }
    let grant = Grant {
        role: change.role,
        scope: change.scope,
    };
    Ok((grant, reason))
}

/// What giving or taking this role is for acts of two people.
pub(super) fn of_role(directory: &Directory, holder: &Person, grant: Grant) -> Kind {
    let others: Vec<Grant> = holder
        .grants()
        .into_iter()
        .filter(|held| *held != grant)
        .collect();
    let place = directory.places.of(grant.scope).unwrap_or_default();
    control::of_role(grant.role, &others, &place)
}

/// Gives a role; it counts from the member's next request on.
pub(super) async fn grant(
    may: Manages,
    State(app): State<Arc<App>>,
    Json(change): Json<GrantChange>,
) -> ApiResult<StatusCode> {
    let (grant, reason) = wanted(&change)?;
    let (mut tx, directory, now) = begin(&app).await?;
    let viewer = viewer(&directory, may.member().id, now)?;
    let holder = seen(&viewer, change.staff)?;
    appoint::may_grant(viewer.person, holder, grant, &directory.places).map_err(refuse)?;
    staff_store::grant(&mut tx, holder.id, grant, &may.actor().who, now).await?;
    let control = of_role(&directory, holder, grant);
    let change = Change {
        act: "staff.grant",
        staff: holder.id,
        was: Value::Null,
        became: json!(grant),
        reason,
        control: Some(control),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a role away. Ends the member's sessions.
pub(super) async fn revoke(
    may: Manages,
    State(app): State<Arc<App>>,
    Json(change): Json<GrantChange>,
) -> ApiResult<StatusCode> {
    let (grant, reason) = wanted(&change)?;
    let (mut tx, directory, now) = begin(&app).await?;
    let viewer = viewer(&directory, may.member().id, now)?;
    let holder = seen(&viewer, change.staff)?;
    appoint::may_revoke(viewer.person, holder.id, grant, &directory, now).map_err(refuse)?;
    store::revoke(&mut tx, holder.id, grant).await?;
    session::close_all(&mut tx, holder.id).await?;
    let control = of_role(&directory, holder, grant);
    let change = Change {
        act: "staff.revoke",
        staff: holder.id,
        was: json!(grant),
        became: Value::Null,
        reason,
        control: Some(control),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms that roles are still needed, all or none.
pub(super) async fn confirm(
    may: Manages,
    State(app): State<Arc<App>>,
    Json(mark): Json<ReviewMark>,
) -> ApiResult<StatusCode> {
    if mark.grants.len() > PAGE as usize {
        return Err(malformed(
            "grants",
            "Mỗi lần xác nhận nhiều nhất 50 vai trò.",
            "At most 50 roles are confirmed at once.",
        ));
    }
    let (mut tx, directory, now) = begin(&app).await?;
    let viewer = viewer(&directory, may.member().id, now)?;
    for one in &mark.grants {
        let (grant, reason) = wanted(one)?;
        let member = seen(&viewer, one.staff)?;
        review::may_review(&viewer, member, grant).map_err(refuse)?;
        store::reviewed(&mut tx, member.id, grant, &may.actor().who, now).await?;
        let change = Change {
            act: "staff.review",
            staff: member.id,
            was: Value::Null,
            became: json!(grant),
            reason,
            control: None,
        };
        record(&mut tx, may.actor(), change, now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds an organisation: for those who administer accounts of the whole installation.
pub(super) async fn add_organisation(
    may: Manages,
    State(app): State<Arc<App>>,
    Json(new): Json<NewOrganisation>,
) -> ApiResult<Json<OrganisationNode>> {
    if !may.scopes().contains(&Scope::Installation) {
        return Err(refuse(appoint::Refusal::ScopeTooWide));
    }
    let name = text::shown_name(&new.name).ok_or_else(|| {
        malformed(
            "name",
            "Tên đơn vị không được trống và không quá 120 ký tự.",
            "The organisation's name must not be empty or longer than 120 characters.",
        )
    })?;
    let now = app.clock.now();
    let id = OrganisationId::from_random(app.random.bytes()?);
    let mut tx = app.db.write().await?;
    if !store::add_organisation(&mut tx, id, &name, now).await? {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Đã có đơn vị tên này.",
            "There is an organisation of this name already.",
        ));
    }
    let act = Act {
        at: now,
        actor: may.actor(),
        act: "organisation.add",
        object: &format!("organisation:{id}"),
        was: "",
        became: "",
        reason: "",
    };
    audit::store::append(&mut tx, &act).await?;
    let directory = store::directory(&mut tx).await?;
    let viewer = viewer(&directory, may.member().id, now)?;
    let node = tree::of(&viewer)
        .organisations
        .into_iter()
        .find(|one| one.id == id);
    let node = node.ok_or_else(|| ApiError::internal("the new organisation is not in the tree"))?;
    tx.commit().await?;
    Ok(Json(node))
}
