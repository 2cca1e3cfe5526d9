//! Proposals through the router, on a real database: what two people can do, and what no one and no two of one school can.

use crate::sitting::journal;
use crate::staff::store::{self as staff, Member};
use crate::trial::{PASSWORD, Trial};
use axum::http::StatusCode;
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::canonical;
use exam_protocol::console::{RoomAction, RoomActionRequest};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::{
    CriticalAct, DecideRequest, KeyCorrection, Masked, MayDecide, ProposalState, ProposalView, Proposals,
    ProposeRequest, Verdict,
};
use exam_protocol::right::{Grant, Role, Scope};
use exam_protocol::route;
use exam_protocol::time::{Millis, Timestamp};
use serde_json::Value;

/// A trial with "lan" and "minh" of one school and "thu" of another, all at every site.
struct Hall {
    trial: Trial,
    lan: String,
    minh: String,
    thu: String,
}

impl Hall {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let office = OrganisationId::from_random([0xc0; 16]);
        trial
            .sql(
                "insert into organisation (id, name, created_at) values ($1, 'Trường B', 0)",
                &[&office.to_string()],
            )
            .await;
        let thu = Member {
            id: StaffId::from_random([0xc1; 16]),
            name: "thu".into(),
            display_name: "THU".into(),
            organisation: office,
        };
        let mut tx = trial.app.db.write().await.unwrap();
        let hash = crate::staff::password::hash(PASSWORD).unwrap();
        staff::put(&mut tx, &thu, &hash).await.unwrap();
        let everywhere = Grant {
            role: Role::SiteLead,
            scope: Scope::Installation,
        };
        staff::grant(&mut tx, thu.id, everywhere, "command", Timestamp(0))
            .await
            .unwrap();
        trial.enrol(&mut tx, thu.id).await;
        tx.commit().await.unwrap();
        let (lan, minh, thu) = (
            trial.login("lan").await,
            trial.login("minh").await,
            trial.login("thu").await,
        );
        Self {
            trial,
            lan,
            minh,
            thu,
        }
    }

    /// Time goes by; sessions have locked themselves, and everybody logs in again.
    async fn later(&mut self, time: Millis) {
        self.trial.app.clock.advance(time);
        self.lan = self.trial.login("lan").await;
        self.minh = self.trial.login("minh").await;
        self.thu = self.trial.login("thu").await;
    }

    async fn propose(&self, who: &str, act: CriticalAct) -> Result<ProposalView, ProblemCode> {
        let request = ProposeRequest {
            act,
            reason: "mất điện ở trường".into(),
        };
        view(self.trial.post(who, route::PROPOSALS, &request).await)
    }

    async fn decide(
        &self,
        who: &str,
        shown: &ProposalView,
        verdict: Verdict,
    ) -> Result<ProposalView, ProblemCode> {
        let request = DecideRequest {
            verdict,
            hash: shown.hash,
            reason: "đã kiểm tra".into(),
        };
        let path = route::with_id(route::PROPOSAL_DECISION, shown.content.id);
        view(self.trial.post(who, &path, &request).await)
    }

    /// Proposed by lan, approved by thu.
    async fn both(&self, act: CriticalAct) -> ProposalState {
        let proposal = self.propose(&self.lan, act).await.unwrap();
        self.decide(&self.thu, &proposal, Verdict::Approve)
            .await
            .unwrap()
            .state
    }

    async fn room(&self, action: RoomAction) -> Result<(), ProblemCode> {
        let path = route::with_id(route::ROOM_ACTION, self.trial.rooms[0]);
        let request = RoomActionRequest {
            action,
            reason: "mất điện".into(),
        };
        let (status, body) = self.trial.post(&self.lan, &path, &request).await;
        if status == StatusCode::OK {
            Ok(())
        } else {
            Err(code(&body))
        }
    }

    fn start(&self) -> CriticalAct {
        CriticalAct::StartRoom {
            room: self.trial.rooms[0],
        }
    }

    async fn admit(&self, at: usize) {
        let attempt = self.trial.attempts[at].to_string();
        let text = "insert into admission (attempt, at, admitted_by, reason, evidence_hash) values ($1, 1, 'x', '', x'00')";
        self.trial.sql(text, &[&attempt]).await;
        let head = format!("update attempt set head = x'{}' where id = $1", "00".repeat(32));
        self.trial.sql(&head, &[&attempt]).await;
    }
}

