//! How far a collector has been served: records count as delivered only once the connection has outlived them for a while,
//! so that what a collector lost in its last moments is sent again. Plain rules.

use exam_protocol::time::{Millis, Timestamp};
use std::collections::VecDeque;

/// How long a connection must live on before what it was given counts as delivered. Syslog knows no acknowledgements.
pub const SETTLE: Millis = Millis::seconds(5);

/// Records on their way over one connection.
#[derive(Debug)]
pub struct Delivery {
    sent: i64,
    settling: VecDeque<(i64, Timestamp)>,
}

impl Delivery {
    /// A new connection: everything after `delivered` is sent, again if need be.
    pub fn after(delivered: i64) -> Self {
        Self {
            sent: delivered,
            settling: VecDeque::new(),
        }
    }

    /// The last record that was sent.
    pub fn sent(&self) -> i64 {
        self.sent
    }

    /// Notes that everything up to `sequence` was handed to the network.
    pub fn note(&mut self, sequence: i64, now: Timestamp) {
        self.sent = sequence;
        self.settling.push_back((sequence, now));
    }

    /// The last record that counts as delivered since this was asked before; none when nothing is new.
    pub fn settled(&mut self, now: Timestamp) -> Option<i64> {
        let mut last = None;
        while let Some((sequence, at)) = self.settling.front().copied() {
            if now - at < SETTLE {
                break;
            }
            last = Some(sequence);
            self.settling.pop_front();
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_in_a_connections_last_moments_is_not_delivered() {
        let mut delivery = Delivery::after(4);
        delivery.note(6, Timestamp(0));
        delivery.note(9, Timestamp(1_000));
        assert_eq!(delivery.sent(), 9);
        assert_eq!(delivery.settled(Timestamp(SETTLE.0 - 1)), None);
        assert_eq!(delivery.settled(Timestamp(SETTLE.0)), Some(6));
        assert_eq!(delivery.settled(Timestamp(SETTLE.0)), None);
        assert_eq!(delivery.settled(Timestamp(SETTLE.0 + 1_000)), Some(9));
    }
}
