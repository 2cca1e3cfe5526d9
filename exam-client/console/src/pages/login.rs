//! The first step of a login: name and password, or a single sign-on provider. Must not keep the password longer than
//! the request.

use crate::api::session;
use crate::components::{Doorstep, Field, ProblemNote, Submit};
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_browser::language::Language;
use exam_protocol::console::LoginRequest;
use exam_protocol::people::SignOnProvider;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks for name and password.
#[component]
pub fn Login(
    /// Whether the person was logged in before.
    session_over: bool,
) -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = LoginRequest {
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            code: None,
        };
        password.set(String::new());
        task.run(
            async move || session::log_in(&request).await,
            move |step| console.stepped(step),
        );
    };
    view! {
        <Doorstep heading=texts::login::heading name="login">
            <Show when=move || session_over>
                <p class="note tone-warn" role="status">{move || texts::login::session_over(console.lang())}</p>
            </Show>
            <form on:submit=submit>
                <Field id="login-name" label=texts::login::name value=name autocomplete="username" first=true/>
                <Field id="login-password" label=texts::login::password value=password kind="password" autocomplete="current-password"/>
                <ProblemNote problem=task.problem/>
                <Submit name="login-submit" label=texts::login::submit busy=task.busy/>
            </form>
            <SignOn/>
        </Doorstep>
    }
}

/// Links to the providers, where there are any.
#[component]
fn SignOn() -> impl IntoView {
    let console = Console::here();
    let providers = RwSignal::new(Vec::<SignOnProvider>::new());
    spawn_local(async move {
        // Without the list people log in with name and password.
        if let Ok(list) = session::sign_on_providers().await {
            drop(providers.try_set(list));
        }
    });
    let links = move || {
        let link = |provider: SignOnProvider| {
            let name = provider.name.clone();
            view! {
                <a class="button" href=session::sign_on_path(&provider.id) rel="external">
                    {move || texts::login::with_provider(console.lang(), &name)}
                </a>
            }
        };
        providers.get().into_iter().map(link).collect_view()
    };
    let refused = sign_on_refused().map(|why| {
        view! { <p class="note tone-bad" role="alert">{move || why(console.lang())}</p> }
    });
    view! {
        {refused}
        <Show when=move || providers.with(|list| !list.is_empty())><div class="providers">{links}</div></Show>
    }
}

/// Why the browser comes back from a provider without a login ([`exam_protocol::route::SINGLE_SIGN_ON_CALLBACK`]).
fn sign_on_refused() -> Option<fn(Language) -> &'static str> {
    let query = window().location().search().ok()?;
    let why = query
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("sign-on="))?;
    Some(match why {
        "sign-on-unavailable" => texts::login::provider_away,
        "not-allowed" => texts::login::provider_unknown,
        _ => texts::login::provider_refused,
    })
}
