//! The rules of administering staff, without a server; what goes through the doors stands in `tests/doors.rs`.

mod doors;
mod height;

use super::appoint::{self, Refusal, appoints_to};
use super::directory::{Directory, Exam, Held, Organisation, Person, Places, Room, Site};
use super::import;
use super::listing::Viewer;
use super::{review, tree};
use crate::staff::rights::{covers, permissions};
use crate::table::sheet::{Cell, Row, Sheet};
use exam_protocol::bytes::Fixed;
use exam_protocol::id::{ExamId, OrganisationId, RoomId, SiteId, StaffId};
use exam_protocol::people::{MemberFilter, ReviewFilter};
use exam_protocol::right::{Grant, Permission, Role, Scope};
use exam_protocol::time::{Millis, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000_000_000);
const OFFICE: OrganisationId = OrganisationId(Fixed([1; 16]));
const SCHOOL: OrganisationId = OrganisationId(Fixed([2; 16]));
const EXAM: ExamId = ExamId(Fixed([3; 16]));
const OTHER_EXAM: ExamId = ExamId(Fixed([4; 16]));
const SITE: SiteId = SiteId(Fixed([5; 16]));
const OTHER_SITE: SiteId = SiteId(Fixed([6; 16]));
const ROOM: RoomId = RoomId(Fixed([7; 16]));
const TWIN: RoomId = RoomId(Fixed([8; 16]));

/// Two organisations with an exam each, two sites in the first exam, two rooms of one name in the first site.
fn places() -> Places {
    let organisation = |id, name: &str| Organisation {
        id,
        name: name.into(),
    };
    let exam = |id, organisation, title: &str| Exam {
        id,
        organisation,
        title: title.into(),
    };
    let site = |id, name: &str| Site {
        id,
        exam: EXAM,
        name: name.into(),
    };
    let room = |id, subject: &str| Room {
        id,
        site: SITE,
        name: "Phòng 01".into(),
        subject: subject.into(),
        starts_at: Timestamp(0),
    };
    Places::new(
        vec![
            organisation(OFFICE, "Sở GD&ĐT"),
            organisation(SCHOOL, "Trường THPT A"),
        ],
        vec![
            exam(EXAM, OFFICE, "Tuyển sinh lớp 10"),
            exam(OTHER_EXAM, SCHOOL, "Cuối kỳ I"),
        ],
        vec![site(SITE, "Điểm thi 01"), site(OTHER_SITE, "Điểm thi 02")],
        vec![room(ROOM, "Toán"), room(TWIN, "Ngữ văn")],
    )
}

fn held(role: Role, scope: Scope) -> Held {
    Held {
        grant: Grant { role, scope },
        granted_at: NOW,
        granted_by: "command".into(),
        reviewed: None,
    }
}

fn person(n: u8, name: &str, organisation: OrganisationId, held: Vec<Held>) -> Person {
    Person {
        id: StaffId::from_random([n; 16]),
        name: name.into(),
        display_name: name.to_uppercase(),
        organisation,
        disabled: false,
        ends_at: None,
        last_login: None,
        break_glass: false,
        held,
        factors: Vec::new(),
        external: Vec::new(),
    }
}

fn directory() -> Directory {
    let people = vec![
        person(
            21,
            "admin",
            OFFICE,
            vec![held(Role::Administrator, Scope::Installation)],
        ),
        person(
            22,
            "exam-secretary",
            OFFICE,
            vec![held(Role::Secretary, Scope::Exam(EXAM))],
        ),
        person(
            23,
            "school-secretary",
            SCHOOL,
            vec![held(Role::Secretary, Scope::Organisation(SCHOOL))],
        ),
        person(24, "lead", SCHOOL, vec![held(Role::SiteLead, Scope::Site(SITE))]),
        person(
            25,
            "chair",
            SCHOOL,
            vec![held(Role::ExamOwner, Scope::Organisation(SCHOOL))],
        ),
        person(26, "teacher", SCHOOL, Vec::new()),
    ];
    Directory {
        places: places(),
        people,
    }
}

fn named<'a>(directory: &'a Directory, name: &str) -> &'a Person {
    directory.named(name).unwrap()
}

