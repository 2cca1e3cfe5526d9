//! The table of candidates. Sorting and filtering are in [`crate::core::board`].

use crate::components::absence::OutsideList;
use crate::components::board_filter::BoardFilter;
use crate::components::board_row::BoardRow;
use crate::core::board;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::console::RoomState;
use leptos::prelude::*;

/// Filter and table.
#[component]
pub fn BoardTable() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let shown = Memo::new(move |_| {
        room.board.with(|board| {
            let rows = board::visible(board, room.filter.get(), &room.search.get(), room.now());
            rows.iter().map(|row| row.attempt).collect::<Vec<_>>()
        })
    });
    let empty = move || shown.with(Vec::is_empty);
    view! {
        <section class="board">
            <BoardFilter/>
            <OutsideList/>
            <div class="scroll" tabindex="0" role="region" aria-label=move || texts::table::caption(console.lang())>
                <table data-testid="board">
                    <Columns/>
                    <thead><Headings/></thead>
                    <tbody>
                        <For each=move || shown.get() key=|attempt| *attempt let:attempt><BoardRow attempt/></For>
                    </tbody>
                </table>
                <Show when=empty><p class="note">{move || texts::filter::none(console.lang())}</p></Show>
            </div>
        </section>
    }
}

/// Widths of the columns, in the order of [`Headings`]; the name takes what is left.
#[component]
fn Columns() -> impl IntoView {
    let column = |name: &'static str| view! { <col class=format!("col-{name}") /> };
    let names = [
        "seat", "number", "name", "birth", "form", "progress", "answered", "link", "card",
    ];
    view! { <colgroup>{names.map(column).collect_view()}</colgroup> }
}

/// The table's head; marks take the connection's place once the room is closed.
#[component]
fn Headings() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let closed = move || room.board.with(|board| board.room.state == RoomState::Closed);
    let link = move || {
        if closed() {
            texts::table::mark(console.lang())
        } else {
            texts::table::link(console.lang())
        }
    };
    view! {
        <tr>
            <th scope="col">{move || texts::table::seat(console.lang())}</th>
            <th scope="col">{move || texts::table::number(console.lang())}</th>
            <th scope="col" class="wide">{move || texts::table::name(console.lang())}</th>
            <th scope="col">{move || texts::table::birth(console.lang())}</th>
            <th scope="col">{move || texts::table::form(console.lang())}</th>
            <th scope="col">{move || texts::table::progress(console.lang())}</th>
            <th scope="col">{move || texts::table::answered(console.lang())}</th>
            <th scope="col">{link}</th>
            <th scope="col">{move || texts::table::card(console.lang())}</th>
        </tr>
    }
}
