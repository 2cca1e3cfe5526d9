//! Reading files from a small chip written for these tests.

use super::*;
use crate::card::{Connection, Lengths, Line};
use crate::emrtd::channel;
use crate::emrtd::cipher::Suite;
use crate::emrtd::kdf::Key;
use crate::emrtd::messaging::SecureMessaging;
use crate::emrtd::messaging::peer::{Plain, ProtectedCard};
use exam_protocol::station::AccessProtocol;
use proptest::prelude::*;

fn session(suite: Suite) -> SecureMessaging {
    SecureMessaging::new(
        suite,
        Key::new(vec![3; suite.key_size()]),
        Key::new(vec![5; suite.key_size()]),
        0,
    )
}

/// Reads `file` through a channel to a card with this application; also how many commands it took.
fn read(
    suite: Suite,
    file: File,
    application: impl FnMut(&Plain) -> (Vec<u8>, u16),
) -> (Result<Contents, ChipError>, u32) {
    let mut card = ProtectedCard::new(&session(suite), application);
    let mut line = Line::new(Lengths::SHORT_ONLY);
    let mut channel = channel::open(
        Connection::new(&mut card, &mut line),
        session(suite),
        AccessProtocol::PaceCan,
    );
    let contents = channel.read_file(file, &mut |_, _| ControlFlow::Continue(()));
    (contents, channel.commands())
}

fn bytes(outcome: (Result<Contents, ChipError>, u32)) -> Vec<u8> {
    match outcome.0 {
        Ok(Contents::Read(bytes)) => bytes.to_vec(),
        Ok(Contents::Absent) => panic!("absent"),
        Ok(Contents::Refused) => panic!("refused"),
        Err(error) => panic!("{error}"),
    }
}

/// READ BINARY on one transparent file, by short identifier or by offset; `largest` is the longest Ne it accepts.
fn read_binary(file: &[u8], plain: &Plain, largest: usize) -> (Vec<u8>, u16) {
    let offset = match plain.header {
        [_, 0xB0, p1, p2] if p1 & 0x80 != 0 => usize::from(p2),
        [_, 0xB0, p1, p2] => usize::from(u16::from_be_bytes([p1, p2])),
        [_, 0xB1, ..] => match tlv::only(&plain.data, 0x54) {
            Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
            _ => return (Vec::new(), 0x6A80),
        },
        _ => return (Vec::new(), 0x6D00),
    };
    let wanted = plain.expected.unwrap_or_default();
    if wanted > largest {
        return (Vec::new(), 0x6700);
    }
    let part = &file[offset.min(file.len())..(offset + wanted).min(file.len())];
    let word = if part.len() < wanted { 0x6282 } else { 0x9000 };
    (
        if plain.header[1] == 0xB1 {
            tlv::write(0x53, part)
        } else {
            part.to_vec()
        },
        word,
    )
}

fn portrait(size: usize) -> Vec<u8> {
    tlv::write(
        0x75,
        &(0..size)
            .map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1])
            .collect::<Vec<u8>>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn files_of_any_size_come_whole(size in 0_usize..60_000, aes: bool) {
        let suite = if aes { Suite::Aes128 } else { Suite::TripleDes };
        let file = portrait(size);
        let outcome = read(suite, File::DG2, |plain| read_binary(&file, plain, 256));
        let least = file.len().div_ceil(if aes { 223 } else { 231 });
        prop_assert!(outcome.1 as usize <= least + least / 20 + 1, "{} commands for {}", outcome.1, file.len());
        prop_assert_eq!(bytes(outcome), file);
    }

    #[test]
    fn hostile_headers_never_panic(start: Vec<u8>) {
        let _ = read(Suite::Aes128, File::DG2, |plain| read_binary(&start, plain, 256)).0.map(|_| ());
    }
}

#[test]
fn a_chip_with_short_answers_is_read_in_smaller_blocks() {
    let file = portrait(1000);
    assert_eq!(
        bytes(read(Suite::Aes128, File::DG2, |plain| read_binary(
            &file, plain, 128
        ))),
        file
    );
}

#[test]
fn a_chip_without_short_identifiers_gets_a_select() {
    let file = portrait(300);
    let mut selected = false;
    let outcome = read(Suite::TripleDes, File::DG2, |plain| match plain.header {
        [_, 0xA4, 0x02, 0x0C] => {
            selected = plain.data == [0x01, 0x02];
            (Vec::new(), 0x9000)
        }
        [_, 0xB0, p1, _] if p1 & 0x80 != 0 || !selected => (Vec::new(), 0x6A86),
        _ => read_binary(&file, plain, 256),
    });
    assert_eq!(bytes(outcome), file);
}

#[test]
fn absent_and_refused_files_are_no_errors() {
    assert!(matches!(
        read(Suite::Aes128, File::DG13, |_| (Vec::new(), 0x6A82)).0,
        Ok(Contents::Absent)
    ));
    assert!(matches!(
        read(Suite::Aes128, File::DG13, |_| (Vec::new(), 0x6982)).0,
        Ok(Contents::Refused)
    ));
}

#[test]
fn too_large_files_are_refused_before_anything_is_kept() {
    let outcome = read(Suite::Aes128, File::DG2, |_| {
        (vec![0x75, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x00], 0x9000)
    });
    assert_eq!(
        outcome.0.err(),
        Some(ChipError::TooLarge {
            file: "EF.DG2",
            size: 0x7FFF_FFFF + 6
        })
    );
    assert_eq!(outcome.1, 1);
}

#[test]
fn a_chip_that_gives_nothing_or_too_much_is_not_followed() {
    let malformed = Some(ChipError::Malformed { step: "EF.DG2" });
    let empty_end = |plain: &Plain| match plain.header {
        [_, _, 0x82, _] => (vec![0x75, 0x82, 0x01, 0x00], 0x9000),
        _ => (Vec::new(), 0x9000),
    };
    assert_eq!(read(Suite::Aes128, File::DG2, empty_end).0.err(), malformed);
    let too_much = |plain: &Plain| match plain.header {
        [_, _, 0x82, _] => (vec![0x75, 0x82, 0x01, 0x00], 0x9000),
        _ => (vec![0; 400], 0x9000),
    };
    assert_eq!(read(Suite::Aes128, File::DG2, too_much).0.err(), malformed);
    let other_file = |plain: &Plain| read_binary(&tlv::write(0x61, &[0; 90]), plain, 256);
    assert_eq!(read(Suite::Aes128, File::DG2, other_file).0.err(), malformed);
}

#[test]
fn a_reading_can_be_stopped_between_blocks() {
    let file = portrait(1000);
    let mut card = ProtectedCard::new(&session(Suite::Aes128), |plain: &Plain| {
        read_binary(&file, plain, 256)
    });
    let mut line = Line::new(Lengths::SHORT_ONLY);
    let mut channel = channel::open(
        Connection::new(&mut card, &mut line),
        session(Suite::Aes128),
        AccessProtocol::PaceCan,
    );
    let stopped = channel.read_file(File::DG2, &mut |done, _| {
        if done > 400 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(stopped.err(), Some(ChipError::Stopped));
    assert_eq!(channel.commands(), 2);
}
