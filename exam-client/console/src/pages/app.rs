//! Chooses the screen. Must not know what is on it.

use crate::api::session;
use crate::components::{IdleWatch, StepUp};
use crate::core::address::Section;
use crate::pages::account::Account;
use crate::pages::audit::Audit;
use crate::pages::duties::Duties;
use crate::pages::login::Login;
use crate::pages::machines::Machines;
use crate::pages::people::People;
use crate::pages::people_import::PeopleImport;
use crate::pages::proposals::Proposals;
use crate::pages::review::AccessReview;
use crate::pages::room::RoomPage;
use crate::pages::rooms::Rooms;
use crate::pages::second_factor::SecondFactorStep;
use crate::pages::signers::Signers;
use crate::state::{Console, Screen, is};
use crate::texts;
use crate::words;
use exam_protocol::problem::ProblemCode;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How long to wait before asking again who is logged in when the server can't be reached, in milliseconds.
const ASK_AGAIN: u32 = 3_000;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let console = Console::new();
    provide_context(console);
    let problem = RwSignal::new(None);
    Effect::new(move || {
        console.lang().apply();
        document().set_title(texts::app::title(console.lang()));
    });
    let address = window_event_listener(leptos::ev::hashchange, move |_| console.address_changed());
    on_cleanup(move || address.remove());
    spawn_local(async move {
        loop {
            match session::me().await {
                Ok(me) => return console.logged_in(me),
                Err(failure) if is(&failure, ProblemCode::NotLoggedIn) => return console.to_login(false),
                Err(failure) if is(&failure, ProblemCode::SessionLocked) => return console.lock.shut(),
                Err(failure) => problem.set(Some(failure)),
            }
            TimeoutFuture::new(ASK_AGAIN).await;
        }
    });
    let checking = Signal::derive(move || {
        let language = console.lang();
        problem.get().map_or_else(
            || texts::app::loading(language).to_owned(),
            |failure| words::failure(language, &failure),
        )
    });
    view! {
        <div class="page" class:veiled=move || console.lock.is_shut() data-testid="page">
            {move || screen(console.screen.get(), checking)}
            <StepUp/>
        </div>
        <IdleWatch/>
    }
}

fn screen(screen: Screen, checking: Signal<String>) -> AnyView {
    match screen {
        Screen::Checking => view! { <main class="centre"><p role="status">{checking}</p></main> }.into_any(),
        Screen::Login { session_over } => view! { <Login session_over/> }.into_any(),
        Screen::SecondFactor(methods) => view! { <SecondFactorStep methods/> }.into_any(),
        Screen::Duties => view! { <Duties/> }.into_any(),
        Screen::Section(section) => content(section),
    }
}

fn content(section: Section) -> AnyView {
    match section {
        Section::Rooms => view! { <Rooms/> }.into_any(),
        Section::Room(id) => view! { <RoomPage id/> }.into_any(),
        Section::People => view! { <People/> }.into_any(),
        Section::PeopleImport => view! { <PeopleImport/> }.into_any(),
        Section::AccessReview => view! { <AccessReview/> }.into_any(),
        Section::Machines => view! { <Machines/> }.into_any(),
        Section::Signers => view! { <Signers/> }.into_any(),
        Section::Proposals => view! { <Proposals/> }.into_any(),
        Section::Audit => view! { <Audit/> }.into_any(),
        Section::Account => view! { <Account/> }.into_any(),
    }
}
