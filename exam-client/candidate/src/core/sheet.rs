//! The candidate's answers as they stand on the page, question by question. Must not know what is right, or what is saved.

use crate::core::entry;
use exam_protocol::answer::{Answer, Response};
use exam_protocol::paper::{Question, QuestionKind};
use exam_protocol::time::Millis;
use std::collections::BTreeMap;

/// One question's answer and flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The answer.
    pub response: Response,
    /// Flagged for another look.
    pub flagged: bool,
}

impl Default for Mark {
    fn default() -> Self {
        Self {
            response: Response::Blank,
            flagged: false,
        }
    }
}

/// How far a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Nothing.
    Blank,
    /// Begun: a statement without a mark, a number half typed.
    Partly,
    /// Wholly.
    Answered,
}

/// Changes that are typed but not yet a line of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Draft {
    since: Millis,
    touched: Millis,
}

/// All answers of an attempt, by question number.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    marks: BTreeMap<u16, Mark>,
    drafts: BTreeMap<u16, Draft>,
}

/// Typing that rests this long becomes a line of the journal.
const REST: i64 = 1_500;
/// Typing that does not rest becomes a line at least this often.
const LONGEST_DRAFT: i64 = 10_000;
/// Most bytes of a text, so that a line fits a frame ([`exam_protocol::frame::MAX_SEAT_FRAME`]).
pub const LONGEST_TEXT: usize = 56 * 1024;

impl Sheet {
    /// Answer and flag of a question.
    pub fn mark(&self, question: u16) -> Mark {
        self.marks.get(&question).cloned().unwrap_or_default()
    }

    /// Sets what a line of the journal says. Typing that is not yet a line stays.
    pub fn load(&mut self, question: u16, mark: Mark) {
        if !self.drafts.contains_key(&question) {
            self.marks.insert(question, mark);
        }
    }

    /// A finished answer; says whether anything changed.
    pub fn answer(&mut self, question: u16, response: Response) -> bool {
        let mark = self.marks.entry(question).or_default();
        let response = tidy(response);
        let changed = mark.response != response;
        mark.response = response;
        changed
    }

    /// Text under way; it becomes a line when it rests.
    pub fn draft(&mut self, question: u16, text: &str, now: Millis) {
        if self.answer(question, Response::Text(text.to_owned())) {
            let draft = self.drafts.entry(question).or_insert(Draft {
                since: now,
                touched: now,
            });
            draft.touched = now;
        }
    }

    /// Turns the flag of a question over.
    pub fn flip_flag(&mut self, question: u16) {
        let mark = self.marks.entry(question).or_default();
        mark.flagged = !mark.flagged;
    }

    /// How many questions have text that is not yet a line.
    pub fn drafts(&self) -> usize {
        self.drafts.len()
    }

    /// Takes the drafts that have rested long enough by now.
    pub fn take_rested(&mut self, now: Millis) -> Vec<u16> {
        let rested =
            |draft: &Draft| now.0 - draft.touched.0 >= REST || now.0 - draft.since.0 >= LONGEST_DRAFT;
        self.take_drafts(|_, draft| rested(draft))
    }

    /// Takes the draft of one question.
    pub fn take_draft(&mut self, question: u16) -> bool {
        self.drafts.remove(&question).is_some()
    }

    /// Takes all drafts.
    pub fn take_all_drafts(&mut self) -> Vec<u16> {
        self.take_drafts(|_, _| true)
    }

    fn take_drafts(&mut self, wanted: impl Fn(u16, &Draft) -> bool) -> Vec<u16> {
        let (taken, left) = std::mem::take(&mut self.drafts)
            .into_iter()
            .partition(|(q, draft)| wanted(*q, draft));
        self.drafts = left;
        BTreeMap::into_keys(taken).collect()
    }

    /// All answers that are not blank, by question number, rising.
    pub fn answers(&self) -> Vec<Answer> {
        let given = self
            .marks
            .iter()
            .filter(|(_, mark)| mark.response != Response::Blank);
        given
            .map(|(question, mark)| Answer {
                question: *question,
                response: mark.response.clone(),
            })
            .collect()
    }
}

