//! Random changes of an export and of a chain: each is found, and the unchanged one holds.

use super::*;
use crate::audit::chain::{Act, Actor, Extra, Location};
use crate::audit::file::Export;
use certs::authority::ExamRoot;
use certs::signing::SigningKey;
use certs::{Time, Validity};
use proptest::prelude::*;
use ring::rand::SystemRandom;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::sync::OnceLock;

const RECORDS: i64 = 40;
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn chain() -> Vec<Record> {
    let actor = Actor {
        who: "staff:0102".into(),
        address: "10.0.0.7".into(),
    };
    let mut previous = GENESIS;
    (1..=RECORDS)
        .map(|sequence| {
            let object = format!("room:{}", sequence % 3);
            let became = format!("{{\"n\":{sequence}}}");
            let act = Act {
                at: Timestamp(NOW.0 + sequence),
                actor: &actor,
                act: "room.pause",
                object: &object,
                was: "",
                became: &became,
                reason: if sequence % 4 == 0 {
                    "mất điện ở phòng"
                } else {
                    ""
                },
            };
            let extra = Extra {
                location: Location {
                    room: "r".into(),
                    ..Location::default()
                },
                salt: [u8::try_from(sequence).unwrap(); 16],
                reason_salt: [9; 16],
            };
            let record = Record::after(&previous, sequence, &act, extra);
            previous = record.hash;
            record
        })
        .collect()
}

struct Fixture {
    ca: Vec<u8>,
    file: Vec<u8>,
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let validity = Validity::backdated(Time(NOW.0 / 1000), 1, 10);
        let root = ExamRoot::create("CA", validity).unwrap();
        let issuing = root.issue_authority("issuing", validity).unwrap();
        let key = SigningKey::generate(&SystemRandom::new()).unwrap();
        let pem = issuing
            .issue_receipt_signer(&key, validity)
            .unwrap()
            .certificate_pem;
        let certificates = certs::x509::chain_from_pem(&pem).unwrap();
        let ca = CertificateDer::from_pem_slice(root.certificate_pem().as_bytes()).unwrap();
        let (mut export, mut text) = Export::begin(installation(&ca), (1, RECORDS), GENESIS);
        for record in chain() {
            text += &export.record(&record);
        }
        text += &export
            .finish(NOW, (&key, &certificates), &SystemRandom::new())
            .unwrap();
        Fixture {
            ca: ca.to_vec(),
            file: text.into_bytes(),
        }
    })
}

fn check(file: &[u8]) -> Result<Confirmed, Bad> {
    let mut checked = File::new(&fixture().ca, None);
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        checked.take(line)?;
    }
    checked.finish()
}

fn check_chain(records: &[Record]) -> Result<Confirmed, Bad> {
    let last = chain().pop().unwrap();
    let kept = Head {
        format: FORMAT.into(),
        installation: Fixed([0; 32]),
        from: 1,
        previous: Fixed(GENESIS),
        sequence: RECORDS,
        hash: Fixed(last.hash),
        at: NOW,
        body: Fixed([0; 32]),
    };
    let mut database = Database::new(Some(kept));
    for record in records {
        database.take(record)?;
    }
    database.finish()
}

#[test]
fn the_unchanged_file_and_chain_hold() {
    let confirmed = check(&fixture().file).unwrap();
    assert_eq!((confirmed.from, confirmed.sequence), (1, RECORDS));
    assert_eq!(check_chain(&chain()).unwrap().hash, confirmed.hash);
    let stranger = File::new(b"another authority", None)
        .take(&fixture().file[..])
        .unwrap_err();
    assert_eq!(stranger.sequence, None);
}

#[test]
fn the_first_bad_record_is_named() {
    let mut records = chain();
    records[6].became = "{\"n\":8}".into();
    assert_eq!(check_chain(&records).unwrap_err().sequence, Some(7));
    let text = String::from_utf8(fixture().file.clone()).unwrap();
    let changed = text.replace("{\\\"n\\\":7}", "{\\\"n\\\":8}");
    assert_ne!(changed, text);
    let bad = check(changed.as_bytes()).unwrap_err();
    assert_eq!((bad.line, bad.sequence), (8, Some(7)));
    let cut: String = text.split_inclusive('\n').take(5).collect();
    assert_eq!(check(cut.as_bytes()).unwrap_err().sequence, Some(5));
}

