//! Settings of acts that need two people. Holds no rules.

use exam_protocol::time::Millis;
use serde::Deserialize;

/// Acts that need two people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FourEyes {
    /// Whether the two have to work for two organisations.
    pub two_organisations: bool,
    /// For how long whoever changed the control of an account (made it, gave its password …) is not a second person beside
    /// its holder, in hours.
    pub control_hours: u32,
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
            control_hours: 72,
            proposal_minutes: 30,
            start_early_minutes: 0,
            start_late_minutes: 15,
            credit_minutes: 30,
        }
    }
}

impl FourEyes {
    /// For how long a change of an account's control counts.
    pub fn control_time(&self) -> Millis {
        Millis::minutes(i64::from(self.control_hours) * 60)
    }
}
