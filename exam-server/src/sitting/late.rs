//! Lines that came too late, or from a seat that was taken over: which of them continue the journal. Plain rules.
//!
//! They are kept as they came, forks and all, so nothing is ever refused for contradicting another; what may count is only the
//! one chain that goes on where the journal ends.

use exam_protocol::answer::JournalEntry;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use std::collections::BTreeMap;

/// Most lines that are kept so of one attempt: beyond that a seat only fills the disk.
pub const MOST_LINES: i64 = 20_000;

/// The chain that goes on after line `last` with hash `head`: in order, as far as it goes. Of two lines that fork it, the one
/// that was received first is taken, so `kept` has to come in that order.
pub fn continuing<'a>(kept: &'a [Bytes], mut last: u64, mut head: Digest) -> Vec<(JournalEntry, &'a Bytes)> {
    let mut by_place: BTreeMap<(u64, [u8; 32]), (JournalEntry, &'a Bytes)> = BTreeMap::new();
    for bytes in kept {
        if let Ok(entry) = canonical::decode::<JournalEntry>(&bytes.0) {
            by_place
                .entry((entry.sequence, entry.previous.0))
                .or_insert((entry, bytes));
        }
    }
    let mut chain = Vec::new();
    while let Some((entry, bytes)) = by_place.remove(&(last + 1, head.0)) {
        (last, head) = (entry.sequence, Fixed(certs::hash::sha256(&bytes.0)));
        chain.push((entry, bytes));
    }
    chain
}

/// Newest lines of each question when the chain counts: those of the journal, except where the chain says something newer.
///
/// # Errors
/// [`canonical::NotCanonical`] when a stored line can't be read: the record was changed.
pub fn overlaid(
    newest: Vec<Bytes>,
    chain: &[(JournalEntry, &Bytes)],
) -> Result<Vec<Bytes>, canonical::NotCanonical> {
    let mut by_question: BTreeMap<u16, Bytes> = BTreeMap::new();
    for bytes in newest {
        let entry: JournalEntry = canonical::decode(&bytes.0)?;
        by_question.insert(entry.question, bytes);
    }
    for (entry, bytes) in chain {
        by_question.insert(entry.question, (*bytes).clone());
    }
    Ok(by_question.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sitting::journal::{final_answers, genesis};
    use exam_protocol::answer::Response;
    use exam_protocol::id::AttemptId;
    use exam_protocol::time::Millis;
    use proptest::prelude::*;

    const ATTEMPT: AttemptId = AttemptId(Fixed([1; 16]));

    fn line(sequence: u64, previous: Digest, question: u16, choice: u8) -> Bytes {
        Bytes(canonical::encode(&JournalEntry {
            attempt: ATTEMPT,
            epoch: 1,
            sequence,
            previous,
            question,
            response: Response::Choice(choice),
            flagged: false,
            elapsed: Millis(0),
        }))
    }

    fn chain(count: u64, choice: u8) -> Vec<Bytes> {
        let mut head = genesis(ATTEMPT);
        (1..=count)
            .map(|n| {
                let bytes = line(n, head, u16::try_from(n % 3 + 1).unwrap(), choice);
                head = Fixed(certs::hash::sha256(&bytes.0));
                bytes
            })
            .collect()
    }

    proptest! {
        #[test]
        fn only_the_unbroken_chain_behind_the_journal_counts(
            stored in 0usize..6, kept in prop::collection::vec(0usize..10, 0..14), rubbish: Vec<u8>,
        ) {
            let all = chain(10, 1);
            let head = if stored == 0 { genesis(ATTEMPT) } else { Fixed(certs::hash::sha256(&all[stored - 1].0)) };
            let mut came: Vec<Bytes> = kept.iter().map(|n| all[*n].clone()).collect();
            came.push(Bytes(rubbish));
            let counted = continuing(&came, u64::try_from(stored).unwrap(), head);
            let expected = (stored..10).take_while(|n| kept.contains(n)).count();
            prop_assert_eq!(counted.len(), expected);
            for (at, (_, bytes)) in counted.iter().enumerate() {
                prop_assert_eq!(*bytes, &all[stored + at]);
            }
        }
    }

    #[test]
    fn of_a_fork_the_first_that_came_counts_and_what_is_newer_replaces() {
        let honest = chain(2, 1);
        let forged = chain(2, 2);
        let kept = [honest[0].clone(), forged[0].clone(), honest[1].clone()];
        let counted = continuing(&kept, 0, genesis(ATTEMPT));
        assert_eq!(
            counted.iter().map(|(_, bytes)| *bytes).collect::<Vec<_>>(),
            [&honest[0], &honest[1]]
        );
        let old = line(1, genesis(ATTEMPT), 2, 0);
        let answers = final_answers(&overlaid(vec![old], &counted).unwrap()).unwrap();
        let said: Vec<_> = answers
            .iter()
            .map(|answer| (answer.question, answer.response.clone()))
            .collect();
        assert_eq!(said, [(2, Response::Choice(1)), (3, Response::Choice(1))]);
    }
}
