//! The one error of the HTTP doors: a problem that people and programs understand outside, the cause in the log inside.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use exam_protocol::problem::{Problem, ProblemCode};

/// A refused or failed request.
#[derive(Debug)]
pub struct ApiError {
    problem: Problem,
    cause: Option<String>,
}

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A refusal with its texts: what happened and what to do, in Vietnamese and in English.
    pub fn new(code: ProblemCode, detail: impl Into<String>, detail_en: impl Into<String>) -> Self {
        let problem = Problem {
            code,
            detail: detail.into(),
            detail_en: detail_en.into(),
            place: String::new(),
        };
        Self { problem, cause: None }
    }

    /// Names the place.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.problem.place = place.into();
        self
    }

    /// A fault of the server. The cause goes to the log, never out. It must not hold personal data or secrets.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut error = Self::new(
            ProblemCode::Internal,
            "Máy chủ gặp lỗi; chưa có gì thay đổi. Hãy thử lại, nếu vẫn lỗi thì báo cán bộ kỹ thuật.",
            "The server has a fault; nothing was changed. Try again, then tell the technician.",
        );
        error.cause = Some(cause.to_string());
        error
    }

    /// No such thing, or not visible from here.
    pub fn not_found() -> Self {
        Self::new(ProblemCode::NotFound, "Không tìm thấy.", "Not found.")
    }

    /// The path exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(
            ProblemCode::MethodNotAllowed,
            "Địa chỉ này không nhận kiểu yêu cầu đó.",
            "This address does not take that method.",
        )
    }

    /// The stable code.
    pub fn code(&self) -> ProblemCode {
        self.problem.code
    }

    /// What happened and what to do, in Vietnamese.
    pub fn detail(&self) -> &str {
        &self.problem.detail
    }

    fn status(&self) -> StatusCode {
        match self.problem.code {
            ProblemCode::MalformedRequest => StatusCode::BAD_REQUEST,
            ProblemCode::NotLoggedIn | ProblemCode::WrongCredentials | ProblemCode::SessionLocked => {
                StatusCode::UNAUTHORIZED
            }
            ProblemCode::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
            ProblemCode::NotAllowed | ProblemCode::DutyFirst | ProblemCode::StepUpNeeded => {
                StatusCode::FORBIDDEN
            }
            ProblemCode::NotFound => StatusCode::NOT_FOUND,
            ProblemCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ProblemCode::StorageUnavailable | ProblemCode::SignOnUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::CONFLICT,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(cause, "request failed");
        }
        let status = self.status();
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            Json(self.problem),
        )
            .into_response()
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        let mut refusal = Self::new(
            ProblemCode::StorageUnavailable,
            "Máy chủ chưa ghi được vào ổ đĩa; chưa có gì thay đổi. Hãy thử lại sau ít giây.",
            "The server can't store right now; nothing was changed. Try again in a few seconds.",
        );
        refusal.cause = Some(error.to_string());
        refusal
    }
}

impl From<crate::clock::NoRandomness> for ApiError {
    fn from(error: crate::clock::NoRandomness) -> Self {
        Self::internal(error)
    }
}
