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
    /// A letter that only a Vietnamese input method makes, as the field shows it: in upper case.
    Keyboard(String),
    /// That many characters instead of [`LENGTH`].
    Length(usize),
    Claim(ClaimFailure),
}

/// What is wrong already before the server is asked.
fn fault_in(typed: &str) -> Option<Fault> {
    if let Some(letter) = foreign_letter(typed) {
        return Some(Fault::Keyboard(letter.to_uppercase()));
    }
    let count = normalise_ticket(typed).chars().count();
    (count != LENGTH).then_some(Fault::Length(count))
}

/// The first letter that is not ASCII. An input method set to decomposed Unicode types the plain letter and then its
/// marks, so these go together.
fn foreign_letter(typed: &str) -> Option<String> {
    let is_mark = |c: char| ('\u{300}'..='\u{36f}').contains(&c);
    let at = typed.find(|c: char| is_mark(c) || (!c.is_ascii() && c.is_alphabetic()))?;
    let (before, rest) = typed.split_at(at);
    let base = before.chars().next_back().filter(|_| rest.starts_with(is_mark));
    let letter = rest
        .chars()
        .enumerate()
        .take_while(|(place, c)| *place == 0 || is_mark(*c));
    Some(base.into_iter().chain(letter.map(|(_, c)| c)).collect())
}

fn fault_text(fault: &Fault, language: Language) -> String {
    match fault {
        Fault::Keyboard(letter) => return ticket::keyboard(language, letter),
        Fault::Length(typed) => return ticket::wrong_length(language, typed),
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
        match fault_in(&typed.get_untracked()) {
            None => spawn_local(claim(desk, typed.get_untracked(), fault, working)),
            found => fault.set(found),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_the_input_method_is_named_whatever_the_length() {
        for (typed, letter) in [
            ("k7á2-9xmb", "Á"),
            ("ư", "Ư"),
            ("Đ7q29xmb", "Đ"),
            ("k7a\u{302}\u{301}29xmb", "A\u{302}\u{301}"),
        ] {
            let fault = fault_in(typed).expect("a fault");
            assert_eq!(fault, Fault::Keyboard(letter.to_owned()));
            assert!(fault_text(&fault, Language::Vietnamese).contains(&format!("«{letter}»")));
            assert!(fault_text(&fault, Language::English).contains(&format!("“{letter}”")));
        }
    }

    #[test]
    fn too_few_and_too_many_characters_are_counted_without_blanks_and_dashes() {
        for (typed, count) in [("", 0), ("k7q2-9xm", 7), ("K7Q2 - 9XMB B", 9)] {
            assert_eq!(fault_in(typed), Some(Fault::Length(count)));
        }
        let text = fault_text(&Fault::Length(9), Language::Vietnamese);
        assert_eq!(text, "Mã phiếu có 8 ký tự, bạn đã nhập 9.");
    }

    #[test]
    fn a_whole_ticket_goes_to_the_server() {
        assert_eq!(fault_in(" k7q2-9xmb "), None);
    }
}
