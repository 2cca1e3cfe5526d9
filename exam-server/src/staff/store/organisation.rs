//! Organisations: who holds exams and who people work for.

use crate::db::column::parsed;
use crate::db::{Reader, Tx};
use exam_protocol::id::OrganisationId;
use exam_protocol::time::Timestamp;
use sqlx::Row;
use std::collections::BTreeMap;

/// The organisation of this name; made if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn named(
    tx: &mut Tx,
    new: OrganisationId,
    name: &str,
    now: Timestamp,
) -> Result<OrganisationId, sqlx::Error> {
    let row = sqlx::query(
        "insert into organisation (id, name, created_at) values ($1, $2, $3)
         on conflict (name) do update set name = excluded.name returning id",
    )
    .bind(new.to_string())
    .bind(name)
    .bind(now.0)
    .fetch_one(&mut **tx)
    .await?;
    parsed(&row, "id")
}

/// The names of all organisations.
///
/// # Errors
/// Whatever the database says.
pub async fn names(reader: &Reader) -> Result<BTreeMap<OrganisationId, String>, sqlx::Error> {
    let rows = sqlx::query("select id, name from organisation")
        .fetch_all(reader)
        .await?;
    rows.iter()
        .map(|row| Ok((parsed(row, "id")?, row.try_get("name")?)))
        .collect()
}