/// One form for each answer: what says nothing is `Blank`, options rise without repeats, text fits a frame.
fn tidy(response: Response) -> Response {
    match response {
        Response::Choices(mut chosen) => {
            chosen.sort_unstable();
            chosen.dedup();
            if chosen.is_empty() {
                Response::Blank
            } else {
                Response::Choices(chosen)
            }
        }
        Response::TrueFalse(marks) if marks.iter().all(Option::is_none) => Response::Blank,
        Response::Text(text) if text.trim().is_empty() => Response::Blank,
        Response::Text(text) if text.len() > LONGEST_TEXT => {
            Response::Text(text[..text.floor_char_boundary(LONGEST_TEXT)].to_owned())
        }
        other => other,
    }
}

/// How far this answer answers this question.
pub fn progress(question: &Question, response: &Response) -> Progress {
    let whole = match (&question.kind, response) {
        (_, Response::Blank) => return Progress::Blank,
        (QuestionKind::TrueFalseGroup { statements }, Response::TrueFalse(marks)) => {
            marks.len() == statements.len() && marks.iter().all(Option::is_some)
        }
        (QuestionKind::ShortAnswer { entry }, Response::Text(text)) => entry::is_well_formed(entry, text),
        _ => true,
    };
    if whole {
        Progress::Answered
    } else {
        Progress::Partly
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::paper::Entry;

    fn question(kind: QuestionKind) -> Question {
        Question {
            number: 1,
            stem: String::new(),
            kind,
            marks: 100,
        }
    }

    #[test]
    fn what_says_nothing_is_blank() {
        let mut sheet = Sheet::default();
        sheet.answer(1, Response::Choices(vec![]));
        sheet.answer(2, Response::TrueFalse(vec![None, None]));
        sheet.answer(3, Response::Text("  ".into()));
        sheet.answer(4, Response::Choices(vec![2, 0, 2]));
        assert_eq!(
            sheet.answers(),
            [Answer {
                question: 4,
                response: Response::Choices(vec![0, 2])
            }]
        );
    }

    #[test]
    fn typing_becomes_a_line_when_it_rests_or_goes_on_for_long() {
        let mut sheet = Sheet::default();
        sheet.draft(1, "a", Millis(0));
        assert!(sheet.take_rested(Millis(1_000)).is_empty());
        assert_eq!(sheet.take_rested(Millis(1_500)), [1]);
        for at in 0..10 {
            sheet.draft(1, &at.to_string(), Millis(2_000 + at * 1_000));
            assert!(sheet.take_rested(Millis(2_000 + at * 1_000)).is_empty());
        }
        assert_eq!(sheet.take_rested(Millis(12_000)), [1]);
        assert_eq!(sheet.drafts(), 0);
    }

    #[test]
    fn the_server_never_overwrites_what_is_being_typed() {
        let mut sheet = Sheet::default();
        sheet.draft(1, "mine", Millis(0));
        sheet.load(1, Mark::default());
        assert_eq!(sheet.mark(1).response, Response::Text("mine".into()));
    }

    #[test]
    fn half_answered_questions_are_told() {
        let group = question(QuestionKind::TrueFalseGroup {
            statements: vec![String::new(); 2],
        });
        assert_eq!(
            progress(&group, &Response::TrueFalse(vec![Some(true), None])),
            Progress::Partly
        );
        assert_eq!(
            progress(&group, &Response::TrueFalse(vec![Some(true), Some(false)])),
            Progress::Answered
        );
        let grid = question(QuestionKind::ShortAnswer {
            entry: Entry::Grid { columns: 4 },
        });
        assert_eq!(progress(&grid, &Response::Text("1,".into())), Progress::Partly);
        assert_eq!(progress(&grid, &Response::Blank), Progress::Blank);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let mut sheet = Sheet::default();
        sheet.answer(1, Response::Text("ắ".repeat(LONGEST_TEXT)));
        let Response::Text(text) = sheet.mark(1).response else {
            panic!("text")
        };
        assert!(text.len() <= LONGEST_TEXT && text.chars().all(|c| c == 'ắ'));
    }
}
