//! Reference files of BSI TR-03105-5 and ETSI TR 103 200, the synthetic Vietnamese files and the expiry cases. They stay
//! outside the repository, in a folder `shared` beside it.

use super::pki::files;
use super::verdicts;
use certs::Time;
use certs::travel_document::date::Date;
use certs::travel_document::scan::{Scanned, expiry_candidates};
use certs::travel_document::{
    DocumentFiles, HashResult, TrustAnchors, Verdict, data_group, details, file_list, judge, mrz,
};
use std::path::Path;

fn vector(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors")
        .join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    bytes
}

fn vectors<const N: usize>(names: [&str; N]) -> Option<[Vec<u8>; N]> {
    let found: Option<Vec<_>> = names.into_iter().map(vector).collect();
    found.and_then(|found| found.try_into().ok())
}

/// While the reference signers were valid.
fn then() -> Time {
    Time::parse("2011-12-01").unwrap()
}

#[test]
fn the_etsi_document_verifies() {
    let Some([sod, dg1, dg2, dg14, dg15]) = vectors([
        "etsi-tr103200/EACAA_EF_SOD.bin",
        "bsi-tr03105-5/EF_DG1.bin",
        "bsi-tr03105-5/EF_DG2.bin",
        "etsi-tr103200/EAC_EF_DG14.bin",
        "etsi-tr103200/EACAA_EF_DG15.bin",
    ]) else {
        return;
    };
    let files = DocumentFiles {
        dg14: Some(&dg14),
        dg15: Some(&dg15),
        ..files(&sod, &dg1, &dg2)
    };
    let judgement = judge(&files, None, &TrustAnchors::empty(), then());
    let results: Vec<_> = judgement
        .data_groups
        .iter()
        .map(|group| (group.number, group.result))
        .collect();
    let (read, unread) = (HashResult::Match, HashResult::NotRead);
    assert_eq!(
        results,
        [
            (1, read),
            (2, read),
            (3, unread),
            (4, unread),
            (14, read),
            (15, read)
        ]
    );
    assert_eq!(
        verdicts(&judgement),
        [
            (Verdict::Valid, "ok"),
            (Verdict::Unknown, "no-trust-anchor"),
            (Verdict::Invalid, "active-authentication-missing"),
        ]
    );
    assert_eq!(
        judgement.document, None,
        "a passport's zone, not an identity card's"
    );
    assert_eq!(judgement.passport.unwrap().surname, "MUSTERMANN");
    let portrait = data_group::portrait(&dg2).unwrap();
    assert_eq!(portrait.content_type, "image/jp2");
}

/// Its signer is on brainpoolP224r1 with explicit parameters, its digests are SHA-1.
#[test]
fn the_bsi_document_verifies() {
    let Some([sod, dg1, dg2, dg14]) = vectors([
        "bsi-tr03105-5/EF_SOD.bin",
        "bsi-tr03105-5/EF_DG1.bin",
        "bsi-tr03105-5/EF_DG2.bin",
        "bsi-tr03105-5/EF_DG14.bin",
    ]) else {
        return;
    };
    let files = DocumentFiles {
        dg14: Some(&dg14),
        ..files(&sod, &dg1, &dg2)
    };
    let judgement = judge(&files, None, &TrustAnchors::empty(), then());
    assert_eq!(
        verdicts(&judgement),
        [
            (Verdict::Valid, "sha1-used"),
            (Verdict::Unknown, "no-trust-anchor"),
            // Its DG14 has a key for chip authentication, and from the files alone nobody knows whether the chip has the other.
            (Verdict::Unknown, "chip-authentication-not-tried"),
        ]
    );
    let altered = DocumentFiles {
        dg14: Some(&dg14[1..]),
        ..files
    };
    let judgement = judge(&altered, None, &TrustAnchors::empty(), then());
    assert_eq!(
        verdicts(&judgement)[0],
        (Verdict::Invalid, "data-group-hash-mismatch")
    );
}

/// Both are on brainpoolP512r1 with explicit parameters.
#[test]
fn country_signers_of_the_world_can_be_installed() {
    let Some(certificates) = vectors(["csca/VN_CSCA_ePassport_2022.cer", "csca/DE_ROOT_CA_CSCA07.cer"])
    else {
        return;
    };
    let mut anchors = TrustAnchors::empty();
    for certificate in &certificates {
        assert_eq!(anchors.add_pem_or_der(certificate), Ok(1));
        assert_eq!(
            anchors.add_pem_or_der(certificate),
            Ok(1),
            "again changes nothing"
        );
    }
    assert_eq!(anchors.len(), 2);
}

/// The BSI's passport of Erika Mustermann; both documents carry it.
#[test]
fn the_reference_passport_is_read() {
    let Some([dg1, com]) = vectors(["bsi-tr03105-5/EF_DG1.bin", "bsi-tr03105-5/EF_COM.bin"]) else {
        return;
    };
    let zone = data_group::passport_zone(&dg1).unwrap();
    assert_eq!(
        (zone.surname.as_str(), zone.given_names.as_str()),
        ("MUSTERMANN", "ERIKA")
    );
    assert_eq!((zone.issuing_state.as_str(), zone.sex), ("D", 'F'));
    assert!(
        data_group::machine_readable_zone(&dg1).is_err(),
        "no identity card"
    );
    assert_eq!(file_list::listed_data_groups(&com), Ok(vec![1, 2, 3, 14]));
}

