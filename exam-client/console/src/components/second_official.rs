//! The second official's login with a reason. The password leaves the field with the request and is kept nowhere.

use crate::core::action;
use crate::state::Console;
use crate::texts;
use exam_protocol::console::LoginRequest;
use leptos::html::{Input, Textarea};
use leptos::prelude::*;

/// Asks a second official; tells who and why once all is filled in.
#[component]
pub fn SecondOfficial(
    /// Whether a request is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// The first field, for putting the cursor there.
    name_field: NodeRef<Input>,
    /// What is filled in.
    #[prop(into)]
    on_confirm: Callback<(LoginRequest, String)>,
) -> impl IntoView {
    let console = Console::here();
    let missing = RwSignal::new(false);
    let (password, code, reason) = (
        NodeRef::<Input>::new(),
        NodeRef::<Input>::new(),
        NodeRef::<Textarea>::new(),
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let fields = (name_field.get(), password.get(), code.get(), reason.get());
        let (Some(name), Some(password), Some(code), Some(reason)) = fields else {
            return;
        };
        let login = LoginRequest {
            name: name.value().trim().to_owned(),
            password: password.value(),
            code: Some(code.value().trim().to_owned()).filter(|typed| !typed.is_empty()),
        };
        let why = action::reason(&reason.value());
        let filled = !login.name.is_empty() && !login.password.is_empty();
        missing.set(!filled || why.is_none());
        if let (true, Some(why)) = (filled, why) {
            password.set_value("");
            code.set_value("");
            on_confirm.run((login, why));
        }
    };
    view! {
        <form class="second" on:submit=submit autocomplete="off" data-testid="second-official">
            <h3>{move || texts::second::heading(console.lang())}</h3>
            <div class="pair">
                <label>{move || texts::second::name(console.lang())}
                    <input node_ref=name_field data-testid="second-name" autocomplete="off" spellcheck="false" /></label>
                <label>{move || texts::second::password(console.lang())}
                    <input node_ref=password data-testid="second-password" type="password" autocomplete="off" /></label>
            </div>
            <label>{move || texts::second::code(console.lang())}
                <input node_ref=code data-testid="second-code" autocomplete="one-time-code" spellcheck="false" /></label>
            <label>{move || texts::second::reason(console.lang())}
                <textarea node_ref=reason data-testid="second-reason" rows="2" placeholder=move || texts::second::hint(console.lang())></textarea></label>
            <p role="alert">{move || missing.get().then(|| view! { <span class="note tone-bad">{texts::second::missing(console.lang())}</span> })}</p>
            <button type="submit" class="primary" data-testid="second-submit" prop:disabled=busy>{move || texts::second::submit(console.lang())}</button>
        </form>
    }
}
