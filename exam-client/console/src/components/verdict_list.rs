//! The three verdicts at the desk, each with its reason in a sentence.

use crate::state::Console;
use crate::words::{
    self,
    reason::{self, Part},
};
use exam_protocol::checkin::{Finding, Verdict, Verdicts};
use leptos::prelude::*;

/// Three lines.
#[component]
pub fn VerdictList(
    /// The verdicts.
    verdicts: Verdicts,
) -> impl IntoView {
    view! {
        <ul class="verdicts">
            <Line part=Part::Integrity finding=verdicts.integrity/>
            <Line part=Part::Issuer finding=verdicts.issuer/>
            <Line part=Part::Chip finding=verdicts.chip/>
        </ul>
    }
}

/// One verdict with its reason.
#[component]
fn Line(
    /// Which.
    part: Part,
    /// The finding.
    finding: Finding,
) -> impl IntoView {
    let console = Console::here();
    let verdict = finding.verdict;
    let look = move || words::verdict(console.lang(), verdict);
    let code = finding.reason.clone();
    let why = move || reason::reason(console.lang(), part, &code);
    view! {
        <li class=move || look().0.class() data-testid=format!("verdict-{}", part.slug()) data-verdict=slug(verdict) data-reason=finding.reason>
            <span class="icon" aria-hidden="true">{move || look().1}</span>
            <span><strong>{move || part.long(console.lang())}": "{move || look().2}</strong>" "<small>{why}</small></span>
        </li>
    }
}

const fn slug(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Unknown => "unknown",
        Verdict::NotPresent => "not-present",
    }
}
