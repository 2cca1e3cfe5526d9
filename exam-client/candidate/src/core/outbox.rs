//! The seat's journal on its way to the server: numbered, hash-chained lines, and which of them are safe.
//!
//! A line counts as saved only when the server has acknowledged it. Nothing here may drop an unacknowledged line.

use certs::hash::sha256;
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::id::AttemptId;
use exam_protocol::time::Millis;
use std::collections::{BTreeMap, VecDeque};

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The question's number in the form.
    pub question: u16,
    /// The answer, whole.
    pub response: Response,
    /// Whether it is flagged.
    pub flagged: bool,
    /// Time since the paper was opened.
    pub elapsed: Millis,
}

/// A line of the journal with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the attempt.
    pub sequence: u64,
    /// Its deterministic CBOR.
    pub bytes: Bytes,
    hash: Digest,
    note: Note,
}

/// A place in the chain: the number of a line and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the line.
    pub sequence: u64,
    /// Its hash.
    pub hash: Digest,
}

/// Most bytes of lines in one frame; leaves room for the frame's own bytes below
/// [`exam_protocol::frame::MAX_SEAT_FRAME`].
const BATCH: usize = 60 * 1024;

/// The journal of one attempt and epoch, from the last acknowledged line on.
#[derive(Clone, Debug)]
pub struct Outbox {
    attempt: AttemptId,
    epoch: u32,
    acknowledged: Head,
    pending: VecDeque<Line>,
    /// Number of the last line that the browser's database has taken (or has failed to take).
    kept: u64,
    /// Number of the last line that went out on the present connection; `None` while there is none.
    sent: Option<u64>,
}

impl Outbox {
    /// An empty journal that goes on after `head`.
    pub fn begin(attempt: AttemptId, epoch: u32, head: Head) -> Self {
        Self {
            attempt,
            epoch,
            acknowledged: head,
            pending: VecDeque::new(),
            kept: head.sequence,
            sent: None,
        }
    }

    /// The journal as the browser kept it: `head` is where the epoch began, `acknowledged` the last number that the
    /// server is known to have. Lines that do not continue the chain end it: what they said comes back as notes.
    pub fn restore(mut self, lines: &[Bytes], acknowledged: u64) -> (Self, Vec<Note>) {
        let mut loose = Vec::new();
        for bytes in lines {
            match canonical::decode::<JournalEntry>(&bytes.0) {
                Ok(entry) if loose.is_empty() && self.continues(&entry) => {
                    self.pending.push_back(line(&entry));
                }
                Ok(entry) if entry.attempt == self.attempt => loose.push(note(entry)),
                _ => {}
            }
        }
        self.kept = self.last().sequence;
        self.acknowledge(acknowledged);
        (self, loose)
    }

    fn continues(&self, entry: &JournalEntry) -> bool {
        let last = self.last();
        (entry.attempt, entry.epoch) == (self.attempt, self.epoch)
            && entry.sequence == last.sequence + 1
            && entry.previous == last.hash
    }

    /// The last line that was written.
    pub fn last(&self) -> Head {
        self.pending.back().map_or(self.acknowledged, |line| Head {
            sequence: line.sequence,
            hash: line.hash,
        })
    }

    /// The last line that the server has acknowledged.
    pub fn acknowledged(&self) -> Head {
        self.acknowledged
    }

    /// How many lines the server has not acknowledged.
    pub fn unsaved(&self) -> usize {
        self.pending.len()
    }

    /// Whether an unacknowledged line speaks of this question.
    pub fn has_unsaved(&self, question: u16) -> bool {
        self.pending.iter().any(|line| line.note.question == question)
    }

    /// The unacknowledged notes, oldest first.
    pub fn unsaved_notes(&self) -> impl Iterator<Item = &Note> {
        self.pending.iter().map(|line| &line.note)
    }

    /// Writes a line. It goes out once [`Outbox::keep`] says that the browser's database has it.
    pub fn write(&mut self, note: Note) -> Line {
        let last = self.last();
        let entry = JournalEntry {
            attempt: self.attempt,
            epoch: self.epoch,
            sequence: last.sequence + 1,
            previous: last.hash,
            question: note.question,
            response: note.response,
            flagged: note.flagged,
            elapsed: note.elapsed,
        };
        let line = line(&entry);
        self.pending.push_back(line.clone());
        line
    }

    /// The browser's database has this line, or can't take it: it may go out.
    pub fn keep(&mut self, sequence: u64) {
        self.kept = self.kept.max(sequence);
    }

