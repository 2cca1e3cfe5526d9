//! Tables of check-ins. A check-in's row moves from reading to failed or judged once and then stays; whether it let
//! somebody in is said by table `admission`.

pub mod roster;
pub mod admission;
pub mod anchor;
pub mod signer;
pub mod desk;

use super::desk::Kept;
use super::evidence::Context;
use super::judgement::{Outcome, UnderWay};
use super::retry::WrongKeys;
use super::roster_match::Expected;
use crate::db::column::{broken, flag, parsed};
use crate::db::{DbRow, Reader, Tx};
use exam_protocol::bytes::Fixed;
use exam_protocol::console::{CheckinStatus, CheckinView, Judged};
use exam_protocol::id::{AttemptId, CheckinId, RoomId, StaffId, StationId};
use exam_protocol::station::{ReadFailure, ReadStep};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Status of a check-in whose reading has not ended. How far it is stands in memory.
const READING: CheckinStatus = CheckinStatus::Reading(ReadStep::WaitingForCard);

/// How many of the last check-ins are looked at for wrong numbers in a row.
const HISTORY: i64 = 10;

/// Most check-ins on a board.
const MOST_ON_BOARD: i64 = 40;

/// A check-in that begins.
#[derive(Clone, Debug)]
pub struct NewCheckin {
    /// Id.
    pub id: CheckinId,
    /// Room of the desk.
    pub room: RoomId,
    /// Whose number was scanned.
    pub attempt: AttemptId,
    /// Which station reads.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// When.
    pub at: Timestamp,
    /// Who scanned.
    pub by: StaffId,
    /// Fresh random number.
    pub nonce: [u8; 32],
    /// Which process the station is connected to.
    pub node: String,
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(
    column: &'static str,
    text: &str,
) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|e| broken(column, e))
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|e| sqlx::Error::Encode(Box::new(e)))
}

/// Begins a check-in.
///
/// # Errors
/// Whatever the database says.
pub async fn start(tx: &mut Tx, new: &NewCheckin) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into checkin (id, room, attempt, station, station_name, started_at, started_by, status, nonce, node)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id.to_string())
    .bind(new.room.to_string())
    .bind(new.attempt.to_string())
    .bind(new.station.to_string())
    .bind(&new.station_name)
    .bind(new.at.0)
    .bind(new.by.to_string())
    .bind(to_json(&READING)?)
    .bind(new.nonce.as_slice())
    .bind(&new.node)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Wrong numbers in a row of this attempt at this station.
///
/// # Errors
/// Whatever the database says.
pub async fn wrong_keys(
    reader: &Reader,
    attempt: AttemptId,
    station: StationId,
) -> Result<Option<WrongKeys>, sqlx::Error> {
    let rows = sqlx::query(
        "select status, finished_at from checkin where attempt = $1 and station = $2 and finished_at is not null
         order by started_at desc limit $3",
    )
    .bind(attempt.to_string())
    .bind(station.to_string())
    .bind(HISTORY)
    .fetch_all(reader)
    .await?;
    let wrong = to_json(&CheckinStatus::Failed(ReadFailure::WrongAccessKey))?;
    let (mut count, mut last) = (0, Timestamp(i64::MIN));
    for row in &rows {
        let status: String = row.try_get("status")?;
        // A card that is pulled away or never comes says nothing about the number: it neither counts nor clears.
        if status == wrong {
            count += 1;
            last = last.max(Timestamp(row.try_get("finished_at")?));
        } else if !status.starts_with("{\"failed\"") {
            break;
        }
    }
    Ok((count > 0).then_some(WrongKeys { count, last }))
}

/// What the server knows of a check-in of this station. A check-in of another station is as good as none.
///
/// # Errors
/// Whatever the database says.
pub async fn under_way(
    reader: &Reader,
    checkin: CheckinId,
    station: StationId,
) -> Result<Option<UnderWay>, sqlx::Error> {
    let row = sqlx::query(
        "select c.room, c.attempt, a.sitting, c.nonce, c.challenge, c.challenged_at, c.checkpoint, c.finished_at is null as open,
                p.citizen_number, coalesce(a.roster_name, p.name) as name,
                coalesce(a.roster_birth_date, p.birth_date) as birth_date,
                exists (select 1 from admission where admission.attempt = c.attempt) as admitted
         from checkin c join attempt a on a.id = c.attempt join candidate p on p.citizen_number = a.citizen_number
         where c.id = $1 and c.station = $2",
    )
    .bind(checkin.to_string())
    .bind(station.to_string())
    .fetch_optional(reader)
    .await?;
    row.map(|row| {
        let challenge: Option<Vec<u8>> = row.try_get("challenge")?;
        let challenge = challenge
            .map(|bytes| Fixed::<8>::try_from(bytes.as_slice()).map_err(|e| broken("checkin.challenge", e)))
            .transpose()?;
        let challenged_at: Option<i64> = row.try_get("challenged_at")?;
        Ok(UnderWay {
            room: parsed(&row, "room")?,
            context: Context {
                checkin,
                sitting: parsed(&row, "sitting")?,
                attempt: parsed(&row, "attempt")?,
                station,
                nonce: row.try_get("nonce")?,
                challenge: challenge.zip(challenged_at.map(Timestamp)),
                checkpoint: row.try_get::<Option<_>, _>("checkpoint")?.unwrap_or_default(),
            },
            open: flag(&row, "open")?,
            expected: Expected {
                number: parsed(&row, "citizen_number")?,
                name: row.try_get("name")?,
                birth_date: row.try_get("birth_date")?,
            },
            admitted_before: flag(&row, "admitted")?,
        })
    })
    .transpose()
}

