//! What stands in a GIFT question's braces: choices, true or false, texts, numbers, or nothing for an essay.

use super::escape::{find, positions, unescape};
use super::question::{Answered, marked_format};
use crate::fault::Message;
use crate::import::collect::{Findings, Place, Refused};
use crate::import::weight::{self, FULL, Weight};
use crate::import::{entry, order};
use crate::item::{EntryForm, ItemKind};
use crate::number::Decimal;
use crate::rich::picture::{Files, Pictures};
use crate::rich::source::{Format, has_open_tag};

/// The text between the braces with what is needed to read it.
pub(super) struct Answers<'a> {
    pub(super) raw: &'a str,
    /// Format of the stem, which the options take unless they say another.
    pub(super) format: Format,
    pub(super) tags: &'a [String],
    pub(super) place: &'a Place,
}

/// One answer of the braces.
struct Answer<'a> {
    /// `=` or `~`.
    sign: u8,
    weight: Option<Weight>,
    /// Without weight and feedback, still escaped.
    text: &'a str,
}

impl Answers<'_> {
    /// Reads the braces; what is wrong goes to `findings`, and then there is nothing.
    pub(super) fn read(&self, findings: &mut Findings, pictures: &mut Pictures) -> Option<Answered> {
        let raw = self.without_general_feedback().trim();
        if raw.is_empty() {
            return Some(Answered::Kind(ItemKind::Essay));
        }
        if let Some(right) = true_or_false(raw) {
            return Some(Answered::TrueFalse(right));
        }
        let kind = if let Some(numbers) = raw.strip_prefix('#') {
            self.numbers(numbers, findings)?
        } else {
            self.signed(raw, findings, pictures)?
        };
        if let Some(note) = entry::note(&kind) {
            findings.note(self.place, note);
        }
        Some(Answered::Kind(kind))
    }

    /// Feedback is for practice, not for exams: it is left out.
    fn without_general_feedback(&self) -> &str {
        let end = positions(self.raw, |c| c == '#')
            .into_iter()
            .rfind(|at| self.raw[*at..].starts_with("####"));
        // In "#####" the last four signs are the mark; the one before closes an option.
        end.map_or(self.raw, |end| self.raw[..end].trim_end_matches('#'))
    }

    fn fault(&self, findings: &mut Findings, vi: impl Into<String>, en: impl Into<String>) {
        findings.fault(self.place, vi, en);
    }

    /// Choices, matching pairs or short texts.
    fn signed(&self, raw: &str, findings: &mut Findings, pictures: &mut Pictures) -> Option<ItemKind> {
        let answers = self.split(raw, findings)?;
        if answers.iter().any(|answer| answer.sign == b'~') {
            return self.choices(&answers, findings, pictures);
        }
        if answers.iter().any(|answer| answer.text.contains("->")) {
            self.fault(
                findings,
                "câu ghép đôi (matching) chưa được hỗ trợ",
                "matching questions are not supported",
            );
            return None;
        }
        let accepted: Vec<(String, Weight)> = answers
            .iter()
            .map(|a| (unescape(a.text).trim().to_owned(), a.weight.unwrap_or(FULL)))
            .collect();
        let entry = self.entry(findings).ok()?;
        Some(entry::text(accepted, false, entry))
    }

    /// The answers at their signs, each with its weight.
    fn split<'t>(&self, raw: &'t str, findings: &mut Findings) -> Option<Vec<Answer<'t>>> {
        let signs = positions(raw, |c| c == '=' || c == '~');
        let Some(0) = signs.first() else {
            let vi = "đáp án phải bắt đầu bằng = (đúng) hoặc ~ (sai), hoặc là TRUE, FALSE, T, F";
            self.fault(
                findings,
                vi,
                "answers must begin with = (right) or ~ (wrong), or be TRUE, FALSE, T, F",
            );
            return None;
        };
        let ends = signs.iter().skip(1).copied().chain([raw.len()]);
        let mut answers = Vec::new();
        for (start, end) in signs.iter().copied().zip(ends) {
            answers.push(self.answer(raw.as_bytes()[start], &raw[start + 1..end], findings)?);
        }
        Some(answers)
    }

    fn answer<'t>(&self, sign: u8, text: &'t str, findings: &mut Findings) -> Option<Answer<'t>> {
        let text = find(text, "#").map_or(text, |feedback| &text[..feedback]);
        let (weight, text) = self.weighted(text.trim(), findings)?;
        let dollars = positions(text, |c| c == '$').len();
        if has_open_tag(text) || dollars % 2 == 1 {
            let vi = "dấu = hoặc ~ trong công thức và thẻ HTML phải viết \\= và \\~";
            self.fault(
                findings,
                vi,
                "= and ~ in formulas and HTML must be written \\= and \\~",
            );
            return None;
        }
        Some(Answer { sign, weight, text })
    }

    fn weighted<'t>(&self, text: &'t str, findings: &mut Findings) -> Option<(Option<Weight>, &'t str)> {
        let Some((percent, rest)) = text.strip_prefix('%').and_then(|rest| rest.split_once('%')) else {
            return Some((None, text));
        };
        let Some(weight) = weight::parse(percent) else {
            let vi = format!("trọng số «%{percent}%» không hiểu được");
            self.fault(findings, vi, format!("weight “%{percent}%” is not understood"));
            return None;
        };
        Some((Some(weight), rest.trim()))
    }

    fn choices(
        &self,
        answers: &[Answer<'_>],
        findings: &mut Findings,
        pictures: &mut Pictures,
    ) -> Option<ItemKind> {
        let single = answers.iter().any(|answer| answer.sign == b'=');
        let weights: Vec<Weight> = answers
            .iter()
            .map(|a| a.weight.unwrap_or(if a.sign == b'=' { FULL } else { 0 }))
            .collect();
        check_weights(single, &weights, self.place, findings)?;
        let mut options = Vec::with_capacity(answers.len());
        for (answer, weight) in answers.iter().zip(weights) {
            let (format, text) = marked_format(answer.text, self.format);
            let text = findings.text(self.place, (&unescape(text), format), pictures, &Files::new());
            options.push((text, weight > 0));
        }
        let choices = order::choices(options, true);
        Some(if single {
            ItemKind::SingleChoice(choices)
        } else {
            ItemKind::MultipleResponse(choices)
        })
    }

    fn numbers(&self, raw: &str, findings: &mut Findings) -> Option<ItemKind> {
        let raw = raw.trim();
        let answers = if raw.starts_with(['=', '~']) {
            self.split(raw, findings)?
        } else {
            vec![self.answer(b'=', raw, findings)?]
        };
        let mut accepted = Vec::new();
        for answer in answers
            .iter()
            .filter(|answer| answer.sign == b'=' || answer.weight.is_some_and(|w| w > 0))
        {
            let Some((low, high)) = range(&unescape(answer.text)) else {
                let shown = answer.text;
                let vi = format!("«{shown}» không phải số, «số:sai số» hay «từ..đến»");
                self.fault(
                    findings,
                    vi,
                    format!("“{shown}” is no number, “number:tolerance” or “from..to”"),
                );
                return None;
            };
            accepted.push((low, high, answer.weight.unwrap_or(FULL)));
        }
        let entry = self.entry(findings).ok()?;
        Some(entry::number(accepted, entry))
    }

    fn entry(&self, findings: &mut Findings) -> Result<Option<EntryForm>, Refused> {
        entry::of_tags(self.tags).map_err(|fault| {
            self.fault(findings, fault.vi, fault.en);
            Refused
        })
    }
}

