//! GIFT. True/false groups are written as the reader knows them: a titled text, then lettered true/false questions.

use super::{Written, html};
use crate::item::{Item, ItemKind, Share, ShortKey, WHOLE};
use crate::rich::RichText;

pub(super) fn write(items: &[Item]) -> Written {
    let mut written = Written::default();
    let mut category: &[String] = &[];
    for (item, number) in items.iter().zip(1u32..) {
        if item.category != category {
            category = &item.category;
            let path: Vec<String> = category.iter().map(|part| part.replace('/', "//")).collect();
            let line = format!("$CATEGORY: {}\n\n", path.join("/"));
            written.text.push_str(&line);
        }
        let title = if item.name.is_empty() {
            format!("Câu {number}")
        } else {
            item.name.clone()
        };
        written.text.push_str(&question(item, &title));
        written.text.push_str("\n\n");
    }
    written
}

fn question(item: &Item, title: &str) -> String {
    let head = |title: &str, text: &RichText| format!("::{}::[html]{}", escape(title), shown(text, item));
    let stem = head(title, &item.stem);
    match &item.kind {
        ItemKind::SingleChoice(choices) => {
            let sign = |right| if right { "=" } else { "~" };
            let options = choices
                .options
                .iter()
                .map(|o| format!("{}{}", sign(o.right), shown(&o.text, item)));
            format!("{stem} {{{}}}", options.collect::<Vec<_>>().join(" "))
        }
        ItemKind::MultipleResponse(choices) => {
            let right = choices.options.iter().filter(|o| o.right).count();
            let weight = percent(right);
            let options = choices.options.iter().map(|o| {
                let weight = if o.right { weight.as_str() } else { "-100" };
                format!("~%{weight}%{}", shown(&o.text, item))
            });
            format!("{stem} {{{}}}", options.collect::<Vec<_>>().join(" "))
        }
        ItemKind::TrueFalseGroup(group) => {
            let statements = ('a'..='z').zip(&group.statements).map(|(letter, s)| {
                let value = if s.right { "T" } else { "F" };
                format!("\n\n{} {{{value}}}", head(&format!("{title}{letter}"), &s.text))
            });
            stem.clone() + &statements.collect::<Vec<_>>().concat()
        }
        ItemKind::ShortAnswer(short) => format!("{stem} {}", short_key(&short.key)),
        ItemKind::Essay => format!("{stem} {{}}"),
    }
}

fn short_key(key: &ShortKey) -> String {
    let weighted = |share: Share, text: String| {
        if share == WHOLE {
            format!("={text}")
        } else {
            format!("=%{}%{text}", f64::from(share) / 100.0)
        }
    };
    match key {
        ShortKey::Text { accepted, .. } => {
            let answers = accepted.iter().map(|a| weighted(a.share, escape(&a.text)));
            format!("{{{}}}", answers.collect::<Vec<_>>().join(" "))
        }
        ShortKey::Number { accepted } => {
            let point = |text: String| text.replace(',', ".");
            let answers = accepted.iter().map(|a| {
                let (low, high) = (point(a.low.to_string()), point(a.high.to_string()));
                weighted(
                    a.share,
                    if low == high {
                        low
                    } else {
                        format!("{low}..{high}")
                    },
                )
            });
            format!("{{#{}}}", answers.collect::<Vec<_>>().join(" "))
        }
    }
}

/// The share of one of so many right options, as Moodle rounds it.
fn percent(count: usize) -> String {
    match count {
        0 | 1 => "100".to_owned(),
        3 => "33.33333".to_owned(),
        6 => "16.66667".to_owned(),
        7 => "14.28571".to_owned(),
        9 => "11.11111".to_owned(),
        other => format!("{}", 100.0 / f64::from(u32::try_from(other).unwrap_or(u32::MAX))),
    }
}

/// HTML within GIFT; a dollar sign opens no formula again, formulas are MathML already.
fn shown(text: &RichText, item: &Item) -> String {
    escape(&html(text, item).replace('$', "&#36;"))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '~' | '=' | '#' | '{' | '}' | ':' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' | '\r' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
