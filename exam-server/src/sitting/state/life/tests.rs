//! Properties over every run of events: what one attempt can come to.

use super::*;
use crate::sitting::state::{Room, StoredRoom};
use exam_protocol::id::{RoomId, SittingId};
use exam_protocol::seat::Phase;
use proptest::prelude::*;

const GRACE: Millis = Millis(30_000);
const DURATION: Millis = Millis::minutes(45);

fn ready(earliest_hand_in: u8) -> Standing {
    let row = StoredRoom {
        id: RoomId::from_random([1; 16]),
        sitting: SittingId::from_random([2; 16]),
        state: "planned".into(),
        running_since: None,
        stopped_at: None,
        elapsed: Millis(0),
        credit: Millis(0),
        version: 1,
    };
    Standing {
        room: Room::from_stored(&row).unwrap(),
        duration: DURATION,
        extra: Millis(0),
        earliest_hand_in,
        credit: Millis(0),
        version: 1,
        handed_in: false,
        voided: false,
        reopened_until: None,
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Open,
    Start,
    Pause,
    Resume,
    Freeze,
    End,
    Close,
    GiveAll(i64),
    GiveOne(i64),
    Accommodate(u8, u16),
    HandIn,
    Void,
    Reopen(i64),
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => Just(Event::Open),
        4 => Just(Event::Start),
        1 => Just(Event::Pause),
        2 => Just(Event::Resume),
        1 => Just(Event::Freeze),
        1 => Just(Event::End),
        1 => Just(Event::Close),
        1 => (1i64..30).prop_map(Event::GiveAll),
        1 => (1i64..30).prop_map(Event::GiveOne),
        1 => (0u8..=110, 0u16..=190).prop_map(|(percent, minutes)| Event::Accommodate(percent, minutes)),
        2 => Just(Event::HandIn),
        1 => Just(Event::Void),
        2 => (1i64..60).prop_map(Event::Reopen),
        6 => (0i64..2_000_000).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 0..60)
}

fn room(one: &Standing, moved: Result<Room, Refused>) -> Option<Standing> {
    moved.ok().map(|room| Standing { room, ..one.clone() })
}

/// What an event makes of an attempt; none when it is refused.
fn step(one: Standing, event: Event, now: Timestamp) -> Option<Standing> {
    let of = one.room.clone();
    match event {
        Event::Open => room(&one, of.open()),
        Event::Start => room(&one, of.start(now)),
        Event::Pause => room(&one, of.pause(now)),
        Event::Freeze => room(&one, of.freeze(Timestamp(now.0 - 1_000))),
        Event::Resume => room(&one, of.resume(now)),
        Event::End => room(&one, of.end(now)),
        Event::Close => room(&one, of.close()),
        Event::GiveAll(minutes) => room(&one, of.add_time(Millis::minutes(minutes))),
        Event::GiveOne(minutes) => one.credited(Millis::minutes(minutes)).ok(),
        Event::Accommodate(percent, minutes) => one.accommodated(percent, minutes).ok(),
        Event::HandIn => one.hand_in(now, GRACE).ok().map(|(moved, _)| moved),
        Event::Void => one.void().ok(),
        Event::Reopen(minutes) => {
            let how = one.reopening(Millis::minutes(minutes), now).ok()?;
            Some(one.reopened(how))
        }
        Event::Wait(_) => Some(one),
    }
}

