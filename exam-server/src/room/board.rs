//! Puts a board together from what the database, the seats' sockets and the stations say. Plain rules.

use crate::sitting::presence::Seen;
use crate::sitting::state::{Room, Standing};
use exam_protocol::console::{Admission, CandidateRow, Progress, ReceiptSlip, RoomState};
use exam_protocol::id::AttemptId;
use exam_protocol::time::{Millis, Timestamp};

/// What a board shows of the room itself.
#[derive(Clone, Debug)]
pub struct Head {
    /// Room name.
    pub name: String,
    /// Exam title.
    pub exam: String,
    /// Subject.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Time allowed without credits.
    pub duration: Millis,
    /// Questions in the paper.
    pub questions: u16,
}

/// A candidate as stored.
#[derive(Clone, Debug)]
pub struct StoredRow {
    /// The attempt.
    pub attempt: AttemptId,
    /// Candidate number.
    pub candidate_number: String,
    /// Full name.
    pub name: String,
    /// Last three digits of the citizen number.
    pub number_tail: String,
    /// Birth date.
    pub birth_date: String,
    /// Seat label.
    pub seat: String,
    /// Form code; empty before the paper was imported.
    pub form_code: String,
    /// Newest admission.
    pub admission: Option<Admission>,
    /// Questions with an answer on disk.
    pub answered: u16,
    /// Own credits.
    pub credits: Millis,
    /// Time by right beyond the duration.
    pub extra: Millis,
    /// Seats claimed so far.
    pub epoch: u32,
    /// Whether the server holds a hand-in.
    pub handed_in: bool,
    /// Marks in hundredths.
    pub mark: Option<u32>,
    /// Whether there is a roster photo.
    pub photo: bool,
    /// Why the attempt is out of marking.
    pub voided: Option<String>,
    /// The receipt of the hand-in that counts.
    pub receipt: Option<ReceiptSlip>,
    /// Until when it runs although the room has ended.
    pub reopened_until: Option<Timestamp>,
}

/// Time left for a candidate with this credit of their own.
pub fn remaining(room: &Room, duration: Millis, credit: Millis, now: Timestamp) -> Millis {
    let standing = Standing {
        room: room.clone(),
        duration,
        extra: Millis(0),
        earliest_hand_in: 0,
        credit,
        version: 0,
        handed_in: false,
        voided: false,
        reopened_until: None,
    };
    standing.remaining(now).max(Millis(0))
}

/// One line of the board.
pub fn row(stored: StoredRow, room: &Room, duration: Millis, seen: Seen, now: Timestamp) -> CandidateRow {
    let left = remaining(room, duration + stored.extra, stored.credits, now);
    CandidateRow {
        progress: progress(&stored, room.state(), left, now),
        voided: stored.voided.clone(),
        attempt: stored.attempt,
        candidate_number: stored.candidate_number,
        name: stored.name,
        number_tail: stored.number_tail,
        birth_date: stored.birth_date,
        seat: stored.seat,
        form_code: stored.form_code,
        admission: stored.admission,
        answered: stored.answered,
        last_seen: seen.last_seen,
        connected: seen.connected,
        credits: stored.credits,
        epoch: stored.epoch,
        mark: stored.mark.filter(|_| room.state() == RoomState::Closed),
        photo: stored.photo,
        receipt: stored.receipt.filter(|_| stored.handed_in),
        absence: None,
    }
}

fn progress(stored: &StoredRow, state: RoomState, left: Millis, now: Timestamp) -> Progress {
    match state {
        _ if stored.handed_in => Progress::HandedIn,
        _ if stored.admission.is_none() => Progress::Absent,
        _ if stored.epoch == 0 => Progress::Admitted,
        RoomState::Planned | RoomState::Open => Progress::Seated,
        RoomState::Ended if stored.reopened_until.is_some_and(|until| now < until) => Progress::Working,
        RoomState::Running | RoomState::Paused if left > Millis(0) => Progress::Working,
        _ => Progress::TimedOut,
    }
}

