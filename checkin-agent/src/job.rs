//! One order of the server to read a card, and the ways to reach it while it runs: challenge and cancellation.
//!
//! Knows neither PC/SC nor the network.

use crate::emrtd::access::{AccessKeys, ZoneKey};
use crate::emrtd::pace::Password;
use certs::travel_document::mrz::mrz_key;
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::CheckinId;
use exam_protocol::station::{BasicAccessDates, ChipAuthenticationRelay, ReadFailure};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// How long to wait for the server's challenge.
const CHALLENGE_TIME: Duration = Duration::from_secs(10);

/// How often a waiting job looks whether it was cancelled.
pub const SLICE: Duration = Duration::from_millis(200);

/// What to read.
pub struct Job {
    /// Which check-in.
    pub checkin: CheckinId,
    /// What may open the chip.
    pub keys: AccessKeys,
    /// How long to wait for a card.
    pub wait_for_card: Duration,
    challenge: Receiver<[u8; 8]>,
    relay: Receiver<Option<ChipAuthenticationRelay>>,
    cancelled: Arc<AtomicBool>,
}

/// The other end of a [`Job`].
pub struct Remote {
    /// Which check-in.
    pub checkin: CheckinId,
    challenge: SyncSender<[u8; 8]>,
    relay: SyncSender<Option<ChipAuthenticationRelay>>,
    cancelled: Arc<AtomicBool>,
}

/// A job and its other end.
pub fn job(checkin: CheckinId, keys: AccessKeys, wait_for_card: Duration) -> (Job, Remote) {
    let (sender, challenge) = sync_channel(1);
    let (relay_sender, relay) = sync_channel(1);
    let cancelled = Arc::new(AtomicBool::new(false));
    let remote = Remote {
        checkin,
        challenge: sender,
        relay: relay_sender,
        cancelled: Arc::clone(&cancelled),
    };
    (
        Job {
            checkin,
            keys,
            wait_for_card,
            challenge,
            relay,
            cancelled,
        },
        remote,
    )
}

impl Remote {
    /// Hands the challenge over; a second one is not taken.
    pub fn challenge(&self, challenge: [u8; 8]) {
        let _taken_already_or_ended = self.challenge.try_send(challenge);
    }

    /// Hands over what to relay to the chip; a second time it is not taken.
    pub fn relay(&self, relay: Option<ChipAuthenticationRelay>) {
        let _taken_already_or_ended = self.relay.try_send(relay);
    }

    /// Stops the job at its next step.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Job {
    /// Was it cancelled?
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Waits for the challenge.
    ///
    /// # Errors
    /// Cancelled, or none came in time.
    pub fn wait_for_challenge(&self) -> Result<[u8; 8], ReadFailure> {
        self.wait_for(&self.challenge)
    }

    /// Waits for what to relay to the chip.
    ///
    /// # Errors
    /// Cancelled, or nothing came in time.
    pub fn wait_for_relay(&self) -> Result<Option<ChipAuthenticationRelay>, ReadFailure> {
        self.wait_for(&self.relay)
    }

    fn wait_for<T>(&self, answer: &Receiver<T>) -> Result<T, ReadFailure> {
        let deadline = Instant::now() + CHALLENGE_TIME;
        loop {
            match answer.recv_timeout(SLICE) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) => return Err(ReadFailure::Cancelled),
                Err(RecvTimeoutError::Timeout) if self.is_cancelled() => return Err(ReadFailure::Cancelled),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                    return Err(ReadFailure::NoChallenge);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Sleeps unless it is cancelled meanwhile.
    ///
    /// # Errors
    /// Cancelled.
    pub fn sleep(&self, length: Duration) -> Result<(), ReadFailure> {
        let end = Instant::now() + length;
        while !self.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
        Err(ReadFailure::Cancelled)
    }
}

/// The keys for a citizen's card: the number gives CAN and document number, the dates complete the machine-readable zone. Dates that cannot stand
/// in a machine-readable zone are left out.
pub fn access_keys(number: &CitizenNumber, dates: &[BasicAccessDates]) -> AccessKeys {
    let password = Password::card_access_number(number.card_access_number());
    let information =
        |dates: &BasicAccessDates| mrz_key(number.document_number(), &dates.birth, &dates.expiry).ok();
    let keys = dates
        .iter()
        .filter_map(information)
        .map(|text| ZoneKey::from_mrz_information(&text));
    AccessKeys {
        number: Some(password.expect("a citizen number ends in six digits")),
        zones: keys.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_job() -> (Job, Remote) {
        let number: CitizenNumber = "001090123456".parse().unwrap();
        let dates = BasicAccessDates {
            birth: "900101".into(),
            expiry: "300101".into(),
        };
        let broken = BasicAccessDates {
            birth: "9001".into(),
            expiry: "ắ".into(),
        };
        let keys = access_keys(&number, &[broken, dates]);
        assert_eq!(keys.zones.len(), 1);
        job(CheckinId::from_random([1; 16]), keys, Duration::ZERO)
    }

    #[test]
    fn a_challenge_reaches_its_job_once() {
        let (job, remote) = a_job();
        remote.challenge([7; 8]);
        remote.challenge([8; 8]);
        assert_eq!(job.wait_for_challenge(), Ok([7; 8]));
        drop(remote);
        assert_eq!(job.wait_for_challenge(), Err(ReadFailure::Cancelled));
    }

    #[test]
    fn a_cancelled_job_neither_waits_nor_sleeps() {
        let (job, remote) = a_job();
        remote.cancel();
        assert_eq!(job.wait_for_challenge(), Err(ReadFailure::Cancelled));
        assert_eq!(job.sleep(Duration::from_hours(1)), Err(ReadFailure::Cancelled));
    }
}
