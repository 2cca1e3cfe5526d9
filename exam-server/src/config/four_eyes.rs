//! Settings of acts that need two people. Holds no rules.

use serde::Deserialize;

/// Acts that need two people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FourEyes {
    /// Whether the two have to work for two organisations.
    pub two_organisations: bool,
    /// How long a proposal can be decided, in minutes.
    pub proposal_minutes: u32,
    /// How long before the planned start one proctor may start a room, in minutes.
    pub start_early_minutes: u32,
    /// How long after the planned start one proctor may start a room, in minutes.
    pub start_late_minutes: u32,
    /// How much time one proctor may give to a room or to a candidate, in minutes, all together.
    pub credit_minutes: u32,
}

impl Default for FourEyes {
    fn default() -> Self {
        Self {
            two_organisations: true,
            proposal_minutes: 30,
            start_early_minutes: 0,
            start_late_minutes: 15,
            credit_minutes: 30,
        }
    }
}
