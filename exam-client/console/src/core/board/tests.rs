//! What the table must show. Must not reach behind the public functions of `board`.

use super::sample::{board, row};
use super::*;

fn seats(filter: Filter, search: &str) -> Vec<String> {
    let board = board();
    visible(&board, filter, search, board.now)
        .iter()
        .map(|row| row.seat.clone())
        .collect()
}

#[test]
fn rows_stand_by_seat_as_people_count() {
    assert_eq!(seats(Filter::All, ""), ["1", "2", "3", "10"]);
    let mut labels = vec!["B1", "A10", "A2", "2", "A2b", "10"];
    labels.sort_by(|a, b| by_label(a, b));
    assert_eq!(labels, ["2", "10", "A2", "A2b", "A10", "B1"]);
}

#[test]
fn filters_show_who_needs_a_look() {
    assert_eq!(seats(Filter::Absent, ""), ["2"]);
    assert_eq!(seats(Filter::NotWorking, ""), ["1", "3"]);
    assert_eq!(seats(Filter::Offline, ""), ["1", "10"]);
}

#[test]
fn search_takes_names_without_marks_numbers_and_seats() {
    assert_eq!(seats(Filter::All, "anh"), ["1", "2"]);
    assert_eq!(seats(Filter::All, " ĐỖ "), ["1"]);
    assert_eq!(seats(Filter::All, "01000010"), ["10"]);
    assert_eq!(seats(Filter::All, "10"), ["10"]);
    assert_eq!(seats(Filter::Absent, "binh"), Vec::<String>::new());
}

#[test]
fn a_silent_seat_is_told_from_a_closed_one() {
    let now = Timestamp(1_000_000);
    let mut working = row("1", "A", Progress::Working);
    assert_eq!(link(&working, now), Link::Lost(None));
    working.last_seen = Some(Timestamp(990_000));
    assert_eq!(link(&working, now), Link::Lost(Some(Millis(10_000))));
    working.connected = true;
    assert_eq!(link(&working, now), Link::Live);
    working.last_seen = Some(Timestamp(900_000));
    assert_eq!(link(&working, now), Link::Silent(Millis(100_000)));
    working.last_seen = Some(Timestamp(1_000_500));
    assert_eq!(link(&working, now), Link::Live);
    assert_eq!(link(&row("1", "A", Progress::HandedIn), now), Link::None);
}

#[test]
fn tally_counts_everybody_once() {
    let tally = Tally::of(&board());
    assert_eq!(
        (tally.absent, tally.admitted, tally.seated, tally.working),
        (1, 1, 1, 1)
    );
    assert_eq!(
        tally.absent + tally.admitted + tally.at_seats() + tally.handed_in + tally.timed_out,
        tally.total
    );
}

#[test]
fn acts_fit_candidate_and_room() {
    use CandidateAct::{AddTime, AdmitWithoutCard, Receipt, Submission, TakeOver};
    assert_eq!(
        candidate_acts(RoomState::Open, Progress::Absent),
        [AdmitWithoutCard]
    );
    assert_eq!(
        candidate_acts(RoomState::Running, Progress::Working),
        [TakeOver, AddTime]
    );
    assert_eq!(candidate_acts(RoomState::Open, Progress::Admitted), [TakeOver]);
    assert_eq!(
        candidate_acts(RoomState::Running, Progress::HandedIn),
        [Receipt, Submission]
    );
    assert_eq!(candidate_acts(RoomState::Planned, Progress::Absent), []);
    assert_eq!(candidate_acts(RoomState::Closed, Progress::TimedOut), []);
}

#[test]
fn a_supervisor_sees_a_room_and_can_do_nothing_in_it() {
    let mut board = board();
    board.room.state = RoomState::Running;
    assert_eq!(
        permitted_acts(&board.room, Progress::HandedIn),
        [
            CandidateAct::Receipt,
            CandidateAct::Submission,
            CandidateAct::Reopen,
            CandidateAct::Void
        ]
    );
    board.room.may = vec![Permission::SeeRoom];
    assert_eq!(permitted_acts(&board.room, Progress::Working), []);
    assert!(crate::core::action::permitted(&board.room).is_empty());
}
