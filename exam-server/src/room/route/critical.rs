//! Proposals over HTTP: one proposes, another decides, and what was approved is done in the same transaction.

mod perform;
pub(super) mod refusal;

use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::{DbExecutor, Tx};
use crate::error::{ApiError, ApiResult};
use crate::room::critical::store::Object;
use crate::shell::extract::{Json, Path};
use crate::staff::access::{Confirmed, Decide, LoggedIn, May, Propose};
use crate::staff::control::{self, ControlChange, History};
use crate::staff::place::{self, Kind};
use crate::staff::proposal::rules::{self, Decision, Open, Outcome, Person, Refusal};
use crate::staff::proposal::store::{self, Ending, Stored};
use crate::staff::rights::{self, Verdict as Right};
use axum::extract::State;
use certs::hash::sha256;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::ProposalId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::{
    CriticalAct, DecideRequest, ProposalContent, ProposalState, ProposalView, Proposals, ProposeRequest,
};
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};
use refusal::{over, overtaken, reason_needed, refused};
use std::sync::Arc;

/// How long an approved unmasking can be used.
const READABLE: Millis = Millis::minutes(10);

/// `GET`: the proposals of the places where this person takes part.
///
/// # Errors
/// The database.
pub async fn list(may: May<Propose>, State(app): State<Arc<App>>) -> ApiResult<Json<Proposals>> {
    let now = app.clock.now();
    let all = store::seen_by(app.db.reader(), may.member().id).await?;
    let changes = changes(&app, app.db.reader(), &all, now).await?;
    let history = history(&app, &changes);
    let views = all
        .into_iter()
        .map(|stored| view(&may.login, stored, &history, now));
    let (open, mut over): (Vec<_>, Vec<_>) = views.partition(|view| view.state == ProposalState::Open);
    over.reverse();
    Ok(Json(Proposals { open, over }))
}

/// `GET`: exactly what was proposed.
///
/// # Errors
/// The database.
pub async fn show(
    may: May<Propose>,
    State(app): State<Arc<App>>,
    Path(id): Path<ProposalId>,
) -> ApiResult<Json<ProposalView>> {
    reply(&app, &may.login, id).await
}

/// `POST`: proposes an act.
///
/// # Errors
/// No right to the place, no reason, an act that can't be done now, or the database.
pub async fn propose(
    may: May<Propose>,
    State(app): State<Arc<App>>,
    Json(request): Json<ProposeRequest>,
) -> ApiResult<Json<ProposalView>> {
    if !rules::is_reason(&request.reason) {
        return Err(reason_needed());
    }
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let object = perform::object(&mut tx, &request.act)
        .await?
        .ok_or_else(ApiError::not_found)?;
    may.also_in(&place_of(&mut tx, &object).await?)?;
    perform::check(&app, &mut tx, &request.act, now)
        .await?
        .map_err(overtaken)?;
    let open = opened(&app, &mut tx, &may.login, (request, &object), now).await?;
    store::put(&mut tx, &open, (object.sitting, object.room)).await?;
    let content = &open.content;
    let became = serde_json::json!({ "act": content.act, "hash": open.hash, "organisation": content.organisation,
        "expires_at": content.expires_at });
    record(
        &mut tx,
        may.actor(),
        ("proposal.propose", content.id),
        (&became, &content.reason),
        now,
    )
    .await?;
    tx.commit().await?;
    tell(&app, &object).await?;
    reply(&app, &may.login, open.content.id).await
}

async fn opened(
    app: &App,
    tx: &mut Tx,
    login: &LoggedIn,
    (request, object): (ProposeRequest, &Object),
    now: Timestamp,
) -> ApiResult<Open> {
    let member = &login.member;
    let content = ProposalContent {
        id: ProposalId::from_random(app.random.bytes()?),
        act: request.act,
        object: object.label.clone(),
        reason: request.reason.trim().to_owned(),
        proposer: member.id,
        proposer_name: member.display_name.clone(),
        organisation: member.organisation,
        organisation_name: store::organisation_name(&mut **tx, member.organisation).await?,
        proposed_at: now,
        expires_at: now + Millis::minutes(i64::from(app.config.four_eyes.proposal_minutes)),
    };
    let hash = Fixed(sha256(&content.to_bytes()));
    Ok(Open { content, hash })
}

/// `DELETE`: takes one's own proposal back.
///
/// # Errors
/// Somebody else's proposal, one that is over, or the database.
pub async fn withdraw(
    may: May<Propose>,
    State(app): State<Arc<App>>,
    Path(id): Path<ProposalId>,
) -> ApiResult<Json<ProposalView>> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let stored = waiting(&mut tx, id, now).await?;
    if stored.open.content.proposer != may.member().id {
        return Err(ApiError::new(
            ProblemCode::NotAllowed,
            "Chỉ người đề nghị mới rút được đề nghị này.",
            "Only its proposer can take this proposal back.",
        ));
    }
    let ending = Ending {
        state: ProposalState::Withdrawn,
        by: may.member().id,
        reason: "",
        at: now,
        readable_until: None,
    };
    finish(&mut tx, id, ending).await?;
    let became = serde_json::json!({ "hash": stored.open.hash });
    record(
        &mut tx,
        may.actor(),
        ("proposal.withdraw", id),
        (&became, ""),
        now,
    )
    .await?;
    tx.commit().await?;
    reply(&app, &may.login, id).await
}

