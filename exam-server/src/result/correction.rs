//! Corrections of an answer key after closing: what they change in a key sheet, and in marks. Plain rules; the sheet that
//! was sealed before the exam stays as it is.

use exam_protocol::answer::{Answer, Response};
use exam_protocol::proposal::KeyCorrection;
use question_bank::item::WHOLE;
use question_bank::key::{Key, KeyLine, KeyRange, KeySheet, KeyText};
use question_bank::mark::{MarkSheet, Reason, mark};

/// Most characters of an accepted text.
const LONGEST_TEXT: usize = 100;

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Position of the item in the paper's source, from 0.
    pub item: u16,
    /// How.
    pub how: KeyCorrection,
}

/// The correction is of another kind than the question, or changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the correction does not fit the question")]
pub struct DoesNotFit;

/// Corrects one line.
///
/// # Errors
/// [`DoesNotFit`].
pub fn correct(line: &mut KeyLine, how: &KeyCorrection) -> Result<(), DoesNotFit> {
    match (&mut line.key, how) {
        (_, KeyCorrection::FullMarks) => Ok(()),
        (Key::SingleChoice { right, .. }, KeyCorrection::AcceptOption { option }) => {
            let shown = line
                .order
                .iter()
                .position(|from| from == option)
                .ok_or(DoesNotFit)?;
            let shown = u8::try_from(shown).map_err(|_| DoesNotFit)?;
            if right.contains(&shown) {
                return Err(DoesNotFit);
            }
            right.push(shown);
            right.sort_unstable();
            Ok(())
        }
        (Key::Text { accepted, .. }, KeyCorrection::AcceptText { text }) => {
            accepted.push(KeyText {
                text: literal(text),
                share: WHOLE,
            });
            counts(line, text)
        }
        (Key::Number { accepted, .. }, KeyCorrection::AcceptText { text }) => {
            let value = text.trim().replace(',', ".");
            accepted.push(KeyRange {
                low: value.clone(),
                high: value,
                share: WHOLE,
            });
            counts(line, text)
        }
        _ => Err(DoesNotFit),
    }
}

/// The text as itself, not as a pattern.
fn literal(text: &str) -> String {
    text.trim().replace('*', "\\*")
}

/// Whether what is now accepted would be counted as right by the marking itself.
fn counts(line: &KeyLine, text: &str) -> Result<(), DoesNotFit> {
    let length = text.trim().chars().count();
    let sheet = KeySheet {
        form_code: String::new(),
        lines: vec![line.clone()],
    };
    let answer = Answer {
        question: line.question,
        response: Response::Text(text.trim().to_owned()),
    };
    if (1..=LONGEST_TEXT).contains(&length) && mark(&sheet, &[answer]).total == line.maximum {
        Ok(())
    } else {
        Err(DoesNotFit)
    }
}

/// Corrects a sheet. Items that this form does not have, and corrections that change nothing in it, are passed over.
pub fn apply(sheet: &mut KeySheet, corrections: &[Correction]) {
    for correction in corrections {
        for line in sheet.lines.iter_mut().filter(|line| line.item == correction.item) {
            // What does not fit was refused when it was proposed; a twin of an earlier correction changes nothing.
            let _unchanged = correct(line, &correction.how);
        }
    }
}

/// Gives full marks where a correction gives them to everybody.
pub fn grant(marks: &mut MarkSheet, corrections: &[Correction]) {
    let full = |item| {
        let of_item = |one: &&Correction| one.item == item && one.how == KeyCorrection::FullMarks;
        corrections.iter().any(|one| of_item(&one))
    };
    for line in marks.lines.iter_mut().filter(|line| full(line.item)) {
        if line.awarded != Some(line.maximum) {
            line.awarded = Some(line.maximum);
            line.reason = Reason::ForEverybody;
        }
    }
    marks.total = marks.lines.iter().filter_map(|line| line.awarded).sum();
    let waiting = marks.lines.iter().filter(|line| line.awarded.is_none());
    marks.pending = waiting.map(|line| line.maximum).sum();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(key: Key) -> KeyLine {
        KeyLine {
            question: 1,
            item: 4,
            name: String::new(),
            maximum: 25,
            order: vec![2, 0, 3, 1],
            key,
        }
    }

    fn choice() -> KeyLine {
        line(Key::SingleChoice {
            right: vec![1],
            options: 4,
        })
    }

    fn total(line: &KeyLine, how: KeyCorrection, response: Response) -> u32 {
        let corrections = [Correction { item: 4, how }];
        let mut sheet = KeySheet {
            form_code: "0101".into(),
            lines: vec![line.clone()],
        };
        apply(&mut sheet, &corrections);
        let mut marks = mark(
            &sheet,
            &[Answer {
                question: 1,
                response,
            }],
        );
        grant(&mut marks, &corrections);
        marks.total
    }

    #[test]
    fn an_accepted_option_is_found_wherever_the_form_shows_it() {
        let also = || KeyCorrection::AcceptOption { option: 3 };
        assert_eq!(total(&choice(), also(), Response::Choice(2)), 25);
        assert_eq!(
            total(&choice(), also(), Response::Choice(1)),
            25,
            "the old answer stays right"
        );
        assert_eq!(total(&choice(), also(), Response::Choice(0)), 0);
        assert_eq!(
            correct(&mut choice(), &KeyCorrection::AcceptOption { option: 0 }),
            Err(DoesNotFit)
        );
        assert_eq!(
            correct(&mut choice(), &KeyCorrection::AcceptOption { option: 9 }),
            Err(DoesNotFit)
        );
        assert_eq!(
            correct(&mut choice(), &KeyCorrection::AcceptText { text: "B".into() }),
            Err(DoesNotFit)
        );
    }

    #[test]
    fn full_marks_are_for_everybody_and_say_so() {
        for response in [Response::Blank, Response::Choice(0), Response::Text("x".into())] {
            assert_eq!(total(&choice(), KeyCorrection::FullMarks, response), 25);
        }
        let people = line(Key::People);
        assert_eq!(
            total(
                &people,
                KeyCorrection::FullMarks,
                Response::Text("bài luận".into())
            ),
            25
        );
    }

    #[test]
    fn an_accepted_text_or_number_is_taken_as_it_would_be_typed() {
        let accepted = Vec::new();
        let mut number = line(Key::Number {
            grid_columns: 4,
            accepted,
        });
        let accept = |text: &str| KeyCorrection::AcceptText { text: text.into() };
        assert_eq!(total(&number, accept("12,5"), Response::Text("12,5".into())), 25);
        assert_eq!(correct(&mut number, &accept("mười hai")), Err(DoesNotFit));
        let text = line(Key::Text {
            grid_columns: 0,
            case_sensitive: false,
            accepted: Vec::new(),
        });
        assert_eq!(total(&text, accept("a*b"), Response::Text("A*B".into())), 25);
        assert_eq!(
            total(&text, accept("a*b"), Response::Text("aXXb".into())),
            0,
            "a star is a star"
        );
        assert_eq!(correct(&mut text.clone(), &accept("  ")), Err(DoesNotFit));
    }

    proptest! {
        #[test]
        fn no_correction_takes_marks_from_anybody(option in 0u8..5, answered in 0u8..5, full: bool) {
            let how = if full { KeyCorrection::FullMarks } else { KeyCorrection::AcceptOption { option } };
            let sheet = KeySheet { form_code: String::new(), lines: vec![choice()] };
            let before = mark(&sheet, &[Answer { question: 1, response: Response::Choice(answered) }]).total;
            prop_assert!(total(&choice(), how, Response::Choice(answered)) >= before);
        }
    }
}
