//! Lines of the journal on their way in: ours, next in the chain, in time, stored; then acknowledged.

use super::{Refusal, Session};
use crate::sitting::journal::{self, Line, Owner, Position};
use crate::sitting::store::{self, journal::Append};
use crate::sitting::task::writer::Outcome;
use exam_protocol::bytes::Bytes;
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
}
