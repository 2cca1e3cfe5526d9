//! Aiken: a line of question, options "A." or "A)", and "ANSWER: B" for each question, as Moodle reads it. Must never
//! take an answer that is no option.

use super::collect::{Draft, Findings, Place, Read};
use super::{Import, encoding, order};
use crate::fault::Fault;
use crate::item::ItemKind;
use crate::rich::RichText;

/// Reads an Aiken file.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn aiken(bytes: &[u8]) -> Result<Import, Vec<Fault>> {
    read(&encoding::decode(bytes).map_err(|fault| vec![fault])?)
}

/// Whether a text is Aiken: it names answers, and opens no brace as GIFT must.
pub(super) fn looks_like(text: &str) -> bool {
    !text.contains('{') && text.lines().any(|line| line.trim_start().starts_with("ANSWER:"))
}

/// A question while its lines are read.
#[derive(Default)]
struct Question<'a> {
    line: u32,
    stem: Option<&'a str>,
    options: Vec<(char, &'a str)>,
}

pub(super) fn read(text: &str) -> Result<Import, Vec<Fault>> {
    let mut findings = Findings::default();
    let mut questions = Vec::new();
    let mut open = Question::default();
    for (line, number) in text.lines().map(str::trim).zip(1u32..) {
        if line.is_empty() {
            continue;
        }
        if let Some(answer) = line.strip_prefix("ANSWER:") {
            let name = format!("Câu {}", questions.len() + 1);
            let question = std::mem::take(&mut open);
            questions.extend(finished(&question, answer.trim(), (name, number), &mut findings));
        } else if let Some(option) = option(line).filter(|_| open.stem.is_some()) {
            open.options.push(option);
        } else if open.stem.is_none() {
            (open.stem, open.line) = (Some(line), number);
        } else {
            fault(
                &mut findings,
                &open,
                number,
                "dòng này không phải phương án («A.» hay «A)») cũng không phải «ANSWER:»",
                "this line is neither an option (“A.” or “A)”) nor “ANSWER:”",
            );
            open = Question {
                line: number,
                stem: Some(line),
                ..Question::default()
            };
        }
    }
    if open.stem.is_some() {
        let line = open.line;
        fault(
            &mut findings,
            &open,
            line,
            "câu không có dòng «ANSWER:»",
            "the question has no line “ANSWER:”",
        );
    }
    findings.finish(questions)
}

fn fault(findings: &mut Findings, question: &Question<'_>, line: u32, vi: &str, en: &str) {
    let name: String = question.stem.unwrap_or_default().chars().take(40).collect();
    findings.fault(&Place { name, line }, vi, en);
}

/// "A. text" or "A) text".
fn option(line: &str) -> Option<(char, &str)> {
    let letter = line.chars().next().filter(char::is_ascii_uppercase)?;
    let text = line[1..].strip_prefix(['.', ')'])?;
    Some((letter, text.trim()))
}

fn finished(
    question: &Question<'_>,
    answer: &str,
    (name, line): (String, u32),
    findings: &mut Findings,
) -> Option<Read> {
    let (stem, right) = match right_option(question, answer) {
        Ok(found) => found,
        Err((vi, en)) => {
            fault(findings, question, line, vi, en);
            return None;
        }
    };
    let options = question.options.iter().enumerate();
    let options = options
        .map(|(at, (_, text))| (RichText::plain(text), at == right))
        .collect();
    let draft = Draft {
        place: Place {
            name,
            line: question.line,
        },
        titled: false,
        category: Vec::new(),
        stem: RichText::plain(stem),
        media: Vec::new(),
    };
    Some(Read::Item(
        draft,
        ItemKind::SingleChoice(order::choices(options, true)),
    ))
}

/// The question's text and the index of its right option, or what is wrong in both languages.
fn right_option<'a>(
    question: &Question<'a>,
    answer: &str,
) -> Result<(&'a str, usize), (&'static str, &'static str)> {
    let stem = question.stem.ok_or((
        "«ANSWER:» không có câu hỏi ở trước",
        "“ANSWER:” without a question before it",
    ))?;
    let letters = || question.options.iter().map(|(letter, _)| *letter);
    if letters().count() < 2 || !letters().eq(('A'..='Z').take(letters().count())) {
        return Err((
            "phải có từ hai phương án, lần lượt A, B, C…",
            "there must be two options or more, A, B, C… in order",
        ));
    }
    let mut chars = answer.chars();
    let named = chars.next().filter(|_| chars.next().is_none());
    let right = named.and_then(|named| letters().position(|letter| letter == named));
    let none = (
        "đáp án không phải một phương án",
        "the answer is none of the options",
    );
    right.map(|right| (stem, right)).ok_or(none)
}
