//! What somebody else changed of an account, in words. Must not decide anything.

use crate::texts;
use exam_browser::language::Language;
use exam_protocol::staff::{ControlKind, ControlView};

/// Who it was.
pub fn by(language: Language, change: &ControlView) -> String {
    if !change.by_name.is_empty() {
        return change.by_name.clone();
    }
    match change.by.strip_prefix("sign-on:") {
        Some(provider) => texts::account_changes::by_provider(language, provider),
        None => texts::account_changes::by_terminal(language).to_owned(),
    }
}

/// What was done.
pub fn what(language: Language, kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::Created => texts::account_changes::created(language),
        ControlKind::Password => texts::account_changes::password(language),
        ControlKind::Factors => texts::account_changes::factors(language),
        ControlKind::Linked => texts::account_changes::linked(language),
        ControlKind::Organisation => texts::account_changes::organisation(language),
        ControlKind::Roles | ControlKind::OtherRoles => texts::account_changes::roles(language),
        ControlKind::Opened => texts::account_changes::opened(language),
        ControlKind::OwnFactors => texts::account_changes::own_factors(language),
        ControlKind::Confirmed => texts::account_changes::confirmed(language),
    }
}
