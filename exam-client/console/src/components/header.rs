//! The room's header: what runs here, how much time is left, what can be done.

use crate::api;
use crate::components::PersonMenu;
use crate::components::time_left::TimeLeft;
use crate::core::action::{self, ActionKind};
use crate::core::board;
use crate::room::{Dialog, Room};
use crate::state::Console;
use crate::texts;
use crate::words;
use leptos::prelude::*;

/// The header of a room.
#[component]
pub fn Header() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let state = Memo::new(move |_| room.board.with(|board| board.room.state));
    let over = Memo::new(move |_| !board::may_still_come(state.get()));
    let about = move |pick: fn(&exam_protocol::console::RoomSummary) -> &String| {
        room.board.with(|board| pick(&board.room).clone())
    };
    let actions = move || {
        room.board
            .with(|board| action::permitted(&board.room))
            .iter()
            .map(|kind| view! { <ActionButton kind=*kind/> })
            .collect_view()
    };
    view! {
        <header class="bar">
            <div class="about">
                <h1 data-testid="room-name">{move || about(|room| &room.name)}</h1>
                <p><strong>{move || about(|room| &room.subject)}</strong>" · "{move || about(|room| &room.exam)}</p>
            </div>
            <span class=move || format!("state state-{}", words::state_slug(state.get())) data-testid="state"
                data-state=move || words::state_slug(state.get()) role="status">{move || words::state(console.lang(), state.get())}</span>
            <TimeLeft/>
            <div class="actions">
                {actions}
                <Show when=move || room.board.with(|board| action::has_results(&board.room))><Results/></Show>
                <Show when=move || over.get()>
                    <button type="button" data-testid="receipts" on:click=move |_| room.dialog.set(Some(Dialog::Receipts(None)))>
                        {move || texts::slip::open(console.lang())}
                    </button>
                </Show>
            </div>
            <span class="grow"></span>
            <PersonMenu in_room=true/>
        </header>
    }
}

/// Opens the confirmation of one action.
#[component]
fn ActionButton(
    /// Which.
    kind: ActionKind,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let usual = matches!(
        kind,
        ActionKind::Open | ActionKind::Start | ActionKind::Resume | ActionKind::Close
    );
    view! {
        <button type="button" class:primary=usual data-testid=format!("action-{}", kind.slug())
            on:click=move |_| room.dialog.set(Some(Dialog::Action(kind)))>
            {move || words::action(console.lang(), kind)}
        </button>
    }
}

/// Downloads of the marks.
#[component]
fn Results() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    view! {
        <span class="results">
            <strong>{move || texts::room::results(console.lang())}</strong>
            <a class="button" href=api::results_csv_path(room.id) download data-testid="results-csv">{move || texts::room::results_csv(console.lang())}</a>
            <a class="button" href=api::results_xlsx_path(room.id) download data-testid="results-xlsx">{move || texts::room::results_xlsx(console.lang())}</a>
        </span>
    }
}
