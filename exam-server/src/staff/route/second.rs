//! Within a login: the second factor, opening a locked session, being there.

use super::tries::{Try, own_count};
use super::{OFFER_LIFE, done, me_now, opening, proof, record};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::shell::tls::Peer;
use crate::staff::access::login::not_logged_in;
use crate::staff::access::{HalfLoggedIn, LoggedIn};
use crate::staff::password;
use crate::staff::store;
use crate::staff::store::pending::{self, Pending};
use crate::staff::store::session::Stage;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use exam_protocol::console::Me;
use exam_protocol::problem::ProblemCode;
use exam_protocol::staff::{FactorKind, LoginStep, PasskeyChallenge, SecondFactor, Unlock};
use std::sync::Arc;

/// `POST`: a second factor. Completes a login; within one it is the step-up for critical acts.
///
/// # Errors
/// Wrong credentials, too many tries, a locked session, or the database.
pub async fn show(
    half: HalfLoggedIn,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    jar: CookieJar,
    Json(shown): Json<SecondFactor>,
) -> ApiResult<(CookieJar, Json<LoginStep>)> {
    half.unlocked()?;
    let (member, session) = (&half.member, &half.session);
    // A passkey can't be guessed: failed passwords do not stand in its way.
    let one = match &shown {
        SecondFactor::Passkey { .. } => None,
        _ => Some(Try::at_the_door(&app, &member.name, peer.address, &jar, Some(member.id)).await?),
    };
    let mut tx = app.db.write().await?;
    let (fits, kind) = match &shown {
        SecondFactor::Totp { code } => (proof::totp_fits(&app, &mut tx, member.id, code).await?, "totp"),
        SecondFactor::RecoveryCode { code } => (
            proof::recovery_code_fits(&app, &mut tx, member.id, code).await?,
            "recovery-code",
        ),
        SecondFactor::Passkey { credential } => (
            proof::passkey_fits(&app, &mut tx, (member.id, session.id), credential).await?,
            "passkey",
        ),
    };
    if !fits {
        // The challenge is used up, whatever the answer was.
        tx.commit().await?;
        return Err(refused(&app, &half, one, kind).await?);
    }
    let mut jar = opening::renew(&app, &mut tx, session.id, true, jar).await?;
    if let Some(one) = &one {
        one.was_right(&mut tx).await?;
    }
    let became = serde_json::json!({ "factor": kind }).to_string();
    record(
        &mut tx,
        half.actor(),
        "staff.second-factor",
        &became,
        app.clock.now(),
    )
    .await?;
    if session.stage == Stage::Password {
        jar = opening::completed(&app, &mut tx, member, session.id, half.actor(), jar).await?;
        tx.commit().await?;
        return Ok((jar, Json(done(&app, member, half.account.clone()).await?)));
    }
    tx.commit().await?;
    let Json(me) = me_now(&app, &half.full(&app)?).await?;
    Ok((jar, Json(LoginStep::Done { me })))
}

async fn refused(app: &App, half: &HalfLoggedIn, one: Option<Try>, kind: &str) -> ApiResult<ApiError> {
    if let Some(one) = one {
        return one.failed(app, "staff.second-factor-failed", kind).await;
    }
    let mut tx = app.db.write().await?;
    let became = serde_json::json!({ "failed": kind }).to_string();
    let now = app.clock.now();
    record(&mut tx, half.actor(), "staff.second-factor-failed", &became, now).await?;
    tx.commit().await?;
    Ok(super::wrong_credentials())
}

/// `POST`: a challenge for one of the holder's passkeys.
///
/// # Errors
/// When there is none, a locked session, or the database.
pub async fn challenge(half: HalfLoggedIn, State(app): State<Arc<App>>) -> ApiResult<Json<PasskeyChallenge>> {
    half.unlocked()?;
    let mut tx = app.db.write().await?;
    let keys = proof::of_kind(&mut tx, half.member.id, FactorKind::Passkey).await?;
    if keys.is_empty() {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Tài khoản này chưa có khóa truy cập.",
            "This account has no passkey.",
        ));
    }
    let known: Vec<Vec<u8>> = keys.into_iter().map(|factor| factor.content).collect();
    let begun = proof::relying_party(&app)?
        .begin_use(&known)
        .map_err(ApiError::internal)?;
    let expires = app.clock.now() + OFFER_LIFE;
    pending::put(
        &mut tx,
        half.session.id,
        Pending::PasskeyUse,
        &begun.state,
        expires,
    )
    .await?;
    tx.commit().await?;
    Ok(Json(PasskeyChallenge {
        options: begun.options,
    }))
}

/// `POST`: opens a session that has locked itself.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn unlock(
    half: HalfLoggedIn,
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Json(request): Json<Unlock>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    if half.session.stage != Stage::Full {
        return Err(not_logged_in());
    }
    let member = &half.member;
    let desk = own_count(half.session.id);
    let one = Try::on_device(&app, &member.name, half.actor(), &desk, Some(member.id)).await?;
    let stored = store::account::password_hash(app.db.reader(), member.id).await?;
    let fits = password::verify(request.password, stored).await;
    if !fits.map_err(ApiError::internal)? {
        return Err(one.failed(&app, "staff.unlock-failed", "password").await?);
    }
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let jar = opening::renew(&app, &mut tx, half.session.id, false, jar).await?;
    one.was_right(&mut tx).await?;
    record(&mut tx, half.actor(), "staff.unlock", "", now).await?;
    tx.commit().await?;
    let held = store::session::by_id(app.db.reader(), half.session.id).await?;
    let login = HalfLoggedIn::of(&app, held, half.actor().clone())
        .await?
        .full(&app)?;
    Ok((jar, Json(super::me(&app, &login))))
}

/// `POST`: the holder is there.
///
/// # Errors
/// The database.
pub async fn activity(login: LoggedIn, State(app): State<Arc<App>>) -> ApiResult<StatusCode> {
    login.touch(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}
