//! Check-in through the router and the station's door, on a real database.

use super::reading::{Reading, Refusal};
use super::*;
use crate::checkin::access::Station;
use crate::checkin::evidence::tests::evidence;
use crate::checkin::stations::Joined;
use crate::trial::Trial;
use axum::http::StatusCode;
use exam_protocol::bytes::Bytes;
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{AdmitRequest, Judged, LoginRequest, ManualAdmitRequest, TakeOverRequest};
use exam_protocol::id::StationId;
use exam_protocol::route;
use std::net::Ipv4Addr;

const STATION: StationId = StationId(exam_protocol::bytes::Fixed([9; 16]));
const NUMBER: &str = "001308000001";

struct Desk {
    trial: Trial,
    cookie: String,
    station: Station,
    joined: Joined,
}

impl Desk {
    /// A station with a reader, and the first room open.
    async fn new() -> Self {
        let trial = Trial::new().await;
        trial
            .sql(
                "update room set state = 'open' where id = $1",
                &[&trial.rooms[0].to_string()],
            )
            .await;
        let cookie = trial.login("lan").await;
        let joined = trial
            .app
            .stations
            .join(STATION, ("Bàn 1", None), vec!["ACR39U".into()]);
        Self {
            trial,
            cookie,
            station: Station {
                id: STATION,
                name: "Bàn 1".into(),
                site: None,
                address: Ipv4Addr::LOCALHOST.into(),
            },
            joined,
        }
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            app: &self.trial.app,
            station: &self.station,
            connection: self.joined.connection,
        }
    }

    async fn scan(&self, scanned: &str) -> Result<CheckinView, (StatusCode, String)> {
        let path = route::with_id(route::ROOM_CHECKINS, self.trial.rooms[0]);
        let request = StartCheckin {
            station: STATION,
            scanned: scanned.into(),
        };
        let (status, body) = self.trial.post(&self.cookie, &path, &request).await;
        if status == StatusCode::OK {
            Ok(serde_json::from_value(body).unwrap())
        } else {
            Err((status, body["code"].as_str().unwrap_or_default().to_owned()))
        }
    }

    async fn refused(&self, scanned: &str) -> String {
        self.scan(scanned).await.unwrap_err().1
    }

    async fn status(&self, checkin: CheckinId) -> CheckinStatus {
        let (status, body) = self
            .trial
            .get(&self.cookie, &route::with_id(route::CHECKIN, checkin))
            .await;
        assert_eq!(status, StatusCode::OK);
        serde_json::from_slice::<CheckinView>(&body).unwrap().status
    }

    /// A finished check-in whose stored judgement is `rule`: what a card would have made.
    async fn judged_as(&self, rule: AdmissionRule) -> CheckinId {
        let view = self.scan(NUMBER).await.unwrap();
        self.reading().evidence(view.id, evidence()).await.unwrap();
        let CheckinStatus::Judged(judged) = self.status(view.id).await else {
            panic!("not judged")
        };
        let status = serde_json::to_string(&CheckinStatus::Judged(Judged { rule, ..judged })).unwrap();
        self.trial
            .sql(
                "update checkin set status = $1 where id = $2",
                &[&status, &view.id.to_string()],
            )
            .await;
        view.id
    }

    async fn admit(&self, checkin: CheckinId, second: Option<&str>, reason: &str) -> (StatusCode, String) {
        let second = match second {
            Some(name) => Some(self.trial.confirmation(name).await),
            None => None,
        };
        let request = AdmitRequest {
            face_confirmed: true,
            second,
            reason: reason.into(),
        };
        let path = route::with_id(route::CHECKIN_ADMIT, checkin);
        let (status, body) = self.trial.post(&self.cookie, &path, &request).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn ok() -> (StatusCode, String) {
    (StatusCode::OK, String::new())
}

fn refusal(status: StatusCode, code: &str) -> (StatusCode, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_scan_is_refused_with_the_place_to_go() {
    let desk = Desk::new().await;
    assert_eq!(desk.refused("xin chào").await, "malformed-request");
    assert_eq!(desk.refused("001308999999").await, "not-on-roster");
    assert_eq!(desk.refused("001308000004").await, "other-room");
    let first = route::with_id(route::ROOM_CHECKINS, desk.trial.rooms[0]);
    let request = StartCheckin {
        station: STATION,
        scanned: "001308000004".into(),
    };
    let (_, body) = desk.trial.post(&desk.cookie, &first, &request).await;
    assert_eq!(body["place"], "Phòng 02");
    desk.trial
        .sql(
            "update room set state = 'ended', stopped_at = 1 where id = $1",
            &[&desk.trial.rooms[0].to_string()],
        )
        .await;
    assert_eq!(desk.refused(NUMBER).await, "wrong-state");
}

#[tokio::test]
async fn a_station_without_reader_or_line_is_named_before_anything_is_stored() {
    let desk = Desk::new().await;
    desk.reading().readers(vec![]);
    assert_eq!(desk.refused(NUMBER).await, "station-unavailable");
    desk.trial.app.stations.leave(STATION, desk.joined.connection);
    assert_eq!(desk.refused(NUMBER).await, "station-unavailable");
    assert_eq!(desk.trial.number("select count(*) from checkin").await, 0);
}

#[tokio::test]
async fn the_station_gets_the_number_and_one_challenge() {
    let mut desk = Desk::new().await;
    let view = desk.scan("001308000001|||10022008|Nữ||05052022").await.unwrap();
    let Some(StationCommand::Read {
        checkin,
        citizen_number,
        basic_access,
        wait_for_card,
    }) = desk.joined.commands.recv().await
    else {
        panic!("no command")
    };
    assert_eq!(
        (checkin, citizen_number.as_str(), wait_for_card),
        (view.id, NUMBER, 30_000)
    );
    assert_eq!(
        (basic_access[0].birth.as_str(), basic_access[0].expiry.as_str()),
        ("080210", "330210")
    );
    desk.reading().challenge(view.id).await.unwrap();
    assert!(matches!(
        desk.reading().challenge(view.id).await,
        Err(Refusal::Recorded("challenge-used"))
    ));
    desk.reading().progress(view.id, ReadStep::Reading(40));
    assert_eq!(
        desk.status(view.id).await,
        CheckinStatus::Reading(ReadStep::Reading(40))
    );
}

#[tokio::test]
async fn evidence_counts_once_at_its_own_station_and_every_other_try_is_on_record() {
    let desk = Desk::new().await;
    let view = desk.scan(NUMBER).await.unwrap();
    let other = Station {
        id: StationId::from_random([8; 16]),
        name: "Bàn 2".into(),
        site: None,
        address: Ipv4Addr::LOCALHOST.into(),
    };
    let elsewhere = Reading {
        station: &other,
        ..desk.reading()
    };
    let refused = elsewhere.evidence(view.id, evidence()).await;
    assert!(matches!(refused, Err(Refusal::Recorded("not-at-this-station"))));
    assert!(matches!(
        elsewhere.challenge(view.id).await,
        Err(Refusal::Recorded("not-at-this-station"))
    ));
    assert!(
        matches!(desk.status(view.id).await, CheckinStatus::Reading(_)),
        "another station can't end it"
    );
    desk.reading().evidence(view.id, evidence()).await.unwrap();
    let again = desk.reading().evidence(view.id, evidence()).await;
    assert!(matches!(again, Err(Refusal::Recorded("check-in-has-ended"))));
    let CheckinStatus::Judged(judged) = desk.status(view.id).await else {
        panic!("not judged")
    };
    assert_eq!(judged.rule, AdmissionRule::Refused);
    assert_eq!(
        desk.trial
            .number("select count(*) from audit where act = 'checkin.refused'")
            .await,
        3
    );
    assert_eq!(
        desk.trial
            .number("select count(*) from audit where act = 'checkin.judged'")
            .await,
        1
    );
}

#[tokio::test]
async fn evidence_larger_than_a_card_ends_the_reading() {
    let desk = Desk::new().await;
    let view = desk.scan(NUMBER).await.unwrap();
    let mut large = evidence();
    large.dg2 = Bytes(vec![0; 65 * 1024]);
    let refused = desk.reading().evidence(view.id, large).await;
    assert!(matches!(refused, Err(Refusal::Recorded("evidence-too-large"))));
    assert_eq!(
        desk.status(view.id).await,
        CheckinStatus::Failed(ReadFailure::ProtocolError)
    );
}

#[tokio::test]
async fn wrong_numbers_rest_longer_each_time_and_a_removed_card_does_not() {
    let desk = Desk::new().await;
    let fail = async |failure| {
        let view = desk.scan(NUMBER).await.unwrap();
        desk.reading().failed(view.id, failure).await.unwrap();
        assert_eq!(desk.status(view.id).await, CheckinStatus::Failed(failure));
        desk.trial.app.clock.advance(Millis(1));
    };
    fail(ReadFailure::CardRemoved).await;
    fail(ReadFailure::WrongAccessKey).await;
    assert_eq!(desk.refused(NUMBER).await, "too-many-tries");
    desk.trial.app.clock.advance(Millis::seconds(5));
    fail(ReadFailure::CardRemoved).await;
    fail(ReadFailure::WrongAccessKey).await;
    desk.trial.app.clock.advance(Millis::seconds(6));
    assert_eq!(desk.refused(NUMBER).await, "too-many-tries");
    desk.trial.app.clock.advance(Millis::seconds(20));
    assert!(desk.scan(NUMBER).await.is_ok());
}

#[tokio::test]
async fn a_reading_that_nobody_ends_is_given_up_and_one_cut_off_by_a_stop_too() {
    let desk = Desk::new().await;
    let view = desk.scan(NUMBER).await.unwrap();
    desk.reading().give_up_overdue().await;
    assert!(matches!(desk.status(view.id).await, CheckinStatus::Reading(_)));
    desk.trial.app.clock.advance(Millis::seconds(30) + READING_TIME);
    desk.reading().give_up_overdue().await;
    assert_eq!(
        desk.status(view.id).await,
        CheckinStatus::Failed(ReadFailure::Cancelled)
    );
    let view = desk.scan(NUMBER).await.unwrap();
    let mut tx = desk.trial.app.db.write().await.unwrap();
    assert_eq!(
        crate::node::store::end_orphans(&mut tx, Timestamp(i64::MAX), desk.trial.app.clock.now())
            .await
            .unwrap(),
        1
    );
    tx.commit().await.unwrap();
    assert_eq!(
        desk.status(view.id).await,
        CheckinStatus::Failed(ReadFailure::Cancelled)
    );
}

#[tokio::test]
async fn a_card_lets_in_by_its_rule_and_only_once() {
    let desk = Desk::new().await;
    let refused = desk.judged_as(AdmissionRule::Refused).await;
    assert_eq!(
        desk.admit(refused, Some("minh"), "thẻ bị hỏng").await,
        refusal(StatusCode::CONFLICT, "card-refused")
    );
    let two = desk.judged_as(AdmissionRule::TwoOfficials).await;
    let needed = refusal(StatusCode::CONFLICT, "second-official-needed");
    assert_eq!(desk.admit(two, None, "thẻ bị hỏng").await, needed);
    assert_eq!(
        desk.admit(two, Some("minh"), "").await,
        refusal(StatusCode::BAD_REQUEST, "malformed-request")
    );
    let not_allowed = refusal(StatusCode::FORBIDDEN, "not-allowed");
    assert_eq!(
        desk.admit(two, Some("lan"), "thẻ bị hỏng").await,
        not_allowed,
        "the same person twice"
    );
    assert_eq!(
        desk.admit(two, Some("hoa"), "thẻ bị hỏng").await,
        not_allowed,
        "no right to this room"
    );
    assert_eq!(desk.trial.number("select count(*) from admission").await, 0);
    assert_eq!(desk.admit(two, Some("minh"), "thẻ bị hỏng").await, ok());
    assert_eq!(desk.status(two).await, CheckinStatus::Admitted);
    assert_eq!(
        desk.admit(two, Some("minh"), "thẻ bị hỏng").await,
        refusal(StatusCode::CONFLICT, "wrong-state")
    );
    let again = desk.judged_as(AdmissionRule::Proctor).await;
    assert_eq!(desk.admit(again, None, "").await, ok(), "back from a break");
    assert_eq!(desk.trial.number("select count(*) from admission").await, 2);
    assert_eq!(
        desk.trial
            .number("select count(*) from audit where act = 'attempt.admit'")
            .await,
        2
    );
    assert_eq!(
        desk.trial
            .number("select count(*) from ticket where used_at is null")
            .await,
        1
    );
}

#[tokio::test]
async fn without_a_card_it_takes_two_and_a_reason_and_the_refusal_stays() {
    let desk = Desk::new().await;
    desk.judged_as(AdmissionRule::Refused).await;
    let attempt = desk.trial.attempts[0];
    let post = async |path: &str, body: serde_json::Value| {
        let (status, body) = desk
            .trial
            .post(&desk.cookie, &route::with_id(path, attempt), &body)
            .await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let code = desk.trial.recovery_code("minh").await;
    let manual = |second: &str, reason: &str| {
        serde_json::to_value(ManualAdmitRequest {
            second: LoginRequest {
                name: second.into(),
                password: crate::trial::PASSWORD.into(),
                code: Some(code.clone()),
            },
            reason: reason.into(),
        })
        .unwrap()
    };
    let moved = serde_json::to_value(TakeOverRequest {
        reason: "máy hỏng".into(),
    })
    .unwrap();
    let wrong_state = refusal(StatusCode::CONFLICT, "wrong-state");
    assert_eq!(
        post(route::ATTEMPT_TAKE_OVER, moved.clone()).await,
        wrong_state,
        "nobody was let in"
    );
    let bad = refusal(StatusCode::BAD_REQUEST, "malformed-request");
    assert_eq!(post(route::ATTEMPT_MANUAL_ADMIT, manual("minh", " ")).await, bad);
    let wrong = refusal(StatusCode::UNAUTHORIZED, "wrong-credentials");
    assert_eq!(
        post(route::ATTEMPT_MANUAL_ADMIT, manual("nobody", "quên thẻ")).await,
        wrong
    );
    assert_eq!(
        post(route::ATTEMPT_MANUAL_ADMIT, manual("minh", "quên thẻ")).await,
        ok()
    );
    assert_eq!(post(route::ATTEMPT_TAKE_OVER, moved).await, ok());
    assert_eq!(
        desk.trial
            .number("select count(*) from checkin where status like '%refused%'")
            .await,
        1
    );
    let marked = "select count(*) from admission where checkin is null and second is not null and length(evidence_hash) = 32";
    assert_eq!(desk.trial.number(marked).await, 1);
}

#[tokio::test]
async fn a_face_that_is_not_the_portraits_stays_on_record() {
    let desk = Desk::new().await;
    let checkin = desk.judged_as(AdmissionRule::Proctor).await;
    let request = AdmitRequest {
        face_confirmed: false,
        second: None,
        reason: String::new(),
    };
    let path = route::with_id(route::CHECKIN_ADMIT, checkin);
    let (status, _) = desk.trial.post(&desk.cookie, &path, &request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let recorded = "select count(*) from audit where act = 'attempt.face-not-confirmed'";
    assert_eq!(desk.trial.number(recorded).await, 1);
    assert_eq!(desk.trial.number("select count(*) from admission").await, 0);
}

#[tokio::test]
async fn nothing_of_a_room_is_seen_or_done_from_another() {
    let desk = Desk::new().await;
    let checkin = desk.judged_as(AdmissionRule::Proctor).await;
    let stranger = desk.trial.login("hoa").await;
    for path in [route::CHECKIN, route::CHECKIN_PORTRAIT] {
        let (status, _) = desk.trial.get(&stranger, &route::with_id(path, checkin)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let request = AdmitRequest {
        face_confirmed: true,
        second: None,
        reason: String::new(),
    };
    let (status, _) = desk
        .trial
        .post(
            &stranger,
            &route::with_id(route::CHECKIN_ADMIT, checkin),
            &request,
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let request = StartCheckin {
        station: STATION,
        scanned: NUMBER.into(),
    };
    let path = route::with_id(route::ROOM_CHECKINS, desk.trial.rooms[0]);
    assert_eq!(
        desk.trial.post(&stranger, &path, &request).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.trial.post("", &path, &request).await.0,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_portrait_is_served_without_a_trace_in_caches() {
    let desk = Desk::new().await;
    let checkin = desk.judged_as(AdmissionRule::Proctor).await;
    let path = route::with_id(route::CHECKIN_PORTRAIT, checkin);
    assert_eq!(desk.trial.get(&desk.cookie, &path).await.0, StatusCode::NOT_FOUND);
    let sealed = desk::tests::sealed_portrait(&desk.trial.app.keys.node, checkin, &[0xff, 0xd8, 0xff]);
    let mut tx = desk.trial.app.db.write().await.unwrap();
    sqlx::query("update desk_view set portrait = $1")
        .bind(sealed)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        desk.trial.get(&desk.cookie, &path).await,
        (StatusCode::OK, vec![0xff, 0xd8, 0xff])
    );
    let admitted = desk.admit(checkin, None, "").await;
    assert_eq!(admitted, ok(), "and then the portrait goes");
    assert_eq!(desk.trial.get(&desk.cookie, &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(desk.trial.number("select count(*) from desk_view").await, 0);
}
