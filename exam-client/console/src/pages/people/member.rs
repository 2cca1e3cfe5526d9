//! The dialog of one member: what this person may do, and the account.

use super::Directory;
use super::account::AccountForms;
use super::grants::{GrantForm, GrantList};
use crate::components::Modal;
use crate::core::clock;
use crate::state::Console;
use crate::texts;
use exam_protocol::id::StaffId;
use exam_protocol::people::MemberView;
use leptos::prelude::*;

/// All about one member; follows the list.
#[component]
pub(super) fn MemberDialog(
    /// Whose.
    id: StaffId,
) -> impl IntoView {
    let directory = Directory::here();
    let member = Memo::new(move |_| directory.member(id));
    let title = Signal::derive(move || {
        member.with(|member| {
            member
                .as_ref()
                .map(|member| member.display_name.clone())
                .unwrap_or_default()
        })
    });
    let may_change =
        Memo::new(move |_| member.with(|member| member.as_ref().is_some_and(|member| member.may_change)));
    view! {
        <Modal title name="member-dialog" on_close=Callback::new(move |()| directory.open.set(None))>
            {move || member.get().map(|member| view! { <Facts member/> })}
            <GrantList member/>
            <Show when=move || directory.tree.with(Option::is_some)><GrantForm id/></Show>
            <Show when=move || may_change.get()><AccountForms member/></Show>
        </Modal>
    }
}

/// Who this is.
#[component]
fn Facts(
    /// The member.
    member: MemberView,
) -> impl IntoView {
    let console = Console::here();
    let language = move || console.lang();
    let sign_on: Vec<String> = member
        .single_sign_on
        .iter()
        .map(|login| format!("{}: {}", login.provider, login.subject))
        .collect();
    view! {
        <dl class="facts-list">
            <dt>{move || texts::login::name(language())}</dt><dd translate="no">{member.name}</dd>
            <dt>{move || texts::people::organisation(language())}</dt><dd>{member.organisation_name}</dd>
            <dt>{move || texts::people::last_login(language())}</dt>
            <dd class="digits">{member.last_login.map_or_else(|| "–".to_owned(), clock::date_and_time)}</dd>
            {(!sign_on.is_empty()).then(|| view! { <dt>{move || texts::people::sign_on(language())}</dt><dd>{sign_on.join(", ")}</dd> })}
        </dl>
    }
}
