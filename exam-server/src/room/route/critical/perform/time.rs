//! More time: for a room or one candidate above the proctor's limit, for a whole sitting, and by right (accommodations).

use super::{By, Done, load_attempt, load_room, record};
use crate::db::Tx;
use crate::error::ApiResult;
use crate::room::action;
use crate::room::critical::Overtaken;
use crate::sitting;
use crate::sitting::state::Room;
use crate::staff::proposal::act::{Accommodate, AddSittingTime, AddTime, Approved};
use exam_protocol::id::{RoomId, SittingId};
use exam_protocol::time::Millis;

pub(super) async fn add_time(tx: &mut Tx, approved: &Approved<AddTime>, by: By<'_>) -> Done {
    let act = approved.act();
    let room = load_room(tx, act.room).await?;
    let moved = match action::add_time_approved(room, approved) {
        Ok(moved) => moved,
        Err(why) => return Ok(Err(why.into())),
    };
    if let Some(moved) = &moved {
        sitting::store::save_room(tx, moved).await?;
    }
    if let Some(attempt) = act.attempt {
        sitting::store::add_credit(tx, attempt, Millis::minutes(act.minutes.into())).await?;
    }
    let detail = serde_json::json!({ "minutes": act.minutes, "attempt": act.attempt });
    record(
        tx,
        approved,
        ("room.add-time", format!("room:{}", act.room)),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}

/// The open and running rooms of a sitting with more time each.
pub(super) async fn rooms_to_credit(
    tx: &mut Tx,
    sitting: SittingId,
    minutes: u16,
) -> ApiResult<Result<Vec<Room>, Overtaken>> {
    let rooms = sitting::store::rooms_of(&mut **tx, sitting).await?;
    let mut credited = Vec::new();
    for room in rooms.into_iter().filter(|room| room.may_add_time().is_ok()) {
        match action::could_give(&room, None, minutes) {
            Ok(()) => credited.extend(room.add_time(Millis::minutes(minutes.into())).ok()),
            Err(why) => return Ok(Err(why.into())),
        }
    }
    if credited.is_empty() {
        return Ok(Err(Overtaken::NoRoomOpen));
    }
    Ok(Ok(credited))
}

pub(super) async fn add_sitting_time(tx: &mut Tx, approved: &Approved<AddSittingTime>, by: By<'_>) -> Done {
    let AddSittingTime { sitting, minutes } = *approved.act();
    let rooms = match rooms_to_credit(tx, sitting, minutes).await? {
        Ok(rooms) => rooms,
        Err(why) => return Ok(Err(why)),
    };
    for room in &rooms {
        sitting::store::save_room(tx, room).await?;
    }
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let detail = serde_json::json!({ "minutes": minutes, "rooms": ids });
    record(
        tx,
        approved,
        ("sitting.add-time", format!("sitting:{sitting}")),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}

pub(super) async fn accommodate(tx: &mut Tx, approved: &Approved<Accommodate>, by: By<'_>) -> Done {
    let Accommodate {
        attempt,
        percent,
        minutes,
    } = *approved.act();
    let standing = load_attempt(tx, attempt).await?.standing;
    let moved = match standing.accommodated(percent, minutes) {
        Ok(moved) => moved,
        Err(why) => return Ok(Err(why.into())),
    };
    sitting::store::set_extra(tx, attempt, moved.extra).await?;
    let detail = serde_json::json!({ "percent": percent, "minutes": minutes, "extra": moved.extra });
    record(
        tx,
        approved,
        ("attempt.accommodate", format!("attempt:{attempt}")),
        &detail,
        by,
    )
    .await?;
    Ok(Ok(()))
}
