//! The three verdicts in the table: apart, each with icon, colour and text.

use crate::state::Console;
use crate::texts;
use crate::words::{
    self,
    reason::{self, Part},
};
use exam_browser::language::Language;
use exam_protocol::checkin::{Finding, Verdict, Verdicts};
use exam_protocol::console::Admission;
use leptos::prelude::*;

/// How a candidate was admitted, in one cell.
#[component]
pub fn VerdictChips(
    /// The admission; nothing is shown for somebody who is not in yet.
    admission: Option<Admission>,
) -> impl IntoView {
    let console = Console::here();
    admission.map(|admission| {
        let by = format!("{} · {}", admission.by, admission.second.clone().unwrap_or_default());
        match admission.verdicts {
            Some(verdicts) if admission.rule.is_some() => view! { <Chips verdicts/> }.into_any(),
            _ => view! { <span class="chip tone-warn" title=by data-testid="no-card">"⚠ "{move || texts::verdict::no_card(console.lang())}</span> }
                .into_any(),
        }
    })
}

/// Three chips.
#[component]
fn Chips(
    /// The verdicts.
    verdicts: Verdicts,
) -> impl IntoView {
    view! {
        <span class="chips">
            <Chip part=Part::Integrity finding=verdicts.integrity/>
            <Chip part=Part::Issuer finding=verdicts.issuer/>
            <Chip part=Part::Chip finding=verdicts.chip/>
        </span>
    }
}

/// One verdict.
#[component]
fn Chip(
    /// Which.
    part: Part,
    /// The finding.
    finding: Finding,
) -> impl IntoView {
    let console = Console::here();
    let verdict = finding.verdict;
    let look = move || words::verdict(console.lang(), verdict);
    let why = {
        let code = finding.reason.clone();
        move || {
            format!(
                "{}: {}. {}",
                part.long(console.lang()),
                look().2,
                reason::reason(console.lang(), part, &code)
            )
        }
    };
    view! {
        <span class=move || format!("chip {}", look().0.class()) title=why data-testid=format!("chip-{}", part.slug())
            data-reason=finding.reason.clone()>
            <span aria-hidden="true">{move || look().1}</span>" "{move || short(console.lang(), part, verdict)}
            <span class="unseen">": "{move || look().2}</span>
        </span>
    }
}

/// What the chip says; an issuer that is not confirmed is said in words, since that is the state of most cards.
fn short(language: Language, part: Part, verdict: Verdict) -> &'static str {
    match (part, verdict) {
        (Part::Issuer, Verdict::Unknown) => texts::verdict::issuer_unknown(language),
        _ => part.short(language),
    }
}