fn code(body: &Value) -> ProblemCode {
    serde_json::from_value(body["code"].clone()).unwrap()
}

fn view((status, body): (StatusCode, Value)) -> Result<ProposalView, ProblemCode> {
    if status == StatusCode::OK {
        Ok(serde_json::from_value(body).unwrap())
    } else {
        Err(code(&body))
    }
}

#[tokio::test]
async fn a_room_is_started_outside_its_plan_by_two_people_of_two_schools_only() {
    let mut hall = Hall::new().await;
    hall.later(Millis::minutes(16)).await;
    hall.room(RoomAction::Open).await.unwrap();
    assert_eq!(
        hall.room(RoomAction::Start).await,
        Err(ProblemCode::ProposalNeeded)
    );
    let proposal = hall.propose(&hall.minh, hall.start()).await.unwrap();
    assert!(proposal.content.object.contains("Phòng 01") && proposal.content.object.contains("Toán"));
    assert_eq!(
        hall.decide(&hall.minh, &proposal, Verdict::Approve).await,
        Err(ProblemCode::NotAllowed)
    );
    assert_eq!(
        hall.decide(&hall.lan, &proposal, Verdict::Approve).await,
        Err(ProblemCode::NotAllowed)
    );
    let mut other = proposal.clone();
    other.hash = Fixed([0; 32]);
    assert_eq!(
        hall.decide(&hall.thu, &other, Verdict::Approve).await,
        Err(ProblemCode::RecordInvalid)
    );
    let done = hall.decide(&hall.thu, &proposal, Verdict::Approve).await.unwrap();
    assert_eq!(
        (done.state, done.content),
        (ProposalState::Done, proposal.content.clone())
    );
    assert_eq!(
        hall.decide(&hall.thu, &proposal, Verdict::Approve).await,
        Err(ProblemCode::WrongState)
    );
    assert_eq!(
        hall.trial
            .number("select count(*) from room where state = 'running'")
            .await,
        1
    );
    let acts =
        "select count(*) from audit where act in ('proposal.propose', 'proposal.decide', 'room.start')";
    assert_eq!(hall.trial.number(acts).await, 3);
}

#[tokio::test]
async fn everybody_sees_what_was_proposed_and_whether_they_may_decide() {
    let mut hall = Hall::new().await;
    hall.room(RoomAction::Open).await.unwrap();
    let proposal = hall.propose(&hall.lan, hall.start()).await.unwrap();
    assert_eq!(proposal.may_decide, MayDecide::Own);
    for (who, expected) in [(&hall.minh, MayDecide::NotAllowed), (&hall.thu, MayDecide::Yes)] {
        let (_, body) = hall.trial.get(who, route::PROPOSALS).await;
        let all: Proposals = serde_json::from_slice(&body).unwrap();
        assert_eq!(all.open[0].content, proposal.content);
        assert_eq!(
            (all.open[0].may_decide, all.open[0].hash),
            (expected, proposal.hash)
        );
    }
    let rejected = hall.decide(&hall.thu, &proposal, Verdict::Reject).await.unwrap();
    assert_eq!(rejected.state, ProposalState::Rejected);
    assert_eq!(rejected.decision.unwrap().organisation_name, "Trường B");
    let again = hall.propose(&hall.lan, hall.start()).await.unwrap();
    hall.later(Millis::minutes(30)).await;
    assert_eq!(
        hall.decide(&hall.thu, &again, Verdict::Approve).await,
        Err(ProblemCode::WrongState)
    );
    let hoa = hall.trial.login("hoa").await;
    let (status, _) = hall
        .trial
        .get(&hoa, &route::with_id(route::PROPOSAL, again.content.id))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another room's");
}

