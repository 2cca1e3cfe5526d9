//! Trust anchors: certificates of document-signing authorities (CSCA) that an administrator has installed, and their
//! revocation lists.

use crate::checkin::trust::{Installed, Version};
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

/// Removes a certificate or revocation list. False when it was not there.
///
/// # Errors
/// Whatever the database says.
pub async fn remove(tx: &mut Tx, hash: &[u8]) -> Result<bool, sqlx::Error> {
    let certificates = sqlx::query("delete from trust_anchor where fingerprint = $1")
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    let lists = sqlx::query("delete from revocation_list where hash = $1")
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(certificates.rows_affected() + lists.rows_affected() > 0)
}

/// Installs a revocation list. False when it was there.
///
/// # Errors
/// Whatever the database says.
pub async fn add_revocation_list(
    tx: &mut Tx,
    hash: &[u8],
    list: &[u8],
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into revocation_list (hash, list, added_at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(hash)
    .bind(list)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All installed revocation lists in the order of installation.
///
/// # Errors
/// Whatever the database says.
pub async fn revocation_lists(reader: &Reader) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let rows = sqlx::query("select list from revocation_list order by added_at, hash")
        .fetch_all(reader)
        .await?;
    rows.iter().map(|row| row.try_get("list")).collect()
}

/// Everything that is installed.
///
/// # Errors
/// Whatever the database says.
pub async fn installed(reader: &Reader) -> Result<Installed, sqlx::Error> {
    let certificates = all(reader).await?;
    Ok(Installed {
        certificates: certificates
            .into_iter()
            .map(|anchor| anchor.certificate)
            .collect(),
        revocation_lists: revocation_lists(reader).await?,
    })
}

/// Which state the tables are in.
///
/// # Errors
/// Whatever the database says.
pub async fn version(reader: &Reader) -> Result<Version, sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from trust_anchor) as certificates,
                (select coalesce(max(added_at), 0) from trust_anchor) as newest_certificate,
                (select count(*) from revocation_list) as lists,
                (select coalesce(max(added_at), 0) from revocation_list) as newest_list",
    )
    .fetch_one(reader)
    .await?;
    let at = |column| Ok::<_, sqlx::Error>(Timestamp(row.try_get(column)?));
    Ok(Version {
        certificates: (row.try_get("certificates")?, at("newest_certificate")?),
        revocation_lists: (row.try_get("lists")?, at("newest_list")?),
    })
}
