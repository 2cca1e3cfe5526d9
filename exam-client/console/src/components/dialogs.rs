//! The dialog that is open over the room, if any.

use crate::components::action_dialog::ActionDialog;
use crate::components::candidate_dialog::CandidateDialog;
use crate::components::receipt_slips::ReceiptSlips;
use crate::room::{Dialog, Room};
use leptos::prelude::*;

/// Shows the open dialog.
#[component]
pub fn Dialogs() -> impl IntoView {
    let room = Room::here();
    move || match room.dialog.get() {
        None => ().into_any(),
        Some(Dialog::Action(kind)) => view! { <ActionDialog kind/> }.into_any(),
        Some(Dialog::Receipts(only)) => view! { <ReceiptSlips only/> }.into_any(),
        Some(Dialog::Candidate(attempt, act)) => view! { <CandidateDialog attempt act/> }.into_any(),
    }
}
