//! Codes, enrolment, list and revocation through the router; the certificates are made and read by the exam CA's own code.

use crate::machine::task::close_revoked;
use crate::shell::tls::Peer;
use crate::trial::Trial;
use axum::http::StatusCode;
use certs::authority::certification_request;
use certs::signing::SigningKey;
use certs::x509;
use exam_protocol::id::MachineId;
use exam_protocol::machine::{
    CodesRequest, Enrolled, EnrolmentCode, EnrolmentRequest, MachineKind, MachineReason, MachineView,
    RenameMachine,
};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Millis;
use ring::rand::SystemRandom;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

fn csr() -> String {
    let key = SigningKey::generate(&SystemRandom::new()).unwrap();
    certification_request(&key, "whatever it likes to be called").unwrap()
}

async fn code(trial: &Trial, kind: MachineKind, name: &str) -> EnrolmentCode {
    let lan = trial.login("lan").await;
    let request = CodesRequest {
        site: "0".repeat(32).parse().unwrap(),
        kind,
        names: vec![name.into()],
    };
    let (status, body) = trial.post(&lan, route::MACHINES, &request).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let mut codes: Vec<EnrolmentCode> = serde_json::from_value(body).unwrap();
    codes.remove(0)
}

async fn enrol(trial: &Trial, code: &str, request: &str) -> (StatusCode, Value) {
    let secret: String = code.split('-').take(3).collect();
    let request = EnrolmentRequest {
        code: secret.to_lowercase(),
        request: request.to_owned(),
        host_name: " PC-07\u{7} ".into(),
    };
    trial.post("", route::MACHINE_ENROLMENT, &request).await
}

