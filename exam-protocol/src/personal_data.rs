//! Between the console and the server: roster photos, what is held about one person, and the minutes of erasures.

use crate::bytes::Digest;
use crate::id::AttemptId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Asks for all that is held about one person. A body, so that the number stands in no address and no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonRequest {
    /// Citizen number, 12 digits.
    pub citizen_number: String,
    /// Why; goes into the audit.
    pub reason: String,
}

/// All that is held about one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonExport {
    /// When this was put together.
    pub at: Timestamp,
    /// The tables, in the order of an exam day.
    pub tables: Vec<PersonTable>,
    /// Images and other files.
    pub files: Vec<PersonFile>,
}

/// Rows of one table about one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonTable {
    /// The table's name.
    pub table: String,
    /// Its columns' names.
    pub columns: Vec<String>,
    /// Its rows: text, whole numbers, or `null`; bytes as the name of one of the files or in hexadecimal digits.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A file about one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonFile {
    /// Name.
    pub name: String,
    /// Content type.
    pub content_type: String,
    /// Content, base64 (RFC 4648, section 4).
    pub content: String,
}

/// Minutes of an erasure: what was erased by which rule, never whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErasureMinutes {
    /// Running number.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who: `staff:<id>`, `server` (the daily run), `command`.
    pub actor: String,
    /// What was erased.
    pub lines: Vec<ErasureLine>,
    /// SHA-256 of the printed text, which the audit holds too.
    pub text_hash: Digest,
    /// The printed text, in Vietnamese.
    pub text: String,
}

/// What was erased by one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErasureLine {
    /// The rule's name.
    pub rule: String,
    /// What it erases, in Vietnamese.
    pub what: String,
    /// How many rows.
    pub rows: u64,
}

/// What an import of roster photos did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhotoImport {
    /// Photos that were taken over.
    pub taken: u32,
    /// Candidates of the sitting who have no photo, now that this import is done.
    pub without: Vec<AttemptId>,
    /// What is wrong with which file.
    pub findings: Vec<PhotoFinding>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhotoFinding {
    /// The file's name.
    pub file: String,
    /// Stable code: `not-on-roster`, `not-an-image`.
    pub code: String,
    /// What is wrong and what to do, in Vietnamese.
    pub detail: String,
    /// The same in English.
    pub detail_en: String,
}
