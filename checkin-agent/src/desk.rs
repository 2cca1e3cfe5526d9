//! The thread that owns the card reader: takes one job at a time, reads, and reports as messages for the server.
//!
//! PC/SC calls block, so they stay on this thread and on the watcher of the reader list. It knows no network: messages go into
//! a channel. Numbers, names and card data are never logged.

use crate::backoff::Backoff;
use crate::card::pcsc::{PcscCard, Readers, Sight};
use crate::card::{CardError, Lengths, Line};
use crate::emrtd::{ChipError, Relayed};
use crate::job::{Job, Remote, SLICE};
use crate::read::{Desk, Kept, ReadError, Reading, Wanted, card_failure};
use core::ops::ControlFlow;
use exam_protocol::bytes::Bytes;
use exam_protocol::id::CheckinId;
use exam_protocol::station::{CardEvidence, ChipAuthenticationRelay, ReadFailure, ReadStep, StationMessage};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;

/// How often the list of readers is looked at.
const WATCH: Duration = Duration::from_secs(2);

/// How long a card that was lifted too early may take to come back.
const RETURN_TIME: Duration = Duration::from_secs(6);

/// How often it may come back in one reading.
const MOST_RETURNS: u32 = 3;

/// The handle of the reading thread.
pub struct DeskThread {
    jobs: SyncSender<Job>,
    current: Arc<Mutex<Option<Remote>>>,
    readers: Arc<Mutex<Vec<String>>>,
}

impl DeskThread {
    /// Starts the reading thread and the watcher of readers. `only` is the name of the one reader to use, if there is one.
    pub fn start(only: Option<String>, out: Sender<StationMessage>) -> Self {
        let (jobs, orders) = sync_channel(1);
        let current = Arc::<Mutex<Option<Remote>>>::default();
        let readers = Arc::new(Mutex::new(reader_names()));
        let worker = Worker {
            only,
            out: out.clone(),
            current: Arc::clone(&current),
            memory: HashMap::new(),
        };
        std::thread::spawn(move || worker.serve(&orders));
        let seen = Arc::clone(&readers);
        std::thread::spawn(move || watch_readers(&seen, &out));
        Self {
            jobs,
            current,
            readers,
        }
    }

    /// Names of the readers that are there.
    pub fn readers(&self) -> Vec<String> {
        lock(&self.readers).clone()
    }

    /// Gives a job to the thread. A repeated order for the reading under way changes nothing.
    ///
    /// # Errors
    /// [`ReadFailure::Cancelled`] while another reading is under way.
    pub fn read(&self, job: Job, remote: Remote) -> Result<(), ReadFailure> {
        let mut current = lock(&self.current);
        match &*current {
            Some(running) if running.checkin == remote.checkin => Ok(()),
            Some(_) => Err(ReadFailure::Cancelled),
            None => {
                self.jobs.try_send(job).map_err(|_| ReadFailure::Cancelled)?;
                *current = Some(remote);
                Ok(())
            }
        }
    }

    /// Hands the server's challenge to the reading it belongs to.
    pub fn challenge(&self, checkin: CheckinId, challenge: [u8; 8]) {
        if let Some(remote) = lock(&self.current)
            .as_ref()
            .filter(|remote| remote.checkin == checkin)
        {
            remote.challenge(challenge);
        }
    }

    /// Hands what the server has for the chip to the reading it belongs to.
    pub fn relay(&self, checkin: CheckinId, relay: Option<ChipAuthenticationRelay>) {
        if let Some(remote) = lock(&self.current)
            .as_ref()
            .filter(|remote| remote.checkin == checkin)
        {
            remote.relay(relay);
        }
    }

    /// Stops the reading of this check-in.
    pub fn cancel(&self, checkin: CheckinId) {
        if let Some(remote) = lock(&self.current)
            .as_ref()
            .filter(|remote| remote.checkin == checkin)
        {
            remote.cancel();
        }
    }

    /// Stops whatever is read: the server is gone.
    pub fn cancel_all(&self) {
        if let Some(remote) = lock(&self.current).as_ref() {
            remote.cancel();
        }
    }
}

/// What the agent remembers of a reader.
#[derive(Default)]
struct Memory {
    backoff: Backoff,
    /// By the answer to reset, which tells kinds of cards apart.
    lengths: HashMap<Vec<u8>, Lengths>,
}

