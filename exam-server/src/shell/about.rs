//! What the server says about itself to anybody: its API, and whom to tell about a weakness.

use crate::app::App;
use crate::door::{Answer, Anybody, Doors, openapi};
use crate::error::{ApiError, ApiResult};
use crate::router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use exam_protocol::route;
use std::sync::{Arc, LazyLock};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// How long a security.txt may be believed after it was fetched (RFC 9116, section 2.5.5: less than a year).
const BELIEVED: Duration = Duration::days(180);

/// Made once: the doors do not change while the program runs.
static DOCUMENT: LazyLock<Result<String, String>> = LazyLock::new(|| {
    openapi::document(&router::doors())
        .to_json()
        .map_err(|e| e.to_string())
});

/// The doors.
pub fn doors(doors: Doors) -> Doors {
    doors
        .get(
            route::OPENAPI,
            "This document",
            api,
            Answer::file("application/json"),
        )
        .get(
            route::SECURITY_TXT,
            "Whom to tell about a weakness",
            security_txt,
            Answer::file("text/plain").or(StatusCode::NOT_FOUND),
        )
}

async fn api(_: Anybody) -> ApiResult<Response> {
    let text = DOCUMENT.as_deref().map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// RFC 9116. Without a contact in the settings there is none.
async fn security_txt(_: Anybody, State(app): State<Arc<App>>) -> ApiResult<Response> {
    let contact = app
        .config
        .http
        .security_contact
        .as_deref()
        .ok_or_else(ApiError::not_found)?;
    let now = OffsetDateTime::from_unix_timestamp(app.clock.now().0 / 1000).map_err(ApiError::internal)?;
    let expires = (now + BELIEVED).format(&Rfc3339).map_err(ApiError::internal)?;
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: vi, en\n");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
