//! Login, logout, who am I.

use super::access::{LoggedIn, SESSION_COOKIE, session_hash};
use super::{password, store};
use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use certs::hash::sha256;
use exam_protocol::console::{LoginRequest, Me};
use exam_protocol::problem::ProblemCode;
use std::sync::Arc;

/// A hash that no password fits, so that unknown names take as long as known ones.
const NO_SUCH_MEMBER: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// `POST`: checks name and password and opens a session.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn login(
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Json(request): Json<LoginRequest>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    let member = check(&app, request).await?;
    let token: [u8; 32] = app.random.bytes()?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    store::open_session(&mut tx, member.id, &sha256(&token), now).await?;
    let actor = format!("staff:{}", member.id);
    audit::store::append(
        &mut tx,
        &Act {
            at: now,
            actor: &actor,
            act: "staff.login",
            object: &actor,
            detail: "{}",
        },
    )
    .await?;
    tx.commit().await?;
    let cookie = Cookie::build((SESSION_COOKIE, hex::encode(token)))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict);
    Ok((jar.add(cookie), Json(me(&member))))
}

/// Checks credentials without opening a session: also for second officials.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn check(app: &App, request: LoginRequest) -> ApiResult<store::Member> {
    let request = LoginRequest {
        name: request.name.trim().to_lowercase(),
        ..request
    };
    if !app.login_limit.allow(&request.name, app.clock.now()) {
        return Err(ApiError::new(
            ProblemCode::TooManyTries,
            "Đã thử sai nhiều lần. Hãy đợi một phút rồi thử lại.",
            "Too many wrong tries. Wait a minute and try again.",
        ));
    }
    let found = store::by_name(app.db.reader(), &request.name).await?;
    let stored = found
        .as_ref()
        .map_or_else(|| NO_SUCH_MEMBER.to_owned(), |(_, hash)| hash.clone());
    let fits = password::verify(request.password, stored)
        .await
        .map_err(ApiError::internal)?;
    match found {
        Some((member, _)) if fits => {
            app.login_limit.forget(&member.name);
            Ok(member)
        }
        _ => Err(ApiError::new(
            ProblemCode::WrongCredentials,
            "Tên đăng nhập hoặc mật khẩu không đúng.",
            "Wrong name or password.",
        )),
    }
}

/// `GET`: who is logged in.
pub async fn who(logged_in: LoggedIn) -> Json<Me> {
    Json(me(&logged_in.member))
}

/// `DELETE`: ends the session.
///
/// # Errors
/// The database.
pub async fn logout(
    State(app): State<Arc<App>>,
    jar: CookieJar,
    logged_in: LoggedIn,
) -> ApiResult<(CookieJar, StatusCode)> {
    if let Some(hash) = session_hash(&jar) {
        let actor = format!("staff:{}", logged_in.member.id);
        let act = Act {
            at: app.clock.now(),
            actor: &actor,
            act: "staff.logout",
            object: &actor,
            detail: "{}",
        };
        let mut tx = app.db.write().await?;
        store::close_session(&mut tx, &hash).await?;
        audit::store::append(&mut tx, &act).await?;
        tx.commit().await?;
    }
    Ok((
        jar.remove(Cookie::build(SESSION_COOKIE).path("/").secure(true)),
        StatusCode::NO_CONTENT,
    ))
}

fn me(member: &store::Member) -> Me {
    Me {
        id: member.id,
        name: member.name.clone(),
        display_name: member.display_name.clone(),
    }
}
