//! The check-in desk beside the table. What is shown when is decided in [`crate::core::desk`].

use crate::checkin;
use crate::components::judged_card::JudgedCard;
use crate::components::problem_note::ProblemNote;
use crate::components::reading_steps::ReadingSteps;
use crate::components::scan_field::ScanField;
use crate::components::station_choice::StationChoice;
use crate::components::ticket_card::TicketCard;
use crate::components::waiting_list::WaitingList;
use crate::core::board::CandidateAct;
use crate::core::desk::{Phase, may_repeat};
use crate::room::{Dialog, Room};
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::console::{CheckinStatus, CheckinView};
use exam_protocol::id::AttemptId;
use exam_protocol::station::ReadFailure;
use leptos::prelude::*;

/// The desk.
#[component]
pub fn DeskPanel() -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let phase = Memo::new(move |_| room.desk.with(|desk| desk.phase.clone()));
    let announcement = move || {
        phase.with(|phase| match phase {
            Phase::Following(view) => words::announcement(console.lang(), view),
            _ => None,
        })
    };
    let problem = Signal::derive(move || room.desk.with(|desk| desk.problem.clone()));
    view! {
        <section class="desk" aria-labelledby="desk-heading" data-testid="desk" data-phase=move || phase.with(slug)>
            <div class="desk-head">
                <h2 id="desk-heading">{move || texts::desk::heading(console.lang())}</h2>
                <StationChoice/>
            </div>
            <p class="unseen" role="status" aria-live="assertive" data-testid="announcement">{announcement}</p>
            <ScanField/>
            <ProblemNote problem/>
            {move || content(phase.get())}
            <WaitingList/>
        </section>
    }
}

/// What the desk shows in a phase.
fn content(phase: Phase) -> AnyView {
    match phase {
        Phase::Ready => view! { <Quiet starting=false/> }.into_any(),
        Phase::Starting => view! { <Quiet starting=true/> }.into_any(),
        Phase::TurnedAway(view) => view! { <TurnedAway view/> }.into_any(),
        Phase::Ticket {
            name,
            candidate_number,
            ticket,
        } => view! { <TicketCard name candidate_number ticket/> }.into_any(),
        Phase::Following(view) => match view.status.clone() {
            CheckinStatus::Reading(step) => view! { <ReadingSteps view step/> }.into_any(),
            CheckinStatus::Failed(failure) => view! { <ReadFailed view failure/> }.into_any(),
            CheckinStatus::Judged(judged) => view! { <JudgedCard view judged/> }.into_any(),
            CheckinStatus::Admitted => view! { <AlreadyIn view/> }.into_any(),
        },
    }
}

/// The phase's name in tests.
fn slug(phase: &Phase) -> &'static str {
    match phase {
        Phase::Ready => "ready",
        Phase::Starting => "starting",
        Phase::TurnedAway(_) => "turned-away",
        Phase::Ticket { .. } => "ticket",
        Phase::Following(view) => match view.status {
            CheckinStatus::Reading(_) => "reading",
            CheckinStatus::Failed(_) => "failed",
            CheckinStatus::Judged(_) => "judged",
            CheckinStatus::Admitted => "admitted",
        },
    }
}

/// Nothing to decide.
#[component]
fn Quiet(
    /// Whether a scan is on its way.
    starting: bool,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let text = move || match (starting, room.hindrance()) {
        (true, _) => Some(texts::desk::starting(console.lang())),
        (false, None) => Some(texts::desk::ready(console.lang())),
        // The scan field says what is in the way.
        (false, Some(_)) => None,
    };
    view! { <p class="quiet" role="status">{text}</p> }
}

/// Whose check-in this is: seat, number, name.
#[component]
pub fn Whose(
    /// The check-in.
    view: CheckinView,
) -> impl IntoView {
    let console = Console::here();
    let (seat, number) = (view.seat, view.candidate_number);
    view! {
        <div class="whose">
            <strong class="whose-name" data-testid="desk-name">{view.roster_name}</strong>
            <span class="whose-seat" data-testid="desk-seat">{move || texts::desk::seat(console.lang(), &seat)}</span>
            <span>{move || texts::desk::number(console.lang(), &number)}</span>
        </div>
    }
}

/// The reading gave nothing.
#[component]
fn ReadFailed(
    /// The check-in.
    view: CheckinView,
    /// Why.
    failure: ReadFailure,
) -> impl IntoView {
    let console = Console::here();
    let attempt = view.attempt;
    view! {
        <div class="card">
            <Whose view/>
            <p class="note tone-warn" role="alert" data-testid="read-failure">{move || words::read_failure(console.lang(), failure)}</p>
            <WaysOn attempt repeat=may_repeat(failure) enter=true/>
        </div>
    }
}

/// Another face than the portrait's.
#[component]
fn TurnedAway(
    /// The check-in.
    view: CheckinView,
) -> impl IntoView {
    let console = Console::here();
    let attempt = view.attempt;
    view! {
        <div class="card">
            <Whose view/>
            <p class="note tone-bad" role="alert">{move || texts::desk::turned_away(console.lang())}</p>
            <p>{move || texts::desk::turned_away_hint(console.lang())}</p>
            <WaysOn attempt repeat=false enter=false/>
        </div>
    }
}

/// Somebody else has let this candidate in.
#[component]
fn AlreadyIn(
    /// The check-in.
    view: CheckinView,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    view! {
        <div class="card">
            <Whose view/>
            <p class="note" role="status">{move || texts::desk::already_in(console.lang())}</p>
            <button type="button" on:click=move |_| checkin::clear(room)>{move || texts::desk::discard(console.lang())}</button>
        </div>
    }
}

/// What is left when a card did not do: read again, the route without a card, leave it.
#[component]
pub fn WaysOn(
    /// Whose.
    attempt: AttemptId,
    /// Whether the same card may be read again at once.
    repeat: bool,
    /// Whether Enter does that.
    enter: bool,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let without = move |_| {
        room.dialog.set(Some(Dialog::Candidate(
            attempt,
            Some(CandidateAct::AdmitWithoutCard),
        )));
    };
    view! {
        <div class="buttons">
            <Show when=move || repeat>
                <button type="button" class:primary=enter data-testid="read-again" on:click=move |_| checkin::again(console, room)>
                    {move || texts::desk::another_try(console.lang())}
                    {move || enter.then(|| view! { " "<kbd aria-hidden="true">{texts::desk::enter_key(console.lang())}</kbd> })}
                </button>
            </Show>
            <button type="button" data-testid="without-card" on:click=without>{move || texts::rule::without_card(console.lang())}</button>
            <button type="button" data-testid="discard" on:click=move |_| checkin::clear(room)>{move || texts::desk::discard(console.lang())}</button>
        </div>
    }
}
