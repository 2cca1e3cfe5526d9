//! The time left, large; told politely to screen readers at 15, 5 and 1 minutes. Must not count by itself.

use crate::components::say::{say, tell, value, when, whether};
use crate::core::clock::hours_minutes_seconds;
use crate::desk::Desk;
use crate::texts::clock;
use exam_browser::language::Language;
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
    view! {
        <div class="clock" class:soon=whether(move || told.get() == Some(15))
            class:urgent=whether(move || told.get().is_some_and(|minutes| minutes <= 5))>
            <span class="clock-label">
                {say(clock::label)}
                <span class="clock-credit">{tell(move |language| credit(desk, language))}</span>
            </span>
            <span class="clock-time" role="timer" aria-live="off" data-testid="time-left"
                data-seconds=value(move || seconds().to_string())>{tell(move |_| shown(seconds()))}</span>
            {when(unsure, || view! { <span class="clock-label">{say(clock::unconfirmed)}</span> }.into_any())}
            <span class="unseen" aria-live="polite" data-testid="time-warning">
                {tell(move |language| told.get().map_or_else(String::new, |minutes| clock::minutes_left(language, minutes)))}
            </span>
        </div>
    }
}

/// Time that was added, once there is some.
fn credit(desk: Desk, language: Language) -> String {
    let minutes = desk
        .read(|session| session.clock().credits().0 / 60_000)
        .unwrap_or_default();
    if minutes > 0 {
        clock::credit(language, minutes)
    } else {
        String::new()
    }
}

/// "1:05:09" or "05:09".
fn shown(seconds: i64) -> String {
    match hours_minutes_seconds(Millis::seconds(seconds)) {
        (0, minutes, seconds) => format!("{minutes:02}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
