//! Machines over HTTP: for machines themselves in [`enrolment`], for staff here.

pub mod enrolment;

use super::{certify, code, store};
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::door::{Answer, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Path};
use crate::staff::access::{ManageMachines, May, SeeMachines};
use crate::staff::place::{self, Kind};
use axum::extract::State;
use exam_protocol::id::MachineId;
use exam_protocol::machine::{
    CodesRequest, Enrolled, EnrolmentCode, MachineReason, MachineView, RenameMachine,
};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Millis;
use std::sync::Arc;

/// Most codes at once, and most characters of a name (X.520: a common name).
const MOST_CODES: usize = 100;
const LONGEST_NAME: usize = 64;

/// Fewest and most characters of a reason.
const SHORTEST_REASON: usize = 5;
const LONGEST_REASON: usize = 500;

/// The doors of machines.
pub fn doors(doors: Doors) -> Doors {
    let view = Answer::json::<MachineView>;
    doors
        .get(
            route::EXAM_CA,
            "The exam CA's root certificate",
            enrolment::exam_ca,
            Answer::file("application/x-pem-file"),
        )
        .post(
            route::MACHINE_ENROLMENT,
            "Certifies a machine for a one-time code",
            enrolment::enrol,
            Answer::json::<Enrolled>(),
        )
        .get(
            route::REVOCATION_LIST,
            "Revoked certificates",
            enrolment::revocation_list,
            Answer::file("application/pkix-crl"),
        )
        .get(
            route::MACHINES,
            "The machines that this person may see",
            list,
            Answer::json::<Vec<MachineView>>(),
        )
        .post(
            route::MACHINES,
            "Codes for new machines",
            codes,
            Answer::json::<Vec<EnrolmentCode>>(),
        )
        .put(route::MACHINE, "Renames a machine", rename, view())
        .post(
            route::MACHINE_REVOKE,
            "Revokes a machine's certificate",
            revoke,
            view(),
        )
        .post(route::MACHINE_ALARM, "Settles an alarm", settle, view())
}

/// `GET` the machines that this person may see.
///
/// # Errors
/// The database.
pub async fn list(may: May<SeeMachines>, State(app): State<Arc<App>>) -> ApiResult<Json<Vec<MachineView>>> {
    let mut all = store::seen_by(app.db.reader(), may.member().id).await?;
    for machine in &mut all {
        machine.connected = app.machines.connected(machine.id);
    }
    Ok(Json(all))
}

/// `POST`: codes for new machines of one site.
///
/// # Errors
/// No right to the site, no or impossible names, or the database.
pub async fn codes(
    may: May<ManageMachines>,
    State(app): State<Arc<App>>,
    Json(request): Json<CodesRequest>,
) -> ApiResult<Json<Vec<EnrolmentCode>>> {
    let site = place::of(app.db.reader(), Kind::Site, &request.site.to_string()).await?;
    may.also_in(&site.ok_or_else(ApiError::not_found)?)?;
    let names: Vec<String> = request.names.iter().map(|name| name.trim().to_owned()).collect();
    if names.is_empty() || names.len() > MOST_CODES {
        return Err(ApiError::new(
            ProblemCode::MalformedRequest,
            format!("Mỗi lần xin từ 1 đến {MOST_CODES} mã."),
            format!("Ask for 1 to {MOST_CODES} codes at a time."),
        )
        .at("names"));
    }
    for name in &names {
        check_name(name).map_err(|error| error.at("names"))?;
    }
    let authorities = authorities(&app)?;
    let mut tx = app.db.write().await?;
    let wanted = CodesRequest { names, ..request };
    let codes = give_out(&app, &mut tx, &authorities.fingerprint(), &wanted, &may).await?;
    tx.commit().await?;
    Ok(Json(codes))
}

async fn give_out(
    app: &App,
    tx: &mut Tx,
    fingerprint: &str,
    request: &CodesRequest,
    giver: &May<ManageMachines>,
) -> ApiResult<Vec<EnrolmentCode>> {
    let issued_at = app.clock.now();
    let expires_at = issued_at + Millis::minutes(i64::from(app.config.machines.code_minutes));
    let mut codes = Vec::with_capacity(request.names.len());
    for name in &request.names {
        let secret = code::draw(&app.random)?;
        let new = store::NewCode {
            hash: code::hash(&app.keys.node, &secret),
            site: request.site,
            kind: request.kind,
            name: name.clone(),
            issued_at,
            issued_by: Some(giver.member().id),
            expires_at,
        };
        put_code(tx, &new, giver.actor()).await?;
        codes.push(EnrolmentCode {
            name: name.clone(),
            code: code::shown(&secret, fingerprint),
            expires_at,
        });
    }
    Ok(codes)
}

