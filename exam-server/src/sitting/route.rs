//! The seat's HTTP doors: claim, sealed form, keys; and the staff's door to a hand-in.

pub mod live;

use super::access::SeatHolder;
use super::store::{self, seat::Seat};
use super::ticket;
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::door::{Answer, Anybody, Doors};
use crate::error::{ApiError, ApiResult};
use crate::machine;
use crate::machine::identity::KnownMachine;
use crate::paper;
use crate::shell::extract::{Json, Path};
use crate::shell::tls::Peer;
use crate::staff::access::{InRoom, ReadSubmission};
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use certs::hash::sha256;
use certs::signing::verify;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::canonical;
use exam_protocol::console::RoomState;
use exam_protocol::id::AttemptId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::record::{SEAT_CERTIFICATE, SeatCertificate, SubmissionFile};
use exam_protocol::route;
use exam_protocol::seat::{ClaimRequest, ClaimResponse, ServerKeys, claim_proof_input, normalise_ticket};
use exam_protocol::time::Timestamp;
use std::sync::Arc;

/// The doors of seats and of hand-ins.
pub fn doors(doors: Doors) -> Doors {
    doors
        .post(
            route::SEAT_CLAIM,
            "Claims a seat with a ticket",
            claim,
            Answer::json::<ClaimResponse>(),
        )
        .get(
            route::SEAT_FORM,
            "The seat's sealed form",
            form,
            Answer::file("application/octet-stream"),
        )
        .get(
            route::SEAT_LIVE,
            "The seat's socket; its first frame shows the token",
            live::live,
            Answer::socket(),
        )
        .get(
            route::SERVER_KEYS,
            "The keys that receipts are checked against",
            keys,
            Answer::json::<ServerKeys>(),
        )
        .get(
            route::ATTEMPT_SUBMISSION,
            "A hand-in with receipt and journal",
            submission,
            Answer::json::<SubmissionFile>(),
        )
}

/// Characters of a ticket that tries are counted by.
const TICKET_PREFIX: usize = 4;

/// `POST`: claims a seat with a ticket; from then on older seats of the attempt are fenced off.
///
/// # Errors
/// Too many tries, a ticket that does not hold, a proof that does not fit, or the database.
pub async fn claim(
    _: Anybody,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    Json(request): Json<ClaimRequest>,
) -> ApiResult<Json<ClaimResponse>> {
    let ticket = normalise_ticket(&request.ticket);
    limit_tries(&app, &peer, &ticket)?;
    if !ticket::is_plausible(&ticket) {
        return Err(ticket_invalid());
    }
    verify(
        &request.key.0,
        &claim_proof_input(&ticket, &request.key),
        &request.proof.0,
    )
    .map_err(|_| {
        ApiError::new(
            ProblemCode::RecordInvalid,
            "Khóa của máy này không khớp. Hãy tải lại trang rồi thử lại.",
            "This PC's key does not fit. Reload the page and try again.",
        )
    })?;
    let address = peer.address.to_string();
    let machine = machine::access::at_seat(&app, Some(&peer)).await?;
    let response = begin_epoch(&app, &ticket, &request, (&address, machine.as_ref())).await?;
    app.claim_ticket_limit.forget(&ticket[..TICKET_PREFIX]);
    app.claim_address_limit.forget(&address);
    Ok(Json(response))
}

/// Counts tries by network address, generously because a school is one address, and by the ticket's first half, narrowly.
/// A try that succeeds is taken off again.
fn limit_tries(app: &App, peer: &Peer, ticket: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let prefix = ticket.get(..TICKET_PREFIX).unwrap_or(ticket);
    if app.claim_address_limit.allow(&peer.address.to_string(), now)
        && app.claim_ticket_limit.allow(prefix, now)
    {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::TooManyTries,
        "Đã thử sai nhiều lần. Hãy đợi một phút rồi nhập lại mã vào chỗ.",
        "Too many wrong tries. Wait a minute and type the ticket again.",
    ))
}

fn ticket_invalid() -> ApiError {
    ApiError::new(
        ProblemCode::TicketInvalid,
        "Mã vào chỗ không đúng, đã dùng hoặc quá hạn. Hãy kiểm tra lại, hoặc xin cán bộ coi thi mã mới.",
        "The ticket is wrong, used or too old. Check it, or ask the proctor for a new one.",
    )
}

fn may_be_claimed(loaded: &store::Attempt) -> ApiResult<()> {
    if matches!(
        loaded.standing.room.state(),
        RoomState::Planned | RoomState::Closed
    ) {
        return Err(room_not_open());
    }
    if loaded.standing.voided {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Bài thi này đã bị hủy. Hãy báo cán bộ coi thi.",
            "This attempt was voided. Tell the proctor.",
        ));
    }
    Ok(())
}

