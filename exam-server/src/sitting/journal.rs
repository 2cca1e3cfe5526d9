//! Judges lines of a seat's journal: are they ours, in the one right encoding, and next in the chain?
//!
//! Plain rules over bytes; whether they may be accepted *now* is said by [`super::state::Standing::may_answer`].

use certs::hash::sha256;
use exam_protocol::answer::{Answer, JournalEntry, Response};
use exam_protocol::bytes::{Bytes, Digest};
use exam_protocol::canonical;
use exam_protocol::id::AttemptId;
use exam_protocol::problem::ProblemCode;

/// Most characters of a typed answer that is kept.
const MAX_TEXT: usize = 60 * 1024;

/// Most options or statements of a question.
const MAX_OPTIONS: usize = 64;

/// A line that was decoded and found to be this seat's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub sequence: u64,
    /// Hash of the line before, as the line says.
    pub previous: Digest,
    /// The question it answers.
    pub question: u16,
    /// Whether the answer is blank.
    pub blank: bool,
    /// SHA-256 of the bytes.
    pub hash: Digest,
    /// The bytes as received.
    pub bytes: Vec<u8>,
}

/// Whose lines are expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The attempt.
    pub attempt: AttemptId,
    /// The seat's epoch.
    pub epoch: u32,
    /// Questions in the form.
    pub questions: u16,
}

/// The hash that the first line of an attempt continues.
pub fn genesis(attempt: AttemptId) -> Digest {
    exam_protocol::bytes::Fixed(sha256(&JournalEntry::genesis_input(attempt)))
}

/// Decodes lines and checks that they are `owner`'s, numbered without gaps, and chained to each other.
///
/// # Errors
/// [`ProblemCode::MalformedRequest`] for bytes that are no line in deterministic encoding, or answer no question of the
/// form; [`ProblemCode::RecordInvalid`] for somebody else's lines, gaps and broken chains.
pub fn decode(owner: &Owner, entries: Vec<Bytes>) -> Result<Vec<Line>, ProblemCode> {
    let mut lines: Vec<Line> = Vec::with_capacity(entries.len());
    for bytes in entries {
        let line = decode_one(owner, bytes.0)?;
        if lines
            .last()
            .is_some_and(|before| before.sequence + 1 != line.sequence || before.hash != line.previous)
        {
            return Err(ProblemCode::RecordInvalid);
        }
        lines.push(line);
    }
    Ok(lines)
}

fn decode_one(owner: &Owner, bytes: Vec<u8>) -> Result<Line, ProblemCode> {
    let entry: JournalEntry = canonical::decode(&bytes).map_err(|_| ProblemCode::MalformedRequest)?;
    if entry.attempt != owner.attempt || entry.epoch != owner.epoch || entry.sequence == 0 {
        return Err(ProblemCode::RecordInvalid);
    }
    // The counter is stored in a signed column and must leave room for the next one.
    if entry.sequence >= i64::MAX.unsigned_abs() {
        return Err(ProblemCode::MalformedRequest);
    }
    if entry.question == 0 || entry.question > owner.questions || !is_sane(&entry.response) {
        return Err(ProblemCode::MalformedRequest);
    }
    Ok(Line {
        sequence: entry.sequence,
        previous: entry.previous,
        question: entry.question,
        blank: is_blank(&entry.response),
        hash: exam_protocol::bytes::Fixed(sha256(&bytes)),
        bytes,
    })
}

fn is_sane(response: &Response) -> bool {
    match response {
        Response::Blank | Response::Choice(_) => true,
        Response::Choices(options) => options.len() <= MAX_OPTIONS && options.is_sorted_by(|a, b| a < b),
        Response::TrueFalse(marks) => marks.len() <= MAX_OPTIONS,
        Response::Text(text) => text.len() <= MAX_TEXT,
    }
}

/// Whether an answer says nothing.
pub fn is_blank(response: &Response) -> bool {
    match response {
        Response::Blank => true,
        Response::Choice(_) => false,
        Response::Choices(options) => options.is_empty(),
        Response::TrueFalse(marks) => marks.iter().all(Option::is_none),
        Response::Text(text) => text.is_empty(),
    }
}

/// How lines stand to what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// All are stored already if their hashes are: a replay.
    Replay(Vec<Line>),
    /// Some are new; those before them are a replay.
    Continues {
        /// Lines that must be stored already.
        replayed: Vec<Line>,
        /// New lines; the first continues the stored head.
        new: Vec<Line>,
    },
    /// Lines are missing in between, or the chain does not continue the stored head.
    Apart,
}

/// Compares decoded lines with the journal's end.
pub fn position(mut lines: Vec<Line>, last_sequence: u64, head: &Digest) -> Position {
    let split = lines.partition_point(|line| line.sequence <= last_sequence);
    let new = lines.split_off(split);
    match new.first() {
        None => Position::Replay(lines),
        Some(first) if first.sequence == last_sequence + 1 && first.previous == *head => {
            Position::Continues { replayed: lines, new }
        }
        Some(_) => Position::Apart,
    }
}

