//! A room: header, table of candidates, desk. Joins them; the rules are in `core`.

use crate::api;
use crate::components::{BoardTable, DeskPanel, Dialogs, Header, LiveBanner, MachineAlarm, ProblemNote};
use crate::live;
use crate::room::Room;
use crate::state::{Console, is};
use crate::texts;
use exam_browser::fetch::Failure;
use exam_protocol::console::Board;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::Permission;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Wait before the next try to load the first board, in milliseconds.
const AGAIN: u32 = 2_000;

/// Loads the room's first board, then shows it.
#[component]
pub fn RoomPage(
    /// Which room.
    id: RoomId,
) -> impl IntoView {
    let console = Console::here();
    let first = RwSignal::new(None);
    let problem = RwSignal::new(None);
    spawn_local(load(console, id, first, problem));
    move || match first.get() {
        Some(board) => view! { <RoomScreen board/> }.into_any(),
        None => view! {
            <main class="centre">
                <p role="status">{move || texts::app::loading(console.lang())}</p>
                <ProblemNote problem/>
            </main>
        }
        .into_any(),
    }
}

/// The room with its live line.
#[component]
fn RoomScreen(
    /// The first board.
    board: Board,
) -> impl IntoView {
    let console = Console::here();
    let room = Room::open(board);
    provide_context(room);
    live::follow(console, room);
    let checks_in = Memo::new(move |_| {
        room.board
            .with(|board| board.room.may.contains(&Permission::CheckIn))
    });
    let keys = window_event_listener(leptos::ev::keydown, move |event| catch_scan(room, &event));
    on_cleanup(move || keys.remove());
    view! {
        <a class="skip" href="#scan" on:click=move |event| { event.prevent_default(); room.focus_scan(); }>
            {move || texts::app::skip_to_desk(console.lang())}
        </a>
        <div class="room-screen" class:stale=move || !room.is_live()>
            <Header/>
            <div><LiveBanner/><MachineAlarm/></div>
            <main class="columns" class:no-desk=move || !checks_in.get()>
                <BoardTable/>
                <Show when=move || checks_in.get()><DeskPanel/></Show>
            </main>
        </div>
        <Dialogs/>
    }
}

/// A scanner types wherever the cursor is: a letter or digit that no field would take goes to the scan field.
fn catch_scan(room: Room, event: &web_sys::KeyboardEvent) {
    let types = event.key().chars().count() == 1 && event.key() != " ";
    let with_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    if types && !with_modifier && room.dialog.get_untracked().is_none() && !is_in_field() {
        room.focus_scan();
    }
}

fn is_in_field() -> bool {
    let Some(active) = document().active_element() else {
        return false;
    };
    matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

async fn load(
    console: Console,
    id: RoomId,
    first: RwSignal<Option<Board>>,
    problem: RwSignal<Option<Failure>>,
) {
    loop {
        let answer = console.ask(async || api::board(id).await).await;
        if first.is_disposed() {
            return;
        }
        match answer {
            Ok(board) => return first.set(Some(board)),
            Err(failure) if is(&failure, ProblemCode::NotFound) || is(&failure, ProblemCode::NotAllowed) => {
                return console.to_rooms();
            }
            Err(failure) => {
                if problem.try_set(Some(failure)).is_some() {
                    return;
                }
            }
        }
        TimeoutFuture::new(AGAIN).await;
    }
}
