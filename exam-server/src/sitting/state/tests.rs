//! Properties of rooms and of an attempt's time.

use super::*;
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::Phase;
use proptest::prelude::*;

const GRACE: Millis = Millis(30_000);
const DURATION: Millis = Millis::minutes(45);

fn planned() -> Room {
    Room::from_stored(&StoredRoom {
        id: RoomId::from_random([1; 16]),
        sitting: SittingId::from_random([2; 16]),
        state: "planned".into(),
        running_since: None,
        stopped_at: None,
        elapsed: Millis(0),
        credit: Millis(0),
        version: 1,
    })
    .unwrap()
}

fn standing(room: Room) -> Standing {
    Standing {
        room,
        duration: DURATION,
        extra: Millis(0),
        earliest_hand_in: 0,
        credit: Millis(0),
        version: 1,
        handed_in: false,
        voided: false,
        reopened_until: None,
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Start,
    Pause,
    Resume,
    AddMinutes(i64),
    End,
    Close,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Open),
        Just(Step::Start),
        Just(Step::Pause),
        Just(Step::Resume),
        (1i64..30).prop_map(Step::AddMinutes),
        Just(Step::End),
        Just(Step::Close),
        (0i64..1_000_000).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 0..40)
}

fn apply(room: Room, step: Step, now: Timestamp) -> Result<Room, Refused> {
    match step {
        Step::Open => room.open(),
        Step::Start => room.start(now),
        Step::Pause => room.pause(now),
        Step::Resume => room.resume(now),
        Step::AddMinutes(minutes) => room.add_time(Millis::minutes(minutes)),
        Step::End => room.end(now),
        Step::Close => room.close(),
        Step::Wait(_) => Ok(room),
    }
}

/// Which moves there are; everything else must be refused.
fn allowed(state: RoomState, step: Step) -> bool {
    use RoomState as S;
    match step {
        Step::Open => state == S::Planned,
        Step::Start => state == S::Open,
        Step::Pause => state == S::Running,
        Step::Resume => state == S::Paused,
        Step::AddMinutes(_) => matches!(state, S::Open | S::Running | S::Paused),
        Step::End => matches!(state, S::Running | S::Paused),
        Step::Close => state == S::Ended,
        Step::Wait(_) => true,
    }
}

proptest! {
    #[test]
    fn only_the_allowed_moves_happen_and_time_adds_up(steps in steps()) {
        let mut room = planned();
        let mut now = Timestamp(1_000_000);
        let (mut ran, mut given) = (0, 0);
        for step in steps {
            if let Step::Wait(ms) = step {
                now = now + Millis(ms);
                ran += if room.state() == RoomState::Running { ms } else { 0 };
                continue;
            }
            let before = room.clone();
            match apply(room.clone(), step, now) {
                Ok(next) => {
                    prop_assert!(allowed(before.state(), step));
                    prop_assert_eq!(next.version(), before.version() + 1);
                    if let Step::AddMinutes(minutes) = step { given += minutes * 60_000; }
                    room = next;
                }
                Err(Refused(state)) => {
                    prop_assert!(!allowed(state, step));
                    prop_assert_eq!(state, before.state());
                }
            }
            prop_assert_eq!(room.elapsed(now), Millis(ran));
            prop_assert_eq!(room.credit(), Millis(given));
            prop_assert_eq!(Room::from_stored(&room.to_stored()), Ok(room.clone()));
            prop_assert_eq!(standing(room.clone()).remaining(now), DURATION + Millis(given) - Millis(ran));
        }
    }

    #[test]
    fn an_answer_in_time_counts_and_one_after_the_grace_never_does(
        own in 0i64..3_600_000, after_deadline in -2_000_000i64..2_000_000, ended_early in any::<bool>(),
    ) {
        let start = Timestamp(0);
        let mut room = planned().open().unwrap().start(start).unwrap();
        let deadline = start + DURATION + Millis(own);
        if ended_early {
            // Ending the room after the deadline does not lengthen the grace.
            room = room.end(deadline + Millis(10_000)).unwrap();
        }
        let standing = Standing { credit: Millis(own), ..standing(room) };
        let now = deadline + Millis(after_deadline);
        let expected = if ended_early && after_deadline < 10_000 { None } else { Some(after_deadline <= GRACE.0) };
        if let Some(expected) = expected {
            prop_assert_eq!(standing.may_answer(now, GRACE).is_ok(), expected);
            let late = standing.may_hand_in(now, GRACE).unwrap() == Lateness::Late;
            prop_assert_eq!(late, !expected);
        }
    }
}

