//! The check-in agent's reader and the virtual card, face to face without a PC/SC service: every access protocol, group and
//! cipher that both speak, each side with code of its own, and the number of commands that a reading takes.

use std::ops::ControlFlow;

use checkin_agent::{
    card::{Card, CardError, Lengths, Line},
    emrtd::{
        access::{AccessKeys, ZoneKey},
        chip_authentication::ChipProof,
        file::{Contents, File},
        pace::Password,
    },
    read::{Desk, Kept, ReadError, Reading, Wanted},
};
use exam_protocol::station::{AccessProtocol, CardEvidence};
use exam_tests::{
    card::{Answer, Order, PresentedCard, Tray},
    citizens::{Citizen, mrz_information},
};

/// The line between both.
struct InTheField(PresentedCard);

impl Card for InTheField {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        match self.0.transmit(command) {
            Answer::Bytes(bytes, _) => Ok(bytes),
            Answer::Silence | Answer::Gone => Err(CardError::Removed),
        }
    }
}

struct Outcome {
    evidence: Result<CardEvidence, ReadError>,
    kept: Kept,
    line: Line,
}

fn keys(citizen: &Citizen) -> AccessKeys {
    AccessKeys {
        number: Password::card_access_number(citizen.can()),
        zones: vec![ZoneKey::from_mrz_information(&mrz_information(citizen))],
    }
}

fn read_on(card: PresentedCard, citizen: &Citizen, lengths: Lengths, mut kept: Kept) -> Outcome {
    let mut line = Line::new(lengths);
    let reading = Reading {
        keys: &keys(citizen),
        line: &mut line,
        kept: &mut kept,
        wanted: Wanted {
            everything: true,
            citizen_data: false,
            chip_authentication: true,
        },
        rng: &mut rand::rng(),
        desk: Desk {
            progress: &mut |_| ControlFlow::Continue(()),
            challenge: &mut || Ok([7; 8]),
            clock: &|| 0,
        },
    };
    let evidence = reading.run(&mut InTheField(card));
    Outcome { evidence, kept, line }
}

fn present(words: &str) -> (PresentedCard, Citizen) {
    let mut tray = Tray::new(2026, 2, 0).expect("a tray of two cards");
    let order = Order::parse(&format!("1 {words}")).expect("known words");
    let card = tray.present(&order).expect("card 1");
    (card, tray.citizens()[0].clone())
}

fn read(words: &str) -> Outcome {
    let (card, citizen) = present(words);
    read_on(card, &citizen, Lengths::default(), Kept::default())
}

fn check(words: &str, access: AccessProtocol, proof: ChipProof) {
    let outcome = read(words);
    let evidence = outcome
        .evidence
        .unwrap_or_else(|error| panic!("{words}: {error}"));
    assert_eq!(evidence.access, access, "{words}");
    assert!(evidence.active_authentication.is_some(), "{words}");
    assert!(evidence.dg13_hash.is_some(), "{words}");
    assert_eq!(outcome.kept.chip_proof(), Some(proof), "{words}");
}

#[test]
fn pace_in_every_group_mapping_and_cipher() {
    for words in [
        "pace=13-gm-aes128",
        "pace=10-gm-aes192",
        "pace=11-im-aes128",
        "pace=12-im-aes256",
        "pace=14-im-3des",
        "pace=15-gm-aes256",
        "pace=16-im-aes192",
        "pace=17-gm-3des",
        "pace=18-gm-aes128",
        "pace=0-im-aes256",
        "pace=1-gm-aes192",
        "pace=2-im-3des",
    ] {
        check(words, AccessProtocol::PaceCan, ChipProof::Given);
    }
}

#[test]
fn chip_authentication_in_every_group_and_cipher() {
    for words in [
        "ca=10-3des",
        "ca=11-aes192",
        "ca=12-aes256",
        "ca=14-aes128",
        "ca=17-3des",
        "ca=18-aes256",
        "ca=0-3des",
        "ca=1-aes128",
        "ca=2-3des",
        "ca=2-aes256 short-only",
        "bac-only ca=2-3des short-only",
    ] {
        let access = if words.contains("bac-only") {
            AccessProtocol::Bac
        } else {
            AccessProtocol::PaceCan
        };
        check(words, access, ChipProof::Given);
    }
    for words in ["clone", "clone ca=13-3des"] {
        check(words, AccessProtocol::PaceCan, ChipProof::Failed);
    }
}

