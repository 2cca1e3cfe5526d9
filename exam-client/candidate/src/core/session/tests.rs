//! A sitting as the page lives it, without a browser: every way in which time can be over, and what the line does.

use super::*;
use crate::core::receipt;
use certs::cose::Draft;
use certs::hash::{sha256, sha256_of};
use exam_protocol::answer::Response;
use exam_protocol::id::{AttemptId, FormId, SittingId};
use exam_protocol::paper::{Entry, Question, QuestionKind, SealContext, Section};
use exam_protocol::problem::ProblemCode;
use exam_protocol::record::{HAND_IN, HandIn, RECEIPT, Receipt};
use exam_protocol::seat::{CandidateLabel, SeatEvent, SeatMessage};

const ATTEMPT: AttemptId = AttemptId(Fixed([1; 16]));
const FORM: FormId = FormId(Fixed([3; 16]));
const KEY: Fixed<32> = Fixed([7; 32]);

fn record() -> SeatRecord {
    let genesis = crate::core::outbox::genesis(ATTEMPT);
    SeatRecord {
        token: Fixed([9; 32]),
        sitting: SittingId(Fixed([2; 16])),
        attempt: ATTEMPT,
        epoch: 1,
        certificate: Bytes::default(),
        candidate: CandidateLabel {
            name: "Nguyễn Thị Ánh".into(),
            candidate_number: "22000001".into(),
            room: "Phòng 01".into(),
            seat: "A1".into(),
            exam: "Kiểm tra".into(),
            subject: "Toán".into(),
        },
        base_sequence: genesis.sequence,
        base_head: genesis.hash,
        form_key: None,
        state: None,
        hand_in: None,
        receipt: None,
    }
}

fn question(number: u16, kind: QuestionKind) -> Question {
    Question {
        number,
        stem: "<p>?</p>".into(),
        kind,
        marks: 25,
    }
}

fn paper() -> CandidatePaper {
    let kinds = [
        QuestionKind::SingleChoice {
            options: vec!["a".into(), "b".into()],
        },
        QuestionKind::MultipleResponse {
            options: vec!["a".into(), "b".into()],
        },
        QuestionKind::TrueFalseGroup {
            statements: vec!["a".into(), "b".into()],
        },
        QuestionKind::ShortAnswer {
            entry: Entry::Grid { columns: 4 },
        },
        QuestionKind::Essay {
            max_characters: 1_000,
        },
    ];
    let questions = (1..)
        .zip(kinds)
        .map(|(number, kind)| question(number, kind))
        .collect();
    CandidatePaper {
        title: "Kiểm tra".into(),
        subject: "Toán".into(),
        form_code: "0101".into(),
        duration: Millis::minutes(45),
        sections: vec![Section {
            title: String::new(),
            questions,
        }],
        media: vec![],
    }
}

fn sealed() -> SealedForm {
    let context = SealContext {
        content: "paper".into(),
        sitting: SittingId(Fixed([2; 16])),
        form: FORM,
    };
    let encoded = canonical::encode(&context);
    let key_commitment = Fixed(sha256_of(&[KEY_COMMITMENT_LABEL, &encoded, KEY.as_slice()]));
    SealedForm {
        context,
        nonce: Bytes(vec![0; 12]),
        ciphertext: Bytes(vec![1]),
        key_commitment,
    }
}

fn state(version: u64, phase: Phase, remaining: Millis) -> AttemptState {
    AttemptState {
        version,
        phase,
        remaining,
        credits: Millis(0),
        now: Timestamp(1_000_000),
    }
}

/// A session, the server's end of the line, and the time.
struct Seat {
    session: Session,
    now: Millis,
    sent: Vec<SeatMessage>,
    kept: Vec<Bytes>,
    signing: Option<Vec<u8>>,
    checking: bool,
    redialled: bool,
}

impl Seat {
    fn claimed() -> Self {
        Self::of(record(), &KeptLines::default())
    }

    fn of(record: SeatRecord, kept: &KeptLines) -> Self {
        let (session, effects) = Session::begin(record, kept, Millis(0));
        let kept = kept.journal.clone();
        let mut seat = Seat {
            session,
            now: Millis(0),
            sent: vec![],
            kept,
            signing: None,
            checking: false,
            redialled: false,
        };
        seat.carry_out(effects);
        seat
    }

