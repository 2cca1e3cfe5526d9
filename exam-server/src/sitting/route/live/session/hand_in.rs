//! A hand-in on its way in: signed by this seat, in agreement with the journal, countersigned, stored; then receipted.

use super::{Refusal, Session};
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::paper;
use crate::sitting::hand_in::{self, AgreedHandIn, Stored};
use crate::sitting::journal;
use crate::sitting::state::{Lateness, Standing};
use crate::sitting::store::{self, hand_in::StoredHandIn};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;

impl Session {
    /// Takes a hand-in; gives the receipt. The same bytes again give the same receipt.
    pub(super) async fn hand_in(&mut self, envelope: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let app = self.app.clone();
        let signed = hand_in::open(&self.seat.key, &envelope)?;
        let mut tx = app.db.write().await?;
        store::lock_attempt(&mut tx, self.seat.attempt).await?;
        if let Some(before) = store::hand_in::get(&mut *tx, self.seat.attempt).await? {
            // Whoever is told so may rely on it: what was stored may be on one machine only, this commit covers it.
            tx.commit().await?;
            return same_again(before, &envelope);
        }
        let now = app.clock.now();
        let (handed_in, lateness) = self.may_hand_in(&mut tx, now).await?;
        let late = lateness == Lateness::Late;
        let agreed = signed.agree(&self.stored(&mut tx).await?)?;
        let row = self.countersigned(&agreed, envelope, now, late)?;
        store::hand_in::put(&mut tx, self.seat.attempt, &row).await?;
        self.note(&mut tx, &row).await?;
        tx.commit().await?;
        self.attempt.standing = handed_in;
        app.metrics.hand_ins.add(1);
        app.changes.progress(self.attempt.standing.room.id);
        app.presence.wake(self.seat.attempt);
        Ok(row.receipt)
    }

    async fn may_hand_in(&mut self, tx: &mut Tx, now: Timestamp) -> Result<(Standing, Lateness), Refusal> {
        let loaded = store::load_attempt(&mut **tx, self.seat.attempt).await?;
        self.attempt = loaded.ok_or(ProblemCode::NotLoggedIn)?;
        if self.attempt.epoch != self.seat.epoch {
            return Err(Refusal::TakenOver);
        }
        let grace = self.app.config.exam.grace();
        Ok(self.attempt.standing.clone().hand_in(now, grace)?)
    }

    async fn stored(&self, tx: &mut Tx) -> Result<Stored, Refusal> {
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

    fn countersigned(
        &self,
        agreed: &AgreedHandIn,
        envelope: Vec<u8>,
        received_at: Timestamp,
        late: bool,
    ) -> Result<StoredHandIn, ProblemCode> {
        let (key, random) = (&self.app.keys.receipt, self.app.random.ring());
        let receipt = agreed.countersign(key, random, &self.seat.certificate, received_at, late);
        let receipt = receipt.map_err(|_| ProblemCode::Internal)?;
        let epoch = self.seat.epoch;
        Ok(StoredHandIn {
            epoch,
            envelope,
            receipt,
            received_at,
            late,
        })
    }

    async fn note(&self, tx: &mut Tx, row: &StoredHandIn) -> Result<(), sqlx::Error> {
        let actor = Actor {
            who: format!("seat:{}", self.seat.attempt),
            address: self.address.clone(),
        };
        let became = format!("{{\"epoch\":{},\"late\":{}}}", row.epoch, row.late);
        let act = Act {
            at: row.received_at,
            actor: &actor,
            act: "seat.hand-in",
            object: &actor.who,
            was: "",
            became: &became,
            reason: "",
        };
        audit::store::append(tx, &act).await
    }
}

fn same_again(before: StoredHandIn, envelope: &[u8]) -> Result<Vec<u8>, Refusal> {
    if before.envelope == envelope {
        Ok(before.receipt)
    } else {
        Err(ProblemCode::WrongState.into())
    }
}
