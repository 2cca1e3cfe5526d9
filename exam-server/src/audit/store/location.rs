//! Where an act happened, looked up once when its record is made: by the object, else by the actor. Only reads.

use crate::audit::chain::{Act, Location};
use crate::db::Tx;
use sqlx::Row;

const OF_PROPOSAL: &str = "select exam.organisation, exam.id as exam, coalesce(room.site, '') as site,
    coalesce(room.id, '') as room from proposal join sitting on sitting.id = proposal.sitting
    join exam on exam.id = sitting.exam left join room on room.id = proposal.room where proposal.id = $1";
const OF_ROOM: &str = "select exam.organisation, exam.id as exam, room.site, room.id as room from room
    join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam where room.id = $1";
const OF_ATTEMPT: &str = "select exam.organisation, exam.id as exam, room.site, room.id as room from attempt
    join room on room.id = attempt.room join sitting on sitting.id = room.sitting
    join exam on exam.id = sitting.exam where attempt.id = $1";
const OF_CHECKIN: &str = "select exam.organisation, exam.id as exam, room.site, room.id as room from checkin
    join room on room.id = checkin.room join sitting on sitting.id = room.sitting
    join exam on exam.id = sitting.exam where checkin.id = $1";
const OF_SITTING: &str = "select exam.organisation, exam.id as exam, '' as site, '' as room from sitting
    join exam on exam.id = sitting.exam where sitting.id = $1";
const OF_SITE: &str = "select exam.organisation, exam.id as exam, site.id as site, '' as room from site
    join exam on exam.id = site.exam where site.id = $1";
const OF_MACHINE: &str = "select exam.organisation, exam.id as exam, site.id as site, '' as room from machine
    join site on site.id = machine.site join exam on exam.id = site.exam where machine.id = $1";
const OF_EXAM: &str = "select organisation, id as exam, '' as site, '' as room from exam where id = $1";
const OF_STAFF: &str = "select organisation, '' as exam, '' as site, '' as room from staff where id = $1";
const OF_ORGANISATION: &str =
    "select id as organisation, '' as exam, '' as site, '' as room from organisation where id = $1";

fn text_of(kind: &str) -> Option<&'static str> {
    match kind {
        "room" => Some(OF_ROOM),
        "proposal" => Some(OF_PROPOSAL),
        "attempt" | "seat" => Some(OF_ATTEMPT),
        "checkin" => Some(OF_CHECKIN),
        "sitting" => Some(OF_SITTING),
        "site" => Some(OF_SITE),
        "machine" | "station" => Some(OF_MACHINE),
        "exam" => Some(OF_EXAM),
        "staff" => Some(OF_STAFF),
        "organisation" => Some(OF_ORGANISATION),
        _ => None,
    }
}

/// The place of what was acted on; where that is in no place, of who acted.
pub(super) async fn of(tx: &mut Tx, act: &Act<'_>) -> Result<Location, sqlx::Error> {
    match named(tx, act.object).await? {
        Some(location) => Ok(location),
        None => Ok(named(tx, &act.actor.who).await?.unwrap_or_default()),
    }
}

/// `room:<id>` → its place.
async fn named(tx: &mut Tx, name: &str) -> Result<Option<Location>, sqlx::Error> {
    let Some((kind, id)) = name.split_once(':') else {
        return Ok(None);
    };
    let Some(text) = text_of(kind) else {
        return Ok(None);
    };
    let row = sqlx::query(text).bind(id).fetch_optional(&mut **tx).await?;
    row.map(|row| {
        Ok(Location {
            organisation: row.try_get("organisation")?,
            exam: row.try_get("exam")?,
            site: row.try_get("site")?,
            room: row.try_get("room")?,
        })
    })
    .transpose()
}
