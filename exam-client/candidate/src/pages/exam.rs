//! The paper: one question at a time, the list of all questions, and the way to hand in.

use crate::components::question::QuestionView;
use crate::components::question_list::QuestionList;
use crate::components::say::{either, piece, say, value, whether};
use crate::components::{shortcuts, watermark::Watermark};
use crate::core::session::Session;
use crate::desk::Desk;
use crate::texts::exam;
use exam_protocol::paper::{CandidatePaper, Question};
use leptos::prelude::*;
use std::sync::Arc;

/// The page.
#[component]
pub fn Exam() -> impl IntoView {
    let desk = Desk::of_page();
    desk.peek(Session::paper)
        .flatten()
        .map(|paper| view! { <Paper paper=paper/> })
}

/// An open paper.
#[component]
fn Paper(paper: Arc<CandidatePaper>) -> impl IntoView {
    let desk = Desk::of_page();
    let count = paper.questions().count();
    let shown = paper.clone();
    let current = Memo::new(move |_| shown.questions().nth(desk.place.get().index()).cloned());
    let titles = paper.clone();
    let question = piece(move || {
        let shown = current.get().map(|question| {
            let section = section_of(&titles, question.number);
            view! { <QuestionView question=question section=section count=count/> }
        });
        shown.into_any()
    });
    shortcuts::listen(desk, current);
    view! {
        <div class="exam" data-testid="page-exam">
            <div class="exam-main">
                <Watermark/>
                <div class="exam-scroll">{question}</div>
                <Controls current=current/>
            </div>
            <aside class="exam-side">
                <QuestionList paper=paper/>
                <button type="button" class="button primary large" id="hand-in" on:click=move |_| desk.reviewing.set(true)>
                    {say(exam::hand_in)}
                </button>
            </aside>
        </div>
    }
}

fn section_of(paper: &CandidatePaper, number: u16) -> String {
    let holds = |questions: &[Question]| questions.iter().any(|question| question.number == number);
    let section = paper.sections.iter().find(|section| holds(&section.questions));
    section.map(|section| section.title.clone()).unwrap_or_default()
}

/// Previous, flag, next.
#[component]
fn Controls(current: Memo<Option<Question>>) -> impl IntoView {
    let desk = Desk::of_page();
    let number = move || current.get().map_or(0, |question| question.number);
    let flagged = Memo::new(move |_| desk.mark(number()).flagged);
    let flip = move |_| desk.act(|session, now| session.flip_flag(number(), now));
    let place = move || desk.place.get();
    view! {
        <div class="controls">
            <button type="button" class="button" id="previous" disabled=whether(move || place().is_first())
                on:click=move |_| desk.go(desk.place.get_untracked().previous())>
                "← " {say(exam::previous)}
            </button>
            <button type="button" class="button flag" id="flag" class:flagged=flagged
                aria-pressed=value(move || flagged.get().to_string()) on:click=flip>
                <i class="flag-sign" aria-hidden="true"></i>
                {either(move || flagged.get(), [exam::flagged, exam::flag])}
            </button>
            <span class="hint keys">{say(exam::keys_hint)}</span>
            <button type="button" class="button" id="next" disabled=whether(move || place().is_last())
                on:click=move |_| desk.go(desk.place.get_untracked().next())>
                {say(exam::next)} " →"
            </button>
        </div>
    }
}
