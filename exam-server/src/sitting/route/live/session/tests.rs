//! A seat's whole life on a real database and the real routes: what is taken, what is refused, what survives.

use super::*;
use crate::router::router;
use crate::shell::tls::Peer;
use crate::sitting::journal;
use crate::sitting::submission::verify::verify;
use crate::sitting::task::closing::end_what_is_over;
use crate::sitting::{state::Room, ticket};
use crate::trial::{DURATION, Trial};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use certs::seal::ContentKey;
use certs::signing::{SigningKey, verify_cose};
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::canonical;
use exam_protocol::console::TicketView;
use exam_protocol::id::AttemptId;
use exam_protocol::paper::SealedForm;
use exam_protocol::record::{HAND_IN, HandIn, RECEIPT, Receipt};
use exam_protocol::route;
use exam_protocol::seat::{ClaimRequest, ClaimResponse, claim_proof_input, normalise_ticket};
use exam_protocol::time::Millis;
use std::net::{IpAddr, Ipv4Addr};
use tower::ServiceExt;

/// Everybody is let in, the paper is there, the first room is open.
async fn hall() -> Trial {
    let trial = Trial::new().await;
    for (n, attempt) in trial.attempts.iter().enumerate() {
        let id = attempt.to_string();
        let head = journal::genesis(*attempt).to_string();
        trial
            .sql("update attempt set head = unhex($1) where id = $2", &[&head, &id])
            .await;
        let evidence = format!("{n:064}");
        let text = "insert into admission (attempt, at, admitted_by, reason, evidence_hash) values ($1, 1, '', '', unhex($2))";
        trial.sql(text, &[&id, &evidence]).await;
    }
    let paper = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/fixtures/papers/demo-toan.gift"
    );
    assert!(
        trial
            .command(&["paper", "import", paper, "--sitting", &trial.sitting.to_string()])
            .await
    );
    act(&trial, Room::open).await;
    trial
}

