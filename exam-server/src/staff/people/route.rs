//! Doors of the administration of staff. Rights are read anew for each request, so that a role that was given or taken counts
//! from the next request on; whoever loses something is logged out as well.

mod account;
mod role;
mod import;

use super::appoint::Refusal;
use super::directory::{Directory, Person};
use super::import::{MOST_BYTES, refused};
use super::listing::Viewer;
use super::{review, store, tree};
use crate::app::App;
use crate::audit;
use crate::audit::chain::{Act, Actor};
use crate::db::Tx;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Query};
use crate::staff::access::{Confirmed, ManageStaff, May, SeeStaff};
use crate::staff::control::{self, Kind};
use axum::extract::State;
use exam_protocol::id::StaffId;
use exam_protocol::people::{
    MemberFilter, MemberPage, OrganisationNode, ReviewFilter, ReviewPage, ScopeTree, StaffImport,
    StartPassword,
};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// The doors.
pub fn doors(doors: Doors) -> Doors {
    let doors = doors
        .get(
            route::STAFF,
            "Members of staff",
            members,
            Answer::json::<MemberPage>(),
        )
        .post(
            route::STAFF,
            "Adds a member",
            account::add,
            Answer::json::<StartPassword>(),
        )
        .put(
            route::STAFF_MEMBER,
            "Changes name, organisation, end",
            account::change,
            Answer::done(),
        )
        .put(
            route::STAFF_STATE,
            "Disables or enables an account",
            account::state,
            Answer::done(),
        )
        .post(
            route::STAFF_PASSWORD,
            "Gives a start password",
            account::password,
            Answer::json::<StartPassword>(),
        )
        .delete(
            route::STAFF_FACTORS,
            "Takes all second factors out of force",
            account::factors,
            Answer::done(),
        )
        .post(
            route::STAFF_SIGN_ON,
            "Ties a login at a provider to a member",
            account::link,
            Answer::done(),
        )
        .post(
            route::STAFF_SIGN_ON_REMOVAL,
            "Unties a login at a provider",
            account::unlink,
            Answer::done(),
        );
    role_doors(doors)
}

fn role_doors(doors: Doors) -> Doors {
    doors
        .post(route::GRANTS, "Gives a role", role::grant, Answer::done())
        .post(
            route::GRANT_REVOCATION,
            "Takes a role away",
            role::revoke,
            Answer::done(),
        )
        .get(
            route::SCOPES,
            "Where roles can be given",
            scopes,
            Answer::json::<ScopeTree>(),
        )
        .post(
            route::ORGANISATIONS,
            "Adds an organisation",
            role::add_organisation,
            Answer::json::<OrganisationNode>(),
        )
        .get(
            route::ACCESS_REVIEW,
            "Who holds what since when",
            access_review,
            Answer::json::<ReviewPage>(),
        )
        .post(
            route::ACCESS_REVIEW,
            "Confirms that roles are needed",
            role::confirm,
            Answer::done(),
        )
        .post_file(
            route::STAFF_IMPORT,
            "Tries or takes a file of staff",
            MOST_BYTES,
            import::import,
            Answer::json::<StaffImport>(),
        )
}

/// A refusal as a problem.
fn refuse(refusal: Refusal) -> ApiError {
    let (vi, en) = refused(refusal);
    let code = match refusal {
        Refusal::NotFound => ProblemCode::NotFound,
        Refusal::Oneself
        | Refusal::ScopeTooWide
        | Refusal::RoleTooHigh
        | Refusal::HolderTooHigh
        | Refusal::Emergency => ProblemCode::NotAllowed,
        Refusal::LastAdministrator | Refusal::FromProvider | Refusal::NothingToDo => ProblemCode::WrongState,
    };
    ApiError::new(code, vi, en)
}

/// What was sent can't be used as it is.
fn malformed(field: &str, vi: &str, en: &str) -> ApiError {
    ApiError::new(ProblemCode::MalformedRequest, vi, en).at(field)
}

/// The directory as somebody sees it.
/// What every change begins with: a transaction, everybody as it sees them, and the time.
async fn begin(app: &App) -> ApiResult<(Tx, Directory, Timestamp)> {
    let mut tx = app.db.write().await?;
    let directory = store::directory(&mut tx).await?;
    Ok((tx, directory, app.clock.now()))
}

fn viewer(directory: &Directory, asks: StaffId, now: Timestamp) -> ApiResult<Viewer<'_>> {
    let person = directory.person(asks).ok_or_else(ApiError::not_found)?;
    Ok(Viewer::new(directory, person, now))
}

/// A member whom somebody may see.
fn seen<'a>(viewer: &Viewer<'a>, staff: StaffId) -> ApiResult<&'a Person> {
    viewer
        .directory
        .person(staff)
        .filter(|member| viewer.sees(member))
        .ok_or_else(ApiError::not_found)
}

/// An act for the audit, with what was and what became.
struct Change<'a> {
    act: &'a str,
    staff: StaffId,
    was: serde_json::Value,
    became: serde_json::Value,
    reason: &'a str,
    /// What it changes of the account's control, for acts that need two people.
    control: Option<Kind>,
}

async fn record(tx: &mut Tx, actor: &Actor, change: Change<'_>, at: Timestamp) -> Result<(), sqlx::Error> {
    let text = |value: &serde_json::Value| {
        if value.is_null() {
            String::new()
        } else {
            value.to_string()
        }
    };
    let act = Act {
        at,
        actor,
        act: change.act,
        object: &format!("staff:{}", change.staff),
        was: &text(&change.was),
        became: &text(&change.became),
        reason: change.reason,
    };
    audit::store::append(tx, &act).await?;
    match change.control {
        Some(kind) => control::store::note(tx, change.staff, kind, (actor, at)).await,
        None => Ok(()),
    }
}

async fn members(
    may: May<SeeStaff>,
    State(app): State<Arc<App>>,
    Query(filter): Query<MemberFilter>,
) -> ApiResult<Json<MemberPage>> {
    let directory = store::directory(&mut *app.db.reader().acquire().await?).await?;
    let viewer = viewer(&directory, may.member().id, app.clock.now())?;
    Ok(Json(viewer.members(&filter)))
}

async fn scopes(may: May<SeeStaff>, State(app): State<Arc<App>>) -> ApiResult<Json<ScopeTree>> {
    let directory = store::directory(&mut *app.db.reader().acquire().await?).await?;
    let viewer = viewer(&directory, may.member().id, app.clock.now())?;
    Ok(Json(tree::of(&viewer)))
}

async fn access_review(
    may: May<SeeStaff>,
    State(app): State<Arc<App>>,
    Query(filter): Query<ReviewFilter>,
) -> ApiResult<Json<ReviewPage>> {
    let directory = store::directory(&mut *app.db.reader().acquire().await?).await?;
    let now = app.clock.now();
    let viewer = viewer(&directory, may.member().id, now)?;
    let days = app.config.people.review_days;
    Ok(Json(review::list(&viewer, &filter, days, now)))
}

/// Whoever changes accounts and roles; has shown a second factor just now.
type Manages = Confirmed<May<ManageStaff>>;
