//! The first page: the ticket from the check-in desk. Forgiving about how it is typed.

use crate::api::ClaimFailure;
use crate::components::say::{either, say, tell, value};
use crate::desk::Desk;
use crate::start;
use crate::texts::ticket;
use exam_browser::fetch::Failure;
use exam_browser::language::Language;
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::normalise_ticket;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Characters of a ticket without its dash.
const LENGTH: usize = 8;

/// What is wrong with a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Short(usize),
    Claim(ClaimFailure),
}

fn fault_text(fault: &Fault, language: Language) -> String {
    match fault {
        Fault::Short(typed) => return ticket::too_short(language, typed),
        Fault::Claim(ClaimFailure::Key) => ticket::no_key(language),
        Fault::Claim(ClaimFailure::Request(Failure::NoAnswer)) => ticket::no_answer(language),
        Fault::Claim(ClaimFailure::Request(Failure::Refused(problem))) => match problem.code {
            ProblemCode::TicketInvalid => ticket::invalid(language),
            ProblemCode::TooManyTries => ticket::too_many(language),
            _ => {
                return if language == Language::Vietnamese {
                    problem.detail.clone()
                } else {
                    problem.detail_en.clone()
                };
            }
        },
        Fault::Claim(ClaimFailure::Request(_)) => ticket::failed(language),
    }
    .to_owned()
}

/// Tries to claim a seat with what is typed.
async fn claim(desk: Desk, typed: String, fault: RwSignal<Option<Fault>>, working: RwSignal<bool>) {
    working.set(true);
    let result = start::claim(desk, &typed).await;
    // The page may be gone by now, if it went well.
    let _ = working.try_set(false);
    if let Err(failure) = result {
        let _ = fault.try_set(Some(Fault::Claim(failure)));
    }
}

/// The page.
#[component]
pub fn Ticket() -> impl IntoView {
    let desk = Desk::of_page();
    let typed = RwSignal::new(String::new());
    let fault = RwSignal::new(None);
    let working = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match normalise_ticket(&typed.get_untracked()).chars().count() {
            LENGTH => spawn_local(claim(desk, typed.get_untracked(), fault, working)),
            count => fault.set(Some(Fault::Short(count))),
        }
    };
    view! {
        <form class="card ticket" data-testid="page-ticket" on:submit=submit>
            <h1>{say(ticket::title)}</h1>
            <p class="lead">{say(ticket::lead)}</p>
            <TicketField typed=typed fault=fault/>
            <button type="submit" class="button primary large" id="claim" disabled=working>
                {either(move || working.get(), [ticket::working, ticket::submit])}
            </button>
            <p class="quiet">{say(ticket::where_from)}</p>
        </form>
    }
}

/// The field with its help and its fault.
#[component]
fn TicketField(typed: RwSignal<String>, fault: RwSignal<Option<Fault>>) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    input.on_load(|element| drop(element.focus()));
    view! {
        <label class="field-label" for="ticket">{say(ticket::label)}</label>
        <input id="ticket" class="field code" type="text" node_ref=input maxlength="24" autocomplete="off" autocapitalize="characters"
            spellcheck="false" placeholder="····-····" aria-describedby="ticket-help ticket-fault"
            aria-invalid=value(move || fault.get().is_some().to_string()) prop:value=typed
            on:input=move |event| {
                fault.set(None);
                typed.set(event_target_value(&event));
            }/>
        <p class="hint" id="ticket-help">{say(ticket::help)}</p>
        <p class="fault" id="ticket-fault" role="alert" data-testid="ticket-fault">
            {tell(move |language| fault.get().map_or_else(String::new, |fault| fault_text(&fault, language)))}
        </p>
    }
}