/// Final answers from the newest line of each question: those that are not blank, by question.
///
/// # Errors
/// [`canonical::NotCanonical`] when a stored line can't be read: the record was changed.
pub fn final_answers(newest: &[Bytes]) -> Result<Vec<Answer>, canonical::NotCanonical> {
    let mut answers = Vec::new();
    for bytes in newest {
        let entry: JournalEntry = canonical::decode(&bytes.0)?;
        if !is_blank(&entry.response) {
            answers.push(Answer {
                question: entry.question,
                response: entry.response,
            });
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod model;

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::time::Millis;
    use proptest::prelude::*;

    fn owner() -> Owner {
        Owner {
            attempt: AttemptId::from_random([7; 16]),
            epoch: 2,
            questions: 40,
        }
    }

    fn entry(sequence: u64, previous: Digest) -> JournalEntry {
        let Owner { attempt, epoch, .. } = owner();
        let response = Response::Choice(u8::try_from(sequence % 4).unwrap());
        JournalEntry {
            attempt,
            epoch,
            sequence,
            previous,
            question: 3,
            response,
            flagged: false,
            elapsed: Millis(5),
        }
    }

    /// `count` lines after line `after` with head `head`.
    fn chain(after: u64, mut head: Digest, count: u64) -> Vec<Bytes> {
        (1..=count)
            .map(|n| {
                let bytes = canonical::encode(&entry(after + n, head));
                head = exam_protocol::bytes::Fixed(sha256(&bytes));
                Bytes(bytes)
            })
            .collect()
    }

    #[test]
    fn refuses_what_is_not_this_seats() {
        let head = genesis(owner().attempt);
        let good = entry(1, head);
        let refused =
            |entry: JournalEntry| decode(&owner(), vec![Bytes(canonical::encode(&entry))]).unwrap_err();
        assert_eq!(
            refused(JournalEntry {
                attempt: AttemptId::from_random([8; 16]),
                ..good.clone()
            }),
            ProblemCode::RecordInvalid
        );
        assert_eq!(
            refused(JournalEntry {
                epoch: 1,
                ..good.clone()
            }),
            ProblemCode::RecordInvalid
        );
        assert_eq!(
            refused(JournalEntry {
                sequence: 0,
                ..good.clone()
            }),
            ProblemCode::RecordInvalid
        );
        assert_eq!(
            refused(JournalEntry {
                sequence: u64::MAX,
                ..good.clone()
            }),
            ProblemCode::MalformedRequest
        );
        assert_eq!(
            refused(JournalEntry {
                question: 41,
                ..good.clone()
            }),
            ProblemCode::MalformedRequest
        );
        assert_eq!(
            refused(JournalEntry {
                question: 0,
                ..good.clone()
            }),
            ProblemCode::MalformedRequest
        );
        let unsorted = Response::Choices(vec![2, 1]);
        assert_eq!(
            refused(JournalEntry {
                response: unsorted,
                ..good
            }),
            ProblemCode::MalformedRequest
        );
        assert_eq!(
            decode(&owner(), vec![Bytes(vec![1, 2, 3])]),
            Err(ProblemCode::MalformedRequest)
        );
    }

    #[test]
    fn refuses_gaps_and_broken_chains_within_a_frame() {
        let lines = chain(0, genesis(owner().attempt), 3);
        assert_eq!(
            decode(&owner(), vec![lines[0].clone(), lines[2].clone()]),
            Err(ProblemCode::RecordInvalid)
        );
        let other = chain(1, genesis(owner().attempt), 1);
        assert_eq!(
            decode(&owner(), vec![lines[0].clone(), other[0].clone()]),
            Err(ProblemCode::RecordInvalid)
        );
        assert_eq!(
            decode(&owner(), vec![lines[1].clone(), lines[0].clone()]),
            Err(ProblemCode::RecordInvalid)
        );
    }

    proptest! {
        #[test]
        fn a_replay_is_told_from_news_and_gaps(stored in 0u64..20, from in 1u64..25, count in 1u64..8) {
            let all = chain(0, genesis(owner().attempt), 40);
            let lines = decode(&owner(), all.clone()).unwrap();
            let head = if stored == 0 { genesis(owner().attempt) } else { lines[usize::try_from(stored).unwrap() - 1].hash };
            let sent: Vec<Line> = lines.iter().filter(|l| (from..from + count).contains(&l.sequence)).cloned().collect();
            match position(sent, stored, &head) {
                Position::Replay(old) => prop_assert!(old.last().unwrap().sequence <= stored),
                Position::Continues { replayed, new } => {
                    prop_assert_eq!(new[0].sequence, stored + 1);
                    prop_assert_eq!(replayed.len() + new.len(), usize::try_from(count).unwrap());
                }
                Position::Apart => prop_assert!(from > stored + 1),
            }
        }

        #[test]
        fn rubbish_never_panics(noise: Vec<u8>) {
            let _ = decode(&owner(), vec![Bytes(noise)]);
        }
    }

    #[test]
    fn another_chain_does_not_continue_the_head() {
        let lines = decode(&owner(), chain(5, genesis(owner().attempt), 1)).unwrap();
        let head = exam_protocol::bytes::Fixed([9; 32]);
        assert_eq!(position(lines, 5, &head), Position::Apart);
    }

    #[test]
    fn blank_answers_are_left_out_of_the_final_ones() {
        let blank = JournalEntry {
            response: Response::TrueFalse(vec![None, None]),
            ..entry(1, genesis(owner().attempt))
        };
        let full = JournalEntry {
            question: 4,
            ..entry(2, genesis(owner().attempt))
        };
        let newest = [Bytes(canonical::encode(&blank)), Bytes(canonical::encode(&full))];
        let answers = final_answers(&newest).unwrap();
        assert_eq!(
            answers,
            vec![Answer {
                question: 4,
                response: Response::Choice(2)
            }]
        );
    }
}
