//! Tells what has happened, a line a step.

use std::fmt::Display;
use std::time::Instant;

/// Counts steps and time.
#[derive(Debug)]
pub(super) struct Steps {
    begin: Instant,
    done: usize,
}

impl Steps {
    /// The clock starts.
    pub(super) fn begin() -> Self {
        Self {
            begin: Instant::now(),
            done: 0,
        }
    }

    /// A step has happened.
    pub(super) fn done(&mut self, what: impl Display) {
        self.done += 1;
        println!("[{:6.1} s] ✓ {what}", self.begin.elapsed().as_secs_f32());
    }

    /// All have happened.
    pub(super) fn summary(&self, what: impl Display) {
        println!(
            "{} steps in {:.1} s: {what}",
            self.done,
            self.begin.elapsed().as_secs_f32()
        );
    }
}
