//! Who sits here. Must not show more than the roster's label.

use crate::components::say::{piece, say, tell};
use crate::desk::Desk;
use crate::texts::{exam, seat};
use exam_protocol::seat::CandidateLabel;
use leptos::prelude::*;

/// The label of the candidate at this desk.
pub fn label(desk: Desk) -> Option<CandidateLabel> {
    desk.peek(|session| session.record().candidate.clone())
}

/// Name, number, subject and form code, for the banner.
#[component]
pub fn Who() -> impl IntoView {
    let desk = Desk::of_page();
    let code = move || {
        desk.read(|session| session.paper().map(|paper| paper.form_code.clone()))
            .flatten()
    };
    label(desk).map(|label| {
        view! {
            <div class="who" data-testid="candidate">
                <strong class="who-name">{label.name}</strong>
                <span class="quiet">
                    {say(seat::number)} " " <b>{label.candidate_number.clone()}</b>
                    <span class="dot">"·"</span>
                    {label.subject}
                    {piece(move || code().map(|code| view! {
                        <span class="dot">"·"</span>
                        <span data-testid="form-code">{tell(move |language| exam::form_code(language, &code))}</span>
                    }).into_any())}
                </span>
            </div>
        }
    })
}
