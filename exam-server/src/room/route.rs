//! The proctor's page over HTTP: rooms, board, actions. The live feed is in [`live`], letting people in in [`admission`].

pub mod live;
pub mod admission;
pub mod absence;
pub mod critical;

use super::action::{self, Limits, NotDone, TwoPeople};
use super::{board, store};
use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::machine;
use crate::result;
use crate::shell::extract::Json;
use crate::sitting;
use crate::staff::access::{InRoom, May, RunRoom, SeeRoom};
use crate::staff::rights::{self, Place};
use axum::extract::State;
use exam_protocol::console::{
    Board, CandidateRow, RoomAction, RoomActionRequest, RoomState, RoomSummary, TicketView,
};
use exam_protocol::id::{AttemptId, RoomId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::{ProposalView, Proposals};
use exam_protocol::right::Permission;
use exam_protocol::route;
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// The doors of rooms.
pub fn doors(doors: Doors) -> Doors {
    let board = Answer::json::<Board>;
    let ticket = Answer::json::<TicketView>;
    let doors = doors
        .get(
            route::ROOMS,
            "The rooms that this person may see",
            rooms,
            Answer::json::<Vec<RoomSummary>>(),
        )
        .get(route::ROOM_BOARD, "The board of a room", show, board())
        .get(
            route::ROOM_LIVE,
            "Boards as they change",
            live::live,
            Answer::socket(),
        )
        .post(route::ROOM_ACTION, "Acts on a room", act, board())
        .post(
            route::CHECKIN_ADMIT,
            "Lets a candidate in by card",
            admission::admit,
            ticket(),
        )
        .post(
            route::ATTEMPT_MANUAL_ADMIT,
            "Lets a candidate in without a card",
            admission::admit_manually,
            ticket(),
        )
        .post(
            route::ATTEMPT_TAKE_OVER,
            "Moves a candidate to another PC",
            admission::take_over,
            ticket(),
        )
        .post(
            route::ATTEMPT_ABSENCE,
            "Notes that a candidate leaves the room, or is back",
            absence::note,
            Answer::done(),
        );
    proposal_doors(doors)
}

fn proposal_doors(doors: Doors) -> Doors {
    let proposal = Answer::json::<ProposalView>;
    doors
        .get(
            route::PROPOSALS,
            "Acts that wait for a second person, and those that are over",
            critical::list,
            Answer::json::<Proposals>(),
        )
        .post(
            route::PROPOSALS,
            "Proposes an act that needs two people",
            critical::propose,
            proposal(),
        )
        .get(
            route::PROPOSAL,
            "Exactly what was proposed",
            critical::show,
            proposal(),
        )
        .delete(
            route::PROPOSAL,
            "Takes one's own proposal back",
            critical::withdraw,
            proposal(),
        )
        .post(
            route::PROPOSAL_DECISION,
            "Decides as the second person",
            critical::decide,
            proposal(),
        )
}

/// Check-ins without a decision stay on the board for so long.
const PENDING_LIFE: Millis = Millis::minutes(60);

/// `GET` the rooms that this person may see.
///
/// # Errors
/// The database.
pub async fn rooms(may: May<SeeRoom>, State(app): State<Arc<App>>) -> ApiResult<Json<Vec<RoomSummary>>> {
    let mut rooms = store::rooms(app.db.reader(), may.member().id).await?;
    for (room, place) in &mut rooms {
        room.may = rights::allowed_in(&may.login.grants, place);
    }
    Ok(Json(rooms.into_iter().map(|(room, _)| room).collect()))
}

/// `GET` the board of a room.
///
/// # Errors
/// The database.
pub async fn show(staff: InRoom<SeeRoom>, State(app): State<Arc<App>>) -> ApiResult<Json<Board>> {
    Ok(Json(
        make_board(&app, &staff.may.place, staff.room, staff.allowed_here()).await?,
    ))
}

/// Puts the board together: six statements, whatever the number of candidates.
async fn make_board(app: &App, place: &Place, id: RoomId, may: Vec<Permission>) -> ApiResult<Board> {
    let reader = app.db.reader();
    let room = sitting::store::load_room(reader, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let head = store::head(reader, id).await?;
    let rows = store::candidates(reader, id).await?;
    let mut absences = store::absence::newest(reader, id).await?;
    let now = app.clock.now();
    let pending = checkin::store::pending(reader, id, Timestamp(now.0 - PENDING_LIFE.0)).await?;
    let machine_alarms = match place.site {
        Some(site) => machine::store::alarms(reader, site).await?,
        None => Vec::new(),
    };
    let mut candidates: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let seen = app.presence.of(row.attempt);
            let absence = absences.remove(&row.attempt);
            let row = board::row(row, &room, head.duration, seen, now);
            CandidateRow { absence, ..row }
        })
        .collect();
    candidates.sort_by_cached_key(|row| board::seat_order(&row.seat));
    let summary = RoomSummary {
        id,
        name: head.name,
        exam: head.exam,
        subject: head.subject,
        starts_at: head.starts_at,
        state: room.state(),
        candidates: u32::try_from(candidates.len()).unwrap_or(u32::MAX),
        may,
    };
    Ok(Board {
        room: summary,
        remaining: board::remaining(&room, head.duration, Millis(0), now),
        now,
        questions: head.questions,
        candidates,
        stations: app.stations.views(place.site),
        machine_alarms,
        checkins: pending
            .into_iter()
            .map(|view| checkin::route::with_step(app, view))
            .collect(),
    })
}

