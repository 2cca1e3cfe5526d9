//! Pairs this PC with a check-in station.

use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_browser::language::Language;
use exam_protocol::console::StationView;
use leptos::prelude::*;

/// The choice, with what is known of the paired station.
#[component]
pub fn StationChoice() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let stations = Memo::new(move |_| room.board.with(|board| board.stations.clone()));
    let chosen = Memo::new(move |_| {
        room.station_view()
            .map(|station| station.id.to_string())
            .unwrap_or_default()
    });
    let choose = move |event| {
        room.pair(event_target_value(&event).parse().ok());
        room.focus_scan();
    };
    let options = move || {
        let chosen = chosen.get();
        let option = |station: StationView| {
            let id = station.id.to_string();
            let selected = id == chosen;
            view! { <option value=id selected=selected>{label(console.lang(), &station)}</option> }
        };
        stations.get().into_iter().map(option).collect_view()
    };
    let nothing = move || match (stations.with(Vec::is_empty), room.station.get().is_some()) {
        (true, _) => texts::desk::station_absent(console.lang()),
        (false, true) => texts::desk::station_gone(console.lang()),
        (false, false) => texts::desk::station_choose(console.lang()),
    };
    view! {
        <label class="station">
            <span>{move || texts::desk::station(console.lang())}</span>
            <select data-testid="station" prop:value=chosen on:change=choose class:tone-warn=move || chosen.with(String::is_empty)>
                <option value="" selected=move || chosen.with(String::is_empty)>{nothing}</option>
                {options}
            </select>
        </label>
    }
}

fn label(language: Language, station: &StationView) -> String {
    let name = &station.name;
    match (station.readers.is_empty(), station.busy) {
        (true, _) => format!("{name} ⚠ ({})", texts::desk::station_no_reader(language)),
        (false, true) => format!("{name} ({})", texts::desk::station_busy(language)),
        (false, false) => name.clone(),
    }
}
