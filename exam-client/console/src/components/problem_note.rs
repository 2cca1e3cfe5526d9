//! What went wrong, read out at once.

use crate::components::field::Text;
use crate::state::{Console, is};
use crate::words;
use exam_browser::fetch::Failure;
use exam_protocol::problem::ProblemCode;
use leptos::prelude::*;

/// Shows a failure; nothing while there is none.
#[component]
pub fn ProblemNote(
    /// The failure.
    #[prop(into)]
    problem: Signal<Option<Failure>>,
    /// Said where the server says that name, password or code is wrong, and the page knows which of them.
    #[prop(optional)]
    wrong: Option<Text>,
) -> impl IntoView {
    let console = Console::here();
    let said = move |failure: Failure| match wrong {
        Some(wrong) if is(&failure, ProblemCode::WrongCredentials) => wrong(console.lang()).to_owned(),
        _ => words::failure(console.lang(), &failure),
    };
    let text = move || problem.get().map(said);
    view! {
        <div role="alert" data-testid="problem">
            {move || text().map(|text| view! { <p class="note tone-bad">{text}</p> })}
        </div>
    }
}