    /// In the middle of the exam, with everything open.
    fn answering() -> Self {
        let mut seat = Self::claimed();
        seat.open();
        seat.hear_welcome(state(1, Phase::Waiting, Millis::minutes(45)));
        seat.tick(Millis(0));
        let form = canonical::encode(&sealed());
        let effects = seat.session.form_arrived(Some(&form));
        seat.carry_out(effects);
        seat.hear(SeatEvent::State(state(2, Phase::Running, Millis::minutes(45))));
        assert_eq!(seat.stage(), Stage::Opening);
        seat.hear(SeatEvent::FormKey { form: FORM, key: KEY });
        assert_eq!(seat.stage(), Stage::Answering);
        seat
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Journal { line, .. } => {
                    self.kept.push(line.bytes.clone());
                    let next = self.session.line_kept(line.sequence, true);
                    self.carry_out(next);
                }
                Effect::Send(message) => self.sent.push(message),
                Effect::OpenForm { key, .. } => {
                    assert_eq!(key, KEY);
                    self.session
                        .form_opened(Some(&canonical::encode(&paper())), self.now);
                }
                Effect::SignHandIn(payload) => self.signing = Some(payload),
                Effect::CheckReceipt(_) => self.checking = true,
                Effect::Redial => self.redialled = true,
                Effect::FetchForm
                | Effect::KeepRecord
                | Effect::KeepAcknowledged(_)
                | Effect::KeepAnswer { .. } => {}
            }
        }
    }

    fn stage(&self) -> Stage {
        self.session.stage(self.now)
    }

    fn open(&mut self) {
        let effects = self.session.line_opened(self.now);
        self.carry_out(effects);
    }

    fn hear(&mut self, event: SeatEvent) {
        let effects = self.session.hear(event, self.now);
        self.carry_out(effects);
    }

    fn hear_welcome(&mut self, state: AttemptState) {
        let head = self.session.outbox.acknowledged();
        self.hear(SeatEvent::Welcome {
            state,
            last_sequence: head.sequence,
            head: head.hash,
            answers: vec![],
        });
    }

    fn tick(&mut self, after: Millis) {
        self.now = self.now + after;
        let effects = self.session.tick(self.now);
        self.carry_out(effects);
    }

    fn answer(&mut self, question: u16, response: Response) {
        let effects = self.session.answer(question, response, self.now);
        self.carry_out(effects);
    }

    fn acknowledge_all(&mut self) {
        let through = self.session.outbox.last().sequence;
        self.hear(SeatEvent::Acknowledged { through });
    }

    fn signed(&mut self) -> (HandIn, Bytes) {
        let payload = self.signing.take().expect("a hand-in to sign");
        let hand_in = canonical::decode(&payload).unwrap();
        let bytes = Bytes(Draft::new(HAND_IN, payload).finish([1; 64]));
        let effects = self.session.hand_in_signed(Some(bytes.clone()), self.now);
        self.carry_out(effects);
        (hand_in, bytes)
    }

    fn hand_ins_sent(&self) -> usize {
        self.sent
            .iter()
            .filter(|message| matches!(message, SeatMessage::HandIn(_)))
            .count()
    }

    fn receipt(&mut self, hand_in: &Bytes) {
        let receipt = Receipt {
            attempt: ATTEMPT,
            hand_in: Fixed(sha256(&hand_in.0)),
            seat_certificate: Fixed([0; 32]),
            received_at: Timestamp(5),
            answered: 1,
            late: false,
        };
        self.hear(SeatEvent::Receipt(Bytes(
            Draft::new(RECEIPT, canonical::encode(&receipt)).finish([2; 64]),
        )));
    }
}

#[test]
fn saved_is_said_only_after_the_server_has_it() {
    let mut seat = Seat::answering();
    seat.answer(1, Response::Choice(0));
    assert_eq!(seat.session.saving(), Saving { unsaved: 1, at: None });
    seat.acknowledge_all();
    assert_eq!(seat.session.saving().unsaved, 0);
    assert!(seat.session.saving().at.is_some());
}

#[test]
fn a_whole_sitting_ends_with_a_checked_receipt() {
    let mut seat = Seat::answering();
    seat.answer(1, Response::Choice(1));
    let effects = seat.session.hand_in(seat.now);
    seat.carry_out(effects);
    assert!(seat.signing.is_none(), "signs only what the server has");
    seat.acknowledge_all();
    let (hand_in, bytes) = seat.signed();
    assert_eq!((hand_in.last_sequence, hand_in.answers.len()), (1, 1));
    assert_eq!(seat.stage(), Stage::HandingIn);
    seat.receipt(&bytes);
    assert!(seat.checking);
    assert_eq!(
        seat.stage(),
        Stage::HandingIn,
        "not before the signature is checked"
    );
    seat.session.receipt_checked(Some(true));
    assert_eq!(seat.stage(), Stage::HandedIn);
    let again = Seat::of(seat.session.record().clone(), &KeptLines::default());
    assert_eq!(again.session.receipt(), seat.session.receipt(), "after a reload");
}

