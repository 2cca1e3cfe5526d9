//! The table of processes, and the rooms that a jump of the clock stops.

use super::jump;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::checkin;
use crate::db::column::parsed;
use crate::db::{DbExecutor, Tx};
use crate::sitting;
use exam_protocol::id::RoomId;
use exam_protocol::time::{Millis, Timestamp};
use sqlx::Row;
use std::collections::HashMap;

/// Signs of life older than this say nothing any more.
const KEPT: Millis = Millis::minutes(7 * 24 * 60);

/// A process that was silent for so long is gone: it writes a sign of life every two seconds.
const SILENCE: Millis = Millis::seconds(15);

/// When any process was last heard of.
///
/// # Errors
/// Whatever the database says.
pub async fn last_sign(executor: impl DbExecutor<'_>) -> Result<Option<Timestamp>, sqlx::Error> {
    let row = sqlx::query("select max(seen_at) as last from node")
        .fetch_one(executor)
        .await?;
    Ok(row.try_get::<Option<i64>, _>("last")?.map(Timestamp))
}

/// A process begins. If the clock has jumped since the last sign of life, rooms that run are stopped at that moment; how many.
///
/// # Errors
/// Whatever the database says.
pub async fn begin(tx: &mut Tx, id: &str, now: Timestamp) -> Result<usize, sqlx::Error> {
    let last = last_sign(&mut **tx).await?;
    let stopped = match last {
        Some(trusted) if jump::has_jumped(last, now) => freeze(tx, trusted, now).await?,
        _ => 0,
    };
    sqlx::query("delete from node where seen_at < $1 or seen_at > $2")
        .bind(now.0 - KEPT.0)
        .bind((now + KEPT).0)
        .execute(&mut **tx)
        .await?;
    sqlx::query("insert into node (id, started_at, seen_at) values ($1, $2, $2)")
        .bind(id)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(stopped)
}

async fn freeze(tx: &mut Tx, trusted: Timestamp, now: Timestamp) -> Result<usize, sqlx::Error> {
    let mut stopped = 0;
    for (room, _) in sitting::store::running_rooms(&mut **tx).await? {
        let id = room.id;
        let Ok(frozen) = room.freeze(trusted) else {
            continue;
        };
        sitting::store::save_room(tx, &frozen).await?;
        let object = format!("room:{id}");
        let became = serde_json::json!({ "trusted": trusted, "clock": now }).to_string();
        let act = Act {
            at: now,
            actor: &Actor::server(),
            act: "room.freeze",
            object: &object,
            was: "",
            became: &became,
            reason: "",
        };
        audit::store::append(tx, &act).await?;
        stopped += 1;
    }
    Ok(stopped)
}

/// A sign of life.
///
/// # Errors
/// Whatever the database says.
pub async fn seen(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update node set seen_at = $1 where id = $2")
        .bind(now.0)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A process without a sign of life since this moment is gone.
pub fn dead_before(now: Timestamp) -> Timestamp {
    Timestamp(now.0 - SILENCE.0)
}

/// Whether there are check-ins under way whose process is gone.
///
/// # Errors
/// Whatever the database says.
pub async fn has_orphans(executor: impl DbExecutor<'_>, cutoff: Timestamp) -> Result<bool, sqlx::Error> {
    let text = format!("select count(*) as orphans from checkin where {ORPHAN}");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(cutoff.0)
        .fetch_one(executor)
        .await?;
    Ok(row.try_get::<i64, _>("orphans")? > 0)
}

/// Ends check-ins whose process is gone.
///
/// # Errors
/// Whatever the database says.
pub async fn end_orphans(tx: &mut Tx, cutoff: Timestamp, now: Timestamp) -> Result<u64, sqlx::Error> {
    checkin::store::fail(tx, (ORPHAN, cutoff), now).await
}

const ORPHAN: &str = "finished_at is null and (node is null or not exists (
    select 1 from node where node.id = checkin.node and node.seen_at > $1))";

/// Versions of the rooms that are not closed, each with the sum of its attempts'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(HashMap<RoomId, (i64, i64)>);

impl Versions {
    /// Rooms that are not as they were, those that came or went included.
    pub fn changed(&self, now: &Self) -> Vec<RoomId> {
        let other = |(id, version): (&RoomId, &(i64, i64))| (self.0.get(id) != Some(version)).then_some(*id);
        let gone = self.0.keys().filter(|id| !now.0.contains_key(id)).copied();
        now.0.iter().filter_map(other).chain(gone).collect()
    }
}

/// The versions now.
///
/// # Errors
/// Whatever the database says.
pub async fn versions(executor: impl DbExecutor<'_>) -> Result<Versions, sqlx::Error> {
    let rows = sqlx::query(
        "select room.id, room.version, cast(coalesce(sum(attempt.version), 0) as bigint) as attempts
         from room left join attempt on attempt.room = room.id
         where room.state in ('open', 'running', 'paused', 'ended') group by room.id, room.version",
    )
    .fetch_all(executor)
    .await?;
    let versions = rows.iter().map(|row| {
        let version = (row.try_get("version")?, row.try_get("attempts")?);
        Ok((parsed(row, "id")?, version))
    });
    versions.collect::<Result<_, sqlx::Error>>().map(Versions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::Trial;
    use exam_protocol::console::RoomState;

    async fn begin_at(trial: &Trial, id: &str, now: Timestamp) -> usize {
        let mut tx = trial.app.db.write().await.unwrap();
        let stopped = begin(&mut tx, id, now).await.unwrap();
        tx.commit().await.unwrap();
        stopped
    }

    #[tokio::test]
    async fn a_dead_clock_battery_stops_the_room_at_the_last_sign_of_life() {
        let trial = Trial::new().await;
        let started = trial.app.clock.now();
        let mut tx = trial.app.db.write().await.unwrap();
        let room = sitting::store::load_room(&mut *tx, trial.rooms[0])
            .await
            .unwrap()
            .unwrap();
        let open = room.open().unwrap();
        sitting::store::save_room(&mut tx, &open).await.unwrap();
        sitting::store::save_room(&mut tx, &open.start(started).unwrap())
            .await
            .unwrap();
        let last = started + Millis::minutes(12);
        seen(&mut tx, &trial.app.node, last).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            begin_at(&trial, "b", last + Millis::minutes(3)).await,
            0,
            "a restart"
        );
        let year_2000 = Timestamp(946_684_800_000);
        assert_eq!(begin_at(&trial, "c", year_2000).await, 1);
        let room = sitting::store::load_room(trial.app.db.reader(), trial.rooms[0])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(room.state(), RoomState::Paused);
        assert_eq!(room.elapsed(year_2000), Millis::minutes(15));
        assert_eq!(
            begin_at(&trial, "d", year_2000 + Millis::minutes(1)).await,
            0,
            "nothing runs"
        );
        let acts = "select count(*) from audit where act = 'room.freeze'";
        assert_eq!(trial.number(acts).await, 1);
    }
}
