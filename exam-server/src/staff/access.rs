//! The extractors: a handler that takes one of these can't be reached by anybody else.

use super::store::{self, Kind, Member};
use crate::app::App;
use crate::error::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use certs::hash::sha256;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// Name of the session cookie; the prefix binds it to this host and to TLS (RFC 6265bis, section 4.1.3).
pub const SESSION_COOKIE: &str = "__Host-session";

/// Longest life of a session: one exam day. No session ends inside a sitting.
const SESSION_LIFE: Millis = Millis::minutes(16 * 60);

/// A member of staff who is logged in.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub member: Member,
}

/// A member of staff in a room that is open to them. The room comes from the path: `{room}`, or the room of `{checkin}`
/// or `{attempt}`.
#[derive(Clone, Debug)]
pub struct Proctor {
    /// Who.
    pub member: Member,
    /// Where.
    pub room: RoomId,
}

impl Proctor {
    /// The actor in the audit.
    pub fn actor(&self) -> String {
        format!("staff:{}", self.member.id)
    }
}

/// Hash under which the cookie's token is stored; none when there is no such cookie.
pub fn session_hash(jar: &CookieJar) -> Option<[u8; 32]> {
    let token = hex::decode(jar.get(SESSION_COOKIE)?.value()).ok()?;
    Some(sha256(&token))
}

fn not_logged_in() -> ApiError {
    ApiError::new(
        ProblemCode::NotLoggedIn,
        "Chưa đăng nhập hoặc phiên đã hết. Hãy đăng nhập lại.",
        "Not logged in, or the session has ended. Log in again.",
    )
}

impl FromRequestParts<Arc<App>> for LoggedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let jar = CookieJar::from_headers(&parts.headers);
        let hash = session_hash(&jar).ok_or_else(not_logged_in)?;
        let oldest = Timestamp(app.clock.now().0 - SESSION_LIFE.0);
        let member = store::by_session(app.db.reader(), &hash, oldest)
            .await?
            .ok_or_else(not_logged_in)?;
        Ok(Self { member })
    }
}

impl FromRequestParts<Arc<App>> for Proctor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let LoggedIn { member } = LoggedIn::from_request_parts(parts, app).await?;
        let (kind, id) = named_in_path(parts, app).await?;
        let room = store::room_of(app.db.reader(), kind, &id)
            .await?
            .ok_or_else(ApiError::not_found)?;
        // A room that is not open to this person looks like one that does not exist.
        if store::may_enter(app.db.reader(), &member, room).await? {
            Ok(Self { member, room })
        } else {
            Err(ApiError::not_found())
        }
    }
}

async fn named_in_path(parts: &mut Parts, app: &Arc<App>) -> Result<(Kind, String), ApiError> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| ApiError::not_found())?;
    params
        .iter()
        .find_map(|(name, value)| match name {
            "room" => Some((Kind::Room, value.to_owned())),
            "checkin" => Some((Kind::Checkin, value.to_owned())),
            "attempt" => Some((Kind::Attempt, value.to_owned())),
            _ => None,
        })
        .ok_or_else(|| ApiError::internal("a route for proctors names no room"))
}
