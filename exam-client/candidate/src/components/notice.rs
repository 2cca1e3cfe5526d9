//! What the candidate should know beside the page: no line, or something in the way. Calm words, what to do.

use crate::core::session::{Link, Stage, Trouble};
use crate::desk::{Desk, Gate};
use crate::texts::{line, trouble};
use exam_browser::language::Language;
use leptos::prelude::*;

/// Notices under the banner.
#[component]
pub fn Notices() -> impl IntoView {
    let desk = Desk::of_page();
    let seated = move || desk.gate.get() == Gate::Seat;
    let offline = move || {
        desk.link.get() == Link::Offline && matches!(desk.stage.get(), Stage::Answering | Stage::Paused)
    };
    view! {
        <div aria-live="polite">
            <Show when=move || seated() && offline()>
                <p class="notice calm" data-testid="offline-notice">{move || line::offline_banner(desk.language.get())}</p>
            </Show>
            {move || desk.trouble.get().filter(|_| seated()).map(|present| view! {
                <p class="notice grave" role="alert" data-testid="trouble">{trouble_text(present, desk.language.get())}</p>
            })}
        </div>
    }
}

fn trouble_text(present: Trouble, language: Language) -> &'static str {
    match present {
        Trouble::JournalUnwritable => trouble::journal_unwritable(language),
        Trouble::ServerCannotStore => trouble::server_cannot_store(language),
        Trouble::FormUnavailable => trouble::form_unavailable(language),
        Trouble::PaperDoesNotOpen => trouble::paper_does_not_open(language),
        Trouble::CannotSign => trouble::cannot_sign(language),
        Trouble::HandInRefused => trouble::hand_in_refused(language),
        Trouble::ReceiptInvalid => trouble::receipt_invalid(language),
    }
}