async fn enrolled(trial: &Trial, kind: MachineKind, name: &str) -> Enrolled {
    let code = code(trial, kind, name).await;
    let (status, body) = enrol(trial, &code.code, &csr()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    serde_json::from_value(body).unwrap()
}

fn refused(body: &Value) -> ProblemCode {
    serde_json::from_value(body["code"].clone()).unwrap()
}

fn peer(machine: &Enrolled, address: IpAddr) -> Peer {
    Peer {
        address,
        certificate: Some(x509::der_from_pem(&machine.certificate).unwrap().into()),
    }
}

async fn list(trial: &Trial, who: &str) -> Vec<MachineView> {
    let cookie = trial.login(who).await;
    let (status, body) = trial.get(&cookie, route::MACHINES).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_code_makes_one_machine_and_its_certificate_says_what_the_code_was_for() {
    let trial = Trial::new().await;
    let given = code(&trial, MachineKind::Desk, "Cửa P01").await;
    let request = csr();
    let (status, body) = enrol(&trial, &given.code, &request).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let machine: Enrolled = serde_json::from_value(body).unwrap();
    let der = x509::der_from_pem(&machine.certificate).unwrap();
    let certified = x509::machine_identity(&der).unwrap();
    assert_eq!(certified.kind, certs::authority::MachineKind::Desk);
    assert_eq!(
        (certified.id_hex, certified.name),
        (machine.machine.to_string(), "Cửa P01".into())
    );
    let root = x509::der_from_pem(&machine.exam_ca).unwrap();
    assert!(
        given
            .code
            .replace('-', "")
            .ends_with(&x509::fingerprint_code(&root))
    );
    assert!(
        machine.not_after - trial.app.clock.now() <= Millis::minutes(90 * 24 * 60),
        "outlives its issuer"
    );
    let (status, body) = enrol(&trial, &given.code, &request).await;
    assert_eq!(
        (status, refused(&body)),
        (StatusCode::CONFLICT, ProblemCode::TicketInvalid)
    );
    let seen = &list(&trial, "lan").await[0];
    assert_eq!(
        (seen.host_name.as_str(), seen.site_name.as_str()),
        ("PC-07", "Điểm thi")
    );
    assert!(!seen.connected && seen.enrolled_by.is_some());
    let stored = "select count(*) from machine_code where hash like '%' and used_at is not null";
    assert_eq!(trial.number(stored).await, 1);
    assert_eq!(
        trial
            .number("select count(*) from audit where act in ('machine.code', 'machine.enrol')")
            .await,
        2
    );
}

#[tokio::test]
async fn a_request_that_can_not_be_certified_does_not_use_the_code_up_and_time_does() {
    let trial = Trial::new().await;
    let given = code(&trial, MachineKind::Seat, "Máy 07").await;
    let (status, body) = enrol(&trial, &given.code, "-----BEGIN CERTIFICATE REQUEST-----").await;
    assert_eq!(
        (status, refused(&body)),
        (StatusCode::BAD_REQUEST, ProblemCode::MalformedRequest)
    );
    let other = code(&trial, MachineKind::Seat, "Máy 08").await;
    assert_eq!(enrol(&trial, &given.code, &csr()).await.0, StatusCode::OK);
    trial.app.clock.advance(Millis::minutes(30));
    let (status, body) = enrol(&trial, &other.code, &csr()).await;
    assert_eq!(
        (status, refused(&body)),
        (StatusCode::CONFLICT, ProblemCode::TicketInvalid)
    );
}

#[tokio::test]
async fn a_flood_of_wrong_codes_has_to_wait() {
    let trial = Trial::new().await;
    let mut waited = false;
    for _ in 0..30 {
        let (_, body) = enrol(&trial, "AAAA-AAAA-AAAA", &csr()).await;
        waited |= refused(&body) == ProblemCode::TooManyTries;
    }
    assert!(waited);
    let given = code(&trial, MachineKind::Desk, "Cửa P01").await;
    assert_eq!(
        enrol(&trial, &given.code, &csr()).await.0,
        StatusCode::TOO_MANY_REQUESTS
    );
    trial.app.clock.advance(Millis::minutes(1));
    assert_eq!(enrol(&trial, &given.code, &csr()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn rights_end_at_the_site() {
    let trial = Trial::new().await;
    let machine = enrolled(&trial, MachineKind::Desk, "Cửa P01").await.machine;
    let path = route::with_id(route::MACHINE_REVOKE, machine);
    let reason = MachineReason {
        reason: "bị mất".into(),
    };
    for (who, expected) in [("minh", StatusCode::FORBIDDEN), ("hoa", StatusCode::NOT_FOUND)] {
        let cookie = trial.login(who).await;
        assert_eq!(trial.post(&cookie, &path, &reason).await.0, expected, "{who}");
        let request = CodesRequest {
            site: "0".repeat(32).parse().unwrap(),
            kind: MachineKind::Desk,
            names: vec!["x".into()],
        };
        assert_eq!(
            trial.post(&cookie, route::MACHINES, &request).await.0,
            expected,
            "{who}"
        );
    }
    assert!(list(&trial, "hoa").await.is_empty());
}

#[tokio::test]
async fn a_revoked_machine_is_refused_listed_and_its_connection_ends() {
    let trial = Trial::new().await;
    let machine = enrolled(&trial, MachineKind::Desk, "Cửa P01").await;
    let here = peer(&machine, HERE);
    let known = crate::machine::access::known(&trial.app, &here).await.unwrap();
    assert_eq!(known.name(), "Cửa P01");
    let mut connection = trial.app.machines.connect(machine.machine, HERE);
    assert!(list(&trial, "lan").await[0].connected);
    let lan = trial.login("lan").await;
    let path = route::with_id(route::MACHINE_REVOKE, machine.machine);
    let nothing = MachineReason { reason: " a ".into() };
    assert_eq!(trial.post(&lan, &path, &nothing).await.0, StatusCode::BAD_REQUEST);
    let reason = MachineReason {
        reason: "bị mất".into(),
    };
    let (status, body) = trial.post(&lan, &path, &reason).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!body["revoked_at"].is_null());
    assert!(connection.revoked.has_changed().unwrap());
    connection.revoked.mark_unchanged();
    let error = crate::machine::access::known(&trial.app, &here)
        .await
        .unwrap_err();
    assert_eq!(error.code(), ProblemCode::NotAllowed);
    assert_eq!(trial.post(&lan, &path, &reason).await.0, StatusCode::CONFLICT);
    close_revoked(&trial.app).await.unwrap();
    assert!(
        connection.revoked.has_changed().unwrap(),
        "another node finds it too"
    );
    let (status, list) = trial.get("", route::REVOCATION_LIST).await;
    assert_eq!(status, StatusCode::OK);
    let der = x509::der_from_pem(&machine.certificate).unwrap();
    let serial = hex::decode(x509::serial(&der).unwrap()).unwrap();
    assert!(list.windows(serial.len()).any(|window| window == serial));
}

#[tokio::test]
async fn one_certificate_at_two_addresses_alarms_until_somebody_has_looked() {
    let trial = Trial::new().await;
    let machine: MachineId = enrolled(&trial, MachineKind::Desk, "Cửa P01").await.machine;
    let seen = |address| crate::machine::access::sign_of_life(&trial.app, machine, address);
    seen(HERE).await.unwrap();
    assert_eq!(
        list(&trial, "lan").await[0].last_address.as_deref(),
        Some("10.0.0.1")
    );
    assert_eq!(list(&trial, "lan").await[0].alarm_at, None);
    seen(THERE).await.unwrap();
    seen(HERE).await.unwrap();
    assert!(list(&trial, "lan").await[0].alarm_at.is_some());
    assert_eq!(
        trial
            .number("select count(*) from audit where act = 'machine.alarm'")
            .await,
        1
    );
    let lan = trial.login("lan").await;
    let board = route::with_id(route::ROOM_BOARD, trial.rooms[0]);
    let (_, body) = trial.get(&lan, &board).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["machine_alarms"][0], "Cửa P01");
    let path = route::with_id(route::MACHINE_ALARM, machine);
    let reason = MachineReason {
        reason: "đổi dây mạng".into(),
    };
    assert_eq!(trial.post(&lan, &path, &reason).await.0, StatusCode::OK);
    assert_eq!(trial.post(&lan, &path, &reason).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_certificate_that_was_issued_by_hand_counts_once_it_is_registered() {
    let trial = Trial::new().await;
    let issuing = std::fs::read_to_string(trial.path("server/exam-issuing.pem")).unwrap();
    let key = std::fs::read_to_string(trial.path("server/exam-issuing.key")).unwrap();
    let issuing = certs::authority::IssuingAuthority::from_pem(&issuing, &key).unwrap();
    let now = certs::Time(trial.app.clock.now().0 / 1000);
    let id = "ab".repeat(16);
    let issued = issuing
        .issue_station(&id, "ban-01", certs::Validity::days_from(now, 30))
        .unwrap();
    let file = trial.path("desk.pem");
    std::fs::write(&file, &issued.certified.certificate_pem).unwrap();
    let certificate = x509::der_from_pem(&issued.certified.certificate_pem).unwrap();
    let peer = Peer {
        address: HERE,
        certificate: Some(certificate.into()),
    };
    assert!(crate::machine::access::known(&trial.app, &peer).await.is_err());
    assert!(trial.command(&["machine", "add", "--certificate", &file]).await);
    assert!(
        !trial.command(&["machine", "add", "--certificate", &file]).await,
        "twice"
    );
    assert!(crate::machine::access::known(&trial.app, &peer).await.is_ok());
    let again = issuing
        .issue_station(&id, "ban-01", certs::Validity::days_from(now, 30))
        .unwrap();
    let certificate = x509::der_from_pem(&again.certified.certificate_pem).unwrap();
    let other = Peer {
        address: HERE,
        certificate: Some(certificate.into()),
    };
    assert!(
        crate::machine::access::known(&trial.app, &other).await.is_err(),
        "the same id, another certificate"
    );
    assert!(
        trial
            .command(&["machine", "rename", "--machine", &id, "--name", "Cửa P02"])
            .await
    );
    assert!(
        trial
            .command(&["machine", "revoke", "--machine", &id, "--reason", "bị mất"])
            .await
    );
    assert!(crate::machine::access::known(&trial.app, &peer).await.is_err());
    assert!(trial.command(&["machine", "list", "--json"]).await);
    assert!(
        trial
            .command(&["machine", "code", "--kind", "seat", "--name", "Máy 1", "Máy 2"])
            .await
    );
    assert_eq!(trial.number("select count(*) from machine_code").await, 2);
}

#[tokio::test]
async fn a_rename_is_on_record() {
    let trial = Trial::new().await;
    let machine = enrolled(&trial, MachineKind::Seat, "Máy 07").await.machine;
    let request = RenameMachine {
        name: "Máy 08".into(),
    };
    let lan = trial.login("lan").await;
    let path = route::with_id(route::MACHINE, machine);
    let (status, _) = trial.put(&lan, &path, &request).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(list(&trial, "lan").await[0].name, "Máy 08");
    let (status, _) = trial.put(&lan, &path, &RenameMachine { name: " ".into() }).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        trial
            .number("select count(*) from audit where act = 'machine.rename'")
            .await,
        1
    );
}
