//! What the messages of a station do: challenge out, evidence in, judged here. Joins rules and store; decides nothing.

use crate::app::App;
use crate::audit::{self, chain::Act};
use crate::checkin::access::Station;
use crate::checkin::agreement::{self, MAX_DG14, MAX_RESPONSE};
use crate::checkin::challenge::{Binding, checkpoint};
use crate::checkin::desk::Kept;
use crate::checkin::evidence::{Context, check_sizes};
use crate::checkin::judgement::{self, Case, Outcome, UnderWay};
use crate::checkin::stations::Job;
use crate::checkin::store::{self, anchor};
use crate::checkin::trust;
use crate::db::Tx;
use certs::travel_document::TrustAnchors;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::id::CheckinId;
use exam_protocol::station::{CardEvidence, ChipAuthenticationRelay, ReadFailure, ReadStep};
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// Why a station's message did nothing.
#[derive(Debug)]
pub enum Refusal {
    /// It does not fit to what the server waits for; this is in the audit. A stable reason code.
    Recorded(&'static str),
    /// The server could not handle it; the cause for the log.
    Fault(String),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

/// The connection of one station.
pub struct Reading<'a> {
    /// The server.
    pub app: &'a App,
    /// The station.
    pub station: &'a Station,
    /// Number of the connection.
    pub connection: u64,
}

impl Reading<'_> {
    /// The station has said something.
    pub async fn alive(&self) {
        let (machine, address) = (self.station.machine(), self.station.address);
        if let Err(error) = crate::machine::access::sign_of_life(self.app, machine, address).await {
            tracing::error!(%error, station = %self.station.id, "sign of life not stored");
        }
    }

    /// Readers came or went.
    pub fn readers(&self, readers: Vec<String>) {
        self.app
            .stations
            .set_readers(self.station.id, self.connection, readers);
        self.app.changes.progress_everywhere();
    }

    /// Notes how far a reading is.
    pub fn progress(&self, checkin: CheckinId, step: ReadStep) {
        if let Some(room) = self
            .app
            .stations
            .progress(self.station.id, self.connection, checkin, step)
        {
            self.app.changes.progress(room);
        }
    }

    /// Makes the one challenge of a check-in.
    ///
    /// # Errors
    /// When there is no such reading at this station, or it has had its challenge.
    pub async fn challenge(&self, checkin: CheckinId) -> Result<Fixed<8>, Refusal> {
        let under_way = self.under_way(checkin).await?;
        let context = &under_way.context;
        let now = self.app.clock.now();
        let mut tx = self.app.db.write().await?;
        let checkpoint = checkpoint(audit::store::newest(&mut *tx).await?.as_ref());
        let binding = Binding {
            nonce: &context.nonce,
            checkpoint: &checkpoint,
            sitting: context.sitting,
            attempt: context.attempt,
            station: context.station,
        };
        let challenge = binding.challenge();
        let fresh = store::set_challenge(&mut tx, context, (challenge, &checkpoint), now).await?;
        if !fresh {
            drop(tx);
            return Err(self.refuse(checkin, "challenge-used").await);
        }
        tx.commit().await?;
        Ok(challenge)
    }

    /// Draws the one key for chip authentication of a check-in; what to relay, or nothing where the card offers no key
    /// agreement that is known.
    ///
    /// # Errors
    /// When there is no such reading at this station, or it has had its key, or EF.DG14 is too large.
    pub async fn offer(
        &self,
        checkin: CheckinId,
        dg14: Bytes,
    ) -> Result<Option<ChipAuthenticationRelay>, Refusal> {
        self.under_way(checkin).await?;
        if dg14.0.len() > MAX_DG14 {
            return Err(self.refuse(checkin, "evidence-too-large").await);
        }
        let (random, now) = (self.app.random.clone(), self.app.clock.now());
        let offered = tokio::task::spawn_blocking(move || agreement::offer(&dg14.0, random.ring(), now))
            .await
            .map_err(|error| Refusal::Fault(error.to_string()))?;
        let Some((offered, relay)) = offered else {
            return Ok(None);
        };
        if !self
            .app
            .stations
            .offer(self.station.id, self.connection, checkin, offered)
        {
            return Err(self.refuse(checkin, "chip-authentication-used").await);
        }
        Ok(Some(relay))
    }

