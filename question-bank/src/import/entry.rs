//! Tags that say how a short answer is typed, the same in every format: `entry:grid4`, `entry:number`, `entry:text50`.

use super::weight::{FULL, Weight};
use crate::fault::Message;
use crate::item::{AcceptedRange, AcceptedText, EntryForm, ItemKind, Share, ShortAnswer, ShortKey};
use crate::number::Decimal;

/// The entry that tags ask for.
///
/// # Errors
/// Names the tag that is not understood.
pub(super) fn of_tags(tags: &[String]) -> Result<Option<EntryForm>, Message> {
    let Some(tag) = tags.iter().find(|tag| tag.starts_with("entry:")) else {
        return Ok(None);
    };
    parse(&tag["entry:".len()..]).map(Some).ok_or_else(|| {
        Message::new(
            format!("thẻ «{tag}» không hiểu được; hãy dùng entry:grid4, entry:number hoặc entry:text50"),
            format!("tag “{tag}” is not understood; use entry:grid4, entry:number or entry:text50"),
        )
    })
}

fn parse(text: &str) -> Option<EntryForm> {
    if text == "number" {
        return Some(EntryForm::Number);
    }
    if let Some(columns) = text.strip_prefix("grid") {
        return columns
            .parse()
            .ok()
            .filter(|columns| (1..=8).contains(columns))
            .map(EntryForm::Grid);
    }
    let most = text.strip_prefix("text")?;
    if most.is_empty() {
        Some(EntryForm::Text(100))
    } else {
        most.parse().ok().filter(|n| *n > 0).map(EntryForm::Text)
    }
}

/// A short text answer.
pub(super) fn text(
    accepted: Vec<(String, Weight)>,
    case_sensitive: bool,
    entry: Option<EntryForm>,
) -> ItemKind {
    let accepted = accepted
        .into_iter()
        .map(|(text, weight)| AcceptedText {
            text,
            share: share(weight),
        })
        .collect();
    ItemKind::ShortAnswer(ShortAnswer {
        entry,
        key: ShortKey::Text {
            accepted,
            case_sensitive,
        },
    })
}

/// A numeric answer.
pub(super) fn number(accepted: Vec<(Decimal, Decimal, Weight)>, entry: Option<EntryForm>) -> ItemKind {
    let range = |(low, high, weight)| AcceptedRange {
        low,
        high,
        share: share(weight),
    };
    let key = ShortKey::Number {
        accepted: accepted.into_iter().map(range).collect(),
    };
    ItemKind::ShortAnswer(ShortAnswer { entry, key })
}

/// What is worth a look: a text key that is a number is compared letter by letter.
pub(super) fn note(kind: &ItemKind) -> Option<Message> {
    let ItemKind::ShortAnswer(ShortAnswer {
        entry: None,
        key: ShortKey::Text { accepted, .. },
    }) = kind
    else {
        return None;
    };
    let all_numbers = !accepted.is_empty()
        && accepted
            .iter()
            .all(|key| Decimal::parse(key.text.trim()).is_some());
    all_numbers.then(|| {
        Message::new(
            "đáp án là số nhưng được so sánh như văn bản (0,5 khác 0,50); nếu muốn so sánh giá trị, hãy dùng câu hỏi số",
            "the key is a number but compared as text (0.5 is not 0.50); make it a numeric question to compare values",
        )
    })
}

/// A number as Moodle writes it: `.5` and `+3` are numbers there too, and a decimal comma is taken.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let zero = if digits.starts_with(['.', ',']) { "0" } else { "" };
    Decimal::parse(&format!("{sign}{zero}{digits}"))
}

fn share(weight: Weight) -> Share {
    Share::try_from(weight.clamp(0, FULL)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_say_the_entry() {
        let of = |tag: &str| of_tags(&["khác".to_owned(), tag.to_owned()]);
        assert_eq!(of("entry:grid4"), Ok(Some(EntryForm::Grid(4))));
        assert_eq!(of("entry:number"), Ok(Some(EntryForm::Number)));
        assert_eq!(of("entry:text"), Ok(Some(EntryForm::Text(100))));
        assert_eq!(of("entry:text50"), Ok(Some(EntryForm::Text(50))));
        assert_eq!(of("gì đó"), Ok(None));
        for bad in [
            "entry:grid",
            "entry:grid0",
            "entry:grid99",
            "entry:",
            "entry:text0",
            "entry:lưới",
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_as_moodle_writes_them() {
        for (text, value) in [
            (" .5", "0,5"),
            ("-.25", "-0,25"),
            ("+3", "3"),
            ("2,5 ", "2,5"),
            ("1822", "1822"),
        ] {
            assert_eq!(decimal(text).unwrap().to_string(), value);
        }
        for bad in ["1e3", "*", "", "2/3", "--1", "."] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }
}
