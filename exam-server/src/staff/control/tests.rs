//! The rules against the ways in which one person could be two, and against a slow way of saying who may act as whom.

use super::*;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const WINDOW: Millis = Millis(72 * HOUR);
/// When it was proposed; the decision comes a minute later.
const PROPOSED: Timestamp = Timestamp(1_000 * HOUR);
const NOW: Timestamp = Timestamp(PROPOSED.0 + 60_000);

const LAN: StaffId = id(1);
const THU: StaffId = id(2);
const MANAGER: StaffId = id(3);
const PUPPET: StaffId = id(4);

const fn id(number: u8) -> StaffId {
    StaffId(exam_protocol::bytes::Fixed([number; 16]))
}

fn change(staff: StaffId, hours_ago: i64, kind: Kind, by: Option<StaffId>) -> ControlChange {
    let at = Timestamp(PROPOSED.0 - hours_ago * HOUR);
    ControlChange {
        staff,
        at,
        kind,
        by,
        emergency: false,
        moved: None,
    }
}

fn told(changes: &[ControlChange]) -> Result<(), NotTwo> {
    let history = History {
        changes,
        window: WINDOW,
        two_organisations: true,
    };
    let pair = Pair {
        proposer: LAN,
        proposed_at: PROPOSED,
        decider: THU,
    };
    history.two_people(pair, NOW).map(|_| ())
}

#[test]
fn whoever_changed_one_account_is_not_the_other_person() {
    for kind in [
        Kind::Created,
        Kind::Password,
        Kind::Factors,
        Kind::Linked,
        Kind::Organisation,
        Kind::Roles,
        Kind::Opened,
    ] {
        let until = Timestamp(PROPOSED.0 - 5 * HOUR + WINDOW.0);
        let refused = Err(NotTwo::Touched { until });
        assert_eq!(told(&[change(THU, 5, kind, Some(LAN))]), refused, "{kind:?}");
        assert_eq!(told(&[change(LAN, 5, kind, Some(THU))]), refused, "{kind:?}");
    }
    assert_eq!(told(&[change(THU, 73, Kind::Password, Some(LAN))]), Ok(()));
    // Several within the time: not only the last one counts.
    let later = change(THU, 1, Kind::Password, Some(MANAGER));
    assert!(matches!(
        told(&[change(THU, 5, Kind::Password, Some(LAN)), later]),
        Err(NotTwo::Touched { .. })
    ));
}

#[test]
fn a_decider_changed_since_the_proposal_decides_nothing() {
    for by in [Some(LAN), Some(MANAGER), Some(THU), None] {
        for kind in [Kind::Password, Kind::Roles, Kind::Organisation, Kind::OwnFactors] {
            assert_eq!(told(&[change(THU, 0, kind, by)]), Err(NotTwo::ChangedSince));
        }
    }
    // What changes neither hands nor rights keeps nobody from deciding.
    for kind in [Kind::Opened, Kind::OtherRoles] {
        assert_eq!(told(&[change(THU, 0, kind, Some(MANAGER))]), Ok(()), "{kind:?}");
    }
    assert_eq!(told(&[change(THU, 1, Kind::OwnFactors, Some(THU))]), Ok(()));
    assert_eq!(told(&[change(LAN, 0, Kind::OwnFactors, Some(LAN))]), Ok(()));
}

#[test]
fn one_manager_does_not_act_through_two_accounts() {
    let both = [
        change(LAN, 30, Kind::Created, Some(MANAGER)),
        change(THU, 20, Kind::Factors, Some(MANAGER)),
    ];
    let until = Timestamp(PROPOSED.0 - 20 * HOUR + WINDOW.0);
    assert_eq!(told(&both), Err(NotTwo::OneHand { until }));
    assert_eq!(told(&both[..1]), Ok(()));
    // Roles alone put nobody's account into anybody's hands: one secretary may staff a whole exam.
    let roles = [
        change(LAN, 3, Kind::Roles, Some(MANAGER)),
        change(THU, 3, Kind::Roles, Some(MANAGER)),
    ];
    assert_eq!(told(&roles), Ok(()));
    // The server's terminal is nobody's puppet master.
    let terminal = [
        change(LAN, 3, Kind::Created, None),
        change(THU, 3, Kind::Created, None),
    ];
    assert_eq!(told(&terminal), Ok(()));
}

