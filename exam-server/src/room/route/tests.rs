//! A room through the router, on a real database with a real sealed paper.

use super::*;
use crate::checkin::admit::{AdmissionRecord, Reason, SecondOfficial};
use crate::checkin::store::admission;
use crate::staff::control::{History, Pair};
use crate::staff::store::by_name;
use crate::trial::{DURATION, Trial};
use axum::http::StatusCode;
use exam_protocol::absence::{AbsenceRequest, Recheck, Why};
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::bytes::Fixed;
use exam_protocol::canonical;
use exam_protocol::console::Progress;
use exam_protocol::route;

/// A trial with the proctor logged in.
struct Hall {
    trial: Trial,
    cookie: String,
}

impl Hall {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let cookie = trial.login("lan").await;
        Self { trial, cookie }
    }

    fn room(&self) -> RoomId {
        self.trial.rooms[0]
    }

    async fn act(&self, action: RoomAction, reason: &str) -> Result<Board, (StatusCode, String)> {
        let request = RoomActionRequest {
            action,
            reason: reason.into(),
        };
        let path = route::with_id(route::ROOM_ACTION, self.room());
        let (status, body) = self.trial.post(&self.cookie, &path, &request).await;
        if status == StatusCode::OK {
            Ok(serde_json::from_value(body).unwrap())
        } else {
            Err((status, body["code"].as_str().unwrap_or_default().to_owned()))
        }
    }

    async fn board(&self) -> Board {
        let (status, body) = self
            .trial
            .get(&self.cookie, &route::with_id(route::ROOM_BOARD, self.room()))
            .await;
        assert_eq!(status, StatusCode::OK);
        serde_json::from_slice(&body).unwrap()
    }

    /// Lets one in without a card, and has the seat claimed.
    async fn seat(&self, at: usize) -> AttemptId {
        let app = &self.trial.app;
        let attempt = self.trial.attempts[at];
        let (first, _) = by_name(app.db.reader(), "lan").await.unwrap().unwrap();
        let (second, _) = by_name(app.db.reader(), "minh").await.unwrap().unwrap();
        let pair = Pair {
            proposer: first.id,
            proposed_at: app.clock.now(),
            decider: second.id,
        };
        let strangers = History {
            changes: &[],
            window: Millis::minutes(1),
            two_organisations: false,
        };
        let two = strangers.two_people(pair, app.clock.now()).unwrap();
        let second = SecondOfficial::new(&first, &second, two, true).unwrap();
        let reason = Reason::new("quên thẻ").unwrap();
        let record = AdmissionRecord::without_card(attempt, &first, &second, reason, app.clock.now());
        let mut tx = app.db.write().await.unwrap();
        admission::put(&mut tx, &record).await.unwrap();
        tx.commit().await.unwrap();
        self.trial
            .sql(
                "update attempt set epoch = 1 where id = $1",
                &[&attempt.to_string()],
            )
            .await;
        attempt
    }

    /// Puts a line into the journal as the seat's socket would.
    async fn answer(&self, attempt: AttemptId, sequence: u64, question: u16, response: Response) {
        let blank = response == Response::Blank;
        let entry = JournalEntry {
            attempt,
            epoch: 1,
            sequence,
            previous: Fixed([0; 32]),
            question,
            response,
            flagged: false,
            elapsed: Millis(1),
        };
        let text = format!(
            "insert into journal (attempt, epoch, sequence, question, blank, entry, hash, received_at)
             values ($1, 1, {sequence}, {question}, {}, x'{}', x'00', 0)",
            u8::from(blank),
            hex::encode(canonical::encode(&entry))
        );
        self.trial.sql(&text, &[&attempt.to_string()]).await;
    }

    /// Imports a paper of two questions, 5 marks each: right are 2 and 4.
    async fn import(&self) {
        let file = self.trial.path("paper.gift");
        std::fs::write(&file, "::Một:: 1 + 1 = ? {#2}\n\n::Hai:: 2 + 2 = ? {#4}\n").unwrap();
        let sitting = self.trial.sitting.to_string();
        assert!(
            self.trial
                .command(&["paper", "import", &file, "--sitting", &sitting])
                .await
        );
    }
}

fn refusal(status: StatusCode, code: &str) -> Result<Board, (StatusCode, String)> {
    Err((status, code.to_owned()))
}

fn conflict() -> Result<Board, (StatusCode, String)> {
    refusal(StatusCode::CONFLICT, "wrong-state")
}

