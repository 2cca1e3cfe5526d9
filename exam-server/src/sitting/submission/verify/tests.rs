//! A file that holds, and every way to spoil it.

use super::*;
use certs::Validity;
use certs::authority::ExamRoot;
use certs::signing::SigningKey;
use exam_protocol::answer::{Answer, Response};
use exam_protocol::time::Millis;
use ring::rand::SystemRandom;

const NOW: i64 = 1_800_000_000;

/// Everybody who signs in a file.
struct People {
    ca: ExamRoot,
    server: SigningKey,
    server_certificate: Vec<u8>,
    seat: SigningKey,
}

fn people() -> People {
    let random = SystemRandom::new();
    let validity = Validity {
        not_before: Time(NOW - 1000),
        not_after: Time(NOW + 1000),
    };
    let ca = ExamRoot::create("Test CA", validity).unwrap();
    let issuing = ca.issue_authority("Test server", validity).unwrap();
    let server = SigningKey::generate(&random).unwrap();
    let certified = issuing.issue_receipt_signer(&server, validity).unwrap();
    let server_certificate = certs::x509::chain_from_pem(&certified.certificate_pem).unwrap();
    People {
        ca,
        server,
        server_certificate,
        seat: SigningKey::generate(&random).unwrap(),
    }
}

fn attempt() -> AttemptId {
    AttemptId::from_random([7; 16])
}

fn lines() -> Vec<JournalEntry> {
    let mut head = genesis(attempt());
    let answers = [
        (1, Response::Choice(2)),
        (2, Response::Text("0,5".into())),
        (1, Response::Choice(0)),
        (3, Response::Blank),
    ];
    (1..)
        .zip(answers)
        .map(|(sequence, (question, response))| {
            let entry = JournalEntry {
                attempt: attempt(),
                epoch: if sequence < 3 { 1 } else { 2 },
                sequence,
                previous: head,
                question,
                response,
                flagged: false,
                elapsed: Millis(1),
            };
            head = Fixed(sha256(&canonical::encode(&entry)));
            entry
        })
        .collect()
}

/// What the signed records say, before they are signed.
struct Contents {
    certificate: SeatCertificate,
    hand_in: HandIn,
    journal: Vec<JournalEntry>,
    received_at: Timestamp,
}

fn contents(people: &People) -> Contents {
    let journal = lines();
    let head = Fixed(sha256(&canonical::encode(journal.last().unwrap())));
    Contents {
        certificate: SeatCertificate {
            sitting: SittingId::from_random([1; 16]),
            attempt: attempt(),
            epoch: 2,
            key: Fixed(people.seat.public_key()),
            evidence: Fixed([5; 32]),
            issued_at: Timestamp(NOW * 1000),
        },
        hand_in: HandIn {
            attempt: attempt(),
            epoch: 2,
            form: FormId::from_random([2; 16]),
            key_commitment: Fixed([3; 32]),
            last_sequence: 4,
            head,
            answers: vec![
                Answer {
                    question: 1,
                    response: Response::Choice(0),
                },
                Answer {
                    question: 2,
                    response: Response::Text("0,5".into()),
                },
            ],
        },
        journal,
        received_at: Timestamp(NOW * 1000),
    }
}

fn sign(people: &People, contents: &Contents) -> SubmissionFile {
    let random = SystemRandom::new();
    let sign = |key: &SigningKey, purpose, payload| key.sign_cose(&random, purpose, payload).unwrap();
    let certificate = sign(
        &people.server,
        SEAT_CERTIFICATE,
        canonical::encode(&contents.certificate),
    );
    let hand_in = sign(&people.seat, HAND_IN, canonical::encode(&contents.hand_in));
    let receipt = Receipt {
        attempt: attempt(),
        hand_in: Fixed(sha256(&hand_in)),
        seat_certificate: Fixed(sha256(&certificate)),
        received_at: contents.received_at,
        answered: u16::try_from(contents.hand_in.answers.len()).unwrap(),
        late: false,
    };
    let receipt = sign(&people.server, RECEIPT, canonical::encode(&receipt));
    let journal = contents
        .journal
        .iter()
        .map(|entry| Bytes(canonical::encode(entry)))
        .collect();
    crate::sitting::submission::build(
        certificate,
        hand_in,
        receipt,
        people.server_certificate.clone(),
        journal,
    )
}

