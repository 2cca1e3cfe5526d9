//! The words by which Vietnamese papers are laid out: parts, questions, options, answers, solutions, shared texts, the
//! end. Must never look at how a word is written, only at the words.

use crate::item::Kind;
use regex::Regex;
use std::sync::LazyLock;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are tested")
}

static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[IVX]+\s*[.)]\s*)?(?:phần|part)\s+(?:[IVX]+|\d|một|hai|ba|bốn|năm)\b|^(?:[IVX]+|[AB])\s*[.)]\s*(?:phần\s+)?(?:trắc nghiệm|tự luận|trả lời ngắn|câu trắc nghiệm)|^\[P[1-4]\]",
    )
});
static QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:câu hỏi|câu|bài|question)\s*(\d{1,5})\s*(?:[.:)\]/]|\s|$)\s*[.:]?\s*")
});
static BARE_QUESTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(\d{1,3})\s*[.):/]\s+"));
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*[\[(]\s*([A-ZĐ]{2,4}|[A-Z0-9]{1,6}(?:[.\-][A-Z0-9]{1,4}){1,5})\s*[\])]\s*")
});
static INLINE_KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:đáp án(?: đúng)?|đáp số|đs|đa|key|answer|trả lời)\s*[:=]\s*(.+?)\s*$|^\s*(?:đáp án|chọn)(?: đáp án| câu| phương án)?(?: đúng)?(?: là)?\s*:?\s*([A-H])\s*[.\s]*$",
    )
});
static TAG_KEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)<\s*key\s*=\s*([^<>]+?)\s*>|\[<\s*ans\s*=\s*([^<>]+?)\s*>\]"));
static SOLUTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:lời giải(?: chi tiết)?|hướng dẫn(?: giải| chi tiết)?|giải thích(?: chi tiết)?|giải chi tiết|giải|hdg)\s*(?:[:.]|$)\s*",
    )
});
static END: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^[\s\-–—*_.=]*(?:hết|the end)[\s\-–—*_.=]*$"));
static KEY_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s\-–—*]*(?:bảng\s+)?(?:đáp án|hướng dẫn giải|lời giải chi tiết|hướng dẫn chấm)(?:\s+(?:chi tiết|đề|và|mã|tham khảo|phần|trắc nghiệm)[^:=]{0,60})?[\s\-–—*:.]*$",
    )
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:câu|questions?|from|bài|các câu)\s*(?:hỏi\s*)?(?:từ\s*)?(?:câu\s*)?(\d{1,3})\s*(?:đến|tới|to|–|—|-|và|and)\s*(?:câu\s*)?(\d{1,3})",
    )
});
static SHARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:dựa vào|sử dụng|đọc|cho|dùng|căn cứ|read|mark|listen|use|based on|choose|từ)\b")
});
static LETTER_KEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(\d{1,3})\s*[.\-:)]?\s*([A-H]|[ĐS](?:\s*-?\s*[ĐS]){1,7})(?:[\s,;|]+|$)"));
static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:mã đề\b.*(?:trang|$)|trang\s*\d+\s*/|cán bộ coi thi|thí sinh không được|họ,?\s*(?:và\s*)?tên|số báo danh)",
    )
});

/// The beginning of a question.
pub(super) struct QuestionStart {
    pub(super) number: u32,
    /// Characters before the text.
    pub(super) length: usize,
}

fn start_of(expression: &Regex, text: &str) -> Option<QuestionStart> {
    let found = expression.captures(text)?;
    Some(QuestionStart {
        number: found[1].parse().ok()?,
        length: found[0].chars().count(),
    })
}

pub(super) fn question(text: &str) -> Option<QuestionStart> {
    start_of(&QUESTION, text)
}

/// "1." alone: a question only where the order says so.
pub(super) fn bare_question(text: &str) -> Option<QuestionStart> {
    start_of(&BARE_QUESTION, text)
}

pub(super) fn is_part(text: &str) -> bool {
    PART.is_match(text.trim())
}

/// The number of a part from its heading: Roman, a digit, a word or a letter.
pub(super) fn part_number(text: &str) -> Option<usize> {
    static NUMERAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^(?:\[P([1-4])\]|(?:(?:phần|part)\s+)?([IVX]+|\d|[AB]|một|hai|ba|bốn|năm)\b)")
    });
    let found = NUMERAL.captures(text.trim())?;
    let numeral = found.get(1).or_else(|| found.get(2))?.as_str().to_lowercase();
    Some(match numeral.as_str() {
        "i" | "một" | "a" => 1,
        "ii" | "hai" | "b" => 2,
        "iii" | "ba" => 3,
        "iv" | "bốn" => 4,
        "v" | "năm" => 5,
        digit => digit.parse().ok()?,
    })
}

/// What the words of a part's heading ask for.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&[
        "đúng sai",
        "đúng – sai",
        "đúng - sai",
        "đúng/sai",
        "đúng hoặc sai",
        "trong mỗi ý",
    ]) {
        Some(Kind::TrueFalseGroup)
    } else if has(&["trả lời ngắn", "điền đáp số"]) {
        Some(Kind::ShortAnswer)
    } else if has(&["tự luận"]) {
        Some(Kind::Essay)
    } else if has(&[
        "nhiều phương án",
        "chỉ chọn một",
        "nhiều lựa chọn",
        "multiple choice",
        "trắc nghiệm khách quan",
    ]) {
        Some(Kind::SingleChoice)
    } else {
        None
    }
}

