//! One seat on its socket: what it may do, what it was told, where its journal ends.

use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::paper;
use crate::sitting::hand_in::{self, Stored};
use crate::sitting::journal::{self, Line, Owner, Position};
use crate::sitting::presence::Connected;
use crate::sitting::state::Lateness;
use crate::sitting::store::hand_in::StoredHandIn;
use crate::sitting::store::{self, Attempt, journal::Append, seat::Seat};
use crate::sitting::task::writer::Outcome;
use certs::hash::sha256;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{Phase, SeatEvent, SeatMessage};
use std::sync::Arc;
use std::time::Duration;
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
    seat: Seat,
    attempt: Attempt,
    told: (u64, Phase),
    key_sent: bool,
    connected: Connected,
    control: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

impl Session {
    /// Opens the session of the seat with this token; gives its first events.
    pub(super) async fn begin(app: Arc<App>, token: &Fixed<32>) -> Result<(Self, Vec<SeatEvent>), SeatEvent> {
        match Self::load(app, token).await {
            Ok(opened) => Ok(opened),
            Err(Refusal::TakenOver) => Err(SeatEvent::TakenOver),
            Err(Refusal::Code(code)) => Err(SeatEvent::Refused {
                code,
                last_sequence: 0,
            }),
        }
    }

    async fn load(app: Arc<App>, token: &Fixed<32>) -> Result<(Self, Vec<SeatEvent>), Refusal> {
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
        let mut session = Self {
            app,
            seat,
            attempt,
            told,
            key_sent: false,
            connected,
            control,
            stopping,
        };
        let mut events = vec![welcome];
        events.extend(session.form_key().await);
        Ok((session, events))
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
            SeatMessage::Entries(entries) => match self.entries(entries).await {
                Ok(through) => Next::Send(vec![SeatEvent::Acknowledged { through }]),
                Err(refusal) => self.refused(refusal),
            },
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
        self.attempt = loaded.ok_or(ProblemCode::NotLoggedIn)?;
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

    async fn entries(&mut self, entries: Vec<Bytes>) -> Result<u64, Refusal> {
        let owner = Owner {
            attempt: self.seat.attempt,
            epoch: self.seat.epoch,
            questions: self.attempt.questions,
        };
        let lines = journal::decode(&owner, entries)?;
        if let Outcome::Stored = self.append(lines.clone()).await? {
            return Ok(self.attempt.last_sequence);
        }
        // Something happened since this seat was last read: look again and try once more.
        self.reload().await?;
        match self.append(lines).await? {
            Outcome::Stored => Ok(self.attempt.last_sequence),
            _ => Err(ProblemCode::RecordInvalid.into()),
        }
    }

    async fn append(&mut self, lines: Vec<Line>) -> Result<Outcome, Refusal> {
        let (replayed, new) = match journal::position(lines, self.attempt.last_sequence, &self.attempt.head) {
            Position::Replay(lines) => (lines, Vec::new()),
            Position::Continues { replayed, new } => (replayed, new),
            Position::Apart => return Ok(Outcome::Fenced),
        };
        self.must_be_stored(&replayed).await?;
        let Some(last) = new.last() else {
            return Ok(Outcome::Stored);
        };
        let end = (last.sequence, last.hash);
        self.attempt
            .standing
            .may_answer(self.app.clock.now(), self.app.config.exam.grace())?;
        let append = Append {
            attempt: self.seat.attempt,
            epoch: self.seat.epoch,
            after: self.attempt.last_sequence,
            lines: new,
        };
        let outcome = self.app.writer.append(append).await;
        match outcome {
            Outcome::Failed => return Err(ProblemCode::StorageUnavailable.into()),
            Outcome::Fenced => {}
            Outcome::Stored => {
                (self.attempt.last_sequence, self.attempt.head) = end;
                self.app.changes.progress(self.attempt.standing.room.id);
            }
        }
        Ok(outcome)
    }

    /// Lines that were sent before are harmless if they are the same; others are a forgery.
    async fn must_be_stored(&self, lines: &[Line]) -> Result<(), Refusal> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(());
        };
        let reader = self.app.db.reader();
        let stored = store::journal::hashes(reader, self.seat.attempt, first.sequence, last.sequence).await?;
        let same = stored
            .iter()
            .copied()
            .eq(lines.iter().map(|line| (line.sequence, line.hash)));
        if same {
            Ok(())
        } else {
            Err(ProblemCode::RecordInvalid.into())
        }
    }

    async fn hand_in(&mut self, envelope: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let app = self.app.clone();
        let signed = hand_in::open(&self.seat.key, &envelope)?;
        let mut tx = app.db.write().await?;
        let now = app.clock.now();
        if let Some(before) = store::hand_in::get(&mut *tx, self.seat.attempt).await? {
            let same = before.envelope == envelope;
            return if same {
                Ok(before.receipt)
            } else {
                Err(ProblemCode::WrongState.into())
            };
        }
        let loaded = store::load_attempt(&mut *tx, self.seat.attempt).await?;
        self.attempt = loaded.ok_or(ProblemCode::NotLoggedIn)?;
        if self.attempt.epoch != self.seat.epoch {
            return Err(Refusal::TakenOver);
        }
        let late = self.attempt.standing.may_hand_in(now, app.config.exam.grace())? == Lateness::Late;
        let agreed = signed.agree(&self.stored(&mut tx).await?)?;
        let receipt = agreed
            .countersign(
                &app.keys.receipt,
                app.random.ring(),
                &self.seat.certificate,
                now,
                late,
            )
            .map_err(|_| ProblemCode::Internal)?;
        let epoch = self.seat.epoch;
        let row = StoredHandIn {
            epoch,
            envelope,
            receipt: receipt.clone(),
            received_at: now,
            late,
        };
        store::hand_in::put(&mut tx, self.seat.attempt, &row).await?;
        let actor = format!("seat:{}", self.seat.attempt);
        let detail = format!("{{\"epoch\":{epoch},\"late\":{late}}}");
        let act = Act {
            at: now,
            actor: &actor,
            act: "seat.hand-in",
            object: &actor,
            detail: &detail,
        };
        audit::store::append(&mut tx, &act).await?;
        tx.commit().await?;
        self.reload().await?;
        app.changes.progress(self.attempt.standing.room.id);
        app.presence.wake(self.seat.attempt);
        Ok(receipt)
    }

    async fn stored(&self, tx: &mut crate::db::Tx) -> Result<Stored, Refusal> {
        let form = self.attempt.form.ok_or(ProblemCode::WrongState)?;
        let commitment = paper::store::key_commitment(&mut **tx, form).await?;
        let newest = store::journal::newest(&mut **tx, self.seat.attempt).await?;
        let answers = journal::final_answers(&newest).map_err(|_| ProblemCode::RecordInvalid)?;
        Ok(Stored {
            attempt: self.seat.attempt,
            epoch: self.seat.epoch,
            form,
            key_commitment: commitment.ok_or(ProblemCode::WrongState)?,
            last_sequence: self.attempt.last_sequence,
            head: self.attempt.head,
            answers,
        })
    }
}

#[cfg(test)]
mod tests;