struct Worker {
    only: Option<String>,
    out: Sender<StationMessage>,
    current: Arc<Mutex<Option<Remote>>>,
    memory: HashMap<String, Memory>,
}

impl Worker {
    fn serve(mut self, orders: &Receiver<Job>) {
        while let Ok(job) = orders.recv() {
            let checkin = job.checkin;
            let message = match self.read(&job) {
                Ok(evidence) => {
                    let (commands, milliseconds) = (evidence.apdu_count, evidence.duration);
                    tracing::info!(%checkin, commands, milliseconds, access = ?evidence.access, "đã đọc thẻ / card read");
                    StationMessage::Evidence {
                        checkin,
                        evidence: Box::new(evidence),
                    }
                }
                Err(error) => {
                    let failure = error.failure();
                    tracing::warn!(%checkin, ?failure, reason = %error, "không đọc được thẻ / card not read");
                    StationMessage::Failed { checkin, failure }
                }
            };
            // Free for the next order before the server can know that this one has ended.
            *lock(&self.current) = None;
            if self.out.blocking_send(message).is_err() {
                return;
            }
        }
    }

    fn read(&mut self, job: &Job) -> Result<CardEvidence, ReadError> {
        self.report(job, ReadStep::WaitingForCard)?;
        let mut kept = Kept::default();
        let mut patience = job.wait_for_card;
        let mut returns = 0;
        loop {
            let mut card = match self.wait_for_card(job, patience) {
                // What was a lifted card is told as one.
                Err(ReadError::Desk(ReadFailure::NoCard)) if returns > 0 => {
                    return Err(ChipError::Card(CardError::Removed).into());
                }
                card => card?,
            };
            let seen = Instant::now();
            let mut memory = self.memory.remove(card.reader()).unwrap_or_default();
            let outcome = self.read_card(job, &mut card, &mut memory, (&mut kept, seen));
            match outcome {
                Err(ReadError::Chip(ChipError::WrongKey)) => memory.backoff.refused(Instant::now()),
                Ok(_) => memory.backoff.opened(),
                Err(_) => {}
            }
            self.memory.insert(card.reader().to_owned(), memory);
            let lifted = matches!(outcome, Err(ReadError::Chip(ChipError::Card(CardError::Removed))));
            if !lifted || returns == MOST_RETURNS {
                return outcome;
            }
            returns += 1;
            patience = RETURN_TIME;
            drop(card);
            self.report(job, ReadStep::WaitingForCard)?;
        }
    }

    fn read_card(
        &self,
        job: &Job,
        card: &mut PcscCard,
        memory: &mut Memory,
        (kept, seen): (&mut Kept, Instant),
    ) -> Result<CardEvidence, ReadError> {
        let wait = memory.backoff.remaining(Instant::now());
        if !wait.is_zero() {
            self.report(job, ReadStep::Access)?;
            tracing::info!(
                seconds = wait.as_secs(),
                "chờ trước khi thử lại thẻ / waiting before asking the card again"
            );
            job.sleep(wait).map_err(ReadError::Desk)?;
        }
        let lengths = memory.lengths.entry(card.answer_to_reset().to_vec()).or_default();
        let mut line = Line::new(*lengths);
        let reading = Reading {
            keys: &job.keys,
            line: &mut line,
            kept,
            wanted: Wanted::default(),
            rng: &mut rand::rng(),
            desk: Desk {
                progress: &mut |step| match self.report(job, step) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
                challenge: &mut || self.challenge(job),
                clock: &|| u32::try_from(seen.elapsed().as_millis()).unwrap_or(u32::MAX),
            },
        };
        let outcome = reading.run_relaying(card, &mut |dg14| self.ask(job, dg14));
        *lengths = line.lengths;
        if outcome.is_ok()
            && let Some(relayed) = kept.relayed()
        {
            self.answer(job, relayed)?;
        }
        outcome
    }

    fn challenge(&self, job: &Job) -> Result<[u8; 8], ReadFailure> {
        let wanted = StationMessage::ChallengeWanted { checkin: job.checkin };
        self.out
            .blocking_send(wanted)
            .map_err(|_| ReadFailure::Cancelled)?;
        job.wait_for_challenge()
    }

