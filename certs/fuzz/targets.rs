//! What each fuzz target does with its input, once: `fuzz_targets/` hands it to libFuzzer, `certs/tests/corpus.rs` replays
//! the corpus. An input may be refused in any way; it must not panic, hang, or be accepted.

use certs::Time;
use certs::travel_document::chip_authentication::ChipAuthenticationAttempt;
use certs::travel_document::mrz::{Td1, Td3};
use certs::travel_document::scan::Scanned;
use certs::travel_document::{
    ActiveAuthentication, DocumentFiles, SecurityObject, TrustAnchors, Verdict, data_group, details,
    file_list, judge,
};
use ring::rand::SystemRandom;

#[path = "issuer.rs"]
mod issuer;

/// A target: bytes in, nothing out.
pub type Target = fn(&[u8]);

/// All targets with the names of their folders in `corpus/`.
pub const TARGETS: [(&str, Target); 7] = [
    ("security_object", security_object),
    ("trust", trust),
    ("data_groups", data_groups),
    ("zones", zones),
    ("chip_key", chip_key),
    ("chip_response", chip_response),
    ("active", active),
];

const NOW: Time = Time(1_795_000_000);

/// EF.SOD: CMS, the certificate in it, its key and its signature, in DER and BER.
pub fn security_object(data: &[u8]) {
    let _ = SecurityObject::parse(data).map(|object| object.data_groups().count());
    let files = DocumentFiles {
        sod: data,
        dg1: &[],
        dg2: &[],
        dg14: None,
        dg15: None,
        dg13_hash: None,
    };
    let judgement = judge(&files, None, &TrustAnchors::empty(), NOW);
    assert!(judgement.admission().is_err(), "a card without files");
}

/// Certificates, revocation lists and master lists, PEM and DER.
pub fn trust(data: &[u8]) {
    let mut anchors = TrustAnchors::empty();
    if anchors.add_file(data, NOW).is_ok() {
        let _ = anchors.anchors();
    }
    let _ = TrustAnchors::empty().add_revocation_list(data);
    assert!(
        TrustAnchors::empty().add_master_list(data, NOW).is_err(),
        "nobody vouches for it"
    );
}

/// DG1, DG2, DG11, DG12, DG13, EF.COM.
pub fn data_groups(data: &[u8]) {
    let _ = (
        data_group::machine_readable_zone(data),
        data_group::passport_zone(data),
    );
    let _ = (data_group::portrait(data), file_list::listed_data_groups(data));
    let _ = (
        details::of_person(data),
        details::of_document(data),
        details::of_vietnamese_card(data),
    );
}

/// Machine-readable zones and QR codes.
pub fn zones(data: &[u8]) {
    if let Ok(zone) = Td1::parse(data) {
        let _ = (
            zone.citizen_number(),
            zone.birth_date(),
            zone.expiry_date(),
            zone.name(),
        );
    }
    let _ = Td3::parse(data);
    let _ = core::str::from_utf8(data).map(Scanned::parse);
}

/// DG14: keys for chip authentication.
pub fn chip_key(data: &[u8]) {
    let _ = ChipAuthenticationAttempt::begin(data, &SystemRandom::new());
}

/// The response to the first protected command, under a key that nobody else knows.
pub fn chip_response(data: &[u8]) {
    let attempt = ChipAuthenticationAttempt::begin(CHIP_KEY, &SystemRandom::new());
    let attempt = attempt.expect("the key below is on its curve");
    assert!(
        !attempt.conclude(data).proves(CHIP_KEY),
        "nobody can guess the checksum"
    );
}

/// DG15 in the first half, the chip's answer in the second. Both are looked at only below a security object that is right: the
/// issuer whom nobody knows signs it for each input.
pub fn active(data: &[u8]) {
    let (dg15, response) = data.split_at(data.len().min(4096) / 2);
    let sod = issuer::security_object(&[(1, &[]), (2, &[]), (14, CHIP_KEY), (15, dg15)]);
    let files = DocumentFiles {
        sod: &sod,
        dg1: &[],
        dg2: &[],
        dg14: Some(CHIP_KEY),
        dg15: Some(dg15),
        dg13_hash: None,
    };
    let answer = ActiveAuthentication {
        challenge: [0; 8],
        response: response.to_vec(),
    };
    let judgement = judge(&files, Some(&answer), &TrustAnchors::empty(), NOW);
    assert_eq!(judgement.integrity.verdict, Verdict::Valid, "signed below");
    assert!(judgement.admission().is_err(), "a card without a zone");
}

/// EF.DG14 with the base point of P-256 as the chip's key, AES-128.
const CHIP_KEY: &[u8] = &CHIP_KEY_BYTES;
#[rustfmt::skip]
const CHIP_KEY_BYTES: [u8; 125] = [
    0x6e, 0x7b, 0x31, 0x79, 0x30, 0x66, 0x06, 0x09, 0x04, 0x00, 0x7f, 0x00, 0x07, 0x02, 0x02, 0x01,
    0x02, 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2,
    0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81,
    0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2,
    0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57,
    0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5, 0x30, 0x0f, 0x06, 0x0a,
    0x04, 0x00, 0x7f, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02, 0x02, 0x01, 0x01,
];
