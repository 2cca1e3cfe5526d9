//! Before handing in: what is open, question by question, and two clear buttons. The strong one is going back as long as
//! a question is blank.

use crate::components::say::{piece, say, tell, value, when, whether};
use crate::core::hand_in::Summary;
use crate::core::session::{Link, Session};
use crate::desk::Desk;
use crate::texts::{exam, review};
use exam_browser::language::Language;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Review() -> impl IntoView {
    let desk = Desk::of_page();
    let summary = Memo::new(move |_| desk.read(Session::summary).unwrap_or_default());
    let lead = tell(move |language| summary.with(|s| lead_text(s, language)));
    let blank = move || summary.with(|s| !s.blank.is_empty());
    let heading = NodeRef::<leptos::html::H1>::new();
    heading.on_load(|element| drop(element.focus()));
    let count =
        tell(move |language| summary.with(|s| exam::answered_count(language, s.answered(), s.questions)));
    view! {
        <section class="card review" data-testid="page-review">
            <h1 node_ref=heading tabindex="-1">{say(review::title)}</h1>
            <p class="lead">{lead}</p>
            <p class="review-count" data-testid="review-count">{count}</p>
            <Numbers name="blank" title=|language, count| review::blank(language, count)
                numbers=Signal::derive(move || summary.get().blank)/>
            <Numbers name="partly" title=|language, count| review::partly(language, count)
                numbers=Signal::derive(move || summary.get().partly)/>
            <Numbers name="flagged" title=|language, count| review::flagged(language, count)
                numbers=Signal::derive(move || summary.get().flagged)/>
            {when(move || desk.link.get() != Link::Online, || view! {
                <p class="notice calm">{say(review::offline)}</p>
            }.into_any())}
            <div class="buttons">
                <button type="button" class="button large" class:primary=whether(blank) id="back"
                    on:click=move |_| desk.reviewing.set(false)>
                    {say(review::back)}
                </button>
                <button type="button" class="button large" class:primary=whether(move || !blank()) id="confirm-hand-in"
                    on:click=move |_| desk.act(Session::hand_in)>
                    {say(review::confirm)}
                </button>
            </div>
        </section>
    }
}

/// What to think about first.
fn lead_text(summary: &Summary, language: Language) -> String {
    if !summary.blank.is_empty() {
        review::lead_blank(language, summary.blank.len())
    } else if summary.partly.is_empty() && summary.flagged.is_empty() {
        review::lead_done(language).to_owned()
    } else {
        review::lead_open(language).to_owned()
    }
}

/// Questions of one sort; each goes there.
#[component]
fn Numbers(
    name: &'static str,
    title: fn(Language, usize) -> String,
    #[prop(into)] numbers: Signal<Vec<u16>>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let go = move |number: u16| {
        let index = usize::from(number).saturating_sub(1);
        desk.go(desk.place.get_untracked().go(index));
    };
    let button = move |number: u16| {
        view! {
            <button type="button" class="cell" class:partly=name == "partly" class:flagged=name == "flagged"
                aria-label=value(move || review::go(desk.language.get(), number)) on:click=move |_| go(number)>
                {number.to_string()}
            </button>
        }
    };
    view! {
        {when(move || !numbers.get().is_empty(), move || view! {
            <div data-testid=format!("review-{name}")>
                <h2>{tell(move |language| title(language, numbers.get().len()))}</h2>
                <div class="cells">{piece(move || numbers.get().into_iter().map(button).collect_view().into_any())}</div>
            </div>
        }.into_any())}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_counts_blank_questions_before_all_else() {
        let of = |blank: &[u16], partly: &[u16], flagged: &[u16]| {
            let (blank, partly, flagged) = (blank.to_vec(), partly.to_vec(), flagged.to_vec());
            let summary = Summary {
                questions: 9,
                blank,
                partly,
                flagged,
            };
            lead_text(&summary, Language::Vietnamese)
        };
        assert!(of(&[2, 7], &[3], &[1]).starts_with("Bạn còn 2 câu chưa làm!"));
        assert_eq!(of(&[], &[3], &[]), review::lead_open(Language::Vietnamese));
        assert_eq!(of(&[], &[], &[3]), review::lead_open(Language::Vietnamese));
        assert_eq!(of(&[], &[], &[]), review::lead_done(Language::Vietnamese));
    }
}
