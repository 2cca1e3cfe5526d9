//! The contents of the card's files (ICAO Doc 9303 part 10, 4.7; Vietnam's data group 13 as in `cccd.md` 2).
//!
//! Owns layouts only. Must not hash or sign.

use anyhow::Result;
use rsa::{RsaPrivateKey, pkcs8::EncodePublicKey};

use super::{
    chip_authentication::{ChipProfile, StaticKey},
    domain::Domain,
    pace::Profile,
};
use crate::{
    citizens::{Citizen, Day, Sex, draw_portrait, machine_readable_zone, passport_zone},
    tlv::{group, integer, oid, set_of, tlv},
};

/// id-TA, 0.4.0.127.0.7.2.2.2.
const TERMINAL_AUTHENTICATION: &str = "04007f0007020202";
/// id-PK-DH, 0.4.0.127.0.7.2.2.1.1.
const CHIP_PUBLIC_KEY_DH: &str = "04007f000702020101";
/// id-PK-ECDH, 0.4.0.127.0.7.2.2.1.2.
const CHIP_PUBLIC_KEY: &str = "04007f000702020102";
/// dhpublicnumber, 1.2.840.10046.2.1.
const DH_PUBLIC_NUMBER: &str = "2a8648ce3e0201";
/// prime-field, 1.2.840.10045.1.1.
const PRIME_FIELD: &str = "2a8648ce3d0101";
/// standardizedDomainParameters, 0.4.0.127.0.7.1.2.
const STANDARDISED: &str = "04007f00070102";
/// id-ecPublicKey, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: &str = "2a8648ce3d0201";
/// brainpoolP256r1, 1.3.36.3.3.2.8.1.1.7.
const BRAINPOOL_P256R1: &str = "2b2403030208010107";
/// ISO/IEC 10646 with UTF-8, 1.0.10646.1.0.8, as data group 13 names its text.
const TEXT: &str = "28d316010008";

/// EF.COM: versions and the list of data groups.
pub fn common(tags: &[u8]) -> Vec<u8> {
    group(
        0x60,
        &[&tlv(0x5F01, b"0107"), &tlv(0x5F36, b"040000"), &tlv(0x5C, tags)],
    )
}

/// EF.CardAccess; with the profiles of the field, byte for byte what cards in the field answer.
pub fn card_access(pace: Profile, chip: ChipProfile) -> Vec<u8> {
    tlv(0x31, &security_infos(pace, chip).concat())
}

/// Data group 1: the MRZ.
pub fn mrz(citizen: &Citizen) -> Vec<u8> {
    zone(&machine_readable_zone(citizen))
}

/// Data group 1 with a wrong check digit over everything.
pub fn unreadable_mrz(citizen: &Citizen) -> Vec<u8> {
    let mut lines = machine_readable_zone(citizen);
    let digit = lines[1].pop().filter(|digit| *digit != '0').map_or('1', |_| '0');
    lines[1].push(digit);
    zone(&lines)
}

/// Data group 1 of a citizen of another state; no check digit covers that.
pub fn mrz_of_another_state(citizen: &Citizen) -> Vec<u8> {
    let mut lines = machine_readable_zone(citizen);
    lines[0].replace_range(2..5, "LAO");
    zone(&lines)
}

fn zone(lines: &[String; 3]) -> Vec<u8> {
    tlv(0x61, &tlv(0x5F1F, lines.concat().as_bytes()))
}

/// A file of dozens of objects, each within the other: as many as fit the length of data group 1.
pub fn nested(tag: u16) -> Vec<u8> {
    (0..60).fold(Vec::new(), |inner, _| tlv(tag, &inner))
}

/// A file of thousands of objects of indefinite length, none of which ends.
pub fn endlessly_nested(tag: u16) -> Vec<u8> {
    tlv(tag, &[0x30, 0x80].repeat(4_000))
}

/// Data group 1 of a passport.
pub fn passport_mrz(citizen: &Citizen) -> Vec<u8> {
    tlv(0x61, &tlv(0x5F1F, passport_zone(citizen).concat().as_bytes()))
}

