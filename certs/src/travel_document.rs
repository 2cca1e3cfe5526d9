//! ICAO Doc 9303 files of an identity card, judged without the card: three separate verdicts that are never merged.
//!
//! *Integrity*: the security object's signature and the hashes of the files. *Issuer*: the document signer and an
//! installed trust anchor. *Chip*: active authentication, which counts only with integrity and a DG15 that the security
//! object covers. What the agent says about a card is not asked for; only its hash of DG13 is taken, as its word.
//! Everything personal stays out of errors and `Debug`.

mod active;
pub mod admission;
pub mod chip_authentication;
pub mod data_group;
pub mod date;
pub mod details;
pub mod evidence;
pub mod file_list;
mod judge;
pub mod mrz;
mod portrait;
pub mod reason;
pub mod scan;
mod security_info;
mod security_object;
mod trust;

pub use active::ActiveAuthentication;
pub use admission::{AdmissibleDocument, Refused, Rule};
pub use judge::{judge, judge_with};
pub use portrait::Portrait;
pub use security_object::{MAX_SECURITY_OBJECT, SecurityObject};
pub use trust::{
    Addition, Anchor, MAX_MASTER_LIST, MasterListImport, NotAState, RefusedCertificate, Role, TrustAnchors,
};

use crate::cms::Signer;
use crate::time::{Time, Validity};
use chip_authentication::ChipAuthentication;
use mrz::{Td1, Td3};

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

/// What may come besides the files that check-in asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Additions<'a> {
    /// Other data groups by number, whose hashes are compared: 3 to 12 and 16.
    pub data_groups: &'a [(u8, &'a [u8])],
    /// What came of chip authentication, where the server tried it.
    pub chip_authentication: Option<&'a ChipAuthentication>,
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
    /// The zone of a passport (TD3), if DG1 is one. No passport lets anybody in.
    pub passport: Option<Td3>,
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
    /// Common name of the subject, if it has one.
    pub name: Option<String>,
    /// Common name of the issuer, as the certificate claims it.
    pub issuer: Option<String>,
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
            name: signer.certificate.common_name(),
            issuer: signer.certificate.issuer_name(),
            validity: signer.certificate.validity,
            signing_time: signer.signing_time,
        }
    }
}
