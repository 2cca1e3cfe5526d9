//! Second factors and recovery codes as stored.

use crate::db::column::broken;
use crate::db::{DbExecutor, DbRow, Tx};
use exam_protocol::id::StaffId;
use exam_protocol::staff::FactorKind;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// A second factor.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Id, 32 hexadecimal digits.
    pub id: String,
    /// Passkey or TOTP.
    pub kind: FactorKind,
    /// Its holder's name for it.
    pub label: String,
    /// A sealed TOTP secret, or a passkey as JSON.
    pub content: Vec<u8>,
    /// Newest TOTP step that was used; zero before the first.
    pub last_step: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last shown.
    pub last_used: Option<Timestamp>,
}

/// How many recovery codes are left of those made at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodesLeft {
    /// When they were made.
    pub created_at: Timestamp,
    /// When one was last used.
    pub last_used: Option<Timestamp>,
    /// How many are left.
    pub left: u16,
}

fn name(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => "passkey",
        FactorKind::Totp => "totp",
        FactorKind::RecoveryCode => "recovery-code",
    }
}

fn factor(row: &DbRow) -> Result<Factor, sqlx::Error> {
    let kind: String = row.try_get("kind")?;
    let kind = match kind.as_str() {
        "passkey" => FactorKind::Passkey,
        "totp" => FactorKind::Totp,
        _ => return Err(broken("kind", "no such kind of factor")),
    };
    Ok(Factor {
        id: row.try_get("id")?,
        kind,
        label: row.try_get("label")?,
        content: row.try_get("content")?,
        last_step: row.try_get("last_step")?,
        created_at: Timestamp(row.try_get("created_at")?),
        last_used: row.try_get::<Option<i64>, _>("last_used")?.map(Timestamp),
    })
}

/// Somebody's factors, oldest first.
///
/// # Errors
/// Whatever the database says.
pub async fn of(executor: impl DbExecutor<'_>, staff: StaffId) -> Result<Vec<Factor>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, kind, label, content, last_step, created_at, last_used from staff_factor
         where staff = $1 order by created_at, id",
    )
    .bind(staff.to_string())
    .fetch_all(executor)
    .await?;
    rows.iter().map(factor).collect()
}

/// Puts a factor in force.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, staff: StaffId, factor: &Factor) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_factor (id, staff, kind, label, content, last_step, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&factor.id)
    .bind(staff.to_string())
    .bind(name(factor.kind))
    .bind(&factor.label)
    .bind(&factor.content)
    .bind(factor.last_step)
    .bind(factor.created_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a factor out of force; whether there was one.
///
/// # Errors
/// Whatever the database says.
pub async fn remove(tx: &mut Tx, staff: StaffId, id: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("delete from staff_factor where staff = $1 and id = $2")
        .bind(staff.to_string())
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes all factors and recovery codes of somebody out of force.
///
/// # Errors
/// Whatever the database says.
pub async fn remove_all(tx: &mut Tx, staff: StaffId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_factor where staff = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    remove_codes(tx, staff).await
}

/// Uses a step of a TOTP factor; false when it or a later one was used before, here or on another node.
///
/// # Errors
/// Whatever the database says.
pub async fn use_step(tx: &mut Tx, id: &str, step: i64, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update staff_factor set last_step = $1, last_used = $2 where id = $3 and last_step < $1",
    )
    .bind(step)
    .bind(now.0)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that a passkey was used, with its new counter.
///
/// # Errors
/// Whatever the database says.
pub async fn used(tx: &mut Tx, id: &str, content: &[u8], now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update staff_factor set content = $1, last_used = $2 where id = $3")
        .bind(content)
        .bind(now.0)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Puts recovery codes in force.
///
/// # Errors
/// Whatever the database says.
pub async fn put_codes(
    tx: &mut Tx,
    staff: StaffId,
    hashes: &[[u8; 32]],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for hash in hashes {
        sqlx::query("insert into staff_recovery_code (hash, staff, created_at) values ($1, $2, $3)")
            .bind(hash.as_slice())
            .bind(staff.to_string())
            .bind(now.0)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Takes all recovery codes of somebody out of force.
///
/// # Errors
/// Whatever the database says.
pub async fn remove_codes(tx: &mut Tx, staff: StaffId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_recovery_code where staff = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Uses a recovery code up; false when there is none such, or it was used before.
///
/// # Errors
/// Whatever the database says.
pub async fn use_code(
    tx: &mut Tx,
    staff: StaffId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update staff_recovery_code set used_at = $1 where hash = $2 and staff = $3 and used_at is null",
    )
    .bind(now.0)
    .bind(hash.as_slice())
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What is left of somebody's recovery codes; none when there never were any.
///
/// # Errors
/// Whatever the database says.
pub async fn codes_left(
    executor: impl DbExecutor<'_>,
    staff: StaffId,
) -> Result<Option<CodesLeft>, sqlx::Error> {
    let row = sqlx::query(
        "select max(created_at) as created_at, max(used_at) as last_used, count(*) - count(used_at) as spare
         from staff_recovery_code where staff = $1",
    )
    .bind(staff.to_string())
    .fetch_one(executor)
    .await?;
    let Some(created_at) = row.try_get::<Option<i64>, _>("created_at")? else {
        return Ok(None);
    };
    Ok(Some(CodesLeft {
        created_at: Timestamp(created_at),
        last_used: row.try_get::<Option<i64>, _>("last_used")?.map(Timestamp),
        left: crate::db::column::whole(&row, "spare")?,
    }))
}
