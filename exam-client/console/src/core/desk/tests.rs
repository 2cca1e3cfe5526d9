//! What the desk must do, and above all never do. Must not reach behind its public functions.

use super::*;
use crate::core::board::sample::board;
use exam_protocol::bytes::Fixed;
use exam_protocol::checkin::{Finding, Verdict, Verdicts};
use exam_protocol::console::StationView;
use exam_protocol::id::{AttemptId, CheckinId, StationId};
use exam_protocol::problem::{Problem, ProblemCode};
use exam_protocol::time::Timestamp;

const T0: Millis = Millis(0);
const SOON: Millis = Millis(300);
const LATER: Millis = Millis(2_000);

fn view(id: u8, status: CheckinStatus) -> CheckinView {
    CheckinView {
        id: CheckinId(Fixed([id; 16])),
        attempt: AttemptId(Fixed([9; 16])),
        roster_name: "Nguyễn Thị Ánh".to_owned(),
        candidate_number: "01000002".to_owned(),
        seat: "2".to_owned(),
        station: "Bàn 1".to_owned(),
        status,
    }
}

fn judged(rule: AdmissionRule) -> CheckinStatus {
    let valid = || Finding {
        verdict: Verdict::Valid,
        reason: "ok".to_owned(),
    };
    let verdicts = Verdicts {
        integrity: valid(),
        issuer: valid(),
        chip: valid(),
    };
    CheckinStatus::Judged(Judged {
        verdicts,
        rule,
        holder: None,
        portrait: true,
        remarks: Vec::new(),
    })
}

fn problem() -> Failure {
    Failure::Refused(Problem {
        code: ProblemCode::NotOnRoster,
        detail: "không có".to_owned(),
        detail_en: "none".to_owned(),
        place: String::new(),
    })
}

fn ticket() -> TicketView {
    TicketView {
        attempt: AttemptId(Fixed([9; 16])),
        ticket: "K7Q2-9XMD".to_owned(),
        expires_at: Timestamp(1),
        seat: "2".to_owned(),
    }
}

/// A desk that shows a judgement since [`T0`].
fn at_judgement(rule: AdmissionRule) -> Desk {
    let mut desk = Desk::default();
    assert_eq!(
        desk.enter(" 001090123456 ", T0),
        Step::Start("001090123456".to_owned())
    );
    desk.follow(view(1, CheckinStatus::Reading(ReadStep::WaitingForCard)), T0);
    desk.news(&view(1, judged(rule)), T0);
    desk
}

#[test]
fn scan_enter_next_scan() {
    let mut desk = at_judgement(AdmissionRule::Proctor);
    assert_eq!(
        desk.enter("", LATER),
        Step::Admit(view(1, judged(AdmissionRule::Proctor)))
    );
    desk.admitted("Ánh".to_owned(), "01000002".to_owned(), ticket());
    assert!(matches!(desk.phase, Phase::Ticket { .. }));
    assert_eq!(
        desk.enter("001090123457", LATER),
        Step::Start("001090123457".to_owned())
    );
}

#[test]
fn an_enter_that_comes_too_fast_lets_nobody_in() {
    let mut desk = at_judgement(AdmissionRule::Proctor);
    assert_eq!(desk.enter("\r", SOON), Step::Nothing);
    assert!(matches!(desk.enter("", LATER), Step::Admit(_)));
}

#[test]
fn more_news_of_the_same_judgement_does_not_start_the_wait_again() {
    let mut desk = at_judgement(AdmissionRule::Proctor);
    desk.news(&view(1, judged(AdmissionRule::Proctor)), LATER);
    assert!(matches!(desk.enter("", LATER), Step::Admit(_)));
}

#[test]
fn enter_never_admits_where_one_official_may_not() {
    assert_eq!(
        at_judgement(AdmissionRule::TwoOfficials).enter("", LATER),
        Step::AskSecond
    );
    assert_eq!(
        at_judgement(AdmissionRule::Refused).enter("", LATER),
        Step::Nothing
    );
    assert!(matches!(
        at_judgement(AdmissionRule::ProctorIssuerUnconfirmed).enter("", LATER),
        Step::Admit(_)
    ));
}

