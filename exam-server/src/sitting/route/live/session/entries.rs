//! Lines of the journal on their way in: ours, next in the chain, in time, stored; then acknowledged.

use super::{Refusal, Session};
use crate::app::App;
use crate::sitting::journal::{self, Line, Owner, Position};
use crate::sitting::store::seat::Seat;
use crate::sitting::store::{self, journal::Append, journal::MOST_BYTES};
use crate::sitting::task::writer::Outcome;
use certs::hash::sha256;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::problem::ProblemCode;

impl Session {
    /// Takes lines; gives the number of the last line on disk.
    pub(super) async fn entries(&mut self, entries: Vec<Bytes>) -> Result<u64, Refusal> {
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
        if let Err(refusal) = self.reload().await {
            if matches!(refusal, Refusal::TakenOver) {
                keep(&self.app, &self.seat, &lines).await?;
            }
            return Err(refusal);
        }
        match self.append(lines).await? {
            Outcome::Stored => Ok(self.attempt.last_sequence),
            _ => Err(ProblemCode::RecordInvalid.into()),
        }
    }

    async fn append(&mut self, lines: Vec<Line>) -> Result<Outcome, Refusal> {
        let now = self.app.clock.now();
        let in_time = self
            .attempt
            .standing
            .may_answer(now, self.app.config.exam.grace());
        if in_time == Err(ProblemCode::TooLate) {
            return self.late(&lines).await;
        }
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
        in_time?;
        let bytes: usize = new.iter().map(|line| line.bytes.len()).sum();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        if self.attempt.journal_bytes.saturating_add(bytes) > MOST_BYTES {
            tracing::warn!(attempt = %self.seat.attempt, "the journal is full: nothing more is taken");
            return Err(ProblemCode::TooLarge.into());
        }
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
                self.attempt.journal_bytes += bytes;
                self.app.changes.progress(self.attempt.standing.room.id);
            }
        }
        Ok(outcome)
    }

    /// After time and grace: what is stored is acknowledged as ever, what is new is kept beside the journal.
    async fn late(&mut self, lines: &[Line]) -> Result<Outcome, Refusal> {
        let split = lines.partition_point(|line| line.sequence <= self.attempt.last_sequence);
        let (replayed, new) = lines.split_at(split);
        self.must_be_stored(replayed).await?;
        if new.is_empty() {
            return Ok(Outcome::Stored);
        }
        keep(&self.app, &self.seat, new).await?;
        Err(ProblemCode::TooLate.into())
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
}

/// Keeps lines that do not count, durably, before their seat is told so.
async fn keep(app: &App, seat: &Seat, lines: &[Line]) -> Result<(), Refusal> {
    let mut tx = app.db.write_answers().await?;
    let whose = (seat.attempt, seat.epoch);
    let left_out = store::late::keep(&mut tx, whose, lines, app.clock.now()).await?;
    tx.commit().await?;
    app.metrics.answers_late.add(lines.len() - left_out);
    if left_out > 0 {
        tracing::warn!(attempt = %seat.attempt, left_out, "too many late lines: not kept");
        return Err(ProblemCode::TooLarge.into());
    }
    Ok(())
}

/// The seat of a token, live or not.
pub(in crate::sitting::route::live) async fn seat_of(app: &App, token: &Fixed<32>) -> Option<Seat> {
    let hash = Fixed(sha256(token.as_slice()));
    let found = store::seat::seat_by_token(app.db.reader(), &hash).await;
    found.unwrap_or_else(|error| {
        tracing::error!(%error, "tail of a seat not taken");
        None
    })
}

/// What a seat that was taken over still has: kept as a side branch of the journal.
pub(in crate::sitting::route::live) async fn tail(
    app: &App,
    seat: &Seat,
    entries: Vec<Bytes>,
) -> Result<(), ProblemCode> {
    match tail_of(app, seat, entries).await {
        Ok(()) => Ok(()),
        Err(Refusal::Code(code)) => Err(code),
        Err(Refusal::TakenOver) => Err(ProblemCode::SeatTakenOver),
    }
}

async fn tail_of(app: &App, seat: &Seat, entries: Vec<Bytes>) -> Result<(), Refusal> {
    let attempt = store::load_attempt(app.db.reader(), seat.attempt).await?;
    let owner = Owner {
        attempt: seat.attempt,
        epoch: seat.epoch,
        questions: attempt.ok_or(ProblemCode::NotLoggedIn)?.questions,
    };
    let lines = journal::decode(&owner, entries)?;
    keep(app, seat, &lines).await
}
