//! What is handed in, and what the candidate is told before. Must not sign or send.

use crate::core::outbox::Head;
use crate::core::record::SeatRecord;
use crate::core::sheet::{Progress, Sheet, progress};
use exam_protocol::canonical;
use exam_protocol::paper::{CandidatePaper, SealedForm};
use exam_protocol::record::HandIn;

/// The hand-in of this seat as deterministic CBOR: what the server's journal says, and where it ends.
pub fn payload(record: &SeatRecord, form: &SealedForm, head: Head, stored: &Sheet) -> Vec<u8> {
    canonical::encode(&HandIn {
        attempt: record.attempt,
        epoch: record.epoch,
        form: form.context.form,
        key_commitment: form.key_commitment,
        last_sequence: head.sequence,
        head: head.hash,
        answers: stored.answers(),
    })
}

/// What a candidate should know before handing in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Questions in the paper.
    pub questions: usize,
    /// Numbers of the questions without an answer.
    pub blank: Vec<u16>,
    /// Numbers of the questions that are begun and not wholly answered.
    pub partly: Vec<u16>,
    /// Numbers of the flagged questions.
    pub flagged: Vec<u16>,
}

impl Summary {
    /// Questions with a whole answer.
    pub fn answered(&self) -> usize {
        self.questions - self.blank.len() - self.partly.len()
    }
}

/// Goes through the paper and says what is open.
pub fn summary(paper: &CandidatePaper, sheet: &Sheet) -> Summary {
    let mut summary = Summary::default();
    for question in paper.questions() {
        let mark = sheet.mark(question.number);
        summary.questions += 1;
        match progress(question, &mark.response) {
            Progress::Blank => summary.blank.push(question.number),
            Progress::Partly => summary.partly.push(question.number),
            Progress::Answered => {}
        }
        if mark.flagged {
            summary.flagged.push(question.number);
        }
    }
    summary
}
