//! Tables of single sign-on: logins on their way, sessions by provider, logout tokens that were used.

use super::logout_token::LoggedOut;
use crate::db::Tx;
use crate::db::column::parsed;
use crate::staff::people::directory::BY_PROVIDER;
use crate::staff::store as staff_store;
use exam_protocol::id::{SessionId, StaffId};
use exam_protocol::right::Grant;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Notes a login on its way, and forgets those that did not come back in time.
///
/// # Errors
/// Whatever the database says.
pub async fn begin(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    provider: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from sign_on_pending where expires_at <= $1")
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query("insert into sign_on_pending (token_hash, provider, expires_at) values ($1, $2, $3)")
        .bind(token_hash.as_slice())
        .bind(provider)
        .bind(expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a login on its way: nobody can finish it a second time. False when it is unknown, another provider's, or too late.
///
/// # Errors
/// Whatever the database says.
pub async fn take(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    provider: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("delete from sign_on_pending where token_hash = $1 returning provider, expires_at")
        .bind(token_hash.as_slice())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let same = row.try_get::<String, _>("provider")? == provider;
    Ok(same && now.0 < row.try_get::<i64, _>("expires_at")?)
}

/// The member that a login at a provider is.
///
/// # Errors
/// Whatever the database says.
pub async fn member(tx: &mut Tx, provider: &str, subject: &str) -> Result<Option<StaffId>, sqlx::Error> {
    let row = sqlx::query("select staff from staff_external where provider = $1 and subject = $2")
        .bind(provider)
        .bind(subject)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| parsed(&row, "staff")).transpose()
}

/// Makes the roles that a provider gives somebody exactly these; roles that people gave stay. What was, if it changed.
///
/// # Errors
/// Whatever the database says.
pub async fn set_grants(
    tx: &mut Tx,
    staff: StaffId,
    provider: &str,
    grants: &[Grant],
    now: Timestamp,
) -> Result<Option<Vec<Grant>>, sqlx::Error> {
    let by = format!("{BY_PROVIDER}{provider}");
    let rows =
        sqlx::query("select role, scope_kind, scope_id from staff_role where staff = $1 and granted_by = $2")
            .bind(staff.to_string())
            .bind(&by)
            .fetch_all(&mut **tx)
            .await?;
    let was: Vec<Grant> = rows.iter().map(staff_store::granted).collect::<Result<_, _>>()?;
    let held = staff_store::grants(&mut **tx, staff).await?;
    let gone: Vec<Grant> = was.iter().filter(|one| !grants.contains(one)).copied().collect();
    let new: Vec<Grant> = grants.iter().filter(|one| !held.contains(one)).copied().collect();
    for grant in &gone {
        crate::staff::people::store::revoke(tx, staff, *grant).await?;
    }
    for grant in &new {
        staff_store::grant(tx, staff, *grant, &by, now).await?;
    }
    Ok((!gone.is_empty() || !new.is_empty()).then_some(was))
}

/// Notes through which provider a session was opened.
///
/// # Errors
/// Whatever the database says.
pub async fn opened(
    tx: &mut Tx,
    session: SessionId,
    provider: &str,
    subject: &str,
    sid: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into sign_on_session (session, provider, subject, sid) values ($1, $2, $3, $4)")
        .bind(session.to_string())
        .bind(provider)
        .bind(subject)
        .bind(sid)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Through which provider a session was opened.
///
/// # Errors
/// Whatever the database says.
pub async fn provider_of(tx: &mut Tx, session: SessionId) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select provider from sign_on_session where session = $1")
        .bind(session.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| row.try_get("provider")).transpose()
}

/// Ends the sessions that a provider says are over. None when this token was used before.
///
/// # Errors
/// Whatever the database says.
pub async fn log_out(
    tx: &mut Tx,
    provider: &str,
    out: &LoggedOut,
    now: Timestamp,
) -> Result<Option<Vec<StaffId>>, sqlx::Error> {
    sqlx::query("delete from sign_on_logout where expires_at <= $1")
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let token = hex::encode(certs::hash::sha256(out.token.as_bytes()));
    let new = sqlx::query(
        "insert into sign_on_logout (provider, token, expires_at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(provider)
    .bind(token)
    .bind(out.expires_at.0.max(now.0 + 1))
    .execute(&mut **tx)
    .await?;
    if new.rows_affected() == 0 {
        return Ok(None);
    }
    let rows = sqlx::query(
        "delete from staff_session where id in (
             select session from sign_on_session
             where provider = $1 and (subject = $2 or $2 = '') and (sid = $3 or $3 = ''))
         returning staff",
    )
    .bind(provider)
    .bind(out.subject.as_deref().unwrap_or(""))
    .bind(out.sid.as_deref().unwrap_or(""))
    .fetch_all(&mut **tx)
    .await?;
    Ok(Some(
        rows.iter()
            .map(|row| parsed(row, "staff"))
            .collect::<Result<_, _>>()?,
    ))
}
