//! Chooses the screen. Must not know what is on it.

use crate::api;
use crate::pages::login::Login;
use crate::pages::room::RoomPage;
use crate::pages::rooms::Rooms;
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
    spawn_local(async move {
        loop {
            match api::me().await {
                Ok(me) => return console.logged_in(me),
                Err(failure) if is(&failure, ProblemCode::NotLoggedIn) => {
                    return console.show(Screen::Login { session_over: false });
                }
                Err(failure) => problem.set(Some(failure)),
            }
            TimeoutFuture::new(ASK_AGAIN).await;
        }
    });
    let checking = move || {
        let language = console.lang();
        problem.get().map_or_else(
            || texts::app::loading(language).to_owned(),
            |failure| words::failure(language, &failure),
        )
    };
    move || match console.screen.get() {
        Screen::Checking => view! { <main class="centre"><p role="status">{checking}</p></main> }.into_any(),
        Screen::Login { session_over } => view! { <Login session_over/> }.into_any(),
        Screen::Rooms { straight_in } => view! { <Rooms straight_in/> }.into_any(),
        Screen::Room(id) => view! { <RoomPage id/> }.into_any(),
    }
}
