//! Login, logout, who am I.

use super::access::{LoggedIn, SESSION_COOKIE};
use super::store::session::{NewSession, Stage};
use super::{password, store};
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::door::{Answer, Anybody, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::shell::tls::Peer;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use certs::hash::sha256;
use exam_protocol::console::{LoginRequest, Me};
use exam_protocol::id::SessionId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::Grant;
use exam_protocol::route;
use exam_protocol::staff::IdleLimit;
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// A hash that no password fits, so that unknown names take as long as known ones.
const NO_SUCH_MEMBER: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Most characters that are kept of what a browser calls itself.
const LONGEST_AGENT: usize = 200;

/// The doors of staff.
pub fn doors(doors: Doors) -> Doors {
    doors
        .post(route::LOGIN, "Logs in", login, Answer::json::<Me>())
        .get(route::LOGIN, "Who is logged in", who, Answer::json::<Me>())
        .delete(route::LOGIN, "Logs out", logout, Answer::done())
}

/// `POST`: checks name and password and opens a session.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn login(
    _: Anybody,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    (jar, headers): (CookieJar, HeaderMap),
    Json(request): Json<LoginRequest>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    let member = check(&app, request).await?;
    let token: [u8; 32] = app.random.bytes()?;
    let actor = Actor {
        who: format!("staff:{}", member.id),
        address: peer.address.to_string(),
    };
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let agent: String = agent.unwrap_or_default().chars().take(LONGEST_AGENT).collect();
    let session = NewSession {
        id: SessionId::from_random(app.random.bytes()?),
        token_hash: &sha256(&token),
        staff: member.id,
        stage: Stage::Full,
        address: &actor.address,
        agent: &agent,
    };
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    store::session::open(&mut tx, &session, now).await?;
    record(&mut tx, &actor, "staff.login", now).await?;
    tx.commit().await?;
    let cookie = Cookie::build((SESSION_COOKIE, hex::encode(token)))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict);
    let grants = store::grants(app.db.reader(), member.id).await?;
    Ok((jar.add(cookie), Json(me(&member, grants))))
}

async fn record(tx: &mut Tx, actor: &Actor, act: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    let act = Act {
        at: now,
        actor,
        act,
        object: &actor.who,
        was: "",
        became: "",
        reason: "",
    };
    audit::store::append(tx, &act).await
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
    Json(me(&logged_in.member, logged_in.grants))
}

/// `DELETE`: ends the session.
///
/// # Errors
/// The database.
pub async fn logout(
    logged_in: LoggedIn,
    State(app): State<Arc<App>>,
    jar: CookieJar,
) -> ApiResult<(CookieJar, StatusCode)> {
    let mut tx = app.db.write().await?;
    store::session::close(&mut tx, logged_in.session.id).await?;
    record(&mut tx, logged_in.actor(), "staff.logout", app.clock.now()).await?;
    tx.commit().await?;
    Ok((
        jar.remove(Cookie::build(SESSION_COOKIE).path("/").secure(true)),
        StatusCode::NO_CONTENT,
    ))
}

fn me(member: &store::Member, grants: Vec<Grant>) -> Me {
    Me {
        id: member.id,
        name: member.name.clone(),
        display_name: member.display_name.clone(),
        grants,
        duties: Vec::new(),
        idle: IdleLimit {
            after: Millis::minutes(15),
        },
        last_login: None,
    }
}
