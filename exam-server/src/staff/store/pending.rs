//! What a session has begun: challenges, offered secrets, tokens for sockets. In the database, so that any node can finish
//! it; each is taken once.

use crate::db::Tx;
use crate::db::column::parsed;
use exam_protocol::id::SessionId;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// What can be pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A passkey is to be shown.
    PasskeyUse,
    /// A passkey is to be enrolled.
    PasskeyEnrolment,
    /// A TOTP secret was offered.
    TotpOffer,
}

impl Pending {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasskeyUse => "passkey-use",
            Self::PasskeyEnrolment => "passkey-enrolment",
            Self::TotpOffer => "totp-offer",
        }
    }
}

/// Keeps something for a session; what was pending of the same kind is void.
///
/// # Errors
/// Whatever the database says.
pub async fn put(
    tx: &mut Tx,
    session: SessionId,
    kind: Pending,
    content: &[u8],
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_pending (session, kind, content, expires_at) values ($1, $2, $3, $4)
         on conflict (session, kind) do update set content = excluded.content, expires_at = excluded.expires_at",
    )
    .bind(session.to_string())
    .bind(kind.name())
    .bind(content)
    .bind(expires_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes what a session has begun: nobody can finish it a second time.
///
/// # Errors
/// Whatever the database says.
pub async fn take(
    tx: &mut Tx,
    session: SessionId,
    kind: Pending,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query(
        "delete from staff_pending where session = $1 and kind = $2 returning content, expires_at",
    )
    .bind(session.to_string())
    .bind(kind.name())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let in_time = now.0 < row.try_get::<i64, _>("expires_at")?;
    Ok(if in_time {
        Some(row.try_get("content")?)
    } else {
        None
    })
}

/// What a session has begun, left in place.
///
/// # Errors
/// Whatever the database says.
pub async fn peek(
    tx: &mut Tx,
    session: SessionId,
    kind: Pending,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row =
        sqlx::query("select content from staff_pending where session = $1 and kind = $2 and expires_at > $3")
            .bind(session.to_string())
            .bind(kind.name())
            .bind(now.0)
            .fetch_optional(&mut **tx)
            .await?;
    row.map(|row| row.try_get("content")).transpose()
}

/// Keeps a token for a socket, and forgets those that nobody has used in time.
///
/// # Errors
/// Whatever the database says.
pub async fn put_live_token(
    tx: &mut Tx,
    hash: &[u8; 32],
    session: SessionId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_live_token where expires_at <= $1")
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query("insert into staff_live_token (hash, session, expires_at) values ($1, $2, $3)")
        .bind(hash.as_slice())
        .bind(session.to_string())
        .bind(expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Uses a token for a socket up; the session it was made for, if it was in time.
///
/// # Errors
/// Whatever the database says.
pub async fn take_live_token(
    tx: &mut Tx,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SessionId>, sqlx::Error> {
    let row = sqlx::query("delete from staff_live_token where hash = $1 returning session, expires_at")
        .bind(hash.as_slice())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let in_time = now.0 < row.try_get::<i64, _>("expires_at")?;
    Ok(if in_time {
        Some(parsed(&row, "session")?)
    } else {
        None
    })
}