    fn ask(&self, job: &Job, dg14: &[u8]) -> Result<Option<ChipAuthenticationRelay>, ReadFailure> {
        let (checkin, dg14) = (job.checkin, Bytes(dg14.to_vec()));
        self.out
            .blocking_send(StationMessage::ChipAuthenticationWanted { checkin, dg14 })
            .map_err(|_| ReadFailure::Cancelled)?;
        job.wait_for_relay()
    }

    fn answer(&self, job: &Job, relayed: &Relayed) -> Result<(), ReadError> {
        let response = match relayed {
            Relayed::Answered(response) => Some(Bytes(response.clone())),
            Relayed::Refused(_) | Relayed::NotRelayed => None,
        };
        let checkin = job.checkin;
        self.out
            .blocking_send(StationMessage::ChipAuthenticationAnswer { checkin, response })
            .map_err(|_| ReadError::Desk(ReadFailure::Cancelled))
    }

    fn report(&self, job: &Job, step: ReadStep) -> Result<(), ReadError> {
        let sent = !job.is_cancelled()
            && self
                .out
                .blocking_send(StationMessage::Progress {
                    checkin: job.checkin,
                    step,
                })
                .is_ok();
        if sent {
            Ok(())
        } else {
            Err(ReadError::Desk(ReadFailure::Cancelled))
        }
    }

    fn wait_for_card(&self, job: &Job, patience: Duration) -> Result<PcscCard, ReadError> {
        let deadline = Instant::now() + patience;
        let readers = Readers::open().map_err(ChipError::Card)?;
        loop {
            if job.is_cancelled() {
                return Err(ReadError::Desk(ReadFailure::Cancelled));
            }
            match readers.look(self.only.as_deref(), SLICE) {
                Ok(Sight::Card(card)) => return Ok(card),
                Ok(Sight::NoReader) => return Err(ReadError::Desk(ReadFailure::NoReader)),
                // A card being moved about, or still looked at by another program, is waited for.
                Ok(Sight::NoCard) | Err(CardError::Removed | CardError::InUse | CardError::Transmission) => {}
                Err(error) => return Err(ReadError::Desk(card_failure(error))),
            }
            if Instant::now() >= deadline {
                return Err(ReadError::Desk(ReadFailure::NoCard));
            }
        }
    }
}

/// Reports readers that come and go.
fn watch_readers(seen: &Mutex<Vec<String>>, out: &Sender<StationMessage>) {
    loop {
        std::thread::sleep(WATCH);
        let names = reader_names();
        if *lock(seen) != names {
            (*lock(seen)).clone_from(&names);
            if out.blocking_send(StationMessage::Readers(names)).is_err() {
                return;
            }
        }
    }
}

fn reader_names() -> Vec<String> {
    Readers::open()
        .and_then(|readers| readers.names())
        .unwrap_or_default()
}

/// A thread that panicked while it held the lock left a whole value behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{access_keys, job};

    fn order(byte: u8) -> (Job, Remote) {
        let keys = access_keys(&"001090123456".parse().unwrap(), &[]);
        job(CheckinId::from_random([byte; 16]), keys, Duration::ZERO)
    }

    #[test]
    fn one_reading_at_a_time() {
        let (jobs, orders) = sync_channel(1);
        let desk = DeskThread {
            jobs,
            current: Arc::default(),
            readers: Arc::default(),
        };
        let give = |byte| {
            let (job, remote) = order(byte);
            desk.read(job, remote)
        };
        assert_eq!(give(1), Ok(()));
        assert_eq!(give(2), Err(ReadFailure::Cancelled));
        // The server may repeat itself.
        assert_eq!(give(1), Ok(()));
        let job = orders.try_recv().unwrap();
        assert!(orders.try_recv().is_err());
        desk.challenge(CheckinId::from_random([2; 16]), [2; 8]);
        desk.challenge(job.checkin, [1; 8]);
        assert_eq!(job.wait_for_challenge(), Ok([1; 8]));
        desk.cancel(CheckinId::from_random([2; 16]));
        assert!(!job.is_cancelled());
        desk.cancel(job.checkin);
        assert!(job.is_cancelled());
    }
}
