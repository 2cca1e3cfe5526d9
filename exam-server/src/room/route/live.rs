//! The board's live feed: a frame when something has changed, at most twice a second, and one every few seconds anyway,
//! so that a lost wake-up heals.

use super::make_board;
use crate::app::App;
use crate::error::ApiResult;
use crate::shell::extract::Upgrade;
use crate::staff::access::{InRoom, SeeRoom, still_may};
use crate::staff::route::live_token;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket};
use axum::http::HeaderMap;
use axum::response::Response;
use exam_protocol::frame;
use exam_protocol::right::Permission;
use exam_protocol::route::LIVE_PROTOCOL;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Shortest time between two boards.
const PAUSE: Duration = Duration::from_millis(500);
/// After the pause so long without a change, then a board all the same: one every five seconds.
const QUIET: Duration = Duration::from_millis(4_500);
/// A board that can't be sent in this time means that nobody is there.
const SEND_TIME: Duration = Duration::from_secs(10);
/// The page sends nothing but control frames.
const LARGEST_INCOMING: usize = 1024;
const BUFFER: usize = 4 * 1024;
/// Most bytes that may wait for one slow page.
const MAX_WAITING: usize = 1024 * 1024;

/// `GET` with upgrade: boards of one room, as long as the login holds.
///
/// # Errors
/// No fresh token of this login beside the protocol; the database.
pub async fn live(
    staff: InRoom<SeeRoom>,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Upgrade(upgrade): Upgrade,
) -> ApiResult<Response> {
    live_token::take(&app, &staff.may.login, &headers).await?;
    Ok(upgrade
        .protocols([LIVE_PROTOCOL])
        .max_message_size(LARGEST_INCOMING)
        .max_frame_size(LARGEST_INCOMING)
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WAITING)
        .on_upgrade(move |mut socket| async move {
            feed(&app, &staff, &mut socket).await;
            // The page may be gone already; nothing depends on it.
            let _gone = timeout(SEND_TIME, socket.send(Message::Close(None))).await;
        }))
}

async fn feed(app: &App, staff: &InRoom<SeeRoom>, socket: &mut WebSocket) {
    let mut changes = app.changes.watch(staff.room);
    let mut stopping = app.stopping.subscribe();
    loop {
        changes.mark_unchanged();
        if send(app, staff, socket).await.is_break() {
            return;
        }
        let quiet = async {
            sleep(PAUSE).await;
            // A closed channel can't happen while the server runs; boards go on all the same.
            let _changed = timeout(QUIET, changes.changed()).await;
        };
        tokio::select! {
            () = quiet => {}
            () = gone(socket) => return,
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn send(app: &App, staff: &InRoom<SeeRoom>, socket: &mut WebSocket) -> ControlFlow<()> {
    // A login can end, lock itself or lose its role while the socket is open; a frame is made every few seconds.
    let (login, place) = (&staff.may.login, &staff.may.place);
    if still_may(app, login, Permission::SeeRoom, place).await.is_err() {
        return ControlFlow::Break(());
    }
    let Ok(board) = make_board(app, &staff.may.place, staff.room, staff.allowed_here()).await else {
        // The cause is in the log of whoever made the error; the page comes back by itself.
        return ControlFlow::Break(());
    };
    let sending = socket.send(Message::Binary(frame::encode(&board).into()));
    match timeout(SEND_TIME, sending).await {
        Ok(Ok(())) => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    }
}

/// Resolves when the page has left or sends what it should not.
async fn gone(socket: &mut WebSocket) {
    while let Some(Ok(Message::Ping(_) | Message::Pong(_))) = socket.recv().await {}
}
