//! All questions at a glance: where am I, what is open, what is flagged. States differ by shape, not by colour alone.

use crate::components::say::{said, say, tell, value, whether};
use crate::core::sheet::{Progress, progress};
use crate::desk::Desk;
use crate::texts::exam;
use exam_browser::language::Language;
use exam_protocol::paper::{CandidatePaper, Question};
use leptos::prelude::*;
use std::sync::Arc;

/// The list of questions.
#[expect(clippy::needless_pass_by_value, reason = "properties are owned")]
#[component]
pub fn QuestionList(
    /// The paper.
    paper: Arc<CandidatePaper>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let count = paper.questions().count();
    let answered = Memo::new(move |_| {
        desk.read(|session| session.summary().answered())
            .unwrap_or_default()
    });
    let mut index = 0;
    let sections = paper.sections.iter().map(|section| {
        let first = index;
        index += section.questions.len();
        let cells = section.questions.iter().enumerate();
        let cells = cells.map(|(offset, question)| view! { <Cell index=first + offset question=question.clone()/> });
        view! {
            {(!section.title.is_empty()).then(|| view! { <h3 class="list-section">{section.title.clone()}</h3> })}
            <div class="cells">{cells.collect_view()}</div>
        }
    });
    view! {
        <nav class="list" aria-label=said(exam::list_title) data-testid="question-list">
            <p class="list-count" data-testid="answered-count">
                {tell(move |language| exam::answered_count(language, answered.get(), count))}
            </p>
            {sections.collect_view()}
        </nav>
        <Legend/>
    }
}

/// One question's button.
#[component]
fn Cell(index: usize, question: Question) -> impl IntoView {
    let desk = Desk::of_page();
    let number = question.number;
    let state = Memo::new(move |_| {
        let mark = desk.mark(number);
        (progress(&question, &mark.response), mark.flagged)
    });
    let here = move || desk.place.get().index() == index;
    view! {
        <button type="button" class="cell" data-testid="cell" data-number=number.to_string()
            class:here=whether(here)
            class:answered=whether(move || state.get().0 == Progress::Answered)
            class:partly=whether(move || state.get().0 == Progress::Partly)
            class:flagged=whether(move || state.get().1)
            data-state=value(move || state_name(state.get().0).to_owned())
            aria-current=value(move || here().to_string())
            aria-label=value(move || told(number, state.get(), desk.language.get()))
            on:click=move |_| desk.go(desk.place.get_untracked().go(index))>{number.to_string()}</button>
    }
}

fn state_name(progress: Progress) -> &'static str {
    match progress {
        Progress::Blank => "blank",
        Progress::Partly => "partly",
        Progress::Answered => "answered",
    }
}

fn state_text(progress: Progress, language: Language) -> &'static str {
    match progress {
        Progress::Blank => exam::state_blank(language),
        Progress::Partly => exam::state_partly(language),
        Progress::Answered => exam::state_answered(language),
    }
}

fn told(number: u16, (progress, flagged): (Progress, bool), language: Language) -> String {
    let flag = if flagged {
        format!(", {}", exam::state_flagged(language))
    } else {
        String::new()
    };
    format!(
        "{}, {}{flag}",
        exam::question(language, number),
        state_text(progress, language)
    )
}

/// What the signs mean.
#[component]
fn Legend() -> impl IntoView {
    let sign = move |class: &'static str, text: fn(Language) -> &'static str| {
        view! { <li><i class=format!("cell sample {class}")></i>{say(text)}</li> }
    };
    view! {
        <ul class="legend" aria-hidden="true">
            {sign("answered", exam::state_answered)}
            {sign("partly", exam::state_partly)}
            {sign("", exam::state_blank)}
            {sign("flagged", exam::state_flagged)}
        </ul>
    }
}
