//! Tables of machines and enrolment codes.

use super::identity::Registered;
use crate::db::column::{broken, digest, maybe, parsed};
use crate::db::{DbExecutor, DbRow, Reader, Tx};
use crate::staff::rights::roles_with;
use exam_protocol::bytes::Digest;
use exam_protocol::id::{MachineId, SiteId, StaffId};
use exam_protocol::machine::{MachineKind, MachineView};
use exam_protocol::right::Permission;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// A kind as the database writes it.
pub fn kind_name(kind: MachineKind) -> &'static str {
    match kind {
        MachineKind::Desk => "desk",
        MachineKind::Seat => "seat",
    }
}

fn kind(row: &DbRow) -> Result<MachineKind, sqlx::Error> {
    match row.try_get::<String, _>("kind")?.as_str() {
        "desk" => Ok(MachineKind::Desk),
        "seat" => Ok(MachineKind::Seat),
        _ => Err(broken("kind", "no such kind of machine")),
    }
}

fn time(row: &DbRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

/// A code for one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// Keyed hash of its secret.
    pub hash: Digest,
    /// Where the machine will stand.
    pub site: SiteId,
    /// What it will be for.
    pub kind: MachineKind,
    /// Its name.
    pub name: String,
    /// When the code was made.
    pub issued_at: Timestamp,
    /// Who made it; none for a command at the server's terminal.
    pub issued_by: Option<StaffId>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Stores a code. Codes of the past go.
///
/// # Errors
/// Whatever the database says.
pub async fn put_code(tx: &mut Tx, code: &NewCode) -> Result<(), sqlx::Error> {
    sqlx::query("delete from machine_code where expires_at <= $1 or used_at is not null")
        .bind(code.issued_at.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "insert into machine_code (hash, site, kind, name, issued_at, issued_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(code.hash.as_slice())
    .bind(code.site.to_string())
    .bind(kind_name(code.kind))
    .bind(&code.name)
    .bind(code.issued_at.0)
    .bind(code.issued_by.map(|id| id.to_string()))
    .bind(code.expires_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a code was given out for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedCode {
    /// Where the machine stands.
    pub site: SiteId,
    /// What it is for.
    pub kind: MachineKind,
    /// Its name.
    pub name: String,
    /// Who gave the code out.
    pub issued_by: Option<StaffId>,
}

/// Uses a code up; none when it is unknown, used or too old.
///
/// # Errors
/// Whatever the database says.
pub async fn use_code(tx: &mut Tx, hash: &Digest, now: Timestamp) -> Result<Option<UsedCode>, sqlx::Error> {
    let row = sqlx::query(
        "update machine_code set used_at = $1 where hash = $2 and used_at is null and expires_at > $1
         returning site, kind, name, issued_by",
    )
    .bind(now.0)
    .bind(hash.as_slice())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        Ok(UsedCode {
            site: parsed(&row, "site")?,
            kind: kind(&row)?,
            name: row.try_get("name")?,
            issued_by: maybe(&row, "issued_by")?,
        })
    })
    .transpose()
}

/// A machine to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMachine {
    /// Id in its certificate.
    pub id: MachineId,
    /// Where it stands.
    pub site: SiteId,
    /// What it is for.
    pub kind: MachineKind,
    /// Its name.
    pub name: String,
    /// The PC's own name.
    pub host_name: String,
    /// Serial number of its certificate.
    pub serial: String,
    /// SHA-256 of its certificate (DER).
    pub certificate_hash: Digest,
    /// When the certificate ends.
    pub not_after: Timestamp,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// Who gave the code out.
    pub enrolled_by: Option<StaffId>,
}

/// Registers a machine.
///
/// # Errors
/// Whatever the database says; a machine that is registered already violates the key.
pub async fn put(tx: &mut Tx, machine: &NewMachine) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into machine (id, site, kind, name, host_name, serial, certificate_hash, not_after, enrolled_at,
             enrolled_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(machine.id.to_string())
    .bind(machine.site.to_string())
    .bind(kind_name(machine.kind))
    .bind(&machine.name)
    .bind(&machine.host_name)
    .bind(&machine.serial)
    .bind(machine.certificate_hash.as_slice())
    .bind(machine.not_after.0)
    .bind(machine.enrolled_at.0)
    .bind(machine.enrolled_by.map(|id| id.to_string()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The registration of a machine.
///
/// # Errors
/// Whatever the database says.
pub async fn registered(executor: impl DbExecutor<'_>, id: &str) -> Result<Option<Registered>, sqlx::Error> {
    let row =
        sqlx::query("select id, kind, name, site, certificate_hash, revoked_at from machine where id = $1")
            .bind(id)
            .fetch_optional(executor)
            .await?;
    row.map(|row| {
        Ok(Registered {
            id: parsed(&row, "id")?,
            kind: kind(&row)?,
            name: row.try_get("name")?,
            site: parsed(&row, "site")?,
            certificate_hash: digest(&row, "certificate_hash")?,
            revoked: time(&row, "revoked_at")?.is_some(),
        })
    })
    .transpose()
}

/// All columns of the list; whether a machine is connected is not the database's to know.
const VIEW: &str =
    "select machine.id, machine.kind, machine.name, machine.site, site.name as site_name, host_name,
        serial, enrolled_at, not_after, enrolled_by, revoked_at, last_seen, last_address, alarm_at
     from machine join site on site.id = machine.site join exam on exam.id = site.exam";

fn view(row: &DbRow) -> Result<MachineView, sqlx::Error> {
    Ok(MachineView {
        id: parsed(row, "id")?,
        kind: kind(row)?,
        name: row.try_get("name")?,
        site: parsed(row, "site")?,
        site_name: row.try_get("site_name")?,
        host_name: row.try_get("host_name")?,
        serial: row.try_get("serial")?,
        enrolled_at: Timestamp(row.try_get("enrolled_at")?),
        not_after: Timestamp(row.try_get("not_after")?),
        enrolled_by: maybe(row, "enrolled_by")?,
        revoked_at: time(row, "revoked_at")?,
        last_seen: time(row, "last_seen")?,
        last_address: row.try_get("last_address")?,
        connected: false,
        alarm_at: time(row, "alarm_at")?,
    })
}

/// The machines of the sites where this member of staff may see them, by site and name.
///
/// # Errors
/// Whatever the database says.
pub async fn seen_by(reader: &Reader, staff: StaffId) -> Result<Vec<MachineView>, sqlx::Error> {
    let text = format!(
        "{VIEW} where exists (select 1 from staff_role where staff = $1 and $2 like '%,' || role || ',%'
             and (scope_kind = 'installation' or scope_id in (machine.site, exam.id, organisation)))
         order by site.name, machine.name, machine.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(staff.to_string())
        .bind(roles_with(Permission::SeeMachines))
        .fetch_all(reader)
        .await?;
    rows.iter().map(view).collect()
}

/// All machines, by site and name.
///
/// # Errors
/// Whatever the database says.
pub async fn all(reader: &Reader) -> Result<Vec<MachineView>, sqlx::Error> {
    let text = format!("{VIEW} order by site.name, machine.name, machine.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(reader).await?;
    rows.iter().map(view).collect()
}

/// One machine.
///
/// # Errors
/// Whatever the database says.
pub async fn one(executor: impl DbExecutor<'_>, id: MachineId) -> Result<Option<MachineView>, sqlx::Error> {
    let text = format!("{VIEW} where machine.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.to_string())
        .fetch_optional(executor)
        .await?;
    row.as_ref().map(view).transpose()
}

/// Renames a machine.
///
/// # Errors
/// Whatever the database says.
pub async fn rename(tx: &mut Tx, id: MachineId, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update machine set name = $1 where id = $2")
        .bind(name)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Revokes a machine; false when there is none, or it was revoked before.
///
/// # Errors
/// Whatever the database says.
pub async fn revoke(tx: &mut Tx, id: MachineId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("update machine set revoked_at = $1 where id = $2 and revoked_at is null")
        .bind(now.0)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Serial numbers of revoked certificates that have not ended by themselves, with the times.
///
/// # Errors
/// Whatever the database says.
pub async fn revoked(reader: &Reader, now: Timestamp) -> Result<Vec<(String, Timestamp)>, sqlx::Error> {
    let rows = sqlx::query(
        "select serial, revoked_at from machine where revoked_at is not null and not_after > $1 order by revoked_at",
    )
    .bind(now.0)
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("serial")?, Timestamp(row.try_get("revoked_at")?))))
        .collect()
}

/// All machines that were revoked.
///
/// # Errors
/// Whatever the database says.
pub async fn revoked_ids(reader: &Reader) -> Result<Vec<MachineId>, sqlx::Error> {
    let rows = sqlx::query("select id from machine where revoked_at is not null")
        .fetch_all(reader)
        .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Notes when and from where a machine was last seen.
///
/// # Errors
/// Whatever the database says.
pub async fn note_seen(tx: &mut Tx, id: MachineId, address: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update machine set last_seen = $1, last_address = $2 where id = $3")
        .bind(now.0)
        .bind(address)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Raises the alarm of a machine; false when it is raised already, or there is no such machine.
///
/// # Errors
/// Whatever the database says.
pub async fn raise_alarm(tx: &mut Tx, id: MachineId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("update machine set alarm_at = $1 where id = $2 and alarm_at is null")
        .bind(now.0)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Settles the alarm of a machine; false when there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn settle_alarm(tx: &mut Tx, id: MachineId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("update machine set alarm_at = null where id = $1 and alarm_at is not null")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Names of the machines of a site whose alarm is not settled.
///
/// # Errors
/// Whatever the database says.
pub async fn alarms(executor: impl DbExecutor<'_>, site: SiteId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select name from machine where site = $1 and alarm_at is not null order by name")
        .bind(site.to_string())
        .fetch_all(executor)
        .await
}

/// All sites of the installation.
///
/// # Errors
/// Whatever the database says.
pub async fn sites(executor: impl DbExecutor<'_>) -> Result<Vec<SiteId>, sqlx::Error> {
    let rows = sqlx::query("select id from site order by id")
        .fetch_all(executor)
        .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Names of the sites with a sitting that is not over and no desk that could check anybody in.
///
/// # Errors
/// Whatever the database says.
pub async fn sites_without_desk(reader: &Reader, now: Timestamp) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select distinct site.name from site join room on room.site = site.id
         where room.state not in ('ended', 'closed') and not exists (
             select 1 from machine where machine.site = site.id and kind = 'desk' and revoked_at is null
                 and not_after > $1)
         order by site.name",
    )
    .bind(now.0)
    .fetch_all(reader)
    .await
}