/// A single choice cannot be right in part; unequal weights of multiple response are the scheme's business.
pub(in crate::import) fn check_weights(
    single: bool,
    weights: &[Weight],
    place: &Place,
    findings: &mut Findings,
) -> Option<()> {
    if single && weights.iter().any(|weight| *weight > 0 && *weight < FULL) {
        let vi = "có phương án được một phần điểm trong câu chọn một; hãy cho 100 % hoặc 0 %";
        findings.fault(
            place,
            vi,
            "an option of a single choice earns a part of the marks; give 100 % or 0 %",
        );
        return None;
    }
    let mut positive = weights.iter().filter(|weight| **weight > 0);
    let first = positive.next();
    if !single && positive.any(|weight| first.is_some_and(|first| first.abs_diff(*weight) > 1)) {
        findings.note(
            place,
            Message::new(
                "các phương án đúng có trọng số khác nhau; điểm do thang điểm của đề quyết định",
                "the right options have different weights; the paper's scheme decides the marks",
            ),
        );
    }
    Some(())
}

/// T, TRUE, F, FALSE with an optional feedback.
fn true_or_false(raw: &str) -> Option<bool> {
    let word = find(raw, "#").map_or(raw, |feedback| &raw[..feedback]).trim();
    match word.to_ascii_uppercase().as_str() {
        "T" | "TRUE" => Some(true),
        "F" | "FALSE" => Some(false),
        _ => None,
    }
}

/// `3`, `3:0.5` or `2.5..3.5`.
fn range(text: &str) -> Option<(Decimal, Decimal)> {
    if let Some((low, high)) = text.split_once("..") {
        return entry::decimal(low).zip(entry::decimal(high));
    }
    match text.split_once(':') {
        Some((value, tolerance)) => entry::decimal(value)?.around(&entry::decimal(tolerance)?),
        None => entry::decimal(text).map(|value| (value.clone(), value)),
    }
}
