//! Boards for the tests of this package.

use exam_protocol::bytes::Fixed;
use exam_protocol::console::{Board, CandidateRow, Progress, RoomState, RoomSummary};
use exam_protocol::id::{AttemptId, RoomId};
use exam_protocol::right::Permission;
use exam_protocol::time::{Millis, Timestamp};

/// A candidate at a seat, far enough for `progress`.
pub fn row(seat: &str, name: &str, progress: Progress) -> CandidateRow {
    CandidateRow {
        attempt: AttemptId(Fixed([u8::try_from(seat.len()).unwrap(); 16])),
        candidate_number: format!("0100{seat:0>4}"),
        name: name.to_owned(),
        number_tail: "456".to_owned(),
        birth_date: "2008-05-01".to_owned(),
        seat: seat.to_owned(),
        form_code: "0101".to_owned(),
        progress,
        admission: None,
        answered: 0,
        last_seen: None,
        connected: false,
        credits: Millis(0),
        epoch: 0,
        mark: None,
        photo: false,
        voided: None,
        receipt: None,
        absence: None,
    }
}

/// An open room with four candidates, not in the order of their seats.
pub fn board() -> Board {
    Board {
        room: RoomSummary {
            id: RoomId(Fixed([1; 16])),
            name: "Phòng 01".to_owned(),
            exam: "Khảo sát".to_owned(),
            subject: "Toán".to_owned(),
            starts_at: Timestamp(0),
            state: RoomState::Open,
            candidates: 4,
            may: Permission::ALL.to_vec(),
        },
        remaining: Millis::minutes(90),
        now: Timestamp(1_000_000),
        questions: 22,
        candidates: vec![
            row("10", "Trần Văn Bình", Progress::Working),
            row("2", "Nguyễn Thị Ánh", Progress::Absent),
            row("1", "Đỗ Đức Anh", Progress::Seated),
            row("3", "Lê Hoàng Yến", Progress::Admitted),
        ],
        stations: Vec::new(),
        machine_alarms: Vec::new(),
        checkins: Vec::new(),
    }
}
