//! The review of access: who holds what since when, and who found it still needed.

use super::{AccountState, GrantChange, GrantView};
use crate::id::StaffId;
use crate::right::Role;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What to list of the access review.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct ReviewFilter {
    /// Part of the login name or the shown name.
    #[serde(default)]
    pub text: String,
    /// This role only.
    pub role: Option<Role>,
    /// Only what is due for review.
    #[serde(default)]
    pub due: bool,
    /// Page, from 0; a page has [`PAGE`] entries.
    #[serde(default)]
    pub page: u32,
}

/// One page of the access review, longest unreviewed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReviewPage {
    /// The entries.
    pub entries: Vec<ReviewEntry>,
    /// How many fit the filter on all pages.
    pub total: u32,
    /// How many of all visible entries are due.
    pub due: u32,
    /// After how many days a role is due for review again.
    pub every_days: u32,
}

/// Who holds what since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReviewEntry {
    /// Whose.
    pub staff: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Name of the organisation.
    pub organisation_name: String,
    /// Whether this person can log in.
    pub state: AccountState,
    /// When this person last logged in.
    pub last_login: Option<Timestamp>,
    /// What is held.
    pub grant: GrantView,
    /// When somebody last confirmed it.
    pub reviewed_at: Option<Timestamp>,
    /// Who did; empty while nobody has.
    pub reviewed_by: String,
    /// Whether it is due for review.
    pub due: bool,
    /// Whether the person who asks may confirm it: not one's own roles.
    pub may_review: bool,
}

/// Confirms that these roles are still needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReviewMark {
    /// The roles; at most [`PAGE`].
    pub grants: Vec<GrantChange>,
}
