//! Statements that are each true or false, as a table of radio buttons (part II of 2025 papers).

use super::letter;
use crate::components::rich::Rich;
use crate::desk::Desk;
use crate::texts::{exam, group};
use exam_protocol::answer::Response;
use leptos::prelude::*;

/// The marks on `count` statements as a response holds them.
fn marks_of(response: Response, count: usize) -> Vec<Option<bool>> {
    let mut marks = if let Response::TrueFalse(marks) = response {
        marks
    } else {
        Vec::new()
    };
    marks.resize(count, None);
    marks
}

/// A group of statements.
#[component]
pub fn Group(
    /// The question's number.
    number: u16,
    /// Sanitised HTML of each statement.
    statements: Vec<String>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let count = statements.len();
    let marks = Memo::new(move |_| marks_of(desk.mark(number).response, count));
    let answer =
        move |marks| desk.act(|session, now| session.answer(number, Response::TrueFalse(marks), now));
    let choose = Callback::new(move |(index, mark): (usize, bool)| {
        let mut all = marks.get_untracked();
        all[index] = Some(mark);
        answer(all);
    });
    let rows = statements.into_iter().enumerate().map(|(index, html)| {
        view! { <Statement number=number index=index html=html marks=marks choose=choose/> }
    });
    view! {
        <p class="hint">{move || group::hint(desk.language.get())}</p>
        <table class="group">
            <thead><tr>
                <th scope="col" class="group-text">{move || group::statement(desk.language.get())}</th>
                <th scope="col">{move || group::is_true(desk.language.get())}</th>
                <th scope="col">{move || group::is_false(desk.language.get())}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        <Foot marks=marks clear=Callback::new(move |()| answer(vec![None; count]))/>
    }
}

/// One statement with its two radio buttons.
#[component]
fn Statement(
    number: u16,
    index: usize,
    html: String,
    marks: Memo<Vec<Option<bool>>>,
    choose: Callback<(usize, bool)>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let letter = letter(index).to_ascii_lowercase();
    let word = move |mark| {
        if mark {
            group::is_true(desk.language.get())
        } else {
            group::is_false(desk.language.get())
        }
    };
    let cell = move |mark: bool| {
        let chosen = move || marks.get()[index] == Some(mark);
        view! {
            <td class="group-mark" class:chosen=chosen>
                <label data-testid="mark" data-statement=index.to_string() data-mark=mark.to_string()>
                    <input type="radio" name=format!("question-{number}-{index}") prop:checked=chosen
                        aria-label=move || group::of(desk.language.get(), letter, word(mark))
                        on:change=move |_| choose.run((index, mark))/>
                    <span aria-hidden="true">{move || word(mark)}</span>
                </label>
            </td>
        }
    };
    view! {
        <tr>
            <th scope="row" class="group-text"><span class="letter">{format!("{letter})")}</span><Rich html=html/></th>
            {cell(true)}
            {cell(false)}
        </tr>
    }
}

/// Whether something is left to do, and the way to take all marks back.
#[component]
fn Foot(marks: Memo<Vec<Option<bool>>>, clear: Callback<()>) -> impl IntoView {
    let desk = Desk::of_page();
    let begun = move || marks.get().iter().any(Option::is_some);
    let open = move || begun() && marks.get().iter().any(Option::is_none);
    view! {
        <div class="foot">
            <button type="button" class="link clear" data-testid="clear" disabled=move || !begun()
                on:click=move |_| clear.run(())>
                {move || exam::clear(desk.language.get())}
            </button>
            <Show when=open>
                <span class="incomplete" data-testid="incomplete">{move || group::incomplete(desk.language.get())}</span>
            </Show>
        </div>
    }
}
