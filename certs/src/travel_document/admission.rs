//! The verdict table: what follows from the three verdicts on a card. Settings of a sitting may only be stricter.
//!
//! | integrity | issuer | chip | rule |
//! |---|---|---|---|
//! | valid | valid | valid | [`Rule::Proctor`] |
//! | valid | unknown, because no issuer is installed | valid | [`Rule::ProctorIssuerUnconfirmed`] |
//! | valid | unknown, because none of the installed issuers vouches for it | valid | [`Rule::TwoOfficials`] |
//! | valid | any but invalid | unknown or not present | [`Rule::TwoOfficials`] |
//! | any verdict invalid, or integrity not valid | | | refused |
//!
//! This file knows nothing of rosters, faces or people: those come after.

use super::reason::ISSUER_NOT_AMONG_ANCHORS;
use super::{Document, Finding, Judgement, Verdict};
use crate::verified::Verified;

/// Refusal: every verdict allows it, but EF.DG1 is not the zone of an identity card.
pub const DOCUMENT_UNREADABLE: &str = "document-unreadable";

/// How a candidate with a card may be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The proctor confirms the face.
    Proctor,
    /// The proctor confirms the face; shown and recorded as "issuer not confirmed".
    ProctorIssuerUnconfirmed,
    /// Two officials with a reason.
    TwoOfficials,
}

/// A card that may be used at the door, with what is still asked of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissibleDocument {
    /// Whose card it is: covered by a valid security object.
    pub document: Document,
    /// What people still have to do.
    pub rule: Rule,
    /// Security object: signature and hashes.
    pub integrity: Finding,
    /// Document signer and trust anchor.
    pub issuer: Finding,
    /// The chip's proof.
    pub chip: Finding,
}

/// A card that can't be used. Only the route without a card is left, and this stays on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Reason code of the first verdict that refuses.
    pub reason: &'static str,
    /// Security object: signature and hashes.
    pub integrity: Finding,
    /// Document signer and trust anchor.
    pub issuer: Finding,
    /// The chip's proof.
    pub chip: Finding,
}

/// The table above; nothing means refused.
///
/// Where issuers are installed, a signer that none of them vouches for is no normal state any more: anybody can make up
/// an issuer's name, and one person's look is then not enough.
pub fn rule(integrity: Verdict, issuer: Finding, chip: Verdict) -> Option<Rule> {
    if integrity != Verdict::Valid || [issuer.verdict, chip].contains(&Verdict::Invalid) {
        return None;
    }
    Some(match (issuer.verdict, chip) {
        (Verdict::Valid, Verdict::Valid) => Rule::Proctor,
        (_, Verdict::Valid) if issuer.reason != ISSUER_NOT_AMONG_ANCHORS => Rule::ProctorIssuerUnconfirmed,
        _ => Rule::TwoOfficials,
    })
}

impl Judgement {
    /// Applies the verdict table. An [`AdmissibleDocument`] can be had in no other way.
    ///
    /// # Errors
    /// [`Refused`] with the findings.
    pub fn admission(self) -> Result<Verified<AdmissibleDocument>, Refused> {
        let Self {
            integrity,
            issuer,
            chip,
            document,
            ..
        } = self;
        let refused = |reason| Refused {
            reason,
            integrity,
            issuer,
            chip,
        };
        match (rule(integrity.verdict, issuer, chip.verdict), document) {
            (Some(rule), Some(document)) => Ok(Verified::new(AdmissibleDocument {
                document,
                rule,
                integrity,
                issuer,
                chip,
            })),
            (Some(_), None) => Err(refused(DOCUMENT_UNREADABLE)),
            (None, _) => {
                let findings = [integrity, issuer, chip];
                let culprit = findings
                    .iter()
                    .find(|finding| finding.verdict == Verdict::Invalid);
                Err(refused(culprit.unwrap_or(&integrity).reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reason::NO_TRUST_ANCHOR;
    use super::*;

    #[test]
    fn every_row_of_the_verdict_table() {
        use Rule::{Proctor, ProctorIssuerUnconfirmed, TwoOfficials};
        use Verdict::{Invalid, NotPresent, Unknown, Valid};
        let all = [Valid, Invalid, Unknown, NotPresent];
        let two = Some(TwoOfficials);
        // Rows: issuer; columns: chip valid, invalid, unknown, not present. Integrity is valid.
        let expected = [
            (Finding::new(Valid, "ok"), [Some(Proctor), None, two, two]),
            (Finding::new(Invalid, "signer-not-issued-by-anchor"), [None; 4]),
            (
                Finding::new(Unknown, NO_TRUST_ANCHOR),
                [Some(ProctorIssuerUnconfirmed), None, two, two],
            ),
            (
                Finding::new(Unknown, ISSUER_NOT_AMONG_ANCHORS),
                [two, None, two, two],
            ),
        ];
        for (issuer, row) in expected {
            for (chip, expected) in all.into_iter().zip(row) {
                assert_eq!(rule(Valid, issuer, chip), expected, "{issuer:?} {chip:?}");
                for integrity in [Invalid, Unknown, NotPresent] {
                    assert_eq!(
                        rule(integrity, issuer, chip),
                        None,
                        "{integrity:?} {issuer:?} {chip:?}"
                    );
                }
            }
        }
    }
}
