//! Options that may not be shuffled: those that speak of all others, and those that name letters (exam-domain 4.2.9).

use crate::item::{ChoiceOption, Choices};
use crate::rich::RichText;

/// Options that keep their place at the end.
const ABOUT_ALL: [&str; 14] = [
    "tất cả các đáp án",
    "tất cả đáp án",
    "tất cả các phương án",
    "tất cả phương án",
    "tất cả các ý",
    "tất cả đều",
    "cả ba đáp án",
    "cả ba phương án",
    "không đáp án nào",
    "không có đáp án",
    "không phương án nào",
    "không có phương án",
    "all of the above",
    "none of the above",
];

/// Choices in the order of the source, with those fixed that must be.
pub(super) fn choices(options: Vec<(RichText, bool)>, shuffle: bool) -> Choices {
    let texts: Vec<String> = options
        .iter()
        .map(|(text, _)| text.text().to_lowercase())
        .collect();
    let shuffle = shuffle && !texts.iter().any(|text| names_letters(text));
    let last = options.len().saturating_sub(1);
    let option = |(place, ((text, right), plain)): (usize, ((RichText, bool), &String))| ChoiceOption {
        text,
        right,
        fixed: place == last && is_about_all(plain),
    };
    Choices {
        options: options.into_iter().zip(&texts).enumerate().map(option).collect(),
        shuffle,
    }
}

fn is_about_all(text: &str) -> bool {
    let says_above = text.ends_with("ở trên") || text.ends_with("trên đây") || text.ends_with("above");
    ABOUT_ALL.iter().any(|start| text.starts_with(start))
        || (says_above && text.split_whitespace().count() <= 8)
}

/// "Cả A và B", "A và C đều đúng", "Both A and B", "B, C": letters as words beside and-words or commas.
fn names_letters(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | '(' | ')'))
        .filter(|w| !w.is_empty())
        .collect();
    let letters = words
        .iter()
        .filter(|word| matches!(**word, "a" | "b" | "c" | "d" | "e"))
        .count();
    let others = words.iter().filter(|word| {
        !matches!(
            **word,
            "a" | "b"
                | "c"
                | "d"
                | "e"
                | "cả"
                | "và"
                | "hoặc"
                | "đều"
                | "đúng"
                | "sai"
                | "chỉ"
                | "đáp"
                | "án"
                | "phương"
                | "câu"
                | "ý"
                | "both"
                | "and"
                | "or"
                | "are"
                | "is"
                | "correct"
                | "wrong"
                | "only"
                | "right"
                | "either"
                | "neither"
                | "nor"
                | "true"
                | "false"
        )
    });
    letters >= 2 && others.count() == 0 && words.len() > letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_others_is_fixed() {
        for text in [
            "Tất cả các đáp án trên",
            "Tất cả các đáp án trên đều đúng.",
            "All of the above",
            "None of the above",
            "Không có đáp án nào đúng",
            "Các ý ở trên",
        ] {
            assert!(is_about_all(&text.to_lowercase()), "{text}");
        }
        for text in [
            "Cả A và B",
            "A và C đều đúng",
            "Both A and B",
            "Cả A, B và C đều sai",
            "Chỉ A và B",
        ] {
            assert!(names_letters(&text.to_lowercase()), "{text}");
        }
        for text in [
            "tất cả học sinh",
            "a",
            "a b",
            "đoạn thẳng AB và CD",
            "a và b là hai số thực",
            "bóng mát trên cây",
        ] {
            assert!(!is_about_all(text) && !names_letters(text), "{text}");
        }
    }

    #[test]
    fn naming_letters_stops_shuffling_and_last_stays_last() {
        let make =
            |texts: &[&str]| choices(texts.iter().map(|t| (RichText::plain(t), false)).collect(), true);
        assert!(!make(&["x", "y", "Cả A và B"]).shuffle);
        let all = make(&["x", "y", "Tất cả các đáp án trên"]);
        assert!(all.shuffle);
        assert_eq!(
            all.options.iter().map(|o| o.fixed).collect::<Vec<_>>(),
            [false, false, true]
        );
    }
}
