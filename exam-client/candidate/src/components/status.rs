//! The line and what is saved, as one small sign that never lies: "saved" only after the server's acknowledgement.

use crate::components::say::{tell, value, when, whether};
use crate::core::clock::time_of_day;
use crate::core::session::{Link, Saving, Stage};
use crate::desk::Desk;
use crate::texts::line;
use exam_browser::language::Language;
use leptos::prelude::*;

/// Connection and saved state.
#[component]
pub fn Status() -> impl IntoView {
    let desk = Desk::of_page();
    // Nothing can be saved before there is a paper.
    let answering = move || desk.stage.get() != Stage::Waiting;
    view! {
        <div class="status">
            <Connection/>
            {when(answering, || view! { <Saved/> }.into_any())}
        </div>
    }
}

/// Whether the server answers.
#[component]
fn Connection() -> impl IntoView {
    let link = Desk::of_page().link;
    view! {
        <span class="sign" class:good=whether(move || link.get() == Link::Online)
            class:warn=whether(move || link.get() == Link::Offline)
            data-testid="connection" data-state=value(move || link_name(link.get()).to_owned())>
            <i class="lamp" aria-hidden="true"></i>
            {tell(move |language| link_text(link.get(), language).to_owned())}
        </span>
    }
}

/// Whether everything is on the server's disk.
#[component]
fn Saved() -> impl IntoView {
    let saving = Desk::of_page().saving;
    view! {
        <span class="sign" class:good=whether(move || is_saved(saving.get()))
            class:warn=whether(move || saving.get().unsaved != 0)
            data-testid="saved" data-unsaved=value(move || saving.get().unsaved.to_string())>
            <i class="tick" aria-hidden="true"></i>
            {tell(move |language| saved_text(saving.get(), language))}
        </span>
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
