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
    Some(match code {
        "ok" => match part {
            Part::Integrity => texts::reason::integrity_ok(language),
            Part::Issuer => texts::reason::issuer_ok(language),
            Part::Chip => texts::reason::chip_ok(language),
        },
        "sha1-used" => texts::reason::sha1_used(language),
        "file-too-large" => texts::reason::file_too_large(language),
        "sod-malformed" => texts::reason::sod_malformed(language),
        "algorithm-not-supported" => texts::reason::algorithm_not_supported(language),
        "message-digest-mismatch" => texts::reason::message_digest_mismatch(language),
        "signer-certificate-missing" => texts::reason::signer_certificate_missing(language),
        "signature-invalid" => texts::reason::signature_invalid(language),
        "weak-key" => texts::reason::weak_key(language),
        "data-group-hash-mismatch" => texts::reason::data_group_hash_mismatch(language),
        "data-group-not-covered" => texts::reason::data_group_not_covered(language),
        "not-checked" => texts::reason::not_checked(language),
        "no-trust-anchor" => texts::reason::no_trust_anchor(language),
        "issuer-not-among-anchors" => texts::reason::issuer_not_among_anchors(language),
        "signer-not-issued-by-anchor" => texts::reason::signer_not_issued_by_anchor(language),
        "critical-extension-unknown" => texts::reason::critical_extension_unknown(language),
        "signer-wrong-usage" => texts::reason::signer_wrong_usage(language),
        "signer-not-yet-valid" => texts::reason::signer_not_yet_valid(language),
        "signer-expired" => texts::reason::signer_expired(language),
        "signed-outside-validity" => texts::reason::signed_outside_validity(language),
        "anchor-outside-validity" => texts::reason::anchor_outside_validity(language),
        "anchor-revoked" => texts::reason::anchor_revoked(language),
        "signer-revoked" => texts::reason::signer_revoked(language),
        "revocation-list-outdated" => texts::reason::revocation_list_outdated(language),
        "signer-country-differs" => texts::reason::signer_country_differs(language),
        "issuing-state-differs" => texts::reason::issuing_state_differs(language),
        "issuing-state-unknown" => texts::reason::issuing_state_unknown(language),
        "signing-time-unknown" => texts::reason::signing_time_unknown(language),
        "no-revocation-list" => texts::reason::no_revocation_list(language),
        "chip-algorithm-unknown" => texts::reason::chip_algorithm_unknown(language),
        "chip-authentication-failed" => texts::reason::chip_authentication_failed(language),
        "chip-authentication-not-tried" => texts::reason::chip_authentication_not_tried(language),
        "challenge-differs" => texts::reason::challenge_differs(language),
        "no-chip-key" => texts::reason::no_chip_key(language),
        "integrity-not-valid" => texts::reason::integrity_not_valid(language),
        "chip-key-withheld" => texts::reason::chip_key_withheld(language),
        "chip-key-malformed" => texts::reason::chip_key_malformed(language),
        "active-authentication-missing" => texts::reason::active_authentication_missing(language),
        "active-authentication-failed" => texts::reason::active_authentication_failed(language),
        "challenge-expired" => texts::reason::challenge_expired(language),
        "challenge-not-given" => texts::reason::challenge_not_given(language),
        "document-unreadable" => texts::reason::document_unreadable(language),
        _ => return None,
    })
}

/// What the desk should know about a card that is not a verdict.
pub fn remark(language: Language, code: &str) -> String {
    let known = match code {
        "name-differs" => texts::remark::name_differs(language),
        "birth-date-differs" => texts::remark::birth_date_differs(language),
        "number-differs" => texts::remark::number_differs(language),
        "card-expired" => texts::remark::card_expired(language),
        "already-admitted" => texts::remark::already_admitted(language),
        // A reason for the whole card that the server puts among the remarks.
        "document-unreadable" => texts::reason::document_unreadable(language),
        other => return texts::remark::unlisted(language, other),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes that a source file of the workspace declares as constants.
    fn declared(path: &str) -> Vec<String> {
        let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let code = |line: &str| {
            Some(
                line.strip_prefix("pub const ")?
                    .split_once(": &str = \"")?
                    .1
                    .split('"')
                    .next()?
                    .to_owned(),
            )
        };
        source.lines().filter_map(code).collect()
    }

    #[test]
    fn every_reason_that_cards_are_judged_by_has_a_sentence() {
        let codes = declared("certs/src/travel_document/reason.rs");
        assert!(codes.len() > 20, "{codes:?}");
        for code in codes {
            for language in [Language::Vietnamese, Language::English] {
                assert!(known(language, Part::Chip, &code).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn every_remark_of_the_desk_has_a_sentence() {
        let codes = declared("exam-server/src/checkin/roster_match.rs");
        assert!(codes.len() >= 5, "{codes:?}");
        for code in codes {
            assert!(!remark(Language::Vietnamese, &code).contains(&code), "{code}");
        }
    }

    #[test]
    fn unknown_codes_are_shown_as_they_are() {
        assert_eq!(
            reason(Language::Vietnamese, Part::Issuer, "brand-new"),
            "Mã lý do: brand-new"
        );
        assert_eq!(remark(Language::English, "brand-new"), "Note: brand-new");
    }
}
