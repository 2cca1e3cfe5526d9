//! Reason and remark codes in words. An unknown code is shown as it is: the proctor can read it to the technician.

use crate::texts;
use exam_browser::language::Language;

/// Which of the three verdicts a reason belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Data of the card.
    Integrity,
    /// Who issued it.
    Issuer,
    /// The chip.
    Chip,
}

impl Part {
    /// The part's name in ids and tests.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Issuer => "issuer",
            Self::Chip => "chip",
        }
    }

    /// Short name, for the table.
    pub fn short(self, language: Language) -> &'static str {
        match self {
            Self::Integrity => texts::verdict::integrity(language),
            Self::Issuer => texts::verdict::issuer(language),
            Self::Chip => texts::verdict::chip(language),
        }
    }

    /// Whole name, for the desk.
    pub fn long(self, language: Language) -> &'static str {
        match self {
            Self::Integrity => texts::verdict::integrity_long(language),
            Self::Issuer => texts::verdict::issuer_long(language),
            Self::Chip => texts::verdict::chip_long(language),
        }
    }
}

/// Why a verdict is what it is.
pub fn reason(language: Language, part: Part, code: &str) -> String {
    known(language, part, code).map_or_else(|| texts::reason::unlisted(language, code), ToOwned::to_owned)
}

/// The sentence for a code that this page knows.
fn known(language: Language, part: Part, code: &str) -> Option<&'static str> {
    Some(match (part, code) {
        (Part::Integrity, "ok") => texts::reason::integrity_ok(language),
        (Part::Issuer, "ok") => texts::reason::issuer_ok(language),
        (Part::Chip, "ok") => texts::reason::chip_ok(language),
        _ => return None,
    })
}

/// What the desk should know about a card that is not a verdict.
pub fn remark(language: Language, code: &str) -> String {
    match code {
        "name-differs" => texts::remark::name_differs(language).to_owned(),
        "birth-date-differs" => texts::remark::birth_date_differs(language).to_owned(),
        "number-differs" => texts::remark::number_differs(language).to_owned(),
        "expired" | "document-expired" => texts::remark::expired(language).to_owned(),
        other => texts::remark::unlisted(language, other),
    }
}
