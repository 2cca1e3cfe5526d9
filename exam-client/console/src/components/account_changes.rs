//! Tells the holder of an account who else changed it, until it is acknowledged. Must not decide anything.

use crate::api::session;
use crate::components::ProblemNote;
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::staff::{ControlSeen, ControlView};
use leptos::prelude::*;

/// The banner; empty when there is nothing to tell.
#[component]
pub fn AccountChanges() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let list = RwSignal::new(Vec::<ControlView>::new());
    task.run(session::account_changes, move |found| list.set(found));
    let seen = move |_| {
        let newest = list.with_untracked(|list| list.iter().map(|one| one.at).max());
        let Some(until) = newest else { return };
        task.run(
            async move || session::account_changes_seen(&ControlSeen { until }).await,
            move |()| list.set(Vec::new()),
        );
    };
    let line = move |one: ControlView| {
        let text = move || {
            let language = console.lang();
            let by = words::account_change::by(language, &one);
            let what = words::account_change::what(language, one.kind);
            texts::account_changes::line(language, &by, clock::date_and_time(one.at), what)
        };
        view! { <li>{text}</li> }
    };
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <section class="banner tone-warn" data-testid="account-changes">
                <h2>{move || texts::account_changes::heading(console.lang())}</h2>
                <ul>{move || list.get().into_iter().map(line).collect_view()}</ul>
                <p>{move || texts::account_changes::hint(console.lang())}</p>
                <ProblemNote problem=task.problem/>
                <div class="buttons"><button type="button" data-testid="account-changes-seen" on:click=seen>{move || texts::account_changes::seen(console.lang())}</button></div>
            </section>
        </Show>
    }
}
