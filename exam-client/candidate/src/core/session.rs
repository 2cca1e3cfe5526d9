//! One seat from claim to receipt: what the server says and what the candidate does go in, effects come out.
//!
//! Must not wait, read a clock or touch the browser; `drive.rs` carries the effects out.

mod answering;
mod closing;
mod live;
#[cfg(test)]
mod tests;

use crate::core::clock::Countdown;
use crate::core::effect::Effect;
use crate::core::hand_in::{Summary, summary};
use crate::core::outbox::{Note, Outbox};
use crate::core::receipt::Shown;
use crate::core::record::{KeptLines, SeatRecord};
use crate::core::sheet::{Mark, Sheet};
use closing::Closing;
use exam_protocol::answer::JournalEntry;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::canonical;
use exam_protocol::paper::{CandidatePaper, KEY_COMMITMENT_LABEL, SealedForm};
use exam_protocol::seat::{AttemptState, Phase};
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The waiting room.
    Waiting,
    /// The clock runs, the paper is on its way or being opened.
    Opening,
    /// The paper.
    Answering,
    /// The proctor has stopped the clock; the paper is hidden.
    Paused,
    /// No time is left as far as this page knows; waiting for the server's word.
    TimeUp,
    /// Handing in.
    HandingIn,
    /// Handed in.
    HandedIn,
    /// Another PC has the seat.
    TakenOver,
    /// The server no longer knows this seat.
    Unknown,
}

/// The line to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// Not there yet since the page was opened.
    Connecting,
    /// The server answers.
    Online,
    /// Lost; it is dialled again by itself.
    Offline,
}

/// What a person at the PC should know, and perhaps call the proctor for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The browser can't keep the journal: answers still go to the server, but a reload would lose unsent ones.
    JournalUnwritable,
    /// The server can't store right now; the page tries again.
    ServerCannotStore,
    /// The sealed paper can't be downloaded or is not for this sitting.
    FormUnavailable,
    /// The released key is not the one that was committed to, or the paper does not open with it.
    PaperDoesNotOpen,
    /// The seat's key can't sign.
    CannotSign,
    /// The server refused the hand-in.
    HandInRefused,
    /// The sitting's rule does not allow a hand-in yet.
    HandInTooEarly,
    /// The server's receipt is not for this hand-in, or its signature is wrong.
    ReceiptInvalid,
}

/// What is on the server's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// Changes that the server has not acknowledged.
    pub unsaved: usize,
    /// The server's time of the last acknowledgement.
    pub at: Option<Timestamp>,
}

/// A claimed seat.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
pub struct Session {
    record: SeatRecord,
    outbox: Outbox,
    sheet: Sheet,
    /// What the server's journal says: only this can be handed in.
    stored: Sheet,
    clock: Countdown,
    link: Link,
    closing: Closing,
    stopped: Option<Stage>,
    trouble: Option<Trouble>,
    sealed: Option<SealedForm>,
    paper: Option<Arc<CandidatePaper>>,
    opening: bool,
    fetching: bool,
    saved_at: Option<Timestamp>,
    /// Elapsed time of the last line before a reload, and when the paper was opened on this page.
    elapsed: (Millis, Millis),
    /// When the clock reached zero.
    zero_at: Option<Millis>,
    /// The server has said Welcome since the page was opened.
    welcomed: bool,
    /// The server takes no further lines.
    lines_closed: bool,
    /// Tries to hand in that the server refused.
    refused: u32,
    due: live::Due,
}

impl Session {
    /// Of a seat as it was claimed, or as the browser kept it over a reload.
    pub fn begin(record: SeatRecord, kept: &KeptLines, now: Millis) -> (Self, Vec<Effect>) {
        let empty = Outbox::begin(record.attempt, record.epoch, record.base());
        let (outbox, loose) = empty.restore(&kept.journal, kept.acknowledged);
        let state = record.state.clone().unwrap_or(AttemptState {
            version: 0,
            phase: Phase::Waiting,
            remaining: Millis(0),
            credits: Millis(0),
            now: Timestamp(0),
        });
        let mut session = Self {
            closing: Closing::restored(&record),
            record,
            outbox,
            sheet: Sheet::default(),
            stored: Sheet::default(),
            clock: Countdown::remembered(state, now),
            link: Link::Connecting,
            stopped: None,
            trouble: None,
            sealed: None,
            paper: None,
            opening: false,
            fetching: false,
            saved_at: None,
            elapsed: (Millis(0), now),
            zero_at: None,
            welcomed: false,
            lines_closed: false,
            refused: 0,
            due: live::Due::from(now),
        };
        session.load_lines(kept);
        let effects = loose.into_iter().map(|note| session.write(note)).collect();
        (session, effects)
    }

