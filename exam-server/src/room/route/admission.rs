//! Letting candidates in, and moving them: each writes record, audit and ticket in one transaction.

use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin::admit::{AdmissionRecord, NotAdmitted, Reason, SecondOfficial};
use crate::checkin::store::admission as store;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::room::route::absence;
use crate::room::route::critical::refusal;
use crate::shell::extract::{Json, Path};
use crate::sitting;
use crate::sitting::state::life::is_too_late_to_enter;
use crate::sitting::ticket;
use crate::staff;
use crate::staff::access::{CheckIn, InRoom};
use crate::staff::control::{self, History, Pair, TwoPeople};
use crate::staff::rights::{self, Verdict};
use crate::staff::store::Member;
use axum::extract::State;
use exam_protocol::absence::Recheck;
use exam_protocol::console::{
    AdmitRequest, LoginRequest, ManualAdmitRequest, RoomState, TakeOverRequest, TicketView,
};
use exam_protocol::id::{AttemptId, CheckinId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::Permission;
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// `POST`: lets the candidate of a judged check-in in.
///
/// # Errors
/// What the judgement or the rule says, wrong credentials of the second official, or the database.
pub async fn admit(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(checkin): Path<CheckinId>,
    Json(request): Json<AdmitRequest>,
) -> ApiResult<Json<TicketView>> {
    let second = match request.second {
        Some(login) => {
            let reason = Reason::new(&request.reason).map_err(explain)?;
            Some((second_official(&app, &proctor, login).await?, reason))
        }
        None => None,
    };
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let admissible = store::admissible(&mut tx, proctor.room, checkin, now).await?;
    let admissible = admissible.ok_or_else(ApiError::not_found)?.map_err(explain)?;
    may_be_admitted(&mut tx, admissible.attempt(), now).await?;
    let attempt = admissible.attempt();
    let record = match admissible.admit(proctor.member(), request.face_confirmed, second, now) {
        // Somebody came with another person's card: that stays on record, although nobody is let in.
        Err(NotAdmitted::FaceNotConfirmed) => {
            let detail = serde_json::json!({ "checkin": checkin });
            audit(
                &mut tx,
                &proctor,
                "attempt.face-not-confirmed",
                attempt,
                (&detail, ""),
                now,
            )
            .await?;
            tx.commit().await?;
            return Err(explain(NotAdmitted::FaceNotConfirmed));
        }
        decided => decided.map_err(explain)?,
    };
    let ticket = write(&app, &mut tx, &proctor, &record, "attempt.admit").await?;
    tx.commit().await?;
    app.changes.progress(proctor.room);
    Ok(Json(ticket))
}

/// `POST`: lets a candidate in without a card.
///
/// # Errors
/// Missing reason, wrong credentials of the second official, wrong state, or the database.
pub async fn admit_manually(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(attempt): Path<AttemptId>,
    Json(request): Json<ManualAdmitRequest>,
) -> ApiResult<Json<TicketView>> {
    let reason = Reason::new(&request.reason).map_err(explain)?;
    let second = second_official(&app, &proctor, request.second).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    may_be_admitted(&mut tx, attempt, now).await?;
    let record = AdmissionRecord::without_card(attempt, proctor.member(), &second, reason, now);
    let ticket = write(&app, &mut tx, &proctor, &record, "attempt.admit-without-card").await?;
    tx.commit().await?;
    app.changes.progress(proctor.room);
    Ok(Json(ticket))
}

/// `POST`: a new ticket for somebody who was let in, so that another PC can take the seat over.
///
/// # Errors
/// Missing reason, wrong state, or the database.
pub async fn take_over(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(attempt): Path<AttemptId>,
    Json(request): Json<TakeOverRequest>,
) -> ApiResult<Json<TicketView>> {
    let reason = Reason::new(&request.reason).map_err(explain)?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    if !may_be_admitted(&mut tx, attempt, now).await? {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Thí sinh chưa được cho vào phòng. Hãy điểm danh trước.",
            "The candidate has not been let in. Check them in first.",
        ));
    }
    let particulars = (&serde_json::Value::Null, reason.as_str());
    audit(&mut tx, &proctor, "attempt.take-over", attempt, particulars, now).await?;
    let ticket = ticket::issue(&mut tx, &app, attempt).await?;
    tx.commit().await?;
    app.changes.progress(proctor.room);
    Ok(Json(ticket))
}

/// Checks the second official's password, code and right to the room. Nothing is locked meanwhile: hashing is slow.
async fn second_official(
    app: &App,
    first: &InRoom<CheckIn>,
    login: LoginRequest,
) -> ApiResult<SecondOfficial> {
    let member = staff::route::check(app, &first.may.login, login).await?;
    let grants = staff::store::grants(app.db.reader(), member.id).await?;
    let verdict = rights::decide(&grants, Permission::ConfirmAdmission, &first.may.place);
    if member.id == first.member().id {
        return Err(explain(NotAdmitted::SecondOfficialUnsuitable));
    }
    let two = two_people(app, first.member(), &member).await?;
    SecondOfficial::new(first.member(), &member, two, verdict == Verdict::Allowed).map_err(explain)
}