    /// The line to the server is gone: whatever was under way counts as not sent.
    pub fn disconnect(&mut self) {
        self.sent = None;
    }

    /// The server has told where its journal ends; sending goes on from there.
    ///
    /// Where the server's chain is not ours (lost browser storage, a take-over), what is not saved is written again on top
    /// of the server's head: those are the lines to keep. `None` where the chains are one.
    pub fn connect(&mut self, server: Head) -> Option<Vec<Line>> {
        self.sent = Some(server.sequence);
        if self.hash_of(server.sequence) == Some(server.hash) {
            self.acknowledge(server.sequence);
            return None;
        }
        let notes = newest(self.pending.drain(..).map(|line| line.note));
        self.acknowledged = server;
        self.kept = server.sequence;
        Some(notes.into_iter().map(|note| self.write(note)).collect())
    }

    fn hash_of(&self, sequence: u64) -> Option<Digest> {
        if sequence == self.acknowledged.sequence {
            return Some(self.acknowledged.hash);
        }
        self.pending
            .iter()
            .find(|line| line.sequence == sequence)
            .map(|line| line.hash)
    }

    /// The next lines to send, in order, as many as fit a frame; empty when there is nothing to send now.
    pub fn next_batch(&mut self) -> Vec<Bytes> {
        let Some(sent) = self.sent else { return Vec::new() };
        let mut size = 0;
        let batch: Vec<&Line> = self
            .pending
            .iter()
            .filter(|line| line.sequence > sent && line.sequence <= self.kept)
            .take_while(|line| {
                let first = size == 0;
                size += line.bytes.0.len() + 4;
                first || size <= BATCH
            })
            .collect();
        let bytes = batch.iter().map(|line| line.bytes.clone()).collect();
        self.sent = batch.last().map_or(self.sent, |line| Some(line.sequence));
        bytes
    }

    /// All that was never acknowledged and has not gone out on this connection, in frames: another PC goes on, and what is
    /// left here is for the record.
    pub fn tail(&mut self) -> Vec<Vec<Bytes>> {
        self.sent.get_or_insert(self.acknowledged.sequence);
        let mut frames = Vec::new();
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                return frames;
            }
            frames.push(batch);
        }
    }

    /// The server refused lines: it has those up to this number, sending starts again behind it.
    pub fn resend_after(&mut self, sequence: u64) {
        self.sent = self.sent.map(|_| sequence);
    }

    /// All lines up to this number are on the server's disk: gives what they say. Numbers that were never written change
    /// nothing.
    pub fn acknowledge(&mut self, through: u64) -> Vec<Note> {
        let mut saved = Vec::new();
        if through > self.last().sequence {
            return saved;
        }
        while let Some(line) = self.pending.pop_front_if(|line| line.sequence <= through) {
            self.acknowledged = Head {
                sequence: line.sequence,
                hash: line.hash,
            };
            saved.push(line.note);
        }
        saved
    }
}

/// What lines kept in this browser say beyond the server's `head`: the unsent end of the same chain, in whatever epoch.
///
/// Lines of a chain that went on elsewhere do not continue `head` and are left alone.
pub fn tail(lines: &[Bytes], mut head: Head) -> Vec<Note> {
    let mut notes = Vec::new();
    for bytes in lines {
        if let Ok(entry) = canonical::decode::<JournalEntry>(&bytes.0)
            && (entry.sequence, entry.previous) == (head.sequence + 1, head.hash)
        {
            head = Head {
                sequence: entry.sequence,
                hash: Fixed(sha256(&bytes.0)),
            };
            notes.push(note(entry));
        }
    }
    newest(notes.into_iter())
}

/// The newest note of each question, in question order.
fn newest(notes: impl Iterator<Item = Note>) -> Vec<Note> {
    let by_question: BTreeMap<u16, Note> = notes.map(|note| (note.question, note)).collect();
    by_question.into_values().collect()
}

fn line(entry: &JournalEntry) -> Line {
    let bytes = canonical::encode(entry);
    let hash = Fixed(sha256(&bytes));
    Line {
        sequence: entry.sequence,
        bytes: Bytes(bytes),
        hash,
        note: note(entry.clone()),
    }
}

fn note(entry: JournalEntry) -> Note {
    Note {
        question: entry.question,
        response: entry.response,
        flagged: entry.flagged,
        elapsed: entry.elapsed,
    }
}

/// The hash that the first line of an attempt continues.
pub fn genesis(attempt: AttemptId) -> Head {
    Head {
        sequence: 0,
        hash: Fixed(sha256(&JournalEntry::genesis_input(attempt))),
    }
}

#[cfg(test)]
mod tests;
