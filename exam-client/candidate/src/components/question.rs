//! One question: heading, stem, and what is asked for. Each kind has its own file.

mod choice;
mod essay;
mod group;
mod keypad;
mod short;

use crate::components::rich::Rich;
use crate::components::say::tell;
use crate::texts::exam;
use choice::{Multiple, Single};
use essay::Essay;
use exam_protocol::paper::{Question, QuestionKind};
use group::Group;
use leptos::html::H2;
use leptos::prelude::*;
use short::Short;

/// The question that is shown.
#[component]
pub fn QuestionView(
    /// The question.
    question: Question,
    /// Heading of its part; may be empty.
    section: String,
    /// Questions in the paper.
    count: usize,
) -> impl IntoView {
    let number = question.number;
    let heading = NodeRef::<H2>::new();
    // The reader of a screen reader, and the keyboard, go on at the new question.
    heading.on_load(|element| drop(element.focus()));
    view! {
        <article class="question" data-testid="question" data-number=number.to_string()>
            {(!section.is_empty()).then(|| view! { <p class="section">{section}</p> })}
            <header class="question-head">
                <h2 node_ref=heading tabindex="-1">
                    {tell(move |language| exam::question_of(language, count, number))}
                </h2>
                <span class="quiet">{tell(move |language| exam::marks(language, marks(question.marks)))}</span>
            </header>
            <Rich html=question.stem/>
            {asked(number, question.kind)}
        </article>
    }
}

fn asked(number: u16, kind: QuestionKind) -> AnyView {
    match kind {
        QuestionKind::SingleChoice { options } => {
            view! { <Single number=number options=options/> }.into_any()
        }
        QuestionKind::MultipleResponse { options } => {
            view! { <Multiple number=number options=options/> }.into_any()
        }
        QuestionKind::TrueFalseGroup { statements } => {
            view! { <Group number=number statements=statements/> }.into_any()
        }
        QuestionKind::ShortAnswer { entry } => view! { <Short number=number entry=entry/> }.into_any(),
        QuestionKind::Essay { max_characters } => {
            view! { <Essay number=number most=max_characters/> }.into_any()
        }
    }
}

/// Hundredths as Vietnamese write them: "0,25", "1".
fn marks(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole},{rest:02}").trim_end_matches('0').to_owned()
    }
}

/// "A" for the first option.
fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index.min(25)).unwrap_or(25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_letters_as_on_paper() {
        assert_eq!(
            [marks(25), marks(50), marks(100), marks(105)],
            ["0,25", "0,5", "1", "1,05"]
        );
        assert_eq!([letter(0), letter(3)], ['A', 'D']);
    }
}
