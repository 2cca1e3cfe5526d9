//! The only system clock and random generator of the server.
//!
//! Within a process time is monotonic: the wall clock is read once at start, everything after is counted from there, so
//! that a step of the PC's clock in mid-exam changes no deadline.

use exam_protocol::time::{Millis, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Time for the whole server.
#[derive(Debug)]
pub struct Clock {
    base: Timestamp,
    since: Instant,
    shift: AtomicI64,
    aligned: AtomicI64,
}

impl Clock {
    /// Starts at the wall clock's time.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let base = Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX));
        Self {
            base,
            since: Instant::now(),
            shift: AtomicI64::new(0),
            aligned: AtomicI64::new(0),
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        let moved = self.shift.load(Ordering::Relaxed) + self.aligned.load(Ordering::Relaxed);
        self.base + Millis(passed) + Millis(moved)
    }

    /// Takes the time of the database, which all nodes share, for this process's own; before it serves.
    pub fn align(&self, now: Timestamp) {
        let ahead = now - self.now() + Millis(self.shift.load(Ordering::Relaxed));
        self.aligned.fetch_add(ahead.0, Ordering::Relaxed);
    }

    /// Moves the clock forward. For whole-day tests, which hand their own clock to [`crate::serve`].
    pub fn advance(&self, by: Millis) {
        self.shift.fetch_add(by.0, Ordering::Relaxed);
    }
}

/// The operating system's generator has failed; nothing can be made safely.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// Random bytes for ids, tokens and keys.
#[derive(Clone, Debug)]
pub struct Randomness(SystemRandom);

impl Randomness {
    /// The operating system's generator.
    pub fn system() -> Self {
        Self(SystemRandom::new())
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system refuses.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(bytes)
    }

    /// The generator in the form that `certs` takes.
    pub fn ring(&self) -> &dyn SecureRandom {
        &self.0
    }
}
