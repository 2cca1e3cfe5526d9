//! One seat on its socket: what it may do, what it was told, where its journal ends.

mod entries;

pub(super) use entries::{seat_of, tail};
mod hand_in;

use crate::app::App;
use crate::paper;
use crate::shell::metrics::Held;
use crate::sitting::presence::Connected;
use crate::sitting::store::{self, Attempt, seat::Seat};
use crate::sitting::task::writer::Outcome;
use certs::hash::sha256;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{Phase, SeatEvent, SeatMessage};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Why something was not taken.
#[derive(Clone, Copy)]
enum Refusal {
    /// Said to the seat; it goes on.
    Code(ProblemCode),
    /// Another seat is the live one.
    TakenOver,
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self::Code(code)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "seat not served");
        Self::Code(ProblemCode::StorageUnavailable)
    }
}

/// What to do after an event.
pub(super) enum Next {
    /// Send these and go on.
    Send(Vec<SeatEvent>),
    /// Send this and close.
    Last(SeatEvent),
    /// Close: the server stops.
    Stop,
}

/// Why a seat's state may have changed.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// Somebody did something to the room or the attempt.
    Act,
    /// Time went by.
    Time,
    /// The server stops.
    Stop,
}

/// A live seat.
pub(super) struct Session {
    app: Arc<App>,
    /// Network address it is reached from, for the audit.
    address: String,
    seat: Seat,
    attempt: Attempt,
    told: (u64, Phase),
    key_sent: bool,
    connected: Connected,
    _counted: Held,
    control: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

impl Session {
    /// Opens the session of the seat with this token; gives its first events.
    pub(super) async fn begin(
        app: Arc<App>,
        token: &Fixed<32>,
        address: String,
    ) -> Result<(Self, Vec<SeatEvent>), SeatEvent> {
        match Self::load(app, token, address).await {
            Ok(opened) => Ok(opened),
            Err(Refusal::TakenOver) => Err(SeatEvent::TakenOver),
            Err(Refusal::Code(code)) => Err(SeatEvent::Refused {
                code,
                last_sequence: 0,
            }),
        }
    }

    async fn load(
        app: Arc<App>,
        token: &Fixed<32>,
        address: String,
    ) -> Result<(Self, Vec<SeatEvent>), Refusal> {
        let hash: Digest = Fixed(sha256(token.as_slice()));
        let reader = app.db.reader();
        let seat = store::seat::seat_by_token(reader, &hash)
            .await?
            .ok_or(ProblemCode::NotLoggedIn)?;
        // Watch first, then read: a change in between is seen.
        let connected = app.presence.connect(seat.attempt, app.clock.now());
        let room = store::load_attempt(reader, seat.attempt)
            .await?
            .ok_or(ProblemCode::NotLoggedIn)?
            .standing
            .room
            .id;
        let control = app.changes.watch_control(room);
        let attempt = store::load_attempt(reader, seat.attempt)
            .await?
            .ok_or(ProblemCode::NotLoggedIn)?;
        if attempt.epoch != seat.epoch {
            return Err(Refusal::TakenOver);
        }
        // A seat takes what it is told here for safe.
        if attempt.last_sequence > 0 {
            must_be_safe(&app).await?;
        }
        let answers = store::journal::newest(reader, seat.attempt).await?;
        let stopping = app.stopping.subscribe();
        let state = attempt.standing.state(app.clock.now());
        let told = (state.version, state.phase);
        let welcome = SeatEvent::Welcome {
            state,
            last_sequence: attempt.last_sequence,
            head: attempt.head,
            answers,
        };
        app.changes.progress(room);
        let counted = app.metrics.seats.held();
        let mut session = Self {
            app,
            address,
            seat,
            attempt,
            told,
            key_sent: false,
            connected,
            _counted: counted,
            control,
            stopping,
        };
        let mut events = vec![welcome];
        events.extend(session.form_key().await);
        Ok((session, events))
    }

    /// The server.
    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// The seat, live or not.
    pub(super) fn seat(&self) -> &Seat {
        &self.seat
    }

    /// The room.
    pub(super) fn room(&self) -> RoomId {
        self.attempt.standing.room.id
    }

    /// The last line on disk.
    pub(super) fn last_sequence(&self) -> u64 {
        self.attempt.last_sequence
    }

