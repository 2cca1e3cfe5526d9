//! The second step of a login. Must not know how a factor is checked.

use crate::api::session;
use crate::components::{Doorstep, FactorForm};
use crate::state::Console;
use crate::texts;
use exam_protocol::staff::{FactorKind, LoginStep};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks for one of the factors that this person has.
#[component]
pub fn SecondFactorStep(
    /// What this person can show.
    methods: Vec<FactorKind>,
) -> impl IntoView {
    let console = Console::here();
    let back = move |_| {
        spawn_local(async move {
            // Where the server can't be told, the half session ends there by time.
            let _ = session::log_out().await;
            console.to_login(false);
        });
    };
    view! {
        <Doorstep heading=texts::factor::heading name="second-factor">
            <FactorForm methods on_done=Callback::new(move |step: LoginStep| console.stepped(step))/>
            <button type="button" class="link" on:click=back data-testid="login-back">{move || texts::factor::back(console.lang())}</button>
        </Doorstep>
    }
}
