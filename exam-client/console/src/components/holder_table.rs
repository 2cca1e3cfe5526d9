//! What the card says, beside the portrait; what differs from the roster is marked and both are shown.

use crate::core::clock;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::checkin::Holder;
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// Which lines of the card differ from the roster: the server's remarks.
#[derive(Clone, Copy, Debug)]
pub struct Differs {
    name: bool,
    birth_date: bool,
    number: bool,
}

impl Differs {
    /// What the server's remarks say.
    pub fn of(remarks: &[String]) -> Self {
        let has = |code: &str| remarks.iter().any(|remark| remark == code);
        Self {
            name: has("name-differs"),
            birth_date: has("birth-date-differs"),
            number: has("number-differs"),
        }
    }
}

/// The card's holder; nothing where the card could not be read.
#[component]
pub fn HolderTable(
    /// Whose roster entry.
    attempt: AttemptId,
    /// What the card says.
    holder: Option<Holder>,
    /// Which lines differ from the roster.
    differs: Differs,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let row = room.row(attempt);
    let roster_birth = move || row.with(|row| row.as_ref().map(|row| clock::written_date(&row.birth_date)));
    let roster_name = move || row.with(|row| row.as_ref().map(|row| row.name.clone()));
    let roster_number = move || row.with(|row| row.as_ref().map(|row| format!("…{}", row.number_tail)));
    holder.map(|holder| {
        let birth = clock::written_date(&holder.birth_date);
        let expiry = clock::written_date(&holder.expiry_date);
        view! {
            <dl class="holder" data-testid="holder" aria-label=move || texts::desk::on_card(console.lang())>
                <Line label=texts::desk::name value=holder.name roster=differs.name.then(|| Signal::derive(roster_name))/>
                <Line label=texts::desk::birth value=birth roster=differs.birth_date.then(|| Signal::derive(roster_birth))/>
                <Line label=texts::desk::citizen value=holder.citizen_number
                    roster=differs.number.then(|| Signal::derive(roster_number))/>
                <Line label=texts::desk::expiry value=expiry roster=None/>
            </dl>
        }
    })
}

/// One line; with what the roster says where that differs.
#[component]
fn Line(
    /// Its name.
    label: fn(exam_browser::language::Language) -> &'static str,
    /// What the card says.
    value: String,
    /// What the roster says, if it differs.
    roster: Option<Signal<Option<String>>>,
) -> impl IntoView {
    let console = Console::here();
    let other = move || {
        let value = roster.and_then(|roster| roster.get())?;
        Some(
            view! { <span class="roster-says tone-warn">"⚠ "{texts::desk::roster_says(console.lang(), value)}</span> },
        )
    };
    view! { <dt>{move || label(console.lang())}</dt><dd class:differs=roster.is_some()>{value}{other}</dd> }
}
