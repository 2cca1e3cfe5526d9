//! The lines of a CA folder's ledger: what was issued, revoked and listed. One JSON object per line, only ever appended.
//! Knows no files.

use super::Certified;
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// Name of the file in a CA folder.
pub const LEDGER: &str = "issued.jsonl";

/// One line. Times are `YYYY-MM-DDThh:mm:ssZ`, serial numbers lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Entry {
    /// A certificate was issued.
    Issued {
        /// When.
        at: String,
        /// Its serial number.
        serial: String,
        /// `authority`, `server`, `desk`, `seat`, `receipt-signer`.
        kind: String,
        /// Its common name.
        name: String,
        /// Serial number of the issuer's certificate.
        issuer: String,
        /// Valid from.
        not_before: String,
        /// Valid until.
        not_after: String,
    },
    /// A certificate was revoked.
    Revoked {
        /// When, in seconds since 1970.
        at: i64,
        /// Its serial number.
        serial: String,
        /// Serial number of the issuer's certificate.
        issuer: String,
        /// `unspecified`, `key-compromise`, `authority-compromise`, `superseded`, `cessation`.
        reason: String,
    },
    /// A revocation list was written.
    Listed {
        /// When.
        at: String,
        /// Serial number of the issuer's certificate.
        issuer: String,
        /// The list's number.
        number: u64,
    },
}

impl Entry {
    /// What was issued at `at` by the authority whose certificate has the serial number `issuer`.
    pub fn issued(at: Time, kind: &str, name: &str, issuer: &str, certified: &Certified) -> Self {
        Self::Issued {
            at: at.to_string(),
            serial: certified.serial.clone(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            issuer: issuer.to_owned(),
            not_before: certified.validity.not_before.to_string(),
            not_after: certified.validity.not_after.to_string(),
        }
    }

    /// The line, with its line feed.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("texts and numbers are always JSON");
        line.push('\n');
        line
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What JSON it is not.
    pub fn from_line(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}
