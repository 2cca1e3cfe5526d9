//! How far a room is from its plan, in words.

use crate::core::action::OffPlan;
use crate::texts;
use exam_browser::language::Language;
use exam_protocol::time::Millis;

/// Opening a room far from its planned start.
pub fn off_plan(language: Language, off: OffPlan) -> String {
    match off {
        OffPlan::Early(ahead) => texts::ask::open_early(language, span(language, ahead)),
        OffPlan::Late(behind) => texts::ask::open_late(language, span(language, behind)),
    }
}

/// A span in its largest fitting unit: minutes, hours, days.
fn span(language: Language, span: Millis) -> String {
    let minutes = span.0 / 60_000;
    match minutes {
        0..120 => texts::ask::span_minutes(language, minutes),
        120..2_880 => texts::ask::span_hours(language, minutes / 60),
        _ => texts::ask::span_days(language, minutes / 1_440),
    }
}