#[test]
fn an_admission_on_its_way_is_not_sent_twice() {
    let mut desk = at_judgement(AdmissionRule::Proctor);
    desk.admitting = true;
    assert_eq!(desk.enter("", LATER), Step::Nothing);
    assert_eq!(desk.enter("001090123457", LATER), Step::Nothing);
}

#[test]
fn late_and_foreign_news_change_nothing() {
    let mut desk = at_judgement(AdmissionRule::Proctor);
    let before = desk.clone();
    desk.news(&view(1, CheckinStatus::Reading(ReadStep::ChipProof)), LATER);
    desk.news(&view(2, CheckinStatus::Failed(ReadFailure::NoCard)), LATER);
    assert_eq!(desk, before);
}

#[test]
fn a_failed_reading_is_repeated_with_the_same_scan() {
    let mut desk = Desk::default();
    desk.enter("001090123456|x", T0);
    desk.follow(view(1, CheckinStatus::Reading(ReadStep::Access)), T0);
    desk.news(&view(1, CheckinStatus::Failed(ReadFailure::CardRemoved)), T0);
    assert_eq!(desk.enter("", LATER), Step::Start("001090123456|x".to_owned()));
    assert!(!may_repeat(ReadFailure::WrongAccessKey));
}

#[test]
fn a_refused_scan_leaves_the_desk_ready() {
    let mut desk = Desk::default();
    desk.enter("001090123456", T0);
    assert_eq!(desk.enter("001090123457", T0), Step::Nothing);
    desk.refused(problem());
    assert_eq!((desk.phase.clone(), desk.problem.is_some()), (Phase::Ready, true));
    assert_eq!(desk.enter("", T0), Step::Nothing);
    assert_eq!(desk.problem, None);
}

#[test]
fn a_reloaded_page_takes_its_stations_reading_up_again() {
    let mut board = board();
    board.checkins = vec![view(1, CheckinStatus::Reading(ReadStep::Access))];
    let mut desk = Desk::default();
    desk.board(&board, Some("Bàn 2"), T0);
    assert_eq!(desk.phase, Phase::Ready);
    desk.board(&board, Some("Bàn 1"), T0);
    assert!(desk.reading().is_some());
}

#[test]
fn others_that_wait_for_a_decision_are_listed() {
    let mut board = board();
    board.checkins = vec![
        view(1, judged(AdmissionRule::Proctor)),
        view(2, judged(AdmissionRule::Refused)),
        view(3, CheckinStatus::Admitted),
    ];
    let desk = at_judgement(AdmissionRule::Proctor);
    assert_eq!(
        waiting(&board, &desk)
            .iter()
            .map(|view| view.id.0.0[0])
            .collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(waiting(&board, &Desk::default()).len(), 2);
}

fn station(readers: &[&str]) -> StationView {
    StationView {
        id: StationId(Fixed([3; 16])),
        name: "Máy bàn đón 1".to_owned(),
        readers: readers.iter().map(|&name| name.to_owned()).collect(),
        busy: false,
    }
}

#[test]
fn scans_work_only_while_the_room_takes_people_in_and_a_station_reads() {
    let (ready, bare) = (station(&["ACR39U"]), station(&[]));
    assert_eq!(
        hindrance(RoomState::Planned, Some(&ready)),
        Some(Hindrance::NotOpen)
    );
    assert_eq!(hindrance(RoomState::Open, None), Some(Hindrance::NoStation));
    assert_eq!(hindrance(RoomState::Open, Some(&bare)), Some(Hindrance::NoReader));
    assert_eq!(hindrance(RoomState::Running, Some(&ready)), None);
    assert_eq!(hindrance(RoomState::Paused, Some(&ready)), None);
    assert_eq!(hindrance(RoomState::Closed, None), Some(Hindrance::Over));
}

#[test]
fn a_scan_is_told_from_a_search() {
    assert!(looks_scanned("001090123456|012345678|Nguye63n Va8n A|01011990"));
    assert!(looks_scanned(" 001090123456"));
    assert!(!looks_scanned("01000012"));
    assert!(!looks_scanned("Nguyễn 001090123456"));
}
