//! Reference files of BSI TR-03105-5 and ETSI TR 103 200, the synthetic Vietnamese files and the expiry cases. They stay
//! outside the repository, in a folder `shared` beside it.

use super::pki::files;
use super::{NO_CHIP_KEY, verdicts};
use certs::Time;
use certs::travel_document::date::Date;
use certs::travel_document::scan::{Scanned, expiry_candidates};
use certs::travel_document::{DocumentFiles, HashResult, TrustAnchors, Verdict, data_group, judge, mrz};
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
            NO_CHIP_KEY
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