    /// Shows what is kept: what the server had, by its number, then this journal.
    fn load_lines(&mut self, kept: &KeptLines) {
        let read = |bytes: &Bytes| canonical::decode::<JournalEntry>(&bytes.0).ok();
        let mut earlier: Vec<JournalEntry> = kept.earlier.iter().filter_map(read).collect();
        earlier.sort_by_key(|entry| entry.sequence);
        for entry in earlier.into_iter().chain(kept.journal.iter().filter_map(read)) {
            self.elapsed.0 = self.elapsed.0.max(entry.elapsed);
            self.sheet.load(
                entry.question,
                Mark {
                    response: entry.response,
                    flagged: entry.flagged,
                },
            );
        }
    }

    /// Takes up answers that an earlier claim of this attempt left unsent in this browser.
    pub fn adopt(&mut self, notes: Vec<Note>) -> Vec<Effect> {
        notes
            .into_iter()
            .map(|note| {
                self.sheet.load(
                    note.question,
                    Mark {
                        response: note.response.clone(),
                        flagged: note.flagged,
                    },
                );
                self.write(note)
            })
            .collect()
    }

    /// What the page shows now.
    pub fn stage(&self, now: Millis) -> Stage {
        if let Some(stage) = self.stopped {
            return stage;
        }
        match (&self.closing, self.clock.phase()) {
            (Closing::Done(_), _) | (Closing::Open, Phase::HandedIn) => Stage::HandedIn,
            (Closing::Open, Phase::Waiting) => Stage::Waiting,
            (Closing::Open, Phase::Paused) => Stage::Paused,
            (Closing::Open, Phase::Running) if self.clock.remaining(now).0 == 0 => Stage::TimeUp,
            (Closing::Open, Phase::Running) if self.paper.is_none() => Stage::Opening,
            (Closing::Open, Phase::Running) => Stage::Answering,
            _ => Stage::HandingIn,
        }
    }

    /// The seat's record, for keeping.
    pub fn record(&self) -> &SeatRecord {
        &self.record
    }

    /// The clock.
    pub fn clock(&self) -> &Countdown {
        &self.clock
    }

    /// The line to the server.
    pub fn link(&self) -> Link {
        self.link
    }

    /// What is saved.
    pub fn saving(&self) -> Saving {
        Saving {
            unsaved: self.outbox.unsaved() + self.sheet.drafts(),
            at: self.saved_at,
        }
    }

    /// What is in the way, if anything.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// The sealed form, once it is here.
    pub fn sealed(&self) -> Option<&SealedForm> {
        self.sealed.as_ref()
    }

    /// The open paper.
    pub fn paper(&self) -> Option<Arc<CandidatePaper>> {
        self.paper.clone()
    }

    /// Answer and flag of a question.
    pub fn mark(&self, question: u16) -> Mark {
        self.sheet.mark(question)
    }

    /// What is open in the paper.
    pub fn summary(&self) -> Summary {
        self.paper
            .as_deref()
            .map(|paper| summary(paper, &self.sheet))
            .unwrap_or_default()
    }

    /// The receipt, once it was checked.
    pub fn receipt(&self) -> Option<&Shown> {
        match &self.closing {
            Closing::Done(shown) => Some(shown),
            _ => None,
        }
    }

    /// The sealed form has come (from the server or the browser's database), or could not be had.
    pub fn form_arrived(&mut self, bytes: Option<&[u8]>) -> Vec<Effect> {
        self.fetching = false;
        let Some(bytes) = bytes else { return Vec::new() };
        match canonical::decode::<SealedForm>(bytes) {
            Ok(form) if form.context.content == "paper" && form.context.sitting == self.record.sitting => {
                self.sealed = Some(form);
                self.clear(Trouble::FormUnavailable);
                self.open_form()
            }
            _ => {
                self.trouble = Some(Trouble::FormUnavailable);
                Vec::new()
            }
        }
    }

    /// Opens the form when both it and its key are here and belong together.
    fn open_form(&mut self) -> Vec<Effect> {
        let (Some(form), Some(key), false) = (&self.sealed, self.record.form_key, self.opening) else {
            return Vec::new();
        };
        if self.paper.is_some() {
            return Vec::new();
        }
        if !is_committed(form, &key) {
            self.trouble = Some(Trouble::PaperDoesNotOpen);
            return Vec::new();
        }
        let form = Box::new(form.clone());
        self.opening = true;
        vec![Effect::OpenForm { form, key }]
    }

    /// The form was opened, or the browser could not.
    pub fn form_opened(&mut self, paper: Option<&[u8]>, now: Millis) {
        self.opening = false;
        match paper.map(canonical::decode::<CandidatePaper>) {
            Some(Ok(paper)) => {
                self.paper = Some(Arc::new(paper));
                self.elapsed.1 = now;
                self.clear(Trouble::PaperDoesNotOpen);
            }
            _ => self.trouble = Some(Trouble::PaperDoesNotOpen),
        }
    }

    fn clear(&mut self, trouble: Trouble) {
        self.trouble = self.trouble.filter(|present| *present != trouble);
    }
}

/// Whether this key is the one whose commitment came with the form before the start.
fn is_committed(form: &SealedForm, key: &Fixed<32>) -> bool {
    let context = canonical::encode(&form.context);
    certs::hash::sha256_of(&[KEY_COMMITMENT_LABEL, &context, key.as_slice()]) == form.key_commitment.0
}
