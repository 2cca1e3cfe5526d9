//! The table of changes of accounts' control: only ever inserted into.

use super::{ControlChange, Kind, Move};
use crate::audit::chain::Actor;
use crate::db::column::{broken, flag, maybe, parsed};
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::id::StaffId;
use exam_protocol::staff::ControlView;
use exam_protocol::time::{Millis, Timestamp};
use sqlx::Row;

/// For how long changes are shown whoever acknowledged them: somebody who just took the account could do that first.
const SHOWN_ANYWAY: Millis = Millis::minutes(30 * 24 * 60);

/// Most changes that a holder is shown at once.
const MOST_SHOWN: i64 = 20;

/// Notes that somebody changed the control of an account. Belongs into the transaction of the change itself.
///
/// # Errors
/// Whatever the database says.
pub async fn note(
    tx: &mut Tx,
    staff: StaffId,
    kind: Kind,
    (by, at): (&Actor, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into control_change (staff, at, kind, changed_by) values ($1, $2, $3, $4)")
        .bind(staff.to_string())
        .bind(at.0)
        .bind(kind.name())
        .bind(&by.who)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that somebody moved an account to another organisation. Belongs into the transaction of the move itself.
///
/// # Errors
/// Whatever the database says.
pub async fn note_move(
    tx: &mut Tx,
    staff: StaffId,
    moved: Move,
    (by, at): (&Actor, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into control_change (staff, at, kind, changed_by, organisation_was, organisation_became)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(staff.to_string())
    .bind(at.0)
    .bind(Kind::Organisation.name())
    .bind(&by.who)
    .bind(moved.was.to_string())
    .bind(moved.became.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn member(actor: &str) -> Option<StaffId> {
    actor.strip_prefix("staff:").and_then(|id| id.parse().ok())
}

fn kind(row: &DbRow) -> Result<Kind, sqlx::Error> {
    let name: String = row.try_get("kind")?;
    Kind::of_name(&name).ok_or_else(|| broken("kind", "no such change of an account"))
}

/// All changes since then.
///
/// # Errors
/// Whatever the database says.
pub async fn recent(
    executor: impl DbExecutor<'_>,
    since: Timestamp,
) -> Result<Vec<ControlChange>, sqlx::Error> {
    let rows = sqlx::query(
        "select c.staff, c.at, c.kind, c.changed_by, c.organisation_was, c.organisation_became,
             other.break_glass is not null as emergency
         from control_change c left join staff other on c.changed_by = 'staff:' || other.id where c.at >= $1",
    )
    .bind(since.0)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ControlChange {
                staff: parsed(row, "staff")?,
                at: Timestamp(row.try_get("at")?),
                kind: kind(row)?,
                by: member(row.try_get("changed_by")?),
                emergency: flag(row, "emergency")?,
                moved: maybe(row, "organisation_was")?
                    .zip(maybe(row, "organisation_became")?)
                    .map(|(was, became)| Move { was, became }),
            })
        })
        .collect()
}

/// What others changed of an account in the last 30 days or since its holder last acknowledged changes, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn told(
    executor: impl DbExecutor<'_>,
    staff: StaffId,
    now: Timestamp,
) -> Result<Vec<ControlView>, sqlx::Error> {
    let rows = sqlx::query(
        "select c.at, c.kind, c.changed_by, other.display_name as by_name
         from control_change c join staff holder on holder.id = c.staff
         left join staff other on c.changed_by = 'staff:' || other.id
         where c.staff = $1 and c.changed_by <> 'staff:' || c.staff and (c.at > $3 or c.at > coalesce(holder.control_seen_at, 0))
         order by c.at desc, c.kind limit $2",
    )
    .bind(staff.to_string())
    .bind(MOST_SHOWN)
    .bind(now.0 - SHOWN_ANYWAY.0)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ControlView {
                at: Timestamp(row.try_get("at")?),
                kind: kind(row)?,
                by: row.try_get("changed_by")?,
                by_name: row.try_get::<Option<String>, _>("by_name")?.unwrap_or_default(),
            })
        })
        .collect()
}

/// The holder has seen the changes up to then.
///
/// # Errors
/// Whatever the database says.
pub async fn seen(tx: &mut Tx, staff: StaffId, until: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update staff set control_seen_at = $1 where id = $2 and (control_seen_at is null or control_seen_at < $1)",
    )
    .bind(until.0)
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
