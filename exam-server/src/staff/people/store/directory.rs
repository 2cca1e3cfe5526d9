//! Reads the whole directory, in the transaction in which something is decided on it.

use crate::db::column::parsed;
use crate::db::{DbConnection, DbRow};
use crate::staff::people::directory::{Directory, Exam, Held, Organisation, Person, Places, Room, Site};
use crate::staff::store::granted;
use exam_protocol::id::StaffId;
use exam_protocol::people::ExternalLogin;
use exam_protocol::staff::FactorKind;
use exam_protocol::time::Timestamp;
use sqlx::Row;

type Rows<T> = Result<Vec<T>, sqlx::Error>;

/// Reads it.
///
/// # Errors
/// Whatever the database says.
pub async fn directory(db: &mut DbConnection) -> Result<Directory, sqlx::Error> {
    let mut directory = Directory {
        places: places(db).await?,
        people: people(db).await?,
    };
    let held = all(db, HELD, |row| Ok((parsed(row, "staff")?, held(row)?))).await?;
    directory.distribute(held, |person, held| person.held.push(held));
    let factors = all(db, FACTORS, |row| Ok((parsed(row, "staff")?, kind(row)?))).await?;
    directory.distribute(factors, |person, kind| person.factors.extend(kind));
    let external = all(db, EXTERNAL, external).await?;
    directory.distribute(external, |person, login| person.external.push(login));
    Ok(directory)
}

async fn all<T>(
    db: &mut DbConnection,
    text: &'static str,
    take: impl Fn(&DbRow) -> Result<T, sqlx::Error>,
) -> Rows<T> {
    let rows = sqlx::query(text).fetch_all(db).await?;
    rows.iter().map(take).collect()
}

async fn places(db: &mut DbConnection) -> Result<Places, sqlx::Error> {
    let organisations = all(db, "select id, name from organisation order by name, id", |row| {
        Ok(Organisation {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
        })
    })
    .await?;
    let text = "select id, organisation, title from exam order by created_at desc, title, id";
    let exams = all(db, text, |row| {
        Ok(Exam {
            id: parsed(row, "id")?,
            organisation: parsed(row, "organisation")?,
            title: row.try_get("title")?,
        })
    })
    .await?;
    let sites = all(db, "select id, exam, name from site order by name, id", |row| {
        Ok(Site {
            id: parsed(row, "id")?,
            exam: parsed(row, "exam")?,
            name: row.try_get("name")?,
        })
    })
    .await?;
    let text =
        "select room.id, site, name, subject, starts_at from room join sitting on sitting.id = room.sitting
         order by starts_at, name, room.id";
    let rooms = all(db, text, |row| {
        Ok(Room {
            id: parsed(row, "id")?,
            site: parsed(row, "site")?,
            name: row.try_get("name")?,
            subject: row.try_get("subject")?,
            starts_at: Timestamp(row.try_get("starts_at")?),
        })
    })
    .await?;
    Ok(Places::new(organisations, exams, sites, rooms))
}

async fn people(db: &mut DbConnection) -> Rows<Person> {
    let text = "select id, name, display_name, organisation, disabled_at, ends_at, last_login_at, break_glass
         from staff order by name";
    all(db, text, |row| {
        let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp));
        Ok(Person {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            organisation: parsed(row, "organisation")?,
            disabled: time("disabled_at")?.is_some(),
            ends_at: time("ends_at")?,
            last_login: time("last_login_at")?,
            break_glass: row.try_get::<Option<String>, _>("break_glass")?.is_some(),
            held: Vec::new(),
            factors: Vec::new(),
            external: Vec::new(),
        })
    })
    .await
}

/// Each role with its newest review.
const HELD: &str =
    "select staff_role.staff, staff_role.role, staff_role.scope_kind, staff_role.scope_id, granted_at,
        granted_by, staff_review.reviewed_at, reviewed_by
    from staff_role left join staff_review on staff_review.staff = staff_role.staff
        and staff_review.role = staff_role.role and staff_review.scope_kind = staff_role.scope_kind
        and staff_review.scope_id = staff_role.scope_id and staff_review.reviewed_at = (
            select max(newest.reviewed_at) from staff_review as newest where newest.staff = staff_role.staff
                and newest.role = staff_role.role and newest.scope_kind = staff_role.scope_kind
                and newest.scope_id = staff_role.scope_id)
    order by granted_at, staff_role.role";

fn held(row: &DbRow) -> Result<Held, sqlx::Error> {
    let at: Option<i64> = row.try_get("reviewed_at")?;
    let by: Option<String> = row.try_get("reviewed_by")?;
    Ok(Held {
        grant: granted(row)?,
        granted_at: Timestamp(row.try_get("granted_at")?),
        granted_by: row.try_get("granted_by")?,
        reviewed: at.map(Timestamp).zip(by),
    })
}

const FACTORS: &str = "select distinct staff, kind from staff_factor
    union select distinct staff, 'recovery-code' as kind from staff_recovery_code where used_at is null
    order by staff, kind";

fn kind(row: &DbRow) -> Result<Option<FactorKind>, sqlx::Error> {
    let kind: String = row.try_get("kind")?;
    Ok(match kind.as_str() {
        "passkey" => Some(FactorKind::Passkey),
        "totp" => Some(FactorKind::Totp),
        "recovery-code" => Some(FactorKind::RecoveryCode),
        // A later release may know more kinds.
        _ => None,
    })
}

const EXTERNAL: &str = "select provider, subject, staff from staff_external order by provider, subject";

fn external(row: &DbRow) -> Result<(StaffId, ExternalLogin), sqlx::Error> {
    let login = ExternalLogin {
        provider: row.try_get("provider")?,
        subject: row.try_get("subject")?,
    };
    Ok((parsed(row, "staff")?, login))
}
