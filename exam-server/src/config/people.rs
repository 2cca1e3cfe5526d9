//! Settings of the administration of staff.

use serde::Deserialize;

/// Rules of the administration of staff.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// After how many days a role is due for review again.
    pub review_days: u32,
}

impl Default for People {
    fn default() -> Self {
        // TCVN 14423 level 3: lists of accounts and rights are reviewed every six months.
        Self { review_days: 183 }
    }
}