/// A tag after the number, `[NB]`, `[SI10.02.15.D01]`: its text and its characters.
pub(super) fn tag(text: &str) -> Option<(String, usize)> {
    let found = TAG.captures(text)?;
    Some((found[1].to_owned(), found[0].chars().count()))
}

/// An answer on a line of its own.
pub(super) fn inline_key(text: &str) -> Option<String> {
    let found = INLINE_KEY.captures(text)?;
    let key = found.get(1).or_else(|| found.get(2))?.as_str();
    let is_blank = key.chars().all(|c| matches!(c, '.' | '…' | '_' | ' '));
    (!is_blank).then(|| key.trim_end_matches('.').trim().to_owned())
}

/// An answer as a tag within a line: the key, and where the tag stands in characters.
pub(super) fn tag_key(text: &str) -> Option<(String, usize, usize)> {
    let found = TAG_KEY.captures(text)?;
    let whole = found.get(0)?;
    let key = found.get(1).or_else(|| found.get(2))?.as_str().to_owned();
    let at = |byte: usize| text[..byte].chars().count();
    Some((key, at(whole.start()), at(whole.end())))
}

/// The characters before a solution.
pub(super) fn solution(text: &str) -> Option<usize> {
    SOLUTION.find(text).map(|found| found.as_str().chars().count())
}

pub(super) fn is_end(text: &str) -> bool {
    END.is_match(text)
}

pub(super) fn is_key_heading(text: &str) -> bool {
    KEY_HEADING.is_match(text)
}

pub(super) fn is_footer(text: &str) -> bool {
    FOOTER.is_match(text)
}

/// The questions that a shared text belongs to.
pub(super) fn shared(text: &str) -> Option<(u32, u32)> {
    if !SHARED.is_match(text) {
        return None;
    }
    let found = RANGE.captures(text)?;
    let (from, to) = (found[1].parse().ok()?, found[2].parse().ok()?);
    (from < to && to - from < 20).then_some((from, to))
}

/// Answers in a row, "1-A 2-B", if the line has nothing else.
pub(super) fn letter_keys(text: &str) -> Option<Vec<(u32, String)>> {
    let mut keys = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let found = LETTER_KEY
            .captures(rest)
            .filter(|found| rest.starts_with(&found[0]))?;
        keys.push((found[1].parse().ok()?, found[2].to_owned()));
        rest = rest[found[0].len()..].trim_start();
    }
    (!keys.is_empty()).then_some(keys)
}

/// Whether a text can be an answer in a table of keys.
pub(super) fn is_key(text: &str) -> bool {
    let text = text.trim();
    let mut chars = text.chars();
    let is_letter = matches!((chars.next(), chars.next()), (Some('A'..='H' | 'Đ' | 'S'), None));
    is_letter
        || truths(text).is_some_and(|truths| truths.len() > 1)
        || crate::number::Decimal::parse(text).is_some()
}

/// "ĐSSĐ", "Đ-S-S-Đ", "a) Đúng b) Sai …" as truth values.
pub(super) fn truths(text: &str) -> Option<Vec<bool>> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(đúng|sai|true|false|đ|s|t|f)\b"));
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | ',' | ';' | '.' | '/' | '–'))
        .collect();
    if !compact.is_empty() && compact.chars().all(|c| matches!(c, 'Đ' | 'S' | 'đ')) {
        return Some(compact.chars().map(|c| c != 'S').collect());
    }
    let values: Vec<bool> = WORD
        .find_iter(text)
        .map(|word| matches!(word.as_str().to_lowercase().as_str(), "đúng" | "true" | "đ" | "t"))
        .collect();
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_real_papers() {
        for part in [
            "PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn.",
            "Phần 2: Đúng sai",
            "I. PHẦN TRẮC NGHIỆM",
            "B. TỰ LUẬN",
            "PART ONE",
        ] {
            assert_eq!(is_part(part), part != "PART ONE", "{part}");
        }
        assert_eq!(part_number("PHẦN III. Trả lời ngắn"), Some(3));
        assert_eq!(part_number("B. TỰ LUẬN"), Some(2));
        assert_eq!(
            kind("Trong mỗi ý a), b), c), d) ở mỗi câu"),
            Some(Kind::TrueFalseGroup)
        );
        assert!(is_end("------ HẾT ------"));
        assert!(is_key_heading("BẢNG ĐÁP ÁN") && !is_key_heading("Đáp án: B"));
    }

    #[test]
    fn questions_answers_and_ranges() {
        let start = question("Câu 12: Cho hàm số").unwrap();
        assert_eq!((start.number, start.length), (12, 8));
        assert!(question("Câu lạc bộ").is_none());
        assert_eq!(inline_key("Đáp án: 12,5"), Some("12,5".to_owned()));
        assert_eq!(inline_key("Chọn B."), Some("B".to_owned()));
        assert_eq!(inline_key("Trả lời: ………"), None);
        assert_eq!(
            shared("Dựa vào bảng số liệu, trả lời câu 3 đến câu 5"),
            Some((3, 5))
        );
        assert_eq!(
            shared("Read the passage and answer questions from 23 to 28."),
            Some((23, 28))
        );
        assert_eq!(
            letter_keys("1-A 2.B 3C"),
            Some(vec![
                (1, "A".to_owned()),
                (2, "B".to_owned()),
                (3, "C".to_owned())
            ])
        );
        assert_eq!(letter_keys("1-A và các câu khác"), None);
        assert_eq!(truths("Đ-S-S-Đ"), Some(vec![true, false, false, true]));
        assert_eq!(truths("a) Đúng; b) Sai"), Some(vec![true, false]));
    }
}
