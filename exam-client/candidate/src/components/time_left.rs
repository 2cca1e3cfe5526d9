//! The time left, large; told politely to screen readers at 15, 5 and 1 minutes. Must not count by itself.

use crate::core::clock::hours_minutes_seconds;
use crate::desk::Desk;
use crate::texts::clock;
use exam_protocol::time::Millis;
use leptos::prelude::*;

/// Minutes left at which the candidate is told, and the colour changes.
const TELL: [i64; 3] = [15, 5, 1];

/// The clock.
#[component]
pub fn TimeLeft() -> impl IntoView {
    let desk = Desk::of_page();
    let seconds = move || desk.seconds_left.get();
    let told = Memo::new(move |_| TELL.into_iter().rev().find(|minutes| seconds() <= minutes * 60));
    let unsure = move || {
        desk.read(|session| !session.clock().is_confirmed())
            .unwrap_or_default()
    };
    let credit = move || {
        desk.read(|session| session.clock().credits().0 / 60_000)
            .filter(|minutes| *minutes > 0)
    };
    view! {
        <div class="clock" class:soon=move || told.get() == Some(15) class:urgent=move || told.get().is_some_and(|m| m <= 5)>
            <span class="clock-label">
                {move || clock::label(desk.language.get())}
                {move || credit().map(|minutes| view! {
                    <span class="clock-credit">{clock::credit(desk.language.get(), minutes)}</span>
                })}
            </span>
            <span class="clock-time" role="timer" aria-live="off" data-testid="time-left"
                data-seconds=move || seconds().to_string()>{move || shown(seconds())}</span>
            <Show when=unsure>
                <span class="clock-label">{move || clock::unconfirmed(desk.language.get())}</span>
            </Show>
            <span class="unseen" aria-live="polite" data-testid="time-warning">
                {move || told.get().map(|minutes| clock::minutes_left(desk.language.get(), minutes))}
            </span>
        </div>
    }
}

/// "1:05:09" or "05:09".
fn shown(seconds: i64) -> String {
    match hours_minutes_seconds(Millis::seconds(seconds)) {
        (0, minutes, seconds) => format!("{minutes:02}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
