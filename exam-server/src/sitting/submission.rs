//! The file with which an appeal is settled: a hand-in with its receipt and journal, checkable without the server.

use exam_protocol::bytes::Bytes;
use exam_protocol::record::SubmissionFile;

/// Puts the file together from what is stored.
pub fn build(
    seat_certificate: Vec<u8>,
    hand_in: Vec<u8>,
    receipt: Vec<u8>,
    server_certificate: Vec<u8>,
    journal: Vec<Bytes>,
) -> SubmissionFile {
    SubmissionFile {
        format: SubmissionFile::FORMAT.to_owned(),
        seat_certificate: Bytes(seat_certificate),
        hand_in: Bytes(hand_in),
        receipt: Bytes(receipt),
        server_certificate: Bytes(server_certificate),
        journal,
    }
}

pub mod verify;
