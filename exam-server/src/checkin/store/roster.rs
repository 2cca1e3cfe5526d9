//! Looks a scanned number up in the roster. Only reads.

use super::from_json;
use crate::db::Reader;
use crate::db::column::{flag, parsed};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::console::RoomState;
use exam_protocol::id::{AttemptId, RoomId};
use sqlx::Row;

/// A candidate of the sitting that the desk's room belongs to.
#[derive(Clone, Debug)]
pub struct RosterEntry {
    /// The attempt.
    pub attempt: AttemptId,
    /// The candidate's room, maybe another than the desk's.
    pub room: RoomId,
    /// Its name.
    pub room_name: String,
    /// State of the candidate's room.
    pub room_state: RoomState,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Whether the candidate has handed in.
    pub handed_in: bool,
}

/// The candidate with this number in the sitting of `desk`.
///
/// # Errors
/// Whatever the database says.
pub async fn find(
    reader: &Reader,
    desk: RoomId,
    number: &CitizenNumber,
) -> Result<Option<RosterEntry>, sqlx::Error> {
    let row = sqlx::query(
        "select a.id, a.room, r.name as room_name, r.state, coalesce(a.roster_birth_date, p.birth_date) as birth_date, a.handed_in_at is not null as handed_in
         from attempt a join room r on r.id = a.room join candidate p on p.citizen_number = a.citizen_number
         where a.citizen_number = $1 and a.sitting = (select sitting from room where id = $2)",
    )
    .bind(number.as_str())
    .bind(desk.to_string())
    .fetch_optional(reader)
    .await?;
    row.map(|row| {
        Ok(RosterEntry {
            attempt: parsed(&row, "id")?,
            room: parsed(&row, "room")?,
            room_name: row.try_get("room_name")?,
            room_state: state(row.try_get("state")?)?,
            birth_date: row.try_get("birth_date")?,
            handed_in: flag(&row, "handed_in")?,
        })
    })
    .transpose()
}

/// A room's state from its column.
///
/// # Errors
/// When the column holds no state.
pub fn state(text: &str) -> Result<RoomState, sqlx::Error> {
    from_json("room.state", &format!("\"{text}\""))
}
