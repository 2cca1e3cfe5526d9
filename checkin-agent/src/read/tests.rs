//! Whole readings of a small chip that is opened by the worked example of BAC (ICAO 9303-11, appendix D).

use super::*;
use crate::apdu::Status;
use crate::apdu::tlv;
use crate::card::{CardError, ExtendedLength, Lengths};
use crate::emrtd::access::ZoneKey;
use crate::emrtd::cipher::Suite;
use crate::emrtd::kdf::Key;
use crate::emrtd::messaging::SecureMessaging;
use crate::emrtd::messaging::peer::{Peer, Plain};
use crate::emrtd::pace::Password;
use crate::emrtd::script::Scripted;
use exam_protocol::station::AccessProtocol;
use std::cell::RefCell;

/// How the chip takes an extended command.
#[derive(Clone, Copy, PartialEq)]
enum Extended {
    Works,
    /// Its operating system refuses it; the session lives.
    Refused,
    /// It ends the session.
    EndsSession,
    /// The reader does not pass it on.
    NotSent,
}

struct TestChip {
    extended: Extended,
    files: Vec<(u8, Vec<u8>)>,
    current: usize,
    session: Option<Peer>,
    openings: u32,
    waiting: Vec<u8>,
    proof: u16,
    /// The most that it gives in one answer.
    most: usize,
    /// A longer answer than this ends its session.
    breaks_above: usize,
}

impl TestChip {
    fn new(extended: Extended) -> Self {
        let file = |id, tag, size| (id, tlv::write(tag, &vec![id; size]));
        let files = vec![
            file(0x1D, 0x77, 900),
            file(1, 0x61, 93),
            file(2, 0x75, 5000),
            file(15, 0x6F, 294),
        ];
        Self {
            extended,
            files,
            current: 0,
            session: None,
            openings: 0,
            waiting: Vec::new(),
            proof: 0x9000,
            most: usize::MAX,
            breaks_above: usize::MAX,
        }
    }

    fn file(&self, id: u8) -> Vec<u8> {
        self.files.iter().find(|file| file.0 == id).unwrap().1.clone()
    }

    fn in_the_clear(&mut self, command: &[u8]) -> Vec<u8> {
        let answer = match command {
            // An empty EF.CardAccess: no PACE.
            [0x00, 0xB0, 0x9C, ..] => "31009000",
            [0x00, 0xA4, 0x04, ..] => "9000",
            [0x00, 0x84, ..] => "4608F919887022129000",
            [0x00, 0x82, ..] => {
                self.openings += 1;
                let key = |text: &str| Key::new(hex::decode(text).unwrap());
                let session = SecureMessaging::new(
                    Suite::TripleDes,
                    key("979EC13B1CBFE9DCD01AB0FED307EAE5"),
                    key("F1CB1F1FB5ADF208806B89DC579DC1F8"),
                    0x8870_2212_0C06_C226,
                );
                self.session = Some(Peer::of(&session));
                "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000"
            }
            _ => "6D00",
        };
        hex::decode(answer).unwrap()
    }

    fn application(&mut self, plain: &Plain) -> (Vec<u8>, u16) {
        match plain.header {
            [_, 0xB0, p1, p2] => {
                if p1 & 0x80 != 0 {
                    let Some(at) = self.files.iter().position(|file| file.0 == p1 & 0x1F) else {
                        return (Vec::new(), 0x6A82);
                    };
                    self.current = at;
                }
                let offset = usize::from(p2) | if p1 & 0x80 == 0 { usize::from(p1) << 8 } else { 0 };
                let file = &self.files[self.current].1;
                let end = (offset + plain.expected.unwrap().min(self.most)).min(file.len());
                (file[offset..end].to_vec(), 0x9000)
            }
            [_, 0xA4, 0x02, 0x0C] => match self.files.iter().position(|file| file.0 == plain.data[1]) {
                Some(at) => {
                    self.current = at;
                    (Vec::new(), 0x9000)
                }
                None => (Vec::new(), 0x6A82),
            },
            [_, 0x88, ..] if self.proof != 0x9000 => (Vec::new(), self.proof),
            [_, 0x88, ..] => (plain.data.repeat(32), 0x9000),
            _ => (Vec::new(), 0x6A82),
        }
    }