/// Gives a check-in its one challenge, made after this checkpoint. False when it has had one, has ended, or is another station's.
///
/// # Errors
/// Whatever the database says.
pub async fn set_challenge(
    tx: &mut Tx,
    context: &Context,
    (challenge, checkpoint): (Fixed<8>, &[u8]),
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update checkin set challenge = $1, challenged_at = $2, checkpoint = $3
         where id = $4 and station = $5 and challenge is null and finished_at is null",
    )
    .bind(challenge.as_slice())
    .bind(now.0)
    .bind(checkpoint)
    .bind(context.checkin.to_string())
    .bind(context.station.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores evidence and judgement, personal data only as it was sealed. False when the check-in has ended already: nothing
/// is ever judged twice.
///
/// # Errors
/// Whatever the database says.
pub async fn put_judgement(
    tx: &mut Tx,
    outcome: &Outcome,
    kept: &Kept,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let judged = Judged {
        holder: None,
        ..outcome.judged.clone()
    };
    let done = sqlx::query(
        "update checkin set status = $1, evidence = $2, evidence_hash = $3, finished_at = $4
         where id = $5 and finished_at is null",
    )
    .bind(to_json(&CheckinStatus::Judged(judged))?)
    .bind(&kept.evidence)
    .bind(outcome.evidence_hash.as_slice())
    .bind(now.0)
    .bind(outcome.checkin.to_string())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    desk::put(tx, outcome.checkin, kept).await?;
    Ok(true)
}

/// Ends a reading without evidence. False when it has ended already.
///
/// # Errors
/// Whatever the database says.
pub async fn put_failure(
    tx: &mut Tx,
    checkin: CheckinId,
    failure: ReadFailure,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("update checkin set status = $1, finished_at = $2 where id = $3 and finished_at is null")
            .bind(to_json(&CheckinStatus::Failed(failure))?)
            .bind(now.0)
            .bind(checkin.to_string())
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends check-ins that nobody will finish: those for which a condition on the table holds, with one time in it. How many.
///
/// # Errors
/// Whatever the database says.
pub async fn fail(
    tx: &mut Tx,
    (which, time): (&'static str, Timestamp),
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let text = format!("update checkin set status = $2, finished_at = $3 where {which}");
    let done = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(time.0)
        .bind(to_json(&CheckinStatus::Failed(ReadFailure::Cancelled))?)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

const VIEW: &str = "select c.id, c.attempt, coalesce(a.roster_name, p.name) as name, a.candidate_number, a.seat, c.station_name, c.status,
       exists (select 1 from admission where admission.checkin = c.id) as used, d.holder
from checkin c left join desk_view d on d.checkin = c.id join attempt a on a.id = c.attempt join candidate p on p.citizen_number = a.citizen_number";

/// A check-in with what is kept for the desk.
#[derive(Clone, Debug)]
pub struct StoredView {
    /// As stored, without the holder.
    pub view: CheckinView,
    /// The holder, sealed with the node key, while it is kept.
    pub holder: Option<Vec<u8>>,
}

fn view(row: &DbRow) -> Result<StoredView, sqlx::Error> {
    let used = flag(row, "used")?;
    let status = from_json("checkin.status", row.try_get("status")?)?;
    let view = CheckinView {
        id: parsed(row, "id")?,
        attempt: parsed(row, "attempt")?,
        roster_name: row.try_get("name")?,
        candidate_number: row.try_get("candidate_number")?,
        seat: row.try_get("seat")?,
        station: row.try_get("station_name")?,
        status: if used { CheckinStatus::Admitted } else { status },
    };
    Ok(StoredView {
        view,
        holder: row.try_get("holder")?,
    })
}

/// One check-in of this room.
///
/// # Errors
/// Whatever the database says.
pub async fn find(
    reader: &Reader,
    room: RoomId,
    checkin: CheckinId,
) -> Result<Option<StoredView>, sqlx::Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "{VIEW} where c.id = $1 and c.room = $2"
    )))
    .bind(checkin.to_string())
    .bind(room.to_string())
    .fetch_optional(reader)
    .await?;
    row.map(|row| view(&row)).transpose()
}

/// The newest check-in of each candidate of the room that began after `oldest` and has not been followed by an
/// admission: what the desk still has to do something about, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn pending(
    reader: &Reader,
    room: RoomId,
    oldest: Timestamp,
) -> Result<Vec<StoredView>, sqlx::Error> {
    let text = format!(
        "{VIEW} where c.room = $1 and c.started_at > $2
         and not exists (select 1 from checkin d where d.attempt = c.attempt and d.started_at > c.started_at)
         and not exists (select 1 from admission m where m.attempt = c.attempt and m.at >= c.started_at)
         order by c.started_at desc limit $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(room.to_string())
        .bind(oldest.0)
        .bind(MOST_ON_BOARD)
        .fetch_all(reader)
        .await?;
    rows.iter().map(view).collect()
}

/// The sealed evidence of a check-in.
///
/// # Errors
/// Whatever the database says.
pub async fn evidence(reader: &Reader, checkin: CheckinId) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query("select evidence from checkin where id = $1 and evidence is not null")
        .bind(checkin.to_string())
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get("evidence")).transpose()
}