fn ca(people: &People) -> Vec<u8> {
    certs::x509::der_from_pem(people.ca.certificate_pem()).unwrap()
}

/// Signs changed contents and says what is found.
fn found(change: impl FnOnce(&mut Contents)) -> (Record, Option<u64>) {
    let people = people();
    let mut contents = contents(&people);
    change(&mut contents);
    let bad = verify(&sign(&people, &contents), &ca(&people)).unwrap_err();
    (bad.record, bad.line)
}

#[test]
fn a_whole_file_holds() {
    let people = people();
    let file = sign(&people, &contents(&people));
    let confirmed = verify(&file, &ca(&people)).unwrap();
    assert_eq!(
        (
            confirmed.attempt,
            confirmed.epoch,
            confirmed.lines,
            confirmed.answered
        ),
        (attempt(), 2, 4, 2)
    );
    let json = serde_json::to_string(&file).unwrap();
    assert_eq!(serde_json::from_str::<SubmissionFile>(&json).unwrap(), file);
}

#[test]
fn every_changed_byte_of_every_record_is_found() {
    let people = people();
    let good = sign(&people, &contents(&people));
    let ca = ca(&people);
    let spoil = |change: &dyn Fn(&mut SubmissionFile)| {
        let mut file = good.clone();
        change(&mut file);
        verify(&file, &ca).unwrap_err().record
    };
    let flip = |bytes: &mut Bytes| {
        let last = bytes.0.len() - 1;
        bytes.0[last] ^= 1;
    };
    assert_eq!(spoil(&|file| file.format.push('x')), Record::File);
    assert_eq!(
        spoil(&|file| flip(&mut file.server_certificate)),
        Record::ServerCertificate
    );
    assert_eq!(spoil(&|file| flip(&mut file.receipt)), Record::Receipt);
    assert_eq!(
        spoil(&|file| flip(&mut file.seat_certificate)),
        Record::SeatCertificate
    );
    assert_eq!(spoil(&|file| flip(&mut file.hand_in)), Record::HandIn);
    assert_eq!(spoil(&|file| flip(&mut file.journal[1])), Record::Journal);
    assert_eq!(spoil(&|file| drop(file.journal.remove(1))), Record::Journal);
    assert_eq!(spoil(&|file| drop(file.journal.pop())), Record::HandIn);
    assert_eq!(spoil(&|file| file.journal.swap(0, 1)), Record::Journal);
}

#[test]
fn a_foreign_ca_and_an_expired_certificate_are_found() {
    let (people, other) = (people(), people());
    let file = sign(&people, &contents(&people));
    assert_eq!(
        verify(&file, &ca(&other)).unwrap_err().record,
        Record::ServerCertificate
    );
    assert_eq!(
        found(|c| c.received_at = Timestamp((NOW + 2000) * 1000)),
        (Record::ServerCertificate, None)
    );
}

#[test]
fn well_signed_lies_are_found() {
    assert_eq!(
        found(|c| c.certificate.attempt = AttemptId::from_random([9; 16])),
        (Record::SeatCertificate, None)
    );
    assert_eq!(found(|c| c.certificate.epoch = 3), (Record::HandIn, None));
    assert_eq!(
        found(|c| c.hand_in.answers[0].response = Response::Choice(3)),
        (Record::HandIn, None)
    );
    assert_eq!(found(|c| c.hand_in.last_sequence = 3), (Record::HandIn, None));
    assert_eq!(
        found(|c| c.journal[2].previous = Fixed([0; 32])),
        (Record::Journal, Some(3))
    );
    assert_eq!(found(|c| c.journal[1].epoch = 3), (Record::Journal, Some(2)));
    assert_eq!(found(|c| c.journal[3].epoch = 1), (Record::Journal, Some(4)));
}
