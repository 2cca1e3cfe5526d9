//! What each approved act does, in the transaction of its approval. Every function checks first and writes then.

mod late;
mod time;

use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::paper::release;
use crate::result;
use crate::result::closed::ClosedRoom;
use crate::result::correction::{Correction, correct};
use crate::result::store::history;
use crate::room::action;
use crate::room::critical::store::{self, Object};
use crate::room::critical::{Overtaken, reopening};
use crate::room::store as rooms;
use crate::sitting;
use crate::sitting::state::Room;
use crate::staff::proposal::act::{
    Approved, ApprovedAct, CorrectKey, ReopenAttempt, StartRoom, Unmask, VoidAttempt,
};
use exam_protocol::id::{AttemptId, RoomId};
use exam_protocol::proposal::CriticalAct;
use exam_protocol::time::Timestamp;

/// What came of it: done, or why not. The outer error is a fault.
type Done = ApiResult<Result<(), Overtaken>>;

/// Who approves, and when.
type By<'a> = (&'a Actor, Timestamp);

/// What an act is about; none when there is no such thing.
pub(super) async fn object(tx: &mut Tx, act: &CriticalAct) -> Result<Option<Object>, sqlx::Error> {
    match act {
        CriticalAct::StartRoom { room }
        | CriticalAct::AddTime {
            room, attempt: None, ..
        } => store::room(&mut **tx, *room).await,
        CriticalAct::AddTime {
            room,
            attempt: Some(attempt),
            ..
        } => {
            let object = store::attempt(&mut **tx, *attempt).await?;
            Ok(object.filter(|object| object.room == Some(*room)))
        }
        CriticalAct::VoidAttempt { attempt }
        | CriticalAct::ReopenAttempt { attempt, .. }
        | CriticalAct::Accommodate { attempt, .. }
        | CriticalAct::CountLate { attempt, .. }
        | CriticalAct::Unmask { attempt, .. } => store::attempt(&mut **tx, *attempt).await,
        CriticalAct::CorrectKey { sitting, .. } | CriticalAct::AddSittingTime { sitting, .. } => {
            store::sitting(&mut **tx, *sitting).await
        }
    }
}

/// Whether an act could be done now.
pub(super) async fn check(app: &App, tx: &mut Tx, act: &CriticalAct, now: Timestamp) -> Done {
    match act {
        CriticalAct::StartRoom { room } => {
            let (room, facts) = room_with_facts(tx, *room, now).await?;
            Ok(action::could_start(&room, facts, now).map_err(Into::into))
        }
        CriticalAct::AddTime {
            room,
            attempt,
            minutes,
        } => {
            let room = load_room(tx, *room).await?;
            Ok(action::could_give(&room, *attempt, *minutes).map_err(Into::into))
        }
        CriticalAct::VoidAttempt { attempt } => {
            let standing = load_attempt(tx, *attempt).await?.standing;
            Ok(standing.void().map(|_| ()).map_err(Into::into))
        }
        CriticalAct::ReopenAttempt { attempt, minutes } => {
            Ok(how_to_reopen(tx, *attempt, *minutes, now).await?.map(|_| ()))
        }
        CriticalAct::Unmask { .. } => Ok(Ok(())),
        CriticalAct::CountLate { attempt, last } => late::can_count(tx, *attempt, *last).await,
        CriticalAct::AddSittingTime { sitting, minutes } => {
            Ok(time::rooms_to_credit(tx, *sitting, *minutes).await?.map(|_| ()))
        }
        CriticalAct::Accommodate {
            attempt,
            percent,
            minutes,
        } => {
            let standing = load_attempt(tx, *attempt).await?.standing;
            Ok(standing
                .accommodated(*percent, *minutes)
                .map(|_| ())
                .map_err(Into::into))
        }
        CriticalAct::CorrectKey {
            sitting,
            item,
            correction,
        } => {
            let closed = history::closed_rooms(tx, *sitting).await?;
            let correction = Correction {
                item: *item,
                how: correction.clone(),
            };
            fits(app, tx, &closed, &correction).await
        }
    }
}

