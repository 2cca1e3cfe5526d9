//! Adds a member; the password for the first login is shown once.

use super::Directory;
use crate::api::people as api;
use crate::components::{Choice, Field, Modal, ProblemNote, StartPasswords, Submit};
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::people::{NewMember, StartPassword};
use leptos::prelude::*;

/// The form, then the password.
#[component]
pub(super) fn NewMemberDialog() -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let made = RwSignal::new(None::<StartPassword>);
    let close = Callback::new(move |()| {
        directory.adding.set(false);
        directory.load();
    });
    view! {
        <Modal title=Signal::derive(move || texts::people::add(console.lang()).to_owned()) name="new-member" on_close=close>
            {move || match made.get() {
                Some(one) => view! { <StartPasswords passwords=vec![one]/> }.into_any(),
                None => view! { <NewMemberForm made/> }.into_any(),
            }}
        </Modal>
    }
}

/// Where a member can be added.
fn organisations(console: Console, directory: &Directory) -> Vec<(String, String)> {
    let open = directory.tree.with(|tree| {
        tree.as_ref()
            .map(|tree| tree.organisations.clone())
            .unwrap_or_default()
    });
    let open = open.into_iter().filter(|one| one.may_add_members);
    let mut list: Vec<_> = open.map(|one| (one.id.to_string(), one.name)).collect();
    if list.len() > 1 {
        // Whom somebody works for decides who may act together with whom: nobody is put anywhere by default.
        let choose = texts::people::choose(console.lang()).to_owned();
        list.insert(0, (String::new(), choose));
    }
    list
}

/// Who, where, until when.
#[component]
fn NewMemberForm(
    /// The password, once it is made.
    made: RwSignal<Option<StartPassword>>,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let task = Task::new();
    let (name, display, ends) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let organisations = move || organisations(console, &directory);
    let organisation = RwSignal::new(
        untrack(organisations)
            .first()
            .map(|(id, _)| id.clone())
            .unwrap_or_default(),
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(organisation) = organisation.get_untracked().parse() else {
            return;
        };
        let member = NewMember {
            name: name.get_untracked().trim().to_owned(),
            display_name: display.get_untracked().trim().to_owned(),
            organisation,
            ends_at: clock::end_of_day(&ends.get_untracked()),
        };
        task.run(
            async move || api::add(&member).await,
            move |password| made.set(Some(password)),
        );
    };
    view! {
        <form on:submit=submit>
            <p class="small">{move || texts::people::add_hint(console.lang())}</p>
            <Field id="new-display" label=texts::people::display_name value=display first=true/>
            <Field id="new-name" label=texts::login::name value=name hint=texts::people::name_hint/>
            <Choice id="new-organisation" label=texts::people::organisation value=organisation required=true options=Signal::derive(organisations)/>
            <Field id="new-ends" label=texts::people::ends value=ends kind="date" optional=true/>
            <ProblemNote problem=task.problem/>
            <div class="buttons end"><Submit name="new-member-submit" label=texts::people::add busy=task.busy/></div>
        </form>
    }
}
