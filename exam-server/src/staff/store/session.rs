//! Logins: who, since when, from where. The table holds hashes of tokens, never tokens.

use super::{Member, account, member};
use crate::db::column::parsed;
use crate::db::{DbRow, Reader, Tx};
use crate::staff::account::Account;
use crate::staff::place;
use crate::staff::rights::Place;
use exam_protocol::id::{SessionId, StaffId};
use exam_protocol::staff::SessionView;
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
    /// When it ends at the latest; none for the setting's time.
    pub ends_at: Option<Timestamp>,
}

/// A login with its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The login.
    pub session: Session,
    /// Whose.
    pub member: Member,
    /// The account.
    pub account: Account,
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
pub async fn by_token(reader: &Reader, token_hash: &[u8; 32]) -> Result<Option<Held>, sqlx::Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(select("token_hash")))
        .bind(token_hash.as_slice())
        .fetch_optional(reader)
        .await?;
    row.map(|row| held(&row)).transpose()
}

/// The session with this id and whose it is.
///
/// # Errors
/// Whatever the database says.
pub async fn by_id(reader: &Reader, id: SessionId) -> Result<Option<Held>, sqlx::Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(select("staff_session.id")))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await?;
    row.map(|row| held(&row)).transpose()
}

fn select(key: &str) -> String {
    format!(
        "select staff.id, name, display_name, organisation, staff_session.id as session, stage, opened_at, last_active,
                strong_at, staff_session.ends_at as session_ends_at, {}
         from staff_session join staff on staff.id = staff_session.staff where {key} = $1",
        account::COLUMNS
    )
}

fn held(row: &DbRow) -> Result<Held, sqlx::Error> {
    let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp));
    let session = Session {
        id: parsed(row, "session")?,
        stage: parsed(row, "stage")?,
        opened_at: Timestamp(row.try_get("opened_at")?),
        last_active: Timestamp(row.try_get("last_active")?),
        strong_at: time("strong_at")?,
        ends_at: time("session_ends_at")?,
    };
    Ok(Held {
        session,
        member: member(row)?,
        account: account::account(row)?,
    })
}

/// Somebody's full sessions, newest first; `current` is the one that asks.
///
/// # Errors
/// Whatever the database says.
pub async fn of(
    reader: &Reader,
    staff: StaffId,
    current: SessionId,
) -> Result<Vec<SessionView>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, opened_at, last_active, address, agent from staff_session
         where staff = $1 and stage = 'full' order by opened_at desc, id",
    )
    .bind(staff.to_string())
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let id = parsed(row, "id")?;
            Ok(SessionView {
                id,
                opened_at: Timestamp(row.try_get("opened_at")?),
                last_active: Timestamp(row.try_get("last_active")?),
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
                current: id == current,
            })
        })
        .collect()
}

/// A session becomes a full one, or shows that its holder is there: from now on another token opens it. `strong` says
/// whether a second factor was shown.
///
/// # Errors
/// Whatever the database says.
pub async fn renew(
    tx: &mut Tx,
    id: SessionId,
    token_hash: &[u8; 32],
    strong: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update staff_session set token_hash = $1, stage = 'full', last_active = $2,
             strong_at = case when $3 = 1 then $2 else strong_at end
         where id = $4",
    )
    .bind(token_hash.as_slice())
    .bind(now.0)
    .bind(i64::from(strong))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A session ends at this time at the latest.
///
/// # Errors
/// Whatever the database says.
pub async fn set_end(tx: &mut Tx, id: SessionId, ends_at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update staff_session set ends_at = $1 where id = $2")
        .bind(ends_at.0)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The holder of a session was there just now.
///
/// # Errors
/// Whatever the database says.
pub async fn touch(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update staff_session set last_active = $1 where id = $2 and last_active < $1")
        .bind(now.0)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends somebody's oldest full sessions until `most` are left, and forgets what was begun and never finished since `before`.
/// How many full ones ended.
///
/// # Errors
/// Whatever the database says.
pub async fn make_room(
    tx: &mut Tx,
    staff: StaffId,
    most: u16,
    before: Timestamp,
) -> Result<u64, sqlx::Error> {
    sqlx::query("delete from staff_session where stage = 'password' and opened_at < $1")
        .bind(before.0)
        .execute(&mut **tx)
        .await?;
    let done = sqlx::query(
        "delete from staff_session where staff = $1 and stage = 'full' and id not in (
             select id from staff_session where staff = $1 and stage = 'full'
             order by opened_at desc, id limit $2)",
    )
    .bind(staff.to_string())
    .bind(i64::from(most))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Ends all sessions of somebody but one.
///
/// # Errors
/// Whatever the database says.
pub async fn close_others(tx: &mut Tx, staff: StaffId, kept: SessionId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_session where staff = $1 and id <> $2")
        .bind(staff.to_string())
        .bind(kept.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends one of somebody's own sessions; whether there was one.
///
/// # Errors
/// Whatever the database says.
pub async fn close_own(tx: &mut Tx, staff: StaffId, id: SessionId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("delete from staff_session where staff = $1 and id = $2")
        .bind(staff.to_string())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Where rooms are open, running or paused now.
///
/// # Errors
/// Whatever the database says.
pub async fn rooms_in_use(reader: &Reader) -> Result<Vec<Place>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, exam.id as exam, room.site, room.id as room from room
         join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam
         where room.state in ('open', 'running', 'paused')",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(place::place).collect()
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

/// Ends the session with this token.
///
/// # Errors
/// Whatever the database says.
pub async fn close_by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_session where token_hash = $1")
        .bind(token_hash.as_slice())
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
