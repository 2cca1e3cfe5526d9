//! Tables of staff and their sessions.

use crate::db::{Reader, Tx};
use exam_protocol::id::{RoomId, StaffId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// A member of staff as stored.
#[derive(Clone, Debug)]
pub struct Member {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Whether all rooms are open to this person.
    pub all_rooms: bool,
}

fn member(row: &sqlx::sqlite::SqliteRow) -> Result<Member, sqlx::Error> {
    let id: String = row.try_get("id")?;
    Ok(Member {
        id: id.parse().map_err(|e| sqlx::Error::Decode(Box::new(e)))?,
        name: row.try_get("name")?,
        display_name: row.try_get("display_name")?,
        all_rooms: row.try_get::<i64, _>("all_rooms")? != 0,
    })
}

/// Adds a member, or replaces password, display name and rights of the one with this login name. Rooms that were open
/// before are closed, and sessions end: whoever knows only the old password is out.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, member: &Member, password_hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff (id, name, display_name, password_hash, all_rooms) values ($1, $2, $3, $4, $5)
         on conflict (name) do update set display_name = excluded.display_name,
             password_hash = excluded.password_hash, all_rooms = excluded.all_rooms",
    )
    .bind(member.id.to_string())
    .bind(&member.name)
    .bind(&member.display_name)
    .bind(password_hash)
    .bind(i64::from(member.all_rooms))
    .execute(&mut **tx)
    .await?;
    for statement in [
        "delete from staff_room where staff = (select id from staff where name = $1)",
        "delete from staff_session where staff = (select id from staff where name = $1)",
    ] {
        sqlx::query(statement)
            .bind(&member.name)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Opens a room to the member with this login name.
///
/// # Errors
/// Whatever the database says.
pub async fn grant(tx: &mut Tx, name: &str, room: RoomId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_room (staff, room) select id, $1 from staff where name = $2 on conflict do nothing",
    )
    .bind(room.to_string())
    .bind(name)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The member with this login name, with the password hash.
///
/// # Errors
/// Whatever the database says.
pub async fn by_name(reader: &Reader, name: &str) -> Result<Option<(Member, String)>, sqlx::Error> {
    let row =
        sqlx::query("select id, name, display_name, all_rooms, password_hash from staff where name = $1")
            .bind(name)
            .fetch_optional(reader)
            .await?;
    row.map(|row| Ok((member(&row)?, row.try_get("password_hash")?)))
        .transpose()
}

/// Opens a session.
///
/// # Errors
/// Whatever the database says.
pub async fn open_session(
    tx: &mut Tx,
    staff: StaffId,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff_session (token_hash, staff, created_at, last_used) values ($1, $2, $3, $3)",
    )
    .bind(token_hash.as_slice())
    .bind(staff.to_string())
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who the session belongs to, if it was opened after `oldest`.
///
/// # Errors
/// Whatever the database says.
pub async fn by_session(
    reader: &Reader,
    token_hash: &[u8; 32],
    oldest: Timestamp,
) -> Result<Option<Member>, sqlx::Error> {
    let row = sqlx::query(
        "select staff.id, name, display_name, all_rooms from staff_session
         join staff on staff.id = staff_session.staff where token_hash = $1 and created_at > $2",
    )
    .bind(token_hash.as_slice())
    .bind(oldest.0)
    .fetch_optional(reader)
    .await?;
    row.map(|row| member(&row)).transpose()
}

/// Ends a session.
///
/// # Errors
/// Whatever the database says.
pub async fn close_session(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_session where token_hash = $1")
        .bind(token_hash.as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether this room is open to this member.
///
/// # Errors
/// Whatever the database says.
pub async fn may_enter(reader: &Reader, member: &Member, room: RoomId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from room where id = $1
         and ($2 <> 0 or exists (select 1 from staff_room where staff = $3 and room = $1))",
    )
    .bind(room.to_string())
    .bind(i64::from(member.all_rooms))
    .bind(member.id.to_string())
    .fetch_optional(reader)
    .await?;
    Ok(row.is_some())
}

/// The room that an attempt or a check-in belongs to.
///
/// # Errors
/// Whatever the database says.
pub async fn room_of(reader: &Reader, kind: Kind, id: &str) -> Result<Option<RoomId>, sqlx::Error> {
    let query = match kind {
        Kind::Room => sqlx::query_scalar("select id from room where id = $1"),
        Kind::Checkin => sqlx::query_scalar("select room from checkin where id = $1"),
        Kind::Attempt => sqlx::query_scalar("select room from attempt where id = $1"),
    };
    let room: Option<String> = query.bind(id).fetch_optional(reader).await?;
    room.map(|text| text.parse().map_err(|e| sqlx::Error::Decode(Box::new(e))))
        .transpose()
}

/// Things that belong to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The room itself.
    Room,
    /// A check-in.
    Checkin,
    /// An attempt.
    Attempt,
}