/// Sorts labels as people read them: `2` before `10`, `A2` before `B1`.
pub fn seat_order(label: &str) -> (String, u64, String) {
    let letters: String = label.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digits: String = label[letters.len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (
        letters.to_uppercase(),
        digits.parse().unwrap_or(u64::MAX),
        label.to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::state::StoredRoom;
    use exam_protocol::id::{RoomId, SittingId};
    use proptest::prelude::*;

    fn stored() -> StoredRow {
        StoredRow {
            attempt: AttemptId::from_random([1; 16]),
            candidate_number: "01000001".into(),
            name: "Nguyễn Văn A".into(),
            number_tail: "456".into(),
            birth_date: "2008-01-01".into(),
            seat: "1".into(),
            form_code: "0101".into(),
            admission: None,
            answered: 0,
            credits: Millis(0),
            extra: Millis(0),
            epoch: 0,
            handed_in: false,
            mark: Some(825),
            photo: false,
            voided: None,
            receipt: None,
            reopened_until: None,
        }
    }

    fn admitted() -> StoredRow {
        let admission = Admission {
            rule: None,
            verdicts: None,
            checkin: None,
            at: Timestamp(0),
            by: "A".into(),
            second: None,
            reason: String::new(),
        };
        StoredRow {
            admission: Some(admission),
            ..stored()
        }
    }

    #[test]
    fn how_far_somebody_is() {
        let minute = Millis::minutes(1);
        let check = |row: &StoredRow, state, left, expected| {
            assert_eq!(progress(row, state, left, Timestamp(0)), expected, "{state:?}");
        };
        check(&stored(), RoomState::Running, minute, Progress::Absent);
        check(&admitted(), RoomState::Open, minute, Progress::Admitted);
        let seated = StoredRow {
            epoch: 1,
            ..admitted()
        };
        check(&seated, RoomState::Open, minute, Progress::Seated);
        check(&seated, RoomState::Running, minute, Progress::Working);
        check(&seated, RoomState::Paused, minute, Progress::Working);
        check(&seated, RoomState::Running, Millis(0), Progress::TimedOut);
        check(&seated, RoomState::Ended, minute, Progress::TimedOut);
        check(
            &StoredRow {
                handed_in: true,
                ..seated
            },
            RoomState::Closed,
            Millis(0),
            Progress::HandedIn,
        );
    }

    fn room(state: &str) -> Room {
        Room::from_stored(&StoredRoom {
            id: RoomId::from_random([1; 16]),
            sitting: SittingId::from_random([2; 16]),
            state: state.to_owned(),
            running_since: (state == "running").then_some(Timestamp(0)),
            stopped_at: (state == "closed" || state == "ended").then_some(Timestamp(0)),
            elapsed: Millis(0),
            credit: Millis::minutes(5),
            version: 1,
        })
        .unwrap()
    }

    #[test]
    fn no_mark_is_shown_before_the_room_is_closed_and_time_counts_credits() {
        let row = |state| {
            row(
                stored(),
                &room(state),
                Millis::minutes(50),
                Seen::default(),
                Timestamp(0),
            )
            .mark
        };
        assert_eq!(row("ended"), None);
        assert_eq!(row("closed"), Some(825));
        let left = |now| remaining(&room("running"), Millis::minutes(50), Millis::minutes(2), now);
        assert_eq!(left(Timestamp(0)), Millis::minutes(57));
        assert_eq!(left(Timestamp(0) + Millis::minutes(60)), Millis(0));
    }

    #[test]
    fn seats_stand_as_people_count() {
        let mut seats = vec!["10", "2", "1", "B1", "A10", "A2", "cửa"];
        seats.sort_by_key(|label| seat_order(label));
        assert_eq!(seats, ["1", "2", "10", "A2", "A10", "B1", "cửa"]);
    }

    proptest! {
        #[test]
        fn every_label_has_its_place(label in "\\PC{0,12}") {
            prop_assert_eq!(seat_order(&label).2, label);
        }
    }
}
