//! What headless candidates answer: something to every kind of question, different from candidate to candidate.

use exam_protocol::answer::Response;
use exam_protocol::paper::{CandidatePaper, Entry, QuestionKind};

/// An answer to each question of the paper.
pub(super) fn answers(paper: &CandidatePaper, candidate: usize) -> Vec<(u16, Response)> {
    paper
        .questions()
        .map(|question| {
            (
                question.number,
                answer(&question.kind, candidate + usize::from(question.number)),
            )
        })
        .collect()
}

fn answer(kind: &QuestionKind, turn: usize) -> Response {
    match kind {
        QuestionKind::SingleChoice { options } => Response::Choice(position(turn, options.len())),
        QuestionKind::MultipleResponse { options } => {
            let mut chosen = vec![position(turn, options.len()), position(turn + 1, options.len())];
            chosen.sort_unstable();
            Response::Choices(chosen)
        }
        QuestionKind::TrueFalseGroup { statements } => Response::TrueFalse(
            (0..statements.len())
                .map(|i| Some((turn + i).is_multiple_of(2)))
                .collect(),
        ),
        QuestionKind::ShortAnswer {
            entry: Entry::Grid { .. } | Entry::Number,
        } => Response::Text(format!("{},5", turn % 9)),
        QuestionKind::ShortAnswer {
            entry: Entry::Text { .. },
        } => Response::Text("hàm số".to_owned()),
        QuestionKind::Essay { .. } => Response::Text(format!(
            "Bài làm thứ {turn}: xét hàm số đã cho, ta có điều phải chứng minh."
        )),
    }
}

fn position(turn: usize, options: usize) -> u8 {
    u8::try_from(turn % options.max(1)).unwrap_or(0)
}
