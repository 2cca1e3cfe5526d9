//! Organisations: who holds exams and who people work for.

use crate::db::Tx;
use crate::db::column::parsed;
use exam_protocol::id::OrganisationId;
use exam_protocol::time::Timestamp;

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
