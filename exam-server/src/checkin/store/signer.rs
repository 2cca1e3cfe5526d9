//! Document signers that cards were signed by: how many cards of how many sites, who approved them. For people to compare;
//! no verdict asks here.

use crate::checkin::judgement::SeenSigner;
use crate::db::{Reader, Tx};
use exam_protocol::bytes::Fixed;
use exam_protocol::checkin::{DocumentSignerView, SignerApproval};
use exam_protocol::id::{CheckinId, StaffId};
use exam_protocol::time::Timestamp;
use sqlx::Row;

use super::{from_json, to_json};
use crate::db::column::broken;

/// Notes by whom the card of a check-in was signed. True when the signer was never seen before.
///
/// # Errors
/// Whatever the database says.
pub async fn note(
    tx: &mut Tx,
    checkin: CheckinId,
    signer: &SeenSigner,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let first = sqlx::query(
        "insert into document_signer (fingerprint, certificate, subject, issuer, first_seen)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(signer.fingerprint.as_slice())
    .bind(&signer.certificate)
    .bind(&signer.name)
    .bind(&signer.issuer_name)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into signer_sighting (checkin, fingerprint, issuer, at) values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(checkin.to_string())
    .bind(signer.fingerprint.as_slice())
    .bind(to_json(&signer.issuer)?)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(first.rows_affected() == 1)
}

/// All signers, the newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn all(reader: &Reader) -> Result<Vec<DocumentSignerView>, sqlx::Error> {
    let rows = sqlx::query(
        "select d.fingerprint, d.subject, d.issuer as issuer_name, d.first_seen, d.approved_at, d.approval_reason,
                s.name as approved_by,
                (select count(distinct a.citizen_number) from signer_sighting g join checkin c on c.id = g.checkin
                 join attempt a on a.id = c.attempt where g.fingerprint = d.fingerprint) as cards,
                (select count(distinct r.site) from signer_sighting g join checkin c on c.id = g.checkin
                 join room r on r.id = c.room where g.fingerprint = d.fingerprint) as sites,
                (select g.issuer from signer_sighting g where g.fingerprint = d.fingerprint
                 order by g.at desc, g.checkin limit 1) as finding
         from document_signer d left join staff s on s.id = d.approved_by order by d.first_seen desc, d.fingerprint",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let fingerprint: Vec<u8> = row.try_get("fingerprint")?;
            let approved_at: Option<i64> = row.try_get("approved_at")?;
            let reason: String = row.try_get("approval_reason")?;
            let by: Option<String> = row.try_get("approved_by")?;
            Ok(DocumentSignerView {
                fingerprint: Fixed::try_from(fingerprint.as_slice())
                    .map_err(|e| broken("document_signer.fingerprint", e))?,
                name: row.try_get("subject")?,
                issuer_name: row.try_get("issuer_name")?,
                first_seen: Timestamp(row.try_get("first_seen")?),
                cards: row.try_get("cards")?,
                sites: row.try_get("sites")?,
                issuer: from_json("signer_sighting.issuer", row.try_get("finding")?)?,
                approved: approved_at.zip(by).map(|(at, by)| SignerApproval {
                    by,
                    at: Timestamp(at),
                    reason,
                }),
            })
        })
        .collect()
}

/// Puts down that somebody has compared a signer with what its issuer says. False when there is no such signer, or it was
/// approved before.
///
/// # Errors
/// Whatever the database says.
pub async fn approve(
    tx: &mut Tx,
    fingerprint: &[u8],
    (by, reason): (StaffId, &str),
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update document_signer set approved_by = $1, approved_at = $2, approval_reason = $3
         where fingerprint = $4 and approved_at is null",
    )
    .bind(by.to_string())
    .bind(at.0)
    .bind(reason)
    .bind(fingerprint)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
