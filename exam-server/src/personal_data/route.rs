//! Personal data over HTTP: what is held about one person, and the minutes of erasures.

use super::store;
use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin::admit::Reason;
use crate::db::{Reader, Tx};
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::exam::photo;
use crate::shell::extract::Json;
use crate::staff::access::{May, PersonalData};
use crate::staff::rights::Place;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use certs::seal::ContentKey;
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::AttemptId;
use exam_protocol::personal_data::{ErasureMinutes, PersonExport, PersonFile, PersonRequest};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// The doors of personal data.
pub fn doors(doors: Doors) -> Doors {
    doors
        .post(
            route::PERSON_EXPORT,
            "All that is held about one person",
            export,
            Answer::json::<PersonExport>(),
        )
        .get(
            route::ERASURES,
            "Minutes of erasures",
            erasures,
            Answer::json::<Vec<ErasureMinutes>>(),
        )
}

/// `POST`: all that is held about one person, for somebody with the right in every organisation that holds some of it.
///
/// # Errors
/// No reason, nobody of this number within sight, or the database.
pub async fn export(
    staff: May<PersonalData>,
    State(app): State<Arc<App>>,
    Json(request): Json<PersonRequest>,
) -> ApiResult<Json<PersonExport>> {
    let number: CitizenNumber = request
        .citizen_number
        .parse()
        .map_err(|_| ApiError::not_found())?;
    let reason = Reason::new(&request.reason).map_err(|_| reason_needed())?;
    let organisations = store::organisations_of(app.db.reader(), &number).await?;
    if organisations.is_empty() {
        return Err(ApiError::not_found());
    }
    for organisation in organisations {
        staff.also_in(&Place {
            organisation: organisation.parse().ok(),
            ..Place::default()
        })?;
    }
    let now = app.clock.now();
    let export = about(app.db.reader(), &app.keys.node, &number, now)
        .await?
        .map_err(ApiError::internal)?;
    let mut tx = app.db.write().await?;
    note(&mut tx, staff.actor(), (&export, reason.as_str()), now).await?;
    tx.commit().await?;
    Ok(Json(export))
}

fn reason_needed() -> ApiError {
    ApiError::new(
        ProblemCode::MalformedRequest,
        "Cần nêu lý do (5 đến 500 ký tự).",
        "A reason is needed (5 to 500 characters).",
    )
}

/// Puts an export on record: by its attempts, never by the number.
///
/// # Errors
/// Whatever the database says.
pub async fn note(
    tx: &mut Tx,
    actor: &audit::chain::Actor,
    (export, reason): (&PersonExport, &str),
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let attempts = attempts(export);
    let became = serde_json::json!({ "attempts": attempts }).to_string();
    let object = attempts
        .first()
        .map_or_else(|| "installation".to_owned(), |id| format!("attempt:{id}"));
    let act = Act {
        at,
        actor,
        act: "personal-data.export",
        object: &object,
        was: "",
        became: &became,
        reason,
    };
    audit::store::append(tx, &act).await
}

fn attempts(export: &PersonExport) -> Vec<String> {
    column(export, "attempt", "id")
}

fn column(export: &PersonExport, table: &str, column: &str) -> Vec<String> {
    let Some(table) = export.tables.iter().find(|one| one.table == table) else {
        return Vec::new();
    };
    let Some(at) = table.columns.iter().position(|name| name == column) else {
        return Vec::new();
    };
    table.rows.iter().filter_map(|row| row[at].clone()).collect()
}

/// Puts together what is held about one person, roster photos opened. Sealed evidence stays sealed.
///
/// # Errors
/// The outer error is the database's; the inner one that a photo does not open.
pub async fn about(
    reader: &Reader,
    node: &ContentKey,
    number: &CitizenNumber,
    at: Timestamp,
) -> Result<Result<PersonExport, photo::NotOurs>, sqlx::Error> {
    let tables = store::about(reader, number).await?;
    let mut export = PersonExport {
        at,
        tables,
        files: Vec::new(),
    };
    for id in column(&export, "photo", "attempt") {
        let Ok(attempt) = id.parse::<AttemptId>() else {
            continue;
        };
        let Some(sealed) = crate::exam::store::photo::of(reader, attempt).await? else {
            continue;
        };
        match photo::open(node, attempt, &sealed) {
            Ok(bytes) => export.files.push(PersonFile {
                name: format!("photo-{attempt}.jpg"),
                content_type: "image/jpeg".into(),
                content: STANDARD.encode(bytes),
            }),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(export))
}

/// `GET` the minutes of erasures.
///
/// # Errors
/// The database.
pub async fn erasures(
    _: May<PersonalData>,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<Vec<ErasureMinutes>>> {
    Ok(Json(store::all_minutes(app.db.reader()).await?))
}

#[cfg(test)]
mod tests;
