//! Leaving the room and coming back: noted by a proctor, with the card read again at return or a reason why not.

use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin::admit::Reason;
use crate::checkin::store::admission::attempt_now;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::room::store::absence as store;
use crate::shell::extract::{Json, Path};
use crate::staff::access::{CheckIn, InRoom};
use axum::extract::State;
use axum::http::StatusCode;
use exam_protocol::absence::{AbsenceRequest, Recheck, Why};
use exam_protocol::console::RoomState;
use exam_protocol::id::{AbsenceId, AttemptId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// `POST`: notes that a candidate leaves the room, or is back.
///
/// # Errors
/// Wrong state, a missing reason, or the database.
pub async fn note(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(attempt): Path<AttemptId>,
    Json(request): Json<AbsenceRequest>,
) -> ApiResult<StatusCode> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    match request {
        AbsenceRequest::Leave { why, reason } => {
            let id = AbsenceId::from_random(app.random.bytes()?);
            leave(&mut tx, &proctor, (id, attempt), (why, reason.trim()), now).await?;
        }
        AbsenceRequest::Back { reason } => back(&mut tx, &proctor, attempt, &reason, now).await?,
    }
    tx.commit().await?;
    app.changes.progress(proctor.room);
    Ok(StatusCode::NO_CONTENT)
}

async fn leave(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    (id, attempt): (AbsenceId, AttemptId),
    (why, reason): (Why, &str),
    now: Timestamp,
) -> ApiResult<()> {
    let standing = attempt_now(tx, attempt).await?.ok_or_else(ApiError::not_found)?;
    let live = matches!(
        standing.room_state,
        RoomState::Open | RoomState::Running | RoomState::Paused
    );
    if !live || !standing.admitted || standing.handed_in || store::open(&mut **tx, attempt).await?.is_some() {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Chỉ ghi ra ngoài cho thí sinh đang trong phòng, chưa nộp bài và chưa ở ngoài.",
            "Leaving is noted only for a candidate who is in the room and has not handed in.",
        ));
    }
    if why == Why::Other {
        Reason::new(reason).map_err(|_| reason_needed())?;
    }
    store::leave(tx, (id, attempt), why, (proctor.member().id, now)).await?;
    let became = serde_json::json!({ "why": why });
    record(tx, proctor, ("attempt.leave", attempt), (&became, reason), now).await
}

async fn back(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    attempt: AttemptId,
    reason: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let open = store::open(&mut **tx, attempt).await?;
    let (id, since) = open.ok_or_else(|| {
        ApiError::new(
            ProblemCode::WrongState,
            "Thí sinh này không ở ngoài phòng.",
            "This candidate is not outside.",
        )
    })?;
    let recheck = if let Some(checked) = store::checked_since(tx, attempt, since).await? {
        checked
    } else {
        Reason::new(reason).map_err(|_| {
                ApiError::new(
                    ProblemCode::MalformedRequest,
                    "Thẻ chưa được đọc lại. Hãy đọc lại thẻ ở bàn đón, hoặc ghi lý do không đọc được (5 đến 500 ký tự).",
                    "The card was not read again. Read it at the desk, or say why it can't be read (5 to 500 characters).",
                )
                .at("reason")
            })?;
        Recheck::None
    };
    returned(tx, proctor, (id, attempt), (recheck, reason.trim()), now).await
}

/// Whoever is let in at the desk again is back: no second note is needed.
pub(super) async fn let_in_again(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    attempt: AttemptId,
    recheck: Recheck,
    now: Timestamp,
) -> ApiResult<()> {
    match store::open(&mut **tx, attempt).await? {
        Some((id, _)) => returned(tx, proctor, (id, attempt), (recheck, ""), now).await,
        None => Ok(()),
    }
}

async fn returned(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    (id, attempt): (AbsenceId, AttemptId),
    (recheck, reason): (Recheck, &str),
    now: Timestamp,
) -> ApiResult<()> {
    store::come_back(tx, id, recheck, (proctor.member().id, now)).await?;
    let became = serde_json::json!({ "recheck": recheck });
    record(tx, proctor, ("attempt.back", attempt), (&became, reason), now).await
}

async fn record(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    (act, attempt): (&str, AttemptId),
    (became, reason): (&serde_json::Value, &str),
    at: Timestamp,
) -> ApiResult<()> {
    let (object, became) = (format!("attempt:{attempt}"), became.to_string());
    let act = Act {
        at,
        actor: proctor.actor(),
        act,
        object: &object,
        was: "",
        became: &became,
        reason,
    };
    Ok(audit::store::append(tx, &act).await?)
}

fn reason_needed() -> ApiError {
    ApiError::new(
        ProblemCode::MalformedRequest,
        "Cần ghi lý do (5 đến 500 ký tự).",
        "A reason is needed (5 to 500 characters).",
    )
    .at("reason")
}
