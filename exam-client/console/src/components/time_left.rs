//! The big clock: the server's time left, counted on by the browser's monotonic clock.

use crate::core::clock;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::console::RoomState;
use leptos::prelude::*;

/// Time left in the room.
#[component]
pub fn TimeLeft() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let state = Memo::new(move |_| room.board.with(|board| board.room.state));
    let left =
        Memo::new(move |_| clock::countdown(room.board.with(|board| clock::remaining(board, room.now()))));
    let label = move || match state.get() {
        RoomState::Planned | RoomState::Open => texts::room::duration(console.lang()),
        RoomState::Paused => texts::room::paused_at(console.lang()),
        RoomState::Running | RoomState::Ended | RoomState::Closed => texts::room::time_left(console.lang()),
    };
    let over = move || matches!(state.get(), RoomState::Ended | RoomState::Closed);
    view! {
        <Show when=move || !over()>
            <div class="clock" class:stopped=move || state.get() != RoomState::Running role="timer">
                <span class="clock-label">{label}</span>
                <span class="clock-time" data-testid="time-left">{move || left.get()}</span>
            </div>
        </Show>
    }
}
