//! Says that a machine of this site was seen from two addresses at once: its certificate may have been copied. Must not
//! settle it; that is done where machines are.

use crate::room::Room;
use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// The banner; empty while there is no alarm.
#[component]
pub fn MachineAlarm() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let names = Memo::new(move |_| room.board.with(|board| board.machine_alarms.join(", ")));
    let text = move || {
        let names = names.get();
        (!names.is_empty()).then(|| texts::room::machine_alarm(console.lang(), names))
    };
    view! {
        <div role="alert" class="live" data-testid="machine-alarm">
            {move || text().map(|text| view! { <p class="banner tone-bad">"⚠ "{text}</p> })}
        </div>
    }
}
