//! Which answers count: the signed hand-in where there is one in time, else the journal. Plain rules over stored bytes.

use crate::sitting::journal::final_answers;
use certs::signing::verify_cose;
use exam_protocol::answer::Answer;
use exam_protocol::bytes::{Bytes, PublicKey};
use exam_protocol::canonical;
use exam_protocol::id::AttemptId;
use exam_protocol::record::{HAND_IN, HandIn};

/// What the server holds of one attempt when its room is closed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The attempt.
    pub attempt: AttemptId,
    /// The hand-in with the key of the seat that signed it.
    pub hand_in: Option<StoredEnvelope>,
    /// Newest journal line of each question.
    pub newest: Vec<Bytes>,
}

/// A hand-in as stored.
#[derive(Clone, Debug)]
pub struct StoredEnvelope {
    /// COSE_Sign1.
    pub envelope: Vec<u8>,
    /// The seat's key.
    pub seat_key: PublicKey,
    /// Whether it came after deadline and grace.
    pub late: bool,
}

/// The answers that are marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The answers.
    pub answers: Vec<Answer>,
    /// Whether the seat's signature covers them and they came in time.
    pub signed: bool,
}

/// A stored journal line can't be read: the record was changed. Names the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal of attempt {0} can't be read")]
pub struct BrokenJournal(pub AttemptId);

/// Takes the answers that count.
///
/// A hand-in after the deadline counts only by decision of two officials: until then the journal does, whose lines were all
/// taken in time. A hand-in whose signature does not fit counts for nothing, and the result shows that it is not signed.
///
/// # Errors
/// [`BrokenJournal`].
pub fn counted(submission: &Submission) -> Result<Counted, BrokenJournal> {
    if let Some(answers) = submission
        .hand_in
        .as_ref()
        .filter(|h| !h.late)
        .and_then(|h| signed(submission.attempt, h))
    {
        return Ok(Counted {
            answers,
            signed: true,
        });
    }
    let answers = final_answers(&submission.newest).map_err(|_| BrokenJournal(submission.attempt))?;
    Ok(Counted {
        answers,
        signed: false,
    })
}

fn signed(attempt: AttemptId, stored: &StoredEnvelope) -> Option<Vec<Answer>> {
    let payload = verify_cose(&stored.seat_key.0, HAND_IN, &stored.envelope).ok()?;
    let content: HandIn = canonical::decode(&payload).ok()?;
    (content.attempt == attempt).then_some(content.answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use certs::signing::SigningKey;
    use exam_protocol::answer::{JournalEntry, Response};
    use exam_protocol::bytes::Fixed;
    use exam_protocol::id::FormId;
    use exam_protocol::time::Millis;
    use ring::rand::SystemRandom;

    const ATTEMPT: AttemptId = AttemptId(Fixed([1; 16]));

    fn answer(choice: u8) -> Answer {
        Answer {
            question: 1,
            response: Response::Choice(choice),
        }
    }

    fn line(choice: u8) -> Bytes {
        let entry = JournalEntry {
            attempt: ATTEMPT,
            epoch: 1,
            sequence: 1,
            previous: Fixed([0; 32]),
            question: 1,
            response: Response::Choice(choice),
            flagged: false,
            elapsed: Millis(5),
        };
        Bytes(canonical::encode(&entry))
    }

    /// The journal says 2; the hand-in, of `attempt`, says 3.
    fn submission(attempt: AttemptId, late: bool) -> Submission {
        let random = SystemRandom::new();
        let key = SigningKey::generate(&random).unwrap();
        let hand_in = HandIn {
            attempt,
            epoch: 1,
            form: FormId::from_random([2; 16]),
            key_commitment: Fixed([3; 32]),
            last_sequence: 1,
            head: Fixed([4; 32]),
            answers: vec![answer(3)],
        };
        let envelope = key
            .sign_cose(&random, HAND_IN, canonical::encode(&hand_in))
            .unwrap();
        let hand_in = Some(StoredEnvelope {
            envelope,
            seat_key: Fixed(key.public_key()),
            late,
        });
        Submission {
            attempt: ATTEMPT,
            hand_in,
            newest: vec![line(2)],
        }
    }

    fn check(submission: &Submission, expected: Result<(u8, bool), BrokenJournal>) {
        let expected = expected.map(|(choice, signed)| Counted {
            answers: vec![answer(choice)],
            signed,
        });
        assert_eq!(counted(submission), expected);
    }

    #[test]
    fn the_signed_hand_in_counts_and_everything_else_falls_back_to_the_journal() {
        check(&submission(ATTEMPT, false), Ok((3, true)));
        check(&submission(ATTEMPT, true), Ok((2, false)));
        check(
            &Submission {
                hand_in: None,
                ..submission(ATTEMPT, false)
            },
            Ok((2, false)),
        );
        check(
            &submission(AttemptId::from_random([9; 16]), false),
            Ok((2, false)),
        );
        let mut forged = submission(ATTEMPT, false);
        if let Some(stored) = &mut forged.hand_in {
            let last = stored.envelope.len() - 1;
            stored.envelope[last] ^= 1;
        }
        check(&forged, Ok((2, false)));
    }

    #[test]
    fn a_changed_journal_is_named() {
        let broken = Submission {
            hand_in: None,
            newest: vec![Bytes(vec![0xff])],
            ..submission(ATTEMPT, false)
        };
        check(&broken, Err(BrokenJournal(ATTEMPT)));
    }
}
