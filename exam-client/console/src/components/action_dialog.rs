//! Asks before a room action: what will happen, to how many, and why. The server decides.

use crate::api;
use crate::components::minutes_field::MinutesField;
use crate::components::modal::Modal;
use crate::components::problem_note::ProblemNote;
use crate::components::propose::Propose;
use crate::core::action::{self, ActionKind};
use crate::core::board::Tally;
use crate::core::clock;
use crate::room::Room;
use crate::state::{Console, is};
use crate::texts;
use crate::words;
use exam_browser::fetch::Failure;
use exam_protocol::console::{RoomAction, RoomActionRequest};
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::CriticalAct;
use exam_protocol::time::Millis;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is being typed and what came of it.
#[derive(Clone, Copy)]
struct Form {
    kind: ActionKind,
    minutes: RwSignal<String>,
    reason: RwSignal<String>,
    busy: RwSignal<bool>,
    missing: RwSignal<Option<Missing>>,
    problem: RwSignal<Option<Failure>>,
}

impl Form {
    /// Whether the server said that one person alone can't do this; tracks.
    fn needs_two(self) -> bool {
        self.problem
            .with(|problem| problem.as_ref().is_some_and(two_needed))
    }

    /// What a second person would be shown; tracks.
    fn proposal(self, room: RoomId) -> Option<(CriticalAct, String)> {
        let minutes = match self.kind {
            ActionKind::AddTime => clock::minutes_to_add(&self.minutes.get())?,
            _ => 0,
        };
        Some((
            self.kind.critical(room, minutes)?,
            action::reason(&self.reason.get())?,
        ))
    }
}

/// Whether the server said that one person alone can't do something.
pub fn two_needed(failure: &Failure) -> bool {
    is(failure, ProblemCode::ProposalNeeded)
}

/// What has to be filled in first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Minutes,
    Reason,
}

/// Confirmation of a room action.
#[component]
pub fn ActionDialog(
    /// Which.
    kind: ActionKind,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let form = Form {
        kind,
        minutes: RwSignal::new("5".to_owned()),
        reason: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        missing: RwSignal::new(None),
        problem: RwSignal::new(None),
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submit(console, room, form);
    };
    // The cursor is in the first field or on the way out, never on the button that acts: a scanner may type here.
    let asks = untrack(|| kind.wants_reason(remaining(room)));
    let missing = move || {
        form.missing.get().map(|missing| match missing {
            Missing::Minutes => texts::action::minutes_wrong(console.lang()),
            Missing::Reason => texts::action::reason_missing(console.lang()),
        })
    };
    let needs_two = Memo::new(move |_| form.needs_two());
    let label = move || {
        if form.busy.get() {
            texts::action::sending(console.lang())
        } else {
            words::action(console.lang(), kind)
        }
    };
    view! {
        <Modal title=Signal::derive(move || words::question(console.lang(), kind).to_owned()) name="action-dialog"
            scanner=true on_close=Callback::new(move |()| room.close_dialog())>
            <form on:submit=submit>
                <Effects kind/>
                <Show when=move || kind == ActionKind::AddTime><MinutesField minutes=form.minutes/></Show>
                <Show when=move || kind.wants_reason(remaining(room))><ReasonField reason=form.reason/></Show>
                <p role="alert">{move || missing().map(|text| view! { <span class="note tone-bad" data-testid="missing">{text}</span> })}</p>
                <ProblemNote problem=form.problem/>
                <Show when=move || needs_two.get()>
                    <Show when=move || !kind.wants_reason(remaining(room))><ReasonField reason=form.reason/></Show>
                    <Propose what=Signal::derive(move || form.proposal(room.id))/>
                </Show>
                <div class="buttons end">
                    <button type="button" autofocus=!asks on:click=move |_| room.close_dialog()>{move || texts::app::cancel(console.lang())}</button>
                    <button type="submit" class=if kind.is_final() { "danger" } else { "primary" } data-testid="confirm"
                        prop:disabled=form.busy>{label}</button>
                </div>
            </form>
        </Modal>
    }
}

/// Time left in the room; tracks.
fn remaining(room: Room) -> Millis {
    room.board.with(|board| clock::remaining(board, room.now()))
}

/// What will happen, and what to think of.
#[component]
fn Effects(
    /// Which action.
    kind: ActionKind,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let concerned = Memo::new(move |_| action::concerned(kind, room.board.with(Tally::of)));
    let beware = move || words::beware(console.lang(), kind, concerned.get(), remaining(room));
    let planned = Memo::new(move |_| room.board.with(|board| board.room.starts_at));
    view! {
        <p data-testid="effect">{move || words::effect(console.lang(), kind, concerned.get())}</p>
        <Show when=move || kind == ActionKind::Open>
            <p data-testid="planned">{move || texts::ask::open_plan(console.lang(), clock::date_and_time(planned.get()))}</p>
            {move || action::off_plan(planned.get(), room.now()).map(|off| view! {
                <p class="note tone-bad" role="alert" data-testid="off-plan">"⚠ "{words::plan::off_plan(console.lang(), off)}</p>
            })}
        </Show>
        {move || beware().map(|text| view! { <p class="note tone-warn" data-testid="beware">"⚠ "{text}</p> })}
    }
}

/// Why.
#[component]
pub fn ReasonField(
    /// What is typed.
    reason: RwSignal<String>,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <label>{move || texts::action::reason(console.lang())}" ("{move || texts::app::needed(console.lang())}")"
            <textarea data-testid="reason" autofocus rows="2" placeholder=move || texts::action::reason_hint(console.lang()) prop:value=reason
                on:input=move |event| reason.set(event_target_value(&event))></textarea></label>
    }
}

fn submit(console: Console, room: Room, form: Form) {
    let reason = action::reason(&form.reason.get_untracked());
    let minutes = clock::minutes_to_add(&form.minutes.get_untracked());
    let wants_reason = form.kind.wants_reason(untrack(|| remaining(room)));
    form.missing.set(match (form.kind, minutes) {
        (ActionKind::AddTime, None) => Some(Missing::Minutes),
        _ if wants_reason && reason.is_none() => Some(Missing::Reason),
        _ => None,
    });
    if form.missing.get_untracked().is_none() {
        let action = form.kind.action(minutes.unwrap_or_default());
        spawn_local(send(
            console,
            room,
            RoomActionRequest {
                action,
                reason: reason.unwrap_or_default(),
            },
            form.busy,
            form.problem,
        ));
    }
}

/// Sends a room action, closes the dialog when it worked and says why when it did not.
pub async fn send(
    console: Console,
    room: Room,
    request: RoomActionRequest,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Failure>>,
) {
    busy.set(true);
    problem.set(None);
    let answer = console.ask(async || api::act(room.id, &request).await).await;
    if busy.is_disposed() {
        return;
    }
    match answer {
        Ok(board) => {
            // Closing the room or starting it does not change whose turn it is at the desk.
            room.apply(board);
            room.close_dialog();
        }
        Err(failure) => {
            busy.set(false);
            drop(problem.try_set(Some(failure)));
        }
    }
}

/// The same action for one candidate.
pub fn time_for(attempt: exam_protocol::id::AttemptId, minutes: u16) -> RoomAction {
    RoomAction::AddTime {
        minutes,
        attempt: Some(attempt),
    }
}
