//! The seat's journal: numbered, hash-chained lines, and which of them are acknowledged.

use anyhow::{Result, ensure};
use certs::hash::sha256;
use exam_protocol::answer::{Answer, JournalEntry, Response};
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::seat::ClaimResponse;
use exam_protocol::time::Millis;
use std::collections::BTreeMap;
use std::time::Instant;

/// One line as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub sequence: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All lines of one seat.
pub(super) struct Journal {
    begin: Instant,
    first: u64,
    head: Digest,
    lines: Vec<Line>,
    acknowledged: usize,
    answers: BTreeMap<u16, Response>,
}

impl Journal {
    /// Begins where the claim says.
    pub(super) fn after(claim: &ClaimResponse) -> Self {
        let first = claim.last_sequence + 1;
        let head = claim.head;
        Self {
            begin: Instant::now(),
            first,
            head,
            lines: vec![],
            acknowledged: 0,
            answers: BTreeMap::new(),
        }
    }

    /// Takes over what the server has: at least all that it ever acknowledged, and older answers of the attempt.
    pub(super) fn welcome(&mut self, last: u64, head: &Digest, answers: &[Bytes]) -> Result<()> {
        let known = self.lines.iter().find(|line| line.sequence == last);
        ensure!(
            known.is_none_or(|line| sha256(&line.bytes) == head.0),
            "the server's line {last} is not ours"
        );
        let had = self.first + self.acknowledged as u64;
        ensure!(
            last + 1 >= had,
            "the server has {last} lines, but acknowledged {}",
            had - 1
        );
        self.acknowledge(last);
        for bytes in answers {
            let entry: JournalEntry = canonical::decode(&bytes.0)?;
            if entry.sequence < self.first {
                self.answers.insert(entry.question, entry.response);
            }
        }
        Ok(())
    }

    /// Writes a line.
    pub(super) fn write(&mut self, claim: &ClaimResponse, question: u16, response: Response) -> Bytes {
        let entry = JournalEntry {
            attempt: claim.attempt,
            epoch: claim.epoch,
            sequence: self.first + self.lines.len() as u64,
            previous: self.head,
            question,
            response: response.clone(),
            flagged: false,
            elapsed: Millis(i64::try_from(self.begin.elapsed().as_millis()).unwrap_or(i64::MAX)),
        };
        let bytes = canonical::encode(&entry);
        self.head = Fixed(sha256(&bytes));
        self.lines.push(Line {
            sequence: entry.sequence,
            bytes: bytes.clone(),
        });
        self.answers.insert(question, response);
        Bytes(bytes)
    }

    /// The server has all lines up to this one on disk.
    pub(super) fn acknowledge(&mut self, through: u64) {
        let count = (through + 1).saturating_sub(self.first);
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.lines.len());
        self.acknowledged = self.acknowledged.max(count);
    }

    pub(super) fn acknowledged(&self) -> &[Line] {
        &self.lines[..self.acknowledged]
    }

    pub(super) fn unacknowledged(&self) -> Vec<Bytes> {
        self.lines[self.acknowledged..]
            .iter()
            .map(|line| Bytes(line.bytes.clone()))
            .collect()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.acknowledged == self.lines.len()
    }

    /// Number and hash of the last line.
    pub(super) fn end(&self) -> (u64, Digest) {
        (self.first + self.lines.len() as u64 - 1, self.head)
    }

    /// Newest answers that are not blank.
    pub(super) fn answers(&self) -> Vec<Answer> {
        let kept = self
            .answers
            .iter()
            .filter(|(_, response)| **response != Response::Blank);
        kept.map(|(question, response)| Answer {
            question: *question,
            response: response.clone(),
        })
        .collect()
    }
}
