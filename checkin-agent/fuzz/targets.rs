//! What each fuzz target does with its input, once: `fuzz_targets/` hands it to libFuzzer, `checkin-agent/tests/corpus.rs`
//! replays the corpus. Whatever a card or a scanner says may be refused in any way; it must not panic, hang, or be taken for
//! the answer of a chip that knows the keys.

#[path = "targets/chip.rs"]
mod chip;

use certs::travel_document::mrz::mrz_key;
use certs::travel_document::scan::{Scanned, expiry_candidates};
use checkin_agent::apdu::{Command, Response, tlv};
use checkin_agent::card::{Connection, Lengths, Line};
use checkin_agent::emrtd::access::{self, AccessKeys, ZoneKey};
use checkin_agent::emrtd::card_access::pace_offers;
use checkin_agent::emrtd::chip_key::chip_keys;
use checkin_agent::emrtd::cipher::Suite;
use checkin_agent::emrtd::kdf::Key;
use checkin_agent::emrtd::messaging::SecureMessaging;
use checkin_agent::emrtd::pace::Password;
use checkin_agent::emrtd::{Chip, ChipError};
use checkin_agent::read::{Desk, Kept, Reading, Wanted};
use chip::{Answers, BasicAccessChip, Counting, MRZ_INFORMATION};
use core::ops::ControlFlow;

/// A target: bytes in, nothing out.
pub type Target = fn(&[u8]);

/// All targets with the names of their folders in `corpus/`.
pub const TARGETS: [(&str, Target); 6] = [
    ("answers", answers),
    ("protected_reading", protected_reading),
    ("messaging", messaging),
    ("tlv", tlv),
    ("card_access", card_access),
    ("scanned", scanned),
];

fn keys() -> AccessKeys {
    AccessKeys {
        number: Password::card_access_number("123456"),
        zones: vec![ZoneKey::from_mrz_information(MRZ_INFORMATION)],
    }
}

/// Answers in the clear to whatever is asked: EF.CardAccess, PACE, BAC, `61xx`, `6Cxx`. Nobody without the keys gets in.
pub fn answers(data: &[u8]) {
    let mut card = Answers::of(data);
    let mut line = Line::default();
    let chip = Chip::new(Connection::new(&mut card, &mut line));
    let opened = access::open(chip, &keys(), &mut Counting::default());
    assert!(
        opened.is_err_and(|error| error != ChipError::Stopped),
        "it does not know the keys"
    );
}

/// A chip that knows its keys and says, under their protection, whatever the input says: files, lengths, status words, the
/// proof, chip authentication.
pub fn protected_reading(data: &[u8]) {
    let (lengths, data) = match data {
        [first, rest @ ..] if first % 2 == 0 => (Lengths::SHORT_ONLY, rest),
        [_, rest @ ..] => (Lengths::default(), rest),
        [] => return,
    };
    let mut kept = Kept::default();
    // A second stay of the same card, with other answers, goes on where the first one ended.
    for half in [&data[..data.len() / 2], &data[data.len() / 2..]] {
        let (mut steps, mut line) = (0_u32, Line::new(lengths));
        let mut card = BasicAccessChip::new(Answers::of(half));
        let reading = Reading {
            keys: &keys(),
            line: &mut line,
            kept: &mut kept,
            wanted: Wanted {
                everything: true,
                citizen_data: true,
                chip_authentication: true,
            },
            rng: &mut Counting::default(),
            desk: Desk {
                progress: &mut |_| {
                    steps += 1;
                    ControlFlow::Continue(())
                },
                challenge: &mut || Ok([7; 8]),
                clock: &|| 0,
            },
        };
        let _ = reading.run(&mut card);
        assert!(steps > 0, "a reading reports its steps");
    }
}

/// Answers under secure messaging, of a card that has not the session keys.
pub fn messaging(data: &[u8]) {
    let Some(response) = Response::parse(data.to_vec()) else {
        return;
    };
    for suite in [Suite::TripleDes, Suite::Aes128, Suite::Aes192, Suite::Aes256] {
        let key = |byte| Key::new(vec![byte; suite.key_size()]);
        let mut session = SecureMessaging::new(suite, key(3), key(5), 7);
        let _protected = session.protect(&Command::new([0x00, 0xB0, 0x81, 0x00]).expecting(256));
        assert!(
            session.unprotect(&response).is_err(),
            "nobody can guess the checksum"
        );
    }
}

/// Data objects; what is found can be written and found again.
pub fn tlv(data: &[u8]) {
    let _ = (tlv::header(data), tlv::only(data, 0x7C), tlv::find(data, 0x99));
    let mut rest = data;
    while let Some((tag, value, next)) = tlv::take(rest) {
        assert!(next.len() < rest.len(), "each object takes some bytes");
        let written = tlv::write(tag, value);
        assert_eq!(tlv::only(&written, tag), Some(value));
        rest = next;
    }
}

/// EF.CardAccess and EF.DG14: offers and keys.
pub fn card_access(data: &[u8]) {
    for offer in pace_offers(data).unwrap_or_default() {
        assert_eq!(
            offer.protocol()[..8],
            [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04]
        );
    }
    for key in chip_keys(data) {
        assert!(
            key.group.element(key.public.bytes()).is_some(),
            "the key lies in its group"
        );
    }
}

/// What a scanner types: the QR code, or digits, mangled or not; and the keys that follow from it.
pub fn scanned(data: &[u8]) {
    let Some(scanned) = core::str::from_utf8(data)
        .ok()
        .and_then(|text| Scanned::parse(text).ok())
    else {
        return;
    };
    let number = &scanned.citizen_number;
    assert!(
        Password::card_access_number(&number[6..]).is_some(),
        "twelve digits have a number"
    );
    if let Some((birth, issue)) = scanned.birth.zip(scanned.issue) {
        for expiry in expiry_candidates(birth, issue) {
            let information =
                mrz_key(&number[3..], &birth.yymmdd(), &expiry).expect("digits are of the alphabet");
            let _ = ZoneKey::from_mrz_information(&information);
        }
    }
}
