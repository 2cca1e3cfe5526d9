//! The ticket, large enough to read across the desk, and printable.

use crate::checkin;
use crate::components::print;
use crate::core::clock;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::console::TicketView;
use exam_protocol::time::Millis;
use leptos::prelude::*;

/// A ticket for a seat.
#[component]
pub fn TicketCard(
    /// Whose.
    name: String,
    /// Candidate number.
    candidate_number: String,
    /// The ticket.
    ticket: TicketView,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let expires = ticket.expires_at;
    let left = Memo::new(move |_| (expires - room.now()).0.max(0) / 1_000);
    let validity = move || match left.get() {
        0 => texts::ticket::expired(console.lang()).to_owned(),
        seconds => texts::ticket::valid_for(console.lang(), clock::countdown(Millis::seconds(seconds))),
    };
    let seat = ticket.seat.clone();
    let place = room.board.with_untracked(|board| {
        let about = &board.room;
        format!("{} · {} · {}", about.exam, about.subject, about.name)
    });
    let until = clock::time_of_day(expires);
    let address = window().location().origin().unwrap_or_default();
    let say = move || texts::ticket::say(console.lang(), &name, &seat);
    view! {
        <div class="card ticket" data-testid="ticket-card">
            <p class="ticket-head tone-good" role="status">"✓ "{say}</p>
            <p class="small">{move || texts::desk::number(console.lang(), &candidate_number)}" · "{move || texts::ticket::heading(console.lang())}</p>
            <p class="ticket-code" data-testid="ticket">{ticket.ticket}</p>
            <p>{move || texts::ticket::how(console.lang())}</p>
            <p class="print-only">{place}</p>
            <p class="print-only">{move || texts::ticket::page(console.lang(), &address, &until)}</p>
            <p class="small screen-only" class:tone-bad=move || left.get() == 0 data-testid="ticket-left">{validity}</p>
            <div class="buttons screen-only">
                <button type="button" class="primary" on:click=move |_| checkin::clear(room)>
                    {move || texts::ticket::next(console.lang())}" "<kbd aria-hidden="true">{move || texts::desk::enter_key(console.lang())}</kbd>
                </button>
                <button type="button" data-testid="print" on:click=move |_| print()>{move || texts::ticket::print(console.lang())}</button>
            </div>
        </div>
    }
}
