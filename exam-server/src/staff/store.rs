//! Tables of staff and their roles.

pub mod account;
pub mod factor;
pub mod tries;
pub mod session;
pub mod pending;
pub mod organisation;

use crate::db::column::{broken, parsed};
use crate::db::{DbExecutor, DbRow, Reader, Tx};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::{Grant, Role, Scope};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// A member of staff as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// The organisation that this person works for.
    pub organisation: OrganisationId,
}

pub(crate) fn member(row: &DbRow) -> Result<Member, sqlx::Error> {
    Ok(Member {
        id: parsed(row, "id")?,
        name: row.try_get("name")?,
        display_name: row.try_get("display_name")?,
        organisation: parsed(row, "organisation")?,
    })
}

/// Adds a member, or replaces password and display name of the one with this login name. Their sessions end: whoever
/// knows only the old password is out.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, member: &Member, password_hash: &str) -> Result<StaffId, sqlx::Error> {
    let row = sqlx::query(
        "insert into staff (id, name, display_name, organisation, password_hash) values ($1, $2, $3, $4, $5)
         on conflict (name) do update set display_name = excluded.display_name,
             organisation = excluded.organisation, password_hash = excluded.password_hash
         returning id",
    )
    .bind(member.id.to_string())
    .bind(&member.name)
    .bind(&member.display_name)
    .bind(member.organisation.to_string())
    .bind(password_hash)
    .fetch_one(&mut **tx)
    .await?;
    let id = parsed(&row, "id")?;
    session::close_all(tx, id).await?;
    Ok(id)
}

/// Gives a role. A role that is held already stays as it was.
///
/// # Errors
/// Whatever the database says.
pub async fn grant(
    tx: &mut Tx,
    staff: StaffId,
    grant: Grant,
    by: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let insert = "insert into staff_role (staff, role, scope_kind, scope_id, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    note_role(tx, insert, (staff, grant), (by, now)).await
}

/// Writes that somebody said something about a member's role, then. The statement takes member, role, kind and id of the
/// scope, time, and who it was.
///
/// # Errors
/// Whatever the database says.
pub async fn note_role(
    tx: &mut Tx,
    insert: &'static str,
    (staff, grant): (StaffId, Grant),
    (by, at): (&str, Timestamp),
) -> Result<(), sqlx::Error> {
    let (kind, id) = scope_columns(grant.scope);
    sqlx::query(insert)
        .bind(staff.to_string())
        .bind(grant.role.name())
        .bind(kind)
        .bind(id)
        .bind(at.0)
        .bind(by)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes all roles away.
///
/// # Errors
/// Whatever the database says.
pub async fn revoke_all(tx: &mut Tx, staff: StaffId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from staff_role where staff = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The roles that somebody holds.
///
/// # Errors
/// Whatever the database says.
pub async fn grants(executor: impl DbExecutor<'_>, staff: StaffId) -> Result<Vec<Grant>, sqlx::Error> {
    let rows = sqlx::query("select role, scope_kind, scope_id from staff_role where staff = $1")
        .bind(staff.to_string())
        .fetch_all(executor)
        .await?;
    rows.iter().map(granted).collect()
}

/// The member with this login name, with the password hash.
///
/// # Errors
/// Whatever the database says.
pub async fn by_name(reader: &Reader, name: &str) -> Result<Option<(Member, String)>, sqlx::Error> {
    let row =
        sqlx::query("select id, name, display_name, organisation, password_hash from staff where name = $1")
            .bind(name)
            .fetch_optional(reader)
            .await?;
    row.map(|row| Ok((member(&row)?, row.try_get("password_hash")?)))
        .transpose()
}

/// A scope as two columns.
pub fn scope_columns(scope: Scope) -> (&'static str, String) {
    match scope {
        Scope::Installation => ("installation", String::new()),
        Scope::Organisation(id) => ("organisation", id.to_string()),
        Scope::Exam(id) => ("exam", id.to_string()),
        Scope::Site(id) => ("site", id.to_string()),
        Scope::Room(id) => ("room", id.to_string()),
    }
}

pub(crate) fn granted(row: &DbRow) -> Result<Grant, sqlx::Error> {
    let kind: String = row.try_get("scope_kind")?;
    let scope = match kind.as_str() {
        "installation" => Scope::Installation,
        "organisation" => Scope::Organisation(parsed(row, "scope_id")?),
        "exam" => Scope::Exam(parsed(row, "scope_id")?),
        "site" => Scope::Site(parsed(row, "scope_id")?),
        "room" => Scope::Room(parsed(row, "scope_id")?),
        _ => return Err(broken("scope_kind", "no such kind of scope")),
    };
    Ok(Grant {
        role: parsed::<Role>(row, "role")?,
        scope,
    })
}
