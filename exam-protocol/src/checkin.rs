//! What is found out about a card, and what follows from it.

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
