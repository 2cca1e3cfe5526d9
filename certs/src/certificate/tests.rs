//! Our reader beside the kept crate's, over every certificate of the German master list. The list stays outside the
//! repository, in a folder `shared` beside it.

use super::*;
use crate::cms::SignedData;
use crate::tlv::SET;
use der::{Decode, Encode};
use std::path::Path;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix;

/// The certificates of the list.
fn listed() -> Option<Vec<Vec<u8>>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = file.join("../../shared/vectors/csca/DE_ML_2026-05-28-08-28-45.ml");
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: {} is not there", file.display());
        return None;
    };
    let message = Reader::only(&bytes, "test", Rules::Ber, SEQUENCE).unwrap();
    let signed = SignedData::parse(&message).unwrap();
    let mut fields = algorithm::sequence(&signed.content, "test").unwrap();
    fields.expect(INTEGER).unwrap();
    let mut items = fields.expect(SET).unwrap().children().unwrap();
    let mut certificates = Vec::new();
    while !items.is_empty() {
        certificates.push(items.any().unwrap().raw.to_vec());
    }
    Some(certificates)
}

/// The reason for a reader of our own, in figures: the crate reads all 588 and writes every one back byte for byte, but
/// refuses the basic constraints of one country signer in use (Ukraine's flag is 01 instead of DER's FF), without which
/// it is no CA. Everything else that both read is the same.
#[test]
fn both_readers_say_the_same_but_for_one_flag() {
    let Some(certificates) = listed() else {
        return;
    };
    assert_eq!(certificates.len(), 588);
    let mut refused = Vec::new();
    for (index, der) in certificates.iter().enumerate() {
        let ours = Certificate::parse(der).unwrap();
        let theirs = CertificateInner::<Raw>::from_der(der).unwrap();
        let content = theirs.tbs_certificate();
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap();
        assert_eq!(content.to_der().unwrap(), ours.to_be_signed, "{index}");
        assert_eq!(content.issuer().to_der().unwrap(), ours.issuer, "{index}");
        assert_eq!(content.subject().to_der().unwrap(), ours.subject, "{index}");
        assert_eq!(
            content.subject_public_key_info().to_der().unwrap(),
            ours.spki,
            "{index}"
        );
        assert_eq!(content.serial_number().as_bytes(), ours.serial, "{index}");
        assert_eq!(
            seconds(content.validity().not_before),
            ours.validity.not_before.0,
            "{index}"
        );
        assert_eq!(
            seconds(content.validity().not_after),
            ours.validity.not_after.0,
            "{index}"
        );
        let constraints = ours
            .extension(oid::BASIC_CONSTRAINTS)
            .map(|extension| extension.value);
        match constraints.map(pkix::BasicConstraints::from_der) {
            Some(Ok(constraints)) => assert_eq!(constraints.ca, ours.is_ca(), "{index}"),
            Some(Err(_)) => refused.push((index, ours.common_name(), ours.is_ca())),
            None => assert!(!ours.is_ca(), "{index}"),
        }
        let key_id = ours
            .extension(oid::SUBJECT_KEY_IDENTIFIER)
            .map(|extension| extension.value);
        let key_id = key_id.map(|value| pkix::SubjectKeyIdentifier::from_der(value).unwrap());
        assert_eq!(
            key_id.as_ref().map(|id| id.0.as_bytes()),
            ours.subject_key_id(),
            "{index}"
        );
    }
    assert_eq!(refused, [(293, Some("CSCA-UKRAINE".to_owned()), true)]);
}
