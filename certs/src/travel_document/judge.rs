//! The judgement itself: from a card's files, its chip's proof and the trust anchors to three verdicts. Reads nothing and
//! decides nothing about people; what follows from the verdicts is [`super::admission`]'s.

use super::active::{self, ActiveAuthentication, Proof};
use super::chip_authentication::{self, ChipAuthentication};
use super::security_object::SecurityObject;
use super::trust::{Assessment, TrustAnchors};
use super::{
    Additions, DataGroupCheck, Document, DocumentFiles, DocumentSigner, Finding, HashResult, Judgement,
    Verdict, data_group, reason,
};
use crate::cms::{Failure, Signer};
use crate::error::{Error, Kind};
use crate::time::Time;

/// Judges a card's files, and its answer to the challenge, against the trust anchors at the time `at`.
///
/// Never fails: whatever is wrong with the bytes is a finding.
pub fn judge(
    files: &DocumentFiles<'_>,
    authentication: Option<&ActiveAuthentication>,
    anchors: &TrustAnchors,
    at: Time,
) -> Judgement {
    judge_with(files, authentication, &Additions::default(), anchors, at)
}

/// As [`judge`], with everything else that is known of the card.
pub fn judge_with(
    files: &DocumentFiles<'_>,
    authentication: Option<&ActiveAuthentication>,
    additions: &Additions<'_>,
    anchors: &TrustAnchors,
    at: Time,
) -> Judgement {
    let document = document(files);
    let passport = data_group::passport_zone(files.dg1).ok();
    let sod = match SecurityObject::parse(files.sod) {
        Ok(sod) => sod,
        Err(error) => {
            let issuer = Finding::unknown(reason::NOT_CHECKED);
            let chip = Finding::unknown(reason::INTEGRITY_NOT_VALID);
            let integrity = unreadable(&error, reason::SOD_MALFORMED);
            return Judgement {
                integrity,
                issuer,
                chip,
                data_groups: Vec::new(),
                document,
                passport,
                signer: None,
                remarks: Vec::new(),
            };
        }
    };
    let data_groups = data_groups(files, additions, &sod);
    let signer = sod.verify_signature();
    let integrity = if oversized(files, additions) {
        Finding::invalid(reason::FILE_TOO_LARGE)
    } else {
        integrity(signer.as_ref(), &data_groups)
    };
    let of_card = document.as_ref().map(|document| &document.mrz.issuing_state);
    let of_passport = passport.as_ref().map(|passport| &passport.issuing_state);
    let state = of_card.or(of_passport).map(String::as_str);
    let issuer = match &signer {
        Ok(signer) => anchors.judge(signer, state, at),
        Err(_) => Assessment::not_checked(),
    };
    let agreement = additions.chip_authentication;
    let chip = chip(files, &sod, integrity, authentication, agreement);
    Judgement {
        integrity,
        issuer: issuer.finding,
        chip,
        data_groups,
        document,
        passport,
        signer: signer.as_ref().ok().map(DocumentSigner::new),
        remarks: issuer.remarks,
    }
}

fn document(files: &DocumentFiles<'_>) -> Option<Document> {
    let mrz = data_group::machine_readable_zone(files.dg1).ok()?;
    Some(Document {
        mrz,
        portrait: data_group::portrait(files.dg2).ok(),
    })
}

fn unreadable(error: &Error, malformed: &'static str) -> Finding {
    match error.kind() {
        Kind::TooLarge => Finding::invalid(reason::FILE_TOO_LARGE),
        Kind::NotAllowed => Finding::unknown(reason::ALGORITHM_NOT_SUPPORTED),
        Kind::Key => Finding::unknown(reason::WEAK_KEY),
        _ => Finding::invalid(malformed),
    }
}

/// Compares all files that are here with the signed hashes, over the bytes as read.
fn data_groups(
    files: &DocumentFiles<'_>,
    additions: &Additions<'_>,
    sod: &SecurityObject<'_>,
) -> Vec<DataGroupCheck> {
    let hash = |file: &[u8]| sod.digest(file);
    let mut present = vec![
        (1, Some(hash(files.dg1))),
        (2, Some(hash(files.dg2))),
        (13, files.dg13_hash.map(<[u8]>::to_vec)),
        (14, files.dg14.map(hash)),
        (15, files.dg15.map(hash)),
    ];
    present.extend(
        additions
            .data_groups
            .iter()
            .map(|(number, file)| (*number, Some(hash(file)))),
    );
    let check = |number| {
        let found = present
            .iter()
            .find(|(of, _)| *of == number)
            .and_then(|(_, hash)| hash.as_deref());
        let result = match (sod.hash_of(number), found) {
            (Some(signed), Some(found)) if signed == found => HashResult::Match,
            (Some(_), Some(_)) => HashResult::Mismatch,
            (None, Some(_)) => HashResult::NotCovered,
            (Some(_), None) => HashResult::NotRead,
            (None, None) => return None,
        };
        Some(DataGroupCheck {
            number,
            result,
            agents_word: number == 13,
        })
    };
    (1..=16).filter_map(check).collect()
}

