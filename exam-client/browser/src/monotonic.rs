//! The page's only clock: milliseconds since the page was opened, which nobody can set. Knows no time of day.

use exam_protocol::time::Millis;

/// Time since the page was opened (`performance.now()`, W3C High Resolution Time).
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since the page was opened"
)]
pub fn now() -> Millis {
    let now = web_sys::window()
        .and_then(|w| w.performance())
        .map_or(0.0, |p| p.now());
    Millis(now as i64)
}