    /// Judges the chip's answer; the key serves for no other.
    ///
    /// # Errors
    /// When no key of this check-in waits for an answer, or the answer is too large.
    pub async fn answered(&self, checkin: CheckinId, response: Option<Bytes>) -> Result<(), Refusal> {
        let (station, connection) = (self.station.id, self.connection);
        if response
            .as_ref()
            .is_some_and(|response| response.0.len() > MAX_RESPONSE)
        {
            return Err(self.refuse(checkin, "evidence-too-large").await);
        }
        let Some(offered) = self.app.stations.take_offered(station, connection, checkin) else {
            return Err(self.refuse(checkin, "chip-authentication-not-given").await);
        };
        let concluded = offered.conclude(response, self.app.clock.now());
        self.app
            .stations
            .conclude(station, connection, checkin, concluded);
        Ok(())
    }

    /// Judges and stores what a card gave.
    ///
    /// # Errors
    /// When there is no such reading at this station, or it has ended, or a part is too large.
    pub async fn evidence(&self, checkin: CheckinId, evidence: CardEvidence) -> Result<(), Refusal> {
        let under_way = self.under_way(checkin).await?;
        if check_sizes(&evidence).is_err() {
            self.end(checkin, ReadFailure::ProtocolError).await?;
            return Err(self.refuse(checkin, "evidence-too-large").await);
        }
        let now = self.app.clock.now();
        let (room, context) = (under_way.room, under_way.context.clone());
        let outcome = self.judge(under_way, evidence, now).await?;
        let keys = &self.app.keys;
        let node = (&keys.node, self.app.random.ring());
        let kept = Kept::seal(&outcome, &keys.audit, node, now)
            .map_err(|error| Refusal::Fault(error.to_string()))?;
        let mut tx = self.app.db.write().await?;
        if !store::put_judgement(&mut tx, &outcome, &kept, now).await? {
            drop(tx);
            return Err(self.refuse(checkin, "evidence-repeated").await);
        }
        let first_seen = match &outcome.signer {
            Some(signer) => store::signer::note(&mut tx, checkin, signer, now).await?,
            None => false,
        };
        self.record_judgement(&mut tx, (&context, first_seen), &outcome, now)
            .await?;
        tx.commit().await?;
        self.app
            .stations
            .finish(self.station.id, self.connection, checkin);
        self.app.changes.progress(room);
        Ok(())
    }

    /// Stores that a reading ended without evidence.
    ///
    /// # Errors
    /// When there is no such reading at this station, or it has ended.
    pub async fn failed(&self, checkin: CheckinId, failure: ReadFailure) -> Result<(), Refusal> {
        let open = store::under_way(self.app.db.reader(), checkin, self.station.id).await?;
        match open {
            Some(under_way) if under_way.open => self.end(checkin, failure).await,
            // The answer to a cancelled reading may cross with the cancellation.
            Some(_) => Ok(()),
            None => Err(self.refuse(checkin, "not-at-this-station").await),
        }
    }

    /// Ends readings for which the server no longer waits.
    pub async fn give_up_overdue(&self) {
        let now = self.app.clock.now();
        if let Some(job) = self
            .app
            .stations
            .take_overdue(self.station.id, self.connection, now)
        {
            self.abandon(job).await;
        }
    }

    /// Ends a reading that nobody is at any more.
    pub async fn abandon(&self, job: Job) {
        if let Err(Refusal::Fault(cause)) = self.end(job.checkin, ReadFailure::Cancelled).await {
            tracing::error!(checkin = %job.checkin, cause, "interrupted reading not stored");
        }
        self.app.changes.progress(job.room);
    }

