//! ICAO Doc 9303 files of an identity card, judged without the card: three separate verdicts that are never merged.
//!
//! *Integrity*: the security object's signature and the hashes of the files. *Issuer*: the document signer and an
//! installed trust anchor. *Chip*: active authentication, which counts only with integrity and a DG15 that the security
//! object covers. What the agent says about a card is not asked for; only its hash of DG13 is taken, as its word.
//! Everything personal stays out of errors and `Debug`.

mod active;
pub mod admission;
pub mod data_group;
pub mod date;
pub mod mrz;
mod portrait;
pub mod reason;
pub mod scan;
mod security_info;
mod security_object;
mod trust;

pub use active::ActiveAuthentication;
pub use admission::{AdmissibleDocument, Refused, Rule};
pub use portrait::Portrait;
pub use security_object::{MAX_SECURITY_OBJECT, SecurityObject};
pub use trust::{
    Addition, Anchor, MAX_MASTER_LIST, MasterListImport, RefusedCertificate, Role, TrustAnchors,
};

use crate::cms::{Failure, Signer};
use crate::error::{Error, Kind};
use crate::time::{Time, Validity};
use active::Proof;
use mrz::Td1;
use trust::Assessment;

/// One of the three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Checked and right.
    Valid,
    /// Checked and wrong.
    Invalid,
    /// Can't be said.
    Unknown,
    /// The card has nothing to check.
    NotPresent,
}

impl Verdict {
    /// `valid`, `invalid`, `unknown` or `not_present`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::NotPresent => "not_present",
        }
    }
}

/// A verdict with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// A code of [`reason::TABLE`].
    pub reason: &'static str,
}

impl Finding {
    pub(crate) const fn new(verdict: Verdict, reason: &'static str) -> Self {
        Self { verdict, reason }
    }

    const fn invalid(reason: &'static str) -> Self {
        Self::new(Verdict::Invalid, reason)
    }

    const fn unknown(reason: &'static str) -> Self {
        Self::new(Verdict::Unknown, reason)
    }
}

/// The card's files as they were read, byte for byte.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFiles<'a> {
    /// `EF.SOD`.
    pub sod: &'a [u8],
    /// `EF.DG1`: machine-readable zone.
    pub dg1: &'a [u8],
    /// `EF.DG2`: portrait.
    pub dg2: &'a [u8],
    /// `EF.DG14`, if present.
    pub dg14: Option<&'a [u8]>,
    /// `EF.DG15`, if present.
    pub dg15: Option<&'a [u8]>,
    /// The agent's hash of `EF.DG13`, whose content stays with the agent.
    pub dg13_hash: Option<&'a [u8]>,
}

/// How a data group stands to the security object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashResult {
    /// The hash is the signed one.
    Match,
    /// The hash is another one.
    Mismatch,
    /// The file is here, but the security object does not list it.
    NotCovered,
    /// Listed, but not handed in.
    NotRead,
}

/// The hash result of one data group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataGroupCheck {
    /// 1 to 16.
    pub number: u8,
    /// The result.
    pub result: HashResult,
    /// Whether only the agent's hash was compared, not the file.
    pub agents_word: bool,
}

/// What DG1 and DG2 say. To be believed only with valid integrity, as in an [`AdmissibleDocument`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The machine-readable zone.
    pub mrz: Td1,
    /// The portrait, if the file could be taken apart.
    pub portrait: Option<Portrait>,
}

/// The three verdicts on a card, kept apart. Only [`judge`] makes one; whoever holds one may lower a verdict, as the server
/// does for a challenge that was answered too late.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Security object: signature and hashes.
    pub integrity: Finding,
    /// Document signer and trust anchor.
    pub issuer: Finding,
    /// The chip's proof.
    pub chip: Finding,
    /// Hash results, by rising number.
    pub data_groups: Vec<DataGroupCheck>,
    /// What the card says, if DG1 is a TD1 zone.
    pub document: Option<Document>,
    /// Who signed EF.SOD, if the signature is right. Says nothing about trust.
    pub signer: Option<DocumentSigner>,
    /// Codes of [`reason::TABLE`] that weaken a valid issuer without changing the verdict.
    pub remarks: Vec<&'static str>,
}

/// The document signer's certificate, for the server's inventory of signers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSigner {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// The certificate's time of validity.
    pub validity: Validity,
    /// The time of signing as the signer wrote it; nothing where it wrote none.
    pub signing_time: Option<Time>,
}

impl DocumentSigner {
    fn new(signer: &Signer<'_>) -> Self {
        let certificate = signer.certificate.raw;
        Self {
            certificate: certificate.to_vec(),
            fingerprint: crate::hash::sha256(certificate),
            validity: signer.certificate.validity,
            signing_time: signer.signing_time,
        }
    }
}

/// Judges a card's files, and its answer to the challenge, against the trust anchors at the time `at`.
///
/// Never fails: whatever is wrong with the bytes is a finding.
pub fn judge(
    files: &DocumentFiles<'_>,
    authentication: Option<&ActiveAuthentication>,
    anchors: &TrustAnchors,
    at: Time,
) -> Judgement {
    let document = document(files);
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
                signer: None,
                remarks: Vec::new(),
            };
        }
    };
    let data_groups = data_groups(files, &sod);
    let signer = sod.verify_signature();
    let integrity = integrity(files, signer.as_ref(), &data_groups);
    let state = document
        .as_ref()
        .map(|document| document.mrz.issuing_state.as_str());
    let issuer = match &signer {
        Ok(signer) => anchors.judge(signer, state, at),
        Err(_) => Assessment::not_checked(),
    };
    let chip = chip(files, &sod, integrity, authentication);
    Judgement {
        integrity,
        issuer: issuer.finding,
        chip,
        data_groups,
        document,
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
fn data_groups(files: &DocumentFiles<'_>, sod: &SecurityObject<'_>) -> Vec<DataGroupCheck> {
    let hash = |file: &[u8]| sod.digest(file);
    let present = [
        (1, Some(hash(files.dg1))),
        (2, Some(hash(files.dg2))),
        (13, files.dg13_hash.map(<[u8]>::to_vec)),
        (14, files.dg14.map(hash)),
        (15, files.dg15.map(hash)),
    ];
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

fn integrity(
    files: &DocumentFiles<'_>,
    signer: Result<&Signer<'_>, &Failure>,
    data_groups: &[DataGroupCheck],
) -> Finding {
    let others = [Some(files.dg1), files.dg14, files.dg15];
    let oversized = others
        .into_iter()
        .flatten()
        .any(|file| file.len() > data_group::MAX_OTHER);
    if oversized || files.dg2.len() > data_group::MAX_DG2 {
        return Finding::invalid(reason::FILE_TOO_LARGE);
    }
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

/// Active authentication. With valid integrity a DG15 that is here is covered by the security object.
fn chip(
    files: &DocumentFiles<'_>,
    sod: &SecurityObject<'_>,
    integrity: Finding,
    authentication: Option<&ActiveAuthentication>,
) -> Finding {
    if integrity.verdict != Verdict::Valid {
        return Finding::unknown(reason::INTEGRITY_NOT_VALID);
    }
    let Some(dg15) = files.dg15 else {
        // A copy could leave out the file whose key it does not have: the security object tells.
        return match sod.hash_of(15) {
            Some(_) => Finding::invalid(reason::CHIP_KEY_WITHHELD),
            None => Finding::new(Verdict::NotPresent, reason::NO_CHIP_KEY),
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