#[test]
fn an_erased_reason_is_visible_and_must_be_accounted_for() {
    let mut records = chain();
    records[3].reason = None;
    assert_eq!(check_chain(&records).unwrap_err().sequence, Some(4));
    let erasure = Act {
        at: NOW,
        actor: &Actor::server(),
        act: ERASE,
        object: "installation",
        was: "",
        became: "{\"reasons\":[4]}",
        reason: "",
    };
    let last = records.last().unwrap().hash;
    records.push(Record::after(&last, RECORDS + 1, &erasure, Extra::default()));
    assert_eq!(check_chain(&records).unwrap().erased_reasons, 1);
}

/// One change of a list of lines or records.
#[derive(Clone, Debug)]
enum Change {
    Delete(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Change::Delete),
        any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(a, b)| Change::Repeat(a, b)),
        any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(a, b)| Change::Swap(a, b)),
        any::<prop::sample::Index>().prop_map(Change::Cut),
    ]
}

fn apply<T: Clone>(list: &[T], change: &Change) -> Vec<T> {
    let mut list = list.to_vec();
    let length = list.len();
    match change {
        Change::Delete(at) => drop(list.remove(at.index(length))),
        Change::Repeat(from, to) => list.insert(to.index(length + 1), list[from.index(length)].clone()),
        Change::Swap(a, b) => list.swap(a.index(length), b.index(length)),
        Change::Cut(at) => list.truncate(at.index(length)),
    }
    list
}

fn damage(record: &mut Record, field: u8, bit: u8) {
    let flip = |bytes: &mut [u8]| bytes[usize::from(bit) % bytes.len()] ^= 1;
    match field {
        0 => record.sequence += 1,
        1 => record.at = Timestamp(record.at.0 ^ 1),
        2 => record.actor.who.push('x'),
        3 => record.actor.address.clear(),
        4 => record.act.push('e'),
        5 => record.object.insert(0, ' '),
        6 => record.location.organisation.push('o'),
        7 => record.location.exam.push('e'),
        8 => record.location.site.push('s'),
        9 => record.location.room.clear(),
        10 => record.was.push(' '),
        11 => record.became.push(' '),
        12 => flip(&mut record.salt),
        13 => record.reason_hash = Some([bit; 32]),
        14 => match &mut record.reason {
            Some(reason) => reason.text.push('!'),
            None => {
                record.reason = Some(crate::audit::chain::Reason {
                    salt: [0; 16],
                    text: "x".into(),
                });
            }
        },
        _ => flip(&mut record.hash),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_changed_byte_of_a_file_is_found(at in any::<prop::sample::Index>(), byte: u8) {
        let mut file = fixture().file.clone();
        let index = at.index(file.len());
        prop_assume!(file[index] != byte);
        file[index] = byte;
        prop_assert!(check(&file).is_err());
    }

    #[test]
    fn every_missing_added_moved_or_cut_line_is_found(change in change()) {
        let lines: Vec<&[u8]> = fixture().file.split_inclusive(|byte| *byte == b'\n').collect();
        let changed = apply(&lines, &change);
        prop_assume!(changed != lines);
        prop_assert!(check(&changed.concat()).is_err());
    }

    #[test]
    fn every_changed_field_of_a_record_is_found_at_its_record(
        at in any::<prop::sample::Index>(), field in 0..16_u8, bit: u8,
    ) {
        let mut records = chain();
        let index = at.index(records.len());
        damage(&mut records[index], field, bit);
        let bad = check_chain(&records).unwrap_err();
        let sequence = i64::try_from(index).unwrap() + 1 + i64::from(field == 0);
        prop_assert_eq!(bad.sequence, Some(sequence));
    }

    #[test]
    fn every_missing_added_moved_or_cut_record_is_found(change in change()) {
        let records = chain();
        let changed = apply(&records, &change);
        prop_assume!(changed != records);
        prop_assert!(check_chain(&changed).is_err());
    }
}
