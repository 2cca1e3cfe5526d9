//! Check-in over HTTP: starting one, looking at one, its portrait. The station's socket is in [`station`].

pub mod station;
pub mod reading;
pub mod signer;

use super::desk;
use super::retry::{WrongKeys, basic_access_dates};
use super::stations::{Job, Unavailable};
use super::store::roster::{self, RosterEntry};
use super::store::{self, NewCheckin, StoredView};
use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Path};
use crate::staff::access::{CheckIn, InRoom};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use certs::travel_document::scan::Scanned;
use exam_protocol::checkin::DocumentSignerView;
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::console::{CheckinStatus, CheckinView, RoomState, StartCheckin};
use exam_protocol::id::{CheckinId, RoomId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::station::{ReadFailure, ReadStep, StationCommand};
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// The doors of check-in.
pub fn doors(doors: Doors) -> Doors {
    doors
        .get(
            route::STATION_LIVE,
            "The socket of a check-in station",
            station::live,
            Answer::socket(),
        )
        .post(
            route::ROOM_CHECKINS,
            "Starts a check-in",
            start,
            Answer::json::<CheckinView>(),
        )
        .get(
            route::CHECKIN,
            "Where a check-in stands",
            show,
            Answer::json::<CheckinView>(),
        )
        .get(
            route::CHECKIN_PORTRAIT,
            "The chip's portrait",
            portrait,
            Answer::file("image/jpeg"),
        )
        .get(
            route::DOCUMENT_SIGNERS,
            "By whom cards were signed",
            signer::list,
            Answer::json::<Vec<DocumentSignerView>>(),
        )
        .post(
            route::DOCUMENT_SIGNERS,
            "Puts down that a document signer was compared with its issuer's word",
            signer::approve,
            Answer::json::<Vec<DocumentSignerView>>(),
        )
}

/// How long a reading may take once the card lies on the reader.
const READING_TIME: Millis = Millis::seconds(60);

/// Most characters of a scanned code; the 2024 code names the family and is the longest.
const LONGEST_SCAN: usize = 2_000;

/// `POST` to a room's check-ins: takes the scanned number and sets the station to reading.
///
/// # Errors
/// Not on the roster, another room, station not available, too many wrong numbers, or the database.
pub async fn start(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Json(request): Json<StartCheckin>,
) -> ApiResult<Json<CheckinView>> {
    let scanned = scan(&request.scanned)?;
    let number: CitizenNumber = scanned.citizen_number.parse().map_err(ApiError::internal)?;
    let entry = on_roster(&app, proctor.room, &number).await?;
    let now = app.clock.now();
    if let Some(wrong) = store::wrong_keys(app.db.reader(), entry.attempt, request.station).await? {
        refuse_while_resting(wrong, now)?;
    }
    let station_name = app
        .stations
        .available(request.station, proctor.room, proctor.may.place.site)
        .map_err(unavailable)?;
    let new = NewCheckin {
        node: app.node.clone(),
        id: CheckinId::from_random(app.random.bytes()?),
        room: proctor.room,
        attempt: entry.attempt,
        station: request.station,
        station_name,
        at: now,
        by: proctor.member().id,
        nonce: app.random.bytes()?,
    };
    put(&app, &proctor, &new).await?;
    let read = StationCommand::Read {
        checkin: new.id,
        citizen_number: number,
        basic_access: basic_access_dates(&scanned, &entry.birth_date, now),
        wait_for_card: app.config.exam.card_wait_seconds.saturating_mul(1000),
    };
    assign(&app, &new, read).await?;
    app.changes.progress(proctor.room);
    one(&app, proctor.room, new.id).await.map(Json)
}

fn scan(text: &str) -> ApiResult<Scanned> {
    let refused = || {
        ApiError::new(
            ProblemCode::MalformedRequest,
            "Không đọc được số định danh 12 chữ số. Hãy quét lại mã QR trên thẻ hoặc gõ đủ 12 chữ số.",
            "No 12-digit citizen number was found. Scan the card's QR code again, or type the 12 digits.",
        )
    };
    if text.chars().count() > LONGEST_SCAN {
        return Err(refused());
    }
    Scanned::parse(text).map_err(|_| refused())
}

async fn on_roster(app: &App, room: RoomId, number: &CitizenNumber) -> ApiResult<RosterEntry> {
    let entry = roster::find(app.db.reader(), room, number)
        .await?
        .ok_or_else(|| {
            ApiError::new(
                ProblemCode::NotOnRoster,
                "Không có thí sinh nào mang số định danh này trong ca thi.",
                "No candidate of this sitting has this citizen number.",
            )
        })?;
    if entry.room != room {
        return Err(ApiError::new(
            ProblemCode::OtherRoom,
            format!("Thí sinh thi ở {}.", entry.room_name),
            format!("The candidate sits in {}.", entry.room_name),
        )
        .at(entry.room_name));
    }
    if entry.handed_in
        || !matches!(
            entry.room_state,
            RoomState::Open | RoomState::Running | RoomState::Paused
        )
    {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Chỉ điểm danh được khi phòng đã mở và thí sinh chưa nộp bài.",
            "Check-in is possible only while the room is open and before the candidate has handed in.",
        ));
    }
    Ok(entry)
}