async fn begin_epoch(
    app: &App,
    ticket: &str,
    request: &ClaimRequest,
    (address, machine): (&str, Option<&KnownMachine>),
) -> ApiResult<ClaimResponse> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let used = store::seat::use_ticket(&mut tx, &ticket::hash(&app.keys.node, ticket), now).await?;
    let attempt = used.ok_or_else(ticket_invalid)?;
    let loaded = store::load_attempt(&mut *tx, attempt)
        .await?
        .ok_or_else(ApiError::not_found)?;
    may_be_claimed(&loaded)?;
    let room = loaded.standing.room;
    machine::access::serves_room(&mut *tx, machine, room.id).await?;
    let new = store::seat::next_epoch(&mut tx, attempt).await?;
    let content = SeatCertificate {
        sitting: new.sitting,
        attempt,
        epoch: new.epoch,
        key: request.key,
        evidence: new
            .evidence
            .ok_or_else(|| ApiError::internal("a ticket without an admission"))?,
        issued_at: now,
    };
    let signed = app
        .keys
        .receipt
        .sign_cose(app.random.ring(), SEAT_CERTIFICATE, canonical::encode(&content));
    let certificate = signed.map_err(ApiError::internal)?;
    let token: [u8; 32] = app.random.bytes()?;
    let seat = Seat {
        attempt,
        epoch: new.epoch,
        key: request.key,
        certificate,
    };
    store::seat::put_seat(&mut tx, &seat, &Fixed(sha256(&token)), now).await?;
    let candidate = store::label(&mut *tx, attempt).await?;
    record_claim(&mut tx, attempt, new.epoch, (address, now)).await?;
    tx.commit().await?;
    app.presence.wake(attempt);
    app.changes.progress(room.id);
    Ok(ClaimResponse {
        token: Fixed(token),
        sitting: new.sitting,
        attempt,
        epoch: new.epoch,
        certificate: Bytes(seat.certificate),
        candidate,
        last_sequence: new.last_sequence,
        head: new.head,
    })
}

async fn record_claim(
    tx: &mut Tx,
    attempt: AttemptId,
    epoch: u32,
    (address, at): (&str, Timestamp),
) -> Result<(), sqlx::Error> {
    let actor = Actor {
        who: format!("seat:{attempt}"),
        address: address.to_owned(),
    };
    let became = format!("{{\"epoch\":{epoch}}}");
    let act = Act {
        at,
        actor: &actor,
        act: "seat.claim",
        object: &actor.who,
        was: "",
        became: &became,
        reason: "",
    };
    audit::store::append(tx, &act).await
}

fn room_not_open() -> ApiError {
    ApiError::new(
        ProblemCode::WrongState,
        "Phòng thi chưa mở hoặc đã đóng. Hãy báo cán bộ coi thi.",
        "The room is not open yet, or closed already. Tell the proctor.",
    )
}

/// `GET`: the seat's sealed form, long before the start.
///
/// # Errors
/// No or another seat's token, no paper yet, or the database.
pub async fn form(holder: SeatHolder, State(app): State<Arc<App>>) -> ApiResult<Response> {
    let form = holder.form.ok_or_else(no_paper)?;
    let sealed = paper::store::sealed_paper(app.db.reader(), form)
        .await?
        .ok_or_else(no_paper)?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        sealed,
    )
        .into_response())
}

fn no_paper() -> ApiError {
    ApiError::new(
        ProblemCode::NotFound,
        "Chưa có đề cho thí sinh này. Hãy báo cán bộ coi thi.",
        "There is no paper for this candidate yet. Tell the proctor.",
    )
}

/// `GET`: the public key that receipts are checked against.
pub async fn keys(_: Anybody, State(app): State<Arc<App>>) -> Json<ServerKeys> {
    Json(ServerKeys {
        receipt_key: Fixed(app.keys.receipt.public_key()),
    })
}

/// `GET`: a hand-in with its receipt and journal, for `exam-server verify`.
///
/// # Errors
/// No hand-in yet, or the database.
pub async fn submission(
    reader: InRoom<ReadSubmission>,
    State(app): State<Arc<App>>,
    Path(attempt): Path<AttemptId>,
) -> ApiResult<Response> {
    let file = store::hand_in::submission(app.db.reader(), &app.keys.receipt_certificate, attempt).await?;
    let file = file.ok_or_else(ApiError::not_found)?;
    let object = format!("attempt:{attempt}");
    let mut tx = app.db.write().await?;
    let act = Act {
        at: app.clock.now(),
        actor: reader.actor(),
        act: "submission.export",
        object: &object,
        was: "",
        became: "",
        reason: "",
    };
    audit::store::append(&mut tx, &act).await?;
    tx.commit().await?;
    let name = format!("attachment; filename=\"{attempt}.submission.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(file)).into_response())
}