/// `POST`: the second person decides. What is approved is done at once, or not at all.
///
/// # Errors
/// The own proposal, one of the same organisation, another content than was shown, one that is over, no reason for a
/// rejection, or the database.
pub async fn decide(
    Confirmed(may): Confirmed<May<Decide>>,
    State(app): State<Arc<App>>,
    Path(id): Path<ProposalId>,
    Json(request): Json<DecideRequest>,
) -> ApiResult<Json<ProposalView>> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let stored = waiting(&mut tx, id, now).await?;
    let (hash, act) = (stored.open.hash, stored.open.content.act.clone());
    let decision = Decision {
        verdict: request.verdict,
        hash: request.hash,
        reason: request.reason.trim(),
    };
    let changes = changes(&app, &mut *tx, [&stored], now).await?;
    let outcome = stored
        .open
        .decide(person(&may.login), &decision, &history(&app, &changes), now);
    let (state, reason) = match outcome.map_err(refused)? {
        Outcome::Rejected => (ProposalState::Rejected, decision.reason.to_owned()),
        Outcome::Approved(approved) => {
            match perform::perform(&app, &mut tx, approved.sorted(), (may.actor(), now)).await? {
                Ok(()) => (ProposalState::Done, decision.reason.to_owned()),
                Err(why) => (ProposalState::Overtaken, overtaken(why).detail().to_owned()),
            }
        }
    };
    let granted = state == ProposalState::Done && matches!(act, CriticalAct::Unmask { .. });
    let ending = Ending {
        state,
        by: may.member().id,
        reason: &reason,
        at: now,
        readable_until: granted.then_some(now + READABLE),
    };
    finish(&mut tx, id, ending).await?;
    let became = serde_json::json!({ "verdict": request.verdict, "state": state, "act": act, "hash": hash,
        "organisation": may.member().organisation });
    record(
        &mut tx,
        may.actor(),
        ("proposal.decide", id),
        (&became, &reason),
        now,
    )
    .await?;
    let object = perform::object(&mut tx, &act).await?;
    tx.commit().await?;
    perform::wake(&app, &act);
    if let Some(object) = object {
        tell(&app, &object).await?;
    }
    reply(&app, &may.login, id).await
}

fn person(login: &LoggedIn) -> Person {
    Person {
        id: login.member.id,
        organisation: login.member.organisation,
    }
}

async fn waiting(tx: &mut Tx, id: ProposalId, now: Timestamp) -> ApiResult<Stored> {
    let stored = store::one(&mut **tx, id).await?.ok_or_else(ApiError::not_found)?;
    match rules::state_at(stored.state, stored.open.content.expires_at, now) {
        // Whoever erased the words of one that waits may have changed more: nobody decides about it.
        ProposalState::Open if stored.erased => Err(over()),
        ProposalState::Open => Ok(stored),
        ProposalState::Expired => Err(refused(Refusal::Expired)),
        _ => Err(over()),
    }
}

async fn finish(tx: &mut Tx, id: ProposalId, ending: Ending<'_>) -> ApiResult<()> {
    if store::end(tx, id, ending).await? {
        Ok(())
    } else {
        Err(over())
    }
}

async fn place_of(tx: &mut Tx, object: &Object) -> ApiResult<rights::Place> {
    let place = match object.room {
        Some(room) => place::of(&mut **tx, Kind::Room, &room.to_string()).await?,
        None => place::of(&mut **tx, Kind::Sitting, &object.sitting.to_string()).await?,
    };
    place.ok_or_else(ApiError::not_found)
}

async fn reply(app: &App, login: &LoggedIn, id: ProposalId) -> ApiResult<Json<ProposalView>> {
    let stored = store::one(app.db.reader(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let now = app.clock.now();
    let changes = changes(app, app.db.reader(), [&stored], now).await?;
    Ok(Json(view(login, stored, &history(app, &changes), now)))
}

/// The changes of accounts that matter for deciding these.
async fn changes<'a>(
    app: &App,
    executor: impl DbExecutor<'_>,
    proposals: impl IntoIterator<Item = &'a Stored>,
    now: Timestamp,
) -> Result<Vec<ControlChange>, sqlx::Error> {
    let waiting = proposals
        .into_iter()
        .filter(|one| one.state == ProposalState::Open);
    let oldest = waiting.map(|one| one.open.content.proposed_at).min();
    let window = app.config.four_eyes.control_time();
    control::store::recent(executor, control::since(oldest.unwrap_or(now), window, now)).await
}

fn history<'a>(app: &App, changes: &'a [ControlChange]) -> History<'a> {
    History {
        changes,
        window: app.config.four_eyes.control_time(),
        two_organisations: app.config.four_eyes.two_organisations,
    }
}

fn view(login: &LoggedIn, stored: Stored, history: &History<'_>, now: Timestamp) -> ProposalView {
    let state = rules::state_at(stored.state, stored.open.content.expires_at, now);
    let allowed = rights::decide(&login.grants, Permission::Decide, &stored.place) == Right::Allowed;
    ProposalView {
        may_decide: rules::may_decide(&stored.open, state, person(login), (allowed, history), now),
        content: stored.open.content,
        hash: stored.open.hash,
        state,
        decision: stored.decision,
        readable_until: stored.readable_until,
    }
}

/// Boards of the room show what changed.
async fn tell(app: &App, object: &Object) -> ApiResult<()> {
    if let Some(room) = object.room {
        app.changes.touch(room);
        return Ok(());
    }
    for room in crate::sitting::store::rooms_of(app.db.reader(), object.sitting).await? {
        app.changes.touch(room.id);
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    actor: &Actor,
    (act, id): (&str, ProposalId),
    (became, reason): (&serde_json::Value, &str),
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let (object, became) = (format!("proposal:{id}"), became.to_string());
    let act = Act {
        at,
        actor,
        act,
        object: &object,
        was: "",
        became: &became,
        reason,
    };
    audit::store::append(tx, &act).await
}

#[cfg(test)]
mod tests;
