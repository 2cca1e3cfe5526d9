//! A short typed answer: text, a number, or the answer grid with its keypad.

use super::keypad::Keypad;
use crate::components::say::{say, tell, when};
use crate::core::entry::{clean, is_well_formed};
use crate::desk::Desk;
use crate::texts::short;
use exam_browser::language::Language;
use exam_protocol::answer::Response;
use exam_protocol::paper::Entry;
use leptos::prelude::*;

/// The text of a response.
pub fn text_of(response: Response) -> String {
    if let Response::Text(text) = response {
        text
    } else {
        String::new()
    }
}

/// A short answer.
#[component]
pub fn Short(
    /// The question's number.
    number: u16,
    /// What can be typed.
    entry: Entry,
) -> impl IntoView {
    let desk = Desk::of_page();
    let entry = StoredValue::new(entry);
    let text = Memo::new(move |_| text_of(desk.mark(number).response));
    let type_in = Callback::new(move |typed: String| {
        let kept = entry.with_value(|entry| clean(entry, &typed));
        desk.act(|session, now| {
            session.draft(number, &kept, now);
            Vec::new()
        });
    });
    let leave = move |()| desk.act(|session, now| session.leave(number, now));
    on_cleanup(move || desk.act(|session, now| session.leave(number, now)));
    let open =
        move || !text.get().is_empty() && !entry.with_value(|entry| is_well_formed(entry, &text.get()));
    let numeric = entry.with_value(|entry| !matches!(entry, Entry::Text { .. }));
    view! {
        <div class="short">
            <Field number=number entry=entry text=text type_in=type_in leave=Callback::new(leave)/>
            {when(open, || view! { <p class="incomplete" data-testid="incomplete">{say(short::incomplete)}</p> }.into_any())}
            {numeric.then(|| view! { <Keypad text=text type_in=type_in/> })}
        </div>
    }
}

/// The field with its label and its rule.
#[component]
fn Field(
    number: u16,
    entry: StoredValue<Entry>,
    text: Memo<String>,
    type_in: Callback<String>,
    leave: Callback<()>,
) -> impl IntoView {
    let id = format!("answer-{number}");
    let rule = format!("rule-{number}");
    let grid = entry.with_value(|entry| matches!(entry, Entry::Grid { .. }));
    let numeric = entry.with_value(|entry| !matches!(entry, Entry::Text { .. }));
    let input = NodeRef::<leptos::html::Input>::new();
    let on_input = move |event| {
        type_in.run(event_target_value(&event));
        // Characters that have no place vanish at once, even when the kept text is the same as before.
        if let Some(element) = input.get_untracked() {
            element.set_value(&entry.with_value(|entry| clean(entry, &element.value())));
        }
    };
    view! {
        <label class="field-label" for=id.clone()>{say(short::label)}</label>
        <input id=id type="text" class="field" class:grid=grid class:numeric=numeric data-testid="short-answer"
            node_ref=input autocomplete="off" spellcheck="false" inputmode=if numeric { "decimal" } else { "text" }
            aria-describedby=rule.clone() prop:value=text on:input=on_input
            on:blur=move |_| leave.run(())/>
        <p class="hint" id=rule>{tell(move |language| entry.with_value(|entry| rule_text(entry, language)))}</p>
    }
}

fn rule_text(entry: &Entry, language: Language) -> String {
    match entry {
        Entry::Grid { columns } => short::grid_hint(language, columns),
        Entry::Number => short::number_hint(language).to_owned(),
        Entry::Text { max_characters } => short::text_hint(language, max_characters),
    }
}