#[test]
fn the_zone_opens_a_card_without_a_number() {
    check("no-can", AccessProtocol::PaceMrz, ChipProof::Given);
    check("bac-only", AccessProtocol::Bac, ChipProof::Given);
}

#[test]
fn every_listed_file_is_read_and_a_refused_one_is_no_error() {
    let outcome = read("details");
    assert!(outcome.evidence.is_ok());
    for file in [
        File::COM,
        File::SOD,
        File::DG1,
        File::DG2,
        File::DG11,
        File::DG12,
        File::DG14,
        File::DG15,
    ] {
        assert!(outcome.kept.bytes(file).is_some(), "{}", file.name);
    }
    assert!(matches!(
        outcome.kept.contents(File::DG3),
        Some(Contents::Refused)
    ));
    // DG13 stays on the card but for its hash.
    assert!(outcome.kept.contents(File::DG13).is_none());
    let outcome = read("");
    assert!(outcome.evidence.is_ok() && outcome.kept.contents(File::DG11).is_none());
}

/// Commands that no reader can do without, when blocks are as long as that: access, one SELECT, the blocks of each file, one
/// refused file, the proof, chip authentication with its SELECT.
fn least(kept: &Kept, dg13: usize, block: usize, opening: usize, proof: usize) -> usize {
    let blocks: usize = kept
        .files()
        .map(|(_, contents)| match contents {
            Contents::Read(bytes) => bytes.len().div_ceil(block),
            Contents::Absent | Contents::Refused => 1,
        })
        .sum();
    opening + blocks + dg13.div_ceil(block) + proof + 3
}

#[test]
fn a_reading_takes_hardly_more_commands_than_it_must() {
    // EF.CardAccess, MSE:Set AT, four steps of PACE, SELECT; the proof of 256 bytes comes in one answer or in two.
    for (words, block, proof) in [("short-only", 223, 2), ("", 16_384, 1), ("most=2000", 2000, 1)] {
        let (card, citizen) = present(words);
        let dg13 = card.chip().files().files[&0x010D].len();
        let first = read_on(card, &citizen, Lengths::default(), Kept::default());
        assert!(first.evidence.is_ok(), "{words}");
        // What was learnt with the first card holds for the second.
        let mut lengths = first.line.lengths;
        for _ in 0..2 {
            let next = read_on(present(words).0, &citizen, lengths, Kept::default());
            lengths = next.line.lengths;
        }
        let (card, citizen) = present(words);
        let known = read_on(card, &citizen, lengths, Kept::default());
        let (least, commands) = (
            least(&known.kept, dg13, block, 7, proof),
            known.line.commands() as usize,
        );
        println!(
            "{words:12} {commands} commands, least {least}, first time {}",
            first.line.commands()
        );
        assert!(commands * 100 <= least * 105, "{words}: {commands} of {least}");
    }
}

#[test]
fn a_card_that_was_lifted_goes_on_where_it_stopped() {
    let whole = read("short-only").line.commands();
    for after in [3, 10, 25, 40, whole - 2] {
        let (card, citizen) = present(&format!("short-only removed-after={after}"));
        let first = read_on(card, &citizen, Lengths::SHORT_ONLY, Kept::default());
        assert!(first.evidence.is_err(), "{after}");
        let (card, _) = present("short-only");
        let second = read_on(card, &citizen, Lengths::SHORT_ONLY, first.kept);
        let evidence = second.evidence.expect("the same card again");
        assert_eq!(
            evidence.dg2.0,
            read("").kept.bytes(File::DG2).expect("a portrait")
        );
        // Opening and security object are asked for again, the rest is not.
        assert!(
            second.line.commands() < whole.saturating_sub(after) + 25,
            "{after}"
        );
    }
}

#[test]
fn another_card_laid_down_instead_is_read_from_its_beginning() {
    let (card, citizen) = present("short-only removed-after=40");
    let first = read_on(card, &citizen, Lengths::SHORT_ONLY, Kept::default());
    let (card, _) = present("short-only lds-v1");
    let second = read_on(card, &citizen, Lengths::SHORT_ONLY, first.kept);
    let expected = read("lds-v1");
    assert_eq!(
        second.evidence.expect("the other card").sod.0,
        expected.evidence.expect("it").sod.0
    );
}
