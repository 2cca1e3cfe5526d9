//! Chip authentication against a chip written for these tests; the recorded session of a real one is among `vectors`.

use super::*;
use crate::apdu::Response;
use crate::card::{Card, CardError, Connection, Lengths, Line};
use crate::emrtd::channel;
use crate::emrtd::cipher::Suite;
use crate::emrtd::group::{self, Group};
use crate::emrtd::kdf::Key;
use crate::emrtd::messaging::peer::{Peer, Plain};
use exam_protocol::station::AccessProtocol;

/// How the chip takes long commands.
#[derive(Clone, Copy, PartialEq)]
enum Long {
    Extended,
    Chained,
}

struct TestChip {
    key: ChipKey,
    secret: KeyPair,
    long: Long,
    session: Peer,
    data: Vec<u8>,
    instructions: Vec<u8>,
    honest: bool,
}

fn session() -> SecureMessaging {
    SecureMessaging::new(Suite::TripleDes, Key::new(vec![3; 16]), Key::new(vec![5; 16]), 7)
}

impl TestChip {
    fn new(parameters: u8, suite: Suite, long: Long) -> Self {
        let group: &'static dyn Group = group::standardised(parameters).unwrap();
        let secret = KeyPair::generate(group, &group.base(), &mut rand::rng());
        let key = ChipKey {
            group,
            public: secret.public().clone(),
            suite,
            id: Some(vec![9]),
        };
        let session = Peer::of(&session());
        Self {
            key,
            secret,
            long,
            session,
            data: Vec::new(),
            instructions: Vec::new(),
            honest: true,
        }
    }

    /// Answers, and the terminal's key if the command gave it.
    fn application(&mut self, plain: &Plain) -> (Vec<u8>, u16, Option<Vec<u8>>) {
        self.data.extend_from_slice(&plain.data);
        if plain.header[0] == 0x10 {
            return (Vec::new(), 0x9000, None);
        }
        let data = core::mem::take(&mut self.data);
        self.instructions.extend_from_slice(&plain.header[1..]);
        match plain.header {
            [0, 0x22, 0x41, 0xA6] if self.key.suite == Suite::TripleDes => {
                assert_eq!(tlv::find(&data, 0x84), Some(&[9][..]));
                (Vec::new(), 0x9000, tlv::find(&data, 0x91).map(<[u8]>::to_vec))
            }
            [0, 0x22, 0x41, 0xA4] => {
                assert_eq!(tlv::find(&data, 0x80), Some(&self.key.protocol()[..]));
                (Vec::new(), 0x9000, None)
            }
            [0, 0x86, 0, 0] => {
                let key = tlv::find(tlv::only(&data, 0x7C).unwrap(), 0x80).map(<[u8]>::to_vec);
                (vec![0x7C, 0x00], 0x9000, key)
            }
            [0, 0xA4, ..] => (Vec::new(), 0x9000, None),
            _ => (Vec::new(), 0x6D00, None),
        }
    }
}

impl Card for TestChip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        if command[4] == 0 && command.len() > 5 && self.long == Long::Chained {
            return Ok(vec![0x67, 0x00]);
        }
        let Some(plain) = self.session.open(command) else {
            return Ok(vec![0x69, 0x88]);
        };
        let (data, word, key) = self.application(&plain);
        let answer: Response = self.session.answer(&data, Status::from_word(word), false);
        if let Some(key) = key {
            let key = self.key.group.element(&key).unwrap();
            let mut secret = self.secret.shared_secret(&key).unwrap();
            secret[0] ^= u8::from(!self.honest);
            let derive = |purpose| self.key.suite.derive(&secret, purpose);
            let (encryption, authentication) = (derive(Purpose::Encryption), derive(Purpose::Authentication));
            self.session = Peer::of(&SecureMessaging::new(
                self.key.suite,
                encryption,
                authentication,
                0,
            ));
        }
        Ok([answer.data, word.to_be_bytes().to_vec()].concat())
    }
}

fn authenticate(chip: &mut TestChip, lengths: Lengths) -> (Result<ChipProof, ChipError>, u32) {
    let key = chip.key.clone();
    let mut line = Line::new(lengths);
    let connection = Connection::new(chip, &mut line);
    let mut channel = channel::open(connection, session(), AccessProtocol::Bac);
    let proof = channel.authenticate_chip(&key, &mut rand::rng());
    (proof, line.commands())
}

const TEMPLATE: [u8; 6] = [0x22, 0x41, 0xA4, 0x86, 0x00, 0x00];
const KEY_TEMPLATE: [u8; 3] = [0x22, 0x41, 0xA6];
const SELECT: [u8; 3] = [0xA4, 0x02, 0x0C];

#[test]
fn every_suite_and_group_by_its_commands() {
    for (parameters, suite, commands) in [
        (13, Suite::Aes128, 3),
        (17, Suite::Aes256, 3),
        (12, Suite::Aes192, 3),
        (13, Suite::TripleDes, 2),
        (0, Suite::TripleDes, 2),
        (2, Suite::Aes256, 3),
    ] {
        let mut chip = TestChip::new(parameters, suite, Long::Extended);
        let (proof, sent) = authenticate(&mut chip, Lengths::default());
        assert_eq!(
            (proof, sent),
            (Ok(ChipProof::Given), commands),
            "{parameters} {suite:?}"
        );
        let by = if suite == Suite::TripleDes {
            &KEY_TEMPLATE[..]
        } else {
            &TEMPLATE
        };
        assert_eq!(chip.instructions, [by, &SELECT].concat());
    }
}

#[test]
fn a_long_key_goes_in_parts_where_nothing_longer_passes() {
    for suite in [Suite::TripleDes, Suite::Aes128] {
        let mut chip = TestChip::new(2, suite, Long::Chained);
        assert_eq!(
            authenticate(&mut chip, Lengths::default()).0,
            Ok(ChipProof::Given)
        );
        let mut chip = TestChip::new(2, suite, Long::Chained);
        let (proof, sent) = authenticate(&mut chip, Lengths::SHORT_ONLY);
        let expected = if suite == Suite::TripleDes { 3 } else { 4 };
        assert_eq!((proof, sent), (Ok(ChipProof::Given), expected));
    }
}

#[test]
fn a_chip_without_the_private_key_fails() {
    for suite in [Suite::TripleDes, Suite::Aes128] {
        let mut chip = TestChip::new(13, suite, Long::Extended);
        chip.honest = false;
        assert_eq!(
            authenticate(&mut chip, Lengths::default()).0,
            Ok(ChipProof::Failed)
        );
    }
}

#[test]
fn a_refusal_leaves_the_session_as_it_was() {
    let mut chip = TestChip::new(13, Suite::Aes128, Long::Extended);
    let mut key = chip.key.clone();
    // The chip of these tests knows no other protocol than that of its key.
    key.suite = Suite::TripleDes;
    chip.key.suite = Suite::Aes192;
    let mut line = Line::default();
    let mut channel = channel::open(
        Connection::new(&mut chip, &mut line),
        session(),
        AccessProtocol::Bac,
    );
    let set = Command::new([0x00, 0x22, 0x41, 0xA6]).with_data(tlv::write(0x91, key.public.bytes()));
    assert_eq!(
        channel.exchange_long(&set).map(|answer| answer.status),
        Ok(Status::InstructionUnknown)
    );
    let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, 0x0E]);
    assert_eq!(
        channel.exchange(&select).map(|answer| answer.status),
        Ok(Status::Success)
    );
}
