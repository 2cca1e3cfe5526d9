//! Machines in words. Must not decide which may connect.

use crate::texts;
use crate::words::Tone;
use exam_browser::language::Language;
use exam_protocol::machine::{MachineKind, MachineView};

/// How a machine stands; what needs a person comes first.
pub fn state(language: Language, machine: &MachineView) -> (Tone, &'static str) {
    if machine.revoked_at.is_some() {
        (Tone::Plain, texts::machines::revoked(language))
    } else if machine.alarm_at.is_some() {
        (Tone::Bad, texts::machines::alarm(language))
    } else if machine.connected {
        (Tone::Good, texts::machines::connected(language))
    } else {
        (Tone::Warn, texts::machines::away(language))
    }
}

/// What a machine is for.
pub fn kind(language: Language, kind: MachineKind) -> &'static str {
    match kind {
        MachineKind::Desk => texts::machines::kind_desk(language),
        MachineKind::Seat => texts::machines::kind_seat(language),
    }
}
