//! Between the console and the server: searching, exporting and following the audit.
//!
//! Records are shown as they stand in the chain. Names beside ids are looked up when the page is asked for and are not part
//! of the record. Nothing here can change a record.

pub mod label;

use crate::bytes::Digest;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Records on one page.
pub const PAGE: u32 = 50;

/// Most matching records that are counted; beyond that a page says "more than".
pub const MOST_COUNTED: u32 = 10_000;

/// Most records in one answer of the feed.
pub const FEED_PAGE: u32 = 500;

/// What records to list, newest first. All that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct AuditFilter {
    /// Part of the actor, address, act, object, the particulars or the reason; Latin letters in either case.
    pub text: String,
    /// Who: `staff:<id>`, `station:<id>`, `server`; or part of a member's login name or shown name.
    pub actor: String,
    /// What was done: `room.start`, or a whole group: `room.`.
    pub act: String,
    /// On what: `room:<id>`, or a whole kind: `room:`.
    pub object: String,
    /// Network address, or its beginning: `10.1.`.
    pub address: String,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Only records before this one: [`AuditPage::next`] of the page above.
    pub before: Option<i64>,
}

/// One page of records, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// At most [`PAGE`] records.
    pub records: Vec<AuditRecord>,
    /// [`AuditFilter::before`] of the next page; none on the last one.
    pub next: Option<i64>,
    /// How many records fit the filter altogether, counted up to [`MOST_COUNTED`].
    pub total: u32,
    /// Whether the person who asks sees the whole audit, and may export it.
    pub whole: bool,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuditRecord {
    /// Place in the chain, from 1.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Who: `staff:<id>`, `station:<id>`, `seat:<attempt>`, `machine:<id>`, `server`, `command`.
    pub actor: String,
    /// The member's shown name; empty where the actor is no member of staff.
    pub actor_name: String,
    /// Network address; empty for the server itself and for commands at its terminal.
    pub address: String,
    /// What was done: `room.start`. [`label::of`] says it in words.
    pub act: String,
    /// On what: `room:<id>`.
    pub object: String,
    /// The object in words, "Phòng 01"; empty where it has no name.
    pub object_name: String,
    /// What was the case before, as JSON; empty where nothing was.
    pub was: String,
    /// What is the case since, or the act's particulars, as JSON; empty where there are none.
    pub became: String,
    /// Why.
    pub reason: AuditReason,
    /// The record's hash in the chain.
    pub hash: Digest,
}

/// The reason of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
pub enum AuditReason {
    /// None was asked for.
    None,
    /// As somebody typed it.
    Given(String),
    /// One was given; its text was erased. The chain still holds its salted hash.
    Erased,
}

/// Which records to export, both ends included. Without ends: all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct AuditRange {
    /// First record.
    pub from: Option<i64>,
    /// Last record.
    pub to: Option<i64>,
}

/// Where a follower of the audit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct AuditCursor {
    /// The last record that the follower has; 0 for none.
    pub after: i64,
    /// How long to wait for a new record when there is none, in seconds; at most 15.
    pub wait: u32,
}

/// How long the audit is, and whether those who follow it keep up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuditState {
    /// Sequence of the newest record; 0 while there is none.
    pub sequence: i64,
    /// Hash of the newest record.
    pub hash: Digest,
    /// When the newest record was written.
    pub at: Option<Timestamp>,
    /// Collectors that the server sends records to.
    pub feeds: Vec<FeedState>,
}

/// A collector that the server sends records to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FeedState {
    /// Its name in the configuration.
    pub name: String,
    /// The last record that was sent.
    pub sent: i64,
    /// When.
    pub sent_at: Option<Timestamp>,
}
