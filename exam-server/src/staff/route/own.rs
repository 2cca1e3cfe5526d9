//! Own sessions and the own password.

use super::tries::{Try, own_count};
use super::{me_now, opening, record};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Path};
use crate::staff::access::LoggedIn;
use crate::staff::control::store as control;
use crate::staff::password::{self, rule};
use crate::staff::store;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use exam_protocol::console::Me;
use exam_protocol::id::SessionId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::staff::{ControlSeen, ControlView, PasswordChange, SessionView};
use std::sync::Arc;

/// `GET`: own sessions.
///
/// # Errors
/// The database.
pub async fn sessions(login: LoggedIn, State(app): State<Arc<App>>) -> ApiResult<Json<Vec<SessionView>>> {
    let reader = app.db.reader();
    Ok(Json(
        store::session::of(reader, login.member.id, login.session.id).await?,
    ))
}

/// `DELETE`: ends an own session.
///
/// # Errors
/// When there is no such own session, or the database.
pub async fn end_session(
    login: LoggedIn,
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.db.write().await?;
    if !store::session::close_own(&mut tx, login.member.id, session).await? {
        return Err(ApiError::not_found());
    }
    let became = serde_json::json!({ "session": session }).to_string();
    record(
        &mut tx,
        login.actor(),
        "staff.session-end",
        &became,
        app.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET`: what others changed of the own account and the holder has not acknowledged.
///
/// # Errors
/// The database.
pub async fn account_changes(
    login: LoggedIn,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<Vec<ControlView>>> {
    Ok(Json(
        control::told(app.db.reader(), login.member.id, app.clock.now()).await?,
    ))
}

/// `POST`: acknowledges them; that, too, is in the audit.
///
/// # Errors
/// The database.
pub async fn account_changes_seen(
    login: LoggedIn,
    State(app): State<Arc<App>>,
    Json(seen): Json<ControlSeen>,
) -> ApiResult<StatusCode> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    // Nobody acknowledges what is still to come.
    let until = seen.until.min(now);
    control::seen(&mut tx, login.member.id, until).await?;
    let became = serde_json::json!({ "until": until }).to_string();
    record(&mut tx, login.actor(), "staff.changes-seen", &became, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST`: changes the own password. All other own sessions end.
///
/// # Errors
/// Wrong old password, too many tries, a new one that lacks something, or the database.
pub async fn change_password(
    login: LoggedIn,
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Json(change): Json<PasswordChange>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    let member = &login.member;
    let desk = own_count(login.session.id);
    let one = Try::on_device(&app, &member.name, login.actor(), &desk, Some(member.id)).await?;
    let stored = store::account::password_hash(app.db.reader(), member.id).await?;
    if !fits(change.old, stored.clone()).await? {
        return Err(one.failed(&app, "staff.password-failed", "password").await?);
    }
    let now = app.clock.now();
    let lacking = lacking(&app, &login, &change.new, stored).await?;
    let mut tx = app.db.write().await?;
    one.was_right(&mut tx).await?;
    if !lacking.is_empty() {
        tx.commit().await?;
        return Err(refused(&lacking));
    }
    drop(tx);
    let hash = password::hash_aside(change.new)
        .await
        .map_err(ApiError::internal)?;
    let mut tx = app.db.write().await?;
    store::account::change_password(&mut tx, member.id, &hash, now).await?;
    store::session::close_others(&mut tx, member.id, login.session.id).await?;
    let jar = opening::renew(&app, &mut tx, login.session.id, false, jar).await?;
    one.was_right(&mut tx).await?;
    record(&mut tx, login.actor(), "staff.password", "", now).await?;
    tx.commit().await?;
    Ok((jar, me_now(&app, &login).await?))
}

/// What a new password lacks, with a look at the earlier ones.
async fn lacking(app: &App, login: &LoggedIn, new: &str, present: String) -> ApiResult<Vec<rule::Missing>> {
    let rules = &app.config.staff;
    let alone = rule::stands_alone(login.account.has_factor, rules);
    let missing = rule::lacking(new, &login.member.name, alone, rules);
    if !missing.is_empty() {
        return Ok(missing);
    }
    let most = i64::from(rule::HISTORY - 1);
    let mut earlier = store::account::old_passwords(app.db.reader(), login.member.id, most).await?;
    earlier.push(present);
    for hash in earlier {
        if fits(new.to_owned(), hash).await? {
            return Ok(vec![rule::Missing::OtherThanBefore]);
        }
    }
    Ok(Vec::new())
}

async fn fits(password: String, stored: String) -> ApiResult<bool> {
    password::verify(password, stored)
        .await
        .map_err(ApiError::internal)
}

fn refused(missing: &[rule::Missing]) -> ApiError {
    let (vietnamese, english): (Vec<_>, Vec<_>) = missing.iter().map(|one| one.texts()).unzip();
    ApiError::new(
        ProblemCode::PasswordRefused,
        format!("Mật khẩu mới cần: {}.", vietnamese.join("; ")),
        format!("The new password needs: {}.", english.join("; ")),
    )
    .at("new")
}
