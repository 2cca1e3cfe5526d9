//! What the candidate should know beside the page: no line, or something in the way. Calm words, what to do.

use crate::components::say::{piece, say, when};
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
            {when(move || seated() && offline(), || view! {
                <p class="notice calm" data-testid="offline-notice">{say(line::offline_banner)}</p>
            }.into_any())}
            {piece(move || desk.trouble.get().filter(|_| seated()).map(|present| view! {
                <p class="notice grave" role="alert" data-testid="trouble">{say(trouble_text(present))}</p>
            }).into_any())}
        </div>
    }
}

fn trouble_text(present: Trouble) -> fn(Language) -> &'static str {
    match present {
        Trouble::JournalUnwritable => trouble::journal_unwritable,
        Trouble::ServerCannotStore => trouble::server_cannot_store,
        Trouble::FormUnavailable => trouble::form_unavailable,
        Trouble::PaperDoesNotOpen => trouble::paper_does_not_open,
        Trouble::CannotSign => trouble::cannot_sign,
        Trouble::HandInRefused => trouble::hand_in_refused,
        Trouble::HandInTooEarly => trouble::hand_in_too_early,
        Trouble::ReceiptInvalid => trouble::receipt_invalid,
    }
}
