//! Papers, forms, redaction, keys and marks together: what one door gives, the next one takes.

use super::*;
use crate::form::Form;
use crate::item::{AcceptedRange, AcceptedText, ChoiceOption, Choices, Statement, Statements, WHOLE};
use crate::key::KeySheet;
use crate::mark::mark;
use crate::number::Decimal;
use crate::redact::candidate_paper;
use exam_protocol::answer::{Answer, Response};
use exam_protocol::canonical;
use exam_protocol::paper::QuestionKind;
use proptest::prelude::*;

fn rich(text: &str) -> RichText {
    RichText::plain(text)
}

fn item(name: &str, kind: ItemKind) -> Item {
    Item {
        name: name.into(),
        category: vec![],
        line: 7,
        stem: rich(&format!("Hỏi {name}")),
        kind,
        media: vec![],
    }
}

fn choices(texts: &[&str], right: &[usize]) -> Choices {
    let option = |(i, text): (usize, &&str)| ChoiceOption {
        text: rich(text),
        right: right.contains(&i),
        fixed: false,
    };
    Choices {
        options: texts.iter().enumerate().map(option).collect(),
        shuffle: true,
    }
}

fn statements(truths: &[bool]) -> ItemKind {
    let statement = |(i, right): (usize, &bool)| Statement {
        text: rich(&format!("ý {i}")),
        right: *right,
    };
    ItemKind::TrueFalseGroup(Statements {
        statements: truths.iter().enumerate().map(statement).collect(),
        shuffle: true,
    })
}

fn number(low: &str, high: &str) -> ItemKind {
    let end = |text| Decimal::parse(text).unwrap();
    let accepted = vec![AcceptedRange {
        low: end(low),
        high: end(high),
        share: WHOLE,
    }];
    ItemKind::ShortAnswer(ShortAnswer {
        entry: None,
        key: ShortKey::Number { accepted },
    })
}

fn text(text: &str) -> ItemKind {
    let accepted = vec![AcceptedText {
        text: text.into(),
        share: WHOLE,
    }];
    ItemKind::ShortAnswer(ShortAnswer {
        entry: None,
        key: ShortKey::Text {
            accepted,
            case_sensitive: false,
        },
    })
}

fn one_of_each() -> Vec<Item> {
    let mut last = choices(&["đỏ", "vàng", "lục", "Tất cả các đáp án trên"], &[2]);
    last.options[3].fixed = true;
    vec![
        item(
            "một",
            ItemKind::SingleChoice(choices(&["1", "2", "3", "4"], &[1])),
        ),
        item("hai", ItemKind::SingleChoice(last)),
        item(
            "ba",
            ItemKind::MultipleResponse(choices(&["a", "b", "c", "d", "e"], &[0, 2, 3])),
        ),
        item("bốn", statements(&[true, false, true, true])),
        item("năm", number("-0,5", "-0,5")),
        item("sáu", text("CANARY-khoá-đáp-án")),
        item("bảy", ItemKind::Essay),
    ]
}

fn head() -> PaperHead {
    PaperHead {
        title: "Kiểm tra".into(),
        subject: "Toán".into(),
        duration: Millis::minutes(45),
    }
}

fn paper() -> Paper {
    Paper::new(head(), one_of_each(), Scheme::even()).unwrap()
}

/// The answer that means `wanted` at the positions of the form: `wanted` is in the source's order.
fn answer(sheet: &KeySheet, item: u16, wanted: &Response) -> Answer {
    let line = sheet.lines.iter().find(|line| line.item == item).unwrap();
    let shown = |from: &u8| u8::try_from(line.order.iter().position(|o| o == from).unwrap()).unwrap();
    let response = match wanted {
        Response::Choice(from) => Response::Choice(shown(from)),
        Response::Choices(from) => {
            let mut chosen: Vec<u8> = from.iter().map(shown).collect();
            chosen.sort_unstable();
            Response::Choices(chosen)
        }
        Response::TrueFalse(marks) => {
            Response::TrueFalse(line.order.iter().map(|from| marks[usize::from(*from)]).collect())
        }
        other => other.clone(),
    };
    Answer {
        question: line.question,
        response,
    }
}

