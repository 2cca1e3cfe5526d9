//! Trust anchors: certificates of document-signing authorities (CSCA) that an administrator has installed.

use crate::db::{Reader, Tx};
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// An installed certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// SHA-256 of the certificate.
    pub fingerprint: Vec<u8>,
    /// X.509 in DER.
    pub certificate: Vec<u8>,
    /// When it was installed.
    pub added_at: Timestamp,
}

/// Installs a certificate. False when it was there.
///
/// # Errors
/// Whatever the database says.
pub async fn add(tx: &mut Tx, anchor: &Anchor) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into trust_anchor (fingerprint, certificate, added_at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(&anchor.fingerprint)
    .bind(&anchor.certificate)
    .bind(anchor.added_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All installed certificates in the order of installation.
///
/// # Errors
/// Whatever the database says.
pub async fn all(reader: &Reader) -> Result<Vec<Anchor>, sqlx::Error> {
    let rows = sqlx::query(
        "select fingerprint, certificate, added_at from trust_anchor order by added_at, fingerprint",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Anchor {
                fingerprint: row.try_get("fingerprint")?,
                certificate: row.try_get("certificate")?,
                added_at: Timestamp(row.try_get("added_at")?),
            })
        })
        .collect()
}
