//! Fields of forms: a label, what is typed, a hint. Must not check what is typed.

use crate::state::Console;
use exam_browser::language::Language;
use leptos::html::Input;
use leptos::prelude::*;

/// A text of the catalogues.
pub type Text = fn(Language) -> &'static str;

/// A line of text.
#[component]
pub fn Field(
    /// Id of the element, and its name in tests.
    id: &'static str,
    /// Label.
    label: Text,
    /// What is typed.
    value: RwSignal<String>,
    /// Type of the input element.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Said below the field.
    #[prop(optional)]
    hint: Option<Text>,
    /// Whether the cursor goes here when the field is shown.
    #[prop(optional)]
    first: bool,
    /// Whether nothing may be left out.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let console = Console::here();
    let element = NodeRef::<Input>::new();
    if first {
        focus_when_shown(element);
    }
    let hint_id = format!("{id}-hint");
    let described = hint.map(|_| hint_id.clone());
    let mode = if autocomplete == "one-time-code" {
        "numeric"
    } else {
        "text"
    };
    view! {
        <div class="field">
            <label for=id>{move || label(console.lang())}</label>
            <input id=id node_ref=element type=kind autocomplete=autocomplete inputmode=mode spellcheck="false"
                required=!optional aria-describedby=described data-testid=id prop:value=value
                on:input=move |event| value.set(event_target_value(&event)) />
            {hint.map(|hint| view! { <p class="small" id=hint_id.clone()>{move || hint(console.lang())}</p> })}
        </div>
    }
}

/// Puts the cursor into a field as soon as it is on the page.
pub fn focus_when_shown(element: NodeRef<Input>) {
    Effect::new(move || {
        if let Some(field) = element.get() {
            request_animation_frame(move || {
                // A field that can't take the cursor is reached by Tab.
                let _ = field.focus();
            });
        }
    });
}

/// Several lines: why something is done.
#[component]
pub fn Reason(
    /// Id of the element, and its name in tests.
    id: &'static str,
    /// Label.
    label: Text,
    /// What is typed.
    value: RwSignal<String>,
    /// An example.
    hint: Text,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <div class="field">
            <label for=id>{move || label(console.lang())}</label>
            <textarea id=id rows="2" data-testid=id placeholder=move || hint(console.lang()) prop:value=value
                on:input=move |event| value.set(event_target_value(&event))></textarea>
        </div>
    }
}

/// The button that sends a form; says when something is on its way.
#[component]
pub fn Submit(
    /// Name in tests.
    name: &'static str,
    /// Label.
    label: Text,
    /// Whether a request is on its way.
    busy: RwSignal<bool>,
    /// Whether it takes something away for good.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    let console = Console::here();
    let text = move || {
        if busy.get() {
            crate::texts::app::busy(console.lang())
        } else {
            label(console.lang())
        }
    };
    view! {
        <button type="submit" class=if danger { "danger" } else { "primary" } data-testid=name prop:disabled=busy>{text}</button>
    }
}

/// A choice from a list; values are what the options carry.
#[component]
pub fn Choice(
    /// Id of the element, and its name in tests.
    id: &'static str,
    /// Label.
    label: Text,
    /// The value of the option that is chosen.
    value: RwSignal<String>,
    /// Whether something must be chosen: an option without a value does not do.
    #[prop(optional)]
    required: bool,
    /// Values with their labels; tracks.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let console = Console::here();
    let list = move || {
        let chosen = value.get();
        options
            .get()
            .into_iter()
            .map(|(option, label)| {
                let selected = option == chosen;
                view! { <option value=option prop:selected=selected>{label}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for=id>{move || label(console.lang())}</label>
            <select id=id data-testid=id required=required on:change=move |event| value.set(event_target_value(&event))>{list}</select>
        </div>
    }
}