fn faults(items: Vec<Item>, scheme: Scheme) -> String {
    let faults = Paper::new(head(), items, scheme).unwrap_err();
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn marks_are_split_to_the_last_hundredth() {
    for count in 1..=100 {
        let items = (0..count)
            .map(|i| item(&i.to_string(), number("1", "1")))
            .collect();
        let paper = Paper::new(head(), items, Scheme::even()).unwrap();
        assert_eq!(paper.maximum(), 1_000);
        let marks: Vec<u32> = paper.questions().map(|q| q.marks).collect();
        assert!(
            marks.iter().max().unwrap() - marks.iter().min().unwrap() <= 1,
            "{marks:?}"
        );
    }
}

#[test]
fn parts_are_numbered_and_empty_ones_left_out() {
    let paper = Paper::new(head(), one_of_each().split_off(3), Scheme::even()).unwrap();
    let titles: Vec<&str> = paper.sections().iter().map(|s| s.title.as_str()).collect();
    insta::assert_debug_snapshot!(titles, @r#"
    [
        "Phần I. Câu trắc nghiệm đúng sai",
        "Phần II. Câu trắc nghiệm trả lời ngắn",
        "Phần III. Tự luận",
    ]
    "#);
}

#[test]
fn the_structure_of_2025_is_enforced() {
    let scheme = Scheme::graduation_2025("toan").unwrap();
    let full = || {
        let mut items: Vec<Item> = (0..12)
            .map(|i| {
                item(
                    &format!("I{i}"),
                    ItemKind::SingleChoice(choices(&["1", "2", "3", "4"], &[0])),
                )
            })
            .collect();
        items.extend((0..4).map(|i| item(&format!("II{i}"), statements(&[true, false, false, true]))));
        items.extend((0..6).map(|i| item(&format!("III{i}"), number("12,5", "12,5"))));
        items
    };
    let paper = Paper::new(head(), full(), scheme.clone()).unwrap();
    assert_eq!(paper.maximum(), 1_000);
    let mut short = full();
    short.pop();
    short.push(item("thừa", ItemKind::Essay));
    insta::assert_snapshot!(faults(short, scheme), @r"
    dòng 7, câu «thừa»: thang điểm «Tốt nghiệp THPT từ 2025: Toán» không có phần cho dạng câu tự luận
    phần «Câu trắc nghiệm trả lời ngắn» cần 6 câu, có 5
    tổng điểm các câu là 9,50, thang điểm đòi 10,00; hãy thêm bớt câu hỏi hoặc chọn thang điểm khác
    ");
}

#[test]
fn unfair_questions_are_refused_with_their_place() {
    let mut blank = item("trống", ItemKind::Essay);
    blank.stem = rich(" ");
    let mut lost = item("mất hình", ItemKind::Essay);
    lost.stem = RichText::sanitised("<img src='media:0'>");
    let items = vec![
        item("không đúng", ItemKind::SingleChoice(choices(&["1", "2"], &[]))),
        item("đúng hết", ItemKind::SingleChoice(choices(&["1", "2"], &[0, 1]))),
        item(
            "trùng",
            ItemKind::SingleChoice(choices(&["1", "2", "1", ""], &[0])),
        ),
        item("một phương án", ItemKind::MultipleResponse(choices(&["1"], &[0]))),
        item("ba ý", statements(&[true, false, true])),
        item("không gõ được", number("0,125", "0,125")),
        item("ngược", number("2", "1")),
        blank,
        lost,
    ];
    insta::assert_snapshot!(faults(items, Scheme::even()), @r"
    dòng 7, câu «không đúng»: không có phương án đúng
    dòng 7, câu «đúng hết»: mọi phương án đều đúng
    dòng 7, câu «trùng»: phương án thứ 1 và 3 giống nhau
    dòng 7, câu «trùng»: phương án thứ 4 trống
    dòng 7, câu «một phương án»: có 1 phương án, cần từ 2 đến 26
    dòng 7, câu «ba ý»: có 3 ý đúng – sai, thang điểm dành cho 4 ý
    dòng 7, câu «không gõ được»: không thí sinh nào gõ được đáp án «0,125» (ô 4 cột: chữ số, dấu - ở cột 1, dấu phẩy ở cột 2 hoặc 3); hãy sửa đáp án hoặc cách nhập
    dòng 7, câu «ngược»: không thí sinh nào gõ được đáp án «2 … 1» (ô 4 cột: chữ số, dấu - ở cột 1, dấu phẩy ở cột 2 hoặc 3); hãy sửa đáp án hoặc cách nhập
    dòng 7, câu «trống»: phần hỏi trống
    dòng 7, câu «mất hình»: thiếu hình số 0
    ");
    assert_eq!(faults(vec![], Scheme::even()), "đề không có câu hỏi nào");
}

#[test]
fn fixed_options_keep_their_place() {
    let paper = paper();
    let mut lasts = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let sheet = KeySheet::of(&paper, &Form::make(&paper, "0101", [seed; 32]));
        let line = sheet.lines.iter().find(|line| line.item == 1).unwrap();
        assert_eq!(line.order[3], 3);
        lasts.insert(line.order.clone());
    }
    assert_eq!(lasts.len(), 6, "the other three take every order");
}

#[test]
fn a_form_is_the_same_for_ever() {
    // A change here would make every stored seed mean another paper.
    let form = Form::make(&paper(), "0101", [1; 32]);
    let orders: Vec<String> = form
        .sections
        .iter()
        .flatten()
        .map(|q| format!("{} {:?}", q.index, q.order))
        .collect();
    insta::assert_debug_snapshot!(orders, @r#"
    [
        "1 [2, 1, 0, 3]",
        "0 [2, 3, 0, 1]",
        "0 [1, 3, 4, 0, 2]",
        "0 [1, 2, 0, 3]",
        "1 []",
        "0 []",
        "0 []",
    ]
    "#);
}

#[test]
fn pictures_of_all_items_are_numbered_through() {
    let picture = |byte: u8| Picture {
        content_type: "image/png".into(),
        data: vec![byte].into(),
    };
    let mut items = one_of_each();
    items[0].media = vec![picture(1)];
    items[0].stem = RichText::sanitised("<img src='media:0'>");
    items[3].media = vec![picture(2), picture(3)];
    let ItemKind::TrueFalseGroup(group) = &mut items[3].kind else {
        unreachable!()
    };
    group.statements[2].text = RichText::sanitised("<img src='media:1'>");
    let paper = Paper::new(head(), items, Scheme::even()).unwrap();
    let shown = candidate_paper(&paper, &Form::unshuffled(&paper, "0"));
    assert_eq!(shown.media.len(), 3);
    assert_eq!(shown.sections[0].questions[0].stem, "<img src=\"media:0\">");
    let QuestionKind::TrueFalseGroup { statements } = &shown.sections[2].questions[0].kind else {
        panic!()
    };
    assert_eq!(statements[2], "<img src=\"media:2\">");
}

/// Candidates' answers in the source's order, right or not.
fn logical_answers() -> impl Strategy<Value = Vec<Response>> {
    let chosen =
        proptest::sample::subsequence((0u8..5).collect::<Vec<_>>(), 0..=5).prop_map(Response::Choices);
    let marks = proptest::collection::vec(any::<Option<bool>>(), 4).prop_map(Response::TrueFalse);
    let typed = prop_oneof![
        Just("-0,5"),
        Just("-0.50"),
        Just("canary-KHOÁ-đáp-án"),
        Just(""),
        Just("x")
    ];
    let typed = typed.prop_map(|t| Response::Text(t.to_owned()));
    (
        (0u8..4).prop_map(Response::Choice),
        (0u8..4).prop_map(Response::Choice),
        chosen,
        marks,
        typed.clone(),
        typed,
    )
        .prop_map(|(a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

proptest! {
    #[test]
    fn the_same_answers_get_the_same_marks_in_every_form(answers in logical_answers(), a: [u8; 32], b: [u8; 32]) {
        let paper = paper();
        let marks = |seed| {
            let sheet = KeySheet::of(&paper, &Form::make(&paper, "0101", seed));
            let answers: Vec<Answer> = (0..).zip(&answers).map(|(item, wanted)| answer(&sheet, item, wanted)).collect();
            let mut marks = mark(&sheet, &answers);
            marks.lines.sort_by_key(|line| line.item);
            (marks.total, marks.lines.into_iter().map(|line| (line.item, line.awarded, line.reason)).collect::<Vec<_>>())
        };
        prop_assert_eq!(marks(a), marks(b));
    }

    #[test]
    fn a_form_shows_everything_once(seed: [u8; 32]) {
        let paper = paper();
        let form = Form::make(&paper, "0101", seed);
        for (section, order) in paper.sections().iter().zip(&form.sections) {
            let mut places: Vec<usize> = order.iter().map(|place| place.index).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..section.questions.len()).collect::<Vec<_>>());
            for place in order {
                let mut options = place.order.clone();
                options.sort_unstable();
                prop_assert!((0..).zip(&options).all(|(i, option): (u8, _)| i == *option));
            }
        }
        prop_assert_eq!(form, Form::make(&paper, "0101", seed));
    }

    #[test]
    fn right_answers_earn_everything_and_the_sums_agree(seed: [u8; 32]) {
        let paper = paper();
        let sheet = KeySheet::of(&paper, &Form::make(&paper, "0101", seed));
        let right = [
            Response::Choice(1), Response::Choice(2), Response::Choices(vec![0, 2, 3]),
            Response::TrueFalse([true, false, true, true].map(Some).to_vec()),
            Response::Text("-0,5".into()), Response::Text("canary-khoá-đáp-án".into()), Response::Text("bài".into()),
        ];
        let answers: Vec<Answer> = (0..).zip(&right).map(|(item, wanted)| answer(&sheet, item, wanted)).collect();
        let marks = mark(&sheet, &answers);
        prop_assert_eq!((marks.maximum, marks.total + marks.pending), (1_000, 1_000));
        prop_assert_eq!(marks.total, marks.lines.iter().filter_map(|line| line.awarded).sum::<u32>());
        prop_assert_eq!(mark(&sheet, &[]).total, 0);
    }

    #[test]
    fn nothing_of_the_key_is_in_what_candidates_get(seed: [u8; 32]) {
        let paper = paper();
        let form = Form::make(&paper, "0101", seed);
        let bytes = canonical::encode(&candidate_paper(&paper, &form));
        prop_assert!(!contains(&bytes, b"CANARY") && !contains(&bytes, b"-0,5"));
        let sheet = KeySheet::of(&paper, &form).to_bytes();
        prop_assert!(contains(&sheet, b"CANARY") && contains(&sheet, b"-0,5"));
        // Papers that differ in nothing but their keys look the same to candidates.
        let mut other = one_of_each();
        other[0].kind = ItemKind::SingleChoice(choices(&["1", "2", "3", "4"], &[3]));
        other[2].kind = ItemKind::MultipleResponse(choices(&["a", "b", "c", "d", "e"], &[4]));
        other[3].kind = statements(&[false, false, false, false]);
        other[4].kind = number("7", "8");
        let other = Paper::new(head(), other, Scheme::even()).unwrap();
        prop_assert_eq!(canonical::encode(&candidate_paper(&other, &Form::make(&other, "0101", seed))), bytes);
    }

    #[test]
    fn key_sheets_come_back_from_their_bytes(seed: [u8; 32], at in any::<prop::sample::Index>(), byte: u8) {
        let paper = paper();
        let sheet = KeySheet::of(&paper, &Form::make(&paper, "0101", seed));
        let mut bytes = sheet.to_bytes();
        prop_assert_eq!(KeySheet::from_bytes(&bytes), Ok(sheet.clone()));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        prop_assert!(KeySheet::from_bytes(&bytes).map_or(true, |other| other.to_bytes() == bytes));
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
