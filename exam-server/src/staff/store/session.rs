//! Logins: who, since when, from where. The table holds hashes of tokens, never tokens.

use super::{Member, member};
use crate::db::column::parsed;
use crate::db::{Reader, Tx};
use exam_protocol::id::{SessionId, StaffId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// How far a login is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is outstanding.
    Password,
    /// Logged in.
    Full,
}

/// A login as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// How far.
    pub stage: Stage,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its holder last did something.
    pub last_active: Timestamp,
    /// When its holder last showed a second factor.
    pub strong_at: Option<Timestamp>,
}

/// A login to be stored.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Id.
    pub id: SessionId,
    /// Hash of its token.
    pub token_hash: &'a [u8; 32],
    /// Whose.
    pub staff: StaffId,
    /// How far.
    pub stage: Stage,
    /// Network address it was opened from.
    pub address: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
}

/// Opens a session.
///
/// # Errors
/// Whatever the database says.
pub async fn open(tx: &mut Tx, new: &NewSession<'_>, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_session (token_hash, id, staff, stage, opened_at, last_active, address, agent)
         values ($1, $2, $3, $4, $5, $5, $6, $7)",
    )
    .bind(new.token_hash.as_slice())
    .bind(new.id.to_string())
    .bind(new.staff.to_string())
    .bind(new.stage.name())
    .bind(now.0)
    .bind(new.address)
    .bind(new.agent)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session with this token and whose it is.
///
/// # Errors
/// Whatever the database says.
pub async fn by_token(
    reader: &Reader,
    token_hash: &[u8; 32],
) -> Result<Option<(Session, Member)>, sqlx::Error> {
    let row = sqlx::query(
        "select staff.id, name, display_name, organisation, staff_session.id as session, stage, opened_at, last_active,
                strong_at
         from staff_session join staff on staff.id = staff_session.staff where token_hash = $1",
    )
    .bind(token_hash.as_slice())
    .fetch_optional(reader)
    .await?;
    row.map(|row| {
        let session = Session {
            id: parsed(&row, "session")?,
            stage: parsed(&row, "stage")?,
            opened_at: Timestamp(row.try_get("opened_at")?),
            last_active: Timestamp(row.try_get("last_active")?),
            strong_at: row.try_get::<Option<i64>, _>("strong_at")?.map(Timestamp),
        };
        Ok((session, member(&row)?))
    })
    .transpose()
}

/// Ends a session.
///
/// # Errors
/// Whatever the database says.
pub async fn close(tx: &mut Tx, id: SessionId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_session where id = $1")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all sessions of somebody.
///
/// # Errors
/// Whatever the database says.
pub async fn close_all(tx: &mut Tx, staff: StaffId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_session where staff = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Stage {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
        }
    }
}

/// The text names no stage of a login.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such stage of a login")]
pub struct NoSuchStage;

impl std::str::FromStr for Stage {
    type Err = NoSuchStage;

    fn from_str(text: &str) -> Result<Self, NoSuchStage> {
        match text {
            "password" => Ok(Self::Password),
            "full" => Ok(Self::Full),
            _ => Err(NoSuchStage),
        }
    }
}
