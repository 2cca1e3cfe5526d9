//! Check-ins that wait for a decision and are not on the desk's screen.

use crate::checkin;
use crate::core::desk;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::console::{CheckinStatus, CheckinView};
use leptos::prelude::*;

/// The list; nothing while nobody waits.
#[component]
pub fn WaitingList() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let waiting = Memo::new(move |_| {
        let owned = |views: Vec<&CheckinView>| views.into_iter().cloned().collect::<Vec<_>>();
        room.board
            .with(|board| room.desk.with(|desk| owned(desk::waiting(board, desk))))
    });
    let heading = move || texts::desk::waiting(console.lang(), waiting.with(Vec::len));
    let items = move || {
        waiting
            .get()
            .into_iter()
            .map(|view| view! { <Item view/> })
            .collect_view()
    };
    view! {
        <Show when=move || !waiting.with(Vec::is_empty)>
            <section class="waiting" data-testid="waiting"><h3>{heading}</h3><ul>{items}</ul></section>
        </Show>
    }
}

/// One of them.
#[component]
fn Item(
    /// The check-in.
    view: CheckinView,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let rule = match &view.status {
        CheckinStatus::Judged(judged) => Some(judged.rule),
        _ => None,
    };
    let text = move || rule.map(|rule| words::rule(console.lang(), rule).1);
    let label = format!("{} · {}", view.seat, view.roster_name);
    view! {
        <li><button type="button" class="link" data-testid="waiting-item" on:click=move |_| checkin::show(room, view.clone())>{label}</button>" – "{text}</li>
    }
}