#[tokio::test]
async fn a_room_goes_its_way_and_each_step_is_on_record() {
    let hall = Hall::new().await;
    assert_eq!(hall.act(RoomAction::Start, "").await, conflict());
    assert_eq!(
        hall.act(RoomAction::Open, "").await.unwrap().room.state,
        RoomState::Open
    );
    hall.seat(0).await;
    assert_eq!(hall.act(RoomAction::Start, "").await, conflict(), "no form yet");
    hall.trial.sql("update room set state = 'planned'", &[]).await;
    hall.import().await;
    hall.act(RoomAction::Open, "").await.unwrap();
    let started = hall.act(RoomAction::Start, "").await.unwrap();
    assert_eq!(
        (started.room.state, started.remaining <= DURATION),
        (RoomState::Running, true)
    );
    assert_eq!(
        hall.act(RoomAction::Pause, "").await,
        refusal(StatusCode::BAD_REQUEST, "malformed-request")
    );
    hall.act(RoomAction::Pause, "mất điện").await.unwrap();
    let paused = hall.board().await.remaining;
    hall.trial.app.clock.advance(Millis::minutes(10));
    assert_eq!(hall.board().await.remaining, paused, "the clock is stopped");
    hall.act(RoomAction::Resume, "").await.unwrap();
    let longer = hall
        .act(
            RoomAction::AddTime {
                minutes: 5,
                attempt: None,
            },
            "mất điện",
        )
        .await
        .unwrap();
    assert!(longer.remaining > DURATION && longer.remaining <= DURATION + Millis::minutes(5));
    assert_eq!(
        hall.act(RoomAction::End, "").await,
        refusal(StatusCode::BAD_REQUEST, "malformed-request")
    );
    hall.act(RoomAction::End, "báo cháy").await.unwrap();
    hall.act(RoomAction::Close, "").await.unwrap();
    assert_eq!(hall.act(RoomAction::Open, "").await, conflict());
    assert_eq!(
        hall.trial
            .number("select count(*) from audit where act like 'room.%'")
            .await,
        8
    );
}

#[tokio::test]
async fn time_for_one_is_for_one_of_this_room() {
    let hall = Hall::new().await;
    hall.act(RoomAction::Open, "").await.unwrap();
    let [own, other] = [hall.trial.attempts[0], hall.trial.attempts[3]];
    let add = |attempt| RoomAction::AddTime {
        minutes: 15,
        attempt: Some(attempt),
    };
    let board = hall.act(add(own), "khuyết tật").await.unwrap();
    assert_eq!(board.candidates[0].credits, Millis::minutes(15));
    assert_eq!(
        (board.candidates[1].credits, board.remaining),
        (Millis(0), DURATION)
    );
    assert_eq!(
        hall.act(add(other), "khuyết tật").await,
        refusal(StatusCode::NOT_FOUND, "not-found")
    );
}

#[tokio::test]
async fn closing_marks_whoever_was_there_and_the_list_leaves_only_then() {
    let hall = Hall::new().await;
    hall.import().await;
    hall.act(RoomAction::Open, "").await.unwrap();
    let working = hall.seat(0).await;
    hall.seat(1).await;
    hall.act(RoomAction::Start, "").await.unwrap();
    let two = || Response::Text("2".into());
    hall.answer(working, 1, 1, two()).await;
    hall.answer(working, 2, 2, two()).await;
    hall.answer(working, 3, 2, Response::Blank).await;
    assert_eq!(hall.board().await.candidates[0].answered, 1, "one was taken back");
    hall.answer(working, 4, 2, two()).await;
    assert_eq!(hall.board().await.candidates[0].answered, 2);
    hall.act(RoomAction::End, "diễn tập").await.unwrap();
    let csv = route::with_id(route::ROOM_RESULTS_CSV, hall.room());
    assert_eq!(hall.trial.get(&hall.cookie, &csv).await.0, StatusCode::CONFLICT);
    let board = hall.act(RoomAction::Close, "").await.unwrap();
    let marks: Vec<_> = board
        .candidates
        .iter()
        .map(|row| (row.progress, row.mark))
        .collect();
    let expected = [
        (Progress::TimedOut, Some(500)),
        (Progress::TimedOut, Some(0)),
        (Progress::Absent, None),
    ];
    assert_eq!(
        marks, expected,
        "2 is right for one of the two questions, whatever their order"
    );
    assert_eq!(hall.trial.number("select count(*) from mark").await, 4);
    let (status, file) = hall.trial.get(&hall.cookie, &csv).await;
    let text = String::from_utf8(file).unwrap();
    assert_eq!((status, text.lines().count()), (StatusCode::OK, 4));
    assert!(
        text.lines()
            .nth(1)
            .unwrap()
            .contains(",\"Hết giờ, không nộp\",5,10,"),
        "{text}"
    );
    let xlsx = route::with_id(route::ROOM_RESULTS_XLSX, hall.room());
    let (status, file) = hall.trial.get(&hall.cookie, &xlsx).await;
    assert_eq!((status, &file[..2]), (StatusCode::OK, b"PK".as_slice()));
    assert_eq!(
        hall.trial
            .number("select count(*) from audit where act = 'result.export'")
            .await,
        2
    );
}