#[tokio::test]
async fn what_has_moved_on_meanwhile_is_not_done_and_the_proposal_ends() {
    let hall = Hall::new().await;
    hall.room(RoomAction::Open).await.unwrap();
    let proposal = hall.propose(&hall.lan, hall.start()).await.unwrap();
    hall.room(RoomAction::Start).await.unwrap();
    let ended = hall.decide(&hall.thu, &proposal, Verdict::Approve).await.unwrap();
    assert_eq!(ended.state, ProposalState::Overtaken);
    assert!(ended.decision.unwrap().reason.contains("đang thi"));
    assert_eq!(
        hall.propose(&hall.lan, hall.start()).await.map(|_| ()),
        Err(ProblemCode::WrongState)
    );
}

#[tokio::test]
async fn much_time_needs_two_and_little_time_does_not() {
    let hall = Hall::new().await;
    hall.room(RoomAction::Open).await.unwrap();
    let one = Some(hall.trial.attempts[0]);
    let give = |minutes, attempt| RoomAction::AddTime { minutes, attempt };
    hall.room(give(20, one)).await.unwrap();
    assert_eq!(hall.room(give(11, None)).await, Err(ProblemCode::ProposalNeeded));
    hall.room(give(10, None)).await.unwrap();
    assert_eq!(hall.room(give(1, one)).await, Err(ProblemCode::ProposalNeeded));
    let room = hall.trial.rooms[0];
    let act = CriticalAct::AddTime {
        room,
        attempt: one,
        minutes: 60,
    };
    assert_eq!(hall.both(act).await, ProposalState::Done);
    let credit = "select max(credit) from attempt";
    assert_eq!(hall.trial.number(credit).await, Millis::minutes(80).0);
    let elsewhere = CriticalAct::AddTime {
        room,
        attempt: Some(hall.trial.attempts[3]),
        minutes: 60,
    };
    assert_eq!(
        hall.propose(&hall.lan, elsewhere).await.map(|_| ()),
        Err(ProblemCode::NotFound)
    );
}

#[tokio::test]
async fn a_voided_attempt_is_kept_fenced_and_shown_with_its_reason() {
    let hall = Hall::new().await;
    let attempt = hall.trial.attempts[0];
    hall.admit(0).await;
    assert_eq!(
        hall.both(CriticalAct::VoidAttempt { attempt }).await,
        ProposalState::Done
    );
    let again = hall
        .propose(&hall.lan, CriticalAct::VoidAttempt { attempt })
        .await;
    assert_eq!(again.map(|_| ()), Err(ProblemCode::WrongState));
    assert_eq!(hall.trial.number("select max(epoch) from attempt").await, 1);
    let (_, body) = hall
        .trial
        .get(&hall.lan, &route::with_id(route::ROOM_BOARD, hall.trial.rooms[0]))
        .await;
    let board: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(board["candidates"][0]["voided"], "mất điện ở trường");
}

