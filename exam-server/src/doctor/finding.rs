//! What the doctor says: a line in two languages, and how bad it is.

use serde::Serialize;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// An exam can be held; look at it before.
    Warning,
    /// An exam must not be held like this.
    Bad,
}

/// The same in both languages: what is found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    vi: String,
    en: String,
}

impl Words {
    /// Vietnamese and English.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}

/// One line of the doctor's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at; stable, for programs.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl From<(String, String)> for Words {
    fn from((vi, en): (String, String)) -> Self {
        Self { vi, en }
    }
}

impl Finding {
    /// As it should be.
    pub fn ok(check: &'static str, words: Words) -> Self {
        Self::new(check, Level::Ok, words)
    }

    /// To be looked at.
    pub fn warning(check: &'static str, words: Words) -> Self {
        Self::new(check, Level::Warning, words)
    }

    /// In the way of an exam.
    pub fn bad(check: &'static str, words: Words) -> Self {
        Self::new(check, Level::Bad, words)
    }

    fn new(check: &'static str, level: Level, words: Words) -> Self {
        Self {
            check,
            level,
            vi: words.vi,
            en: words.en,
        }
    }
}

/// The worst of all; `Ok` when there are none.
pub fn worst(findings: &[Finding]) -> Level {
    findings
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(Level::Ok)
}
