//! Checks a submission file with nothing but the exam CA's certificate: no server, no database, no clock.
//!
//! In order: who signed for the server, the receipt, the seat's certificate, the hand-in, that each covers the other, the
//! journal line by line, and that the answers handed in are the journal's. The first record that does not hold is named.

use crate::sitting::journal::{final_answers, genesis};
use certs::Time;
use certs::cose::Envelope;
use certs::hash::sha256;
use certs::signing::verify_cose;
use certs::x509::receipt_key;
use exam_protocol::answer::JournalEntry;
use exam_protocol::bytes::{Bytes, Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, FormId, SittingId};
use exam_protocol::record::{
    HAND_IN, HandIn, RECEIPT, Receipt, SEAT_CERTIFICATE, SeatCertificate, SubmissionFile,
};
use exam_protocol::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A record of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// The file itself.
    File,
    /// The certificate of the server's receipt key.
    ServerCertificate,
    /// The receipt.
    Receipt,
    /// The seat's certificate.
    SeatCertificate,
    /// The hand-in.
    HandIn,
    /// A line of the journal.
    Journal,
}

/// The first record that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// Which record.
    pub record: Record,
    /// Line of the journal, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong, in Vietnamese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl Bad {
    fn new(record: Record, message: &str, message_en: &str) -> Self {
        Self {
            record,
            line: None,
            message: message.to_owned(),
            message_en: message_en.to_owned(),
        }
    }

    fn in_line(line: u64, message: &str, message_en: &str) -> Self {
        Self {
            line: Some(line),
            ..Self::new(Record::Journal, message, message_en)
        }
    }
}

/// What a file that holds says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    /// The sitting.
    pub sitting: SittingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The form.
    pub form: FormId,
    /// The seat's epoch that handed in.
    pub epoch: u32,
    /// Hash of the check-in evidence.
    pub evidence: Digest,
    /// When the server had it on disk.
    pub received_at: Timestamp,
    /// Whether it came too late.
    pub late: bool,
    /// Lines of the journal.
    pub lines: u64,
    /// Questions with an answer.
    pub answered: usize,
}

/// Checks a file against the exam CA's certificate (DER).
///
/// # Errors
/// [`Bad`] names the first record that does not hold.
pub fn verify(file: &SubmissionFile, exam_ca: &[u8]) -> Result<Confirmed, Bad> {
    if file.format != SubmissionFile::FORMAT {
        return Err(Bad::new(
            Record::File,
            "không phải tệp bài nộp phiên bản 1",
            "not a submission file of version 1",
        ));
    }
    let (server_key, receipt) = receipt(file, exam_ca)?;
    let certificate = seat_certificate(file, &server_key, &receipt)?;
    let hand_in = hand_in(file, &certificate, &receipt)?;
    journal(file, &hand_in)?;
    Ok(Confirmed {
        sitting: certificate.sitting,
        attempt: hand_in.attempt,
        form: hand_in.form,
        epoch: hand_in.epoch,
        evidence: certificate.evidence,
        received_at: receipt.received_at,
        late: receipt.late,
        lines: hand_in.last_sequence,
        answered: hand_in.answers.len(),
    })
}

/// The server's key, from a certificate that held when the receipt says it was made, and the receipt under that key.
fn receipt(file: &SubmissionFile, exam_ca: &[u8]) -> Result<([u8; 65], Receipt), Bad> {
    let unreadable = || {
        Bad::new(
            Record::Receipt,
            "biên nhận không đọc được",
            "the receipt can't be read",
        )
    };
    let envelope = Envelope::parse(&file.receipt.0).map_err(|_| unreadable())?;
    let claimed: Receipt = canonical::decode(envelope.unverified_payload()).map_err(|_| unreadable())?;
    let at = Time(claimed.received_at.0.div_euclid(1000));
    let key = receipt_key(&file.server_certificate.0, exam_ca, at).map_err(|error| {
        let vi = format!("chứng thư máy chủ không thuộc CA của kỳ thi hoặc không còn hạn: {error}");
        let en = format!("the server's certificate is not the exam CA's, or was not valid then: {error}");
        Bad::new(Record::ServerCertificate, &vi, &en)
    })?;
    verify_cose(&key, RECEIPT, &file.receipt.0).map_err(|_| {
        Bad::new(
            Record::Receipt,
            "chữ ký của biên nhận không đúng",
            "the receipt's signature does not fit",
        )
    })?;
    Ok((key, claimed))
}