#[test]
fn secretaries_staff_their_exam_and_nothing_above_it() {
    let directory = directory();
    let grant = |who: &str, role, scope| {
        let (actor, teacher) = (named(&directory, who), named(&directory, "teacher"));
        appoint::may_grant(actor, teacher, Grant { role, scope }, &directory.places)
    };
    assert_eq!(grant("exam-secretary", Role::Proctor1, Scope::Room(ROOM)), Ok(()));
    assert_eq!(grant("exam-secretary", Role::SiteLead, Scope::Exam(EXAM)), Ok(()));
    let refused = |role, scope| grant("exam-secretary", role, scope).unwrap_err();
    assert_eq!(
        refused(Role::Proctor1, Scope::Organisation(OFFICE)),
        Refusal::ScopeTooWide
    );
    assert_eq!(
        refused(Role::Proctor1, Scope::Installation),
        Refusal::ScopeTooWide
    );
    assert_eq!(
        refused(Role::Proctor1, Scope::Exam(OTHER_EXAM)),
        Refusal::ScopeTooWide
    );
    for role in [Role::ExamOwner, Role::Administrator, Role::Inspector] {
        assert_eq!(refused(role, Scope::Room(ROOM)), Refusal::RoleTooHigh);
    }
    assert_eq!(
        grant("lead", Role::Proctor1, Scope::Room(ROOM)),
        Err(Refusal::ScopeTooWide)
    );
    assert_eq!(grant("admin", Role::ExamOwner, Scope::Installation), Ok(()));
    let gone = Scope::Room(RoomId(Fixed([99; 16])));
    assert_eq!(grant("admin", Role::Proctor1, gone), Err(Refusal::NotFound));
}

#[test]
fn nobody_changes_the_own_roles_or_account() {
    let directory = directory();
    let admin = named(&directory, "admin");
    let grant = Grant {
        role: Role::ExamOwner,
        scope: Scope::Installation,
    };
    assert_eq!(
        appoint::may_grant(admin, admin, grant, &directory.places),
        Err(Refusal::Oneself)
    );
    assert_eq!(
        appoint::may_touch(admin, admin, &directory.places),
        Err(Refusal::Oneself)
    );
    let own = Grant {
        role: Role::Administrator,
        scope: Scope::Installation,
    };
    assert_eq!(
        appoint::may_revoke(admin, admin.id, own, &directory, NOW),
        Err(Refusal::Oneself)
    );
}

#[test]
fn an_account_is_worth_the_roles_behind_it() {
    let directory = directory();
    let touch = |actor: &str, holder: &str| {
        appoint::may_touch(
            named(&directory, actor),
            named(&directory, holder),
            &directory.places,
        )
    };
    assert_eq!(touch("school-secretary", "teacher"), Ok(()));
    // A new password for the chair would make the secretary chair; for the lead, lead in another organisation's exam.
    assert_eq!(touch("school-secretary", "chair"), Err(Refusal::HolderTooHigh));
    assert_eq!(touch("school-secretary", "lead"), Err(Refusal::HolderTooHigh));
    assert_eq!(touch("exam-secretary", "teacher"), Err(Refusal::ScopeTooWide));
    assert_eq!(touch("admin", "chair"), Ok(()));
}

#[test]
fn one_administrator_stays() {
    let mut directory = directory();
    let admin = named(&directory, "admin").id;
    let left = |directory: &Directory| appoint::stays_administered(directory, admin, NOW);
    assert_eq!(left(&directory), Err(Refusal::LastAdministrator));
    let with = |change: fn(&mut Person)| {
        let mut directory = directory.clone();
        let mut second = person(
            40,
            "second",
            OFFICE,
            vec![held(Role::Administrator, Scope::Installation)],
        );
        change(&mut second);
        directory.people.push(second);
        directory
    };
    assert_eq!(left(&with(|_| ())), Ok(()));
    assert_eq!(
        left(&with(|one| one.disabled = true)),
        Err(Refusal::LastAdministrator)
    );
    assert_eq!(
        left(&with(|one| one.ends_at = Some(Timestamp(i64::MAX)))),
        Err(Refusal::LastAdministrator)
    );
    assert_eq!(
        left(&with(|one| one.break_glass = true)),
        Err(Refusal::LastAdministrator)
    );
    let provided = with(|one| one.held[0].granted_by = "sign-on:so".into());
    assert_eq!(left(&provided), Err(Refusal::LastAdministrator));
    // Another one's role can be taken while this one stays.
    directory = with(|_| ());
    let (actor, second) = (named(&directory, "admin"), named(&directory, "second"));
    let grant = second.held[0].grant;
    assert_eq!(
        appoint::may_revoke(actor, second.id, grant, &directory, NOW),
        Ok(())
    );
}

