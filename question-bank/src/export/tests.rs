//! What is written and read again is the same: questions, options, keys, pictures.

use super::*;
use crate::import;
use crate::item::{
    AcceptedRange, AcceptedText, ChoiceOption, Choices, ItemKind, ShortAnswer, ShortKey, Statement,
    Statements, WHOLE,
};
use crate::number::Decimal;
use proptest::prelude::*;

/// Texts with every sign that a format could trip over; no two alike.
fn text(seed: usize) -> RichText {
    const PARTS: [&str; 10] = [
        "a &lt; b",
        "x = 2~3",
        "{m}",
        "50% # 1",
        "H<sub>2</sub>O",
        "$5 : $6",
        "\\frac",
        "<b>đậm</b> →",
        "<math display=\"inline\"><mi>x</mi><mo>=</mo><mn>1</mn></math>",
        "“ngoặc” //",
    ];
    RichText::sanitised(&format!("{} {} {seed}", PARTS[seed % 10], PARTS[seed / 10 % 10]))
}

fn options(count: usize, right: &[usize], seed: usize) -> Choices {
    let option = |at: usize| ChoiceOption {
        text: text(seed * 7 + at * 13),
        right: right.contains(&at),
        fixed: false,
    };
    Choices {
        options: (0..count).map(option).collect(),
        shuffle: true,
    }
}

fn kind(which: usize, seed: usize) -> ItemKind {
    match which {
        0 => ItemKind::SingleChoice(options(4, &[seed % 4], seed)),
        1 => ItemKind::MultipleResponse(options(5, &[0, 1 + seed % 4], seed)),
        2 => ItemKind::TrueFalseGroup(Statements {
            statements: (0..4)
                .map(|at| Statement {
                    text: text(seed * 5 + at * 11),
                    right: (seed >> at) & 1 == 1,
                })
                .collect(),
            shuffle: true,
        }),
        3 => ItemKind::ShortAnswer(ShortAnswer {
            entry: None,
            key: ShortKey::Number {
                accepted: vec![AcceptedRange {
                    low: Decimal::parse(&format!("-{seed},5")).unwrap(),
                    high: Decimal::parse(&format!("{seed},25")).unwrap(),
                    share: WHOLE,
                }],
            },
        }),
        4 => ItemKind::ShortAnswer(ShortAnswer {
            entry: None,
            key: ShortKey::Text {
                accepted: vec![AcceptedText {
                    text: format!("từ {seed}"),
                    share: WHOLE,
                }],
                case_sensitive: false,
            },
        }),
        _ => ItemKind::Essay,
    }
}

fn item(which: usize, seed: usize, at: usize) -> Item {
    Item {
        name: format!("Câu {}", at + 1),
        category: vec!["Toán 12".to_owned(), "Hàm số".to_owned()],
        line: 0,
        stem: text(seed * 3 + 1),
        kind: kind(which, seed),
        media: Vec::new(),
    }
}

/// What must be the same.
fn content(items: &[Item]) -> Vec<(String, Vec<String>, RichText, ItemKind)> {
    let of = |item: &Item| {
        (
            item.name.clone(),
            item.category.clone(),
            item.stem.clone(),
            item.kind.clone(),
        )
    };
    items.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gift_and_moodle_xml_come_back(kinds in proptest::collection::vec((0usize..6, 0usize..100), 1..8)) {
        let items: Vec<Item> = kinds.iter().enumerate().map(|(at, (which, seed))| item(*which, *seed, at)).collect();
        for format in [Format::Gift, Format::MoodleXml] {
            let written = write(&items, format);
            prop_assert!(written.notes.is_empty());
            let read = import::any(written.text.as_bytes()).map_err(|faults| TestCaseError::fail(format!("{faults:?}\n{}", written.text)))?;
            prop_assert_eq!(content(&read.items), content(&items), "{}", written.text);
        }
    }

    #[test]
    fn aiken_comes_back(words in proptest::collection::vec("[a-z ]{1,12}[a-zđ0-9]", 4), right in 0usize..4) {
        let mut choices = options(4, &[right], 1);
        for (at, word) in words.iter().enumerate() {
            choices.options[at].text = RichText::plain(&format!("{} {at}", word.trim()));
        }
        let plain = Item { stem: RichText::plain("Câu hỏi nào?"), kind: ItemKind::SingleChoice(choices), ..item(0, 1, 0) };
        let written = write(std::slice::from_ref(&plain), Format::Aiken);
        let read = import::any(written.text.as_bytes()).unwrap().items;
        let ItemKind::SingleChoice(choices) = &read[0].kind else { panic!() };
        prop_assert!(choices.options[right].right);
        prop_assert_eq!(&read[0].stem, &plain.stem);
    }
}

#[test]
fn what_aiken_cannot_hold_is_named() {
    let written = write(&[item(5, 1, 0)], Format::Aiken);
    assert_eq!((written.text.as_str(), written.notes.len()), ("", 1));
}