#[test]
fn a_pause_gives_the_grace_and_then_waits() {
    let room = planned()
        .open()
        .unwrap()
        .start(Timestamp(0))
        .unwrap()
        .pause(Timestamp(1000))
        .unwrap();
    let standing = standing(room);
    assert_eq!(standing.may_answer(Timestamp(1000) + GRACE, GRACE), Ok(()));
    assert_eq!(
        standing.may_answer(Timestamp(1001) + GRACE, GRACE),
        Err(ProblemCode::WrongState)
    );
    assert_eq!(
        standing.may_hand_in(Timestamp(9_999_999), GRACE),
        Ok(Lateness::InTime)
    );
    assert_eq!(standing.phase(Timestamp(9_999_999)), Phase::Paused);
    assert_eq!(standing.remaining(Timestamp(9_999_999)), DURATION - Millis(1000));
}

#[test]
fn an_early_end_gives_the_grace_from_there() {
    let room = planned()
        .open()
        .unwrap()
        .start(Timestamp(0))
        .unwrap()
        .end(Timestamp(1000))
        .unwrap();
    let open = standing(room.clone());
    assert_eq!(open.phase(Timestamp(1000)), Phase::Ended);
    assert_eq!(open.may_answer(Timestamp(1000) + GRACE, GRACE), Ok(()));
    assert_eq!(
        open.may_answer(Timestamp(1001) + GRACE, GRACE),
        Err(ProblemCode::TooLate)
    );
    assert_eq!(
        open.may_hand_in(Timestamp(1001) + GRACE, GRACE),
        Ok(Lateness::Late)
    );
    let closed = standing(room.close().unwrap());
    assert_eq!(
        closed.may_answer(Timestamp(1000), GRACE),
        Err(ProblemCode::TooLate)
    );
    assert_eq!(
        closed.may_hand_in(Timestamp(1000), GRACE),
        Err(ProblemCode::TooLate)
    );
}

#[test]
fn nothing_counts_before_the_start_or_after_the_hand_in() {
    let open = standing(planned().open().unwrap());
    assert_eq!(open.may_answer(Timestamp(0), GRACE), Err(ProblemCode::WrongState));
    assert_eq!(
        open.may_hand_in(Timestamp(0), GRACE),
        Err(ProblemCode::WrongState)
    );
    let running = planned().open().unwrap().start(Timestamp(0)).unwrap();
    let done = Standing {
        handed_in: true,
        ..standing(running)
    };
    assert_eq!(done.may_answer(Timestamp(1), GRACE), Err(ProblemCode::WrongState));
    assert_eq!(
        done.may_hand_in(Timestamp(1), GRACE),
        Err(ProblemCode::WrongState)
    );
    assert_eq!(done.phase(Timestamp(1)), Phase::HandedIn);
}

#[test]
fn a_room_is_over_only_after_the_longest_time_and_its_grace() {
    let room = planned()
        .open()
        .unwrap()
        .start(Timestamp(0))
        .unwrap()
        .add_time(Millis::minutes(5))
        .unwrap();
    let over = Timestamp(0) + DURATION + Millis::minutes(5) + GRACE;
    assert!(!room.is_over(DURATION, GRACE, over));
    assert!(room.is_over(DURATION, GRACE, over + Millis(1)));
    assert!(
        !room
            .pause(Timestamp(5))
            .unwrap()
            .is_over(DURATION, GRACE, over + Millis(1))
    );
}

#[test]
fn a_clock_set_back_does_not_give_more_than_was_left() {
    let room = planned().open().unwrap().start(Timestamp(1_000_000)).unwrap();
    assert_eq!(standing(room).remaining(Timestamp(0)), DURATION);
}

#[test]
fn rows_that_contradict_themselves_are_no_rooms() {
    let row = planned().to_stored();
    assert!(
        Room::from_stored(&StoredRoom {
            state: "running".into(),
            ..row.clone()
        })
        .is_err()
    );
    assert!(
        Room::from_stored(&StoredRoom {
            state: "paused".into(),
            ..row.clone()
        })
        .is_err()
    );
    assert!(
        Room::from_stored(&StoredRoom {
            running_since: Some(Timestamp(1)),
            ..row.clone()
        })
        .is_err()
    );
    assert!(
        Room::from_stored(&StoredRoom {
            state: "gone".into(),
            ..row
        })
        .is_err()
    );
}