#[test]
fn lists_show_what_is_in_reach_and_count_the_rest() {
    let directory = directory();
    let list = |who: &str| {
        let viewer = Viewer::new(&directory, named(&directory, who), NOW);
        viewer.members(&MemberFilter::default())
    };
    let names = |who: &str| {
        let mut names: Vec<String> = list(who).members.into_iter().map(|one| one.name).collect();
        names.sort();
        names
    };
    assert_eq!(list("admin").total, 6);
    assert_eq!(names("lead"), ["lead"]);
    assert_eq!(names("exam-secretary"), ["admin", "exam-secretary", "lead"]);
    assert_eq!(
        names("school-secretary"),
        ["chair", "lead", "school-secretary", "teacher"]
    );
    let school = list("school-secretary");
    let lead = school.members.iter().find(|one| one.name == "lead").unwrap();
    assert!(lead.grants.is_empty() && lead.grants_elsewhere == 1 && !lead.may_change);
    let viewer = Viewer::new(&directory, named(&directory, "lead"), NOW);
    let shown = tree::of(&viewer);
    assert_eq!(shown.organisations.len(), 1);
    assert_eq!(shown.organisations[0].exams[0].sites.len(), 1);
    assert_eq!(shown.organisations[0].exams[0].sites[0].rooms.len(), 2);
    assert!(shown.roles.is_empty() && !shown.may_add_organisation);
    let viewer = Viewer::new(&directory, named(&directory, "exam-secretary"), NOW);
    let shown = tree::of(&viewer);
    assert!(shown.organisations[0].roles.is_empty());
    assert_eq!(
        shown.organisations[0].exams[0].roles.len(),
        appoints_to(Role::Secretary).len()
    );
}

#[test]
fn roles_are_due_after_six_months_and_not_after_a_review() {
    let mut directory = directory();
    let half_a_year = Millis::minutes(183 * 24 * 60);
    let due = |directory: &Directory, now: Timestamp| {
        let viewer = Viewer::new(directory, named(directory, "admin"), now);
        review::list(&viewer, &ReviewFilter::default(), 183, now).due
    };
    assert_eq!(due(&directory, NOW), 0);
    assert_eq!(due(&directory, NOW + half_a_year), 5);
    directory.people[3].held[0].reviewed = Some((NOW + Millis::minutes(1), "command".into()));
    assert_eq!(due(&directory, NOW + half_a_year), 4);
    let later = NOW + half_a_year;
    let viewer = Viewer::new(&directory, named(&directory, "admin"), later);
    let filter = ReviewFilter {
        due: true,
        ..ReviewFilter::default()
    };
    let page = review::list(&viewer, &filter, 183, later);
    assert_eq!(page.total, 4);
    let own = page.entries.iter().find(|one| one.name == "admin").unwrap();
    assert!(!own.may_review);
}

fn sheet(rows: &[&[&str]]) -> Vec<Sheet> {
    let cell = |text: &&str| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text((*text).to_owned())
        }
    };
    let rows = (1..).zip(rows).map(|(number, cells)| Row {
        number,
        cells: cells.iter().map(cell).collect(),
    });
    vec![Sheet { rows: rows.collect() }]
}

const HEADER: &[&str] = &[
    "STT",
    "Họ và tên",
    "Tên đăng nhập",
    "Đơn vị",
    "Vai trò",
    "Điểm thi",
    "Môn",
    "Phòng",
    "Phạm vi",
];

fn planned(who: &str, rows: &[&[&str]]) -> Result<import::Plan, Vec<(Option<u32>, String)>> {
    let directory = directory();
    let all: Vec<&[&str]> = std::iter::once(HEADER).chain(rows.iter().copied()).collect();
    import::plan(&sheet(&all), &directory, named(&directory, who))
        .map_err(|faults| faults.into_iter().map(|one| (one.row, one.message_en)).collect())
}

