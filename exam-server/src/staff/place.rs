//! Where the things that paths name are: the chain from a room, a check-in, an attempt up to the organisation.

use super::rights::Place;
use crate::db::column::maybe;
use crate::db::{DbExecutor, DbRow};
use exam_protocol::right::Scope;

/// A kind of thing that a path can name, `{room}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A room of a sitting.
    Room,
    /// A check-in.
    Checkin,
    /// An attempt.
    Attempt,
    /// A site.
    Site,
    /// An exam.
    Exam,
    /// A member of staff: at the organisation that they work for.
    Staff,
    /// A machine: at its site.
    Machine,
    /// A proposal: where its object is.
    Proposal,
    /// A sitting: all its rooms, so in no single one.
    Sitting,
}

/// Path parameters and what they name.
const KINDS: [(&str, Kind); 9] = [
    ("room", Kind::Room),
    ("checkin", Kind::Checkin),
    ("attempt", Kind::Attempt),
    ("site", Kind::Site),
    ("exam", Kind::Exam),
    ("staff", Kind::Staff),
    ("machine", Kind::Machine),
    ("proposal", Kind::Proposal),
    ("sitting", Kind::Sitting),
];

impl Kind {
    /// What a path parameter of this name names.
    pub fn of_parameter(name: &str) -> Option<Self> {
        KINDS
            .into_iter()
            .find(|(parameter, _)| *parameter == name)
            .map(|(_, kind)| kind)
    }
}

const OF_ROOM: &str = "select organisation, exam.id as exam, room.site, room.id as room from room
    join sitting on sitting.id = room.sitting join exam on exam.id = sitting.exam where room.id = $1";
const OF_CHECKIN: &str = "select organisation, exam.id as exam, room.site, room.id as room from checkin
    join room on room.id = checkin.room join sitting on sitting.id = room.sitting
    join exam on exam.id = sitting.exam where checkin.id = $1";
const OF_ATTEMPT: &str = "select organisation, exam.id as exam, room.site, room.id as room from attempt
    join room on room.id = attempt.room join sitting on sitting.id = room.sitting
    join exam on exam.id = sitting.exam where attempt.id = $1";
const OF_SITE: &str = "select organisation, exam.id as exam, site.id as site, null as room from site
    join exam on exam.id = site.exam where site.id = $1";
const OF_MACHINE: &str = "select organisation, exam.id as exam, site.id as site, null as room from machine
    join site on site.id = machine.site join exam on exam.id = site.exam where machine.id = $1";
const OF_PROPOSAL: &str =
    "select exam.organisation, exam.id as exam, room.site, room.id as room from proposal
    join sitting on sitting.id = proposal.sitting join exam on exam.id = sitting.exam
    left join room on room.id = proposal.room where proposal.id = $1";
const OF_SITTING: &str = "select organisation, exam.id as exam, null as site, null as room from sitting
    join exam on exam.id = sitting.exam where sitting.id = $1";
const OF_EXAM: &str = "select organisation, id as exam, null as site, null as room from exam where id = $1";
const OF_STAFF: &str =
    "select organisation, null as exam, null as site, null as room from staff where id = $1";

/// What a scope names; nothing for the whole installation and for an organisation, which are no thing in a place.
pub fn named_by(scope: Scope) -> Option<(Kind, String)> {
    match scope {
        Scope::Installation | Scope::Organisation(_) => None,
        Scope::Exam(id) => Some((Kind::Exam, id.to_string())),
        Scope::Site(id) => Some((Kind::Site, id.to_string())),
        Scope::Room(id) => Some((Kind::Room, id.to_string())),
    }
}

/// The place of a thing; none when there is no such thing.
///
/// # Errors
/// Whatever the database says.
pub async fn of(executor: impl DbExecutor<'_>, kind: Kind, id: &str) -> Result<Option<Place>, sqlx::Error> {
    let text = match kind {
        Kind::Room => OF_ROOM,
        Kind::Checkin => OF_CHECKIN,
        Kind::Attempt => OF_ATTEMPT,
        Kind::Site => OF_SITE,
        Kind::Exam => OF_EXAM,
        Kind::Staff => OF_STAFF,
        Kind::Machine => OF_MACHINE,
        Kind::Sitting => OF_SITTING,
        Kind::Proposal => OF_PROPOSAL,
    };
    let row = sqlx::query(text).bind(id).fetch_optional(executor).await?;
    row.as_ref().map(place).transpose()
}

/// A place from a row with its four columns.
///
/// # Errors
/// When a column is missing or holds no id.
pub fn place(row: &DbRow) -> Result<Place, sqlx::Error> {
    Ok(Place {
        organisation: maybe(row, "organisation")?,
        exam: maybe(row, "exam")?,
        site: maybe(row, "site")?,
        room: maybe(row, "room")?,
    })
}
