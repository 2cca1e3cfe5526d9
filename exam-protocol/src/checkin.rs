//! What is found out about a card, and what follows from it.

use crate::bytes::Digest;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One of the three separate verdicts on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Checked and right.
    Valid,
    /// Checked and wrong.
    Invalid,
    /// Can't be said: nothing to check against.
    Unknown,
    /// The card has nothing to check.
    NotPresent,
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Stable reason code in kebab-case, `ok` for a plain valid; "data-group-hash-mismatch", "no-trust-anchor".
    pub reason: String,
}

/// The three verdicts, kept apart (ICAO 9303-11: passive authentication in two parts, active or chip authentication).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Verdicts {
    /// Document security object: signature and hashes of the data groups.
    pub integrity: Finding,
    /// Document signer chains to an installed trust anchor.
    pub issuer: Finding,
    /// The chip holds the private key that belongs to it.
    pub chip: Finding,
}

/// How a candidate may be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AdmissionRule {
    /// The proctor confirms the face.
    Proctor,
    /// The proctor confirms the face; shown and recorded as "issuer not confirmed".
    ProctorIssuerUnconfirmed,
    /// Two officials with a reason.
    TwoOfficials,
    /// Refused; only the route without a card is left, and the refusal stays on record.
    Refused,
}

/// Who a card says it belongs to, as far as the desk needs it. From the chip's machine-readable zone (data group 1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Holder {
    /// The 12-digit number.
    pub citizen_number: String,
    /// Name in capitals without diacritics.
    pub name: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// `M`, `F` or `<`.
    pub sex: String,
    /// Expiry, `YYYY-MM-DD`.
    pub expiry_date: String,
}

/// By whom cards were signed: a document signer's certificate as it was found in EF.SOD. Being seen on many cards, or being
/// approved, is no verification: that is what `issuer` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DocumentSignerView {
    /// SHA-256 of the certificate.
    pub fingerprint: Digest,
    /// Common name of the signer; empty where it has none.
    pub name: String,
    /// Common name of its issuer, as the certificate claims it.
    pub issuer_name: String,
    /// When the first card came.
    pub first_seen: Timestamp,
    /// Different people whose cards it signed.
    pub cards: i64,
    /// Sites where they came.
    pub sites: i64,
    /// The verdict on the issuer at the latest card.
    pub issuer: Finding,
    /// Who compared it with what its issuer says.
    pub approved: Option<SignerApproval>,
}

/// Somebody has compared a document signer with what its issuer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SignerApproval {
    /// Name.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What it was compared with.
    pub reason: String,
}

/// Approves a document signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApproveSigner {
    /// SHA-256 of the certificate.
    pub fingerprint: Digest,
    /// What it was compared with; 5 to 500 characters.
    pub reason: String,
}
