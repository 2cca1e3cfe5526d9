//! A form (*mã đề*): one candidate's order of questions, options and statements, fully determined by a seed.
//! Must never move a question out of its part, nor an option that is fixed.

use crate::item::{Choices, ItemKind, Statements};
use crate::paper::{Paper, PaperQuestion};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The order of one candidate's paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The printed code.
    pub code: String,
    /// For each part of the paper its questions in this form's order.
    pub sections: Vec<Vec<FormQuestion>>,
}

/// One question's place in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormQuestion {
    /// Position in the part of the paper, from 0.
    pub index: usize,
    /// For each shown option or statement its position in the source, from 0; empty where there are none.
    pub order: Vec<u8>,
}

impl Form {
    /// The form of a seed: ChaCha20 and Fisher–Yates, the same on every machine and in every release.
    pub fn make(paper: &Paper, code: &str, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let sections = paper
            .sections()
            .iter()
            .map(|section| shuffled_section(&section.questions, &mut rng))
            .collect();
        Self {
            code: code.to_owned(),
            sections,
        }
    }

    /// The form in the order of the source, for proof-reading.
    pub fn unshuffled(paper: &Paper, code: &str) -> Self {
        let in_order = |(index, question): (usize, &PaperQuestion)| FormQuestion {
            index,
            order: (0..movable(question).len()).map(position).collect(),
        };
        let sections = paper
            .sections()
            .iter()
            .map(|s| s.questions.iter().enumerate().map(in_order).collect())
            .collect();
        Self {
            code: code.to_owned(),
            sections,
        }
    }
}

fn shuffled_section(questions: &[PaperQuestion], rng: &mut ChaCha20Rng) -> Vec<FormQuestion> {
    let mut order: Vec<usize> = (0..questions.len()).collect();
    shuffle(&mut order, rng);
    order
        .into_iter()
        .map(|index| FormQuestion {
            index,
            order: shuffled_options(&questions[index], rng),
        })
        .collect()
}

/// Shuffles the places that may move among themselves; the others stay where they are.
fn shuffled_options(question: &PaperQuestion, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let movable = movable(question);
    let places: Vec<usize> = (0..movable.len()).filter(|place| movable[*place]).collect();
    let mut moved = places.clone();
    shuffle(&mut moved, rng);
    let mut order: Vec<u8> = (0..movable.len()).map(position).collect();
    for (place, from) in places.into_iter().zip(moved) {
        order[place] = position(from);
    }
    order
}

/// For each option or statement whether it may move.
fn movable(question: &PaperQuestion) -> Vec<bool> {
    match &question.kind {
        ItemKind::SingleChoice(choices) | ItemKind::MultipleResponse(choices) => choices_movable(choices),
        ItemKind::TrueFalseGroup(Statements { statements, shuffle }) => vec![*shuffle; statements.len()],
        ItemKind::ShortAnswer(_) | ItemKind::Essay => Vec::new(),
    }
}

fn choices_movable(choices: &Choices) -> Vec<bool> {
    choices
        .options
        .iter()
        .map(|option| choices.shuffle && !option.fixed)
        .collect()
}

fn position(place: usize) -> u8 {
    u8::try_from(place).expect("a paper has at most 26 options to a question")
}

/// Fisher–Yates.
fn shuffle<T>(values: &mut [T], rng: &mut ChaCha20Rng) {
    for last in (1..values.len()).rev() {
        values.swap(last, below(last + 1, rng));
    }
}

/// A uniform number below `bound`, by rejection.
fn below(bound: usize, rng: &mut ChaCha20Rng) -> usize {
    let bound = u32::try_from(bound).expect("a paper has at most 500 questions");
    let largest = u32::MAX - u32::MAX % bound;
    loop {
        let value = rng.next_u32();
        if value < largest {
            return (value % bound) as usize;
        }
    }
}