/// Two roles of one new person, a blank row, somebody who is there, one without a role, a role that is held already.
const GOOD_ROWS: &[&[&str]] = &[
    &[
        "1",
        "Nguyễn Thị Lan",
        "lan.nt",
        "truong thpt a",
        "CBCT 1",
        "Điểm thi 01",
        "Toán",
        "Phòng 01",
        "",
    ],
    &[
        "2",
        "Nguyễn  Thị Lan",
        "lan.nt",
        "Trường THPT A",
        "Giám sát",
        "Điểm thi 02",
        "",
        "",
        "",
    ],
    &["", "", "", "", "", "", "", "", ""],
    &[
        "3",
        "TEACHER",
        "Teacher",
        "Trường THPT A",
        "Thư ký",
        "",
        "",
        "",
        "Sở GD&ĐT",
    ],
    &["4", "Lê Văn Nam", "nam", "Sở GD&ĐT", "", "", "", "", ""],
    &[
        "5",
        "LEAD",
        "lead",
        "Trường THPT A",
        "trưởng điểm thi",
        "Điểm thi 01",
        "",
        "",
        "",
    ],
];

#[test]
fn a_file_makes_accounts_and_gives_roles() {
    let plan = planned("admin", GOOD_ROWS).unwrap();
    let shown: Vec<_> = plan
        .rows
        .iter()
        .map(|row| (row.row, row.name.as_str(), row.new, row.grant))
        .collect();
    let grant = |role, scope| Some(Grant { role, scope });
    assert_eq!(
        shown,
        [
            (2, "lan.nt", true, grant(Role::Proctor1, Scope::Room(ROOM))),
            (
                3,
                "lan.nt",
                false,
                grant(Role::Supervisor, Scope::Site(OTHER_SITE))
            ),
            (
                5,
                "teacher",
                false,
                grant(Role::Secretary, Scope::Organisation(OFFICE))
            ),
            (6, "nam", true, None),
        ]
    );
    assert_eq!(plan.warnings.len(), 1);
    assert_eq!(plan.warnings[0].row, Some(7));
}

#[test]
fn a_file_names_every_fault_with_its_row() {
    let rows: &[&[&str]] = &[
        &["1", "A", "nguyễn", "Trường B", "hiệu trưởng", "", "", "", ""],
        &[
            "2",
            "B",
            "be",
            "Trường THPT A",
            "CBCT 1",
            "Điểm thi 01",
            "",
            "Phòng 01",
            "",
        ],
        &["3", "C", "teacher", "Trường THPT A", "", "", "", "", ""],
        &["4", "D", "de", "Trường THPT A", "CBCT 1", "", "", "", ""],
        &["5", "E", "e1", "Trường THPT A", "", "", "", "", "toàn hệ thống"],
        &[
            "6",
            "ADMIN",
            "admin",
            "Sở GD&ĐT",
            "Chủ tịch",
            "",
            "",
            "",
            "toàn hệ thống",
        ],
    ];
    let faults = planned("admin", rows).unwrap_err();
    let of_row = |row| faults.iter().filter(|(at, _)| *at == Some(row)).count();
    assert_eq!([2, 3, 4, 5, 6, 7].map(of_row), [3, 1, 1, 1, 1, 1], "{faults:?}");
    let too_high: &[&[&str]] = &[
        &[
            "1",
            "TEACHER",
            "teacher",
            "Trường THPT A",
            "Chủ tịch",
            "",
            "",
            "",
            "Trường THPT A",
        ],
        &["2", "X", "xx", "Sở GD&ĐT", "", "", "", "", ""],
    ];
    assert_eq!(planned("school-secretary", too_high).unwrap_err().len(), 2);
}

const SCOPES: [Scope; 8] = [
    Scope::Installation,
    Scope::Organisation(OFFICE),
    Scope::Organisation(SCHOOL),
    Scope::Exam(EXAM),
    Scope::Exam(OTHER_EXAM),
    Scope::Site(SITE),
    Scope::Site(OTHER_SITE),
    Scope::Room(ROOM),
];

