//! Statements that are each true or false, as a table of radio buttons (part II of 2025 papers).

use super::letter;
use crate::components::rich::Rich;
use crate::components::say::{say, value, when, whether};
use crate::desk::Desk;
use crate::texts::{exam, group};
use exam_browser::language::Language;
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
        <p class="hint">{say(group::hint)}</p>
        <table class="group">
            <thead><tr>
                <th scope="col" class="group-text">{say(group::statement)}</th>
                <th scope="col">{say(group::is_true)}</th>
                <th scope="col">{say(group::is_false)}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        <Foot marks=marks clear=Callback::new(move |()| answer(vec![None; count]))/>
    }
}

fn word(mark: bool) -> fn(Language) -> &'static str {
    if mark { group::is_true } else { group::is_false }
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
    let cell = move |mark: bool| {
        let chosen = whether(move || marks.get()[index] == Some(mark));
        view! {
            <td class="group-mark" class:chosen=chosen>
                <label data-testid="mark" data-statement=index.to_string() data-mark=mark.to_string()>
                    <input type="radio" name=format!("question-{number}-{index}") prop:checked=chosen
                        aria-label=value(move || group::of(desk.language.get(), letter, word(mark)(desk.language.get())))
                        on:change=move |_| choose.run((index, mark))/>
                    <span aria-hidden="true">{say(word(mark))}</span>
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
    let begun = move || marks.get().iter().any(Option::is_some);
    let open = move || begun() && marks.get().iter().any(Option::is_none);
    view! {
        <div class="foot">
            <button type="button" class="link clear" data-testid="clear" disabled=whether(move || !begun())
                on:click=move |_| clear.run(())>
                {say(exam::clear)}
            </button>
            {when(open, || view! {
                <span class="incomplete" data-testid="incomplete">{say(group::incomplete)}</span>
            }.into_any())}
        </div>
    }
}
