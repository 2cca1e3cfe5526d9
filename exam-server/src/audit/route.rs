//! The audit over HTTP: searching, exporting, following. Changes nothing but by recording that it was exported.

use super::chain::{Act, GENESIS};
use super::file::{Export, record_line};
use super::head::installation;
use super::store::search::{self, Sight};
use super::store::{self, append};
use crate::app::App;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Query};
use crate::staff::access::{May, ReadAudit};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exam_protocol::audit::{AuditCursor, AuditFilter, AuditPage, AuditRange, AuditState, FEED_PAGE, PAGE};
use exam_protocol::bytes::Fixed;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use futures_util::stream;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::sync::Arc;
use std::time::Duration;

/// Content type of JSON lines.
const JSON_LINES: &str = "application/jsonl";

/// Longest wait of a follower, in seconds: shorter than the patience of the shell and of proxies.
const LONGEST_WAIT: u32 = 15;

/// How often a waiting follower is served.
const LOOK: Duration = Duration::from_millis(250);

/// The doors of the audit.
pub fn doors(doors: Doors) -> Doors {
    doors
        .get(
            route::AUDIT,
            "Searches the audit",
            list,
            Answer::json::<AuditPage>(),
        )
        .get(
            route::AUDIT_EXPORT,
            "The audit's chain with a signed head",
            export,
            Answer::file(JSON_LINES),
        )
        .get(
            route::AUDIT_FEED,
            "The audit's records after a cursor",
            feed,
            Answer::file(JSON_LINES),
        )
        .get(
            route::AUDIT_STATE,
            "How long the audit is, and who keeps up with it",
            state,
            Answer::json::<AuditState>(),
        )
}

/// `GET` one page of records that this person may see.
///
/// # Errors
/// The database.
pub async fn list(
    reader: May<ReadAudit>,
    State(app): State<Arc<App>>,
    Query(filter): Query<AuditFilter>,
) -> ApiResult<Json<AuditPage>> {
    let sight = Sight::of(&reader.scopes());
    let mut records = search::page(app.db.reader(), &filter, &sight).await?;
    let total = search::count(app.db.reader(), &filter, &sight).await?;
    let more = records.len() > PAGE as usize;
    records.truncate(PAGE as usize);
    Ok(Json(AuditPage {
        next: records.last().filter(|_| more).map(|record| record.sequence),
        records,
        total,
        whole: sight.whole,
    }))
}

/// Who sees only a part can't check a chain, and gets none.
fn whole(reader: &May<ReadAudit>) -> ApiResult<()> {
    if Sight::of(&reader.scopes()).whole {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::NotAllowed,
        "Chỉ người được xem toàn bộ nhật ký mới xuất hoặc theo dõi được chuỗi nhật ký.",
        "Only who may read the whole audit can export or follow its chain.",
    ))
}

