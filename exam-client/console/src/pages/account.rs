//! One's own account: who one is here, sessions, second factors, password.

use crate::api::session;
use crate::components::{EnrolApp, EnrolPasskey, Frame, KeepCodes, Modal, PasswordForm, ProblemNote};
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::staff::{FactorView, SessionView};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Account() -> impl IntoView {
    view! {
        <Frame heading=texts::account::heading name="account">
            <div class="two-columns">
                <div class="stack"><Identity/><Factors/></div>
                <div class="stack"><Sessions/><Password/></div>
            </div>
        </Frame>
    }
}

/// Who one is here.
#[component]
fn Identity() -> impl IntoView {
    let console = Console::here();
    let lines = move || {
        let language = console.lang();
        console.me.get().map(|me| {
            let roles = me
                .grants
                .iter()
                .map(|grant| view! { <li>{words::right::grant(language, grant)}</li> })
                .collect_view();
            let last = me.last_login.map_or_else(
                || texts::account::no_login(language).to_owned(),
                |login| texts::account::login_at(language, login.address, clock::date_and_time(login.at)),
            );
            view! {
                <dl class="facts-list">
                    <dt>{texts::people::display_name(language)}</dt><dd>{me.display_name}</dd>
                    <dt>{texts::login::name(language)}</dt><dd>{me.name}</dd>
                    <dt>{texts::account::roles(language)}</dt><dd><ul>{roles}</ul></dd>
                    <dt>{texts::account::last_login(language)}</dt><dd>{last}</dd>
                </dl>
            }
        })
    };
    view! { <section class="card">{lines}</section> }
}

/// Where one is logged in.
#[component]
fn Sessions() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let list = RwSignal::new(Vec::<SessionView>::new());
    let load = move || task.run(session::sessions, move |found| list.set(found));
    load();
    let end = move |id| task.run(async move || session::end_session(id).await, move |()| load());
    let end_others = move |_| {
        let others: Vec<_> =
            list.with_untracked(|list| list.iter().filter(|one| !one.current).map(|one| one.id).collect());
        task.run(
            async move || {
                for id in &others {
                    session::end_session(*id).await?;
                }
                Ok(())
            },
            move |()| load(),
        );
    };
    let row = move |one: SessionView| {
        let id = one.id;
        let act = if one.current {
            view! { <span class="chip tone-good">{move || texts::account::this_session(console.lang())}</span> }.into_any()
        } else {
            view! { <button type="button" data-testid="end-session" on:click=move |_| end(id)>{move || texts::account::end_session(console.lang())}</button> }.into_any()
        };
        view! {
            <tr data-testid="session" data-current=one.current.to_string()>
                <td>{words::agent(&one.agent)}<br/><span class="small digits">{one.address}</span></td>
                <td class="digits">{clock::date_and_time(one.opened_at)}</td>
                <td class="digits">{clock::date_and_time(one.last_active)}</td>
                <td>{act}</td>
            </tr>
        }
    };
    view! {
        <section class="card" data-testid="sessions">
            <h2>{move || texts::account::sessions(console.lang())}</h2>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{move || texts::account::browser(console.lang())}</th>
                    <th scope="col">{move || texts::account::since(console.lang())}</th>
                    <th scope="col">{move || texts::account::active(console.lang())}</th>
                    <th scope="col"><span class="unseen">{move || texts::app::acts(console.lang())}</span></th>
                </tr></thead>
                <tbody>{move || list.get().into_iter().map(row).collect_view()}</tbody>
            </table>
            <ProblemNote problem=task.problem/>
            <Show when=move || list.with(|list| list.len() > 1)>
                <div class="buttons"><button type="button" data-testid="end-others" on:click=end_others>{move || texts::account::end_others(console.lang())}</button></div>
            </Show>
        </section>
    }
}

/// What is open over the factors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Adding {
    App,
    Passkey,
    Codes,
}

/// One's own second factors.
#[component]
fn Factors() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let list = RwSignal::new(Vec::<FactorView>::new());
    let adding = RwSignal::new(None::<Adding>);
    let load = move || task.run(session::factors, move |found| list.set(found));
    load();
    let remove = Callback::new(move |id: String| {
        task.run(async move || session::remove_factor(&id).await, move |()| load());
    });
    let done = Callback::new(move |()| {
        adding.set(None);
        load();
    });
    let offer = move |which: Adding, name: &'static str, text: crate::components::Text| {
        view! { <button type="button" data-testid=name on:click=move |_| adding.set(Some(which))>{move || text(console.lang())}</button> }
    };
    view! {
        <section class="card" data-testid="factors">
            <h2>{move || texts::account::factors(console.lang())}</h2>
            <p class="small">{move || texts::account::factors_hint(console.lang())}</p>
            <ul class="rows">{move || list.get().into_iter().map(|factor| view! { <FactorRow factor remove/> }).collect_view()}</ul>
            <ProblemNote problem=task.problem/>
            <div class="buttons">
                {offer(Adding::App, "add-app", texts::account::add_app)}
                {offer(Adding::Passkey, "add-passkey", texts::account::add_passkey)}
                {offer(Adding::Codes, "add-codes", texts::account::add_codes)}
            </div>
        </section>
        {move || adding.get().map(|which| view! { <AddFactor which done close=Callback::new(move |()| adding.set(None))/> })}
    }
}

/// One factor.
#[component]
fn FactorRow(
    /// The factor.
    factor: FactorView,
    /// Takes it out of force.
    remove: Callback<String>,
) -> impl IntoView {
    let console = Console::here();
    let (kind, left, used, id) = (factor.kind, factor.left, factor.last_used, factor.id);
    let about = move || {
        let language = console.lang();
        match (left, used) {
            (Some(left), _) => texts::account::codes_left(language, left),
            (None, Some(at)) => texts::account::used(language, clock::date_and_time(at)),
            (None, None) => texts::account::not_used(language).to_owned(),
        }
    };
    view! {
        <li class="row" data-testid="factor" data-kind=words::factor::slug(kind)>
            <span><strong>{move || words::factor::name(console.lang(), kind)}</strong>" "{factor.label}<br/><span class="small">{about}</span></span>
            <button type="button" data-testid="remove-factor" on:click=move |_| remove.run(id.clone())>{move || texts::account::remove(console.lang())}</button>
        </li>
    }
}

/// The enrolment of one more factor.
#[component]
fn AddFactor(
    /// Which.
    which: Adding,
    /// It is in force.
    done: Callback<()>,
    /// Closes the dialog.
    close: Callback<()>,
) -> impl IntoView {
    let console = Console::here();
    let title = Signal::derive(move || {
        let text = match which {
            Adding::App => texts::account::add_app,
            Adding::Passkey => texts::account::add_passkey,
            Adding::Codes => texts::account::add_codes,
        };
        text(console.lang()).to_owned()
    });
    view! {
        <Modal title name="add-factor" on_close=close>
            {match which {
                Adding::App => view! { <EnrolApp on_done=done/> }.into_any(),
                Adding::Passkey => view! { <EnrolPasskey on_done=done/> }.into_any(),
                Adding::Codes => view! { <KeepCodes on_done=done/> }.into_any(),
            }}
        </Modal>
    }
}

/// One's own password.
#[component]
fn Password() -> impl IntoView {
    let console = Console::here();
    let changed = RwSignal::new(false);
    view! {
        <section class="card">
            <h2>{move || texts::account::password(console.lang())}</h2>
            <PasswordForm on_done=Callback::new(move |()| changed.set(true))/>
            <p role="status">{move || changed.get().then(|| texts::account::password_changed(console.lang()))}</p>
        </section>
    }
}