/// Data group 2: one face in an ISO/IEC 19794-5 record inside a biometric information template.
pub fn face(citizen: &Citizen) -> Vec<u8> {
    let header = [
        tlv(0x81, &[2]),
        tlv(0x82, &[0]),
        tlv(0x87, &[1, 1]),
        tlv(0x88, &[0, 8]),
    ]
    .concat();
    let template = group(
        0x7F60,
        &[&tlv(0xA1, &header), &tlv(0x5F2E, &face_record(citizen))],
    );
    tlv(0x75, &group(0x7F61, &[&integer(1), &template]))
}

/// Data group 3: fingerprints nobody can read, so their bytes do not matter.
pub fn fingerprints(citizen: &Citizen) -> Vec<u8> {
    tlv(0x63, &citizen.seed.to_be_bytes().repeat(500))
}

/// Data group 13, layout A of `cccd.md` 2.2: sixteen numbered fields.
pub fn national(citizen: &Citizen) -> Vec<u8> {
    let text = |value: &str| tlv(0x0C, value.as_bytes());
    let printable = |value: &str| tlv(0x13, value.as_bytes());
    let person = |name: &str| tlv(0x30, &text(name));
    let expiry = citizen
        .expires
        .map_or_else(|| "Không thời hạn".to_owned(), Day::slashes);
    let [father, mother] = &citizen.parents;
    let fields = [
        printable(&citizen.number),
        text(&citizen.name),
        printable(&citizen.birth.slashes()),
        text(citizen.sex.vietnamese()),
        text("Việt Nam"),
        text(&citizen.ethnicity),
        text("Không"),
        text(&citizen.origin),
        text(&citizen.residence),
        text(&citizen.feature),
        printable(&citizen.issued.slashes()),
        text(&expiry),
        [person(father), person(mother)].concat(),
        citizen.spouse.as_deref().map(person).unwrap_or_default(),
        citizen.old_number.as_deref().map(printable).unwrap_or_default(),
        printable(&format!(
            "{:016X}",
            citizen.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        )),
    ];
    let numbered = (1_u32..)
        .zip(fields)
        .filter(|(number, value)| *number != 15 || !value.is_empty());
    let set: Vec<u8> = numbered
        .flat_map(|(number, value)| group(0x30, &[&integer(number), &value]))
        .collect();
    tlv(0x6D, &group(0x30, &[&integer(1), &oid(TEXT), &tlv(0x31, &set)]))
}

/// A public key of chip authentication, right or wrong.
pub struct ChipPublicKey {
    profile: ChipProfile,
    public: Vec<u8>,
}

impl ChipPublicKey {
    /// The public half of a chip's key.
    pub fn of(key: &StaticKey) -> Self {
        Self {
            profile: key.profile(),
            public: key.public(),
        }
    }

    /// p - 1 in a group of integers: whatever it is raised to, only two secrets come of it.
    pub fn small_order() -> Self {
        let profile = ChipProfile {
            parameters: 2,
            ..ChipProfile::default()
        };
        Self {
            profile,
            public: (profile.domain().prime() - 1_u8).to_bytes_be(),
        }
    }

    /// Coordinates beside the curve.
    pub fn off_curve() -> Self {
        Self {
            profile: ChipProfile::default(),
            public: [vec![0x04], vec![0x01; 64]].concat(),
        }
    }
}

/// Data group 14: what EF.CardAccess says, now signed, and the public key of chip authentication.
pub fn security_options(pace: Profile, key: &ChipPublicKey) -> Vec<u8> {
    let mut infos = security_infos(pace, key.profile).to_vec();
    let protocol = if key.profile.domain().is_curve() {
        CHIP_PUBLIC_KEY
    } else {
        CHIP_PUBLIC_KEY_DH
    };
    infos.push(group(0x30, &[&oid(protocol), &public_key_info(key)]));
    tlv(0x6E, &set_of(0x31, infos))
}