/// Moves the first room.
async fn act(trial: &Trial, step: impl FnOnce(Room) -> Result<Room, crate::sitting::state::Refused>) {
    let mut tx = trial.app.db.write().await.unwrap();
    let room = store::load_room(&mut *tx, trial.rooms[0]).await.unwrap().unwrap();
    store::save_room(&mut tx, &step(room).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    trial.app.changes.touch(trial.rooms[0]);
}

async fn start(trial: &Trial) {
    let now = trial.app.clock.now();
    act(trial, |room| room.start(now)).await;
}

async fn ticket(trial: &Trial, attempt: AttemptId) -> TicketView {
    let mut tx = trial.app.db.write().await.unwrap();
    let ticket = ticket::issue(&mut tx, &trial.app, attempt).await.unwrap();
    tx.commit().await.unwrap();
    ticket
}

fn request_with(key: &SigningKey, ticket: &str) -> ClaimRequest {
    let public = Fixed(key.public_key());
    let input = claim_proof_input(&normalise_ticket(ticket), &public);
    let proof = key.sign(&ring::rand::SystemRandom::new(), &input).unwrap();
    ClaimRequest {
        ticket: ticket.into(),
        key: public,
        proof: Fixed(proof),
    }
}

async fn post_claim(trial: &Trial, request: &ClaimRequest) -> (StatusCode, Vec<u8>) {
    let peer = Peer {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        certificate: None,
    };
    let request = Request::post(route::SEAT_CLAIM)
        .header(header::CONTENT_TYPE, "application/json")
        .extension(peer)
        .body(Body::from(serde_json::to_vec(request).unwrap()))
        .unwrap();
    let response = router(trial.app.clone()).oneshot(request).await.unwrap();
    (
        response.status(),
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
    )
}

async fn refused_claim(trial: &Trial, request: &ClaimRequest) -> ProblemCode {
    let (_, body) = post_claim(trial, request).await;
    serde_json::from_slice::<exam_protocol::problem::Problem>(&body)
        .unwrap()
        .code
}

/// A seat as a page would hold it.
struct Page {
    session: Session,
    first: Vec<SeatEvent>,
    key: SigningKey,
    claim: ClaimResponse,
    sequence: u64,
    head: Digest,
}

async fn claimed(trial: &Trial, attempt: AttemptId) -> (SigningKey, ClaimResponse) {
    let key = SigningKey::generate(&ring::rand::SystemRandom::new()).unwrap();
    let (status, body) = post_claim(trial, &request_with(&key, &ticket(trial, attempt).await.ticket)).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    (key, serde_json::from_slice(&body).unwrap())
}

async fn seated(trial: &Trial, attempt: AttemptId) -> Page {
    let (key, claim) = claimed(trial, attempt).await;
    let Ok((session, first)) = Session::begin(trial.app.clone(), &claim.token, String::new()).await else {
        panic!("no session")
    };
    let (sequence, head) = (claim.last_sequence, claim.head);
    Page {
        session,
        first,
        key,
        claim,
        sequence,
        head,
    }
}

impl Page {
    /// The next line of the journal.
    fn line(&mut self, question: u16, response: Response) -> Bytes {
        self.sequence += 1;
        let bytes = canonical::encode(&JournalEntry {
            attempt: self.claim.attempt,
            epoch: self.claim.epoch,
            sequence: self.sequence,
            previous: self.head,
            question,
            response,
            flagged: false,
            elapsed: Millis(0),
        });
        self.head = Fixed(sha256(&bytes));
        Bytes(bytes)
    }

    async fn send(&mut self, message: SeatMessage) -> SeatEvent {
        match self.session.message(message).await {
            Next::Send(events) => events.into_iter().next().unwrap(),
            Next::Last(event) => event,
            Next::Stop => panic!("the server stops"),
        }
    }

    async fn entries(&mut self, lines: &[Bytes]) -> SeatEvent {
        self.send(SeatMessage::Entries(lines.to_vec())).await
    }

    async fn news(&mut self) -> Vec<SeatEvent> {
        match self.session.refresh(Cause::Act).await {
            Next::Send(events) => events,
            Next::Last(event) => vec![event],
            Next::Stop => panic!("the server stops"),
        }
    }

    fn hand_in(&self, answers: Vec<exam_protocol::answer::Answer>, commitment: Digest) -> Vec<u8> {
        let content = HandIn {
            attempt: self.claim.attempt,
            epoch: self.claim.epoch,
            form: self.session.attempt.form.unwrap(),
            key_commitment: commitment,
            last_sequence: self.sequence,
            head: self.head,
            answers,
        };
        self.key
            .sign_cose(
                &ring::rand::SystemRandom::new(),
                HAND_IN,
                canonical::encode(&content),
            )
            .unwrap()
    }
}

fn is_acknowledged(event: &SeatEvent, line: u64) -> bool {
    matches!(event, SeatEvent::Acknowledged { through } if *through == line)
}

fn refusal(event: &SeatEvent) -> Option<(ProblemCode, u64)> {
    match event {
        SeatEvent::Refused { code, last_sequence } => Some((*code, *last_sequence)),
        _ => None,
    }
}

async fn sealed(trial: &Trial, token: &Fixed<32>) -> (StatusCode, Vec<u8>) {
    let request = Request::get(route::SEAT_FORM).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = router(trial.app.clone())
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    (
        response.status(),
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
    )
}

#[tokio::test]
async fn a_ticket_is_good_once_and_for_its_time_only() {
    let trial = hall().await;
    let key = SigningKey::generate(&ring::rand::SystemRandom::new()).unwrap();
    let first = ticket(&trial, trial.attempts[0]).await;
    let second = ticket(&trial, trial.attempts[0]).await;
    let other = SigningKey::generate(&ring::rand::SystemRandom::new()).unwrap();
    let stolen = ClaimRequest {
        key: Fixed(other.public_key()),
        ..request_with(&key, &second.ticket)
    };
    assert_eq!(
        refused_claim(&trial, &request_with(&key, "AAAA-AAAA")).await,
        ProblemCode::TicketInvalid
    );
    assert_eq!(
        refused_claim(&trial, &request_with(&key, &first.ticket)).await,
        ProblemCode::TicketInvalid
    );
    assert_eq!(refused_claim(&trial, &stolen).await, ProblemCode::RecordInvalid);
    assert_eq!(
        post_claim(&trial, &request_with(&key, &second.ticket.to_lowercase()))
            .await
            .0,
        StatusCode::OK
    );
    assert_eq!(
        refused_claim(&trial, &request_with(&key, &second.ticket)).await,
        ProblemCode::TicketInvalid
    );
    let late = ticket(&trial, trial.attempts[1]).await;
    trial.app.clock.advance(late.expires_at - trial.app.clock.now());
    assert_eq!(
        refused_claim(&trial, &request_with(&key, &late.ticket)).await,
        ProblemCode::TicketInvalid
    );
    let planned = ticket(&trial, trial.attempts[3]).await;
    assert_eq!(
        refused_claim(&trial, &request_with(&key, &planned.ticket)).await,
        ProblemCode::WrongState
    );
    for _ in 0..8 {
        refused_claim(&trial, &request_with(&key, "BBBB-0000")).await;
    }
    assert_eq!(
        refused_claim(&trial, &request_with(&key, "BBBB-0001")).await,
        ProblemCode::TooManyTries
    );
}

#[tokio::test]
async fn the_paper_opens_at_the_start_and_not_before() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    assert_eq!(page.first.len(), 1, "a welcome and no key");
    let form: SealedForm = canonical::decode(&sealed(&trial, &page.claim.token).await.1).unwrap();
    let room = trial.rooms[0];
    assert!(
        paper::release::paper_key(&trial.app, room, form.context.form)
            .await
            .is_err()
    );
    let line = page.line(1, Response::Choice(0));
    assert_eq!(
        refusal(&page.entries(&[line]).await),
        Some((ProblemCode::WrongState, 0))
    );
    start(&trial).await;
    let news = page.news().await;
    let [SeatEvent::State(state), SeatEvent::FormKey { key, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!((state.phase, state.remaining <= DURATION), (Phase::Running, true));
    let opened = question_bank::seal::open_paper(&form, &ContentKey::from_bytes(key.0)).unwrap();
    assert_eq!(
        opened.questions().count(),
        usize::from(page.session.attempt.questions)
    );
    assert!(page.news().await.is_empty(), "said once");
    assert!(
        paper::release::key_sheets(&trial.app, trial.app.db.reader(), room)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn answers_are_taken_once_in_order_and_only_from_this_seat() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    let mut other = seated(&trial, trial.attempts[1]).await;
    start(&trial).await;
    page.news().await;
    other.news().await;
    let lines: Vec<Bytes> = (0..5).map(|n| page.line(1, Response::Choice(n))).collect();
    assert!(is_acknowledged(&page.entries(&lines[..2]).await, 2));
    assert!(
        is_acknowledged(&page.entries(&lines[..2]).await, 2),
        "a replay is harmless"
    );
    assert!(
        is_acknowledged(&page.entries(&lines[1..3]).await, 3),
        "a replay with news"
    );
    assert_eq!(
        refusal(&page.entries(&lines[4..]).await),
        Some((ProblemCode::RecordInvalid, 3)),
        "a gap"
    );
    assert_eq!(
        refusal(&other.entries(&lines[3..]).await),
        Some((ProblemCode::RecordInvalid, 0)),
        "somebody else's"
    );
    assert_eq!(
        refusal(&page.entries(&[Bytes(vec![1])]).await),
        Some((ProblemCode::MalformedRequest, 3))
    );
    let mut forged = seated(&trial, trial.attempts[2]).await;
    let honest = forged.line(1, Response::Choice(0));
    assert!(is_acknowledged(&forged.entries(&[honest]).await, 1));
    (forged.sequence, forged.head) = (0, forged.claim.head);
    let changed = forged.line(1, Response::Choice(1));
    assert_eq!(
        refusal(&forged.entries(&[changed]).await),
        Some((ProblemCode::RecordInvalid, 1)),
        "another first line"
    );
    assert!(is_acknowledged(&page.entries(&lines[3..]).await, 5));
    assert_eq!(trial.number("select count(*) from journal").await, 6);
}

#[tokio::test]
async fn a_second_socket_of_the_same_seat_goes_on_where_the_first_ended() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    start(&trial).await;
    page.news().await;
    let (first, second) = (
        page.line(1, Response::Choice(0)),
        page.line(2, Response::Choice(1)),
    );
    let Ok((again, _)) = Session::begin(trial.app.clone(), &page.claim.token, String::new()).await else {
        panic!("no session")
    };
    assert!(is_acknowledged(&page.entries(&[first]).await, 1));
    page.session = again;
    assert!(
        is_acknowledged(&page.entries(&[second]).await, 2),
        "it looks again instead of refusing"
    );
}

#[tokio::test]
async fn a_take_over_fences_the_old_seat_off() {
    let trial = hall().await;
    let mut old = seated(&trial, trial.attempts[0]).await;
    start(&trial).await;
    old.news().await;
    let first = old.line(1, Response::Choice(3));
    assert!(is_acknowledged(
        &old.entries(std::slice::from_ref(&first)).await,
        1
    ));
    let mut new = seated(&trial, trial.attempts[0]).await;
    assert_eq!(
        (new.claim.epoch, new.claim.last_sequence, new.claim.head),
        (2, 1, old.head)
    );
    let [SeatEvent::Welcome { answers, .. }, SeatEvent::FormKey { .. }] = new.first.as_slice() else {
        panic!()
    };
    assert_eq!(answers, &[first], "the new PC shows what was answered");
    let tail = old.line(1, Response::Choice(2));
    assert!(matches!(
        old.entries(std::slice::from_ref(&tail)).await,
        SeatEvent::TakenOver
    ));
    let kept = store::late::all(trial.app.db.reader(), trial.attempts[0])
        .await
        .unwrap();
    assert_eq!(
        (kept[0].branch.as_str(), &kept[0].entry),
        ("side", &tail),
        "kept as a side branch"
    );
    let seat = old.session.seat().clone();
    super::tail(&trial.app, &seat, vec![tail.clone()]).await.unwrap();
    assert_eq!(
        trial.number("select count(*) from late_line").await,
        1,
        "the same line once"
    );
    assert_eq!(
        refusal(&new.entries(&[tail]).await),
        Some((ProblemCode::RecordInvalid, 1))
    );
    assert!(matches!(
        old.send(SeatMessage::Heartbeat { state_version: 0 }).await,
        SeatEvent::TakenOver
    ));
    assert_eq!(sealed(&trial, &old.claim.token).await.0, StatusCode::CONFLICT);
    assert!(matches!(
        Session::begin(trial.app.clone(), &old.claim.token, String::new()).await,
        Err(SeatEvent::TakenOver)
    ));
    let next = new.line(2, Response::Choice(0));
    assert!(is_acknowledged(&new.entries(&[next]).await, 2));
}

#[tokio::test]
async fn after_the_deadline_only_what_was_on_its_way_counts() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    start(&trial).await;
    page.news().await;
    trial.app.clock.advance(DURATION);
    let news = page.news().await;
    let [SeatEvent::State(state)] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!((state.phase, state.remaining), (Phase::Ended, Millis(0)));
    let in_grace = page.line(1, Response::Choice(0));
    assert!(is_acknowledged(&page.entries(&[in_grace]).await, 1));
    end_what_is_over(&trial.app).await.unwrap();
    assert_eq!(
        trial
            .number("select count(*) from room where state = 'running'")
            .await,
        1,
        "grace is not over"
    );
    trial.app.clock.advance(Millis::seconds(31));
    end_what_is_over(&trial.app).await.unwrap();
    assert_eq!(
        trial
            .number("select count(*) from room where state = 'ended'")
            .await,
        1
    );
    let kept = (page.sequence, page.head);
    let late = page.line(1, Response::Choice(1));
    assert_eq!(
        refusal(&page.entries(&[late]).await),
        Some((ProblemCode::TooLate, 1))
    );
    assert_eq!(
        trial
            .number("select count(*) from late_line where branch = 'late'")
            .await,
        1
    );
    assert_eq!(
        trial.number("select count(*) from journal").await,
        1,
        "kept aside, not in the journal"
    );
    (page.sequence, page.head) = kept;
    let receipt = hand_in(&trial, &mut page).await;
    assert!(receipt.late);
    assert_eq!(trial.number("select late from hand_in").await, 1);
}

/// Hands in what the journal says and checks the receipt.
async fn hand_in(trial: &Trial, page: &mut Page) -> Receipt {
    let commitment = canonical::decode::<SealedForm>(&sealed(trial, &page.claim.token).await.1)
        .unwrap()
        .key_commitment;
    let newest = store::journal::newest(trial.app.db.reader(), page.claim.attempt)
        .await
        .unwrap();
    let envelope = page.hand_in(journal::final_answers(&newest).unwrap(), commitment);
    let SeatEvent::Receipt(receipt) = page.send(SeatMessage::HandIn(Bytes(envelope.clone()))).await else {
        panic!()
    };
    let again = page.send(SeatMessage::HandIn(Bytes(envelope.clone()))).await;
    assert!(
        matches!(again, SeatEvent::Receipt(same) if same == receipt),
        "the same receipt for the same bytes"
    );
    let payload = verify_cose(&trial.app.keys.receipt.public_key(), RECEIPT, &receipt.0).unwrap();
    let receipt: Receipt = canonical::decode(&payload).unwrap();
    assert_eq!(receipt.hand_in, Fixed(sha256(&envelope)));
    receipt
}

#[tokio::test]
async fn a_hand_in_agrees_with_the_journal_and_closes_the_attempt() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    start(&trial).await;
    page.news().await;
    let lines = [
        page.line(1, Response::Choice(0)),
        page.line(2, Response::Choice(1)),
        page.line(1, Response::Blank),
    ];
    assert!(is_acknowledged(&page.entries(&lines).await, 3));
    let lie = page.hand_in(Vec::new(), Fixed([0; 32]));
    assert_eq!(
        refusal(&page.send(SeatMessage::HandIn(Bytes(lie))).await),
        Some((ProblemCode::RecordInvalid, 3))
    );
    assert_eq!(trial.number("select count(*) from hand_in").await, 0);
    let receipt = hand_in(&trial, &mut page).await;
    assert_eq!((receipt.answered, receipt.late), (1, false));
    let after = page.line(1, Response::Choice(2));
    assert_eq!(
        refusal(&page.entries(&[after]).await),
        Some((ProblemCode::WrongState, 3))
    );
    let certificate = &trial.app.keys.receipt_certificate;
    let file = store::hand_in::submission(trial.app.db.reader(), certificate, page.claim.attempt)
        .await
        .unwrap()
        .unwrap();
    let ca =
        certs::x509::der_from_pem(&std::fs::read_to_string(&trial.app.config.http.exam_ca).unwrap()).unwrap();
    assert_eq!(verify(&file, &ca).unwrap().answered, 1);
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_heals_without_a_restart() {
    let trial = hall().await;
    let mut page = seated(&trial, trial.attempts[0]).await;
    start(&trial).await;
    page.news().await;
    trial.full(true).await;
    let line = page.line(1, Response::Text("ă".repeat(20_000)));
    assert_eq!(
        refusal(&page.entries(std::slice::from_ref(&line)).await),
        Some((ProblemCode::StorageUnavailable, 0))
    );
    assert_eq!(
        trial
            .number("select last_sequence from attempt order by last_sequence desc limit 1")
            .await,
        0
    );
    trial.full(false).await;
    assert!(is_acknowledged(&page.entries(&[line]).await, 1));
}