/// Does what two people want.
pub(super) async fn perform(app: &App, tx: &mut Tx, act: ApprovedAct, by: By<'_>) -> Done {
    match act {
        ApprovedAct::StartRoom(approved) => start(tx, &approved, by).await,
        ApprovedAct::AddTime(approved) => time::add_time(tx, &approved, by).await,
        ApprovedAct::VoidAttempt(approved) => void(tx, &approved, by).await,
        ApprovedAct::ReopenAttempt(approved) => reopen(tx, &approved, by).await,
        ApprovedAct::Unmask(approved) => unmask(tx, &approved, by).await,
        ApprovedAct::AddSittingTime(approved) => time::add_sitting_time(tx, &approved, by).await,
        ApprovedAct::CountLate(approved) => late::count(app, tx, &approved, by).await,
        ApprovedAct::Accommodate(approved) => time::accommodate(tx, &approved, by).await,
        ApprovedAct::CorrectKey(approved) => correct_key(app, tx, &approved, by).await,
    }
}

/// Seats that an act concerns look at themselves again.
pub(super) fn wake(app: &App, act: &CriticalAct) {
    match act {
        CriticalAct::AddTime {
            attempt: Some(attempt),
            ..
        }
        | CriticalAct::VoidAttempt { attempt }
        | CriticalAct::Accommodate { attempt, .. }
        | CriticalAct::ReopenAttempt { attempt, .. } => app.presence.wake(*attempt),
        _ => {}
    }
}

async fn start(tx: &mut Tx, approved: &Approved<StartRoom>, by: By<'_>) -> Done {
    let id = approved.act().room;
    let (room, facts) = room_with_facts(tx, id, by.1).await?;
    let started = match action::start_approved(room, facts, approved, by.1) {
        Ok(started) => started,
        Err(why) => return Ok(Err(why.into())),
    };
    sitting::store::save_room(tx, &started).await?;
    record(
        tx,
        approved,
        ("room.start", format!("room:{id}")),
        &serde_json::json!({}),
        by,
    )
    .await?;
    Ok(Ok(()))
}

async fn void(tx: &mut Tx, approved: &Approved<VoidAttempt>, by: By<'_>) -> Done {
    let attempt = approved.act().attempt;
    if let Err(why) = load_attempt(tx, attempt).await?.standing.void() {
        return Ok(Err(why.into()));
    }
    store::void(tx, attempt, (approved.proposal(), approved.reason()), by.1).await?;
    history::replace(tx, attempt, approved.proposal(), by.1).await?;
    record(
        tx,
        approved,
        ("attempt.void", format!("attempt:{attempt}")),
        &serde_json::json!({}),
        by,
    )
    .await?;
    Ok(Ok(()))
}