/// The static key as SubjectPublicKeyInfo, with its domain in the forms that issuers use: by the curve's name, spelt out, or by
/// its number among the standardised ones.
fn public_key_info(key: &ChipPublicKey) -> Vec<u8> {
    let parameters = key.profile.parameters;
    let (algorithm, public) = match (parameters, key.profile.domain()) {
        (13, _) => (
            group(0x30, &[&oid(EC_PUBLIC_KEY), &oid(BRAINPOOL_P256R1)]),
            key.public.clone(),
        ),
        (12, domain) => (
            group(0x30, &[&oid(EC_PUBLIC_KEY), &spelt_out(&domain)]),
            key.public.clone(),
        ),
        (_, Domain::Modular { p, g, q }) => {
            let numbers = group(0x30, &[&unsigned(&p), &unsigned(&g), &unsigned(&q)]);
            let public = num_bigint::BigUint::from_bytes_be(&key.public);
            (
                group(0x30, &[&oid(DH_PUBLIC_NUMBER), &numbers]),
                unsigned(&public),
            )
        }
        _ => (
            group(0x30, &[&oid(STANDARDISED), &integer(parameters.into())]),
            key.public.clone(),
        ),
    };
    group(0x30, &[&algorithm, &tlv(0x03, &[&[0], &public[..]].concat())])
}

/// A number as DER's INTEGER.
fn unsigned(number: &num_bigint::BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
    tlv(0x02, &[sign, &bytes].concat())
}

/// ECParameters with every number (RFC 3279, 2.3.5).
fn spelt_out(domain: &Domain) -> Vec<u8> {
    let Domain::Curve { p, a, b, n, .. } = domain else {
        return Vec::new();
    };
    let base = domain
        .write(&domain.base())
        .expect("the base point has an encoding");
    group(
        0x30,
        &[
            &integer(1),
            &group(0x30, &[&oid(PRIME_FIELD), &unsigned(p)]),
            &group(
                0x30,
                &[&tlv(0x04, &a.to_bytes_be()), &tlv(0x04, &b.to_bytes_be())],
            ),
            &tlv(0x04, &base),
            &unsigned(n),
            &integer(1),
        ],
    )
}

/// Data group 11: the name in full, the personal number and the birth date (part 10, 4.7.11).
pub fn personal_details(citizen: &Citizen) -> Vec<u8> {
    let birth = citizen.birth;
    let day = format!("{:04}{:02}{:02}", birth.year, birth.month, birth.day);
    group(
        0x6B,
        &[
            &tlv(0x5C, &[0x5F, 0x0E, 0x5F, 0x10, 0x5F, 0x2B]),
            &tlv(0x5F0E, citizen.name.as_bytes()),
            &tlv(0x5F10, citizen.number.as_bytes()),
            &tlv(0x5F2B, day.as_bytes()),
        ],
    )
}

/// Data group 12: who issued the document (part 10, 4.7.12).
pub fn document_details() -> Vec<u8> {
    group(
        0x6C,
        &[&tlv(0x5C, &[0x5F, 0x19]), &tlv(0x5F19, "Bộ Công an".as_bytes())],
    )
}

/// Data group 15: the public key of active authentication.
pub fn active_authentication_key(key: &RsaPrivateKey) -> Result<Vec<u8>> {
    Ok(tlv(0x6F, key.to_public_key().to_public_key_der()?.as_bytes()))
}

fn security_infos(pace: Profile, chip: ChipProfile) -> [Vec<u8>; 3] {
    [
        group(0x30, &[&oid(TERMINAL_AUTHENTICATION), &integer(1)]),
        group(0x30, &[&tlv(0x06, &chip.protocol()), &integer(1)]),
        group(
            0x30,
            &[
                &tlv(0x06, &pace.protocol()),
                &integer(2),
                &integer(pace.parameters.into()),
            ],
        ),
    ]
}

