//! Roster and card side by side; what differs is marked.

use crate::core::clock;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use exam_protocol::checkin::Holder;
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// The comparison; nothing where the card could not be read.
#[component]
pub fn HolderTable(
    /// Whose roster entry.
    attempt: AttemptId,
    /// What the card says.
    holder: Option<Holder>,
    /// The server's remarks: which lines differ.
    remarks: Vec<String>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let row = room.row(attempt);
    let differs = move |code: &str| remarks.iter().any(|remark| remark == code);
    let (name, birth, number) = (
        differs("name-differs"),
        differs("birth-date-differs"),
        differs("number-differs"),
    );
    let roster_name = move || row.with(|row| row.as_ref().map(|row| row.name.clone()));
    let roster_birth = move || row.with(|row| row.as_ref().map(|row| clock::written_date(&row.birth_date)));
    let roster_number = move || row.with(|row| row.as_ref().map(|row| format!("…{}", row.number_tail)));
    holder.map(|holder| view! {
        <table class="holder" data-testid="holder">
            <thead><tr><td></td><th scope="col">{move || texts::desk::roster(console.lang())}</th><th scope="col">{move || texts::desk::on_card(console.lang())}</th></tr></thead>
            <tbody>
                <tr class:differs=name><th scope="row">{move || texts::desk::name(console.lang())}</th><td>{roster_name}</td><td data-testid="card-name">{holder.name}</td></tr>
                <tr class:differs=birth><th scope="row">{move || texts::desk::birth(console.lang())}</th><td>{roster_birth}</td><td>{clock::written_date(&holder.birth_date)}</td></tr>
                <tr class:differs=number><th scope="row">{move || texts::desk::citizen(console.lang())}</th><td>{roster_number}</td><td>{holder.citizen_number}</td></tr>
                <tr><th scope="row">{move || texts::desk::expiry(console.lang())}</th><td></td><td>{clock::written_date(&holder.expiry_date)}</td></tr>
            </tbody>
        </table>
    })
}
