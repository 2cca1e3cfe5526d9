//! What handlers take from a request and how they answer in JSON. What can't be read is refused as a problem, never as
//! plain text.

use crate::error::ApiError;
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use exam_protocol::problem::ProblemCode;
use serde::Serialize;

/// A JSON body.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

/// A form in the body.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Form), rejection(ApiError))]
pub struct Form<T>(pub T);

/// The variable parts of the path.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// What stands behind the question mark.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// A WebSocket that is to be opened.
#[derive(Debug)]
pub struct Upgrade(pub WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade.map(Self).map_err(|_| Self::refused())
    }
}

impl Upgrade {
    fn refused() -> ApiError {
        ApiError::new(
            ProblemCode::MalformedRequest,
            "Địa chỉ này chỉ nhận kết nối WebSocket.",
            "This address takes WebSocket connections only.",
        )
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(
                ProblemCode::TooLarge,
                "Nội dung gửi lên quá lớn.",
                "What was sent is too large.",
            );
        }
        let place = match &rejection {
            JsonRejection::JsonDataError(error) => field(&error.body_text()),
            _ => String::new(),
        };
        Self::new(
            ProblemCode::MalformedRequest,
            "Nội dung gửi lên không đọc được hoặc thiếu dữ liệu.",
            "What was sent can't be read, or something is missing in it.",
        )
        .at(place)
    }
}

/// The field that an error text names: "… target type: name.of.field: …". The rest of the text repeats what was sent and
/// stays here.
fn field(text: &str) -> String {
    let named = text.split(": ").nth(1).unwrap_or_default();
    let is_field = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
    if named.chars().all(is_field) {
        named.to_owned()
    } else {
        String::new()
    }
}

impl From<FormRejection> for ApiError {
    fn from(_: FormRejection) -> Self {
        Self::new(
            ProblemCode::MalformedRequest,
            "Biểu mẫu gửi lên không đọc được hoặc thiếu dữ liệu.",
            "The form can't be read, or something is missing in it.",
        )
    }
}

impl From<PathRejection> for ApiError {
    fn from(_: PathRejection) -> Self {
        // An id that is none names nothing.
        Self::not_found()
    }
}

impl From<QueryRejection> for ApiError {
    fn from(_: QueryRejection) -> Self {
        Self::new(
            ProblemCode::MalformedRequest,
            "Điều kiện trong địa chỉ không đọc được.",
            "The conditions in the address can't be read.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_and_repeats_nothing_that_was_sent() {
        let text = "Failed to deserialize the JSON body into the target type: second.name: invalid type: integer `7`";
        assert_eq!(field(text), "second.name");
        let text = "Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2";
        assert_eq!(field(text), "");
    }
}
