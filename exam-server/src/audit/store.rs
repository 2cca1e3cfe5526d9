//! The audit table. Insert only.

use super::chain::{Act, GENESIS, next_hash};
use crate::db::Tx;
use sqlx::Row;

/// Appends a record inside the transaction of the act. If this fails the act does not happen.
///
/// # Errors
/// Whatever the database says.
pub async fn append(tx: &mut Tx, act: &Act<'_>) -> Result<(), sqlx::Error> {
    let last = sqlx::query("select sequence, hash from audit order by sequence desc limit 1")
        .fetch_optional(&mut **tx)
        .await?;
    let (sequence, previous) = match last {
        Some(row) => {
            let hash: Vec<u8> = row.try_get("hash")?;
            let hash = hash
                .try_into()
                .map_err(|_| sqlx::Error::Decode("audit.hash is not 32 bytes".into()))?;
            (row.try_get::<i64, _>("sequence")? + 1, hash)
        }
        None => (1, GENESIS),
    };
    sqlx::query(
        "insert into audit (sequence, at, actor, address, act, object, was, became, reason, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(sequence)
    .bind(act.at.0)
    .bind(&act.actor.who)
    .bind(&act.actor.address)
    .bind(act.act)
    .bind(act.object)
    .bind(act.was)
    .bind(act.became)
    .bind(act.reason)
    .bind(next_hash(&previous, sequence, act).as_slice())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