async fn reopen(tx: &mut Tx, approved: &Approved<ReopenAttempt>, by: By<'_>) -> Done {
    let ReopenAttempt { attempt, minutes } = *approved.act();
    let time = match how_to_reopen(tx, attempt, minutes, by.1).await? {
        Ok(time) => time,
        Err(why) => return Ok(Err(why)),
    };
    store::reopen(tx, attempt, (approved.proposal(), time), by.1).await?;
    let detail = serde_json::json!({ "minutes": minutes });
    record(
        tx,
        approved,
        ("attempt.reopen", format!("attempt:{attempt}")),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}

/// The reading itself is done, and audited, by whoever takes the grant.
async fn unmask(tx: &mut Tx, approved: &Approved<Unmask>, by: By<'_>) -> Done {
    let Unmask { attempt, what } = *approved.act();
    let detail = serde_json::json!({ "what": what });
    record(
        tx,
        approved,
        ("attempt.unmask", format!("attempt:{attempt}")),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}

async fn correct_key(app: &App, tx: &mut Tx, approved: &Approved<CorrectKey>, by: By<'_>) -> Done {
    let act = approved.act();
    let correction = Correction {
        item: act.item,
        how: act.correction.clone(),
    };
    let closed = history::closed_rooms(tx, act.sitting).await?;
    if let Err(why) = fits(app, tx, &closed, &correction).await? {
        return Ok(Err(why));
    }
    history::put_correction(tx, (approved.proposal(), act.sitting), &correction, by.1).await?;
    for room in &closed {
        for attempt in history::marked(tx, *room).await? {
            history::replace(tx, attempt, approved.proposal(), by.1).await?;
        }
        let room = load_room(tx, *room).await?;
        let room = ClosedRoom::of(&room).ok_or_else(|| ApiError::internal("a closed room is not closed"))?;
        result::route::mark_room(app, tx, &room, by.1).await?;
    }
    let detail = serde_json::json!({ "item": act.item, "correction": act.correction, "rooms": closed });
    record(
        tx,
        approved,
        ("key.correct", format!("sitting:{}", act.sitting)),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}

/// Whether the correction changes something for somebody who was marked.
async fn fits(app: &App, tx: &mut Tx, closed: &[RoomId], correction: &Correction) -> Done {
    if closed.is_empty() {
        return Ok(Err(Overtaken::NothingMarked));
    }
    for room in closed {
        let before = history::corrections(tx, *room).await?;
        if before.contains(correction) {
            return Ok(Err(Overtaken::CorrectionDoesNotFit));
        }
        let sheets = release::key_sheets(app, &mut **tx, *room)
            .await
            .map_err(ApiError::internal)?;
        for (_, mut sheet) in sheets {
            result::correction::apply(&mut sheet, &before);
            let mut lines = sheet.lines.iter_mut().filter(|line| line.item == correction.item);
            if lines.any(|line| correct(line, &correction.how).is_ok()) {
                return Ok(Ok(()));
            }
        }
    }
    Ok(Err(Overtaken::CorrectionDoesNotFit))
}

async fn how_to_reopen(
    tx: &mut Tx,
    attempt: AttemptId,
    minutes: u16,
    now: Timestamp,
) -> ApiResult<Result<crate::room::critical::Reopening, Overtaken>> {
    let loaded = load_attempt(tx, attempt).await?;
    let admitted = crate::checkin::store::admission::attempt_now(tx, attempt).await?;
    let admitted = admitted.is_some_and(|now| now.admitted);
    Ok(reopening(&loaded.standing, admitted, minutes, now))
}

async fn load_room(tx: &mut Tx, id: RoomId) -> ApiResult<Room> {
    let room = sitting::store::load_room(&mut **tx, id).await?;
    room.ok_or_else(ApiError::not_found)
}

async fn load_attempt(tx: &mut Tx, id: AttemptId) -> ApiResult<sitting::store::Attempt> {
    let attempt = sitting::store::load_attempt(&mut **tx, id).await?;
    attempt.ok_or_else(ApiError::not_found)
}

async fn room_with_facts(tx: &mut Tx, id: RoomId, now: Timestamp) -> ApiResult<(Room, action::Facts)> {
    let room = load_room(tx, id).await?;
    let head = rooms::head(&mut **tx, id).await?;
    let facts = rooms::facts(&mut **tx, &room, (&head, None), now).await?;
    Ok((room, facts))
}

async fn record<T>(
    tx: &mut Tx,
    approved: &Approved<T>,
    (act, object): (&str, String),
    detail: &serde_json::Value,
    (actor, at): By<'_>,
) -> Result<(), sqlx::Error> {
    let became = serde_json::json!({
        "proposal": approved.proposal(),
        "proposed_by": approved.proposer(),
        "approved_by": approved.decider(),
        "particulars": detail,
    });
    let act = Act {
        at,
        actor,
        act,
        object: &object,
        was: "",
        became: &became.to_string(),
        reason: approved.reason(),
    };
    audit::store::append(tx, &act).await
}