fn refuse_while_resting(wrong: WrongKeys, now: Timestamp) -> ApiResult<()> {
    let Some(rest) = wrong.rest(now) else {
        return Ok(());
    };
    let (count, seconds) = (wrong.count, rest.0.div_euclid(1000) + 1);
    Err(ApiError::new(
        ProblemCode::TooManyTries,
        format!("Thẻ đã từ chối số này {count} lần. Hãy so lại số trên thẻ và đợi {seconds} giây."),
        format!(
            "The card has refused this number {count} times. Compare it with the card and wait {seconds} seconds."
        ),
    ))
}

async fn put(app: &App, proctor: &InRoom<CheckIn>, new: &NewCheckin) -> ApiResult<()> {
    let object = format!("attempt:{}", new.attempt);
    let detail = format!("{{\"checkin\":\"{}\",\"station\":\"{}\"}}", new.id, new.station);
    let act = Act {
        at: new.at,
        actor: proctor.actor(),
        act: "checkin.start",
        object: &object,
        was: "",
        became: &detail,
        reason: "",
    };
    let mut tx = app.db.write().await?;
    store::start(&mut tx, new).await?;
    audit::store::append(&mut tx, &act).await?;
    tx.commit().await?;
    app.metrics.checkins.add(1);
    Ok(())
}

async fn assign(app: &App, new: &NewCheckin, read: StationCommand) -> ApiResult<()> {
    let give_up_at = new.at + Millis::seconds(app.config.exam.card_wait_seconds.into()) + READING_TIME;
    let job = Job {
        checkin: new.id,
        room: new.room,
        step: ReadStep::WaitingForCard,
        give_up_at,
    };
    let (ended, result) = match app.stations.assign(new.station, job, read) {
        Ok(older) => (older.map(|job| job.checkin), Ok(())),
        Err(reason) => (Some(new.id), Err(unavailable(reason))),
    };
    if let Some(checkin) = ended {
        let mut tx = app.db.write().await?;
        store::put_failure(&mut tx, checkin, ReadFailure::Cancelled, new.at).await?;
        tx.commit().await?;
    }
    result
}

fn unavailable(reason: Unavailable) -> ApiError {
    let (detail, detail_en) = match reason {
        Unavailable::NotConnected => (
            "Máy bàn đón chưa kết nối với máy chủ.",
            "The check-in station is not connected to the server.",
        ),
        Unavailable::NoReader => (
            "Máy bàn đón chưa cắm đầu đọc thẻ.",
            "The check-in station has no card reader plugged in.",
        ),
        Unavailable::Busy => (
            "Máy bàn đón đang đọc thẻ cho phòng khác.",
            "The check-in station is reading for another room.",
        ),
        Unavailable::Stuck => (
            "Máy bàn đón không nhận lệnh. Hãy khởi động lại.",
            "The check-in station takes no commands. Restart it.",
        ),
    };
    ApiError::new(ProblemCode::StationUnavailable, detail, detail_en)
}

/// `GET` one check-in.
///
/// # Errors
/// Not found, or the database.
pub async fn show(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(checkin): Path<CheckinId>,
) -> ApiResult<Json<CheckinView>> {
    one(&app, proctor.room, checkin).await.map(Json)
}

async fn one(app: &App, room: RoomId, checkin: CheckinId) -> ApiResult<CheckinView> {
    let view = store::find(app.db.reader(), room, checkin)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(with_step(app, view))
}

/// Puts in how far the reading is, which only memory knows, and who the holder is while that is kept for the desk.
pub fn with_step(app: &App, stored: StoredView) -> CheckinView {
    let mut view = stored.view;
    if let (CheckinStatus::Judged(judged), Some(sealed)) = (&mut view.status, &stored.holder) {
        match desk::holder(&app.keys.node, view.id, sealed) {
            Ok(holder) => judged.holder = Some(holder),
            Err(error) => tracing::error!(%error, checkin = %view.id, "holder"),
        }
    }
    if let (CheckinStatus::Reading(_), Some(step)) = (&view.status, app.stations.step_of(view.id)) {
        view.status = CheckinStatus::Reading(step);
    }
    view
}

/// `GET` the chip's portrait, while the judgement can be used. Only formats that every browser shows are kept for this.
///
/// # Errors
/// Not found, or the database.
pub async fn portrait(
    proctor: InRoom<CheckIn>,
    State(app): State<Arc<App>>,
    Path(checkin): Path<CheckinId>,
) -> ApiResult<Response> {
    let sealed = store::desk::portrait(app.db.reader(), proctor.room, checkin, app.clock.now()).await?;
    let sealed = sealed.ok_or_else(ApiError::not_found)?;
    let bytes = desk::portrait(&app.keys.node, checkin, &sealed).map_err(ApiError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests;
