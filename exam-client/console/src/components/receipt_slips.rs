//! Receipts on paper, for rooms without phones: one slip for each hand-in, several on a sheet, to cut out.
//! They say what the server said; the code is the one that the candidate's own page shows.

use crate::components::modal::Modal;
use crate::components::print;
use crate::core::board;
use crate::core::clock;
use crate::core::secret;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::console::{CandidateRow, ReceiptSlip};
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// The sheet, and how many have no receipt yet.
#[component]
pub fn ReceiptSlips(
    /// One candidate; everybody where none is named.
    only: Option<AttemptId>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let rows = Memo::new(move |_| {
        let mut rows = room.board.with(|board| board.candidates.clone());
        rows.retain(|row| only.is_none_or(|one| row.attempt == one));
        rows.sort_by(|a, b| board::by_label(&a.seat, &b.seat));
        rows
    });
    let slips = move || {
        let receipt = |row: CandidateRow| row.receipt.map(|receipt| view! { <Slip row receipt/> });
        rows.get().into_iter().filter_map(receipt).collect_view()
    };
    let count = move || rows.with(|rows| rows.iter().filter(|row| row.receipt.is_some()).count());
    let without = move || rows.with(Vec::len) - count();
    view! {
        <Modal title=Signal::derive(move || texts::slip::heading(console.lang()).to_owned()) name="receipts-dialog"
            scanner=true on_close=Callback::new(move |()| room.close_dialog())>
            <p class="small screen-only">{move || texts::slip::hint(console.lang(), count(), without())}</p>
            <div class="sheet">
                <ul class="slips">{slips}</ul>
                <div class="buttons screen-only">
                    <button type="button" class="primary" data-testid="print" prop:disabled=move || count() == 0
                        on:click=|_| print()>{move || texts::app::print(console.lang())}</button>
                </div>
            </div>
        </Modal>
    }
}

/// One receipt.
#[component]
fn Slip(
    /// Whose.
    row: CandidateRow,
    /// What the server said.
    receipt: ReceiptSlip,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let place = room.board.with_untracked(|board| {
        let about = &board.room;
        format!("{} · {} · {}", about.exam, about.subject, about.name)
    });
    let (number, seat, answered) = (row.candidate_number, row.seat, row.answered);
    let received = clock::date_and_time(receipt.received_at);
    let code = secret::in_groups(&receipt.code.to_string().to_uppercase());
    view! {
        <li class="slip" data-testid="receipt-slip">
            <strong>{row.name}</strong>
            <span>{move || texts::slip::who(console.lang(), &number, &seat)}</span>
            <span class="small">{place}</span>
            <span>{move || texts::slip::received(console.lang(), answered, &received)}</span>
            {receipt.late.then(|| view! { <b>{move || texts::slip::late(console.lang())}</b> })}
            <span class="small">{move || texts::slip::code(console.lang())}</span>
            <code translate="no">{code}</code>
        </li>
    }
}
