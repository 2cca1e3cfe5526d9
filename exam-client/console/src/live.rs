//! Keeps a room's board fresh: the live socket, and a look by HTTP when the socket is silent or gone.
//!
//! Must not decide anything about what a board says.

use crate::api::{self, session};
use crate::room::Room;
use crate::state::{Console, is};
use exam_browser::fetch::Failure;
use exam_browser::monotonic;
use exam_browser::socket::{Dialling, Line, Socket};
use exam_protocol::console::Board;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::LIVE_PROTOCOL;
use exam_protocol::time::Millis;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Silence after which the page asks by itself. A half-open connection says nothing, for ever.
const PROBE_AFTER: Millis = Millis::seconds(8);
/// How often the silence is measured.
const LOOK: Duration = Duration::from_secs(2);

/// Follows the room as long as the component that calls this lives.
pub fn follow(console: Console, room: Room) {
    let heard = RwSignal::new(monotonic::now());
    let socket = StoredValue::new_local(Some(Socket::<()>::dial_speaking(
        api::live_path(room.id),
        Dialling { silence: None },
        async move || subprotocols(console).await,
        move |line| hear(console, room, heard, line),
    )));
    let look = move || {
        let quiet = heard
            .try_get_untracked()
            .is_some_and(|at| monotonic::now() - at >= PROBE_AFTER);
        if quiet {
            spawn_local(probe(console, room, heard, socket));
        }
    };
    let looking = set_interval_with_handle(look, LOOK).ok();
    on_cleanup(move || {
        if let Some(looking) = looking {
            looking.clear();
        }
        drop(socket.try_update_value(Option::take));
    });
}

/// What the socket says about itself: the protocol, and a token that is good for this login and for a minute.
async fn subprotocols(console: Console) -> Option<Vec<String>> {
    match session::live_token().await {
        Ok(token) => Some(vec![LIVE_PROTOCOL.to_owned(), format!("token.{}", token.token)]),
        Err(failure) => {
            console.notice(&failure);
            None
        }
    }
}

fn hear(console: Console, room: Room, heard: RwSignal<Millis>, line: Line<Board>) {
    if heard.is_disposed() {
        return;
    }
    match line {
        Line::Opened => {}
        Line::Message(board) => {
            heard.set(monotonic::now());
            room.apply(board);
        }
        Line::Closed => {
            room.lost();
            spawn_local(async move {
                // Whether it worked shows on the board itself.
                let _ = refresh(console, room, heard).await;
            });
        }
        Line::OtherVersion => reload(),
    }
}

/// The socket has been silent: is the server there?
async fn probe(
    console: Console,
    room: Room,
    heard: RwSignal<Millis>,
    socket: StoredValue<Option<Socket<()>>, LocalStorage>,
) {
    if !refresh(console, room, heard).await && !heard.is_disposed() {
        room.lost();
        socket.with_value(|socket| socket.as_ref().map(Socket::redial));
    }
}

/// Fetches the board by HTTP; whether that worked.
async fn refresh(console: Console, room: Room, heard: RwSignal<Millis>) -> bool {
    let answer = api::board(room.id).await;
    if heard.is_disposed() {
        return true;
    }
    match answer {
        Ok(board) => {
            heard.set(monotonic::now());
            room.apply(board);
            true
        }
        Err(failure) => {
            leave_if_over(console, &failure);
            false
        }
    }
}

/// Goes away from a room that this person may not see, or to the login.
fn leave_if_over(console: Console, failure: &Failure) {
    console.notice(failure);
    if is(failure, ProblemCode::NotAllowed) || is(failure, ProblemCode::NotFound) {
        console.to_rooms();
    }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // Where the browser refuses, the banner says that the line is lost.
        let _ = window.location().reload();
    }
}
