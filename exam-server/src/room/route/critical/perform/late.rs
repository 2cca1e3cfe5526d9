//! Late lines that two people let count: which may, and what is marked again.

use super::{By, Done, load_attempt, record};
use crate::app::App;
use crate::db::Tx;
use crate::result;
use crate::result::closed::ClosedRoom;
use crate::result::store::history;
use crate::room::critical::Overtaken;
use crate::sitting;
use crate::sitting::late;
use crate::staff::proposal::act::{Approved, CountLate};
use exam_protocol::id::AttemptId;

/// Whether late lines through `last` continue the journal and nobody has decided about them.
pub(super) async fn can_count(tx: &mut Tx, attempt: AttemptId, last: u64) -> Done {
    let loaded = load_attempt(tx, attempt).await?;
    if loaded.standing.voided {
        return Ok(Err(Overtaken::Voided));
    }
    let kept = sitting::store::late::late(&mut **tx, attempt).await?;
    let chain = late::continuing(&kept, loaded.last_sequence, loaded.head);
    let there = chain.iter().any(|(entry, _)| entry.sequence == last);
    if !there || sitting::store::late::decided(&mut **tx, attempt).await?.is_some() {
        return Ok(Err(Overtaken::NothingLate));
    }
    Ok(Ok(()))
}

/// Lets them count; a closed room is marked again.
pub(super) async fn count(app: &App, tx: &mut Tx, approved: &Approved<CountLate>, by: By<'_>) -> Done {
    let CountLate { attempt, last } = *approved.act();
    sitting::store::lock_attempt(tx, attempt).await?;
    if let Err(why) = can_count(tx, attempt, last).await? {
        return Ok(Err(why));
    }
    sitting::store::late::decide(tx, attempt, (approved.proposal(), last), by.1).await?;
    let room = load_attempt(tx, attempt).await?.standing.room;
    if let Some(closed) = ClosedRoom::of(&room) {
        for marked in history::marked(tx, room.id).await? {
            history::replace(tx, marked, approved.proposal(), by.1).await?;
        }
        result::route::mark_room(app, tx, &closed, by.1).await?;
    }
    let detail = serde_json::json!({ "last": last });
    record(
        tx,
        approved,
        ("attempt.count-late", format!("attempt:{attempt}")),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}
