//! Accounts in words. Must not decide who can log in.

use crate::texts;
use crate::words::Tone;
use exam_browser::language::Language;
use exam_protocol::people::AccountState;

/// Whether somebody can log in.
pub fn state(language: Language, state: AccountState) -> (Tone, &'static str) {
    match state {
        AccountState::Active => (Tone::Good, texts::people::active(language)),
        AccountState::Disabled => (Tone::Bad, texts::people::disabled(language)),
        AccountState::Ended => (Tone::Warn, texts::people::ended(language)),
    }
}

/// The name of a state in queries and tests.
pub const fn state_slug(state: AccountState) -> &'static str {
    match state {
        AccountState::Active => "active",
        AccountState::Disabled => "disabled",
        AccountState::Ended => "ended",
    }
}
