//! The guard of seats: a handler that takes a [`SeatHolder`] can only be reached with the token of an attempt's live seat.

use super::store::{self, seat::Seat};
use crate::app::App;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use crate::machine;
use crate::shell::tls::Peer;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use certs::hash::sha256;
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::id::FormId;
use exam_protocol::problem::ProblemCode;
use std::sync::Arc;

/// The live seat of an attempt.
#[derive(Clone, Debug)]
pub struct SeatHolder {
    /// The seat.
    pub seat: Seat,
    /// The form that the attempt has, if there is a paper.
    pub form: Option<FormId>,
}

impl FromRequestParts<Arc<App>> for SeatHolder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let hash = bearer(&parts.headers).ok_or_else(no_token)?;
        let seat = store::seat::seat_by_token(app.db.reader(), &hash)
            .await?
            .ok_or_else(no_token)?;
        let attempt = store::load_attempt(app.db.reader(), seat.attempt)
            .await?
            .ok_or_else(ApiError::not_found)?;
        if attempt.epoch != seat.epoch {
            return Err(ApiError::new(
                ProblemCode::SeatTakenOver,
                "Bài thi này đang làm trên một máy khác.",
                "Another PC has taken this seat over.",
            ));
        }
        let machine = machine::access::at_seat(app, parts.extensions.get::<Peer>()).await?;
        machine::access::serves_room(app.db.reader(), machine.as_ref(), attempt.standing.room.id).await?;
        Ok(Self {
            seat,
            form: attempt.form,
        })
    }
}

impl Guard for SeatHolder {
    const ACCESS: Access = Access::Seat;
}

fn bearer(headers: &HeaderMap) -> Option<Digest> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let mut token = [0; 32];
    hex::decode_to_slice(value.strip_prefix("Bearer ")?, &mut token).ok()?;
    Some(Fixed(sha256(&token)))
}

fn no_token() -> ApiError {
    ApiError::new(
        ProblemCode::NotLoggedIn,
        "Chỗ này chưa được nhận. Hãy nhập mã vào chỗ.",
        "This seat is not claimed. Type the ticket.",
    )
}
