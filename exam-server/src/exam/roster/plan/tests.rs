//! Properties of plans.

use super::*;
use crate::exam::roster::citizen::Sex;
use proptest::prelude::*;
use std::collections::HashSet;

fn room(number: u8) -> Room {
    Room {
        id: RoomId::from_random([number; 16]),
        name: format!("Phòng {number:02}"),
    }
}

fn entry(number: usize, name: &str) -> Entry {
    Entry {
        row: u32::try_from(number).unwrap() + 1,
        citizen_number: format!("{:012}", 22_208_000_000 + number).parse().unwrap(),
        name: name.to_owned(),
        birth_date: "2008-09-05".into(),
        sex: Sex::Male,
        class: "12A1".into(),
        school: String::new(),
        candidate_number: String::new(),
        candidate_number_was_number: false,
        room: String::new(),
        seat: String::new(),
    }
}

/// What the database holds once a plan was applied.
fn applied(plan: &Plan, before: &Stored) -> Stored {
    let mut candidates = before.candidates.clone();
    for (number, place) in (1u8..).zip(&plan.places) {
        let attempt = place.attempt.unwrap_or(AttemptId::from_random([number; 16]));
        candidates.retain(|candidate| candidate.citizen_number != place.citizen_number);
        candidates.push(Existing {
            attempt,
            citizen_number: place.citizen_number.clone(),
            person: place.person.clone(),
            candidate_number: place.candidate_number.clone(),
            room: place.room,
            seat: place.seat.clone(),
        });
    }
    Stored {
        rooms: before.rooms.clone(),
        candidates,
    }
}

fn empty(rooms: u8) -> Stored {
    Stored {
        rooms: (1..=rooms).map(room).collect(),
        candidates: Vec::new(),
    }
}

proptest! {
    #[test]
    fn importing_twice_changes_nothing_and_seats_are_unique(count in 1usize..60, seed: [u8; 32], other: [u8; 32]) {
        let entries: Vec<Entry> = (0..count).map(|n| entry(n, &format!("Nguyễn Văn {n}"))).collect();
        let first = plan(&entries, &empty(3), &seed, 24).unwrap();
        prop_assert_eq!(first.places.len(), count);
        prop_assert!(first.differences.iter().all(|d| d.kind == DifferenceKind::Added));
        let places: HashSet<(RoomId, &str)> = first.places.iter().map(|p| (p.room, p.seat.as_str())).collect();
        prop_assert_eq!(places.len(), count);
        let numbers: HashSet<&str> = first.places.iter().map(|p| p.candidate_number.as_str()).collect();
        prop_assert_eq!(numbers.len(), count);
        let stored = applied(&first, &empty(3));
        prop_assert_eq!(plan(&entries, &stored, &other, 24).unwrap(), Plan::default());
    }

    #[test]
    fn newcomers_move_nobody(count in 1usize..20, more in 1usize..20, seed: [u8; 32]) {
        let mut entries: Vec<Entry> = (0..count).map(|n| entry(n, &format!("Lê Thị {n}"))).collect();
        let stored = applied(&plan(&entries, &empty(2), &seed, 24).unwrap(), &empty(2));
        entries.extend((count..count + more).map(|n| entry(n, "An")));
        let plan = plan(&entries, &stored, &[9; 32], 24).unwrap();
        prop_assert_eq!(plan.places.len(), more);
        prop_assert!(plan.differences.iter().all(|d| d.kind == DifferenceKind::Added));
    }
}

