//! Moodle XML. True/false groups are written as `mtf`, which Moodle's plugin of that name reads.

use super::{Written, html};
use crate::item::{ChoiceOption, Item, ItemKind, ShortKey, Statement};
use crate::rich::RichText;
use crate::xml::escape;

pub(super) fn write(items: &[Item]) -> Written {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n".to_owned();
    let mut category: &[String] = &[];
    for item in items {
        if item.category != category {
            category = &item.category;
            let path: Vec<String> = category.iter().map(|part| part.replace('/', "//")).collect();
            let question = format!(
                "<question type=\"category\"><category><text>{}</text></category></question>\n",
                escape(&path.join("/"))
            );
            text.push_str(&question);
        }
        text.push_str(&question(item));
    }
    text.push_str("</quiz>\n");
    Written {
        text,
        ..Written::default()
    }
}

fn question(item: &Item) -> String {
    let (kind, body) = match &item.kind {
        ItemKind::SingleChoice(choices) => (
            "multichoice",
            multichoice(&choices.options, choices.shuffle, true, item),
        ),
        ItemKind::MultipleResponse(choices) => (
            "multichoice",
            multichoice(&choices.options, choices.shuffle, false, item),
        ),
        ItemKind::TrueFalseGroup(group) => ("mtf", statements(&group.statements, item)),
        ItemKind::ShortAnswer(short) => match &short.key {
            ShortKey::Text {
                accepted,
                case_sensitive,
            } => {
                let answers = accepted
                    .iter()
                    .map(|a| answer(f64::from(a.share) / 100.0, &escape(&a.text), ""));
                let case = u8::from(*case_sensitive);
                (
                    "shortanswer",
                    format!(
                        "<usecase>{case}</usecase>{}",
                        answers.collect::<Vec<_>>().concat()
                    ),
                )
            }
            ShortKey::Number { accepted } => {
                let answers = accepted.iter().map(|a| {
                    // Moodle has a value and a tolerance; a range of another shape has none exactly.
                    let (middle, tolerance) = a.low.middle_and_tolerance(&a.high);
                    let inner = format!("<tolerance>{tolerance}</tolerance>").replace(',', ".");
                    answer(
                        f64::from(a.share) / 100.0,
                        &middle.to_string().replace(',', "."),
                        &inner,
                    )
                });
                ("numerical", answers.collect::<Vec<_>>().concat())
            }
        },
        ItemKind::Essay => ("essay", String::new()),
    };
    format!(
        "<question type=\"{kind}\"><name><text>{}</text></name>{}{body}</question>\n",
        escape(&item.name),
        formatted("questiontext", "", &item.stem, item),
    )
}

fn formatted(element: &str, attributes: &str, text: &RichText, item: &Item) -> String {
    let html = html(text, item).replace('$', "&#36;");
    format!(
        "<{element}{attributes} format=\"html\"><text>{}</text></{element}>",
        escape(&html)
    )
}

fn answer(fraction: f64, text: &str, inner: &str) -> String {
    format!("<answer fraction=\"{fraction}\" format=\"plain_text\"><text>{text}</text>{inner}</answer>")
}

fn multichoice(options: &[ChoiceOption], shuffle: bool, single: bool, item: &Item) -> String {
    let right = options.iter().filter(|option| option.right).count().max(1);
    let share = if single {
        100.0
    } else {
        100.0 / f64::from(u32::try_from(right).unwrap_or(u32::MAX))
    };
    let answers = options.iter().map(|option| {
        let fraction = match (option.right, single) {
            (true, _) => share,
            (false, true) => 0.0,
            (false, false) => -100.0,
        };
        formatted(
            "answer",
            &format!(" fraction=\"{fraction:.5}\""),
            &option.text,
            item,
        )
    });
    format!(
        "<single>{single}</single><shuffleanswers>{shuffle}</shuffleanswers>{}",
        answers.collect::<Vec<_>>().concat()
    )
}

fn statements(statements: &[Statement], item: &Item) -> String {
    let rows = statements.iter().zip(1u32..).map(|(statement, number)| {
        formatted("row", &format!(" number=\"{number}\""), &statement.text, item)
            .replace("<text>", "<optiontext format=\"html\"><text>")
            .replace("</text>", "</text></optiontext>")
    });
    let columns = [(1, "Đúng"), (2, "Sai")].map(|(number, word)| {
        format!("<column number=\"{number}\"><responsetext format=\"moodle_auto_format\"><text>{word}</text></responsetext></column>")
    });
    let weights = statements.iter().zip(1u32..).map(|(statement, row)| {
        let weight = |column, right: bool| {
            let value = if right { "1.000" } else { "0.000" };
            format!("<weight rownumber=\"{row}\" columnnumber=\"{column}\"><value>{value}</value></weight>")
        };
        weight(1, statement.right) + &weight(2, !statement.right)
    });
    rows.chain(columns).chain(weights).collect::<Vec<_>>().concat()
}
