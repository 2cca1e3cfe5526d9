//! One GIFT question: title, stem, the braces, and what its answers make of it.

use super::answers::Answers;
use super::block::Block;
use super::escape::{broken_command, find, positions, unescape};
use crate::fault::{Fault, Message};
use crate::import::collect::{Draft, Findings, Place, Read};
use crate::rich::markup::{Piece, pieces};
use crate::rich::picture::{Files, Pictures};
use crate::rich::source::Format;

/// Reads a question; what is wrong goes to `findings`, and then there is none.
pub(super) fn read(block: &Block, index: usize, findings: &mut Findings) -> Option<Read> {
    let text = block.text.as_str();
    let title = title(text);
    let name = title
        .as_ref()
        .map_or_else(|| format!("Câu {index}"), |(title, _)| title.clone());
    let place = Place {
        name,
        line: block.lines.first().copied().unwrap_or(1),
    };
    let body = title.as_ref().map_or(0, |(_, body)| *body);
    let parts = match checked_parts(text, body, title.is_some()) {
        Ok(parts) => parts,
        Err((at, message)) => {
            findings.add(
                Fault::new(message)
                    .in_question(&place.name)
                    .at_line(block.line_at(at)),
            );
            return None;
        }
    };
    let (format, stem) = marked_format(parts.stem.trim(), Format::Moodle);
    let mut pictures = Pictures::default();
    let stem = findings.text(&place, (&unescape(stem), format), &mut pictures, &Files::new());
    let answers = parts.answers.map(|answers| Answers {
        raw: answers,
        format,
        tags: &block.tags,
        place: &place,
    });
    let read = match answers {
        None => Some(Answered::Nothing),
        Some(answers) => answers.read(findings, &mut pictures),
    };
    let draft = Draft {
        titled: title.is_some(),
        category: block.category.clone(),
        stem,
        media: pictures.into_vec(),
        place,
    };
    Some(match read? {
        Answered::Nothing => Read::Description(draft),
        Answered::TrueFalse(right) => Read::TrueFalse(draft, right),
        Answered::Kind(kind) => Read::Item(draft, kind),
    })
}

/// Checks what would break the question, then cuts it.
fn checked_parts(text: &str, body: usize, titled: bool) -> Result<Parts<'_>, (usize, Message)> {
    if !titled && text.trim_start().starts_with("::") {
        let vi = "tên câu hỏi thiếu dấu «::» kết thúc";
        return Err((0, Message::new(vi, "the title is not closed by “::”")));
    }
    if let Some(command) = broken_command(&text[body..]) {
        let vi = format!("«{command}» trong công thức sẽ thành dấu xuống dòng; hãy viết «\\{command}»");
        let en = format!("“{command}” in a formula would become a line break; write “\\{command}”");
        return Err((text.find(command).unwrap_or(body), Message::new(vi, en)));
    }
    parts(text, body)
}

/// What the braces make of a question.
pub(super) enum Answered {
    /// There are no braces.
    Nothing,
    /// True or false.
    TrueFalse(bool),
    /// Anything else.
    Kind(crate::item::ItemKind),
}

/// The title and where the text after it begins.
fn title(text: &str) -> Option<(String, usize)> {
    let start = text.len() - text.trim_start().len();
    let rest = text[start..].strip_prefix("::")?;
    let end = find(rest, "::")?;
    let title = unescape(&rest[..end])
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!title.is_empty()).then_some((title, start + 2 + end + 2))
}

/// A question cut at its braces.
struct Parts<'a> {
    stem: String,
    answers: Option<&'a str>,
}

/// Cuts at the braces; the error is a position and what is wrong there.
fn parts(text: &str, body: usize) -> Result<Parts<'_>, (usize, Message)> {
    let braces: Vec<usize> = positions(&text[body..], |c| c == '{' || c == '}')
        .into_iter()
        .map(|at| at + body)
        .collect();
    let sign = |at: usize| text.as_bytes()[at];
    match braces[..] {
        [] => Ok(Parts {
            stem: text[body..].to_owned(),
            answers: None,
        }),
        [open, close] if sign(open) == b'{' && sign(close) == b'}' => {
            let (before, after) = (&text[body..open], &text[close + 1..]);
            let stem = if has_words(after) {
                with_gap(before, after)
            } else {
                format!("{before}{after}")
            };
            Ok(Parts {
                stem,
                answers: Some(&text[open + 1..close]),
            })
        }
        [only] => Err((
            only,
            Message::new(
                format!("thiếu dấu ngoặc đi cặp với «{}»", char::from(sign(only))),
                format!("the brace that goes with “{}” is missing", char::from(sign(only))),
            ),
        )),
        [first, second, ..] => {
            let at = if sign(first) == b'}' { first } else { second };
            Err((
                at,
                Message::new(
                    "có hơn một cặp { }: dấu ngoặc nhọn trong chữ và trong công thức phải viết \\{ và \\}",
                    "there is more than one pair of { }: braces in texts and formulas must be written \\{ and \\}",
                ),
            ))
        }
    }
}

/// A stem whose answer is a missing word in it.
fn with_gap(before: &str, after: &str) -> String {
    let blank = if before.is_empty() || before.ends_with(char::is_whitespace) {
        ""
    } else {
        " "
    };
    format!("{before}{blank}_____{after}")
}

/// Whether anything but tags and blanks follows the answers: then the answers stand for a missing word.
fn has_words(text: &str) -> bool {
    pieces(text)
        .iter()
        .any(|piece| matches!(piece, Piece::Text(text) if !text.trim().is_empty()))
}

/// Cuts a format marker off the beginning of a text.
pub(super) fn marked_format(text: &str, default: Format) -> (Format, &str) {
    let text = text.trim_start();
    let marked = [
        ("[html]", Format::Html),
        ("[moodle]", Format::Moodle),
        ("[plain]", Format::Plain),
        ("[markdown]", Format::Markdown),
    ]
    .into_iter()
    .find_map(|(marker, format)| Some((format, text.strip_prefix(marker)?)));
    marked.unwrap_or((default, text))
}
