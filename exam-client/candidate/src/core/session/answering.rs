//! What the candidate does on the paper. Nothing is taken unless the paper is open and time is left.

use super::{Session, Stage, Trouble};
use crate::core::effect::Effect;
use crate::core::outbox::Note;
use exam_protocol::answer::Response;
use exam_protocol::seat::SeatMessage;
use exam_protocol::time::Millis;

impl Session {
    /// A finished answer: an option, a set of options, marks on statements.
    pub fn answer(&mut self, question: u16, response: Response, now: Millis) -> Vec<Effect> {
        if self.stage(now) != Stage::Answering || !self.sheet.answer(question, response) {
            return Vec::new();
        }
        vec![self.write_mark(question, now)]
    }

    /// Text under way; it becomes a line of the journal when it rests, at [`Session::leave`], or when time is over.
    pub fn draft(&mut self, question: u16, text: &str, now: Millis) {
        if self.stage(now) == Stage::Answering {
            self.sheet.draft(question, text, now);
        }
    }

    /// The candidate has left the field of a question.
    pub fn leave(&mut self, question: u16, now: Millis) -> Vec<Effect> {
        let begun = self.sheet.take_draft(question);
        if begun {
            vec![self.write_mark(question, now)]
        } else {
            Vec::new()
        }
    }

    /// Flags a question, or takes the flag away.
    pub fn flip_flag(&mut self, question: u16, now: Millis) -> Vec<Effect> {
        if self.stage(now) != Stage::Answering {
            return Vec::new();
        }
        self.sheet.take_draft(question);
        self.sheet.flip_flag(question);
        vec![self.write_mark(question, now)]
    }

    /// The browser's database has the line, or failed to take it: either way it may go out.
    pub fn line_kept(&mut self, sequence: u64, kept: bool) -> Vec<Effect> {
        if kept {
            self.clear(Trouble::JournalUnwritable);
        } else {
            self.trouble = Some(Trouble::JournalUnwritable);
        }
        self.outbox.keep(sequence);
        self.flush()
    }

    /// Drafts that have rested become lines.
    pub(super) fn write_rested(&mut self, now: Millis) -> Vec<Effect> {
        let rested = self.sheet.take_rested(now);
        rested
            .into_iter()
            .map(|question| self.write_mark(question, now))
            .collect()
    }

    /// All drafts become lines.
    pub(super) fn write_drafts(&mut self, now: Millis) -> Vec<Effect> {
        let drafts = self.sheet.take_all_drafts();
        drafts
            .into_iter()
            .map(|question| self.write_mark(question, now))
            .collect()
    }

    fn write_mark(&mut self, question: u16, now: Millis) -> Effect {
        let mark = self.sheet.mark(question);
        let elapsed = self.elapsed.0 + (now - self.elapsed.1);
        self.write(Note {
            question,
            response: mark.response,
            flagged: mark.flagged,
            elapsed,
        })
    }

    pub(super) fn write(&mut self, note: Note) -> Effect {
        let line = self.outbox.write(note);
        Effect::Journal {
            key: self.record.journal_key(line.sequence),
            line,
        }
    }

    /// Sends what may go out.
    pub(super) fn flush(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.lines_closed || self.due.resend.is_some() {
            return effects;
        }
        loop {
            let batch = self.outbox.next_batch();
            if batch.is_empty() {
                return effects;
            }
            effects.push(Effect::Send(SeatMessage::Entries(batch)));
        }
    }
}
