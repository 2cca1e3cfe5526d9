//! Repeatable choices: the same seed and purpose give the same citizens, keys and cards on every machine.
//!
//! Must never be used where a program of the product needs randomness; nothing here is secret.

use sha2::{Digest, Sha256};

/// A stream of bytes made from SHA-256(seed ‖ purpose ‖ counter).
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    purpose: String,
    counter: u64,
}

impl Dice {
    /// Starts the stream of one purpose, such as `"citizen/7"`; streams of other purposes are independent of it.
    pub fn new(seed: u64, purpose: impl Into<String>) -> Self {
        Self {
            seed,
            purpose: purpose.into(),
            counter: 0,
        }
    }

    /// The next 32 bytes.
    pub fn block(&mut self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(self.purpose.as_bytes());
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        hash.finalize().into()
    }

    /// A number from 0 up to, and not including, `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        let block = self.block();
        let wide = block[..8].iter().fold(0_u64, |sum, &b| sum << 8 | u64::from(b));
        u32::try_from(wide % u64::from(end)).expect("a remainder below a 32-bit number fits in 32 bits")
    }

    /// One of the elements of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let end = u32::try_from(list.len()).expect("the lists of this crate are short");
        &list[self.below(end) as usize]
    }

    /// `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(count + 32);
        while out.len() < count {
            out.extend(self.block());
        }
        out.truncate(count);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_purpose_repeats_and_another_differs() {
        let first = Dice::new(1, "a").bytes(100);
        assert_eq!(first, Dice::new(1, "a").bytes(100));
        assert_ne!(first, Dice::new(1, "b").bytes(100));
        assert_ne!(first, Dice::new(2, "a").bytes(100));
    }
}