/// `GET` the chain as a file.
///
/// # Errors
/// Not the whole audit, no such range, or the database.
pub async fn export(
    reader: May<ReadAudit>,
    State(app): State<Arc<App>>,
    Query(range): Query<AuditRange>,
) -> ApiResult<Response> {
    whole(&reader)?;
    let newest = store::newest(app.db.reader())
        .await?
        .map_or(0, |newest| newest.sequence);
    let (from, to) = (range.from.unwrap_or(1), range.to.unwrap_or(newest).min(newest));
    if from < 1 || to < from - 1 {
        return Err(ApiError::new(
            ProblemCode::MalformedRequest,
            "Không có đoạn bản ghi đó.",
            "There is no such range of records.",
        ));
    }
    let previous = match from {
        1 => GENESIS,
        from => store::hash_of(app.db.reader(), from - 1)
            .await?
            .ok_or_else(ApiError::not_found)?,
    };
    note_export(&app, &reader, from, to).await?;
    let ca = CertificateDer::from_pem_file(&app.config.http.exam_ca).map_err(ApiError::internal)?;
    let (export, first) = Export::begin(installation(&ca), (from, to), previous);
    let name = format!("attachment; filename=\"audit-{from}-{to}.jsonl\"");
    let body = Body::from_stream(stream::try_unfold(
        Sending::First(app, export, first, to),
        Sending::next,
    ));
    let headers = [
        (header::CONTENT_TYPE, JSON_LINES.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

async fn note_export(app: &App, reader: &May<ReadAudit>, from: i64, to: i64) -> ApiResult<()> {
    let became = serde_json::json!({ "from": from, "to": to }).to_string();
    note(app, reader, "audit.export", &became).await
}

/// Who reads the audit is in the audit.
async fn note(app: &App, reader: &May<ReadAudit>, act: &str, became: &str) -> ApiResult<()> {
    let act = Act {
        at: app.clock.now(),
        actor: reader.actor(),
        act,
        object: "audit",
        was: "",
        became,
        reason: "",
    };
    let mut tx = app.db.write().await?;
    append(&mut tx, &act).await?;
    tx.commit().await?;
    Ok(())
}

/// An export on its way out, a batch at a time.
enum Sending {
    /// Header first.
    First(Arc<App>, Export, String, i64),
    /// Then records after this one, up to the last.
    Records(Arc<App>, Export, i64, i64),
    /// Nothing more.
    Done,
}

impl Sending {
    /// A fault in the middle cuts the file off; its missing head then shows that.
    async fn next(self) -> Result<Option<(Bytes, Self)>, ExportFault> {
        match self {
            Self::First(app, export, text, to) => {
                let from = export.next();
                Ok(Some((text.into(), Self::Records(app, export, from - 1, to))))
            }
            Self::Records(app, export, after, to) if after >= to => {
                let keys = (&app.keys.receipt, app.keys.receipt_certificate.as_slice());
                let text = export.finish(app.clock.now(), keys, app.random.ring())?;
                Ok(Some((text.into(), Self::Done)))
            }
            Self::Records(app, mut export, after, to) => {
                let mut records = store::after(app.db.reader(), after).await?;
                records.retain(|record| record.sequence <= to);
                let last = records.last().ok_or(ExportFault::Gone)?.sequence;
                let text: String = records.iter().map(|record| export.record(record)).collect();
                Ok(Some((text.into(), Self::Records(app, export, last, to))))
            }
            Self::Done => Ok(None),
        }
    }
}

/// An export that could not be finished.
#[derive(Debug, thiserror::Error)]
enum ExportFault {
    #[error("the audit can't be read: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the audit can't be signed: {0}")]
    Signing(#[from] certs::Error),
    #[error("records of the audit are gone")]
    Gone,
}

/// `GET` the records after a cursor, as JSON lines without the texts of reasons. That somebody reads it is recorded once for
/// each login: a record for each request would be a record about itself without end.
///
/// # Errors
/// Not the whole audit, or the database.
pub async fn feed(
    reader: May<ReadAudit>,
    State(app): State<Arc<App>>,
    Query(cursor): Query<AuditCursor>,
) -> ApiResult<Response> {
    whole(&reader)?;
    let session = reader.login.session.id;
    if !app.audit_readers.noted(session) {
        let became = serde_json::json!({ "after": cursor.after, "session": session }).to_string();
        note(&app, &reader, "audit.feed", &became).await?;
        app.audit_readers.note(session);
    }
    let looks = cursor.wait.min(LONGEST_WAIT) * 4;
    let mut stopping = app.stopping.subscribe();
    let mut records = store::after(app.db.reader(), cursor.after).await?;
    for _ in 0..looks {
        if !records.is_empty() || *stopping.borrow_and_update() {
            break;
        }
        tokio::time::sleep(LOOK).await;
        records = store::after(app.db.reader(), cursor.after).await?;
    }
    records.truncate(FEED_PAGE as usize);
    let text: String = records.iter().map(|record| record_line(record, false)).collect();
    let headers = [
        (header::CONTENT_TYPE, JSON_LINES),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

/// `GET` how long the audit is.
///
/// # Errors
/// The database.
pub async fn state(_: May<ReadAudit>, State(app): State<Arc<App>>) -> ApiResult<Json<AuditState>> {
    let newest = store::newest(app.db.reader()).await?;
    Ok(Json(AuditState {
        sequence: newest.map_or(0, |newest| newest.sequence),
        hash: Fixed(newest.map_or(GENESIS, |newest| newest.hash)),
        at: newest.map(|newest| newest.at),
        feeds: search::feeds(app.db.reader()).await?,
    }))
}

#[cfg(test)]
mod tests;