    /// Gives 256 bytes, and the rest when asked.
    fn in_parts(&mut self) -> Vec<u8> {
        let rest = self.waiting.split_off(self.waiting.len().min(256));
        let mut part = std::mem::replace(&mut self.waiting, rest);
        match self.waiting.len() {
            0 => part.extend([0x90, 0x00]),
            left => part.extend([0x61, u8::try_from(left).unwrap_or(0)]),
        }
        part
    }
}

impl Card for TestChip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        if command[..2] == [0x00, 0xC0] {
            return Ok(self.in_parts());
        }
        let long = command.len() > 5 && command[4] == 0;
        match self.extended {
            Extended::NotSent if long => return Err(CardError::NotSent),
            Extended::Refused if long => return Ok(vec![0x67, 0x00]),
            Extended::EndsSession if long => {
                self.session = None;
                return Ok(vec![0x69, 0x87]);
            }
            _ => {}
        }
        if command[0] & 0x0C == 0 {
            self.session = None;
            return Ok(self.in_the_clear(command));
        }
        let Some(mut session) = self.session.take() else {
            return Ok(vec![0x69, 0x82]);
        };
        let Some(plain) = session.open(command) else {
            return Ok(vec![0x69, 0x88]);
        };
        let (data, word) = self.application(&plain);
        if data.len() > self.breaks_above {
            return Ok(vec![0x69, 0x87]);
        }
        self.waiting = session.answer(&data, Status::from_word(word), false).data;
        self.session = Some(session);
        if long {
            return Ok([std::mem::take(&mut self.waiting), vec![0x90, 0x00]].concat());
        }
        Ok(self.in_parts())
    }
}

struct Outcome {
    evidence: Result<CardEvidence, ReadError>,
    lengths: Lengths,
    steps: Vec<ReadStep>,
}

