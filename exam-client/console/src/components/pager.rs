//! Leafs through a long list. Must not load it.

use crate::core::paging;
use crate::state::Console;
use crate::texts;
use exam_protocol::people::PAGE;
use leptos::prelude::*;

/// Which entries are shown of how many, and the pages before and after.
#[component]
pub fn Pager(
    /// Page, from 0.
    page: RwSignal<u32>,
    /// Entries on all pages.
    #[prop(into)]
    total: Signal<u32>,
) -> impl IntoView {
    let console = Console::here();
    let span = move || {
        paging::span(page.get(), PAGE, total.get())
            .map(|(first, last)| texts::app::span(console.lang(), first, last, total.get()))
    };
    view! {
        <div class="pager">
            <span class="small digits" role="status" data-testid="span">{span}</span>
            <button type="button" prop:disabled=move || page.get() == 0 on:click=move |_| page.update(|page| *page -= 1)>
                {move || texts::app::page_before(console.lang())}
            </button>
            <button type="button" prop:disabled=move || !paging::has_next(page.get(), PAGE, total.get())
                on:click=move |_| page.update(|page| *page += 1)>{move || texts::app::page_after(console.lang())}</button>
        </div>
    }
}