#[test]
fn a_wrong_receipt_is_never_shown_as_handed_in() {
    let mut seat = Seat::answering();
    let effects = seat.session.hand_in(seat.now);
    seat.carry_out(effects);
    let (_, bytes) = seat.signed();
    seat.receipt(&Bytes(b"another".to_vec()));
    assert_eq!(
        (seat.stage(), seat.session.trouble()),
        (Stage::HandingIn, Some(Trouble::ReceiptInvalid))
    );
    seat.receipt(&bytes);
    seat.session.receipt_checked(Some(false));
    assert_eq!(
        (seat.stage(), seat.session.trouble()),
        (Stage::HandingIn, Some(Trouble::ReceiptInvalid))
    );
    assert!(seat.session.receipt().is_none());
}

#[test]
fn time_over_in_every_state_of_every_kind_hands_in_what_is_there() {
    let responses = [
        (1, vec![Response::Blank, Response::Choice(0)]),
        (2, vec![Response::Blank, Response::Choices(vec![0, 1])]),
        (
            3,
            vec![
                Response::Blank,
                Response::TrueFalse(vec![Some(true), None]),
                Response::TrueFalse(vec![Some(true); 2]),
            ],
        ),
        (
            4,
            vec![
                Response::Blank,
                Response::Text("-".into()),
                Response::Text("-1,5".into()),
            ],
        ),
        (5, vec![Response::Blank, Response::Text("đang viết".into())]),
    ];
    for (question, states) in responses {
        for response in states {
            for saved in [false, true] {
                end_with(question, &response, saved);
            }
        }
    }
}