#[test]
fn says_what_was_added_changed_moved_and_is_missing() {
    let entries = [entry(1, "Bùi An"), entry(2, "Lê Bình"), entry(3, "Vũ Chi")];
    let stored = applied(&plan(&entries, &empty(2), &[1; 32], 24).unwrap(), &empty(2));
    let changed = Entry {
        name: "Bùi Ân".into(),
        ..entries[0].clone()
    };
    let moved = Entry {
        room: "phòng 2".into(),
        seat: "7".into(),
        ..entries[1].clone()
    };
    let plan = plan(&[changed, moved, entry(4, "Đỗ Dũng")], &stored, &[2; 32], 24).unwrap();
    let kinds: Vec<DifferenceKind> = plan.differences.iter().map(|d| d.kind).collect();
    let expected = [
        DifferenceKind::Changed,
        DifferenceKind::Moved,
        DifferenceKind::Added,
        DifferenceKind::Missing,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(plan.differences[0].detail, "Bùi An → Bùi Ân");
    assert!(
        plan.differences[1].detail.ends_with("→ Phòng 02, 07"),
        "{}",
        plan.differences[1].detail
    );
    assert_eq!(plan.differences[3].name, "Vũ Chi");
}

#[test]
fn refuses_unknown_rooms_taken_seats_and_too_many() {
    let lost = Entry {
        room: "Phòng 9".into(),
        ..entry(1, "A")
    };
    assert_eq!(
        plan(&[lost], &empty(2), &[0; 32], 24).unwrap_err()[0].row,
        Some(2)
    );
    let seat = |n, name| Entry {
        room: "1".into(),
        seat: "3".into(),
        ..entry(n, name)
    };
    assert_eq!(
        plan(&[seat(1, "A"), seat(2, "B")], &empty(2), &[0; 32], 24).unwrap_err()[0].row,
        Some(3)
    );
    let many: Vec<Entry> = (0..25).map(|n| entry(n, "A")).collect();
    assert_eq!(plan(&many, &empty(1), &[0; 32], 24).unwrap_err()[0].row, None);
    let full: Vec<Entry> = (0..25)
        .map(|n| Entry {
            room: "1".into(),
            ..entry(n, "A")
        })
        .collect();
    let found = plan(&full, &empty(1), &[0; 32], 24).unwrap_err();
    assert_eq!((found.len(), found[0].row), (1, Some(25)));
    assert_eq!(found[0].message, "Phòng 01 đã đủ 24 chỗ (--capacity 24)");
    let short = Stored {
        rooms: vec![Room {
            name: "P01".into(),
            ..room(1)
        }],
        candidates: Vec::new(),
    };
    let full: Vec<Entry> = full
        .into_iter()
        .map(|entry| Entry {
            room: "p01".into(),
            ..entry
        })
        .collect();
    let found = plan(&full, &short, &[0; 32], 20).unwrap_err();
    let rows: Vec<Option<u32>> = found.iter().map(|finding| finding.row).collect();
    assert_eq!(rows, [Some(21), Some(22), Some(23), Some(24), Some(25)]);
    assert_eq!(found[4].message, "phòng P01 đã đủ 20 chỗ (--capacity 20)");
}

#[test]
fn rooms_fill_up_in_the_order_of_names() {
    let names = ["Vũ Yến", "Trần An", "Lê Đạt", "Bùi Dung"];
    let entries: Vec<Entry> = names.iter().enumerate().map(|(n, name)| entry(n, name)).collect();
    let plan = plan(&entries, &empty(2), &[5; 32], 2).unwrap();
    let in_first: Vec<&str> = plan
        .places
        .iter()
        .filter(|p| p.room == room(1).id)
        .map(|p| p.person.name.as_str())
        .collect();
    assert_eq!(in_first, ["Trần An", "Bùi Dung"]);
    let numbers: Vec<&str> = plan.places.iter().map(|p| p.candidate_number.as_str()).collect();
    assert_eq!(numbers, ["000004", "000001", "000003", "000002"]);
}

fn numbered(number: usize, name: &str, candidate_number: &str) -> Entry {
    Entry {
        candidate_number: candidate_number.into(),
        room: "1".into(),
        seat: candidate_number.into(),
        ..entry(number, name)
    }
}

#[test]
fn a_candidate_number_stays_with_its_citizen_number() {
    let entries = [numbered(1, "Bùi An", "11"), numbered(2, "Lê Bình", "12")];
    let stored = applied(&plan(&entries, &empty(1), &[1; 32], 24).unwrap(), &empty(1));
    let again = |entries: &[Entry]| plan(entries, &stored, &[2; 32], 24);

    let corrected = [entries[0].clone(), numbered(907, "Lê Bình", "12")];
    let faults = again(&corrected).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].row, Some(908));
    assert_eq!(
        faults[0].message,
        "SBD 12 đã có với số định danh khác (…002), nay là (…907). Kiểm tra lại; nếu số định danh đã được sửa thì \
         cấp SBD mới cho dòng này: thí sinh cũ ở lại danh sách và tính là vắng."
    );
    assert!(faults[0].message_en.contains("(…002), here it is (…907)"));

    // The holder is in the file and keeps the number because its row gives none.
    let silent = Entry {
        candidate_number: String::new(),
        ..entries[1].clone()
    };
    let beside = Entry {
        seat: "20".into(),
        ..numbered(3, "Vũ Chi", "12")
    };
    assert_eq!(again(&[silent, beside]).unwrap_err()[0].row, Some(4));
}

#[test]
fn candidates_can_exchange_their_numbers() {
    let entries = [numbered(1, "Bùi An", "11"), numbered(2, "Lê Bình", "12")];
    let stored = applied(&plan(&entries, &empty(1), &[1; 32], 24).unwrap(), &empty(1));
    let exchanged = [numbered(1, "Bùi An", "12"), numbered(2, "Lê Bình", "11")];
    let plan = plan(&exchanged, &stored, &[2; 32], 24).unwrap();
    let numbers: Vec<&str> = plan.places.iter().map(|p| p.candidate_number.as_str()).collect();
    assert_eq!(numbers, ["12", "11"]);
}
