//! The final account: every answer that was acknowledged to somebody must be in the export.

use super::seats::Seats;
use exam_protocol::id::AttemptId;
use std::collections::BTreeSet;

/// A line that the server acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whose.
    pub attempt: AttemptId,
    /// Its number.
    pub sequence: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All lines that were acknowledged to anybody.
pub fn seen(seats: &Seats) -> Vec<Seen> {
    let lines = seats.candidates().flat_map(|candidate| {
        let attempt = candidate.seat().attempt;
        candidate.acknowledged().iter().map(move |line| Seen {
            attempt,
            sequence: line.sequence,
            bytes: line.bytes.clone(),
        })
    });
    lines.collect()
}

/// How many of them are not stored.
pub fn lost(seen: &[Seen], stored: &BTreeSet<(AttemptId, Vec<u8>)>) -> usize {
    let gone = seen
        .iter()
        .filter(|line| !stored.contains(&(line.attempt, line.bytes.clone())));
    gone.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::bytes::Fixed;

    #[test]
    fn an_acknowledged_line_that_is_not_stored_as_it_was_is_lost() {
        let line = |attempt: u8, byte: u8| Seen {
            attempt: AttemptId(Fixed([attempt; 16])),
            sequence: 1,
            bytes: vec![byte],
        };
        let seen = [line(1, 1), line(1, 2), line(2, 1)];
        let stored = |lines: &[Seen]| lines.iter().map(|l| (l.attempt, l.bytes.clone())).collect();
        assert_eq!(lost(&seen, &stored(&seen)), 0);
        assert_eq!(lost(&seen, &stored(&seen[1..])), 1);
        assert_eq!(lost(&seen, &stored(&[line(2, 2), line(1, 1)])), 2);
    }
}
