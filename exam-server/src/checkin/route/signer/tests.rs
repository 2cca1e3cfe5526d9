//! Signers are counted by people and sites, shown as the verdict says, and approved once by somebody who may.

use crate::checkin::judgement::SeenSigner;
use crate::checkin::store::{anchor, signer};
use crate::staff::store as staff;
use crate::trial::Trial;
use axum::http::StatusCode;
use exam_protocol::bytes::Fixed;
use exam_protocol::checkin::{ApproveSigner, DocumentSignerView, Finding, Verdict};
use exam_protocol::id::{CheckinId, StaffId};
use exam_protocol::right::{Grant, Role, Scope};
use exam_protocol::route::DOCUMENT_SIGNERS;
use exam_protocol::time::Timestamp;

async fn administrator(trial: &Trial) -> String {
    let grant = Grant {
        role: Role::Administrator,
        scope: Scope::Installation,
    };
    let mut tx = trial.app.db.write().await.unwrap();
    let id = StaffId::from_random([22; 16]);
    staff::grant(&mut tx, id, grant, "command", Timestamp(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    trial.login("minh").await
}

fn seen(verdict: Verdict, reason: &str) -> SeenSigner {
    SeenSigner {
        fingerprint: Fixed([5; 32]),
        certificate: vec![1, 2, 3],
        name: "DS 1".into(),
        issuer_name: "CSCA".into(),
        issuer: Finding {
            verdict,
            reason: reason.into(),
        },
    }
}

/// A check-in of the first room that ended with this signer; whether the signer was new.
async fn sighting(trial: &Trial, number: u8, attempt: usize, seen: &SeenSigner) -> bool {
    let id = CheckinId::from_random([number; 16]);
    trial
        .sql(
            "insert into checkin (id, room, attempt, station, station_name, started_at, started_by, status, nonce)
             values ($1, $2, $3, '', '', 0, '', '\"admitted\"', x'00')",
            &[
                &id.to_string(),
                &trial.rooms[0].to_string(),
                &trial.attempts[attempt].to_string(),
            ],
        )
        .await;
    let mut tx = trial.app.db.write().await.unwrap();
    let first = signer::note(&mut tx, id, seen, Timestamp(number.into()))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    first
}

async fn list(trial: &Trial, cookie: &str) -> Vec<DocumentSignerView> {
    let (status, body) = trial.get(cookie, DOCUMENT_SIGNERS).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_signer_is_counted_and_approved_and_stays_unknown() {
    let trial = Trial::new().await;
    let cookie = administrator(&trial).await;
    assert!(list(&trial, &cookie).await.is_empty());
    let unknown = seen(Verdict::Unknown, "no-trust-anchor");
    assert!(sighting(&trial, 1, 0, &unknown).await, "new");
    assert!(!sighting(&trial, 2, 0, &unknown).await, "the same card again");
    assert!(!sighting(&trial, 3, 1, &unknown).await, "another card");
    let [one] = &list(&trial, &cookie).await[..] else {
        panic!("one signer")
    };
    assert_eq!((one.cards, one.sites, one.first_seen), (2, 1, Timestamp(1)));
    assert_eq!(one.issuer.verdict, Verdict::Unknown);

    let approve = |reason: &str| ApproveSigner {
        fingerprint: Fixed([5; 32]),
        reason: reason.into(),
    };
    let (status, _) = trial.post(&cookie, DOCUMENT_SIGNERS, &approve("so")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "no reason");
    let reason = "đã so với công văn của C06";
    let (status, _) = trial.post(&cookie, DOCUMENT_SIGNERS, &approve(reason)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = trial.post(&cookie, DOCUMENT_SIGNERS, &approve(reason)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "once");
    let approved = &list(&trial, &cookie).await[0];
    assert_eq!(approved.approved.as_ref().unwrap().reason, reason);
    assert_eq!(
        approved.issuer.verdict,
        Verdict::Unknown,
        "an approval verifies nothing"
    );
    let acts = "select count(*) from audit where act = 'document-signer.approve'";
    assert_eq!(trial.number(acts).await, 1);

    let (status, _) = trial.get(&trial.login("hoa").await, DOCUMENT_SIGNERS).await;
    assert_ne!(status, StatusCode::OK, "for administrators");
}

#[tokio::test]
async fn a_change_of_the_trust_store_is_noticed() {
    let trial = Trial::new().await;
    let reader = trial.app.db.reader();
    let before = anchor::version(reader).await.unwrap();
    let mut tx = trial.app.db.write().await.unwrap();
    assert!(
        anchor::add_revocation_list(&mut tx, &[7; 32], b"list", Timestamp(5))
            .await
            .unwrap()
    );
    assert!(
        !anchor::add_revocation_list(&mut tx, &[7; 32], b"list", Timestamp(6))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let after = anchor::version(reader).await.unwrap();
    assert_ne!(before, after);
    assert_eq!(
        anchor::installed(reader).await.unwrap().revocation_lists,
        [b"list"]
    );
    let mut tx = trial.app.db.write().await.unwrap();
    assert!(anchor::remove(&mut tx, &[7; 32]).await.unwrap());
    assert!(!anchor::remove(&mut tx, &[7; 32]).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(anchor::version(reader).await.unwrap(), before);
}