#[test]
fn hands_reach_through_accounts_made_on_the_way() {
    let through = |first: i64, second: i64| {
        [
            change(PUPPET, first, Kind::Created, Some(LAN)),
            change(THU, second, Kind::Password, Some(PUPPET)),
        ]
    };
    assert!(matches!(told(&through(9, 8)), Err(NotTwo::Touched { .. })));
    // What the puppet did before it was one, somebody else did.
    assert_eq!(told(&through(7, 8)), Ok(()));
    let apart = [
        change(PUPPET, 9, Kind::Password, Some(MANAGER)),
        change(THU, 8, Kind::Created, Some(PUPPET)),
        change(LAN, 8, Kind::Created, Some(MANAGER)),
    ];
    assert!(matches!(told(&apart), Err(NotTwo::OneHand { .. })));
    // A role given through a puppet touches the account, too.
    let roles = [
        change(PUPPET, 9, Kind::Created, Some(LAN)),
        change(THU, 8, Kind::Roles, Some(PUPPET)),
    ];
    assert!(matches!(told(&roles), Err(NotTwo::Touched { .. })));
}

#[test]
fn a_move_to_another_organisation_counts_while_two_are_asked_for() {
    let moved = [change(THU, 3, Kind::Organisation, Some(MANAGER))];
    assert!(matches!(told(&moved), Err(NotTwo::Moved { .. })));
    let alone = History {
        changes: &moved,
        window: WINDOW,
        two_organisations: false,
    };
    let pair = Pair {
        proposer: LAN,
        proposed_at: PROPOSED,
        decider: THU,
    };
    let two = alone.two_people(pair, NOW).unwrap();
    assert_eq!((two.first(), two.second()), (LAN, THU));
}

#[test]
fn who_was_moved_back_was_not_moved() {
    let (home, other, third) = (organisation(1), organisation(2), organisation(3));
    let go = |staff, hours_ago, was, became| ControlChange {
        moved: Some(Move { was, became }),
        ..change(staff, hours_ago, Kind::Organisation, Some(MANAGER))
    };
    let moved = |changes: &[ControlChange]| matches!(told(changes), Err(NotTwo::Moved { .. }));
    for staff in [LAN, THU] {
        assert!(moved(&[go(staff, 9, home, other)]));
        assert_eq!(
            told(&[go(staff, 8, other, home), go(staff, 9, home, other)]),
            Ok(())
        );
        assert!(moved(&[go(staff, 9, home, other), go(staff, 8, other, third)]));
        assert!(
            moved(&[go(staff, 9, home, other), go(staff, 8, third, home)]),
            "a gap"
        );
        assert!(
            moved(&[go(staff, 80, home, other), go(staff, 8, other, home)]),
            "was there for days"
        );
    }
    // Lent to another school for proposing alone.
    assert!(moved(&[go(LAN, 1, home, other), go(LAN, -1, other, home)]));
}

fn organisation(number: u8) -> OrganisationId {
    OrganisationId(exam_protocol::bytes::Fixed([number; 16]))
}

#[test]
fn a_role_counts_where_it_gives_or_takes_a_right_to_propose_or_decide() {
    let site = Place {
        site: Some(exam_protocol::id::SiteId(exam_protocol::bytes::Fixed([7; 16]))),
        ..Place::default()
    };
    let lead = Grant {
        role: Role::SiteLead,
        scope: exam_protocol::right::Scope::Installation,
    };
    assert_eq!(of_role(Role::SiteLead, &[], &site), Kind::Roles);
    assert_eq!(of_role(Role::Proctor1, &[], &site), Kind::Roles);
    assert_eq!(of_role(Role::Marker, &[], &site), Kind::OtherRoles);
    for role in [Role::SiteLead, Role::Proctor1, Role::Marker] {
        assert_eq!(of_role(role, &[lead], &site), Kind::OtherRoles, "{role:?}");
    }
}

