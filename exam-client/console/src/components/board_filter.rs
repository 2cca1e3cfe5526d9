//! Filter buttons with their counts, the search field, and the room in one line.

use crate::checkin;
use crate::core::board::{Filter, Tally};
use crate::core::desk;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::console::RoomState;
use leptos::prelude::*;

/// The row above the table.
#[component]
pub fn BoardFilter() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let tally = Memo::new(move |_| room.board.with(Tally::of));
    let state = Memo::new(move |_| room.board.with(|board| board.room.state));
    let summary = move || {
        let tally = tally.get();
        let text = match state.get() {
            RoomState::Paused => texts::filter::tally_paused,
            _ => texts::filter::tally,
        };
        text(
            console.lang(),
            tally.handed_in,
            tally.total - tally.absent,
            tally.total,
            tally.working,
        )
    };
    view! {
        <div class="filters">
            <div role="group" class="filter-group" aria-label=move || texts::filter::label(console.lang())>
                {Filter::ALL.map(|filter| view! { <FilterButton filter/> }).collect_view()}
            </div>
            <input type="search" class="search" data-testid="search" prop:value=room.search
                placeholder=move || texts::filter::search(console.lang()) aria-label=move || texts::filter::search(console.lang())
                on:input=move |event| room.search.set(event_target_value(&event))
                on:keydown=move |event| catch_scan(console, room, &event) />
            <span class="tally" data-testid="tally">{summary}</span>
        </div>
    }
}

/// A scan that landed here goes where it belongs.
fn catch_scan(console: Console, room: Room, event: &web_sys::KeyboardEvent) {
    let text = room.search.get_untracked();
    if event.key() == "Enter" && desk::looks_scanned(&text) && room.station_is_there() {
        room.search.set(String::new());
        checkin::enter(console, room, &text);
        room.focus_scan();
    }
}

/// One filter.
#[component]
fn FilterButton(
    /// Which.
    filter: Filter,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let count = Memo::new(move |_| {
        let now = room.now();
        room.board.with(|board| {
            board
                .candidates
                .iter()
                .filter(|row| filter.shows(row, now))
                .count()
        })
    });
    let state = Memo::new(move |_| room.board.with(|board| board.room.state));
    let pressed = move || {
        if room.filter.get() == filter {
            "true"
        } else {
            "false"
        }
    };
    view! {
        <button type="button" class="filter" aria-pressed=pressed data-testid=format!("filter-{}", words::filter_slug(filter))
            on:click=move |_| room.filter.set(filter)>
            {move || words::filter(console.lang(), filter, state.get())}" "<b>{move || count.get()}</b>
        </button>
    }
}
