//! Before handing in: what is open, question by question, and two clear buttons.

use crate::core::session::{Link, Session};
use crate::desk::Desk;
use crate::texts::{exam, review};
use exam_browser::language::Language;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Review() -> impl IntoView {
    let desk = Desk::of_page();
    let summary = Memo::new(move |_| desk.read(Session::summary).unwrap_or_default());
    let open = move || summary.with(|s| !(s.blank.is_empty() && s.partly.is_empty() && s.flagged.is_empty()));
    let lead = move || if open() { review::lead_open } else { review::lead_done }(desk.language.get());
    let heading = NodeRef::<leptos::html::H1>::new();
    heading.on_load(|element| drop(element.focus()));
    let count =
        move || summary.with(|s| exam::answered_count(desk.language.get(), s.answered(), s.questions));
    view! {
        <section class="card review" data-testid="page-review">
            <h1 node_ref=heading tabindex="-1">{move || review::title(desk.language.get())}</h1>
            <p class="lead">{lead}</p>
            <p class="review-count" data-testid="review-count">{count}</p>
            <Numbers name="blank" title=|language, count| review::blank(language, count)
                numbers=Signal::derive(move || summary.get().blank)/>
            <Numbers name="partly" title=|language, count| review::partly(language, count)
                numbers=Signal::derive(move || summary.get().partly)/>
            <Numbers name="flagged" title=|language, count| review::flagged(language, count)
                numbers=Signal::derive(move || summary.get().flagged)/>
            <Show when=move || desk.link.get() != Link::Online>
                <p class="notice calm">{move || review::offline(desk.language.get())}</p>
            </Show>
            <div class="buttons">
                <button type="button" class="button large" id="back" on:click=move |_| desk.reviewing.set(false)>
                    {move || review::back(desk.language.get())}
                </button>
                <button type="button" class="button primary large" id="confirm-hand-in"
                    on:click=move |_| desk.act(Session::hand_in)>
                    {move || review::confirm(desk.language.get())}
                </button>
            </div>
        </section>
    }
}

/// Questions of one sort; each goes there.
#[component]
fn Numbers(
    name: &'static str,
    title: fn(Language, usize) -> String,
    #[prop(into)] numbers: Signal<Vec<u16>>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let go = move |number: u16| {
        let index = usize::from(number).saturating_sub(1);
        desk.go(desk.place.get_untracked().go(index));
    };
    let button = move |number: u16| {
        view! {
            <button type="button" class="cell" class:partly=name == "partly" class:flagged=name == "flagged"
                aria-label=move || review::go(desk.language.get(), number) on:click=move |_| go(number)>
                {number.to_string()}
            </button>
        }
    };
    view! {
        <Show when=move || !numbers.get().is_empty()>
            <div data-testid=format!("review-{name}")>
                <h2>{move || title(desk.language.get(), numbers.get().len())}</h2>
                <div class="cells">{move || numbers.get().into_iter().map(button).collect_view()}</div>
            </div>
        </Show>
    }
}
