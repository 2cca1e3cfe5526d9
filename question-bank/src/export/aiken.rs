//! Aiken: a line of question, options by letter, `ANSWER: B`. It knows plain text and one right option only.

use super::Written;
use crate::item::{Item, ItemKind};
use crate::rich::RichText;

pub(super) fn write(items: &[Item]) -> Written {
    let mut written = Written::default();
    for item in items {
        match question(item) {
            Some(text) => written.text.push_str(&text),
            None => written.left_out(
                item,
                "Aiken chỉ ghi được câu một đáp án đúng bằng chữ thường",
                "Aiken holds only questions with one right option in plain text",
            ),
        }
    }
    written
}

fn question(item: &Item) -> Option<String> {
    let ItemKind::SingleChoice(choices) = &item.kind else {
        return None;
    };
    let mut right = ('A'..='Z')
        .zip(&choices.options)
        .filter(|(_, option)| option.right);
    let (letter, _) = right.next().filter(|_| choices.options.len() <= 26)?;
    if right.next().is_some() {
        return None;
    }
    let mut text = plain(&item.stem)? + "\n";
    for (letter, option) in ('A'..='Z').zip(&choices.options) {
        let line = format!("{letter}. {}\n", plain(&option.text)?);
        text.push_str(&line);
    }
    Some(text + &format!("ANSWER: {letter}\n\n"))
}

/// The text, if it says all.
fn plain(text: &RichText) -> Option<String> {
    let plain = text.text();
    let says_all = !text.as_str().contains('<') && !plain.is_empty();
    says_all.then_some(plain)
}
