//! The field where the QR scanner types; keyboard wedges end with Enter. What was typed goes out as it came.

use crate::checkin;
use crate::core::desk::Hindrance;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// Scan field with what stands in its way.
#[component]
pub fn ScanField() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    Effect::new(move || {
        if room.scan_field.get().is_some() {
            room.focus_scan();
        }
    });
    let scanned = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = room.scan_field.get_untracked() else {
            return;
        };
        let text = field.value();
        if !text.trim().is_empty() && !room.station_is_there() {
            // The next scan replaces this one instead of being typed behind it.
            field.select();
            return;
        }
        field.set_value("");
        checkin::enter(console, room, &text);
    };
    let hint = move || hint(console, room);
    view! {
        <form class="scan" on:submit=scanned autocomplete="off">
            <label for="scan" class="unseen">{move || texts::desk::scan_label(console.lang())}</label>
            <input id="scan" node_ref=room.scan_field data-testid="scan" type="text" autocomplete="off" autocapitalize="off"
                spellcheck="false" aria-describedby="scan-hint" placeholder=move || texts::desk::scan(console.lang()) />
            <p id="scan-hint" class="scan-hint" role="status">{hint}</p>
        </form>
    }
}

/// What keeps a scan from working, if anything.
fn hint(console: Console, room: Room) -> Option<impl IntoView> {
    let language = console.lang();
    let text = match room.hindrance()? {
        Hindrance::NotOpen => texts::desk::not_open(language),
        Hindrance::Over => texts::desk::is_over(language),
        Hindrance::NoReader => texts::desk::reader_needed(language),
        Hindrance::NoStation if room.board.with(|board| board.stations.is_empty()) => {
            texts::desk::station_none(language)
        }
        Hindrance::NoStation => texts::desk::station_needed(language),
    };
    Some(view! { <span class="note tone-warn">{text}</span> })
}
