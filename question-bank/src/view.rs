//! A candidate's paper as JSON, for people and scripts that look at a preview. The wire has its own form (CBOR).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exam_protocol::paper::{CandidatePaper, Entry, Question, QuestionKind};
use serde_json::{Value, json};

/// The paper; marks in hundredths, pictures as `data:` addresses in the order of `media:N`.
pub fn paper(paper: &CandidatePaper) -> Value {
    let sections = paper.sections.iter().map(|section| {
        json!({ "title": section.title, "questions": section.questions.iter().map(question).collect::<Vec<_>>() })
    });
    let media = paper
        .media
        .iter()
        .map(|m| format!("data:{};base64,{}", m.content_type, STANDARD.encode(&m.data.0)));
    json!({
        "title": paper.title,
        "subject": paper.subject,
        "form_code": paper.form_code,
        "minutes": paper.duration.0 / 60_000,
        "sections": sections.collect::<Vec<_>>(),
        "media": media.collect::<Vec<_>>(),
    })
}

fn question(question: &Question) -> Value {
    let kind = match &question.kind {
        QuestionKind::SingleChoice { options } => json!({ "single_choice": options }),
        QuestionKind::MultipleResponse { options } => json!({ "multiple_response": options }),
        QuestionKind::TrueFalseGroup { statements } => json!({ "true_false_group": statements }),
        QuestionKind::ShortAnswer { entry } => json!({ "short_answer": entry_view(entry) }),
        QuestionKind::Essay { max_characters } => json!({ "essay": { "max_characters": max_characters } }),
    };
    json!({ "number": question.number, "marks": question.marks, "stem": question.stem, "kind": kind })
}

fn entry_view(entry: &Entry) -> Value {
    match entry {
        Entry::Text { max_characters } => json!({ "text": max_characters }),
        Entry::Grid { columns } => json!({ "grid": columns }),
        Entry::Number => json!("number"),
    }
}
