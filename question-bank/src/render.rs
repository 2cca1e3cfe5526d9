//! An item with its key, for the office: as a page or as text. Must never be sent to a candidate.

use crate::import::with_key;
use crate::item::{Item, ItemKind, ShortKey};
use crate::rich::escape;

/// A page of its own, pictures within it.
pub fn page(item: &Item) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{name}</title>\
         <style>body{{font:16px/1.5 serif;margin:2em}}.right{{font-weight:bold}}.right::before{{content:'✓ '}}</style>\
         </head><body><h1>{name}</h1>{}</body></html>",
        with_key(item),
        name = escape(&item.name)
    )
}

/// Plain text; right answers have a star.
pub fn text(item: &Item) -> String {
    let star = |right| if right { "*" } else { " " };
    let mut lines = vec![format!("{}. {}", item.name, item.stem.text())];
    match &item.kind {
        ItemKind::SingleChoice(choices) | ItemKind::MultipleResponse(choices) => {
            let options = ('A'..).zip(&choices.options);
            lines.extend(options.map(|(letter, o)| format!("{}{letter}. {}", star(o.right), o.text.text())));
        }
        ItemKind::TrueFalseGroup(group) => {
            let statements = ('a'..).zip(&group.statements);
            lines.extend(
                statements.map(|(letter, s)| format!("{}{letter}) {}", star(s.right), s.text.text())),
            );
        }
        ItemKind::ShortAnswer(short) => lines.push(match &short.key {
            ShortKey::Text { accepted, .. } => accepted
                .iter()
                .map(|a| a.text.clone())
                .collect::<Vec<_>>()
                .join(" | "),
            ShortKey::Number { accepted } => accepted
                .iter()
                .map(|a| a.low.to_string())
                .collect::<Vec<_>>()
                .join(" | "),
        }),
        ItemKind::Essay => {}
    }
    lines.join("\n")
}
