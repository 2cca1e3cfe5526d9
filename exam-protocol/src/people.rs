//! Between the staff console and the server: administration of members, their roles and organisations, import of staff
//! from a file, access review, and the list of single sign-on providers.
//!
//! What somebody may see or change is decided by the server alone; `may_…` fields and lists of roles only spare pages from
//! offering what would be refused.

mod review;

pub use review::{ReviewEntry, ReviewFilter, ReviewMark, ReviewPage};

use crate::id::{ExamId, OrganisationId, RoomId, SiteId, StaffId};
use crate::right::{Role, Scope};
use crate::staff::FactorKind;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether somebody can log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Yes.
    Active,
    /// No: somebody disabled the account, or it was unused for too long.
    Disabled,
    /// No: its end date has passed.
    Ended,
}

/// A role in a scope, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GrantView {
    /// As what.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// The scope's name from the widest on, "Sở GD&ĐT Quảng Ninh › Kiểm tra cuối kỳ I › Điểm thi 02"; empty for the whole
    /// installation.
    pub scope_name: String,
    /// Since when.
    pub granted_at: Timestamp,
    /// Who gave it: a name, or empty when it was given at the server's terminal.
    pub granted_by: String,
    /// The provider that gives it at each login; none where a person gave it.
    pub provider: Option<String>,
    /// Whether the person who asks may take it away.
    pub may_revoke: bool,
}

/// A member of staff on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// The organisation that this person works for.
    pub organisation: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Roles in places that the person who asks may see.
    pub grants: Vec<GrantView>,
    /// How many further roles there are elsewhere.
    pub grants_elsewhere: u32,
    /// When this person last logged in.
    pub last_login: Option<Timestamp>,
    /// Whether this person can log in.
    pub state: AccountState,
    /// When the account ends, where an end is set.
    pub ends_at: Option<Timestamp>,
    /// Kinds of second factors in force.
    pub factors: Vec<FactorKind>,
    /// Single sign-on providers through which this person logs in.
    pub single_sign_on: Vec<ExternalLogin>,
    /// Whether the person who asks may change this account: names, end date, state, password, factors.
    pub may_change: bool,
}

/// A login at a single sign-on provider that belongs to a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExternalLogin {
    /// The provider's short name in the configuration.
    pub provider: String,
    /// Who this is there: the `sub` claim (OpenID Connect Core 1.0, section 2).
    pub subject: String,
}

/// What members to list. All that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct MemberFilter {
    /// Part of the login name or the shown name; tones and case matter not.
    #[serde(default)]
    pub text: String,
    /// Who works for this organisation.
    pub organisation: Option<OrganisationId>,
    /// Who holds this role somewhere that is visible.
    pub role: Option<Role>,
    /// Whose account is in this state.
    pub state: Option<AccountState>,
    /// Page, from 0; a page has [`PAGE`] members.
    #[serde(default)]
    pub page: u32,
}

/// Entries on one page of members or of the access review.
pub const PAGE: u32 = 50;

/// One page of members, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MemberPage {
    /// The members.
    pub members: Vec<MemberView>,
    /// How many fit the filter on all pages.
    pub total: u32,
    /// Whether the person who asks may add members at all.
    pub may_add: bool,
}

/// A new member; without a role until one is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewMember {
    /// Login name: small letters, digits, `.`, `-`, `_`, `@`; 2 to 64 characters.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// The organisation that this person works for.
    pub organisation: OrganisationId,
    /// When the account ends, if it does.
    pub ends_at: Option<Timestamp>,
}

/// A password that its holder must change at the first login. Shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StartPassword {
    /// Whose.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Four groups of four characters.
    pub password: String,
}

/// Changes a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MemberChange {
    /// Name as shown.
    pub display_name: String,
    /// The organisation that this person works for.
    pub organisation: OrganisationId,
    /// When the account ends, if it does.
    pub ends_at: Option<Timestamp>,
}

/// Disables or enables an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StateChange {
    /// Whether this person shall be able to log in.
    pub enabled: bool,
    /// Why.
    pub reason: String,
}

/// Gives a role or takes it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GrantChange {
    /// Whose.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// A new organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewOrganisation {
    /// Its name, unlike all others.
    pub name: String,
}

/// What scopes there are, as far as the person who asks may see: organisations with their exams, sites and rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScopeTree {
    /// Roles that may be granted for the whole installation.
    pub roles: Vec<Role>,
    /// Whether organisations may be added.
    pub may_add_organisation: bool,
    /// The organisations, by name.
    pub organisations: Vec<OrganisationNode>,
}

/// An organisation and what is beneath.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OrganisationNode {
    /// Id.
    pub id: OrganisationId,
    /// Name.
    pub name: String,
    /// Roles that may be granted here.
    pub roles: Vec<Role>,
    /// Whether members may be added who work for it.
    pub may_add_members: bool,
    /// Its exams, newest first.
    pub exams: Vec<ExamNode>,
}

/// An exam and what is beneath.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExamNode {
    /// Id.
    pub id: ExamId,
    /// Title.
    pub title: String,
    /// Roles that may be granted here.
    pub roles: Vec<Role>,
    /// Its sites, by name.
    pub sites: Vec<SiteNode>,
}

/// A site and its rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SiteNode {
    /// Id.
    pub id: SiteId,
    /// Name.
    pub name: String,
    /// Roles that may be granted here.
    pub roles: Vec<Role>,
    /// Its rooms, by start and name.
    pub rooms: Vec<RoomNode>,
}

/// A room of a sitting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomNode {
    /// Id.
    pub id: RoomId,
    /// "Phòng 01".
    pub name: String,
    /// Subject of the sitting.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Roles that may be granted here.
    pub roles: Vec<Role>,
}

/// What shall be done with an imported file of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct ImportQuery {
    /// [`StaffImport::plan`] of the try that somebody has looked at: the file is taken if it would still do the same. Without
    /// it the file is only tried.
    pub plan: Option<String>,
}

/// What an imported file of staff does, or would do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StaffImport {
    /// Whether it was done.
    pub taken: bool,
    /// Names what would be done, 64 hexadecimal digits; empty when there are faults.
    pub plan: String,
    /// Faults: with any of them nothing of the file can be taken.
    pub faults: Vec<RowFinding>,
    /// What a person should look at.
    pub warnings: Vec<RowFinding>,
    /// What changes for whom, in the file's order.
    pub changes: Vec<ImportedMember>,
    /// For new members, once, when it was done.
    pub start_passwords: Vec<StartPassword>,
}

/// A fault or a warning of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RowFinding {
    /// The row in the file, from 1; none where it concerns the whole file.
    pub row: Option<u32>,
    /// Vietnamese.
    pub message: String,
    /// English.
    pub message_en: String,
}

/// What a row of a file of staff does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ImportedMember {
    /// The row in the file, from 1.
    pub row: u32,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Name of the organisation.
    pub organisation: String,
    /// Whether the account is new.
    pub new: bool,
    /// The role that is added; none when it is held already.
    pub role: Option<Role>,
    /// Where, in words.
    pub scope_name: String,
}

/// A single sign-on provider to choose on the login page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SignOnProvider {
    /// Short name, the last part of [`crate::route::SINGLE_SIGN_ON_START`].
    pub id: String,
    /// Name as shown on the button.
    pub name: String,
}

/// Where the browser goes after a logout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SingleLogout {
    /// The provider's logout page; none where the login did not come from a provider that has one.
    pub location: Option<String>,
}
