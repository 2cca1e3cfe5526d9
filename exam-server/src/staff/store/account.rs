//! What an account is good for: its end, its password's age, its last login.

use crate::db::column::{flag, parsed};
use crate::db::{DbExecutor, DbRow, Reader, Tx};
use crate::staff::account::{Account, BreakGlass, Credential};
use exam_protocol::id::StaffId;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Columns of an account for a `select` on `staff`.
pub const COLUMNS: &str =
    "password_changed_at, password_given, active_since, staff.ends_at as account_ends_at, disabled_at,
    last_login_at, last_login_address, earlier_login_at, earlier_login_address, break_glass,
    (select count(*) from staff_factor where staff_factor.staff = staff.id) as factors";

/// An account from a row with [`COLUMNS`].
///
/// # Errors
/// When a column is missing or makes no sense.
pub fn account(row: &DbRow) -> Result<Account, sqlx::Error> {
    let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp));
    let break_glass: Option<String> = row.try_get("break_glass")?;
    Ok(Account {
        password_changed_at: time("password_changed_at")?,
        password_given: flag(row, "password_given")?,
        active_since: time("active_since")?,
        ends_at: time("account_ends_at")?,
        disabled_at: time("disabled_at")?,
        last_login_at: time("last_login_at")?,
        last_login_address: row.try_get("last_login_address")?,
        earlier_login_at: time("earlier_login_at")?,
        earlier_login_address: row.try_get("earlier_login_address")?,
        break_glass: BreakGlass::of_column(break_glass.as_deref()),
        has_factor: row.try_get::<i64, _>("factors")? > 0,
    })
}

/// The member with this login name, with account and password hash.
///
/// # Errors
/// Whatever the database says.
pub async fn by_name(reader: &Reader, name: &str) -> Result<Option<Credential>, sqlx::Error> {
    let text = format!(
        "select id, name, display_name, organisation, password_hash, {COLUMNS} from staff where name = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(name)
        .fetch_optional(reader)
        .await?;
    row.map(|row| {
        Ok(Credential {
            member: super::member(&row)?,
            account: account(&row)?,
            password_hash: row.try_get("password_hash")?,
        })
    })
    .transpose()
}

/// All accounts with their names, for lists.
///
/// # Errors
/// Whatever the database says.
pub async fn all(reader: &Reader) -> Result<Vec<Credential>, sqlx::Error> {
    let text = format!(
        "select id, name, display_name, organisation, password_hash, {COLUMNS} from staff order by name"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(reader).await?;
    rows.iter()
        .map(|row| {
            Ok(Credential {
                member: super::member(row)?,
                account: account(row)?,
                password_hash: row.try_get("password_hash")?,
            })
        })
        .collect()
}

/// Begins an account's life, or begins it anew: it is open, counts its unused days from now, and `given` says whether
/// somebody else knows the password.
///
/// # Errors
/// Whatever the database says.
pub async fn begin(tx: &mut Tx, staff: StaffId, given: bool, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update staff set active_since = $1, password_changed_at = $1, password_given = $2, disabled_at = null,
             disabled_why = null where id = $3",
    )
    .bind(now.0)
    .bind(i64::from(given))
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets when the account ends, or that it does not.
///
/// # Errors
/// Whatever the database says.
pub async fn set_end(tx: &mut Tx, staff: StaffId, ends_at: Option<Timestamp>) -> Result<(), sqlx::Error> {
    sqlx::query("update staff set ends_at = $1 where id = $2")
        .bind(ends_at.map(|at| at.0))
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Makes an account one for emergencies, or marks it as used.
///
/// # Errors
/// Whatever the database says.
pub async fn set_break_glass(tx: &mut Tx, staff: StaffId, state: BreakGlass) -> Result<(), sqlx::Error> {
    sqlx::query("update staff set break_glass = $1 where id = $2")
        .bind(state.column())
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Closes an account and ends its sessions.
///
/// # Errors
/// Whatever the database says.
pub async fn disable(tx: &mut Tx, staff: StaffId, why: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update staff set disabled_at = $1, disabled_why = $2 where id = $3")
        .bind(now.0)
        .bind(why)
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    super::session::close_all(tx, staff).await
}

/// Opens an account again; its unused days count from now.
///
/// # Errors
/// Whatever the database says.
pub async fn enable(tx: &mut Tx, staff: StaffId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update staff set disabled_at = null, disabled_why = null, active_since = $1 where id = $2")
        .bind(now.0)
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes a login.
///
/// # Errors
/// Whatever the database says.
pub async fn logged_in(
    tx: &mut Tx,
    staff: StaffId,
    address: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update staff set earlier_login_at = last_login_at, earlier_login_address = last_login_address,
             last_login_at = $1, last_login_address = $2 where id = $3",
    )
    .bind(now.0)
    .bind(address)
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The password hash in force.
///
/// # Errors
/// Whatever the database says.
pub async fn password_hash(executor: impl DbExecutor<'_>, staff: StaffId) -> Result<String, sqlx::Error> {
    sqlx::query("select password_hash from staff where id = $1")
        .bind(staff.to_string())
        .fetch_one(executor)
        .await?
        .try_get("password_hash")
}

/// The newest `most` hashes of earlier passwords.
///
/// # Errors
/// Whatever the database says.
pub async fn old_passwords(reader: &Reader, staff: StaffId, most: i64) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select password_hash from staff_old_password where staff = $1 order by replaced_at desc limit $2",
    )
    .bind(staff.to_string())
    .bind(most)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get("password_hash")).collect()
}

/// Puts a new password in force and keeps the old one's hash.
///
/// # Errors
/// Whatever the database says.
pub async fn change_password(
    tx: &mut Tx,
    staff: StaffId,
    hash: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_old_password (staff, password_hash, replaced_at)
         select id, password_hash, $1 from staff where id = $2",
    )
    .bind(now.0)
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "update staff set password_hash = $1, password_changed_at = $2, password_given = 0 where id = $3",
    )
    .bind(hash)
    .bind(now.0)
    .bind(staff.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The id of a login name.
///
/// # Errors
/// Whatever the database says.
pub async fn id_of(tx: &mut Tx, name: &str) -> Result<Option<StaffId>, sqlx::Error> {
    let row = sqlx::query("select id from staff where name = $1")
        .bind(name)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| parsed(&row, "id")).transpose()
}
