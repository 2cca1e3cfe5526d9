//! A random generator that says what a worked example says. Only for tests.

use core::convert::Infallible;
use rand::{TryCryptoRng, TryRng};
use std::collections::VecDeque;

/// Hands out the given bytes, and panics when they are used up.
pub struct Scripted(VecDeque<u8>);

impl Scripted {
    /// From hexadecimal parts, in order.
    pub fn from_hex<const N: usize>(parts: [&str; N]) -> Self {
        Self(parts.iter().flat_map(|part| hex::decode(part).unwrap()).collect())
    }
}

impl TryRng for Scripted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.0.pop_front().expect("the script is long enough");
        }
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}
