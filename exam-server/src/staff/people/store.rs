//! Tables of members, their roles, organisations and access review.

mod directory;

pub use directory::directory;

use crate::db::Tx;
use crate::staff::store::{account, note_role, scope_columns, session};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::people::ExternalLogin;
use exam_protocol::right::Grant;
use exam_protocol::time::Timestamp;

/// A member to be added.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: &'a str,
    /// Name as shown.
    pub display_name: &'a str,
    /// Works for.
    pub organisation: OrganisationId,
    /// Hash of the password; [`NO_PASSWORD`] where there is none.
    pub password_hash: &'a str,
}

/// In the place of a hash: no password fits.
pub const NO_PASSWORD: &str = "!";

/// Adds a member.
///
/// # Errors
/// Whatever the database says, also that the login name is taken.
pub async fn add(tx: &mut Tx, new: &NewPerson<'_>, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff (id, name, display_name, organisation, password_hash) values ($1, $2, $3, $4, $5)",
    )
    .bind(new.id.to_string())
    .bind(new.name)
    .bind(new.display_name)
    .bind(new.organisation.to_string())
    .bind(new.password_hash)
    .execute(&mut **tx)
    .await?;
    let has_password = new.password_hash != NO_PASSWORD;
    account::begin(tx, new.id, has_password, now).await?;
    if !has_password {
        // What is not there does not grow old.
        sqlx::query("update staff set password_changed_at = null where id = $1")
            .bind(new.id.to_string())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Changes names and end of a member. Sessions end: what they show and allow may be different now.
///
/// # Errors
/// Whatever the database says.
pub async fn change(
    tx: &mut Tx,
    staff: StaffId,
    display_name: &str,
    organisation: OrganisationId,
    ends_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query("update staff set display_name = $1, organisation = $2 where id = $3")
        .bind(display_name)
        .bind(organisation.to_string())
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    account::set_end(tx, staff, ends_at).await?;
    session::close_all(tx, staff).await
}

/// Puts a password in force that somebody else knows; its holder must change it. Sessions end.
///
/// # Errors
/// Whatever the database says.
pub async fn give_password(
    tx: &mut Tx,
    staff: StaffId,
    hash: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    account::change_password(tx, staff, hash, now).await?;
    sqlx::query("update staff set password_given = 1 where id = $1")
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    session::close_all(tx, staff).await
}

/// Takes one role away.
///
/// # Errors
/// Whatever the database says.
pub async fn revoke(tx: &mut Tx, staff: StaffId, grant: Grant) -> Result<(), sqlx::Error> {
    let (kind, id) = scope_columns(grant.scope);
    sqlx::query(
        "delete from staff_role where staff = $1 and role = $2 and scope_kind = $3 and scope_id = $4",
    )
    .bind(staff.to_string())
    .bind(grant.role.name())
    .bind(kind)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a role was confirmed.
///
/// # Errors
/// Whatever the database says.
pub async fn reviewed(
    tx: &mut Tx,
    staff: StaffId,
    grant: Grant,
    by: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let insert = "insert into staff_review (staff, role, scope_kind, scope_id, reviewed_at, reviewed_by)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    note_role(tx, insert, (staff, grant), (by, now)).await
}

/// Adds an organisation; false when there is one of this name.
///
/// # Errors
/// Whatever the database says.
pub async fn add_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    name: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into organisation (id, name, created_at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Says that a login at a provider is a member; false when it is somebody's already.
///
/// # Errors
/// Whatever the database says.
pub async fn link(
    tx: &mut Tx,
    staff: StaffId,
    external: &ExternalLogin,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into staff_external (provider, subject, staff, linked_at) values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(&external.provider)
    .bind(&external.subject)
    .bind(staff.to_string())
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Undoes [`link`] and takes the roles away that the provider gave; sessions end. Whether there was such a login.
///
/// # Errors
/// Whatever the database says.
pub async fn unlink(tx: &mut Tx, staff: StaffId, external: &ExternalLogin) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("delete from staff_external where provider = $1 and subject = $2 and staff = $3")
        .bind(&external.provider)
        .bind(&external.subject)
        .bind(staff.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query("delete from staff_role where staff = $1 and granted_by = $2")
        .bind(staff.to_string())
        .bind(format!("{}{}", super::directory::BY_PROVIDER, external.provider))
        .execute(&mut **tx)
        .await?;
    session::close_all(tx, staff).await?;
    Ok(done.rows_affected() > 0)
}