/// Whether the two accounts at the desk stand for two people. Both may work for one organisation: a school staffs its rooms.
async fn two_people(app: &App, first: &Member, second: &Member) -> ApiResult<TwoPeople> {
    let now = app.clock.now();
    let window = app.config.four_eyes.control_time();
    let changes = control::store::recent(app.db.reader(), control::since(now, window, now)).await?;
    let history = History {
        changes: &changes,
        window,
        two_organisations: false,
    };
    let pair = Pair {
        proposer: first.id,
        proposed_at: now,
        decider: second.id,
    };
    let names = (first.name.as_str(), second.name.as_str());
    history
        .two_people(pair, now)
        .map_err(|why| refusal::not_two_at_the_desk(why, names))
}

/// Whether the room takes people in now; true if this one has been let in before.
async fn may_be_admitted(tx: &mut Tx, attempt: AttemptId, at: Timestamp) -> ApiResult<bool> {
    let now = store::attempt_now(tx, attempt)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let open = matches!(
        now.room_state,
        RoomState::Open | RoomState::Running | RoomState::Paused
    ) || (now.room_state == RoomState::Ended
        && now.reopened_until.is_some_and(|until| at < until));
    if !open || now.handed_in || now.voided {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Chỉ cho vào phòng khi phòng đã mở, thí sinh chưa nộp bài và bài thi không bị hủy.",
            "Candidates are let in only while the room is open, before they have handed in, and unless their attempt was voided.",
        ));
    }
    if !now.admitted && !matches!(now.room_state, RoomState::Ended) {
        in_time(tx, attempt, at).await?;
    }
    Ok(now.admitted)
}

/// Who comes for the first time, comes before the sitting's limit after the start.
async fn in_time(tx: &mut Tx, attempt: AttemptId, at: Timestamp) -> ApiResult<()> {
    let (room, late_after) = sitting::store::entrance(&mut **tx, attempt).await?;
    if !is_too_late_to_enter(&room, late_after, at) {
        return Ok(());
    }
    let minutes = late_after.0 / 60_000;
    Err(ApiError::new(
        ProblemCode::TooLate,
        format!("Thí sinh đến muộn quá {minutes} phút sau khi bắt đầu làm bài nên không được dự thi."),
        format!("More than {minutes} minutes after the start nobody is let in for the first time."),
    ))
}

async fn write(
    app: &App,
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    record: &AdmissionRecord,
    act: &str,
) -> ApiResult<TicketView> {
    store::put(tx, record).await?;
    let recheck = if record.card().is_some() {
        Recheck::Card
    } else {
        Recheck::TwoOfficials
    };
    absence::let_in_again(tx, proctor, record.attempt(), recheck, record.at()).await?;
    let detail = serde_json::json!({
        "checkin": record.card().map(|card| card.checkin),
        "rule": record.card().map(|card| card.rule),
        "second": record.second(),
        "evidence": record.evidence(),
    });
    let particulars = (&detail, record.reason());
    audit(tx, proctor, act, record.attempt(), particulars, record.at()).await?;
    ticket::issue(tx, app, record.attempt()).await
}

async fn audit(
    tx: &mut Tx,
    proctor: &InRoom<CheckIn>,
    act: &str,
    attempt: AttemptId,
    (became, reason): (&serde_json::Value, &str),
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let (object, became) = (format!("attempt:{attempt}"), became.to_string());
    audit::store::append(
        tx,
        &Act {
            at,
            actor: proctor.actor(),
            act,
            object: &object,
            was: "",
            became: &became,
            reason,
        },
    )
    .await
}

fn explain(not_admitted: NotAdmitted) -> ApiError {
    let (code, detail, detail_en) = match not_admitted {
        NotAdmitted::NotJudged => (
            ProblemCode::WrongState,
            "Thẻ chưa được đọc và xác minh xong.",
            "The card has not been read and judged.",
        ),
        NotAdmitted::CardRefused => (
            ProblemCode::CardRefused,
            "Thẻ bị từ chối. Chỉ còn cách cho vào không dùng thẻ, do hai cán bộ xác nhận.",
            "The card was refused. Only admission without a card, by two officials, is left.",
        ),
        NotAdmitted::TooOld => (
            ProblemCode::WrongState,
            "Lần đọc thẻ này đã quá 30 phút. Hãy đọc lại thẻ.",
            "This reading is more than 30 minutes old. Read the card again.",
        ),
        NotAdmitted::AlreadyUsed => (
            ProblemCode::WrongState,
            "Lần đọc thẻ này đã được dùng để cho vào phòng. Cần phiếu mới thì dùng “chuyển máy”.",
            "This reading has let the candidate in already. For a new ticket use “move to another PC”.",
        ),
        NotAdmitted::FaceNotConfirmed => (
            ProblemCode::MalformedRequest,
            "Cán bộ coi thi phải xác nhận khuôn mặt đúng với ảnh trong chip.",
            "The proctor has to confirm that the face is the chip's portrait.",
        ),
        NotAdmitted::SecondOfficialNeeded => (
            ProblemCode::SecondOfficialNeeded,
            "Cần cán bộ thứ hai xác nhận kèm lý do.",
            "A second official has to confirm with a reason.",
        ),
        NotAdmitted::SecondOfficialUnsuitable => (
            ProblemCode::NotAllowed,
            "Cán bộ thứ hai phải là người khác và có quyền ở phòng này.",
            "The second official must be another person with a right to this room.",
        ),
        NotAdmitted::ReasonNeeded => (
            ProblemCode::MalformedRequest,
            "Cần ghi lý do (5 đến 500 ký tự).",
            "A reason is needed (5 to 500 characters).",
        ),
    };
    ApiError::new(code, detail, detail_en)
}
