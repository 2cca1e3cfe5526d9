//! Marking: a key sheet and final answers give marks with a reason for each line. Pure, integer hundredths, the same
//! result for anyone who has both. Must never guess what a candidate meant: a wrong form earns no mark.

mod short;

use crate::key::{Key, KeyLine, KeySheet};
use crate::paper::portion;
use exam_protocol::answer::{Answer, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The marks of one submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkSheet {
    /// Sum of all awarded marks, in hundredths; what waits for people is not in it.
    pub total: u32,
    /// Most marks to be had on the whole paper, in hundredths.
    pub maximum: u32,
    /// The part of `maximum` that people have still to mark, in hundredths.
    pub pending: u32,
    /// One line for each question, in the form's order.
    pub lines: Vec<MarkLine>,
    /// Numbers of answers to questions that the form does not have.
    pub unknown: Vec<u16>,
}

/// The mark of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkLine {
    /// The question's number in the form.
    pub question: u16,
    /// Position of the item in the paper's source, from 0: the same in every form.
    pub item: u16,
    /// Hundredths; `None` where people mark.
    pub awarded: Option<u32>,
    /// Most hundredths.
    pub maximum: u32,
    /// Why.
    pub reason: Reason,
}

/// Why a line has its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Right.
    Right,
    /// Not right.
    Wrong,
    /// Nothing was answered.
    Blank,
    /// The answer has not the form that the question asks for: no mark.
    WrongForm,
    /// So many of so many statements or right options; `wrong` counts wrongly chosen options.
    Partly {
        /// Right ones.
        right: u8,
        /// Wrongly chosen ones; 0 for statements.
        wrong: u8,
        /// All that can be right.
        of: u8,
    },
    /// An accepted answer that earns a part of the marks.
    PartlyAccepted,
    /// Waits for people.
    ForPeople,
    /// All marks for everybody: the question was at fault.
    ForEverybody,
}

impl Reason {
    /// In Vietnamese.
    pub fn text_vi(self) -> String {
        match self {
            Self::Right => "đúng".to_owned(),
            Self::Wrong => "sai".to_owned(),
            Self::Blank => "bỏ trống".to_owned(),
            Self::WrongForm => "sai quy cách, không được điểm".to_owned(),
            Self::Partly { right, wrong: 0, of } => format!("đúng {right}/{of} ý"),
            Self::Partly { right, wrong, of } => format!("chọn đúng {right}/{of}, chọn sai {wrong}"),
            Self::PartlyAccepted => "được chấp nhận một phần".to_owned(),
            Self::ForPeople => "chờ chấm".to_owned(),
            Self::ForEverybody => "cho điểm mọi thí sinh (sửa đáp án)".to_owned(),
        }
    }

    /// In English.
    pub fn text_en(self) -> String {
        match self {
            Self::Right => "right".to_owned(),
            Self::Wrong => "wrong".to_owned(),
            Self::Blank => "blank".to_owned(),
            Self::WrongForm => "wrong form, no mark".to_owned(),
            Self::Partly { right, wrong: 0, of } => format!("{right} of {of} right"),
            Self::Partly { right, wrong, of } => format!("{right} of {of} right, {wrong} wrong"),
            Self::PartlyAccepted => "accepted in part".to_owned(),
            Self::ForPeople => "to be marked".to_owned(),
            Self::ForEverybody => "marks for everybody (key corrected)".to_owned(),
        }
    }
}

/// Marks a submission. Where a question is answered twice, the later one counts.
pub fn mark(sheet: &KeySheet, answers: &[Answer]) -> MarkSheet {
    let mut answers: BTreeMap<u16, &Response> = answers.iter().map(|a| (a.question, &a.response)).collect();
    let lines: Vec<MarkLine> = (sheet.lines.iter())
        .map(|line| mark_line(line, answers.remove(&line.question).unwrap_or(&Response::Blank)))
        .collect();
    MarkSheet {
        total: lines.iter().filter_map(|line| line.awarded).sum(),
        maximum: lines.iter().map(|line| line.maximum).sum(),
        pending: lines
            .iter()
            .filter(|line| line.awarded.is_none())
            .map(|line| line.maximum)
            .sum(),
        lines,
        unknown: answers.into_keys().collect(),
    }
}

