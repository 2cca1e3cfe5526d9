//! Login of a proctor. Must not keep the password longer than the request.

use crate::api;
use crate::components::{LanguageSwitch, ProblemNote};
use crate::state::Console;
use crate::texts;
use exam_browser::fetch::Failure;
use exam_protocol::console::LoginRequest;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks for name and password.
#[component]
pub fn Login(
    /// Whether the person was logged in before.
    session_over: bool,
) -> impl IntoView {
    let console = Console::here();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None);
    let (name, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(name), Some(password)) = (name.get(), password.get()) else {
            return;
        };
        let request = LoginRequest {
            name: name.value().trim().to_owned(),
            password: password.value(),
            code: None,
        };
        password.set_value("");
        spawn_local(log_in(console, request, busy, problem));
    };
    let label = move || {
        let text = if busy.get() {
            texts::login::submitting
        } else {
            texts::login::submit
        };
        text(console.lang())
    };
    view! {
        <main class="centre">
            <form class="card login" on:submit=submit data-testid="login">
                <p class="brand">"Trường Thi"</p>
                <h1>{move || texts::login::heading(console.lang())}</h1>
                <Show when=move || session_over><p class="note tone-warn" role="status">{move || texts::login::session_over(console.lang())}</p></Show>
                <label for="login-name">{move || texts::login::name(console.lang())}</label>
                <input id="login-name" node_ref=name autocomplete="username" autofocus required />
                <label for="login-password">{move || texts::login::password(console.lang())}</label>
                <input id="login-password" node_ref=password type="password" autocomplete="current-password" required />
                <ProblemNote problem/>
                <button class="primary" type="submit" prop:disabled=busy data-testid="login-submit">{label}</button>
                <LanguageSwitch/>
            </form>
        </main>
    }
}

async fn log_in(
    console: Console,
    request: LoginRequest,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Failure>>,
) {
    busy.set(true);
    problem.set(None);
    match api::log_in(&request).await {
        Ok(me) => console.logged_in(me),
        Err(failure) => {
            problem.set(Some(failure));
            busy.set(false);
        }
    }
}
