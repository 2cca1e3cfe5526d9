//! A file of staff: tried first, then taken if it would still do what somebody has looked at.

use super::account::{Start, given, insert};
use super::role::of_role;
use super::{Change, Manages, record, viewer};
use crate::app::App;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Query};
use crate::staff::control::Kind;
use crate::staff::people::directory::Directory;
use crate::staff::people::import::{self, Plan, Planned};
use crate::staff::people::store;
use crate::staff::store as staff_store;
use crate::table::report::Finding;
use crate::table::sheet::Sheet;
use axum::body::Bytes;
use axum::extract::State;
use certs::hash::sha256;
use exam_protocol::people::{ImportQuery, RowFinding, StaffImport};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// One file at a time is unpacked: a small file can hold much.
static UNPACKING: Semaphore = Semaphore::const_new(1);

/// Tries a file, or takes it.
pub(super) async fn import(
    may: Manages,
    State(app): State<Arc<App>>,
    Query(query): Query<ImportQuery>,
    file: Bytes,
) -> ApiResult<Json<StaffImport>> {
    if file.is_empty() {
        return Err(ApiError::new(
            ProblemCode::MalformedRequest,
            "Chưa gửi tệp nào, hoặc tệp rỗng.",
            "No file was sent, or it is empty.",
        ));
    }
    let sheets = match unpack(file).await? {
        Ok(sheets) => sheets,
        Err(finding) => return Ok(Json(faulty(&[finding]))),
    };
    let now = app.clock.now();
    let directory = store::directory(&mut *app.db.reader().acquire().await?).await?;
    let actor = viewer(&directory, may.member().id, now)?.person;
    let plan = match import::plan(&sheets, &directory, actor) {
        Ok(plan) => plan,
        Err(faults) => return Ok(Json(faulty(&faults))),
    };
    let mut answer = StaffImport {
        taken: false,
        plan: digest(&plan)?,
        faults: Vec::new(),
        warnings: plan.warnings.iter().map(finding).collect(),
        changes: plan.shown(&directory),
        start_passwords: Vec::new(),
    };
    if let Some(wanted) = query.plan {
        let starts = starts(&app, &plan).await?;
        take(&app, &may, &sheets, (&wanted, &starts), now).await?;
        answer.taken = true;
        answer.start_passwords = starts.into_values().map(|start| start.shown).collect();
    }
    Ok(Json(answer))
}

async fn unpack(file: Bytes) -> ApiResult<Result<Vec<Sheet>, Finding>> {
    let one = UNPACKING.acquire().await.map_err(ApiError::internal)?;
    let work = move || {
        // The permit lives as long as the work: a request that was given up must not make room for another.
        let _one = one;
        import::sheets(&file)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)
}

fn finding(one: &Finding) -> RowFinding {
    RowFinding {
        row: one.row,
        message: one.message.clone(),
        message_en: one.message_en.clone(),
    }
}

fn faulty(faults: &[Finding]) -> StaffImport {
    StaffImport {
        taken: false,
        plan: String::new(),
        faults: faults.iter().map(finding).collect(),
        warnings: Vec::new(),
        changes: Vec::new(),
        start_passwords: Vec::new(),
    }
}

fn digest(plan: &Plan) -> ApiResult<String> {
    let bytes = serde_json::to_vec(&plan.rows).map_err(ApiError::internal)?;
    Ok(hex::encode(sha256(&bytes)))
}

/// Start passwords for those who are new, by login name. Hashing takes long, so it is done before the transaction.
async fn starts(app: &App, plan: &Plan) -> ApiResult<BTreeMap<String, Start>> {
    let mut starts = BTreeMap::new();
    for row in plan.rows.iter().filter(|row| row.new) {
        let start = given(app, row.name.clone(), row.display_name.clone()).await?;
        starts.insert(row.name.clone(), start);
    }
    Ok(starts)
}

/// Plans anew in the transaction and does it, if it is what was looked at.
async fn take(
    app: &App,
    may: &Manages,
    sheets: &[Sheet],
    (wanted, starts): (&str, &BTreeMap<String, Start>),
    now: Timestamp,
) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    let directory = store::directory(&mut tx).await?;
    let actor = viewer(&directory, may.member().id, now)?.person;
    let plan = import::plan(sheets, &directory, actor).map_err(|_| changed())?;
    if digest(&plan)? != wanted {
        return Err(changed());
    }
    for row in &plan.rows {
        one(&mut tx, may, row, (&directory, starts), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn one(
    tx: &mut Tx,
    may: &Manages,
    row: &Planned,
    (directory, starts): (&Directory, &BTreeMap<String, Start>),
    now: Timestamp,
) -> ApiResult<()> {
    let start = starts.get(&row.name);
    let known = directory.named(&row.name);
    let staff = known
        .map(|person| person.id)
        .or(start.map(|start| start.shown.id))
        .ok_or_else(|| ApiError::internal("a planned member has no id"))?;
    if let (true, Some(start)) = (row.new, start) {
        insert(tx, start, row.organisation, now).await?;
        let change = Change {
            act: "staff.add",
            staff,
            was: Value::Null,
            became: json!({ "organisation": row.organisation, "import": true }),
            reason: "",
            control: Some(Kind::Created),
        };
        record(tx, may.actor(), change, now).await?;
    }
    if let Some(grant) = row.grant {
        staff_store::grant(tx, staff, grant, &may.actor().who, now).await?;
        let change = Change {
            act: "staff.grant",
            staff,
            was: Value::Null,
            became: json!(grant),
            reason: "",
            control: Some(known.map_or(Kind::Roles, |holder| of_role(directory, holder, grant))),
        };
        record(tx, may.actor(), change, now).await?;
    }
    Ok(())
}

fn changed() -> ApiError {
    ApiError::new(
        ProblemCode::WrongState,
        "Dữ liệu đã thay đổi từ lần chạy thử; hãy chạy thử lại và xem kết quả.",
        "Something has changed since the try; try the file again and look at what it does.",
    )
}
