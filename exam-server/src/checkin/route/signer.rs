//! Document signers over HTTP: the list, and the note that somebody has compared one with what its issuer says. An approval is
//! shown and changes no verdict.

use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin::admit::Reason;
use crate::checkin::store::signer;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::staff::access::{Confirmed, ManageMachines, May, ReadAudit};
use crate::staff::rights::Place;
use axum::extract::State;
use exam_protocol::checkin::{ApproveSigner, DocumentSignerView};
use exam_protocol::problem::ProblemCode;
use std::sync::Arc;

/// `GET`: by whom the cards of this installation were signed.
///
/// # Errors
/// No right to the whole installation, or the database.
pub async fn list(
    staff: May<ReadAudit>,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<Vec<DocumentSignerView>>> {
    staff.also_in(&Place::default())?;
    Ok(Json(signer::all(app.db.reader()).await?))
}

/// `POST`: approves a signer, for a stated reason.
///
/// # Errors
/// No right to the whole installation, no reason, no such signer or one that was approved before, or the database.
pub async fn approve(
    staff: Confirmed<May<ManageMachines>>,
    State(app): State<Arc<App>>,
    Json(request): Json<ApproveSigner>,
) -> ApiResult<Json<Vec<DocumentSignerView>>> {
    staff.also_in(&Place::default())?;
    let reason = Reason::new(&request.reason).map_err(|_| {
        ApiError::new(
            ProblemCode::MalformedRequest,
            "Cần nêu lý do (5 đến 500 ký tự): đã so với nguồn nào.",
            "A reason is needed (5 to 500 characters): what it was compared with.",
        )
        .at("reason")
    })?;
    let (now, fingerprint) = (app.clock.now(), request.fingerprint);
    let mut tx = app.db.write().await?;
    let by = (staff.member().id, reason.as_str());
    if !signer::approve(&mut tx, fingerprint.as_slice(), by, now).await? {
        return Err(ApiError::not_found());
    }
    let object = format!("document-signer:{fingerprint}");
    let act = Act {
        at: now,
        actor: staff.actor(),
        act: "document-signer.approve",
        object: &object,
        was: "",
        became: "",
        reason: reason.as_str(),
    };
    audit::store::append(&mut tx, &act).await?;
    tx.commit().await?;
    Ok(Json(signer::all(app.db.reader()).await?))
}

#[cfg(test)]
mod tests;