/// Stores a code with its audit record.
///
/// # Errors
/// Whatever the database says.
pub async fn put_code(tx: &mut Tx, new: &store::NewCode, actor: &Actor) -> Result<(), sqlx::Error> {
    store::put_code(tx, new).await?;
    let became = serde_json::json!({ "kind": new.kind, "name": new.name, "expires_at": new.expires_at });
    let act = Act {
        at: new.issued_at,
        actor,
        act: "machine.code",
        object: &format!("site:{}", new.site),
        was: "",
        became: &became.to_string(),
        reason: "",
    };
    audit::store::append(tx, &act).await
}

/// `PUT`: renames a machine.
///
/// # Errors
/// An impossible name, or the database.
pub async fn rename(
    may: May<ManageMachines>,
    State(app): State<Arc<App>>,
    Path(id): Path<MachineId>,
    Json(request): Json<RenameMachine>,
) -> ApiResult<Json<MachineView>> {
    let name = request.name.trim();
    check_name(name).map_err(|error| error.at("name"))?;
    let mut tx = app.db.write().await?;
    let before = store::one(&mut *tx, id).await?.ok_or_else(ApiError::not_found)?;
    store::rename(&mut tx, id, name).await?;
    let (was, became) = (
        serde_json::json!({ "name": before.name }).to_string(),
        serde_json::json!({ "name": name }).to_string(),
    );
    record(&app, &mut tx, &may, ("machine.rename", id), (&was, &became, "")).await?;
    tx.commit().await?;
    show(&app, id).await
}

/// `POST`: revokes a machine's certificate. Its connections to this node end at once.
///
/// # Errors
/// No reason, revoked already, or the database.
pub async fn revoke(
    may: May<ManageMachines>,
    State(app): State<Arc<App>>,
    Path(id): Path<MachineId>,
    Json(request): Json<MachineReason>,
) -> ApiResult<Json<MachineView>> {
    let reason = check_reason(&request.reason)?;
    let mut tx = app.db.write().await?;
    if !store::revoke(&mut tx, id, app.clock.now()).await? {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Chứng thư của máy này đã bị thu hồi từ trước.",
            "This machine's certificate was revoked before.",
        ));
    }
    record(&app, &mut tx, &may, ("machine.revoke", id), ("", "", reason)).await?;
    tx.commit().await?;
    app.machines.close(id);
    app.changes.progress_everywhere();
    show(&app, id).await
}

/// `POST`: somebody has looked into an alarm.
///
/// # Errors
/// No reason, no alarm, or the database.
pub async fn settle(
    may: May<ManageMachines>,
    State(app): State<Arc<App>>,
    Path(id): Path<MachineId>,
    Json(request): Json<MachineReason>,
) -> ApiResult<Json<MachineView>> {
    let reason = check_reason(&request.reason)?;
    let mut tx = app.db.write().await?;
    if !store::settle_alarm(&mut tx, id).await? {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Máy này không có cảnh báo nào.",
            "There is no alarm at this machine.",
        ));
    }
    record(
        &app,
        &mut tx,
        &may,
        ("machine.alarm-settled", id),
        ("", "", reason),
    )
    .await?;
    tx.commit().await?;
    app.changes.progress_everywhere();
    show(&app, id).await
}

async fn show(app: &App, id: MachineId) -> ApiResult<Json<MachineView>> {
    let mut machine = store::one(app.db.reader(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    machine.connected = app.machines.connected(id);
    Ok(Json(machine))
}

async fn record(
    app: &App,
    tx: &mut Tx,
    may: &May<ManageMachines>,
    (act, id): (&str, MachineId),
    (was, became, reason): (&str, &str, &str),
) -> Result<(), sqlx::Error> {
    let act = Act {
        at: app.clock.now(),
        actor: may.actor(),
        act,
        object: &format!("machine:{id}"),
        was,
        became,
        reason,
    };
    audit::store::append(tx, &act).await
}

/// Whether this can be a machine's name: 1 to 64 characters, none of them control characters.
pub fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

fn check_name(name: &str) -> ApiResult<()> {
    if is_name(name) {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::MalformedRequest,
        format!("Tên máy phải có từ 1 đến {LONGEST_NAME} ký tự."),
        format!("A machine's name has 1 to {LONGEST_NAME} characters."),
    ))
}

fn check_reason(reason: &str) -> ApiResult<&str> {
    let reason = reason.trim();
    if (SHORTEST_REASON..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Ok(reason);
    }
    Err(ApiError::new(
        ProblemCode::MalformedRequest,
        "Cần ghi lý do (5 đến 500 ký tự).",
        "A reason is needed (5 to 500 characters).",
    )
    .at("reason"))
}

fn authorities(app: &App) -> ApiResult<certify::Authorities> {
    certify::Authorities::read(&app.config, app.clock.now()).map_err(|cause| {
        tracing::error!(cause = format!("{cause:#}"), "issuing authority can't be used");
        ApiError::new(
            ProblemCode::WrongState,
            "CA cấp chứng thư của máy chủ thiếu, hỏng hoặc hết hạn. Hãy gia hạn theo docs/machines.md.",
            "The server's issuing authority is missing, broken or over. Renew it as docs/machines.md says.",
        )
    })
}

#[cfg(test)]
mod tests;