#[tokio::test]
async fn the_board_shows_seats_in_order_with_admission_and_no_whole_number() {
    let hall = Hall::new().await;
    hall.act(RoomAction::Open, "").await.unwrap();
    hall.seat(1).await;
    let board = hall.board().await;
    let seats: Vec<_> = board.candidates.iter().map(|row| row.seat.as_str()).collect();
    assert_eq!(seats, ["1", "2", "10"]);
    let admitted = &board.candidates[1];
    assert_eq!(
        (admitted.progress, admitted.number_tail.as_str()),
        (Progress::Seated, "002")
    );
    let admission = admitted.admission.as_ref().unwrap();
    assert_eq!(
        (admission.by.as_str(), admission.second.as_deref()),
        ("LAN", Some("MINH"))
    );
    assert_eq!((admission.rule, admission.reason.as_str()), (None, "quên thẻ"));
    assert!(!serde_json::to_string(&board).unwrap().contains("001308000002"));
    let frame = exam_protocol::frame::encode(&board);
    assert_eq!(
        exam_protocol::frame::decode::<Board>(&frame),
        Ok(board),
        "the live feed carries the same"
    );
}

#[tokio::test]
async fn everybody_sees_their_own_rooms_only() {
    let hall = Hall::new().await;
    let names = async |cookie: &str| {
        let (_, body) = hall.trial.get(cookie, route::ROOMS).await;
        let rooms: Vec<RoomSummary> = serde_json::from_slice(&body).unwrap();
        rooms
            .into_iter()
            .map(|room| (room.name, room.candidates))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&hall.cookie).await,
        [("Phòng 01".to_owned(), 3), ("Phòng 02".to_owned(), 1)]
    );
    let stranger = hall.trial.login("hoa").await;
    assert_eq!(names(&stranger).await, [("Phòng 02".to_owned(), 1)]);
    for path in [
        route::ROOM_BOARD,
        route::ROOM_RESULTS_CSV,
        route::ROOM_RESULTS_XLSX,
        route::ROOM_LIVE,
    ] {
        let (status, _) = hall
            .trial
            .get(&stranger, &route::with_id(path, hall.room()))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let request = RoomActionRequest {
        action: RoomAction::Open,
        reason: String::new(),
    };
    let path = route::with_id(route::ROOM_ACTION, hall.room());
    assert_eq!(
        hall.trial.post(&stranger, &path, &request).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn who_leaves_is_checked_at_return_or_a_reason_says_why_not() {
    let hall = Hall::new().await;
    hall.act(RoomAction::Open, "").await.unwrap();
    let attempt = hall.seat(0).await;
    let path = route::with_id(route::ATTEMPT_ABSENCE, attempt);
    let note = async |request: &AbsenceRequest| hall.trial.post(&hall.cookie, &path, request).await.0;
    let leave = |why, reason: &str| AbsenceRequest::Leave {
        why,
        reason: reason.into(),
    };
    let back = |reason: &str| AbsenceRequest::Back {
        reason: reason.into(),
    };
    let absence = async || {
        let rows = hall.board().await.candidates;
        rows.into_iter()
            .find(|row| row.attempt == attempt)
            .unwrap()
            .absence
    };
    assert_eq!(note(&back("")).await, StatusCode::CONFLICT, "nobody is outside");
    assert_eq!(note(&leave(Why::Other, "")).await, StatusCode::BAD_REQUEST);
    assert_eq!(note(&leave(Why::Toilet, "")).await, StatusCode::NO_CONTENT);
    assert_eq!(
        note(&leave(Why::Toilet, "")).await,
        StatusCode::CONFLICT,
        "outside already"
    );
    assert_eq!(absence().await.unwrap().back_at, None);
    assert_eq!(
        note(&back("")).await,
        StatusCode::BAD_REQUEST,
        "the card was not read again"
    );
    assert_eq!(note(&back("đầu đọc hỏng")).await, StatusCode::NO_CONTENT);
    assert_eq!(absence().await.unwrap().recheck, Some(Recheck::None));
    assert_eq!(note(&leave(Why::Unwell, "")).await, StatusCode::NO_CONTENT);
    hall.seat(0).await;
    assert_eq!(
        note(&back("")).await,
        StatusCode::NO_CONTENT,
        "let in by two officials since"
    );
    assert_eq!(absence().await.unwrap().recheck, Some(Recheck::TwoOfficials));
    for (act, times) in [("attempt.leave", 2), ("attempt.back", 2)] {
        let found = format!("select count(*) from audit where act = '{act}'");
        assert_eq!(hall.trial.number(&found).await, times);
    }
}
