//! Rooms, check-ins, tickets, results. Must not know what an answer means.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::absence::AbsenceRequest;
use exam_protocol::console::{
    AdmitRequest, Board, CheckinView, ManualAdmitRequest, RoomActionRequest, RoomSummary, StartCheckin,
    TakeOverRequest, TicketView,
};
use exam_protocol::id::{AttemptId, CheckinId, RoomId};
use exam_protocol::route::{self, with_id};

/// The rooms that this person may see.
pub async fn rooms() -> Answer<Vec<RoomSummary>> {
    fetch::get(route::ROOMS).await
}

/// The board of a room, once.
pub async fn board(room: RoomId) -> Answer<Board> {
    fetch::get(&with_id(route::ROOM_BOARD, room)).await
}

/// The path of the room's live socket.
pub fn live_path(room: RoomId) -> String {
    with_id(route::ROOM_LIVE, room)
}

/// Does something to the room.
pub async fn act(room: RoomId, request: &RoomActionRequest) -> Answer<Board> {
    fetch::post(&with_id(route::ROOM_ACTION, room), request).await
}

/// Starts a check-in at the desk.
pub async fn start_checkin(room: RoomId, request: &StartCheckin) -> Answer<CheckinView> {
    fetch::post(&with_id(route::ROOM_CHECKINS, room), request).await
}

/// How far a check-in is.
pub async fn checkin(id: CheckinId) -> Answer<CheckinView> {
    fetch::get(&with_id(route::CHECKIN, id)).await
}

/// Lets a candidate in after a look at the face.
pub async fn admit(id: CheckinId, request: &AdmitRequest) -> Answer<TicketView> {
    fetch::post(&with_id(route::CHECKIN_ADMIT, id), request).await
}

/// Lets a candidate in without a card.
pub async fn admit_without_card(attempt: AttemptId, request: &ManualAdmitRequest) -> Answer<TicketView> {
    fetch::post(&with_id(route::ATTEMPT_MANUAL_ADMIT, attempt), request).await
}

/// Notes that a candidate leaves the room, or is back.
pub async fn absence(attempt: AttemptId, request: &AbsenceRequest) -> Answer<()> {
    fetch::tell(&with_id(route::ATTEMPT_ABSENCE, attempt), request).await
}

/// A new ticket, so that another PC takes the seat over.
pub async fn take_over(attempt: AttemptId, request: &TakeOverRequest) -> Answer<TicketView> {
    fetch::post(&with_id(route::ATTEMPT_TAKE_OVER, attempt), request).await
}

/// Where the chip's portrait is.
pub fn portrait_path(id: CheckinId) -> String {
    with_id(route::CHECKIN_PORTRAIT, id)
}

/// Where the roster photo is.
pub fn photo_path(attempt: AttemptId) -> String {
    with_id(route::ATTEMPT_PHOTO, attempt)
}

/// Where an attempt's signed hand-in is.
pub fn submission_path(attempt: AttemptId) -> String {
    with_id(route::ATTEMPT_SUBMISSION, attempt)
}

/// Where the marks are, as CSV.
pub fn results_csv_path(room: RoomId) -> String {
    with_id(route::ROOM_RESULTS_CSV, room)
}

/// Where the marks are, as XLSX.
pub fn results_xlsx_path(room: RoomId) -> String {
    with_id(route::ROOM_RESULTS_XLSX, room)
}