#[tokio::test]
async fn an_attempt_is_opened_again_in_an_ended_room_and_the_room_waits_for_it() {
    let mut hall = Hall::new().await;
    hall.admit(0).await;
    let attempt = hall.trial.attempts[0];
    let reopen = CriticalAct::ReopenAttempt { attempt, minutes: 10 };
    assert_eq!(
        hall.propose(&hall.lan, reopen.clone()).await.map(|_| ()),
        Err(ProblemCode::WrongState)
    );
    hall.trial
        .sql(
            "update room set state = 'ended', stopped_at = 1, elapsed = 3000000 where id = $1",
            &[&hall.trial.rooms[0].to_string()],
        )
        .await;
    hall.trial
        .sql(
            "update attempt set handed_in_at = 1 where id = $1",
            &[&attempt.to_string()],
        )
        .await;
    assert_eq!(hall.both(reopen.clone()).await, ProposalState::Done);
    assert_eq!(
        hall.propose(&hall.lan, reopen).await.map(|_| ()),
        Err(ProblemCode::WrongState)
    );
    assert_eq!(hall.trial.number("select count(*) from reopening").await, 1);
    assert_eq!(hall.room(RoomAction::Close).await, Err(ProblemCode::WrongState));
    let path = route::with_id(route::ATTEMPT_TAKE_OVER, attempt);
    let ticket = serde_json::json!({ "reason": "mở lại bài" });
    assert_eq!(hall.trial.post(&hall.lan, &path, &ticket).await.0, StatusCode::OK);
    hall.later(Millis::minutes(10)).await;
    hall.room(RoomAction::Close).await.unwrap();
}

