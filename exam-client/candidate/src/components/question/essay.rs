//! Free text with a counter. What is typed becomes a line when typing rests, and when the field is left.

use super::short::text_of;
use crate::components::say::{say, tell, when, whether};
use crate::desk::Desk;
use crate::texts::essay;
use leptos::prelude::*;

/// An essay.
#[component]
pub fn Essay(
    /// The question's number.
    number: u16,
    /// Most characters.
    most: u32,
) -> impl IntoView {
    let desk = Desk::of_page();
    let text = Memo::new(move |_| text_of(desk.mark(number).response));
    let used = move || u32::try_from(text.with(|text| text.chars().count())).unwrap_or(u32::MAX);
    let full = move || used() >= most;
    let on_input = move |event| {
        let typed = event_target_value(&event);
        let kept: String = typed.chars().take(most as usize).collect();
        if kept.len() < typed.len() {
            event_target::<web_sys::HtmlTextAreaElement>(&event).set_value(&kept);
        }
        desk.act(|session, now| {
            session.draft(number, &kept, now);
            Vec::new()
        });
    };
    on_cleanup(move || desk.act(|session, now| session.leave(number, now)));
    let id = format!("answer-{number}");
    view! {
        <div class="essay">
            <label class="field-label" for=id.clone()>{say(essay::label)}</label>
            <textarea id=id class="field" rows="10" spellcheck="false" autocomplete="off" data-testid="essay"
                aria-describedby=format!("count-{number}") prop:value=text on:input=on_input
                on:blur=move |_| desk.act(|session, now| session.leave(number, now))></textarea>
            <p class="hint count" id=format!("count-{number}") class:incomplete=whether(full)>
                {tell(move |language| essay::count(language, most, used()))}
                {when(full, || view! { " " {say(essay::full)} }.into_any())}
            </p>
        </div>
    }
}
