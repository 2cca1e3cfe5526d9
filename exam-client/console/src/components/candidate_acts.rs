//! What can be done for one candidate: without a card, another PC, more time, the signed hand-in.

use crate::api;
use crate::checkin;
use crate::components::action_dialog::{self, ReasonField};
use crate::components::minutes_field::MinutesField;
use crate::components::problem_note::ProblemNote;
use crate::components::propose::Propose;
use crate::components::second_official::SecondOfficial;
use crate::core::action;
use crate::core::board::{self, CandidateAct};
use crate::core::clock;
use crate::room::{Dialog, Room};
use crate::state::Console;
use crate::texts;
use exam_browser::fetch::Failure;
use exam_protocol::console::{
    Board, CandidateRow, LoginRequest, ManualAdmitRequest, RoomActionRequest, TakeOverRequest, TicketView,
};
use exam_protocol::id::AttemptId;
use exam_protocol::proposal::CriticalAct;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// An act on its way.
#[derive(Clone, Copy)]
struct Sending {
    console: Console,
    room: Room,
    attempt: AttemptId,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Failure>>,
}

/// The buttons, and the form of the act that was chosen.
#[component]
pub fn CandidateActs(
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
    /// Whose.
    attempt: AttemptId,
    /// An act that was chosen before.
    act: Option<CandidateAct>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let chosen = RwSignal::new(act);
    let sending = Sending {
        console,
        room,
        attempt,
        busy: RwSignal::new(false),
        problem: RwSignal::new(None),
    };
    let acts = Memo::new(move |_| {
        let progress = row.with(|row| row.as_ref().map(|row| row.progress));
        let acts = |board: &Board| progress.map(|progress| board::permitted_acts(&board.room, progress));
        room.board.with(acts).unwrap_or_default()
    });
    let buttons = move || {
        acts.get()
            .into_iter()
            .map(|act| view! { <ActButton act attempt chosen/> })
            .collect_view()
    };
    let form = move || match chosen.get() {
        Some(CandidateAct::AdmitWithoutCard) => view! { <WithoutCard sending row/> }.into_any(),
        Some(CandidateAct::TakeOver) => view! { <TakeOver sending/> }.into_any(),
        Some(CandidateAct::AddTime) => view! { <OwnTime sending/> }.into_any(),
        Some(CandidateAct::Void) => view! { <OfTwo attempt reopen=false/> }.into_any(),
        Some(CandidateAct::Reopen) => view! { <OfTwo attempt reopen=true/> }.into_any(),
        Some(CandidateAct::Submission | CandidateAct::Receipt) | None => ().into_any(),
    };
    view! {
        <div class="buttons">{buttons}</div>
        {form}
        <ProblemNote problem=sending.problem/>
    }
}

/// Chooses an act; the hand-in is a plain download.
#[component]
fn ActButton(
    /// Which.
    act: CandidateAct,
    /// For whom.
    attempt: AttemptId,
    /// The choice.
    chosen: RwSignal<Option<CandidateAct>>,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let choose = move |_| match act {
        CandidateAct::Receipt => room.dialog.set(Some(Dialog::Receipts(Some(attempt)))),
        _ => chosen.set(Some(act)),
    };
    let label = move || match act {
        CandidateAct::AdmitWithoutCard => texts::candidate::admit_without_card(console.lang()),
        CandidateAct::TakeOver => texts::candidate::take_over(console.lang()),
        CandidateAct::AddTime => texts::candidate::add_time(console.lang()),
        CandidateAct::Receipt => texts::slip::open_one(console.lang()),
        CandidateAct::Submission => texts::candidate::submission(console.lang()),
        CandidateAct::Void => texts::candidate::void_it(console.lang()),
        CandidateAct::Reopen => texts::candidate::reopen(console.lang()),
    };
    let name = match act {
        CandidateAct::AdmitWithoutCard => "act-without-card",
        CandidateAct::TakeOver => "act-take-over",
        CandidateAct::AddTime => "act-add-time",
        CandidateAct::Receipt => "act-receipt",
        CandidateAct::Submission => "act-submission",
        CandidateAct::Void => "act-void",
        CandidateAct::Reopen => "act-reopen",
    };
    match act {
        CandidateAct::Submission => {
            view! { <a class="button" download href=api::submission_path(attempt) data-testid=name>{label}</a> }.into_any()
        }
        _ => view! { <button type="button" data-testid=name on:click=choose>{label}</button> }.into_any(),
    }
}

/// Two officials, no card.
#[component]
fn WithoutCard(
    /// Where it goes.
    sending: Sending,
    /// The candidate's row.
    row: Memo<Option<CandidateRow>>,
) -> impl IntoView {
    let console = sending.console;
    let photo = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.photo)));
    let confirm = move |(second, reason): (LoginRequest, String)| {
        spawn_local(async move {
            sending.start();
            let request = ManualAdmitRequest { second, reason };
            sending.finish(
                console
                    .ask(async || api::admit_without_card(sending.attempt, &request).await)
                    .await,
            );
        });
    };
    view! {
        <p class="note tone-warn">{move || texts::candidate::admit_hint(console.lang())}</p>
        <div class="faces">
            <RosterPhoto attempt=sending.attempt photo/>
            <SecondOfficial busy=sending.busy name_field=NodeRef::new() on_confirm=confirm/>
        </div>
    }
}

