//! What is wrong with a roster, or worth a look, with its row, in Vietnamese and English.

use serde::Serialize;
use std::fmt;

/// A fault or a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The row in the file, from 1; none where it concerns the whole file.
    pub row: Option<u32>,
    /// Vietnamese.
    pub message: String,
    /// English.
    pub message_en: String,
}

impl Finding {
    /// A finding in a row.
    pub fn at(row: u32, message: impl Into<String>, message_en: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            message: message.into(),
            message_en: message_en.into(),
        }
    }

    /// A finding about the whole file.
    pub fn of_file(message: impl Into<String>, message_en: impl Into<String>) -> Self {
        Self {
            row: None,
            message: message.into(),
            message_en: message_en.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "dòng {row}: {} / row {row}: {}", self.message, self.message_en),
            None => write!(f, "{} / {}", self.message, self.message_en),
        }
    }
}