fn mark_line(line: &KeyLine, response: &Response) -> MarkLine {
    let (awarded, reason) = judge(&line.key, line.maximum, response);
    MarkLine {
        question: line.question,
        item: line.item,
        awarded,
        maximum: line.maximum,
        reason,
    }
}

/// The mark of one answer; `None` for people.
fn judge(key: &Key, maximum: u32, response: &Response) -> (Option<u32>, Reason) {
    let (marks, reason) = match (key, response) {
        (_, response) if is_blank(response) => (0, Reason::Blank),
        (Key::SingleChoice { options, .. }, Response::Choice(chosen)) if chosen >= options => {
            (0, Reason::WrongForm)
        }
        (Key::SingleChoice { right, .. }, Response::Choice(chosen)) => whole(right.contains(chosen), maximum),
        (
            Key::MultipleResponse {
                right,
                options,
                proportional,
            },
            Response::Choices(chosen),
        ) => {
            if is_choice_list(chosen, *options) {
                multiple_response(right, chosen, *proportional, maximum)
            } else {
                (0, Reason::WrongForm)
            }
        }
        (Key::TrueFalse { right, steps }, Response::TrueFalse(marked)) if marked.len() == right.len() => {
            true_false(right, marked, steps)
        }
        (
            Key::Text {
                grid_columns,
                case_sensitive,
                accepted,
            },
            Response::Text(typed),
        ) => earned(
            short::text(typed, *grid_columns, *case_sensitive, accepted),
            maximum,
        ),
        (
            Key::Number {
                grid_columns,
                accepted,
            },
            Response::Text(typed),
        ) => earned(short::number(typed, *grid_columns, accepted), maximum),
        (Key::People, Response::Text(_)) => return (None, Reason::ForPeople),
        _ => (0, Reason::WrongForm),
    };
    (Some(marks), reason)
}

fn is_blank(response: &Response) -> bool {
    match response {
        Response::Blank => true,
        Response::Choice(_) => false,
        Response::Choices(chosen) => chosen.is_empty(),
        Response::TrueFalse(marked) => marked.iter().all(Option::is_none),
        Response::Text(typed) => typed.trim().is_empty(),
    }
}

/// Rising, without repeats, and all of them options that there are.
fn is_choice_list(chosen: &[u8], options: u8) -> bool {
    chosen.is_sorted_by(|a, b| a < b) && chosen.iter().all(|option| *option < options)
}

fn whole(right: bool, maximum: u32) -> (u32, Reason) {
    if right {
        (maximum, Reason::Right)
    } else {
        (0, Reason::Wrong)
    }
}

fn multiple_response(right: &[u8], chosen: &[u8], proportional: bool, maximum: u32) -> (u32, Reason) {
    if right == chosen {
        return (maximum, Reason::Right);
    }
    let hits = count(chosen.iter().filter(|option| right.contains(option)).count());
    let (misses, all) = (count(chosen.len()) - hits, count(right.len()));
    if hits == 0 {
        return (0, Reason::Wrong);
    }
    let net = if proportional {
        hits.saturating_sub(misses)
    } else {
        0
    };
    (
        portion(maximum, net.into(), all.into()),
        Reason::Partly {
            right: hits,
            wrong: misses,
            of: all,
        },
    )
}

fn true_false(right: &[bool], marked: &[Option<bool>], steps: &[u32]) -> (u32, Reason) {
    let hits = right
        .iter()
        .zip(marked)
        .filter(|(truth, mark)| **mark == Some(**truth))
        .count();
    let marks = steps.get(hits).copied().unwrap_or(0);
    let reason = match hits {
        0 => Reason::Wrong,
        all if all == right.len() => Reason::Right,
        some => Reason::Partly {
            right: count(some),
            wrong: 0,
            of: count(right.len()),
        },
    };
    (marks, reason)
}

/// Marks of a short answer from the share that it earns; `None` is the wrong form.
fn earned(share: Option<u16>, maximum: u32) -> (u32, Reason) {
    match share {
        None => (0, Reason::WrongForm),
        Some(0) => (0, Reason::Wrong),
        Some(crate::item::WHOLE) => (maximum, Reason::Right),
        Some(share) => (
            portion(maximum, share.into(), crate::item::WHOLE.into()),
            Reason::PartlyAccepted,
        ),
    }
}

fn count(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
