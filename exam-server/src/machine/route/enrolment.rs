//! What a machine reaches before it has a certificate: the root, its enrolment, the revocation list. Nobody is logged in.

use super::authorities;
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::door::Anybody;
use crate::error::{ApiError, ApiResult};
use crate::machine::certify;
use crate::machine::code;
use crate::machine::store::{self, NewMachine};
use crate::shell::extract::Json;
use crate::shell::tls::Peer;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use certs::authority::{CertificationRequest, Certified};
use certs::hash::sha256;
use certs::x509;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::MachineId;
use exam_protocol::machine::{Enrolled, EnrolmentRequest, normalise_code};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// Most characters of a PC's own name that are kept (RFC 1035: 255 octets at most, a label has 63).
const LONGEST_HOST_NAME: usize = 255;

/// `GET`: the exam CA's root certificate.
///
/// # Errors
/// A file that can't be read.
pub async fn exam_ca(_: Anybody, State(app): State<Arc<App>>) -> ApiResult<Response> {
    let (pem, _) = certify::root(&app.config).map_err(|cause| ApiError::internal(format!("{cause:#}")))?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response())
}

/// `GET`: revoked certificates, DER.
///
/// # Errors
/// An issuing authority that can't be used, or the database.
pub async fn revocation_list(_: Anybody, State(app): State<Arc<App>>) -> ApiResult<Response> {
    let now = app.clock.now();
    let revoked = store::revoked(app.db.reader(), now).await?;
    let list = authorities(&app)?.revocation_list(&revoked, now);
    let list = list.map_err(|cause| ApiError::internal(format!("{cause:#}")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pkix-crl"),
        (header::CACHE_CONTROL, "max-age=30"),
    ];
    Ok((headers, list).into_response())
}

/// `POST`: certifies a machine for a one-time code.
///
/// # Errors
/// Too many tries, a code that does not hold, a request that can't be certified, or the database; the code is not used up
/// then.
pub async fn enrol(
    _: Anybody,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    Json(request): Json<EnrolmentRequest>,
) -> ApiResult<Json<Enrolled>> {
    let address = peer.address.to_string();
    limit_tries(&app, &address)?;
    let secret = normalise_code(&request.code);
    if !code::is_plausible(&secret) {
        return Err(code_invalid());
    }
    let wanted = CertificationRequest::from_pem(&request.request).map_err(|error| {
        ApiError::new(
            ProblemCode::MalformedRequest,
            "Yêu cầu cấp chứng thư không đọc được; cần khóa P-256 và chữ ký đúng (PKCS #10).",
            "The certification request can't be used; it needs a P-256 key and a good signature (PKCS #10).",
        )
        .at(error.to_string())
    })?;
    let authorities = authorities(&app)?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let used = store::use_code(&mut tx, &code::hash(&app.keys.node, &secret), now).await?;
    let used = used.ok_or_else(code_invalid)?;
    let id = MachineId::from_random(app.random.bytes()?);
    let certified = authorities
        .certify(
            &wanted,
            (used.kind, id, &used.name),
            app.config.machines.certificate_days,
            now,
        )
        .map_err(ApiError::internal)?;
    let machine = NewMachine {
        id,
        site: used.site,
        kind: used.kind,
        name: used.name,
        host_name: host_name(&request.host_name),
        serial: certified.serial.clone(),
        certificate_hash: Fixed(leaf_hash(&certified)?),
        not_after: Timestamp(certified.validity.not_after.0.saturating_mul(1000)),
        enrolled_at: now,
        enrolled_by: used.issued_by,
    };
    register(&mut tx, &machine, &address).await?;
    tx.commit().await?;
    app.enrolment_address_limit.forget(&address);
    Ok(Json(Enrolled {
        machine: id,
        kind: machine.kind,
        name: machine.name,
        certificate: certified.certificate_pem,
        exam_ca: authorities.root_pem().to_owned(),
        not_after: machine.not_after,
    }))
}

fn leaf_hash(certified: &Certified) -> ApiResult<[u8; 32]> {
    let der = x509::der_from_pem(&certified.certificate_pem).map_err(ApiError::internal)?;
    Ok(sha256(&der))
}

async fn register(tx: &mut Tx, machine: &NewMachine, address: &str) -> Result<(), sqlx::Error> {
    store::put(tx, machine).await?;
    let became = serde_json::json!({
        "site": machine.site,
        "kind": machine.kind,
        "name": machine.name,
        "serial": machine.serial,
        "not_after": machine.not_after,
        "code_by": machine.enrolled_by,
    });
    let actor = Actor {
        who: format!("machine:{}", machine.id),
        address: address.to_owned(),
    };
    let act = Act {
        at: machine.enrolled_at,
        actor: &actor,
        act: "machine.enrol",
        object: &actor.who,
        was: "",
        became: &became.to_string(),
        reason: "",
    };
    audit::store::append(tx, &act).await
}

/// Counts tries by network address, and those of all addresses together: a code has 60 bits, so the second limit is there
/// for the server's sake and is generous.
fn limit_tries(app: &App, address: &str) -> ApiResult<()> {
    let now = app.clock.now();
    if app.enrolment_address_limit.allow(address, now) && app.enrolment_limit.allow("all", now) {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::TooManyTries,
        "Đã thử nhiều lần. Hãy đợi một phút rồi đăng ký lại.",
        "Too many tries. Wait a minute, then enrol again.",
    ))
}

fn code_invalid() -> ApiError {
    ApiError::new(
        ProblemCode::TicketInvalid,
        "Mã đăng ký không đúng, đã dùng hoặc quá hạn. Hãy kiểm tra lại, hoặc xin mã mới.",
        "The enrolment code is wrong, used or too old. Check it, or ask for a new one.",
    )
}

/// The PC's own name, without what could disturb a list.
fn host_name(given: &str) -> String {
    given
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_HOST_NAME)
        .collect()
}
