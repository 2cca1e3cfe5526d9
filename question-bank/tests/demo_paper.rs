//! The demo paper through all public doors: import, paper, form, seal, answers, marks.

use exam_protocol::answer::{Answer, Response};
use exam_protocol::id::{FormId, SittingId};
use exam_protocol::paper::QuestionKind;
use exam_protocol::time::Millis;
use question_bank::form::Form;
use question_bank::import;
use question_bank::item::Kind;
use question_bank::key::{Key, KeySheet};
use question_bank::mark::mark;
use question_bank::paper::{Paper, PaperHead};
use question_bank::scheme::Scheme;
use question_bank::{redact, seal};
use ring::rand::SystemRandom;

const GIFT: &[u8] = include_bytes!("../../tests/fixtures/papers/demo-toan.gift");
const XML: &[u8] = include_bytes!("../../tests/fixtures/papers/demo-toan.xml");
const SCHEME: &str = include_str!("../../tests/fixtures/papers/demo-toan.scheme.json");

fn paper() -> Paper {
    let gift = import::gift(GIFT).expect("the GIFT half is right");
    let xml = import::moodle_xml(XML).expect("the XML half is right");
    assert_eq!((gift.notes, xml.notes), (vec![], vec![]));
    let items = gift.items.into_iter().chain(xml.items).collect();
    let head = PaperHead {
        title: "Kiểm tra cuối kì II".into(),
        subject: "Toán".into(),
        duration: Millis::minutes(90),
    };
    Paper::new(
        head,
        items,
        Scheme::from_json(SCHEME).expect("the scheme is right"),
    )
    .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// A right answer to every question that a machine marks.
fn right_answers(sheet: &KeySheet) -> Vec<Answer> {
    let response = |key: &Key| match key {
        Key::SingleChoice { right, .. } => Response::Choice(right[0]),
        Key::MultipleResponse { right, .. } => Response::Choices(right.clone()),
        Key::TrueFalse { right, .. } => Response::TrueFalse(right.iter().map(|r| Some(*r)).collect()),
        Key::Text { accepted, .. } => Response::Text(accepted[0].text.to_uppercase()),
        Key::Number { accepted, .. } => Response::Text(accepted[0].low.clone()),
        Key::People => Response::Text("S(x) = x(40 − 2x)".into()),
    };
    sheet
        .lines
        .iter()
        .map(|line| Answer {
            question: line.question,
            response: response(&line.key),
        })
        .collect()
}

#[test]
fn it_holds_every_kind_of_question() {
    let paper = paper();
    let count = |kind: Kind| {
        paper
            .questions()
            .filter(|question| question.kind.kind() == kind)
            .count()
    };
    assert_eq!(Kind::ALL.map(count), [10, 2, 2, 4, 1]);
    assert_eq!((paper.media().len(), paper.maximum()), (2, 1_000));
    let shown = redact::candidate_paper(&paper, &Form::unshuffled(&paper, "0000"));
    let all: String = shown
        .questions()
        .map(|question| question.stem.clone() + &options(&question.kind))
        .collect();
    assert!(
        all.matches("<math").count() >= 50 && !all.contains('$') && !all.contains('\\'),
        "{all}"
    );
    assert!(all.contains("<msqrt><mrow><msup><mi>x</mi><mn>2</mn></msup>"));
}

fn options(kind: &QuestionKind) -> String {
    match kind {
        QuestionKind::SingleChoice { options } | QuestionKind::MultipleResponse { options } => {
            options.concat()
        }
        QuestionKind::TrueFalseGroup { statements } => statements.concat(),
        QuestionKind::ShortAnswer { .. } | QuestionKind::Essay { .. } => String::new(),
    }
}

#[test]
fn from_the_file_to_the_mark() {
    let paper = paper();
    let rng = SystemRandom::new();
    let (sitting, form_id) = (SittingId::from_random([1; 16]), FormId::from_random([2; 16]));
    for seed in 0..24 {
        let form = Form::make(&paper, "0101", [seed; 32]);
        let (sealed, key) =
            seal::seal_paper(&redact::candidate_paper(&paper, &form), sitting, form_id, &rng).unwrap();
        let shown = seal::open_paper(&sealed, &key).unwrap();
        let (sealed, key) =
            seal::seal_key_sheet(&KeySheet::of(&paper, &form), sitting, form_id, &rng).unwrap();
        let sheet = seal::open_key_sheet(&sealed, &key).unwrap();
        assert!(
            shown
                .questions()
                .map(|q| (q.number, q.marks))
                .eq(sheet.lines.iter().map(|l| (l.question, l.maximum)))
        );
        let marks = mark(&sheet, &right_answers(&sheet));
        assert_eq!((marks.total, marks.pending, marks.maximum), (750, 250, 1_000));
    }
}

#[test]
fn marks_by_hand() {
    let paper = paper();
    let sheet = KeySheet::of(&paper, &Form::unshuffled(&paper, "0000"));
    let number = |name: &str| {
        sheet
            .lines
            .iter()
            .find(|line| line.name == name)
            .unwrap()
            .question
    };
    let answer = |name: &str, response| Answer {
        question: number(name),
        response,
    };
    let answers = [
        answer("Câu 1", Response::Choice(0)),
        answer("Câu 2", Response::Choice(0)),
        answer("Câu 9", Response::Choices(vec![0, 1, 3])),
        answer(
            "Câu 10",
            Response::TrueFalse(vec![Some(true), Some(true), Some(true), None]),
        ),
        answer("Câu 11", Response::Text("5".into())),
        answer("Câu 12", Response::Text("1,50".into())),
        answer("Câu 13", Response::Text("Khối  bát diện ĐỀU".into())),
        answer("Câu 18", Response::Text(",46".into())),
    ];
    let marks = mark(&sheet, &answers);
    let answered = |question: &u16| answers.iter().any(|answer| answer.question == *question);
    let earned: Vec<String> = (sheet.lines.iter().zip(&marks.lines))
        .filter(|(line, _)| answered(&line.question))
        .map(|(line, mark)| format!("{}: {:?}, {}", line.name, mark.awarded, mark.reason.text_vi()))
        .collect();
    insta::assert_snapshot!(earned.join("\n"), @r#"
    Câu 1: Some(25), đúng
    Câu 2: Some(0), sai
    Câu 9: Some(17), chọn đúng 2/3, chọn sai 1
    Câu 10: Some(25), đúng 2/4 ý
    Câu 11: Some(50), đúng
    Câu 12: Some(50), đúng
    Câu 13: Some(50), đúng
    Câu 18: Some(0), sai quy cách, không được điểm
    "#);
    assert_eq!(marks.total, 25 + 17 + 25 + 50 + 50 + 50);
}
