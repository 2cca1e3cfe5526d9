//! Where the chip's random numbers come from.
//!
//! Must give system randomness unless a test plays a published transcript.

use std::collections::VecDeque;

use ring::rand::{SecureRandom, SystemRandom};

/// A source of random bytes.
#[derive(Debug)]
pub enum Randomness {
    /// The operating system's.
    System(SystemRandom),
    /// Fixed values in the order in which the chip will ask for them; the system's afterwards.
    Scripted(VecDeque<Vec<u8>>),
}

impl Randomness {
    /// The operating system's.
    pub fn system() -> Self {
        Self::System(SystemRandom::new())
    }

    /// Fixed values, each of the length that the chip will ask for.
    pub fn scripted(values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::Scripted(values.into_iter().collect())
    }

    /// The next bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.vector(N)
            .try_into()
            .expect("a scripted value has the length the chip asks for")
    }

    /// The next `count` bytes.
    pub fn vector(&mut self, count: usize) -> Vec<u8> {
        if let Self::Scripted(values) = self
            && let Some(value) = values.pop_front()
        {
            return value;
        }
        let mut bytes = vec![0; count];
        SystemRandom::new()
            .fill(&mut bytes)
            .expect("the operating system has randomness");
        bytes
    }
}