fn seat_certificate(
    file: &SubmissionFile,
    server_key: &[u8; 65],
    receipt: &Receipt,
) -> Result<SeatCertificate, Bad> {
    let bad = |vi, en| Bad::new(Record::SeatCertificate, vi, en);
    let payload = verify_cose(server_key, SEAT_CERTIFICATE, &file.seat_certificate.0).map_err(|_| {
        bad(
            "chữ ký của chứng nhận chỗ ngồi không đúng",
            "the seat certificate's signature does not fit",
        )
    })?;
    let certificate: SeatCertificate = canonical::decode(&payload).map_err(|_| {
        bad(
            "chứng nhận chỗ ngồi không đọc được",
            "the seat certificate can't be read",
        )
    })?;
    if receipt.seat_certificate != hash(&file.seat_certificate) || certificate.attempt != receipt.attempt {
        return Err(bad(
            "biên nhận không phải cho chỗ ngồi này",
            "the receipt is for another seat",
        ));
    }
    Ok(certificate)
}

fn hand_in(file: &SubmissionFile, certificate: &SeatCertificate, receipt: &Receipt) -> Result<HandIn, Bad> {
    let bad = |vi, en| Bad::new(Record::HandIn, vi, en);
    let payload = verify_cose(&certificate.key.0, HAND_IN, &file.hand_in.0).map_err(|_| {
        bad(
            "chữ ký của bài nộp không đúng",
            "the hand-in's signature does not fit",
        )
    })?;
    let hand_in: HandIn = canonical::decode(&payload)
        .map_err(|_| bad("bài nộp không đọc được", "the hand-in can't be read"))?;
    if receipt.hand_in != hash(&file.hand_in) || usize::from(receipt.answered) != hand_in.answers.len() {
        return Err(bad(
            "biên nhận không phải cho bài nộp này",
            "the receipt is for another hand-in",
        ));
    }
    if (hand_in.attempt, hand_in.epoch) != (certificate.attempt, certificate.epoch) {
        return Err(bad(
            "bài nộp không phải của chỗ ngồi này",
            "the hand-in is another seat's",
        ));
    }
    Ok(hand_in)
}

fn journal(file: &SubmissionFile, hand_in: &HandIn) -> Result<(), Bad> {
    let mut head = genesis(hand_in.attempt);
    let mut newest: BTreeMap<u16, Bytes> = BTreeMap::new();
    let mut epoch = 1;
    for (number, bytes) in (1..).zip(&file.journal) {
        let entry: JournalEntry = canonical::decode(&bytes.0)
            .map_err(|_| Bad::in_line(number, "dòng nhật ký không đọc được", "the line can't be read"))?;
        let ours = entry.attempt == hand_in.attempt && (epoch..=hand_in.epoch).contains(&entry.epoch);
        if !ours {
            return Err(Bad::in_line(
                number,
                "dòng nhật ký của bài khác",
                "the line is of another attempt or seat",
            ));
        }
        if entry.sequence != number || entry.previous != head {
            return Err(Bad::in_line(
                number,
                "chuỗi nhật ký bị đứt ở đây",
                "the chain is broken here",
            ));
        }
        epoch = entry.epoch;
        head = hash(bytes);
        newest.insert(entry.question, bytes.clone());
    }
    let bad = |vi, en| Bad::new(Record::HandIn, vi, en);
    let lines = u64::try_from(file.journal.len()).unwrap_or(u64::MAX);
    if (hand_in.last_sequence, hand_in.head) != (lines, head) {
        return Err(bad(
            "nhật ký không kết thúc ở chỗ bài nộp ghi",
            "the journal does not end where the hand-in says",
        ));
    }
    let newest: Vec<Bytes> = newest.into_values().collect();
    match final_answers(&newest) {
        Ok(answers) if answers == hand_in.answers => Ok(()),
        _ => Err(bad(
            "câu trả lời đã nộp khác với nhật ký",
            "the answers handed in are not the journal's",
        )),
    }
}

fn hash(bytes: &Bytes) -> Digest {
    Fixed(sha256(&bytes.0))
}

#[cfg(test)]
mod tests;