/// One try of somebody to change something.
#[derive(Clone, Copy, Debug)]
enum Try {
    Grant(usize, usize, usize, usize),
    Revoke(usize, usize, usize),
    /// Takes an account over by a new password, and acts as its holder from then on.
    TakeOver(usize, usize),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = prop_oneof![
        (0..6_usize, 0..6_usize, 0..Role::ALL.len(), 0..SCOPES.len())
            .prop_map(|(actor, holder, role, scope)| Try::Grant(actor, holder, role, scope)),
        (0..6_usize, 0..6_usize, 0..4_usize).prop_map(|(actor, holder, at)| Try::Revoke(actor, holder, at)),
        (0..6_usize, 0..6_usize).prop_map(|(actor, holder)| Try::TakeOver(actor, holder)),
    ];
    prop::collection::vec(one, 0..60)
}

/// Whether some of these roles let their holder appoint to `grant`.
fn within(managers: &[Grant], grant: Grant, places: &Places) -> bool {
    let place = places.of(grant.scope).unwrap();
    managers.iter().any(|own| {
        permissions(own.role).contains(&Permission::ManageStaff)
            && covers(own.scope, &place)
            && appoints_to(own.role).contains(&grant.role)
    })
}

proptest! {
    /// Everybody tries everything, alone and together; without an administrator among them nothing ever comes out that the
    /// secretaries' own scopes at the beginning did not cover.
    #[test]
    fn nobody_ends_up_with_more_than_the_granters_scopes_cover(tries in tries()) {
        let mut directory = directory();
        let admin = named(&directory, "admin").id;
        let begun: Vec<Vec<Grant>> = directory.people.iter().map(Person::grants).collect();
        let managers: Vec<Grant> = directory.people.iter().filter(|one| one.id != admin).flat_map(Person::grants).collect();
        // Whom each can act as: themselves at first.
        let mut acts_as: Vec<Vec<usize>> = (0..6).map(|at| vec![at]).collect();
        for one in tries {
            match one {
                Try::Grant(actor, holder, role, scope) if actor != 0 => {
                    let grant = Grant { role: Role::ALL[role], scope: SCOPES[scope] };
                    let (from, to) = (&directory.people[actor], &directory.people[holder]);
                    if appoint::may_grant(from, to, grant, &directory.places).is_ok() {
                        directory.people[holder].held.push(held(grant.role, grant.scope));
                    }
                }
                Try::Revoke(actor, holder, at) if actor != 0 => {
                    let Some(grant) = directory.people[holder].held.get(at).map(|held| held.grant) else { continue };
                    let id = directory.people[holder].id;
                    if appoint::may_revoke(&directory.people[actor], id, grant, &directory, NOW).is_ok() {
                        directory.people[holder].held.retain(|held| held.grant != grant);
                    }
                }
                Try::TakeOver(actor, holder) if actor != 0 => {
                    let (from, to) = (&directory.people[actor], &directory.people[holder]);
                    if appoint::may_touch(from, to, &directory.places).is_ok() && !acts_as[actor].contains(&holder) {
                        acts_as[actor].push(holder);
                    }
                }
                _ => {}
            }
            for (at, person) in directory.people.iter().enumerate() {
                for grant in person.grants() {
                    prop_assert!(begun[at].contains(&grant) || within(&managers, grant, &directory.places), "{grant:?}");
                }
            }
            for (at, others) in acts_as.iter().enumerate() {
                for other in others.iter().filter(|other| **other != at) {
                    for grant in &begun[*other] {
                        prop_assert!(within(&managers, *grant, &directory.places), "{grant:?}");
                    }
                }
            }
            prop_assert!(directory.people[0].grants().contains(&begun[0][0]));
        }
    }

    /// What somebody may grant is covered by what they manage themselves, whatever roles they hold.
    #[test]
    fn an_appointment_is_never_wider_than_the_appointers(
        own in prop::collection::vec((0..Role::ALL.len(), 0..SCOPES.len()), 0..4),
        role in 0..Role::ALL.len(), scope in 0..SCOPES.len(),
    ) {
        let places = places();
        let own: Vec<Grant> = own.into_iter().map(|(role, scope)| Grant { role: Role::ALL[role], scope: SCOPES[scope] }).collect();
        let wanted = Grant { role: Role::ALL[role], scope: SCOPES[scope] };
        let place = places.of(wanted.scope).unwrap();
        let may = appoint::may_appoint(&own, wanted.role, &place).is_ok();
        prop_assert_eq!(may, within(&own, wanted, &places));
        if may && own.iter().all(|grant| grant.role != Role::Administrator) {
            prop_assert!(!permissions(wanted.role).contains(&Permission::ReadAudit));
        }
    }
}
