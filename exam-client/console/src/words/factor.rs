//! Second factors in words. Must not hold rules about when one is asked for.

use crate::texts;
use exam_browser::language::Language;
use exam_browser::passkey::PasskeyError;
use exam_protocol::staff::FactorKind;

/// The factors that can be shown on this PC, the easiest first.
pub fn usable(mut methods: Vec<FactorKind>, passkeys: bool) -> Vec<FactorKind> {
    const EASIEST_FIRST: [FactorKind; 3] = [FactorKind::Passkey, FactorKind::Totp, FactorKind::RecoveryCode];
    methods.retain(|kind| passkeys || *kind != FactorKind::Passkey);
    methods.sort_by_key(|kind| EASIEST_FIRST.iter().position(|one| one == kind));
    methods
}

/// A kind of factor.
pub fn name(language: Language, kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => texts::factor::passkey(language),
        FactorKind::Totp => texts::factor::app(language),
        FactorKind::RecoveryCode => texts::factor::recovery(language),
    }
}

/// The name of a kind in tests.
pub const fn slug(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => "passkey",
        FactorKind::Totp => "totp",
        FactorKind::RecoveryCode => "recovery",
    }
}

/// Why the browser gave no passkey, and what to do.
pub fn trouble(language: Language, error: PasskeyError) -> &'static str {
    match error {
        PasskeyError::Unavailable => texts::factor::passkey_unavailable(language),
        PasskeyError::Cancelled => texts::factor::passkey_cancelled(language),
        PasskeyError::AlreadyThere => texts::factor::passkey_there(language),
        PasskeyError::Refused => texts::problem::unreadable(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pc_without_passkeys_offers_the_other_factors() {
        use FactorKind::{Passkey, RecoveryCode, Totp};
        assert_eq!(
            usable(vec![RecoveryCode, Totp, Passkey], true),
            [Passkey, Totp, RecoveryCode]
        );
        assert_eq!(usable(vec![RecoveryCode, Passkey], false), [RecoveryCode]);
    }
}
