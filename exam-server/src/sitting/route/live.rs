//! The seat's live socket: hello, state, key, answers, hand-in. A frame is read, judged, stored, answered; then the next.
//!
//! One frame of a seat is under way at a time, so a slow disk slows the seat and nothing piles up.

mod session;

use crate::app::App;
use crate::door::Anybody;
use crate::machine;
use crate::machine::identity::KnownMachine;
use crate::shell::extract::Upgrade;
use crate::shell::tls::Peer;
use crate::sitting::store::seat::Seat;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Extension, State};
use axum::response::Response;
use exam_protocol::bytes::Fixed;
use exam_protocol::frame::{self, MAX_SEAT_FRAME};
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{SeatEvent, SeatMessage};
use session::{Next, Session};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a fresh socket may take to say who it is.
const HELLO_TIME: Duration = Duration::from_secs(10);

/// Seats send a heartbeat every 10 s; without any frame for this long the line is dead.
const SILENCE: Duration = Duration::from_secs(45);

/// How long a frame may wait to be written before the line counts as dead.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// How long a seat that was taken over may take to deliver its tail, and in how many frames.
const TAIL_TIME: Duration = Duration::from_secs(10);
const MOST_TAIL_FRAMES: usize = 64;

/// Most bytes that may wait for one slow seat: a welcome with every answer of a long paper.
const MAX_WAITING: usize = 2 * 1024 * 1024;

/// Read buffer of a socket; the library's 128 KiB would cost gigabytes with many seats.
const READ_BUFFER: usize = 4096;

/// `GET` with upgrade: the seat's socket.
pub async fn live(
    _: Anybody,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    Upgrade(upgrade): Upgrade,
) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WAITING)
        .max_message_size(MAX_SEAT_FRAME)
        .max_frame_size(MAX_SEAT_FRAME)
        .on_upgrade(move |socket| async move {
            let mut line = Line(socket);
            match machine::access::at_seat(&app, Some(&peer)).await {
                Ok(machine) => serve(&app, &mut line, &peer, machine).await,
                Err(refusal) => line.refuse(refusal.code(), 0).await,
            }
            line.close().await;
        })
}

/// The socket in terms of the protocol's messages.
struct Line(WebSocket);

/// What came in.
enum Incoming {
    Message(SeatMessage),
    NotOurs,
    Gone,
}

impl Line {
    async fn receive(&mut self) -> Incoming {
        loop {
            return match self.0.recv().await {
                Some(Ok(Message::Binary(bytes))) => {
                    frame::decode(&bytes).map_or(Incoming::NotOurs, Incoming::Message)
                }
                Some(Ok(Message::Text(_))) => Incoming::NotOurs,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => Incoming::Gone,
            };
        }
    }

    /// Sends events in order; false when the line is dead.
    async fn send(&mut self, events: &[SeatEvent]) -> bool {
        for event in events {
            let sending = self.0.send(Message::Binary(frame::encode(event).into()));
            if !matches!(timeout(WRITE_TIME, sending).await, Ok(Ok(()))) {
                return false;
            }
        }
        true
    }

    async fn refuse(&mut self, code: ProblemCode, last_sequence: u64) {
        self.send(&[SeatEvent::Refused { code, last_sequence }]).await;
    }

    async fn close(mut self) {
        // The other side may be gone already; nothing depends on it.
        let _gone = timeout(WRITE_TIME, self.0.send(Message::Close(None))).await;
    }
}

/// Serves a seat until it goes, or its machine is revoked.
async fn serve(app: &Arc<App>, line: &mut Line, peer: &Peer, machine: Option<KnownMachine>) {
    let Some(session) = begin(app, line, peer.address.to_string()).await else {
        return;
    };
    let Some(machine) = machine else {
        return run(session, line).await;
    };
    let mut connection = app.machines.connect(machine.id(), peer.address);
    let here = machine::access::serves_room(app.db.reader(), Some(&machine), session.room()).await;
    match (here, machine::access::is_revoked(app, machine.id()).await) {
        (Ok(()), Ok(false)) => {}
        _ => {
            return line
                .refuse(ProblemCode::NotAllowed, session.last_sequence())
                .await;
        }
    }
    tokio::select! {
        () = run(session, line) => {}
        _ = connection.revoked.changed() => {}
    }
}

async fn begin(app: &Arc<App>, line: &mut Line, address: String) -> Option<Session> {
    let token: Fixed<32> = match timeout(HELLO_TIME, line.receive()).await {
        Ok(Incoming::Message(SeatMessage::Hello { token })) => token,
        Ok(Incoming::Message(_) | Incoming::NotOurs) => {
            line.refuse(ProblemCode::MalformedRequest, 0).await;
            return None;
        }
        Ok(Incoming::Gone) | Err(_) => return None,
    };
    match Session::begin(app.clone(), &token, address).await {
        Ok((session, events)) => line.send(&events).await.then_some(session),
        Err(refusal) => {
            let over = matches!(refusal, SeatEvent::TakenOver);
            if line.send(&[refusal]).await
                && over
                && let Some(seat) = session::seat_of(app, &token).await
            {
                take_tail(app, line, &seat).await;
            }
            None
        }
    }
}

/// A seat that was taken over may still deliver what nobody has: it is kept beside the journal.
async fn take_tail(app: &App, line: &mut Line, seat: &Seat) {
    for _ in 0..MOST_TAIL_FRAMES {
        let Ok(Incoming::Message(SeatMessage::Entries(entries))) = timeout(TAIL_TIME, line.receive()).await
        else {
            return;
        };
        let code = match session::tail(app, seat, entries).await {
            Ok(()) => ProblemCode::TooLate,
            Err(code) => code,
        };
        line.refuse(code, 0).await;
    }
}

async fn run(mut session: Session, line: &mut Line) {
    loop {
        let next = tokio::select! {
            incoming = timeout(SILENCE, line.receive()) => match incoming {
                Ok(Incoming::Message(message)) => session.message(message).await,
                Ok(Incoming::NotOurs) => {
                    line.refuse(ProblemCode::MalformedRequest, session.last_sequence()).await;
                    return;
                }
                Ok(Incoming::Gone) | Err(_) => return,
            },
            cause = session.changed() => session.refresh(cause).await,
        };
        match next {
            Next::Send(events) => {
                if !line.send(&events).await {
                    return;
                }
            }
            Next::Last(event) => {
                let over = matches!(event, SeatEvent::TakenOver);
                if line.send(&[event]).await && over {
                    take_tail(session.app(), line, session.seat()).await;
                }
                return;
            }
            Next::Stop => return,
        }
    }
}
