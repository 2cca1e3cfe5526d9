//! Did the clock jump while nobody served? Plain rules.
//!
//! An empty CMOS battery sets a PC's clock years back. Within a process time can't jump; between two processes the last sign of
//! life says what time it was.

use exam_protocol::time::{Millis, Timestamp};

/// The clock may be this much behind the last sign of life: two machines never agree to the millisecond.
const BEHIND: Millis = Millis::seconds(5);

/// No exam is away for longer and goes on as if nothing were.
const LONGEST_AWAY: Millis = Millis::minutes(6 * 60);

/// Whether the time since the last sign of life can't be trusted.
pub fn has_jumped(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|last| now + BEHIND < last || now - last > LONGEST_AWAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_is_no_jump_and_another_year_is() {
        let last = Timestamp(1_800_000_000_000);
        assert!(!has_jumped(None, last));
        assert!(!has_jumped(Some(last), last + Millis::minutes(30)));
        assert!(!has_jumped(Some(last), Timestamp(last.0 - 2_000)));
        assert!(has_jumped(Some(last), Timestamp(last.0 - 3_600_000)));
        assert!(has_jumped(Some(last), last + Millis::minutes(7 * 60)));
        assert!(
            has_jumped(Some(last), Timestamp(946_684_800_000)),
            "the year 2000"
        );
    }
}