/// The face to compare with, where the roster has one.
#[component]
fn RosterPhoto(
    /// Whose.
    attempt: AttemptId,
    /// Whether the roster has one.
    photo: Memo<bool>,
) -> impl IntoView {
    let console = Console::here();
    move || {
        if photo.get() {
            view! { <img class="portrait" data-testid="roster-photo" src=api::photo_path(attempt) alt=move || texts::candidate::roster_photo(console.lang()) /> }.into_any()
        } else {
            view! { <div class="portrait none"><span class="small">{move || texts::candidate::no_roster_photo(console.lang())}</span></div> }.into_any()
        }
    }
}

/// A new ticket.
#[component]
fn TakeOver(
    /// Where it goes.
    sending: Sending,
) -> impl IntoView {
    let console = sending.console;
    let reason = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(reason) = action::reason(&reason.get_untracked()) else {
            return;
        };
        spawn_local(async move {
            sending.start();
            let request = TakeOverRequest { reason };
            sending.finish(
                console
                    .ask(async || api::take_over(sending.attempt, &request).await)
                    .await,
            );
        });
    };
    let wanting = move || sending.busy.get() || reason.with(|reason| action::reason(reason).is_none());
    view! {
        <form on:submit=submit>
            <p>{move || texts::candidate::take_over_hint(console.lang())}</p>
            <ReasonField reason/>
            <button type="submit" class="primary" data-testid="take-over-submit" prop:disabled=wanting>{move || texts::candidate::take_over_submit(console.lang())}</button>
        </form>
    }
}

/// More time for one.
#[component]
fn OwnTime(
    /// Where it goes.
    sending: Sending,
) -> impl IntoView {
    let console = sending.console;
    let (minutes, reason) = (RwSignal::new("5".to_owned()), RwSignal::new(String::new()));
    let request = move || {
        let minutes = clock::minutes_to_add(&minutes.get())?;
        let reason = action::reason(&reason.get())?;
        let action = action_dialog::time_for(sending.attempt, minutes);
        Some(RoomActionRequest { action, reason })
    };
    let needs_two = Memo::new(move |_| {
        sending
            .problem
            .with(|problem| problem.as_ref().is_some_and(action_dialog::two_needed))
    });
    let proposal = move || {
        let (room, attempt) = (sending.room.id, Some(sending.attempt));
        let minutes = clock::minutes_to_add(&minutes.get())?;
        Some((
            CriticalAct::AddTime {
                room,
                attempt,
                minutes,
            },
            action::reason(&reason.get())?,
        ))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(request) = untrack(request) {
            spawn_local(action_dialog::send(
                console,
                sending.room,
                request,
                sending.busy,
                sending.problem,
            ));
        }
    };
    view! {
        <form on:submit=submit>
            <p>{move || texts::candidate::add_time_hint(console.lang())}</p>
            <MinutesField minutes/>
            <ReasonField reason/>
            <button type="submit" class="primary" data-testid="own-time-submit" prop:disabled=move || sending.busy.get() || request().is_none()>
                {move || texts::candidate::add_time(console.lang())}
            </button>
            <Show when=move || needs_two.get()><Propose what=Signal::derive(proposal)/></Show>
        </form>
    }
}

/// Out of marking, or once more: proposed to a second person.
#[component]
fn OfTwo(
    /// Whose.
    attempt: AttemptId,
    /// Once more, with minutes; else out of marking.
    reopen: bool,
) -> impl IntoView {
    let console = Console::here();
    let (minutes, reason) = (RwSignal::new("10".to_owned()), RwSignal::new(String::new()));
    let hint = move || {
        if reopen {
            texts::candidate::reopen_hint(console.lang())
        } else {
            texts::candidate::void_hint(console.lang())
        }
    };
    let what = move || {
        let act = if reopen {
            let minutes = clock::minutes_to_add(&minutes.get())?;
            CriticalAct::ReopenAttempt { attempt, minutes }
        } else {
            CriticalAct::VoidAttempt { attempt }
        };
        Some((act, action::reason(&reason.get())?))
    };
    view! {
        <div class="of-two">
            <p>{hint}</p>
            <Show when=move || reopen><MinutesField minutes/></Show>
            <ReasonField reason/>
            <Propose what=Signal::derive(what)/>
        </div>
    }
}

impl Sending {
    fn start(self) {
        self.busy.set(true);
        self.problem.set(None);
    }

    /// Shows the ticket at the desk, or why there is none.
    fn finish(self, answer: api::Answer<TicketView>) {
        if self.busy.is_disposed() {
            return;
        }
        match answer {
            Ok(ticket) => {
                checkin::show_ticket(self.room, self.attempt, ticket);
                self.room.close_dialog();
            }
            Err(failure) => {
                self.busy.set(false);
                drop(self.problem.try_set(Some(failure)));
            }
        }
    }
}
