//! One candidate in the table; a click or Enter opens the details.

use crate::components::absence::AbsenceChip;
use crate::components::verdict_chips::VerdictChips;
use crate::core::board;
use crate::core::clock;
use crate::room::{Dialog, Room};
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::console::{CandidateRow, Progress, RoomState};
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// A row of the table.
#[component]
pub fn BoardRow(
    /// Whose.
    attempt: AttemptId,
) -> impl IntoView {
    let room = Room::here();
    let row = room.row(attempt);
    let open = move |_| room.dialog.set(Some(Dialog::Candidate(attempt, None)));
    let text =
        move |pick: fn(&CandidateRow) -> String| row.with(|row| row.as_ref().map(pick).unwrap_or_default());
    let progress = move || row.with(|row| row.as_ref().map_or("", |row| words::progress_slug(row.progress)));
    view! {
        <tr on:click=open data-testid="row" data-seat=move || text(|row| row.seat.clone()) data-progress=progress
            data-number=move || text(|row| row.candidate_number.clone())>
            <td class="seat">{move || text(|row| row.seat.clone())}</td>
            <td class="digits">{move || text(|row| row.candidate_number.clone())}</td>
            <td class="wide"><NameCell row attempt/></td>
            <td class="digits">{move || text(|row| clock::written_date(&row.birth_date))}</td>
            <td class="digits">{move || text(|row| row.form_code.clone())}</td>
            <td><ProgressCell row/></td>
            <td><AnsweredCell row/></td>
            <td><LinkCell row/></td>
            <td>{move || row.with(|row| row.clone().map(|row| view! { <VerdictChips admission=row.admission/> }))}</td>
        </tr>
    }
}

/// Name and the number's last digits; the button makes the row reachable by keyboard.
#[component]
fn NameCell(
    /// The row.
    row: Memo<Option<CandidateRow>>,
    /// Whose.
    attempt: AttemptId,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let name =
        Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default()));
    let tail = move || row.with(|row| row.as_ref().map(|row| format!("…{}", row.number_tail)));
    view! {
        <button type="button" class="name" data-testid="details"
            aria-label=move || texts::table::details(console.lang(), name.get())
            on:click=move |event| { event.stop_propagation(); room.dialog.set(Some(Dialog::Candidate(attempt, None))); }>
            {name}
        </button>
        <span class="tail" title=move || texts::table::tail(console.lang())>{tail}</span>
    }
}

/// How far, with own time and a change of PC.
#[component]
fn ProgressCell(
    /// The row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let state = Memo::new(move |_| room.board.with(|board| board.room.state));
    let progress = move || {
        row.with(|row| {
            row.as_ref().map(|row| {
                let (tone, text) = words::progress(console.lang(), row.progress, state.get());
                view! { <span class=format!("chip {}", tone.class()) data-testid="progress">{text}</span> }
            })
        })
    };
    let moved = move || {
        let moved = row.with(|row| row.as_ref().is_some_and(|row| row.epoch > 1));
        moved.then(
            || view! { <span class="extra" data-testid="moved">{texts::table::moved(console.lang())}</span> },
        )
    };
    let extra = move || {
        let minutes = row.with(|row| row.as_ref().map_or(0, |row| row.credits.0 / 60_000));
        (minutes != 0).then(|| view! { <span class="extra" data-testid="credits">{texts::table::extra(console.lang(), minutes)}</span> })
    };
    let voided = move || {
        let voided = row.with(|row| row.as_ref().is_some_and(|row| row.voided.is_some()));
        voided.then(|| view! { <span class="chip tone-bad" data-testid="voided">{texts::table::voided(console.lang())}</span> })
    };
    view! { {progress}<AbsenceChip row/>{voided}{extra}{moved} }
}

/// Answered of all questions; nothing for somebody who is not there.
#[component]
fn AnsweredCell(
    /// The row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let room = Room::here();
    let questions = Memo::new(move |_| room.board.with(|board| board.questions));
    let text = move || {
        let there = |row: &&CandidateRow| row.progress != Progress::Absent;
        row.with(|row| {
            row.as_ref()
                .filter(there)
                .map(|row| format!("{}/{}", row.answered, questions.get()))
        })
    };
    view! { <span class="digits" data-testid="answered">{text}</span> }
}

/// Connection and last sign of life; the mark once the room is closed.
#[component]
fn LinkCell(
    /// The row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let closed = Memo::new(move |_| room.board.with(|board| board.room.state == RoomState::Closed));
    let mark = move || {
        row.with(|row| {
            row.as_ref()
                .and_then(|row| row.mark)
                .map(|mark| words::mark(console.lang(), mark))
        })
    };
    let link = Memo::new(move |_| {
        let now = room.now();
        row.with(|row| {
            row.as_ref()
                .map(|row| words::link(console.lang(), board::link(row, now)))
        })
    });
    let cell = move || {
        link.get().map(|(tone, icon, text)| view! {
            <span class=format!("linked {}", tone.class()) data-testid="link"><span aria-hidden="true">{icon}</span>" "{text}</span>
        })
    };
    move || {
        if closed.get() {
            view! { <span class="mark" data-testid="mark">{mark}</span> }.into_any()
        } else {
            cell.into_any()
        }
    }
}
