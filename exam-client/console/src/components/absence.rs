//! Leaving the room and coming back: who is outside, and the two notes for one candidate. The server says whether the card was
//! read again.

use crate::api;
use crate::components::problem_note::ProblemNote;
use crate::core::action;
use crate::core::clock;
use crate::room::{Dialog, Room};
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_browser::fetch::Failure;
use exam_protocol::absence::{Absence, AbsenceRequest, Why};
use exam_protocol::console::{CandidateRow, Progress, RoomState};
use exam_protocol::id::AttemptId;
use exam_protocol::right::Permission;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Who is outside now, above the table; nothing while nobody is.
#[component]
pub fn OutsideList() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let outside = Memo::new(move |_| {
        room.board.with(|board| {
            let out = board.candidates.iter().filter_map(|row| {
                let absence = row.absence.as_ref().filter(|absence| absence.back_at.is_none())?;
                Some((row.attempt, row.seat.clone(), row.name.clone(), absence.clone()))
            });
            out.collect::<Vec<_>>()
        })
    });
    let one = move |(attempt, seat, name, absence): (AttemptId, String, String, Absence)| {
        let said = move || words::absence::outside(console.lang(), &absence);
        view! {
            <li><button type="button" class="name" data-testid="outside"
                on:click=move |_| room.dialog.set(Some(Dialog::Candidate(attempt, None)))>{seat}" · "{name}</button>" "{said}</li>
        }
    };
    view! {
        <Show when=move || outside.with(|list| !list.is_empty())>
            <section class="note tone-warn outside" data-testid="outside-list">
                <h2>{move || texts::absence::outside_now(console.lang())}</h2>
                <ul>{move || outside.get().into_iter().map(one).collect_view()}</ul>
            </section>
        </Show>
    }
}

/// What is being written down for one candidate.
#[derive(Clone, Copy)]
struct Form {
    console: Console,
    room: Room,
    attempt: AttemptId,
    why: RwSignal<Why>,
    reason: RwSignal<String>,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Failure>>,
}

/// The section of the candidate's dialog.
#[component]
pub fn AbsenceSection(
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
    /// Whose.
    attempt: AttemptId,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let form = Form {
        console,
        room,
        attempt,
        why: RwSignal::new(Why::Toilet),
        reason: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        problem: RwSignal::new(None),
    };
    let absence = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.absence.clone())));
    let is_out = Memo::new(move |_| {
        absence.with(|absence| absence.as_ref().is_some_and(|absence| absence.back_at.is_none()))
    });
    let may = Memo::new(move |_| {
        room.board.with(|board| {
            board.room.may.contains(&Permission::CheckIn)
                && matches!(
                    board.room.state,
                    RoomState::Open | RoomState::Running | RoomState::Paused
                )
        })
    });
    let inside = Memo::new(move |_| {
        row.with(|row| {
            row.as_ref().is_some_and(|row| {
                matches!(
                    row.progress,
                    Progress::Admitted | Progress::Seated | Progress::Working
                )
            })
        })
    });
    let last = move || {
        absence.get().map(|absence| {
            view! { <p data-testid="absence">{words::absence::told(console.lang(), &absence)}</p> }
        })
    };
    view! {
        <Show when=move || absence.with(Option::is_some) || (may.get() && inside.get())>
            <section class="absence" data-testid="absence-section">
                <h3>{move || texts::absence::heading(console.lang())}</h3>
                {last}
                <Show when=move || may.get() && is_out.get()><Back form/></Show>
                <Show when=move || may.get() && inside.get() && !is_out.get()><Leave form/></Show>
                <ProblemNote problem=form.problem/>
            </section>
        </Show>
    }
}

/// Leaves: why.
#[component]
fn Leave(
    /// What is typed.
    form: Form,
) -> impl IntoView {
    let console = form.console;
    let choice = move |why: Why| {
        view! {
            <label class="inline"><input type="radio" name="why" data-testid=format!("why-{}", why.name())
                prop:checked=move || form.why.get() == why on:change=move |_| form.why.set(why)/>
                {move || words::absence::why(console.lang(), why)}</label>
        }
    };
    let wanting = move || {
        form.busy.get()
            || (form.why.get() == Why::Other && form.reason.with(|reason| action::reason(reason).is_none()))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (why, reason) = (
            form.why.get_untracked(),
            form.reason.get_untracked().trim().to_owned(),
        );
        form.send(AbsenceRequest::Leave { why, reason });
    };
    view! {
        <form on:submit=submit>
            <fieldset class="buttons"><legend class="small">{move || texts::absence::why(console.lang())}</legend>
                {Why::ALL.map(choice).collect_view()}</fieldset>
            <Show when=move || form.why.get() == Why::Other><ReasonLine form/></Show>
            <button type="submit" data-testid="absence-leave" prop:disabled=wanting>{move || texts::absence::leave(console.lang())}</button>
        </form>
    }
}

/// Back: the card was read again, or why not.
#[component]
fn Back(
    /// What is typed.
    form: Form,
) -> impl IntoView {
    let console = form.console;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = form.reason.get_untracked().trim().to_owned();
        form.send(AbsenceRequest::Back { reason });
    };
    view! {
        <form on:submit=submit>
            <p class="note tone-warn">{move || texts::absence::back_hint(console.lang())}</p>
            <ReasonLine form/>
            <button type="submit" class="primary" data-testid="absence-back" prop:disabled=form.busy>{move || texts::absence::back(console.lang())}</button>
        </form>
    }
}

/// A reason, where one is needed.
#[component]
fn ReasonLine(
    /// What is typed.
    form: Form,
) -> impl IntoView {
    let console = form.console;
    view! {
        <label>{move || texts::action::reason(console.lang())}
            <textarea data-testid="absence-reason" rows="2" placeholder=move || texts::app::reason_hint(console.lang())
                prop:value=form.reason on:input=move |event| form.reason.set(event_target_value(&event))></textarea></label>
    }
}

impl Form {
    fn send(self, request: AbsenceRequest) {
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = self
                .console
                .ask(async || api::absence(self.attempt, &request).await)
                .await;
            if self.busy.is_disposed() {
                return;
            }
            self.busy.set(false);
            match answer {
                // The board brings the rest.
                Ok(()) => {
                    self.reason.set(String::new());
                    self.room.close_dialog();
                }
                Err(failure) => drop(self.problem.try_set(Some(failure))),
            }
        });
    }
}

/// In the table: outside since when, or that somebody was.
#[component]
pub fn AbsenceChip(
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let console = Console::here();
    move || {
        let left = row.with(|row| {
            let absence = row.as_ref()?.absence.as_ref()?;
            absence.back_at.is_none().then_some(absence.left_at)
        })?;
        let at = clock::time_of_day(left);
        Some(
            view! { <span class="chip tone-warn" data-testid="is-outside">{texts::absence::chip(console.lang(), &at[..5])}</span> },
        )
    }
}
