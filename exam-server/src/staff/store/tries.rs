//! Failed logins by budget, and the browsers that are known. In the database: neither a restart nor another node gives
//! new tries.

use crate::db::{DbExecutor, Tx};
use crate::staff::lockout::{Budget, Count};
use exam_protocol::id::StaffId;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// The failures counted for a budget.
///
/// # Errors
/// Whatever the database says.
pub async fn count(tx: &mut Tx, budget: &Budget) -> Result<Count, sqlx::Error> {
    let row = sqlx::query("select failures, last from staff_try where budget = $1")
        .bind(budget.key.as_slice())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else {
        return Ok(Count::default());
    };
    Ok(Count {
        failures: row.try_get("failures")?,
        last: Timestamp(row.try_get("last")?),
    })
}

/// Sets the failures of a budget.
///
/// # Errors
/// Whatever the database says.
pub async fn set(tx: &mut Tx, budget: &Budget, count: Count) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_try (budget, account, failures, last) values ($1, $2, $3, $4)
         on conflict (budget) do update set failures = excluded.failures, last = excluded.last",
    )
    .bind(budget.key.as_slice())
    .bind(budget.account.as_slice())
    .bind(count.failures)
    .bind(count.last.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes one failure back, for a try that was none.
///
/// # Errors
/// Whatever the database says.
pub async fn give_back(tx: &mut Tx, budget: &Budget) -> Result<(), sqlx::Error> {
    sqlx::query("update staff_try set failures = failures - 1 where budget = $1 and failures > 0")
        .bind(budget.key.as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets the failures of a budget.
///
/// # Errors
/// Whatever the database says.
pub async fn forget(tx: &mut Tx, key: &[u8; 32]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_try where budget = $1")
        .bind(key.as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets all failures older than `before`.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_older(tx: &mut Tx, before: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_try where last < $1")
        .bind(before.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets all failures of an account: an administrator has opened what was locked. How many budgets had some.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_account(tx: &mut Tx, account: &[u8; 32]) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("delete from staff_try where account = $1 and failures > 0")
        .bind(account.as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// Whether somebody has logged in with this browser before.
///
/// # Errors
/// Whatever the database says.
pub async fn device_known(
    executor: impl DbExecutor<'_>,
    hash: &[u8; 32],
    staff: StaffId,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select since from staff_device where hash = $1 and staff = $2")
        .bind(hash.as_slice())
        .bind(staff.to_string())
        .fetch_optional(executor)
        .await?;
    Ok(row.is_some())
}

/// Notes that somebody has logged in with this browser.
///
/// # Errors
/// Whatever the database says.
pub async fn put_device(
    tx: &mut Tx,
    hash: &[u8; 32],
    staff: StaffId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_device (hash, staff, since, last_used) values ($1, $2, $3, $3)
         on conflict (hash, staff) do update set last_used = excluded.last_used",
    )
    .bind(hash.as_slice())
    .bind(staff.to_string())
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets all browsers of somebody.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_devices(tx: &mut Tx, staff: StaffId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_device where staff = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
