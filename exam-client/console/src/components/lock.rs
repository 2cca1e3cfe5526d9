//! The lock over the page after a rest: nothing behind it can be read, and what was typed is still there afterwards.
//!
//! The server locks by its own count; this is what a person sees. Must not take anything off the page below.

use crate::api::session;
use crate::components::field::{Field, Submit};
use crate::components::problem_note::ProblemNote;
use crate::core::clock;
use crate::core::idle::{Idle, Rest};
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_browser::monotonic;
use exam_protocol::staff::Unlock;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the page looks whether it has rested too long.
const LOOK: Duration = Duration::from_secs(1);

/// Counts the rest of who is logged in, warns, and shows the lock.
#[component]
pub fn IdleWatch() -> impl IntoView {
    let console = Console::here();
    let rest = RwSignal::new(Rest::Working);
    let idle = StoredValue::new(None::<Idle>);
    Effect::new(move || {
        let after = console.me.with(|me| me.as_ref().map(|me| me.idle.after));
        let locked = console.lock.is_shut();
        // Logged in or unlocked: counts from now.
        idle.set_value(
            after
                .filter(|_| !locked)
                .map(|after| Idle::new(after, monotonic::now())),
        );
        rest.set(Rest::Working);
    });
    let used = move || {
        idle.update_value(|idle| {
            if let Some(idle) = idle {
                idle.used(monotonic::now());
            }
        });
    };
    let keys = window_event_listener(leptos::ev::keydown, move |_| used());
    let presses = window_event_listener(leptos::ev::pointerdown, move |_| used());
    let wheel = window_event_listener(leptos::ev::wheel, move |_| used());
    let looking = set_interval_with_handle(move || look(console, idle, rest), LOOK).ok();
    on_cleanup(move || {
        keys.remove();
        presses.remove();
        wheel.remove();
        if let Some(looking) = looking {
            looking.clear();
        }
    });
    let warning = move || match rest.get() {
        Rest::Warned(left) => Some(texts::lock::soon(console.lang(), clock::countdown(left))),
        Rest::Working | Rest::Locked => None,
    };
    view! {
        <div class="idle-warning" role="status" data-testid="idle-warning">
            {move || warning().map(|text| view! { <p class="note tone-warn">{text}</p> })}
        </div>
        <Show when=move || console.lock.is_shut()><Lock/></Show>
    }
}

fn look(console: Console, idle: StoredValue<Option<Idle>>, rest: RwSignal<Rest>) {
    let now = monotonic::now();
    let seen = idle.try_update_value(|idle| idle.as_mut().map(|idle| (idle.rest(now), idle.tell(now))));
    let Some(Some((state, tell))) = seen else {
        return;
    };
    if rest.get_untracked() != state {
        rest.set(state);
    }
    if state == Rest::Locked {
        console.lock.shut();
    } else if tell {
        spawn_local(async move {
            if let Err(failure) = session::active().await {
                console.notice(&failure);
            }
        });
    }
}

/// Asks for the password.
#[component]
fn Lock() -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let password = RwSignal::new(String::new());
    let element = NodeRef::<Dialog>::new();
    let show = move || {
        if let Some(dialog) = element.get() {
            // Modal, so that it lies over every other dialog and nothing below takes a key; Escape is no way out.
            let _ = dialog.set_attribute("closedby", "none");
            let _ = dialog.show_modal();
        }
    };
    Effect::new(show);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = Unlock {
            password: password.get_untracked(),
        };
        password.set(String::new());
        task.run(
            async move || session::unlock(&request).await,
            move |()| reopen(console),
        );
    };
    let leave = move |_| {
        spawn_local(async move {
            // Where the server can't be told, the session stays locked there.
            let _ = session::log_out().await;
            console.to_login(false);
        });
    };
    let name = move || {
        console
            .me
            .with(|me| me.as_ref().map(|me| me.display_name.clone()))
    };
    view! {
        <dialog class="lock" node_ref=element aria-labelledby="lock-title" data-testid="lock"
            on:cancel=|event: leptos::ev::Event| event.prevent_default()
            // Browsers let a second Escape through.
            on:close=move |_| if console.lock.is_shut() { untrack(show) }>
            <div class="card doorstep">
                <p class="brand">"Trường Thi"</p>
                <h1 id="lock-title">{move || texts::lock::heading(console.lang())}</h1>
                <p>{name}</p>
                <p class="small">{move || texts::lock::hint(console.lang())}</p>
                <form on:submit=submit>
                    <Field id="lock-password" label=texts::login::password value=password kind="password" autocomplete="current-password" first=true/>
                    <ProblemNote problem=task.problem wrong=texts::lock::wrong/>
                    <Submit name="lock-submit" label=texts::lock::submit busy=task.busy/>
                </form>
                <button type="button" class="link" on:click=leave data-testid="lock-leave">{move || texts::lock::other(console.lang())}</button>
            </div>
        </dialog>
    }
}

/// The session is open again; a page that was loaded while it was locked learns who is logged in.
fn reopen(console: Console) {
    if console.me.with_untracked(Option::is_some) {
        return console.lock.settle(true);
    }
    spawn_local(async move {
        if let Ok(me) = session::me().await {
            console.logged_in(me);
        }
        console.lock.settle(true);
    });
}
