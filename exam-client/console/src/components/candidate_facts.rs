//! What is known of one candidate: admission with its officials and reason, verdicts, seat, work.

use crate::api;
use crate::components::verdict_list::VerdictList;
use crate::core::board;
use crate::core::clock;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::console::{Admission, CandidateRow};
use leptos::prelude::*;

/// Work on the left, admission on the right.
#[component]
pub fn CandidateFacts(
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let admission = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.admission.clone())));
    view! {
        <div class="facts">
            <WorkFacts row/>
            {move || view! { <AdmissionFacts admission=admission.get()/> }}
        </div>
    }
}

/// Form, answers, connection, credits, mark.
#[component]
fn WorkFacts(
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let lines = move || {
        let language = console.lang();
        row.get().map(|row| {
            let (questions, state) = room.board.with(|board| (board.questions, board.room.state));
            let (_, icon, link) = words::link(language, board::link(&row, room.now()));
            let none = texts::candidate::none(language).to_owned();
            let minutes = row.credits.0 / 60_000;
            [
                (
                    texts::table::birth(language),
                    clock::written_date(&row.birth_date),
                ),
                (
                    texts::table::progress(language),
                    words::progress(language, row.progress, state).1.to_owned(),
                ),
                (texts::candidate::form(language), row.form_code.clone()),
                (
                    texts::candidate::answered(language),
                    texts::candidate::of_questions(language, row.answered, questions),
                ),
                (texts::candidate::link(language), format!("{icon} {link}")),
                (
                    texts::candidate::credits(language),
                    if minutes == 0 {
                        none.clone()
                    } else {
                        texts::table::extra(language, minutes)
                    },
                ),
                (texts::candidate::seats(language), row.epoch.to_string()),
                (
                    texts::candidate::mark(language),
                    row.mark.map_or(none, |mark| words::mark(language, mark)),
                ),
            ]
        })
    };
    let line = |(name, value): (&'static str, String)| view! { <dt>{name}</dt><dd>{value}</dd> };
    let voided = move || {
        let reason = row.with(|row| row.as_ref().and_then(|row| row.voided.clone()))?;
        Some(view! { <dt>{texts::table::voided(console.lang())}</dt><dd class="tone-bad">{reason}</dd> })
    };
    view! { <dl>{move || lines().map(|lines| lines.into_iter().map(line).collect_view())}{voided}</dl> }
}

/// How, when and by whom the candidate was let in.
#[component]
fn AdmissionFacts(
    /// The admission.
    admission: Option<Admission>,
) -> impl IntoView {
    let console = Console::here();
    match admission {
        None => {
            view! { <p class="note">{move || texts::candidate::not_admitted(console.lang())}</p> }.into_any()
        }
        Some(admission) => view! { <Admitted admission/> }.into_any(),
    }
}

/// The admission's record.
#[component]
fn Admitted(
    /// The admission.
    admission: Admission,
) -> impl IntoView {
    let console = Console::here();
    let portrait = admission.checkin.filter(|_| admission.rule.is_some()).map(|id| view! {
        <img class="portrait" src=api::portrait_path(id) alt=move || texts::desk::portrait(console.lang()) />
    });
    let verdicts = admission
        .verdicts
        .clone()
        .map(|verdicts| view! { <VerdictList verdicts/> });
    let lines = move || {
        let language = console.lang();
        let mut lines = vec![
            (
                texts::candidate::rule(language),
                words::route(language, &admission).to_owned(),
            ),
            (texts::candidate::at(language), clock::time_of_day(admission.at)),
            (texts::candidate::by(language), admission.by.clone()),
        ];
        lines.extend(
            admission
                .second
                .clone()
                .map(|second| (texts::candidate::second(language), second)),
        );
        lines.extend(
            (!admission.reason.is_empty())
                .then(|| (texts::candidate::reason(language), admission.reason.clone())),
        );
        lines
            .into_iter()
            .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
            .collect_view()
    };
    view! {
        <section class="admission" data-testid="admission">
            <h3>{move || texts::candidate::admission(console.lang())}</h3>
            <div class="faces">{portrait}<dl>{lines}</dl></div>
            {verdicts}
        </section>
    }
}
