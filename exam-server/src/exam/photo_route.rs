//! Roster photos over HTTP: shown to the proctors of the room, kept by no cache.

use super::photo;
use super::store::photo as store;
use crate::app::App;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Path;
use crate::staff::access::{CheckIn, InRoom};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exam_protocol::id::AttemptId;
use exam_protocol::route;
use std::sync::Arc;

/// The doors of roster photos.
pub fn doors(doors: Doors) -> Doors {
    doors.get(
        route::ATTEMPT_PHOTO,
        "The roster photo of a candidate",
        show,
        Answer::file("image/jpeg"),
    )
}

/// `GET` a roster photo.
///
/// # Errors
/// Not found, or the database.
pub async fn show(
    _: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(attempt): Path<AttemptId>,
) -> ApiResult<Response> {
    let sealed = store::of(app.db.reader(), attempt)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let jpeg = photo::open(&app.keys.node, attempt, &sealed).map_err(ApiError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, jpeg).into_response())
}
