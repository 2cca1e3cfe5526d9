//! Says that the board is not fresh, since when, and that nobody loses anything by it.

use crate::core::clock;
use crate::room::{Line, Room};
use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// The banner; empty while the line is there.
#[component]
pub fn LiveBanner() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let text = move || match room.line.get() {
        Line::Live => None,
        Line::Lost { since } => Some(texts::room::lost(console.lang(), clock::time_of_day(since))),
    };
    view! {
        <div role="alert" class="live" data-testid="line" data-line=move || if room.is_live() { "live" } else { "lost" }>
            {move || text().map(|text| view! { <p class="banner tone-bad">{text}</p> })}
        </div>
    }
}
