//! The key sheet (*đáp án*) of one form: what is right, at the candidate's own positions, and how it earns marks.
//! Deterministic CBOR, so that the same paper and form always give the same bytes. Must never be put in anything that
//! a candidate's machine gets.

use crate::form::{Form, FormQuestion};
use crate::item::{AcceptedRange, Choices, EntryForm, ItemKind, ShortAnswer, ShortKey};
use crate::paper::{Paper, PaperQuestion, Rule};
use exam_protocol::canonical::{self, NotCanonical};
use minicbor::{Decode, Encode};

/// The keys of one form.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeySheet {
    /// The form's printed code.
    #[n(1)]
    pub form_code: String,
    /// One line for each question, in the form's order.
    #[n(2)]
    pub lines: Vec<KeyLine>,
}

/// The key of one question.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyLine {
    /// The question's number in the form, from 1.
    #[n(1)]
    pub question: u16,
    /// Position of the item in the list that the paper was made of, from 0: the same in every form.
    #[n(2)]
    pub item: u16,
    /// The item's name, for reports.
    #[n(3)]
    pub name: String,
    /// Most marks, in hundredths.
    #[n(4)]
    pub maximum: u32,
    /// For each shown option or statement its position in the source, from 0: joins answers over forms.
    #[n(5)]
    pub order: Vec<u8>,
    /// What is right.
    #[n(6)]
    pub key: Key,
}

/// What is right, by kind; positions are those of the form.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Key {
    /// Any one of these options.
    #[n(0)]
    SingleChoice {
        /// Accepted options, rising.
        #[n(0)]
        right: Vec<u8>,
        /// Number of options.
        #[n(1)]
        options: u8,
    },
    /// Exactly these options.
    #[n(1)]
    MultipleResponse {
        /// Right options, rising.
        #[n(0)]
        right: Vec<u8>,
        /// Number of options.
        #[n(1)]
        options: u8,
        /// Whether part of the marks is given: (right − wrong) / right ones.
        #[n(2)]
        proportional: bool,
    },
    /// These truths.
    #[n(2)]
    TrueFalse {
        /// For each statement whether it is true.
        #[n(0)]
        right: Vec<bool>,
        /// Hundredths by the number of right statements, from 0 to all.
        #[n(1)]
        steps: Vec<u32>,
    },
    /// A typed text.
    #[n(3)]
    Text {
        /// Columns of the answer grid that the text must fit; 0 if it was typed freely.
        #[n(0)]
        grid_columns: u8,
        /// Whether capitals count.
        #[n(1)]
        case_sensitive: bool,
        /// Accepted texts.
        #[n(2)]
        accepted: Vec<KeyText>,
    },
    /// A typed number, compared by value.
    #[n(4)]
    Number {
        /// Columns of the answer grid that the number must fit; 0 if it was typed freely.
        #[n(0)]
        grid_columns: u8,
        /// Accepted ranges.
        #[n(1)]
        accepted: Vec<KeyRange>,
    },
    /// Marked by people.
    #[n(5)]
    People,
}

/// An accepted text.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyText {
    /// The text; `*` stands for any characters, `\*` for a star.
    #[n(1)]
    pub text: String,
    /// What it earns, in hundredths of a percent.
    #[n(2)]
    pub share: u16,
}

/// An accepted range, both ends included, as decimal texts: CBOR has no exact decimals without a tag.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyRange {
    /// Least value.
    #[n(1)]
    pub low: String,
    /// Greatest value.
    #[n(2)]
    pub high: String,
    /// What it earns, in hundredths of a percent.
    #[n(3)]
    pub share: u16,
}

impl KeySheet {
    /// The keys of `form`, which must have been made of `paper`.
    pub fn of(paper: &Paper, form: &Form) -> Self {
        let places = paper
            .sections()
            .iter()
            .zip(&form.sections)
            .flat_map(|(section, order)| order.iter().map(|place| (&section.questions[place.index], place)));
        let lines = (1..)
            .zip(places)
            .map(|(number, (question, place))| line(number, question, place))
            .collect();
        Self {
            form_code: form.code.clone(),
            lines,
        }
    }

    /// Deterministic CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::encode(self)
    }

    /// Reads [`KeySheet::to_bytes`] and nothing else.
    ///
    /// # Errors
    /// The place where the bytes are not a key sheet in deterministic CBOR.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotCanonical> {
        canonical::decode(bytes)
    }
}

fn line(number: u16, question: &PaperQuestion, place: &FormQuestion) -> KeyLine {
    KeyLine {
        question: number,
        item: question.item,
        name: question.name.clone(),
        maximum: question.marks,
        order: place.order.clone(),
        key: key(question, &place.order),
    }
}

fn key(question: &PaperQuestion, order: &[u8]) -> Key {
    match (&question.kind, &question.rule) {
        (ItemKind::SingleChoice(choices), _) => Key::SingleChoice {
            right: right_positions(choices, order),
            options: count(order),
        },
        (ItemKind::MultipleResponse(choices), rule) => Key::MultipleResponse {
            right: right_positions(choices, order),
            options: count(order),
            proportional: *rule == Rule::Proportional,
        },
        (ItemKind::TrueFalseGroup(group), rule) => Key::TrueFalse {
            right: order
                .iter()
                .map(|from| group.statements[usize::from(*from)].right)
                .collect(),
            steps: if let Rule::Steps(steps) = rule {
                steps.clone()
            } else {
                Vec::new()
            },
        },
        (ItemKind::ShortAnswer(answer), _) => short_key(answer),
        (ItemKind::Essay, _) => Key::People,
    }
}

/// Where the right options stand in the form.
fn right_positions(choices: &Choices, order: &[u8]) -> Vec<u8> {
    (0..)
        .zip(order)
        .filter(|(_, from)| choices.options[usize::from(**from)].right)
        .map(|(shown, _)| shown)
        .collect()
}

fn count(order: &[u8]) -> u8 {
    u8::try_from(order.len()).expect("a paper has at most 26 options to a question")
}

fn short_key(answer: &ShortAnswer) -> Key {
    let grid_columns = if let Some(EntryForm::Grid(columns)) = answer.entry {
        columns
    } else {
        0
    };
    match &answer.key {
        ShortKey::Text {
            accepted,
            case_sensitive,
        } => Key::Text {
            grid_columns,
            case_sensitive: *case_sensitive,
            accepted: accepted
                .iter()
                .map(|key| KeyText {
                    text: key.text.clone(),
                    share: key.share,
                })
                .collect(),
        },
        ShortKey::Number { accepted } => Key::Number {
            grid_columns,
            accepted: accepted.iter().map(key_range).collect(),
        },
    }
}

fn key_range(range: &AcceptedRange) -> KeyRange {
    KeyRange {
        low: range.low.to_string(),
        high: range.high.to_string(),
        share: range.share,
    }
}
