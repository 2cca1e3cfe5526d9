//! Leaving the room during the exam and coming back, as proctors note it.

use crate::time::Timestamp;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// A stored name that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchName;

impl fmt::Display for NoSuchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such name")
    }
}

impl core::error::Error for NoSuchName {}

/// Why somebody leaves. What more is to be said stands in the audit, from which reasons are erased in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// To the toilet.
    Toilet,
    /// Not well, or to the nurse.
    Unwell,
    /// Something else; a reason is written.
    Other,
}

impl Why {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Toilet, Self::Unwell, Self::Other];

    /// The stable name, as stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Toilet => "toilet",
            Self::Unwell => "unwell",
            Self::Other => "other",
        }
    }
}

impl FromStr for Why {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == text)
            .ok_or(NoSuchName)
    }
}

/// How somebody was checked at return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Recheck {
    /// The card was read again, and the face compared.
    Card,
    /// Let in again by two officials without a card.
    TwoOfficials,
    /// Not at all; the audit says why.
    None,
}

impl Recheck {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Card, Self::TwoOfficials, Self::None];

    /// The stable name, as stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::TwoOfficials => "two-officials",
            Self::None => "none",
        }
    }
}

impl FromStr for Recheck {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == text)
            .ok_or(NoSuchName)
    }
}

/// A candidate's newest absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Absence {
    /// Why.
    pub why: Why,
    /// When the candidate left.
    pub left_at: Timestamp,
    /// When the candidate came back; none while outside.
    pub back_at: Option<Timestamp>,
    /// How the candidate was checked at return.
    pub recheck: Option<Recheck>,
}

/// What a proctor notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum AbsenceRequest {
    /// The candidate leaves the room.
    Leave {
        /// Why.
        why: Why,
        /// In words; needed for [`Why::Other`].
        #[serde(default)]
        reason: String,
    },
    /// The candidate is back.
    Back {
        /// Why the card was not read again; not needed where it was.
        #[serde(default)]
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_are_those_of_the_wire() {
        for why in Why::ALL {
            assert_eq!(why.name().parse(), Ok(why));
            assert_eq!(serde_json::to_value(why).unwrap(), why.name());
        }
        for recheck in Recheck::ALL {
            assert_eq!(recheck.name().parse(), Ok(recheck));
            assert_eq!(serde_json::to_value(recheck).unwrap(), recheck.name());
        }
        assert_eq!("dance".parse::<Why>(), Err(NoSuchName));
    }
}
