//! The marking rules as tables: typed or chosen on the left, what it earns on the right (exam-domain 1.2 and 1.3).

use super::*;
use crate::key::{KeyRange, KeyText};

fn line(maximum: u32, key: Key) -> KeyLine {
    KeyLine {
        question: 1,
        item: 0,
        name: "Câu 1".into(),
        maximum,
        order: vec![],
        key,
    }
}

fn awarded(maximum: u32, key: &Key, response: Response) -> (Option<u32>, Reason) {
    let sheet = KeySheet {
        form_code: "0101".into(),
        lines: vec![line(maximum, key.clone())],
    };
    let marks = mark(
        &sheet,
        &[Answer {
            question: 1,
            response,
        }],
    );
    (marks.lines[0].awarded, marks.lines[0].reason)
}

fn true_false_key() -> Key {
    Key::TrueFalse {
        right: vec![true, false, true, false],
        steps: vec![0, 10, 25, 50, 100],
    }
}

/// "ĐS-Đ": true, false, blank, true.
fn marks(text: &str) -> Response {
    Response::TrueFalse(
        text.chars()
            .map(|c| match c {
                'Đ' => Some(true),
                'S' => Some(false),
                _ => None,
            })
            .collect(),
    )
}

#[test]
fn part_two_of_2025() {
    for (answer, expected) in [
        ("ĐSĐS", 100),
        ("ĐSĐĐ", 50),
        ("ĐSĐ-", 50),
        ("ĐSSĐ", 25),
        ("ĐS--", 25),
        ("Đ---", 10),
        ("ĐĐSĐ", 10),
        ("SĐSĐ", 0),
        ("----", 0),
    ] {
        assert_eq!(
            awarded(100, &true_false_key(), marks(answer)).0,
            Some(expected),
            "{answer}"
        );
    }
    assert_eq!(awarded(100, &true_false_key(), marks("----")).1, Reason::Blank);
    assert_eq!(awarded(100, &true_false_key(), marks("ĐSĐ")).1, Reason::WrongForm);
    assert_eq!(
        awarded(100, &true_false_key(), marks("ĐSĐ-")).1.text_vi(),
        "đúng 3/4 ý"
    );
}

fn number_key(low: &str, high: &str, grid_columns: u8) -> Key {
    Key::Number {
        grid_columns,
        accepted: vec![KeyRange {
            low: low.into(),
            high: high.into(),
            share: 10_000,
        }],
    }
}

#[test]
fn part_three_of_2025() {
    let table = [
        ("0,5", Reason::Right),
        ("0.5", Reason::Right),
        ("0,50", Reason::Right),
        ("00,5", Reason::Right),
        (",5", Reason::WrongForm),
        ("0,", Reason::WrongForm),
        ("0,500", Reason::WrongForm),
        (" 0,5", Reason::WrongForm),
        ("5e-1", Reason::WrongForm),
        ("0,6", Reason::Wrong),
        ("-0,5", Reason::Wrong),
        ("", Reason::Blank),
        ("  ", Reason::Blank),
    ];
    for (typed, reason) in table {
        let marks = if reason == Reason::Right { 50 } else { 0 };
        let (got, why) = awarded(50, &number_key("0,5", "0,5", 4), Response::Text(typed.into()));
        assert_eq!((got, why), (Some(marks), reason), "{typed:?}");
    }
}

#[test]
fn strict_texts_in_the_grid() {
    let key = |text: &str| KeyText {
        text: text.into(),
        share: 10_000,
    };
    let strict = |accepted| Key::Text {
        grid_columns: 4,
        case_sensitive: true,
        accepted,
    };
    let one = strict(vec![key("1,5")]);
    let both = strict(vec![key("1,5"), key("1,50")]);
    assert_eq!(awarded(25, &one, Response::Text("1,50".into())).1, Reason::Wrong);
    assert_eq!(awarded(25, &one, Response::Text("1.5".into())).1, Reason::Right);
    assert_eq!(awarded(25, &both, Response::Text("1,50".into())).1, Reason::Right);
    assert_eq!(
        awarded(25, &one, Response::Text("abc".into())).1,
        Reason::WrongForm
    );
}

