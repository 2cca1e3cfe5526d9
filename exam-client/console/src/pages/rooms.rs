//! The rooms of this person. Must not show a room itself.

use crate::api;
use crate::components::{Frame, ProblemNote};
use crate::core::address::Section;
use crate::core::clock;
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_browser::fetch::Failure;
use exam_protocol::console::RoomSummary;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Lists the rooms; right after the login it goes straight into a single one.
#[component]
pub fn Rooms() -> impl IntoView {
    let console = Console::here();
    let straight_in = console.straight_in.get_untracked();
    let rooms = RwSignal::new(None);
    let problem = RwSignal::new(None);
    let load = move || spawn_local(load(console, straight_in, rooms, problem));
    load();
    let list = move || {
        rooms.get().map(|rooms: Vec<RoomSummary>| {
            if rooms.is_empty() {
                view! { <p class="note">{move || texts::rooms::empty(console.lang())}</p> }.into_any()
            } else {
                rooms
                    .into_iter()
                    .map(|room| view! { <RoomButton room/> })
                    .collect_view()
                    .into_any()
            }
        })
    };
    view! {
        <Frame heading=texts::rooms::heading name="rooms">
            <div class="rooms">
                <ProblemNote problem/>
                {list}
                <button type="button" on:click=move |_| load()>{move || texts::rooms::again(console.lang())}</button>
            </div>
        </Frame>
    }
}

/// One room of the list.
#[component]
fn RoomButton(
    /// The room.
    room: RoomSummary,
) -> impl IntoView {
    let console = Console::here();
    let starts = clock::date_and_time(room.starts_at);
    view! {
        <button type="button" class="card room" data-testid="room-button"
            on:click=move |_| console.go(Section::Room(room.id))>
            <strong>{room.name.clone()}</strong>
            <span class=format!("state state-{}", words::state_slug(room.state))>{move || words::state(console.lang(), room.state)}</span>
            <span class="wide">{room.subject.clone()}" · "{room.exam.clone()}</span>
            <span>{move || texts::rooms::starts(console.lang(), &starts)}</span>
            <span>{move || texts::rooms::candidates(console.lang(), room.candidates)}</span>
        </button>
    }
}

async fn load(
    console: Console,
    straight_in: bool,
    rooms: RwSignal<Option<Vec<RoomSummary>>>,
    problem: RwSignal<Option<Failure>>,
) {
    let answer = console.ask(api::rooms).await;
    if rooms.is_disposed() {
        return;
    }
    match answer {
        Ok(list) => match list.as_slice() {
            [only] if straight_in => console.go(Section::Room(only.id)),
            _ => {
                problem.set(None);
                rooms.set(Some(list));
            }
        },
        Err(failure) => {
            // Going to the login takes this screen away.
            drop(problem.try_set(Some(failure)));
        }
    }
}
