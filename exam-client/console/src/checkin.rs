//! Carries out what the desk decides: starts check-ins, lets candidates in, asks how far a reading is.
//!
//! Decides nothing: what Enter means is in [`crate::core::desk`], what a card is worth is the server's to say.

use crate::api;
use crate::core::desk::Step;
use crate::room::Room;
use crate::state::{Console, is};
use exam_browser::fetch::Failure;
use exam_browser::monotonic;
use exam_protocol::console::{AdmitRequest, CheckinView, LoginRequest, StartCheckin, TicketView};
use exam_protocol::id::AttemptId;
use exam_protocol::problem::ProblemCode;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the page asks after a reading by itself, in case a push got lost.
const ASK: Duration = Duration::from_millis(1_500);

/// Enter in the scan field, or one of the desk's buttons that mean the same.
pub fn enter(console: Console, room: Room, text: &str) {
    let step = room
        .desk
        .try_update(|desk| desk.enter(text, monotonic::now()))
        .unwrap_or(Step::Nothing);
    carry_out(console, room, step);
}

/// The same card once more.
pub fn again(console: Console, room: Room) {
    let step = room
        .desk
        .try_update(crate::core::desk::Desk::again)
        .unwrap_or(Step::Nothing);
    carry_out(console, room, step);
}

/// Back to waiting for a scan.
pub fn clear(room: Room) {
    room.desk.update(|desk| drop(desk.clear()));
    room.focus_scan();
}

/// Shows a check-in that waits for a decision.
pub fn show(room: Room, view: CheckinView) {
    room.desk.update(|desk| desk.follow(view, monotonic::now()));
    room.focus_scan();
}

/// Two officials let the candidate of a check-in in.
pub fn admit_with_second(
    console: Console,
    room: Room,
    view: CheckinView,
    second: LoginRequest,
    reason: String,
) {
    let request = AdmitRequest {
        face_confirmed: true,
        second: Some(second),
        reason,
    };
    spawn_local(admit(console, room, view, request));
}

/// The face is another one: nobody comes in, and the server is told so.
pub fn turn_away(console: Console, room: Room, view: &CheckinView) {
    let checkin = view.id;
    room.desk.update(|desk| desk.turned_away(view.clone()));
    room.focus_scan();
    spawn_local(async move {
        let request = AdmitRequest {
            face_confirmed: false,
            second: None,
            reason: String::new(),
        };
        let answer = api::admit(checkin, &request).await;
        // A refusal is what was asked for; anything else means that the server does not know.
        if let Err(failure @ (Failure::NoAnswer | Failure::Status(_) | Failure::Unreadable)) = answer {
            fail(console, room, failure);
        }
    });
}

/// Shows a ticket that was made elsewhere on the page (without a card, take-over).
pub fn show_ticket(room: Room, attempt: AttemptId, ticket: TicketView) {
    let (name, number) = room.board.with_untracked(|board| {
        let row = board.candidates.iter().find(|row| row.attempt == attempt);
        row.map(|row| (row.name.clone(), row.candidate_number.clone()))
            .unwrap_or_default()
    });
    room.desk.update(|desk| desk.admitted(name, number, ticket));
}

/// Asks after a reading from time to time, as long as the component that calls this lives.
pub fn watch(room: Room) {
    let ask = move || {
        if let Some(id) = room
            .desk
            .with_untracked(|desk| desk.reading().map(|view| view.id))
        {
            spawn_local(async move {
                if let Ok(view) = api::checkin(id).await {
                    // The room may have been left meanwhile.
                    let _ = room.desk.try_update(|desk| desk.news(&view, monotonic::now()));
                }
            });
        }
    };
    if let Ok(asking) = set_interval_with_handle(ask, ASK) {
        on_cleanup(move || asking.clear());
    }
}

fn carry_out(console: Console, room: Room, step: Step) {
    match step {
        Step::Nothing => room.focus_scan(),
        Step::Start(scanned) => spawn_local(start(console, room, scanned)),
        Step::Admit(view) => {
            let request = AdmitRequest {
                face_confirmed: true,
                second: None,
                reason: String::new(),
            };
            spawn_local(admit(console, room, view, request));
        }
        Step::AskSecond => {
            if let Some(field) = room.second_field.get_untracked() {
                // The proctor can click into the field as well.
                let _ = field.focus();
            }
        }
    }
}

async fn start(console: Console, room: Room, scanned: String) {
    let Some(station) = untrack(|| room.station_view()) else {
        room.desk.update(|desk| drop(desk.clear()));
        return;
    };
    match api::start_checkin(
        room.id,
        &StartCheckin {
            station: station.id,
            scanned,
        },
    )
    .await
    {
        Ok(view) => {
            let _ = room.desk.try_update(|desk| desk.follow(view, monotonic::now()));
        }
        Err(failure) => fail(console, room, failure),
    }
}

async fn admit(console: Console, room: Room, view: CheckinView, request: AdmitRequest) {
    room.desk.update(|desk| {
        desk.admitting = true;
        desk.problem = None;
    });
    let answer = console.ask(async || api::admit(view.id, &request).await).await;
    match answer {
        Ok(ticket) => {
            let done = |desk: &mut crate::core::desk::Desk| {
                desk.admitted(view.roster_name, view.candidate_number, ticket);
            };
            // The room may have been left meanwhile.
            let _ = room.desk.try_update(done);
            room.focus_scan();
        }
        Err(failure) => fail(console, room, failure),
    }
}

fn fail(console: Console, room: Room, failure: Failure) {
    console.notice(&failure);
    if !room.desk.is_disposed() {
        room.desk.update(|desk| desk.refused(failure));
    }
}

/// Whether the server wants a second official although the verdicts alone would not.
pub fn wants_second(failure: Option<&Failure>) -> bool {
    failure.is_some_and(|failure| is(failure, ProblemCode::SecondOfficialNeeded))
}