fn end_with(question: u16, response: &Response, saved: bool) {
    let mut seat = Seat::answering();
    match response {
        // Text is still being typed when time is over.
        Response::Text(text) if !saved => seat.session.draft(question, text, seat.now),
        _ => seat.answer(question, response.clone()),
    }
    if saved {
        seat.acknowledge_all();
    }
    seat.hear(SeatEvent::State(state(3, Phase::Ended, Millis(0))));
    if seat.session.outbox.unsaved() > 0 {
        assert!(seat.signing.is_none());
        seat.acknowledge_all();
    }
    let (hand_in, _) = seat.signed();
    let expected: Vec<Response> = Some(response.clone())
        .filter(|r| *r != Response::Blank)
        .into_iter()
        .collect();
    assert_eq!(
        hand_in
            .answers
            .into_iter()
            .map(|answer| answer.response)
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(seat.hand_ins_sent(), 1);
}

#[test]
fn at_zero_the_page_locks_asks_and_takes_more_time_when_there_is_some() {
    let mut seat = Seat::answering();
    seat.session.draft(5, "bài làm", seat.now);
    seat.tick(Millis::minutes(45));
    assert_eq!(seat.stage(), Stage::TimeUp);
    assert_eq!(seat.session.outbox.unsaved(), 1, "what was typed is a line now");
    seat.answer(1, Response::Choice(1));
    assert_eq!(seat.session.mark(1).response, Response::Blank);
    seat.hear(SeatEvent::State(state(3, Phase::Running, Millis::minutes(5))));
    assert_eq!(seat.stage(), Stage::Answering);
    seat.answer(1, Response::Choice(1));
    seat.acknowledge_all();
    seat.tick(Millis::minutes(5));
    seat.tick(Millis::seconds(4));
    assert_eq!(
        seat.stage(),
        Stage::HandingIn,
        "the server's word is not waited for without end"
    );
}

#[test]
fn without_a_line_time_over_waits_and_the_server_decides() {
    let mut seat = Seat::answering();
    seat.session.line_closed();
    seat.answer(1, Response::Choice(1));
    seat.tick(Millis::minutes(46));
    seat.tick(Millis::minutes(1));
    assert_eq!(seat.stage(), Stage::TimeUp);
    assert!(seat.signing.is_none());
    seat.open();
    seat.hear_welcome(state(3, Phase::Ended, Millis(0)));
    assert!(matches!(seat.sent.last(), Some(SeatMessage::Entries(lines)) if lines.len() == 1));
    seat.hear(SeatEvent::Refused {
        code: ProblemCode::TooLate,
        last_sequence: 0,
    });
    let (hand_in, _) = seat.signed();
    assert_eq!(
        (hand_in.last_sequence, hand_in.answers.len()),
        (0, 0),
        "what the server has, and nothing else"
    );
    assert_eq!(seat.session.saving().unsaved, 1, "the page does not say saved");
}

#[test]
fn a_reload_without_a_line_goes_on_with_what_the_browser_kept() {
    let mut seat = Seat::answering();
    seat.session.line_closed();
    seat.answer(1, Response::Choice(1));
    seat.tick(Millis::minutes(5));
    let kept = KeptLines {
        journal: seat.kept.clone(),
        ..KeptLines::default()
    };
    let mut again = Seat::of(seat.session.record().clone(), &kept);
    let form = canonical::encode(&sealed());
    let effects = again.session.form_arrived(Some(&form));
    again.carry_out(effects);
    assert_eq!(again.stage(), Stage::Answering);
    assert!(!again.session.clock().is_confirmed());
    assert_eq!(again.session.mark(1).response, Response::Choice(1));
    assert_eq!(again.session.saving().unsaved, 1);
    assert_eq!(again.session.clock().remaining(Millis(0)), Millis::minutes(40));
    again.open();
    again.hear_welcome(state(2, Phase::Running, Millis::minutes(39)));
    assert!(matches!(again.sent.last(), Some(SeatMessage::Entries(lines)) if lines.len() == 1));
}

#[test]
fn another_pc_shows_what_the_server_has() {
    let mut first = Seat::answering();
    first.answer(2, Response::Choices(vec![1]));
    let head = first.session.outbox.last();
    let mut second = Seat::of(
        SeatRecord {
            epoch: 2,
            base_sequence: 1,
            base_head: head.hash,
            ..record()
        },
        &KeptLines::default(),
    );
    second.open();
    let welcome = SeatEvent::Welcome {
        state: state(2, Phase::Running, Millis::minutes(40)),
        last_sequence: 1,
        head: head.hash,
        answers: first.kept.clone(),
    };
    second.hear(welcome);
    assert_eq!(second.session.mark(2).response, Response::Choices(vec![1]));
    first.hear(SeatEvent::TakenOver);
    assert_eq!(first.stage(), Stage::TakenOver);
    assert!(
        first.session.tick(Millis(60_000)).is_empty(),
        "an old seat says nothing more"
    );
}

#[test]
fn a_full_disk_at_the_server_is_told_and_tried_again() {
    let mut seat = Seat::answering();
    seat.answer(1, Response::Choice(1));
    seat.hear(SeatEvent::Refused {
        code: ProblemCode::StorageUnavailable,
        last_sequence: 0,
    });
    assert_eq!(seat.session.trouble(), Some(Trouble::ServerCannotStore));
    let before = seat.sent.len();
    seat.tick(Millis(100));
    assert_eq!(seat.sent.len(), before);
    seat.tick(Millis::seconds(4));
    assert!(
        seat.sent[before..]
            .iter()
            .any(|message| matches!(message, SeatMessage::Entries(_)))
    );
    seat.acknowledge_all();
    assert_eq!(seat.session.trouble(), None);
}

#[test]
fn a_key_that_was_not_committed_to_opens_nothing() {
    let mut seat = Seat::claimed();
    seat.open();
    seat.hear_welcome(state(2, Phase::Running, Millis::minutes(45)));
    let form = canonical::encode(&sealed());
    let effects = seat.session.form_arrived(Some(&form));
    seat.carry_out(effects);
    seat.hear(SeatEvent::FormKey {
        form: FORM,
        key: Fixed([8; 32]),
    });
    assert_eq!(
        (seat.stage(), seat.session.trouble()),
        (Stage::Opening, Some(Trouble::PaperDoesNotOpen))
    );
}

#[test]
fn a_key_that_never_came_is_asked_for() {
    let mut seat = Seat::claimed();
    seat.open();
    seat.hear_welcome(state(2, Phase::Running, Millis::minutes(45)));
    seat.tick(Millis(0));
    assert!(!seat.redialled);
    seat.tick(Millis::seconds(12));
    assert!(seat.redialled);
}

#[test]
fn while_paused_nothing_is_taken_and_the_paper_is_hidden() {
    let mut seat = Seat::answering();
    seat.hear(SeatEvent::State(state(3, Phase::Paused, Millis::minutes(44))));
    assert_eq!(seat.stage(), Stage::Paused);
    seat.answer(1, Response::Choice(1));
    assert_eq!(seat.session.mark(1).response, Response::Blank);
}

#[test]
fn a_refused_hand_in_is_made_again_a_few_times_and_then_told() {
    let mut seat = Seat::answering();
    let effects = seat.session.hand_in(seat.now);
    seat.carry_out(effects);
    for _ in 0..3 {
        seat.signed();
        seat.hear(SeatEvent::Refused {
            code: ProblemCode::RecordInvalid,
            last_sequence: 0,
        });
        seat.hear_welcome(state(2, Phase::Running, Millis::minutes(40)));
    }
    assert_eq!(seat.session.trouble(), Some(Trouble::HandInRefused));
    assert_eq!(receipt::in_groups(&Fixed([0; 32])).len(), 79);
}
