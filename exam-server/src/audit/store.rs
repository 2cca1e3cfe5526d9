//! The audit tables. Insert only; the text of a reason may be erased.

mod location;
pub mod search;

use super::chain::{Act, Actor, Extra, GENESIS, Location, Reason, Record};
use crate::clock::Randomness;
use crate::db::column::broken;
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::audit::label;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Records that are read at once.
pub const BATCH: i64 = 500;

/// Appends a record inside the transaction of the act. If this fails the act does not happen.
///
/// # Errors
/// Whatever the database says, or that the operating system gives no random numbers.
pub async fn append(tx: &mut Tx, act: &Act<'_>) -> Result<(), sqlx::Error> {
    append_numbered(tx, act).await.map(|_| ())
}

/// The same; the record's sequence.
///
/// # Errors
/// As [`append`].
pub async fn append_numbered(tx: &mut Tx, act: &Act<'_>) -> Result<i64, sqlx::Error> {
    debug_assert!(
        label::of(act.act).is_some(),
        "{}: name it in audit/label.rs",
        act.act
    );
    let last = newest(&mut **tx).await?;
    let (sequence, previous) = last.map_or((0, GENESIS), |newest| (newest.sequence, newest.hash));
    let random = Randomness::system();
    let no_randomness = |error| sqlx::Error::Encode(Box::new(error));
    let extra = Extra {
        location: location::of(tx, act).await?,
        salt: random.bytes().map_err(no_randomness)?,
        reason_salt: random.bytes().map_err(no_randomness)?,
    };
    let record = Record::after(&previous, sequence + 1, act, extra);
    put(tx, &record).await?;
    Ok(record.sequence)
}

async fn put(tx: &mut Tx, record: &Record) -> Result<(), sqlx::Error> {
    let reason_hash = record.reason_hash.as_ref().map_or(&[][..], |hash| &hash[..]);
    sqlx::query(
        "insert into audit (sequence, at, actor, address, act, object, organisation, exam, site, room, was, became,
                            reason_hash, salt, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(record.sequence)
    .bind(record.at.0)
    .bind(&record.actor.who)
    .bind(&record.actor.address)
    .bind(&record.act)
    .bind(&record.object)
    .bind(&record.location.organisation)
    .bind(&record.location.exam)
    .bind(&record.location.site)
    .bind(&record.location.room)
    .bind(&record.was)
    .bind(&record.became)
    .bind(reason_hash)
    .bind(record.salt.as_slice())
    .bind(record.hash.as_slice())
    .execute(&mut **tx)
    .await?;
    if let Some(reason) = &record.reason {
        sqlx::query("insert into audit_reason (sequence, salt, text) values ($1, $2, $3)")
            .bind(record.sequence)
            .bind(reason.salt.as_slice())
            .bind(&reason.text)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// The newest record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Its sequence.
    pub sequence: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// When it was written.
    pub at: Timestamp,
}

/// The newest record; none while there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn newest(executor: impl DbExecutor<'_>) -> Result<Option<Newest>, sqlx::Error> {
    let row = sqlx::query("select sequence, hash, at from audit order by sequence desc limit 1")
        .fetch_optional(executor)
        .await?;
    row.map(|row| {
        Ok(Newest {
            sequence: row.try_get("sequence")?,
            hash: fixed(&row, "hash")?,
            at: Timestamp(row.try_get("at")?),
        })
    })
    .transpose()
}

/// The hash of one record; none when there is no such record.
///
/// # Errors
/// Whatever the database says.
pub async fn hash_of(executor: impl DbExecutor<'_>, sequence: i64) -> Result<Option<[u8; 32]>, sqlx::Error> {
    let row = sqlx::query("select hash from audit where sequence = $1")
        .bind(sequence)
        .fetch_optional(executor)
        .await?;
    row.map(|row| fixed(&row, "hash")).transpose()
}

/// The next records after `sequence`, at most [`BATCH`].
///
/// # Errors
/// Whatever the database says; a column that can't be what it should be.
pub async fn after(executor: impl DbExecutor<'_>, sequence: i64) -> Result<Vec<Record>, sqlx::Error> {
    let rows = sqlx::query(
        "select audit.*, r.salt as reason_salt, r.text as reason_text
         from audit left join audit_reason r on r.sequence = audit.sequence
         where audit.sequence > $1 order by audit.sequence limit $2",
    )
    .bind(sequence)
    .bind(BATCH)
    .fetch_all(executor)
    .await?;
    rows.iter().map(record).collect()
}

fn record(row: &DbRow) -> Result<Record, sqlx::Error> {
    let reason_hash: Vec<u8> = row.try_get("reason_hash")?;
    Ok(Record {
        sequence: row.try_get("sequence")?,
        at: Timestamp(row.try_get("at")?),
        actor: Actor {
            who: row.try_get("actor")?,
            address: row.try_get("address")?,
        },
        act: row.try_get("act")?,
        object: row.try_get("object")?,
        location: Location {
            organisation: row.try_get("organisation")?,
            exam: row.try_get("exam")?,
            site: row.try_get("site")?,
            room: row.try_get("room")?,
        },
        was: row.try_get("was")?,
        became: row.try_get("became")?,
        reason_hash: if reason_hash.is_empty() {
            None
        } else {
            Some(fixed(row, "reason_hash")?)
        },
        reason: reason(row)?,
        salt: fixed(row, "salt")?,
        hash: fixed(row, "hash")?,
    })
}

fn reason(row: &DbRow) -> Result<Option<Reason>, sqlx::Error> {
    let text: Option<String> = row.try_get("reason_text")?;
    text.map(|text| {
        Ok(Reason {
            salt: fixed(row, "reason_salt")?,
            text,
        })
    })
    .transpose()
}

fn fixed<const N: usize>(row: &DbRow, column: &'static str) -> Result<[u8; N], sqlx::Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes
        .try_into()
        .map_err(|_| broken(column, "wrong number of bytes"))
}

/// Reasons of records older than `before` whose texts are still there, oldest first.
///
/// # Errors
/// Whatever the database says.
pub async fn reasons_before(tx: &mut Tx, before: Timestamp) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "select r.sequence from audit_reason r join audit on audit.sequence = r.sequence
         where audit.at < $1 order by r.sequence",
    )
    .bind(before.0)
    .fetch_all(&mut **tx)
    .await
}

/// Erases the text and salt of one reason. The caller puts the erasure on record in the same transaction, with this sequence
/// in it: a missing text that no record accounts for is found by the verifier.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_reason(tx: &mut Tx, sequence: i64) -> Result<(), sqlx::Error> {
    sqlx::query("delete from audit_reason where sequence = $1")
        .bind(sequence)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How far a collector has been served; 0 for one that is new.
///
/// # Errors
/// Whatever the database says.
pub async fn feed_sent(executor: impl DbExecutor<'_>, name: &str) -> Result<i64, sqlx::Error> {
    let sent: Option<i64> = sqlx::query_scalar("select sent from audit_feed where name = $1")
        .bind(name)
        .fetch_optional(executor)
        .await?;
    Ok(sent.unwrap_or(0))
}

/// Notes how far a collector has been served.
///
/// # Errors
/// Whatever the database says.
pub async fn put_feed_sent(tx: &mut Tx, name: &str, sent: i64, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into audit_feed (name, sent, sent_at) values ($1, $2, $3)
         on conflict (name) do update set sent = excluded.sent, sent_at = excluded.sent_at",
    )
    .bind(name)
    .bind(sent)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
