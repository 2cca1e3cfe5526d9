//! Options: one of several as radio buttons, any of several as check boxes.

use super::letter;
use crate::components::rich::Rich;
use crate::components::say::{say, whether};
use crate::components::shortcuts::toggled;
use crate::desk::Desk;
use crate::texts::{exam, multiple, single};
use exam_protocol::answer::Response;
use leptos::prelude::*;

/// One option of several.
#[component]
pub fn Single(
    /// The question's number.
    number: u16,
    /// Sanitised HTML of each option.
    options: Vec<String>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let response = Memo::new(move |_| desk.mark(number).response);
    let answer = move |response| desk.act(|session, now| session.answer(number, response, now));
    let rows = (0u8..).zip(options).map(|(index, html)| {
        let chosen = whether(move || response.get() == Response::Choice(index));
        let choose = Callback::new(move |()| answer(Response::Choice(index)));
        view! { <Choice number=number index=index html=html several=false chosen=chosen choose=choose/> }
    });
    view! {
        <fieldset class="options">
            <legend class="hint">{say(single::hint)}</legend>
            {rows.collect_view()}
        </fieldset>
        <button type="button" class="link clear" data-testid="clear" disabled=whether(move || response.get() == Response::Blank)
            on:click=move |_| answer(Response::Blank)>
            {say(exam::clear)}
        </button>
    }
}

/// Any of several options.
#[component]
pub fn Multiple(
    /// The question's number.
    number: u16,
    /// Sanitised HTML of each option.
    options: Vec<String>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let response = Memo::new(move |_| desk.mark(number).response);
    let rows = (0u8..).zip(options).map(|(index, html)| {
        let chosen =
            whether(move || matches!(response.get(), Response::Choices(all) if all.contains(&index)));
        let choose = Callback::new(move |()| {
            let turned = toggled(response.get_untracked(), index);
            desk.act(|session, now| session.answer(number, turned, now));
        });
        view! { <Choice number=number index=index html=html several=true chosen=chosen choose=choose/> }
    });
    view! {
        <fieldset class="options">
            <legend class="hint">{say(multiple::hint)}</legend>
            {rows.collect_view()}
        </fieldset>
    }
}

/// One option with its letter; the whole row can be pressed.
#[component]
fn Choice(
    number: u16,
    index: u8,
    html: String,
    several: bool,
    chosen: Signal<bool>,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="option" class:chosen=chosen data-testid="option" data-option=index.to_string()>
            <input
                type=if several { "checkbox" } else { "radio" }
                name=format!("question-{number}")
                prop:checked=chosen
                on:change=move |_| choose.run(())
            />
            <span class="letter">{letter(usize::from(index)).to_string()}</span>
            <Rich html=html/>
        </label>
    }
}
