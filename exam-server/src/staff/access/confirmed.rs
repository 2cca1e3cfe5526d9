//! Step-up: critical acts want a second factor that was shown within minutes.

use super::login::duty_first;
use super::{InRoom, LoggedIn, May, Right};
use crate::app::App;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Millis;
use std::ops::Deref;
use std::sync::Arc;

/// Whom the other guard lets through, within minutes of having shown a second factor.
///
/// In own matters, whoever has no second factor yet has nothing to show and is let through: that is how the first one is
/// enrolled. Accounts for emergencies have none and last for an hour.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed<G>(pub G);

impl<G> Deref for Confirmed<G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.0
    }
}

/// A guard that knows who is logged in.
pub trait OfStaff: Guard {
    /// Who.
    fn login(&self) -> &LoggedIn;
}

impl OfStaff for LoggedIn {
    fn login(&self) -> &LoggedIn {
        self
    }
}

impl<R: Right> OfStaff for May<R> {
    fn login(&self) -> &LoggedIn {
        &self.login
    }
}

impl<R: Right> OfStaff for InRoom<R> {
    fn login(&self) -> &LoggedIn {
        &self.may.login
    }
}

impl<G: OfStaff> FromRequestParts<Arc<App>> for Confirmed<G> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let guard = G::from_request_parts(parts, app).await?;
        let login = guard.login();
        let window = Millis::minutes(app.config.staff.step_up_minutes.into());
        let now = app.clock.now();
        if login.is_break_glass() || login.session.strong_at.is_some_and(|at| now - at <= window) {
            return Ok(Self(guard));
        }
        if login.account.has_factor || login.session.strong_at.is_some() {
            return Err(step_up_needed());
        }
        match G::ACCESS {
            Access::LoggedIn => Ok(Self(guard)),
            _ => Err(duty_first()),
        }
    }
}

impl<G: OfStaff> Guard for Confirmed<G> {
    const ACCESS: Access = match G::ACCESS {
        Access::May(permission) => Access::MayConfirmed(permission),
        other => other,
    };
}

fn step_up_needed() -> ApiError {
    ApiError::new(
        ProblemCode::StepUpNeeded,
        "Việc này cần xác thực lớp hai một lần nữa.",
        "This needs the second factor once more.",
    )
}