    async fn under_way(&self, checkin: CheckinId) -> Result<UnderWay, Refusal> {
        match store::under_way(self.app.db.reader(), checkin, self.station.id).await? {
            Some(under_way) if under_way.open => Ok(under_way),
            Some(_) => Err(self.refuse(checkin, "check-in-has-ended").await),
            None => Err(self.refuse(checkin, "not-at-this-station").await),
        }
    }

    /// The trust store, read anew only after something was installed or removed.
    async fn anchors(&self) -> Result<Arc<TrustAnchors>, Refusal> {
        let (reader, store) = (self.app.db.reader(), &self.app.trust);
        let version = anchor::version(reader).await?;
        if let Some(anchors) = store.get(version) {
            return Ok(anchors);
        }
        let installed = anchor::installed(reader).await?;
        let anchors = tokio::task::spawn_blocking(move || trust::read(&installed))
            .await
            .map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok(store.put(version, anchors))
    }

    async fn judge(
        &self,
        under_way: UnderWay,
        evidence: CardEvidence,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let anchors = self.anchors().await?;
        let rules = &self.app.config.exam;
        let agreement =
            self.app
                .stations
                .concluded(self.station.id, self.connection, under_way.context.checkin, now);
        let case = Case {
            under_way,
            evidence,
            agreement,
            received_at: now,
            challenge_life: Millis::seconds(rules.challenge_seconds.into()),
            strict_issuer: rules.strict_issuer,
        };
        // Signatures take milliseconds of a core: not on the threads that serve answers.
        tokio::task::spawn_blocking(move || judgement::judge(&case, &anchors))
            .await
            .map_err(|error| Refusal::Fault(error.to_string()))
    }

    async fn end(&self, checkin: CheckinId, failure: ReadFailure) -> Result<(), Refusal> {
        let mut tx = self.app.db.write().await?;
        store::put_failure(&mut tx, checkin, failure, self.app.clock.now()).await?;
        tx.commit().await?;
        if let Some(job) = self
            .app
            .stations
            .finish(self.station.id, self.connection, checkin)
        {
            self.app.changes.progress(job.room);
        }
        Ok(())
    }

    async fn record_judgement(
        &self,
        tx: &mut Tx,
        (context, first_seen): (&Context, bool),
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let verdicts = &outcome.judged.verdicts;
        let detail = serde_json::json!({
            "checkin": context.checkin,
            "rule": outcome.judged.rule,
            "integrity": verdicts.integrity.reason,
            "issuer": verdicts.issuer.reason,
            "chip": verdicts.chip.reason,
            "chip_authentication": outcome.chip_authentication,
            "signer": outcome.signer.as_ref().map(|signer| signer.fingerprint),
            "signer_first_seen": first_seen,
            "remarks": outcome.judged.remarks,
            "evidence": outcome.evidence_hash,
        });
        let (actor, object) = (self.station.actor(), format!("attempt:{}", context.attempt));
        let act = Act {
            at: now,
            actor: &actor,
            act: "checkin.judged",
            object: &object,
            was: "",
            became: &detail.to_string(),
            reason: "",
        };
        Ok(audit::store::append(tx, &act).await?)
    }

    /// Puts a refused message on record.
    async fn refuse(&self, checkin: CheckinId, why: &'static str) -> Refusal {
        let (actor, object) = (self.station.actor(), format!("checkin:{checkin}"));
        let detail = format!("{{\"why\":\"{why}\"}}");
        let act = Act {
            at: self.app.clock.now(),
            actor: &actor,
            act: "checkin.refused",
            object: &object,
            was: "",
            became: &detail,
            reason: "",
        };
        match self.append(&act).await {
            Ok(()) => Refusal::Recorded(why),
            Err(error) => Refusal::Fault(error.to_string()),
        }
    }

    async fn append(&self, act: &Act<'_>) -> Result<(), sqlx::Error> {
        let mut tx = self.app.db.write().await?;
        audit::store::append(&mut tx, act).await?;
        tx.commit().await
    }
}