fn read_with(
    chip: &mut TestChip,
    lengths: Lengths,
    stop_at: Option<ReadStep>,
    challenge: Result<[u8; 8], ReadFailure>,
) -> Outcome {
    let keys = AccessKeys {
        number: Password::card_access_number("123456"),
        zones: vec![ZoneKey::from_mrz_information("L898902C<369080619406236")],
    };
    let (nonce, part) = ("781723860C06C226", "0B795240CB7049B01C19B33E32804F0B");
    let mut line = Line::new(lengths);
    let steps = RefCell::new(Vec::new());
    let mut progress = |step| {
        steps.borrow_mut().push(step);
        if stop_at == Some(step) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let reading = Reading {
        keys: &keys,
        line: &mut line,
        kept: &mut Kept::default(),
        wanted: Wanted::default(),
        rng: &mut Scripted::from_hex([nonce, part, nonce, part]),
        desk: Desk {
            progress: &mut progress,
            challenge: &mut || challenge,
            clock: &|| 42,
        },
    };
    let evidence = reading.run(chip);
    Outcome {
        evidence,
        lengths: line.lengths,
        steps: steps.take(),
    }
}

fn read(chip: &mut TestChip) -> Outcome {
    read_with(chip, Lengths::default(), None, Ok([7; 8]))
}

#[test]
fn a_whole_card_is_read_in_order() {
    let mut chip = TestChip::new(Extended::Works);
    let outcome = read_with(&mut chip, Lengths::SHORT_ONLY, None, Ok([7; 8]));
    let evidence = outcome.evidence.unwrap();
    assert_eq!(evidence.access, AccessProtocol::Bac);
    assert_eq!(
        (&evidence.sod.0, &evidence.dg1.0),
        (&chip.file(0x1D), &chip.file(1))
    );
    assert_eq!(
        (evidence.dg2.0, evidence.dg15.unwrap().0),
        (chip.file(2), chip.file(15))
    );
    assert_eq!(
        (evidence.dg14, evidence.dg13_hash, evidence.duration),
        (None, None, 42)
    );
    assert_eq!(evidence.active_authentication.unwrap().0, [7; 256]);
    assert_eq!(
        (outcome.steps[0], outcome.steps.last()),
        (ReadStep::Access, Some(&ReadStep::ChipProof))
    );
    let percents: Vec<u8> = outcome
        .steps
        .iter()
        .filter_map(|step| {
            if let ReadStep::Reading(p) = step {
                Some(*p)
            } else {
                None
            }
        })
        .collect();
    assert!(percents.is_sorted() && percents.len() > 10 && percents.iter().all(|percent| *percent <= 100));
    // Opening 4, SOD 4, DG14 2 (absent), DG15 2, DG1 1, DG2 22, proof 1 and the rest of its answer.
    assert_eq!(evidence.apdu_count, 37);
}

#[test]
fn long_blocks_are_found_and_remembered() {
    let mut chip = TestChip::new(Extended::Works);
    let first = read(&mut chip);
    // Opening 4, SOD 1, DG14 2 (absent), DG15 1, DG1 1, DG2 2 (1,024 bytes, then the rest), proof 1.
    assert_eq!(
        (first.evidence.unwrap().apdu_count, first.lengths.extended()),
        (12, ExtendedLength::Works)
    );
    let second = read_with(&mut chip, first.lengths, None, Ok([7; 8]));
    let evidence = second.evidence.unwrap();
    assert_eq!((evidence.apdu_count, evidence.dg2.0), (12, chip.file(2)));
    // By now 4,096 bytes are known to come at once, and more is asked for.
    let third = read_with(&mut chip, second.lengths, None, Ok([7; 8]));
    assert_eq!(third.evidence.unwrap().apdu_count, 11);
}

#[test]
fn a_chip_with_a_limit_of_its_own_is_asked_for_that() {
    let mut chip = TestChip::new(Extended::Works);
    chip.most = 2000;
    let first = read(&mut chip);
    assert_eq!(first.evidence.unwrap().dg2.0, chip.file(2));
    assert_eq!(first.lengths.block(231), 2000);
    // A length that ends the session costs one more opening, once.
    let mut chip = TestChip::new(Extended::Works);
    chip.breaks_above = 2000;
    let first = read(&mut chip);
    assert_eq!((first.evidence.unwrap().dg2.0, chip.openings), (chip.file(2), 2));
    let second = read_with(&mut chip, first.lengths, None, Ok([7; 8]));
    assert_eq!((second.evidence.unwrap().dg2.0, chip.openings), (chip.file(2), 3));
}

#[test]
fn the_long_proof_comes_in_every_way_that_chips_have() {
    for (extended, openings) in [
        (Extended::Works, 1),
        (Extended::Refused, 1),
        (Extended::NotSent, 1),
        (Extended::EndsSession, 2),
    ] {
        let mut chip = TestChip::new(extended);
        let outcome = read(&mut chip);
        assert_eq!(
            outcome.evidence.unwrap().active_authentication.unwrap().0,
            [7; 256]
        );
        assert_eq!(chip.openings, openings);
        assert_eq!(
            outcome.lengths.extended() == ExtendedLength::Works,
            extended == Extended::Works
        );
    }
}

#[test]
fn what_is_known_of_the_reader_is_not_tried_again() {
    let mut chip = TestChip::new(Extended::EndsSession);
    let outcome = read_with(&mut chip, Lengths::SHORT_ONLY, None, Ok([7; 8]));
    assert!(outcome.evidence.unwrap().active_authentication.is_some());
    assert_eq!(chip.openings, 1);
}

#[test]
fn a_chip_that_refuses_its_proof_gives_evidence_without() {
    let mut chip = TestChip::new(Extended::Works);
    chip.proof = 0x6985;
    assert_eq!(read(&mut chip).evidence.unwrap().active_authentication, None);
}

#[test]
fn the_desk_can_stop_a_reading() {
    let mut chip = TestChip::new(Extended::Works);
    for step in [
        ReadStep::Access,
        ReadStep::Reading(20),
        ReadStep::Reading(50),
        ReadStep::ChipProof,
    ] {
        let outcome = read_with(&mut chip, Lengths::SHORT_ONLY, Some(step), Ok([7; 8]));
        assert_eq!(
            outcome.evidence.unwrap_err().failure(),
            ReadFailure::Cancelled,
            "{step:?}"
        );
        assert_eq!(outcome.steps.last(), Some(&step));
    }
    let outcome = read_with(
        &mut chip,
        Lengths::SHORT_ONLY,
        None,
        Err(ReadFailure::NoChallenge),
    );
    assert_eq!(outcome.evidence.unwrap_err().failure(), ReadFailure::NoChallenge);
    // And the next one succeeds.
    assert!(read(&mut chip).evidence.is_ok());
}

#[test]
fn every_document_has_its_security_object() {
    let mut chip = TestChip::new(Extended::Works);
    chip.files.remove(0);
    let error = read(&mut chip).evidence.unwrap_err();
    assert_eq!(
        (error, error.failure()),
        (ReadError::Missing("EF.SOD"), ReadFailure::ProtocolError)
    );
}