#[test]
fn numbers_outside_the_grid() {
    let key = number_key("3,135", "3,145", 0);
    for (typed, reason) in [
        ("3,14", Reason::Right),
        (" 3.1415926 ", Reason::Right),
        ("3,145", Reason::Right),
        ("3,1450000000000000000000001", Reason::Wrong),
        ("3", Reason::Wrong),
        ("ba", Reason::WrongForm),
    ] {
        assert_eq!(
            awarded(50, &key, Response::Text(typed.into())).1,
            reason,
            "{typed}"
        );
    }
}

#[test]
fn accepted_in_part() {
    let accepted = [("Paris", 10_000), ("Marseille", 5_000), ("*", 3_333)];
    let accepted = accepted
        .map(|(text, share)| KeyText {
            text: text.into(),
            share,
        })
        .to_vec();
    let key = Key::Text {
        grid_columns: 0,
        case_sensitive: false,
        accepted,
    };
    assert_eq!(
        awarded(25, &key, Response::Text("PARIS".into())),
        (Some(25), Reason::Right)
    );
    // 12.5 hundredths: half rounds up.
    assert_eq!(
        awarded(25, &key, Response::Text("marseille".into())),
        (Some(13), Reason::PartlyAccepted)
    );
    assert_eq!(
        awarded(25, &key, Response::Text("Lyon".into())),
        (Some(8), Reason::PartlyAccepted)
    );
}

#[test]
fn choices() {
    let single = Key::SingleChoice {
        right: vec![1, 3],
        options: 4,
    };
    for (chosen, expected) in [(0, 0), (1, 25), (2, 0), (3, 25), (4, 0)] {
        assert_eq!(
            awarded(25, &single, Response::Choice(chosen)).0,
            Some(expected),
            "{chosen}"
        );
    }
    assert_eq!(awarded(25, &single, Response::Choice(4)).1, Reason::WrongForm);
    assert_eq!(
        awarded(25, &single, Response::Choices(vec![1])).1,
        Reason::WrongForm
    );
    assert_eq!(
        awarded(25, &single, Response::Text("B".into())).1,
        Reason::WrongForm
    );
}

#[test]
fn multiple_response_rules() {
    let key = |proportional| Key::MultipleResponse {
        right: vec![0, 2, 3],
        options: 5,
        proportional,
    };
    let table: [(&[u8], u32, u32); 8] = [
        (&[0, 2, 3], 100, 100),
        (&[0, 2], 0, 67),
        (&[0], 0, 33),
        (&[0, 1], 0, 0),
        (&[0, 1, 2], 0, 33),
        (&[0, 1, 2, 3, 4], 0, 33),
        (&[1, 4], 0, 0),
        (&[], 0, 0),
    ];
    for (chosen, all_or_nothing, proportional) in table {
        let response = || Response::Choices(chosen.to_vec());
        assert_eq!(
            awarded(100, &key(false), response()).0,
            Some(all_or_nothing),
            "{chosen:?}"
        );
        assert_eq!(
            awarded(100, &key(true), response()).0,
            Some(proportional),
            "{chosen:?}"
        );
    }
    for wrong_form in [vec![2, 0, 3], vec![0, 0, 2], vec![0, 2, 3, 9]] {
        assert_eq!(
            awarded(100, &key(true), Response::Choices(wrong_form)),
            (Some(0), Reason::WrongForm)
        );
    }
}

#[test]
fn essays_wait_for_people_unless_blank() {
    assert_eq!(
        awarded(300, &Key::People, Response::Text("bài".into())),
        (None, Reason::ForPeople)
    );
    assert_eq!(
        awarded(300, &Key::People, Response::Text(" \n".into())),
        (Some(0), Reason::Blank)
    );
    assert_eq!(
        awarded(300, &Key::People, Response::Blank),
        (Some(0), Reason::Blank)
    );
}

#[test]
fn answers_to_other_forms_are_told() {
    let sheet = KeySheet {
        form_code: "0101".into(),
        lines: vec![line(25, number_key("1", "1", 4))],
    };
    let answer = |question, text: &str| Answer {
        question,
        response: Response::Text(text.into()),
    };
    let marks = mark(&sheet, &[answer(1, "2"), answer(9, "1"), answer(1, "1")]);
    assert_eq!((marks.total, marks.unknown), (25, vec![9]));
}
