//! What the doctor asks the database. Reads only.

use crate::db::{Db, Reader};
use crate::staff::rights::roles_with;
use exam_protocol::right::Permission;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Counts that matter before an exam.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Members of staff.
    pub staff: i64,
    /// Trusted issuers of cards.
    pub anchors: i64,
    /// Time of the newest audit record, milliseconds UTC.
    pub newest_record: i64,
}

/// A sitting that is not over.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Id.
    pub id: String,
    /// Title of its exam.
    pub exam: String,
    /// Subject.
    pub subject: String,
    /// Candidates on the roster.
    pub candidates: i64,
    /// Candidates without a sealed form.
    pub without_form: i64,
    /// Rooms.
    pub rooms: i64,
    /// Rooms that no member of staff may enter.
    pub without_staff: i64,
}

/// Has the file checked; `ok` when all is well, none where there is no file.
///
/// # Errors
/// Whatever the database says.
pub async fn integrity(db: &Db) -> Result<Option<String>, sqlx::Error> {
    match db.dialect().integrity {
        Some(text) => sqlx::query_scalar(text).fetch_one(db.reader()).await,
        None => Ok(None),
    }
}

/// Counts.
///
/// # Errors
/// Whatever the database says.
pub async fn counts(reader: &Reader) -> Result<Counts, sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from staff) as staff, (select count(*) from trust_anchor) as anchors,
                (select coalesce(max(at), 0) from audit) as newest",
    )
    .fetch_one(reader)
    .await?;
    Ok(Counts {
        staff: row.try_get("staff")?,
        anchors: row.try_get("anchors")?,
        newest_record: row.try_get("newest")?,
    })
}

/// Accounts for emergencies: all that were ever made, and those whose envelope would open one now.
///
/// # Errors
/// Whatever the database says.
pub async fn emergency_accounts(reader: &Reader, now: Timestamp) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from staff where break_glass is not null) as made,
             (select count(*) from staff where break_glass = 'armed' and disabled_at is null
                 and (ends_at is null or ends_at > $1)) as armed",
    )
    .bind(now.0)
    .fetch_one(reader)
    .await?;
    Ok((row.try_get("made")?, row.try_get("armed")?))
}

/// Organisations that have a member who may decide acts that need two people, and whose account is not closed.
///
/// # Errors
/// Whatever the database says.
pub async fn deciding_organisations(reader: &Reader) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "select count(distinct staff.organisation) from staff join staff_role on staff_role.staff = staff.id
         where staff.disabled_at is null and $1 like '%,' || staff_role.role || ',%'",
    )
    .bind(roles_with(Permission::Decide))
    .fetch_one(reader)
    .await
}

/// Sittings of which a room is not yet ended.
///
/// # Errors
/// Whatever the database says.
pub async fn sittings(reader: &Reader) -> Result<Vec<Sitting>, sqlx::Error> {
    let rows = sqlx::query(
        "select s.id, s.subject, (select e.title from exam e where e.id = s.exam) as exam,
                (select count(*) from attempt a where a.sitting = s.id) as candidates,
                (select count(*) from attempt a where a.sitting = s.id and a.form is null) as without_form,
                (select count(*) from room r where r.sitting = s.id) as rooms,
                (select count(*) from room r where r.sitting = s.id
                    and not exists (select 1 from staff_role x join sitting s on s.id = r.sitting
                        join exam e on e.id = s.exam where $1 like '%,' || x.role || ',%'
                        and (x.scope_kind = 'installation'
                             or x.scope_id in (r.id, r.site, e.id, e.organisation)))) as without_staff
         from sitting s
         where exists (select 1 from room r where r.sitting = s.id and r.state not in ('ended', 'closed'))
         order by s.starts_at",
    )
    .bind(roles_with(Permission::RunRoom))
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Sitting {
                id: row.try_get("id")?,
                exam: row.try_get("exam")?,
                subject: row.try_get("subject")?,
                candidates: row.try_get("candidates")?,
                without_form: row.try_get("without_form")?,
                rooms: row.try_get("rooms")?,
                without_staff: row.try_get("without_staff")?,
            })
        })
        .collect()
}