#[test]
fn a_confirmation_before_the_proposal_lifts_what_was_before_it() {
    let both = |confirmed| {
        [
            change(LAN, 30, Kind::Created, Some(MANAGER)),
            change(THU, 30, Kind::Created, Some(MANAGER)),
            change(THU, confirmed, Kind::Confirmed, None),
        ]
    };
    assert_eq!(told(&both(1)), Ok(()));
    assert!(
        matches!(told(&both(0)), Err(NotTwo::OneHand { .. })),
        "after the proposal"
    );
    assert!(
        matches!(told(&both(31)), Err(NotTwo::OneHand { .. })),
        "before the change"
    );
}

#[test]
fn whoever_was_touched_with_an_emergency_account_is_nobodys_second_person() {
    let glass = |staff, hours_ago, kind| ControlChange {
        emergency: true,
        ..change(staff, hours_ago, kind, Some(id(5)))
    };
    let refused = |changes: &[ControlChange]| matches!(told(changes), Err(NotTwo::Emergency { .. }));
    for kind in [Kind::Password, Kind::Factors, Kind::Roles, Kind::Opened] {
        assert!(refused(&[glass(THU, 5, kind)]), "{kind:?}");
        assert!(refused(&[glass(LAN, 5, kind)]), "{kind:?}");
    }
    let through = change(THU, 3, Kind::Roles, Some(PUPPET));
    assert!(refused(&[glass(PUPPET, 5, Kind::Created), through]));
    // What somebody did before, with an account that was still an own one, stays as it was.
    assert_eq!(told(&[glass(PUPPET, 2, Kind::Password), through]), Ok(()));
    assert_eq!(told(&[glass(THU, 73, Kind::Password)]), Ok(()));
    let confirmed = change(THU, 2, Kind::Confirmed, None);
    assert_eq!(told(&[glass(THU, 5, Kind::Password), confirmed]), Ok(()));
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL)
}

fn changes() -> impl Strategy<Value = Vec<ControlChange>> {
    let one = (1u8..7, 0i64..90, kinds(), prop::option::of(1u8..7))
        .prop_map(|(staff, hours, kind, by)| change(id(staff), hours, kind, by.map(id)));
    prop::collection::vec(one, 0..14)
}

/// Whether there is a chain of takings-over from `from` to `to`, each not before the one that leads to it; tried by hand.
fn reaches(changes: &[ControlChange], from: StaffId, to: StaffId, until: Timestamp) -> bool {
    from == to
        || changes.iter().any(|one| {
            one.staff == to
                && one.at <= until
                && one.at.0 > NOW.0 - WINDOW.0
                && gives_hold(one.kind)
                && one
                    .by
                    .is_some_and(|by| by != to && reaches(changes, from, by, Timestamp(one.at.0 - 1)))
        })
}

proptest! {
    #[test]
    fn whom_one_person_could_be_is_never_two_people(all in changes()) {
        // Confirmations are tested above. No two changes at one time: the slow way steps back a millisecond each.
        let all: Vec<ControlChange> = all
            .into_iter()
            .filter(|one| one.kind != Kind::Confirmed && one.by != Some(one.staff))
            .zip(0i64..)
            .map(|(one, at)| ControlChange { at: Timestamp(one.at.0 - at), ..one })
            .collect();
        let somebody_is_both = (1u8..7).map(id).any(|who| reaches(&all, who, LAN, NOW) && reaches(&all, who, THU, NOW));
        if somebody_is_both {
            prop_assert!(told(&all).is_err(), "one person has both accounts");
        }
        let fresh = |one: &&ControlChange| one.at.0 > NOW.0 - WINDOW.0;
        let touches_neither = !all.iter().filter(fresh).any(|one| one.staff == LAN || one.staff == THU);
        if touches_neither {
            prop_assert_eq!(told(&all), Ok(()), "nobody changed either account");
        }
    }

    #[test]
    fn more_changes_never_make_two_people_of_one(all in changes(), more in changes()) {
        let without = |all: Vec<ControlChange>| -> Vec<ControlChange> {
            all.into_iter().filter(|one| one.kind != Kind::Confirmed).collect()
        };
        let (all, more) = (without(all), without(more));
        if told(&all).is_err() {
            let both: Vec<ControlChange> = all.into_iter().chain(more).collect();
            prop_assert!(told(&both).is_err());
        }
    }
}
