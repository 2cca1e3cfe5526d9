//! The audit's doors and tables on a real installation.

use crate::audit::chain::{Act, Actor};
use crate::audit::store::{append, put_feed_sent};
use crate::audit::verify::{Database, File};
use crate::trial::Trial;
use axum::http::StatusCode;
use exam_protocol::audit::{AuditPage, AuditReason, AuditState};
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Makes somebody an inspector in a scope.
async fn inspector(trial: &Trial, name: &str, kind: &str, id: &str) -> String {
    trial
        .sql(
            "insert into staff_role (staff, role, scope_kind, scope_id, granted_at, granted_by)
             select id, 'inspector', $1, $2, 0, 'command' from staff where name = $3",
            &[kind, id, name],
        )
        .await;
    trial.login(name).await
}

async fn act(trial: &Trial, name: &str, object: &str, reason: &str) {
    let mut tx = trial.app.db.write().await.unwrap();
    let act = Act {
        at: Timestamp(5),
        actor: &Actor::command(),
        act: name,
        object,
        was: "",
        became: "{}",
        reason,
    };
    append(&mut tx, &act).await.unwrap();
    tx.commit().await.unwrap();
}

async fn page(trial: &Trial, cookie: &str, query: &str) -> AuditPage {
    let (status, body) = trial.get(cookie, &format!("{}?{query}", route::AUDIT)).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn an_inspector_of_one_room_sees_that_room_and_gets_no_chain() {
    let trial = Trial::new().await;
    let [first, second] = trial.rooms.map(|room| format!("room:{room}"));
    act(&trial, "room.open", &first, "").await;
    act(&trial, "room.pause", &second, "Mất điện").await;
    act(&trial, "room.open", &format!("attempt:{}", trial.attempts[3]), "").await;
    let all = inspector(&trial, "lan", "installation", "").await;
    let one = inspector(&trial, "hoa", "room", &trial.rooms[1].to_string()).await;
    let seen = page(&trial, &one, "").await;
    assert_eq!((seen.total, seen.whole, seen.records.len()), (2, false, 2));
    assert!(seen.records.iter().all(|record| record.object != first));
    assert!(page(&trial, &all, "").await.total > 2);
    let found = page(&trial, &all, "text=m%E1%BA%A5t%20%C4%91i%E1%BB%87n&act=room.").await;
    assert_eq!(found.total, 1, "Latin letters in either case");
    let found = page(&trial, &all, "text=%C4%91i%E1%BB%87n&act=room.").await;
    assert_eq!(found.records[0].reason, AuditReason::Given("Mất điện".into()));
    assert_eq!(found.records[0].object_name, "Phòng 02");
    assert_eq!(page(&trial, &all, "actor=LAN").await.records[0].actor_name, "LAN");
    for path in [route::AUDIT_EXPORT, route::AUDIT_FEED] {
        assert_eq!(trial.get(&one, path).await.0, StatusCode::FORBIDDEN);
    }
    let nobody = trial.login("minh").await;
    assert_eq!(trial.get(&nobody, route::AUDIT).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_exported_chain_holds_and_the_feed_has_no_texts_of_reasons() {
    let trial = Trial::new().await;
    act(&trial, "room.pause", "room:x", "Tên riêng").await;
    let all = inspector(&trial, "lan", "installation", "").await;
    let (status, file) = trial.get(&all, route::AUDIT_EXPORT).await;
    assert_eq!(status, StatusCode::OK);
    let ca = CertificateDer::from_pem_file(&trial.app.config.http.exam_ca).unwrap();
    let mut checked = File::new(&ca, None);
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        checked.take(line).unwrap();
    }
    assert!(checked.finish().unwrap().sequence >= 2);
    assert!(String::from_utf8(file).unwrap().contains("Tên riêng"));
    let (_, feed) = trial.get(&all, &format!("{}?after=0", route::AUDIT_FEED)).await;
    let feed = String::from_utf8(feed).unwrap();
    assert!(feed.lines().count() >= 3, "the export is on record too");
    assert!(!feed.contains("Tên riêng"));
    // Who follows the feed is on record, once for a login and not once for each look.
    let (_, more) = trial.get(&all, &format!("{}?after=2", route::AUDIT_FEED)).await;
    assert!(String::from_utf8(more).unwrap().contains("audit.feed"));
    let read = "select count(*) from audit where act = 'audit.feed' and actor like 'staff:%'";
    assert_eq!(trial.number(read).await, 1);
    let mut tx = trial.app.db.write().await.unwrap();
    put_feed_sent(&mut tx, "siem", 2, Timestamp(9)).await.unwrap();
    tx.commit().await.unwrap();
    let (_, state) = trial.get(&all, route::AUDIT_STATE).await;
    let state: AuditState = serde_json::from_slice(&state).unwrap();
    assert_eq!((state.feeds[0].name.as_str(), state.feeds[0].sent), ("siem", 2));
}

#[tokio::test]
async fn the_tables_take_no_change_and_a_change_past_them_is_found() {
    let trial = Trial::new().await;
    act(&trial, "room.pause", "room:x", "lý do").await;
    act(&trial, "room.open", "room:x", "").await;
    for text in [
        "update audit set act = 'room.close'",
        "delete from audit",
        "update audit_reason set text = ''",
    ] {
        let mut tx = trial.app.db.write().await.unwrap();
        let refused = sqlx::query(text).execute(&mut *tx).await.unwrap_err();
        let refused = refused.to_string();
        let why = if exam_test_database::wanted() {
            "permission denied"
        } else {
            "never"
        };
        assert!(refused.contains(why), "{text}: {refused}");
    }
    let check = async || {
        let mut chain = Database::new(None);
        for record in super::store::after(trial.app.db.reader(), 0).await.unwrap() {
            chain.take(&record)?;
        }
        chain.finish()
    };
    assert_eq!(check().await.unwrap().sequence, 2);
    trial
        .tamper("update audit set act = 'room.close' where sequence = 1")
        .await;
    assert_eq!(check().await.unwrap_err().sequence, Some(1));
}
