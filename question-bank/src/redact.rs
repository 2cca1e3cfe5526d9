//! A paper as a candidate sees it. This is the only place where keys are dropped: the output type has no field that
//! could hold one, and nothing but stems, options and statements is copied.

use crate::form::{Form, FormQuestion};
use crate::item::{Choices, EntryForm, ItemKind};
use crate::paper::{Paper, PaperQuestion};
use exam_protocol::paper::{CandidatePaper, Entry, Media, Question, QuestionKind, Section};

/// The paper in the order of `form`, which must have been made of it.
pub fn candidate_paper(paper: &Paper, form: &Form) -> CandidatePaper {
    let mut number = 0;
    let sections = (paper.sections().iter().zip(&form.sections))
        .map(|(section, order)| Section {
            title: section.title.clone(),
            questions: (order.iter())
                .map(|place| {
                    number += 1;
                    question(number, &section.questions[place.index], place, paper)
                })
                .collect(),
        })
        .collect();
    CandidatePaper {
        title: paper.head().title.clone(),
        subject: paper.head().subject.clone(),
        form_code: form.code.clone(),
        duration: paper.head().duration,
        sections,
        media: (paper.media().iter())
            .map(|picture| Media {
                content_type: picture.content_type.clone(),
                data: picture.data.clone(),
            })
            .collect(),
    }
}

fn question(number: u16, question: &PaperQuestion, place: &FormQuestion, paper: &Paper) -> Question {
    let in_order = |texts: Vec<&str>| {
        place
            .order
            .iter()
            .map(|from| texts[usize::from(*from)].to_owned())
            .collect()
    };
    let kind = match &question.kind {
        ItemKind::SingleChoice(choices) => QuestionKind::SingleChoice {
            options: in_order(texts_of(choices)),
        },
        ItemKind::MultipleResponse(choices) => QuestionKind::MultipleResponse {
            options: in_order(texts_of(choices)),
        },
        ItemKind::TrueFalseGroup(group) => QuestionKind::TrueFalseGroup {
            statements: in_order(
                group
                    .statements
                    .iter()
                    .map(|statement| statement.text.as_str())
                    .collect(),
            ),
        },
        ItemKind::ShortAnswer(answer) => QuestionKind::ShortAnswer {
            entry: entry(answer.entry),
        },
        ItemKind::Essay => QuestionKind::Essay {
            max_characters: paper.scheme().essay_characters,
        },
    };
    Question {
        number,
        stem: question.stem.as_str().to_owned(),
        kind,
        marks: question.marks,
    }
}

/// The options' texts without what tells right from wrong.
fn texts_of(choices: &Choices) -> Vec<&str> {
    choices
        .options
        .iter()
        .map(|option| option.text.as_str())
        .collect()
}

fn entry(form: Option<EntryForm>) -> Entry {
    match form.expect("a paper says the entry of every short answer") {
        EntryForm::Text(max_characters) => Entry::Text { max_characters },
        EntryForm::Grid(columns) => Entry::Grid { columns },
        EntryForm::Number => Entry::Number,
    }
}