/// Both layouts that are known of Vietnamese cards, and a person without spouse, old number and expiry.
#[test]
fn the_national_details_are_read_in_every_layout() {
    let Some(files) = vectors([
        "vn/SYNTHETIC_EF_DG13_layoutA.bin",
        "vn/SYNTHETIC_EF_DG13_layoutB.bin",
        "vn/SYNTHETIC_EF_DG13_layoutA_single_noold_noexpiry.bin",
    ]) else {
        return;
    };
    let details = files.map(|file| details::of_vietnamese_card(&file).unwrap());
    let [a, b, single] = &details;
    assert_eq!(a.text(2), Some("Nguyễn Văn A"));
    for number in 1..=16 {
        assert_eq!(a.texts(number), b.texts(number), "{number}");
    }
    assert_eq!(a.texts(13).len(), 2, "father and mother");
    assert!(single.texts(14).is_empty() && single.text(1).is_some());
    assert_eq!(a.numbers().collect::<Vec<_>>(), (1..=16).collect::<Vec<_>>());
    let whole = vector("vn/SYNTHETIC_EF_DG13_layoutA.bin").unwrap();
    assert!((0..whole.len()).all(|at| details::of_vietnamese_card(&whole[..at]).is_err()));
}

#[test]
fn the_face_in_the_newer_format() {
    let tlv = super::pki::tlv;
    let image = b"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a not really a picture";
    let data = [tlv(&[0x80], image), tlv(&[0xa1], &[0xa0, 2, 0x80, 0])].concat();
    let representation = tlv(&[0xa1], &tlv(&[0xa0], &tlv(&[0xa0], &data)));
    let block = tlv(&[0x30], &[tlv(&[0x80], &[0]), representation].concat());
    let version = tlv(&[0xa0], &[0x80, 1, 3, 0x81, 2, 7, 0xe3]);
    let face = tlv(&[0x65], &[version, tlv(&[0xa1], &block)].concat());
    let template = [tlv(&[0xa1], &[0x80, 1, 1]), tlv(&[0x7f, 0x2e], &face)].concat();
    let group = [vec![0x02, 1, 1], tlv(&[0x7f, 0x60], &template)].concat();
    let dg2 = tlv(&[0x75], &tlv(&[0x7f, 0x61], &group));
    let portrait = data_group::portrait(&dg2).unwrap();
    assert_eq!(
        (portrait.content_type, portrait.bytes.as_slice()),
        ("image/jp2", image.as_slice())
    );
    for at in 0..dg2.len() {
        assert!(data_group::portrait(&dg2[..at]).is_err());
    }
}

#[test]
fn the_face_record_gives_its_picture() {
    let Some([record, picture]) = vectors(["face/ISO19794_Test1_Data.bin", "face/ISO19794_Test1_Face.jpg"])
    else {
        return;
    };
    let template = super::pki::tlv(&[0x5f, 0x2e], &record);
    let group = [vec![0x02, 0x01, 0x01], super::pki::tlv(&[0x7f, 0x60], &template)].concat();
    let dg2 = super::pki::tlv(&[0x75], &super::pki::tlv(&[0x7f, 0x61], &group));
    assert_eq!(data_group::portrait(&dg2).unwrap().bytes, picture);
}

#[test]
fn the_synthetic_vietnamese_card_parses() {
    let Some([card, dg1]) = vectors(["vn/SYNTHETIC_card.json", "vn/SYNTHETIC_EF_DG1.bin"]) else {
        return;
    };
    let card: serde_json::Value = serde_json::from_slice(&card).unwrap();
    let zone = data_group::machine_readable_zone(&dg1).unwrap();
    assert_eq!(zone.citizen_number(), card["id_number"].as_str());
    assert_eq!(
        zone.expiry_date().map(|date| date.to_string()).as_deref(),
        card["expiry_derived"].as_str()
    );
    let scanned = Scanned::parse(card["qr_2021"].as_str().unwrap()).unwrap();
    assert_eq!(Some(scanned.citizen_number.as_str()), zone.citizen_number());
    let (birth, issue) = scanned.birth.zip(scanned.issue).unwrap();
    let expiry = expiry_candidates(birth, issue).remove(0);
    let key = mrz::mrz_key(&zone.document_number, &birth.yymmdd(), &expiry).unwrap();
    assert_eq!(Some(key.as_str()), card["bac"]["mrz_information"].as_str());
}

#[test]
fn expiry_follows_the_law() {
    let Some(cases) = vector("vn/expiry_cases.json") else {
        return;
    };
    let cases: serde_json::Value = serde_json::from_slice(&cases).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let date = |name: &str| case[name].as_str().and_then(Date::from_iso);
        let expected = date("expires").map_or("991231".to_owned(), |date| date.yymmdd());
        let candidates = expiry_candidates(date("birth").unwrap(), date("issued").unwrap());
        assert_eq!(candidates[0], expected, "{case}");
        assert!(candidates.len() <= 3);
    }
}