/// Facial record header, facial information and image information, then the JPEG (ISO/IEC 19794-5:2005, 5.4 to 5.7).
fn face_record(citizen: &Citizen) -> Vec<u8> {
    let jpeg = draw_portrait(citizen);
    let sex = if citizen.sex == Sex::Male { 1 } else { 2 };
    let length = |extra: usize| {
        u32::try_from(jpeg.len() + extra)
            .expect("a portrait is far below 4 GiB")
            .to_be_bytes()
    };
    let mut record = b"FAC\x00010\x00".to_vec();
    record.extend(length(14 + 20 + 12));
    record.extend([0, 1]); // one face
    record.extend(length(20 + 12));
    record.extend([0, 0, sex, 0, 0]); // no feature points; eyes and hair not told
    record.extend([0; 3 + 2 + 3 + 3]); // properties, expression, pose: not told
    record.extend([1, 0, 0, 240, 1, 64, 1, 0]); // full frontal, JPEG, 240 by 320, sRGB, source not told
    record.extend([0; 4]); // device, quality: not told
    record.extend(jpeg);
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citizens::invent;

    /// The invented citizen of the reference files beside the repository; `None` where they are not at hand.
    fn reference(file: &str) -> Option<Vec<u8>> {
        let path = format!("{}/../../shared/vectors/vn/{file}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(&path);
        if bytes.is_err() {
            eprintln!("skipped: {path} is not at hand");
        }
        bytes.ok()
    }

    fn citizen() -> Citizen {
        Citizen {
            number: "001090123456".into(),
            old_number: Some("012345678".into()),
            name: "Nguyễn Văn A".into(),
            birth: Day::new(1990, 1, 1),
            sex: Sex::Male,
            origin: "Phường Mẫu, Quận Mẫu, Hà Nội".into(),
            residence: "Số 1 Phố Mẫu, Phường Mẫu, Quận Mẫu, Hà Nội".into(),
            ethnicity: "Kinh".into(),
            feature: "Nốt ruồi cách 1cm trên sau đuôi mày trái".into(),
            parents: ["Nguyễn Văn B".into(), "Trần Thị C".into()],
            spouse: Some("Lê Thị D".into()),
            issued: Day::new(2021, 4, 15),
            expires: Some(Day::new(2030, 1, 1)),
            ..invent(1, 1).remove(0)
        }
    }

    #[test]
    fn the_files_agree_with_the_reference_card() {
        if let Some(expected) = reference("EF_CardAccess.bin") {
            assert_eq!(card_access(Profile::default(), ChipProfile::default()), expected);
        }
        if let Some(expected) = reference("SYNTHETIC_EF_DG1.bin") {
            assert_eq!(mrz(&citizen()), expected);
        }
        if let Some(mut expected) = reference("SYNTHETIC_EF_DG13_layoutA.bin") {
            let mut ours = national(&citizen());
            for file in [&mut expected, &mut ours] {
                let chip_serial = file.len() - 16; // drawn for each citizen
                file.truncate(chip_serial);
            }
            assert_eq!(ours, expected);
        }
    }

    #[test]
    fn absent_people_and_numbers_leave_the_layout_intact() {
        let single = Citizen {
            spouse: None,
            old_number: None,
            expires: None,
            ..citizen()
        };
        let file = national(&single);
        let text = String::from_utf8_lossy(&file);
        assert!(text.contains("Không thời hạn") && !text.contains("Lê Thị D") && !text.contains("012345678"));
        assert!(
            file.windows(5)
                .any(|bytes| bytes == [0x30, 0x03, 0x02, 0x01, 0x0E]),
            "an empty field 14"
        );
    }

    #[test]
    fn the_face_record_is_as_long_as_it_says() {
        let file = face(&citizen());
        let start = file
            .windows(4)
            .position(|bytes| bytes == b"FAC\0")
            .expect("a facial record");
        let record = &file[start..];
        let number =
            |at: usize| u32::from_be_bytes(record[at..at + 4].try_into().expect("four bytes")) as usize;
        assert_eq!(number(8), record.len());
        assert_eq!(number(14), record.len() - 14);
        assert_eq!(
            record[46..48],
            [0xFF, 0xD8],
            "the JPEG begins after 14 + 20 + 12 bytes"
        );
    }
}
