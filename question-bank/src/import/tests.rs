//! What the tests of all readers share, and what holds for all formats.

use super::*;
use crate::item::{ItemKind, ShortKey};

/// A line for each item, note or fault.
pub(super) fn summary(result: Result<Import, Vec<Fault>>) -> String {
    match result {
        Err(faults) => faults
            .iter()
            .map(|fault| format!("✗ {fault}"))
            .collect::<Vec<_>>()
            .join("\n"),
        Ok(import) => {
            let items = import.items.iter().map(item_line);
            let notes = import.notes.iter().map(|note| format!("! {note}"));
            items.chain(notes).collect::<Vec<_>>().join("\n")
        }
    }
}

/// The Vietnamese lines of all faults.
pub(super) fn faults(result: Result<Import, Vec<Fault>>) -> String {
    result
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn item_line(item: &Item) -> String {
    let category = if item.category.is_empty() {
        String::new()
    } else {
        format!(" [{}]", item.category.join("/"))
    };
    let pictures = if item.media.is_empty() {
        String::new()
    } else {
        format!(" ({} hình)", item.media.len())
    };
    format!(
        "{}{category} @{}: {}{pictures} → {}",
        item.name,
        item.line,
        item.stem.as_str(),
        kind_text(&item.kind)
    )
}

fn kind_text(kind: &ItemKind) -> String {
    match kind {
        ItemKind::SingleChoice(choices) | ItemKind::MultipleResponse(choices) => {
            let options = choices.options.iter().map(|o| {
                format!(
                    "{}{}{}",
                    if o.right { "+" } else { "-" },
                    o.text.as_str(),
                    if o.fixed { "!" } else { "" }
                )
            });
            let sign = if matches!(kind, ItemKind::SingleChoice(_)) {
                "một"
            } else {
                "nhiều"
            };
            format!(
                "{sign}: {}{}",
                options.collect::<Vec<_>>().join(" | "),
                if choices.shuffle { "" } else { " (không trộn)" }
            )
        }
        ItemKind::TrueFalseGroup(group) => {
            let statements = group
                .statements
                .iter()
                .map(|s| format!("{}{}", if s.right { "Đ " } else { "S " }, s.text.as_str()));
            format!("nhóm: {}", statements.collect::<Vec<_>>().join(" | "))
        }
        ItemKind::ShortAnswer(answer) => match &answer.key {
            ShortKey::Text {
                accepted,
                case_sensitive,
            } => {
                let accepted = accepted
                    .iter()
                    .map(|a| format!("{} {}", a.text, a.share))
                    .collect::<Vec<_>>();
                format!(
                    "văn bản{} {:?}: {}",
                    if *case_sensitive { " Aa" } else { "" },
                    answer.entry,
                    accepted.join(" | ")
                )
            }
            ShortKey::Number { accepted } => {
                let accepted = accepted
                    .iter()
                    .map(|a| format!("{}…{} {}", a.low, a.high, a.share))
                    .collect::<Vec<_>>();
                format!("số {:?}: {}", answer.entry, accepted.join(" | "))
            }
        },
        ItemKind::Essay => "tự luận".to_owned(),
    }
}

#[test]
fn the_format_is_found_from_the_content() {
    assert_eq!(any("1+1?{=2 ~3}".as_bytes()).unwrap().items.len(), 1);
    let xml = "\u{feff}<?xml version=\"1.0\"?><quiz><question type=\"essay\"><questiontext><text>x</text></questiontext></question></quiz>";
    assert_eq!(any(xml.as_bytes()).unwrap().items.len(), 1);
}
