//! Marking a room when it is closed, and its mark list as files.

use super::closed::ClosedRoom;
use super::count::counted;
use super::{correction, csv, store, xlsx};
use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::db::Tx;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::paper::release;
use crate::shell::extract::Query;
use crate::sitting::store::load_room;
use crate::staff::access::{InRoom, ReadMarks};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use exam_protocol::console::MarkListQuery;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use question_bank::mark::mark;
use std::collections::HashMap;
use std::sync::Arc;

/// Content type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The doors of mark lists.
pub fn doors(doors: Doors) -> Doors {
    doors
        .get(
            route::ROOM_RESULTS_CSV,
            "The mark list as CSV",
            as_csv,
            Answer::file("text/csv").or(StatusCode::CONFLICT),
        )
        .get(
            route::ROOM_RESULTS_XLSX,
            "The mark list as a workbook",
            as_xlsx,
            Answer::file(XLSX).or(StatusCode::CONFLICT),
        )
}

/// Marks everybody who was let into a room, in the transaction that closes it.
///
/// # Errors
/// A key sheet that does not open, a journal that can't be read, or the database; then the room stays as it was.
pub async fn mark_room(app: &App, tx: &mut Tx, room: &ClosedRoom, now: Timestamp) -> ApiResult<()> {
    let submissions = store::submissions(tx, room.id()).await?;
    let corrections = store::history::corrections(tx, room.id()).await?;
    let sheets = release::key_sheets(app, &mut **tx, room.id())
        .await
        .map_err(ApiError::internal)?;
    let sheets: HashMap<_, _> = sheets.into_iter().collect();
    for submission in submissions {
        // Somebody let in after the start without a form has nothing that could be marked.
        let Some(sheet) = sheets.get(&submission.attempt) else {
            continue;
        };
        let counted = counted(&submission).map_err(ApiError::internal)?;
        let mut sheet = sheet.clone();
        correction::apply(&mut sheet, &corrections);
        let mut marks = mark(&sheet, &counted.answers);
        correction::grant(&mut marks, &corrections);
        store::put(tx, submission.attempt, &marks, counted.signed, now).await?;
    }
    Ok(())
}

/// `GET` the mark list as CSV, as it stands or as it stood.
///
/// # Errors
/// Before the room is closed, or the database.
pub async fn as_csv(
    reader: InRoom<ReadMarks>,
    State(app): State<Arc<App>>,
    Query(query): Query<MarkListQuery>,
) -> ApiResult<Response> {
    let room = closed(&app, &reader).await?;
    let rows = store::rows(app.db.reader(), room.id(), query.before.unwrap_or(store::NOW)).await?;
    let file = csv::write(&rows).map_err(ApiError::internal)?;
    record(&app, &reader, ("csv", query)).await?;
    Ok(download("text/csv; charset=utf-8", "bang-diem.csv", file))
}

/// `GET` the mark list as XLSX, as it stands or as it stood.
///
/// # Errors
/// Before the room is closed, or the database.
pub async fn as_xlsx(
    reader: InRoom<ReadMarks>,
    State(app): State<Arc<App>>,
    Query(query): Query<MarkListQuery>,
) -> ApiResult<Response> {
    let room = closed(&app, &reader).await?;
    let before = query.before.unwrap_or(store::NOW);
    let rows = store::rows(app.db.reader(), room.id(), before).await?;
    let lines = store::lines(app.db.reader(), room.id(), before).await?;
    let title = store::title(app.db.reader(), room.id()).await?;
    // Compressing a workbook takes a core for a while: not on the threads that serve answers.
    let file = tokio::task::spawn_blocking(move || xlsx::write(&title, &rows, &lines))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    record(&app, &reader, ("xlsx", query)).await?;
    Ok(download(XLSX, "bang-diem.xlsx", file))
}

async fn closed(app: &App, reader: &InRoom<ReadMarks>) -> ApiResult<ClosedRoom> {
    let room = load_room(app.db.reader(), reader.room)
        .await?
        .ok_or_else(ApiError::not_found)?;
    ClosedRoom::of(&room).ok_or_else(|| {
        ApiError::new(
            ProblemCode::WrongState,
            "Chưa có bảng điểm: hãy kết thúc rồi đóng phòng trước.",
            "There is no mark list yet: end and close the room first.",
        )
    })
}

/// Marks with names leave the house: that is on record.
async fn record(
    app: &App,
    reader: &InRoom<ReadMarks>,
    (format, query): (&str, MarkListQuery),
) -> ApiResult<()> {
    let object = format!("room:{}", reader.room);
    let detail = match query.before {
        Some(before) => serde_json::json!({ "format": format, "before": before }),
        None => serde_json::json!({ "format": format }),
    }
    .to_string();
    let act = Act {
        at: app.clock.now(),
        actor: reader.actor(),
        act: "result.export",
        object: &object,
        was: "",
        became: &detail,
        reason: "",
    };
    let mut tx = app.db.write().await?;
    audit::store::append(&mut tx, &act).await?;
    Ok(tx.commit().await?)
}

fn download(content_type: &'static str, name: &str, file: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, file).into_response()
}