    /// Resolves when the seat's state may have changed.
    pub(super) async fn changed(&mut self) -> Cause {
        let left = self
            .attempt
            .standing
            .remaining(self.app.clock.now())
            .0
            .clamp(200, 5_000);
        let soon = Duration::from_millis(left.unsigned_abs());
        tokio::select! {
            _ = self.control.changed() => Cause::Act,
            _ = self.connected.wake.changed() => Cause::Act,
            _ = self.stopping.changed() => Cause::Stop,
            () = tokio::time::sleep(soon), if matches!(self.told.1, Phase::Running) => Cause::Time,
        }
    }

    /// Looks what changed and tells the seat.
    pub(super) async fn refresh(&mut self, cause: Cause) -> Next {
        let reloaded = match cause {
            Cause::Stop => return Next::Stop,
            Cause::Time => Ok(()),
            Cause::Act => self.reload().await,
        };
        match reloaded {
            Ok(()) => Next::Send(self.news().await),
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Answers a message.
    pub(super) async fn message(&mut self, message: SeatMessage) -> Next {
        self.connected.seen(self.app.clock.now());
        match message {
            SeatMessage::Hello { .. } => self.refused(ProblemCode::MalformedRequest.into()),
            SeatMessage::Heartbeat { .. } => self.heartbeat().await,
            SeatMessage::Entries(entries) => {
                let began = Instant::now();
                let decided = self.entries(entries).await;
                self.app.metrics.answer_time.took(began.elapsed());
                match decided {
                    Ok(through) => Next::Send(vec![SeatEvent::Acknowledged { through }]),
                    Err(refusal) => self.refused(refusal),
                }
            }
            SeatMessage::HandIn(envelope) => match self.hand_in(envelope.0).await {
                Ok(receipt) => Next::Send(vec![SeatEvent::Receipt(Bytes(receipt)), self.state()]),
                Err(refusal) => self.refused(refusal),
            },
        }
    }

    fn refused(&self, refusal: Refusal) -> Next {
        let last_sequence = self.attempt.last_sequence;
        match refusal {
            Refusal::TakenOver => Next::Last(SeatEvent::TakenOver),
            Refusal::Code(code) => Next::Send(vec![SeatEvent::Refused { code, last_sequence }]),
        }
    }

    async fn reload(&mut self) -> Result<(), Refusal> {
        let loaded = store::load_attempt(self.app.db.reader(), self.seat.attempt).await?;
        let loaded = loaded.ok_or(ProblemCode::NotLoggedIn)?;
        if loaded.last_sequence > self.attempt.last_sequence {
            must_be_safe(&self.app).await?;
        }
        self.attempt = loaded;
        if self.attempt.epoch == self.seat.epoch {
            Ok(())
        } else {
            Err(Refusal::TakenOver)
        }
    }

    async fn heartbeat(&mut self) -> Next {
        if let Err(refusal) = self.reload().await {
            return self.refused(refusal);
        }
        let mut events = vec![self.state()];
        events.extend(self.form_key().await);
        Next::Send(events)
    }

    /// State and key as far as the seat does not know them yet.
    async fn news(&mut self) -> Vec<SeatEvent> {
        let now = self.attempt.standing.state(self.app.clock.now());
        let mut events = Vec::new();
        if (now.version, now.phase) != self.told {
            events.push(self.state());
        }
        events.extend(self.form_key().await);
        events
    }

    fn state(&mut self) -> SeatEvent {
        let state = self.attempt.standing.state(self.app.clock.now());
        self.told = (state.version, state.phase);
        SeatEvent::State(state)
    }

    /// The form's key, once, while the room runs.
    async fn form_key(&mut self) -> Option<SeatEvent> {
        if self.key_sent || self.told.1 != Phase::Running {
            return None;
        }
        let form = self.attempt.form?;
        let room = self.attempt.standing.room.id;
        match paper::release::paper_key(&self.app, room, form).await {
            Ok(key) => {
                self.key_sent = true;
                Some(SeatEvent::FormKey {
                    form,
                    key: Fixed(*key.as_bytes()),
                })
            }
            Err(error) => {
                tracing::error!(%error, %form, "paper key not released");
                None
            }
        }
    }
}

/// What is in the database was stored by another session: is it safe as well?
async fn must_be_safe(app: &App) -> Result<(), Refusal> {
    match app.writer.confirm().await {
        Outcome::Stored => Ok(()),
        _ => Err(ProblemCode::StorageUnavailable.into()),
    }
}

#[cfg(test)]
mod tests;
