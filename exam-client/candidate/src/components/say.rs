//! Words and pieces that follow the page's state. One closure type for all of them, because each further type of a
//! reactive view costs the bundle some kilobytes.

use crate::desk::Desk;
use exam_browser::language::Language;
use leptos::prelude::*;

/// A text in the page's language.
pub fn say(text: fn(Language) -> &'static str) -> impl IntoView {
    let language = Desk::of_page().language;
    move || text(language.get())
}

/// A text in the page's language, for an attribute.
pub fn said(text: fn(Language) -> &'static str) -> Signal<&'static str> {
    let language = Desk::of_page().language;
    Signal::derive(move || text(language.get()))
}

/// A text with something filled in, or chosen by what happened.
pub fn tell(text: impl Fn(Language) -> String + Send + 'static) -> impl IntoView {
    tell_boxed(Box::new(text))
}

fn tell_boxed(text: Box<dyn Fn(Language) -> String + Send>) -> impl IntoView {
    let language = Desk::of_page().language;
    move || text(language.get())
}

/// The first text while `first` holds, else the second.
pub fn either(
    first: impl Fn() -> bool + Send + 'static,
    texts: [fn(Language) -> &'static str; 2],
) -> impl IntoView {
    tell(move |language| texts[usize::from(!first())](language).to_owned())
}

/// A piece of a page that changes as a whole.
pub fn piece(view: impl Fn() -> AnyView + Send + 'static) -> impl IntoView {
    piece_boxed(Box::new(view))
}

fn piece_boxed(view: Box<dyn Fn() -> AnyView + Send>) -> impl IntoView {
    move || view()
}

/// A piece of a page that is there only while `shown`.
pub fn when(
    shown: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> impl IntoView {
    let shown = Memo::new(move |_| shown());
    piece(move || if shown.get() { view() } else { ().into_any() })
}

/// A yes or no that follows the page's state, for a class or an attribute.
pub fn whether(holds: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(holds)
}

/// A value that follows the page's state, for an attribute.
pub fn value(read: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(read)
}
