//! Keys that save a way with the mouse: letters and digits choose options, Ctrl and arrows change the question.

use crate::desk::Desk;
use exam_protocol::answer::Response;
use exam_protocol::paper::{Question, QuestionKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Listens as long as the paper is shown.
pub fn listen(desk: Desk, current: Memo<Option<Question>>) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| on_key(desk, current, &event));
    on_cleanup(move || handle.remove());
}

fn on_key(desk: Desk, current: Memo<Option<Question>>, event: &KeyboardEvent) {
    if event.alt_key() || event.meta_key() || event.is_composing() {
        return;
    }
    let place = desk.place.get_untracked();
    match (event.ctrl_key(), event.key().as_str()) {
        (true, "ArrowRight") if !types_text(event) => desk.go(place.next()),
        (true, "ArrowLeft") if !types_text(event) => desk.go(place.previous()),
        (false, key) if !types_text(event) => choose(desk, current.get_untracked(), key),
        _ => return,
    }
    if event.ctrl_key() {
        event.prevent_default();
    }
}

fn types_text(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| {
        let takes_keys = element.get_attribute("type").is_none_or(|kind| kind == "text");
        element.tag_name() == "TEXTAREA" || element.tag_name() == "INPUT" && takes_keys
    })
}

fn choose(desk: Desk, question: Option<Question>, key: &str) {
    let Some(question) = question else { return };
    let (options, several) = match &question.kind {
        QuestionKind::SingleChoice { options } => (options.len(), false),
        QuestionKind::MultipleResponse { options } => (options.len(), true),
        _ => return,
    };
    let Some(option) = option_of(key).filter(|option| usize::from(*option) < options) else {
        return;
    };
    let number = question.number;
    let response = if several {
        toggled(desk.mark(number).response, option)
    } else {
        Response::Choice(option)
    };
    desk.act(|session, now| session.answer(number, response, now));
}

/// The option that a key means: "a" and "1" are the first.
fn option_of(key: &str) -> Option<u8> {
    match key.as_bytes() {
        [digit @ b'1'..=b'9'] => Some(digit - b'1'),
        [letter @ b'a'..=b'i'] => Some(letter - b'a'),
        [letter @ b'A'..=b'I'] => Some(letter - b'A'),
        _ => None,
    }
}

/// A set of options with one turned over.
pub fn toggled(response: Response, option: u8) -> Response {
    let mut chosen = if let Response::Choices(chosen) = response {
        chosen
    } else {
        Vec::new()
    };
    match chosen.iter().position(|present| *present == option) {
        Some(at) => drop(chosen.remove(at)),
        None => chosen.push(option),
    }
    Response::Choices(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_options() {
        assert_eq!(
            [option_of("a"), option_of("B"), option_of("3"), option_of("Tab")],
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(toggled(Response::Blank, 2), Response::Choices(vec![2]));
        assert_eq!(toggled(Response::Choices(vec![2]), 2), Response::Choices(vec![]));
    }
}
