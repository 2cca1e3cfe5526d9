//! Tokens for live sockets: a page of another site can open a socket with this browser's cookie, but can't read a token.
//! Each is good once, for a minute, and for the login that fetched it.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::staff::access::LoggedIn;
use crate::staff::store::pending;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use certs::hash::sha256;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::LIVE_PROTOCOL;
use exam_protocol::staff::LiveToken;
use exam_protocol::time::Millis;
use std::sync::Arc;

/// How long a token can be used.
const LIFE: Millis = Millis::minutes(1);

/// `POST`: a token for one socket.
///
/// # Errors
/// The database, or no randomness.
pub async fn issue(login: LoggedIn, State(app): State<Arc<App>>) -> ApiResult<Json<LiveToken>> {
    let token: [u8; 32] = app.random.bytes()?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    pending::put_live_token(&mut tx, &sha256(&token), login.session.id, now, now + LIFE).await?;
    tx.commit().await?;
    Ok(Json(LiveToken {
        token: hex::encode(token),
    }))
}

/// Uses up the token that an upgrade shows beside [`LIVE_PROTOCOL`].
///
/// # Errors
/// No token, an unknown, used or old one, or one of another login; the database.
pub async fn take(app: &App, login: &LoggedIn, headers: &HeaderMap) -> ApiResult<()> {
    let token = shown(headers).ok_or_else(no_token)?;
    let mut tx = app.db.write().await?;
    let session = pending::take_live_token(&mut tx, &sha256(&token), app.clock.now()).await?;
    tx.commit().await?;
    if session == Some(login.session.id) {
        Ok(())
    } else {
        Err(no_token())
    }
}

fn shown(headers: &HeaderMap) -> Option<Vec<u8>> {
    let mut offered = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let mut token = None;
    let mut speaks = false;
    for protocol in offered.by_ref() {
        speaks |= protocol == LIVE_PROTOCOL;
        token = token.or_else(|| protocol.strip_prefix("token."));
    }
    hex::decode(token.filter(|_| speaks)?).ok()
}

fn no_token() -> ApiError {
    ApiError::new(
        ProblemCode::NotAllowed,
        "Kết nối trực tiếp cần mã kết nối mới của chính phiên này.",
        "A live connection needs a fresh token of this very session.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn of(values: &[&'static str]) -> Option<Vec<u8>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(value));
        }
        shown(&headers)
    }

    #[test]
    fn the_token_stands_beside_the_protocol() {
        assert_eq!(of(&["exam.v1, token.0aff"]), Some(vec![0x0a, 0xff]));
        assert_eq!(of(&["exam.v1", "token.0aff"]), Some(vec![0x0a, 0xff]));
        assert_eq!(of(&["token.0aff"]), None);
        assert_eq!(of(&["exam.v1"]), None);
        assert_eq!(of(&["exam.v1, token.xyz"]), None);
        assert_eq!(of(&[]), None);
    }
}