fn oversized(files: &DocumentFiles<'_>, additions: &Additions<'_>) -> bool {
    let small = [Some(files.dg1), files.dg14, files.dg15];
    let mut small = small.into_iter().flatten();
    let mut images = additions
        .data_groups
        .iter()
        .map(|(_, file)| *file)
        .chain([files.dg2]);
    small.any(|file| file.len() > data_group::MAX_OTHER)
        || images.any(|file| file.len() > data_group::MAX_DG2)
}

fn integrity(signer: Result<&Signer<'_>, &Failure>, data_groups: &[DataGroupCheck]) -> Finding {
    let signer = match signer {
        Ok(signer) => signer,
        Err(failure) => return signature_finding(*failure),
    };
    let any = |result| data_groups.iter().any(|check| check.result == result);
    if any(HashResult::Mismatch) {
        Finding::invalid(reason::DATA_GROUP_HASH_MISMATCH)
    } else if any(HashResult::NotCovered) {
        Finding::invalid(reason::DATA_GROUP_NOT_COVERED)
    } else if signer.uses_sha1 {
        Finding::new(Verdict::Valid, reason::SHA1_USED)
    } else {
        Finding::new(Verdict::Valid, reason::OK)
    }
}

fn signature_finding(failure: Failure) -> Finding {
    match failure {
        Failure::Malformed => Finding::invalid(reason::SOD_MALFORMED),
        Failure::MessageDigest => Finding::invalid(reason::MESSAGE_DIGEST_MISMATCH),
        Failure::NoCertificate => Finding::invalid(reason::SIGNER_CERTIFICATE_MISSING),
        Failure::Signature => Finding::invalid(reason::SIGNATURE_INVALID),
        Failure::WeakKey => Finding::invalid(reason::WEAK_KEY),
        Failure::NotAllowed => Finding::unknown(reason::ALGORITHM_NOT_SUPPORTED),
    }
}

/// The chip's proof. With valid integrity every file that is here is covered by the security object.
fn chip(
    files: &DocumentFiles<'_>,
    sod: &SecurityObject<'_>,
    integrity: Finding,
    authentication: Option<&ActiveAuthentication>,
    agreement: Option<&ChipAuthentication>,
) -> Finding {
    if integrity.verdict != Verdict::Valid {
        return Finding::unknown(reason::INTEGRITY_NOT_VALID);
    }
    let active = active(files, sod, authentication);
    // Two proofs by two keys: a wrong one is never made up for by the other, a missing one is.
    match agreement.map(|proof| files.dg14.is_some_and(|dg14| proof.proves(dg14))) {
        None => active,
        Some(_) if active.verdict == Verdict::Invalid => active,
        Some(true) => Finding::new(Verdict::Valid, reason::OK),
        Some(false) => Finding::invalid(reason::CHIP_AUTHENTICATION_FAILED),
    }
}

/// Active authentication, which is taken whenever there is a DG15.
fn active(
    files: &DocumentFiles<'_>,
    sod: &SecurityObject<'_>,
    authentication: Option<&ActiveAuthentication>,
) -> Finding {
    let Some(dg15) = files.dg15 else {
        // A copy could leave out the file whose key it does not have: the security object tells.
        return match (sod.hash_of(15), sod.hash_of(14), files.dg14) {
            (Some(_), ..) | (None, Some(_), None) => Finding::invalid(reason::CHIP_KEY_WITHHELD),
            (None, _, Some(dg14)) => match chip_authentication::is_offered(dg14) {
                Ok(true) => Finding::unknown(reason::CHIP_AUTHENTICATION_NOT_TRIED),
                Ok(false) => Finding::new(Verdict::NotPresent, reason::NO_CHIP_KEY),
                Err(error) => match error.kind() {
                    // A key outside its group: its owner need not know any secret.
                    Kind::Key => Finding::invalid(reason::CHIP_KEY_MALFORMED),
                    Kind::NotAllowed => Finding::unknown(reason::ALGORITHM_NOT_SUPPORTED),
                    _ => Finding::unknown(reason::CHIP_KEY_MALFORMED),
                },
            },
            _ => Finding::new(Verdict::NotPresent, reason::NO_CHIP_KEY),
        };
    };
    let Some(authentication) = authentication else {
        return Finding::invalid(reason::ACTIVE_AUTHENTICATION_MISSING);
    };
    let key = match data_group::active_authentication_key(dg15) {
        Ok(key) => key,
        Err(error) => return unreadable(&error, reason::CHIP_KEY_MALFORMED),
    };
    match active::check(&key, authentication, files.dg14) {
        Proof::Valid => Finding::new(Verdict::Valid, reason::OK),
        Proof::Invalid(reason) => Finding::invalid(reason),
        Proof::Unknown(reason) => Finding::unknown(reason),
    }
}