/// `POST` an action on the room.
///
/// # Errors
/// Wrong state, missing reason, or the database; nothing was changed then.
pub async fn act(
    proctor: InRoom<RunRoom>,
    State(app): State<Arc<App>>,
    Json(request): Json<RoomActionRequest>,
) -> ApiResult<Json<Board>> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let room = sitting::store::load_room(&mut *tx, proctor.room)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let head = store::head(&mut *tx, room.id).await?;
    let one = only_one(&request.action);
    let facts = store::facts(&mut *tx, &room, (&head, one), now).await?;
    if let Some(attempt) = one
        && !store::has_attempt(&mut *tx, room.id, attempt).await?
    {
        return Err(ApiError::not_found());
    }
    let moved =
        action::apply(room, &request, (facts, Limits::from(&app.config.four_eyes)), now).map_err(explain)?;
    if let Some(moved) = &moved {
        sitting::store::save_room(&mut tx, moved).await?;
    }
    if let (Some(attempt), RoomAction::AddTime { minutes, .. }) = (one, &request.action) {
        sitting::store::add_credit(&mut tx, attempt, Millis::minutes((*minutes).into())).await?;
    }
    if let Some(closed) = moved.as_ref().and_then(result::closed::ClosedRoom::of) {
        result::route::mark_room(&app, &mut tx, &closed, now).await?;
    }
    record(&mut tx, &proctor, &request, now).await?;
    tx.commit().await?;
    app.changes.touch(proctor.room);
    if let Some(attempt) = one {
        app.presence.wake(attempt);
    }
    Ok(Json(
        make_board(&app, &proctor.may.place, proctor.room, proctor.allowed_here()).await?,
    ))
}

fn only_one(action: &RoomAction) -> Option<AttemptId> {
    match action {
        RoomAction::AddTime { attempt, .. } => *attempt,
        _ => None,
    }
}

async fn record(
    tx: &mut crate::db::Tx,
    proctor: &InRoom<RunRoom>,
    request: &RoomActionRequest,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let object = format!("room:{}", proctor.room);
    let became = serde_json::json!({ "action": request.action }).to_string();
    let act = Act {
        at: now,
        actor: proctor.actor(),
        act: action::name(&request.action),
        object: &object,
        was: "",
        became: &became,
        reason: request.reason.trim(),
    };
    audit::store::append(tx, &act).await
}

fn explain(not_done: NotDone) -> ApiError {
    match not_done {
        NotDone::WrongState(state) => ApiError::new(
            ProblemCode::WrongState,
            format!(
                "Không làm được khi phòng đang ở trạng thái “{}”.",
                state_vi(state)
            ),
            format!(
                "Not possible while the room is {}.",
                sitting::state::state_name(state)
            ),
        ),
        NotDone::FormsMissing(count) => ApiError::new(
            ProblemCode::WrongState,
            format!("{count} thí sinh đã vào phòng chưa có mã đề. Hãy nhập đề cho ca thi rồi bắt đầu lại."),
            format!("{count} admitted candidates have no form. Import the sitting's paper, then start."),
        ),
        NotDone::ReasonNeeded => ApiError::new(
            ProblemCode::MalformedRequest,
            "Cần ghi lý do (5 đến 500 ký tự).",
            "A reason is needed (5 to 500 characters).",
        )
        .at("reason"),
        NotDone::MinutesOutOfRange => ApiError::new(
            ProblemCode::MalformedRequest,
            "Số phút cộng thêm phải từ 1 đến 120.",
            "Minutes must be 1 to 120.",
        )
        .at("minutes"),
        NotDone::TwoPeopleNeeded(TwoPeople::StartOutsidePlan) => ApiError::new(
            ProblemCode::ProposalNeeded,
            "Ngoài giờ bắt đầu theo lịch: cần hai người của hai đơn vị. Hãy tạo đề nghị để người thứ hai duyệt.",
            "Outside the planned start: two people of two organisations are needed. Make a proposal for the second to decide.",
        ),
        NotDone::TwoPeopleNeeded(TwoPeople::MuchTime) => ApiError::new(
            ProblemCode::ProposalNeeded,
            "Vượt số phút một cán bộ được cộng: cần hai người của hai đơn vị. Hãy tạo đề nghị để người thứ hai duyệt.",
            "More time than one proctor may give: two people of two organisations are needed. Make a proposal.",
        )
        .at("minutes"),
        NotDone::StillWorking => ApiError::new(
            ProblemCode::WrongState,
            "Còn thí sinh được mở lại bài đang làm. Hãy đợi hết giờ của thí sinh đó.",
            "A candidate whose attempt was opened again is still working. Wait for that time to end.",
        ),
    }
}

fn state_vi(state: RoomState) -> &'static str {
    match state {
        RoomState::Planned => "chưa mở",
        RoomState::Open => "đã mở",
        RoomState::Running => "đang thi",
        RoomState::Paused => "tạm dừng",
        RoomState::Ended => "đã hết giờ",
        RoomState::Closed => "đã đóng",
    }
}

#[cfg(test)]
mod tests;
