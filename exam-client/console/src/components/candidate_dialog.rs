//! All about one candidate, and what can be done for this one alone.

use crate::components::absence::AbsenceSection;
use crate::components::candidate_acts::CandidateActs;
use crate::components::candidate_facts::CandidateFacts;
use crate::components::modal::Modal;
use crate::core::board::CandidateAct;
use crate::room::Room;
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// The dialog of one candidate.
#[component]
pub fn CandidateDialog(
    /// Whose.
    attempt: AttemptId,
    /// An act that was chosen before.
    act: Option<CandidateAct>,
) -> impl IntoView {
    let room = Room::here();
    let row = room.row(attempt);
    let title = Signal::derive(move || {
        row.with(|row| {
            row.as_ref()
                .map(|row| format!("{} · {} · {}", row.seat, row.name, row.candidate_number))
                .unwrap_or_default()
        })
    });
    view! {
        <Modal title name="candidate-dialog"
            scanner=true on_close=Callback::new(move |()| room.close_dialog())>
            <CandidateFacts row/>
            <AbsenceSection row attempt/>
            <CandidateActs row attempt act/>
        </Modal>
    }
}
