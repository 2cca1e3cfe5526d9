//! The line and what is saved, as one small sign that never lies: "saved" only after the server's acknowledgement.

use crate::core::clock::time_of_day;
use crate::core::session::{Link, Saving};
use crate::desk::Desk;
use crate::texts::line;
use exam_browser::language::Language;
use leptos::prelude::*;

/// Connection and saved state.
#[component]
pub fn Status() -> impl IntoView {
    let desk = Desk::of_page();
    let link = move || desk.link.get();
    view! {
        <div class="status">
            <span class="sign" class:good=move || link() == Link::Online class:warn=move || link() == Link::Offline
                data-testid="connection" data-state=move || link_name(link())>
                <i class="lamp" aria-hidden="true"></i>
                {move || link_text(link(), desk.language.get())}
            </span>
            <span class="sign" class:good=move || is_saved(desk.saving.get())
                class:warn=move || desk.saving.get().unsaved != 0
                data-testid="saved" data-unsaved=move || desk.saving.get().unsaved.to_string()>
                <i class="tick" aria-hidden="true"></i>
                {move || saved_text(desk.saving.get(), desk.language.get())}
            </span>
        </div>
    }
}

fn is_saved(saving: Saving) -> bool {
    saving.unsaved == 0 && saving.at.is_some()
}

fn link_name(link: Link) -> &'static str {
    match link {
        Link::Connecting => "connecting",
        Link::Online => "online",
        Link::Offline => "offline",
    }
}

fn link_text(link: Link, language: Language) -> &'static str {
    match link {
        Link::Connecting => line::connecting(language),
        Link::Online => line::online(language),
        Link::Offline => line::offline(language),
    }
}

fn saved_text(saving: Saving, language: Language) -> String {
    match saving {
        Saving {
            unsaved: 0,
            at: Some(at),
        } => line::saved_at(language, time_of_day(at)),
        Saving { unsaved: 0, at: None } => line::nothing_yet(language).to_owned(),
        Saving { unsaved, .. } => line::unsaved(language, unsaved),
    }
}
