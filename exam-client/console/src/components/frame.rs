//! What stands around every section but a room: skip link, menu, heading. Must not know what a section shows.

use crate::components::{AccountChanges, LanguageSwitch, PersonMenu};
use crate::core::address::Section;
use crate::core::menu;
use crate::state::{Console, Screen};
use crate::texts;
use crate::words;
use leptos::html::{H1, Main};
use leptos::prelude::*;

/// A section with its heading; the heading takes the cursor, so that screen readers say where one is.
#[component]
pub fn Frame(
    /// Heading, and the window's title.
    heading: crate::components::Text,
    /// Name in tests.
    name: &'static str,
    /// Content.
    children: Children,
) -> impl IntoView {
    let console = Console::here();
    let (main, title) = (NodeRef::<Main>::new(), NodeRef::<H1>::new());
    Effect::new(move || {
        document().set_title(&texts::app::title_of(console.lang(), heading(console.lang())));
    });
    Effect::new(move || {
        if let Some(title) = title.get() {
            request_animation_frame(move || {
                // Where it can't take the cursor, Tab begins at the top of the page.
                let _ = title.focus();
            });
        }
    });
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get() {
            let _ = main.focus();
        }
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{move || texts::app::skip_to_content(console.lang())}</a>
        <header class="bar">
            <p class="brand">"Trường Thi"</p>
            <Menu/>
            <span class="grow"></span>
            <PersonMenu in_room=false/>
        </header>
        <main id="main" class="section" tabindex="-1" node_ref=main data-testid=name>
            <h1 tabindex="-1" node_ref=title>{move || heading(console.lang())}</h1>
            <AccountChanges/>
            {children()}
        </main>
    }
}

/// The sections that this person's roles make useful.
#[component]
fn Menu() -> impl IntoView {
    let console = Console::here();
    let here = move || match console.screen.get() {
        Screen::Section(section) => Some(menu::entry_of(section)),
        _ => None,
    };
    let entries = move || {
        menu::sections(&console.may())
            .into_iter()
            .map(|section| view! { <MenuEntry section here=Signal::derive(here)/> })
            .collect_view()
    };
    view! { <nav class="menu" aria-label=move || texts::menu::label(console.lang())>{entries}</nav> }
}

/// One section of the menu.
#[component]
fn MenuEntry(
    /// Which.
    section: Section,
    /// The section that is shown.
    here: Signal<Option<Section>>,
) -> impl IntoView {
    let console = Console::here();
    let current = move || (here.get() == Some(section)).then_some("page");
    let follow = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        match section {
            Section::Rooms => console.to_rooms(),
            other => console.go(other),
        }
    };
    view! {
        <a href=format!("#{}", section.address()) aria-current=current on:click=follow
            data-testid=format!("menu-{}", words::section_slug(section))>{move || words::section(console.lang(), section)}</a>
    }
}

/// The middle of the screen, for what comes before the console: login, duties.
#[component]
pub fn Doorstep(
    /// Heading, and the window's title.
    heading: crate::components::Text,
    /// Name in tests.
    name: &'static str,
    /// Whether it is as wide as a page of instructions.
    #[prop(optional)]
    wide: bool,
    /// Content.
    children: Children,
) -> impl IntoView {
    let console = Console::here();
    Effect::new(move || {
        document().set_title(&texts::app::title_of(console.lang(), heading(console.lang())));
    });
    view! {
        <main class="centre">
            <div class="card doorstep" class:wide=wide data-testid=name>
                <div class="doorstep-head"><p class="brand">"Trường Thi"</p><LanguageSwitch/></div>
                <h1>{move || heading(console.lang())}</h1>
                {children()}
            </div>
        </main>
    }
}