#[tokio::test]
async fn an_unmasking_is_good_for_what_was_proposed_once_and_for_ten_minutes() {
    let hall = Hall::new().await;
    let (attempt, what) = (hall.trial.attempts[0], Masked::Portrait);
    let take = async |proposal, attempt| {
        let mut tx = hall.trial.app.db.write().await.unwrap();
        let now = hall.trial.app.clock.now();
        let taken = crate::staff::proposal::store::take_unmasking(&mut tx, proposal, attempt, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        taken.map(|taken| taken.act().what)
    };
    let propose = async || {
        let act = CriticalAct::Unmask { attempt, what };
        hall.propose(&hall.lan, act).await.unwrap()
    };
    let first = propose().await;
    let id = first.content.id;
    assert_eq!(take(id, attempt).await, None, "nobody has approved it");
    hall.decide(&hall.thu, &first, Verdict::Approve).await.unwrap();
    assert_eq!(
        take(id, hall.trial.attempts[1]).await,
        None,
        "not of somebody else"
    );
    assert_eq!(take(id, attempt).await, Some(what));
    assert_eq!(take(id, attempt).await, None, "once");
    let second = propose().await;
    hall.decide(&hall.thu, &second, Verdict::Approve).await.unwrap();
    hall.trial.app.clock.advance(Millis::minutes(10));
    assert_eq!(take(second.content.id, attempt).await, None, "too late");
}

#[tokio::test]
async fn only_its_proposer_takes_a_proposal_back_and_a_key_is_corrected_after_closing_only() {
    let hall = Hall::new().await;
    let act = CriticalAct::CorrectKey {
        sitting: hall.trial.sitting,
        item: 0,
        correction: KeyCorrection::FullMarks,
    };
    assert_eq!(
        hall.propose(&hall.lan, act).await.map(|_| ()),
        Err(ProblemCode::WrongState)
    );
    hall.room(RoomAction::Open).await.unwrap();
    let proposal = hall.propose(&hall.lan, hall.start()).await.unwrap();
    let path = route::with_id(route::PROPOSAL, proposal.content.id);
    let (status, _) = hall.trial.delete(&hall.thu, &path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = hall.trial.delete(&hall.lan, &path).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        hall.decide(&hall.thu, &proposal, Verdict::Approve).await,
        Err(ProblemCode::WrongState)
    );
}

#[tokio::test]
async fn a_proposal_that_was_changed_in_the_database_can_not_be_decided() {
    let hall = Hall::new().await;
    hall.room(RoomAction::Open).await.unwrap();
    let proposal = hall.propose(&hall.lan, hall.start()).await.unwrap();
    hall.trial.tamper("update proposal set content = x'a0'").await;
    assert_eq!(
        hall.decide(&hall.thu, &proposal, Verdict::Approve).await,
        Err(ProblemCode::StorageUnavailable)
    );
}

#[tokio::test]
async fn a_whole_sitting_and_a_right_get_their_time_by_two_people() {
    let hall = Hall::new().await;
    let (sitting, attempt) = (hall.trial.sitting, hall.trial.attempts[0]);
    let head = "00".repeat(32);
    hall.trial
        .sql("update attempt set head = unhex($1)", &[&head])
        .await;
    let all = CriticalAct::AddSittingTime { sitting, minutes: 7 };
    assert_eq!(
        hall.propose(&hall.lan, all.clone()).await,
        Err(ProblemCode::WrongState),
        "no room is open"
    );
    hall.room(RoomAction::Open).await.unwrap();
    assert_eq!(hall.both(all).await, ProposalState::Done);
    let right = |percent, minutes| CriticalAct::Accommodate {
        attempt,
        percent,
        minutes,
    };
    assert_eq!(
        hall.propose(&hall.lan, right(101, 0)).await,
        Err(ProblemCode::MalformedRequest)
    );
    assert_eq!(hall.both(right(20, 3)).await, ProposalState::Done);
    let loaded = crate::sitting::store::load_attempt(hall.trial.app.db.reader(), attempt)
        .await
        .unwrap()
        .unwrap();
    let expected = crate::trial::DURATION + Millis::minutes(7 + 10 + 3);
    assert_eq!(loaded.standing.remaining(hall.trial.app.clock.now()), expected);
    let other = crate::sitting::store::load_room(hall.trial.app.db.reader(), hall.trial.rooms[1]).await;
    assert_eq!(other.unwrap().unwrap().credit(), Millis(0), "it is not open yet");
}

#[tokio::test]
async fn late_answers_count_by_two_people_once_and_only_as_far_as_they_continue_the_journal() {
    let hall = Hall::new().await;
    let attempt = hall.trial.attempts[0];
    let id = attempt.to_string();
    let genesis = journal::genesis(attempt).to_string();
    let sql = "update attempt set head = unhex($1), epoch = 1 where id = $2";
    hall.trial.sql(sql, &[&genesis, &id]).await;
    let sql = "insert into seat (attempt, epoch, public_key, certificate, token_hash, claimed_at)
        values ($1, 1, x'00', x'00', x'00', 0)";
    hall.trial.sql(sql, &[&id]).await;
    let sql = "insert into admission (attempt, at, admitted_by, reason, evidence_hash) values ($1, 1, '', '', unhex($2))";
    hall.trial.sql(sql, &[&id, &genesis]).await;
    let entry = JournalEntry {
        attempt,
        epoch: 1,
        sequence: 1,
        previous: journal::genesis(attempt),
        question: 2,
        response: Response::Choice(1),
        flagged: false,
        elapsed: Millis(0),
    };
    let bytes = Bytes(canonical::encode(&entry));
    let owner = journal::Owner {
        attempt,
        epoch: 1,
        questions: 2,
    };
    let lines = journal::decode(&owner, vec![bytes.clone()]).unwrap();
    let mut tx = hall.trial.app.db.write().await.unwrap();
    crate::sitting::store::late::keep(&mut tx, (attempt, 1), &lines, Timestamp(5))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let count = |last| CriticalAct::CountLate { attempt, last };
    assert_eq!(
        hall.propose(&hall.lan, count(2)).await,
        Err(ProblemCode::WrongState),
        "there is no second line"
    );
    let newest = async || {
        let mut tx = hall.trial.app.db.write().await.unwrap();
        let all = crate::result::store::submissions(&mut tx, hall.trial.rooms[0]).await;
        all.unwrap().remove(0).newest
    };
    assert!(newest().await.is_empty(), "nothing counts by itself");
    assert_eq!(hall.both(count(1)).await, ProposalState::Done);
    assert_eq!(newest().await, [bytes]);
    assert_eq!(
        hall.propose(&hall.lan, count(1)).await,
        Err(ProblemCode::WrongState),
        "decided once"
    );
}