/// Time that an event may give at most.
fn gift(before: &Standing, event: Event) -> Millis {
    match event {
        Event::GiveAll(minutes) | Event::GiveOne(minutes) | Event::Reopen(minutes) => {
            Millis::minutes(minutes)
        }
        Event::Accommodate(percent, minutes) => {
            let part = Millis(before.duration.0 / 100 * i64::from(percent));
            (part + Millis::minutes(minutes.into()) - before.extra).max(Millis(0))
        }
        // A freeze takes back what ran after the trusted moment: it was not measured.
        Event::Freeze => Millis(1_000),
        _ => Millis(0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_run_of_events_gives_more_time_than_rules_and_credits(events in events()) {
        let mut one = ready(0);
        let mut now = Timestamp(10_000_000);
        let (mut worked, mut allowed) = (Millis(0), DURATION);
        for event in events {
            if let Event::Wait(ms) = event {
                // Work happens only while the phase says so; the last bit of a wait may lie behind the deadline.
                if one.phase(now) == Phase::Running {
                    worked = worked + Millis(ms).min(one.remaining(now));
                }
                now = now + Millis(ms);
            } else {
                let more = gift(&one, event);
                if let Some(next) = step(one.clone(), event, now) {
                    allowed = allowed + more;
                    one = next;
                }
            }
            prop_assert!(worked <= allowed, "worked {worked:?} of {allowed:?}");
            prop_assert!(one.state(now).remaining >= Millis(0));
        }
    }

    #[test]
    fn what_was_handed_in_changes_only_by_reopening_or_voiding(events in events()) {
        let mut one = ready(0);
        let mut now = Timestamp(10_000_000);
        for event in events {
            if let Event::Wait(ms) = event { now = now + Millis(ms); }
            let before = one.clone();
            let Some(next) = step(one, event, now) else { one = before; continue };
            if before.handed_in && !matches!(event, Event::Reopen(_) | Event::Void) {
                prop_assert_eq!(next.handed_in, true);
                prop_assert_eq!((next.credit, next.extra, next.version), (before.credit, before.extra, before.version));
                prop_assert!(next.may_answer(now, GRACE).is_err());
                prop_assert!(next.may_hand_in(now, GRACE).is_err());
            }
            if before.voided {
                prop_assert!(next.voided);
                prop_assert!(!matches!(next.phase(now), Phase::Running | Phase::Paused));
                prop_assert!(next.may_answer(now, GRACE).is_err() && next.may_hand_in(now, GRACE).is_err());
            }
            one = next;
        }
    }

    #[test]
    fn a_hand_in_waits_for_the_sittings_rule_and_never_for_ever(percent in 0u8..=100, ran in 0i64..60) {
        let mut one = ready(percent);
        let start = Timestamp(5_000);
        one.room = one.room.open().unwrap().start(start).unwrap();
        let now = start + Millis::minutes(ran);
        let early = ran * 100 < 45 * i64::from(percent);
        let said = one.may_hand_in(now, GRACE);
        prop_assert_eq!(said == Err(ProblemCode::TooEarly), early);
        prop_assert!(one.may_hand_in(start + DURATION, GRACE).is_ok());
        one.room = one.room.end(now).unwrap();
        prop_assert!(one.may_hand_in(now, GRACE).is_ok(), "a room that was ended takes hand-ins");
    }

    #[test]
    fn time_by_right_is_what_the_rule_says(percent in 0u8..=100, minutes in 0u16..=180) {
        let one = ready(0);
        let asked = one.clone().accommodated(percent, minutes);
        if (percent, minutes) == (0, 0) {
            prop_assert_eq!(asked, Err(Stays::TimeOutOfRange));
        } else {
            let expected = Millis(DURATION.0 * i64::from(percent) / 100) + Millis::minutes(minutes.into());
            prop_assert_eq!(asked.unwrap().extra, expected);
        }
    }
}

#[test]
fn time_by_right_only_grows_while_the_clock_runs_and_stays_after_the_end() {
    let mut one = ready(0).accommodated(25, 0).unwrap();
    one.room = one.room.open().unwrap().start(Timestamp(0)).unwrap();
    assert_eq!(one.clone().accommodated(10, 0), Err(Stays::TimeOutOfRange));
    assert_eq!(
        one.clone().accommodated(50, 0).unwrap().extra,
        Millis(DURATION.0 / 2)
    );
    assert_eq!(one.clone().accommodated(101, 0), Err(Stays::TimeOutOfRange));
    one.room = one.room.end(Timestamp(1)).unwrap();
    assert!(matches!(one.accommodated(50, 0), Err(Stays::Room(_))));
}

#[test]
fn a_frozen_room_has_lost_nothing_and_goes_on_by_a_person() {
    let started = Timestamp(1_000_000);
    let room = ready(0).room.open().unwrap().start(started).unwrap();
    let trusted = started + Millis::minutes(10);
    let frozen = room.freeze(trusted).unwrap();
    // The clock says something quite different after the jump.
    for now in [Timestamp(0), started + Millis::minutes(600_000)] {
        assert_eq!(frozen.elapsed(now), Millis::minutes(10));
        let again = frozen.clone().resume(now).unwrap();
        assert_eq!(again.elapsed(now + Millis::minutes(1)), Millis::minutes(11));
    }
}
