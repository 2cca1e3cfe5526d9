//! A question with its right answer, as the office keeps it. Must never be sent to a candidate: that is what
//! [`crate::redact`] is for.

use crate::number::Decimal;
use crate::rich::RichText;
use exam_protocol::bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A question of the bank with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Title in the source, or "Câu n" where it has none.
    pub name: String,
    /// Path of the category in the source, outermost first.
    pub category: Vec<String>,
    /// Line in the source at which the question begins, from 1; 0 if it came from no file.
    pub line: u32,
    /// What is asked.
    pub stem: RichText,
    /// The kind, with options and key.
    pub kind: ItemKind,
    /// Pictures; `media:N` in this item's texts means the N-th.
    pub media: Vec<Picture>,
}

/// A picture of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// `image/png` or `image/jpeg`, found from the bytes.
    pub content_type: String,
    /// The file.
    pub data: Bytes,
}

/// The kinds of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of several.
    SingleChoice,
    /// Any number of several.
    MultipleResponse,
    /// True or false for each statement.
    TrueFalseGroup,
    /// A short typed text or number.
    ShortAnswer,
    /// Free text, marked by people.
    Essay,
}

impl Kind {
    /// All kinds, in the order of a paper's parts.
    pub const ALL: [Self; 5] = [
        Self::SingleChoice,
        Self::MultipleResponse,
        Self::TrueFalseGroup,
        Self::ShortAnswer,
        Self::Essay,
    ];

    /// Vietnamese name.
    pub fn name_vi(self) -> &'static str {
        match self {
            Self::SingleChoice => "nhiều phương án lựa chọn",
            Self::MultipleResponse => "chọn nhiều phương án đúng",
            Self::TrueFalseGroup => "đúng – sai",
            Self::ShortAnswer => "trả lời ngắn",
            Self::Essay => "tự luận",
        }
    }

    /// English name.
    pub fn name_en(self) -> &'static str {
        match self {
            Self::SingleChoice => "single choice",
            Self::MultipleResponse => "multiple response",
            Self::TrueFalseGroup => "true/false group",
            Self::ShortAnswer => "short answer",
            Self::Essay => "essay",
        }
    }
}

/// A question's kind with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// One of several; more than one option may be accepted as right.
    SingleChoice(Choices),
    /// Any number of several.
    MultipleResponse(Choices),
    /// True or false for each statement.
    TrueFalseGroup(Statements),
    /// A short typed answer.
    ShortAnswer(ShortAnswer),
    /// Free text, marked by people.
    Essay,
}

impl ItemKind {
    /// The kind without its content.
    pub fn kind(&self) -> Kind {
        match self {
            Self::SingleChoice(_) => Kind::SingleChoice,
            Self::MultipleResponse(_) => Kind::MultipleResponse,
            Self::TrueFalseGroup(_) => Kind::TrueFalseGroup,
            Self::ShortAnswer(_) => Kind::ShortAnswer,
            Self::Essay => Kind::Essay,
        }
    }

    /// Every rich text of the kind, for changes that concern all of them.
    pub(crate) fn texts_mut(&mut self) -> Vec<&mut RichText> {
        match self {
            Self::SingleChoice(choices) | Self::MultipleResponse(choices) => choices
                .options
                .iter_mut()
                .map(|option| &mut option.text)
                .collect(),
            Self::TrueFalseGroup(group) => group
                .statements
                .iter_mut()
                .map(|statement| &mut statement.text)
                .collect(),
            Self::ShortAnswer(_) | Self::Essay => Vec::new(),
        }
    }
}

/// Options and whether they may be put in another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The options in the source's order.
    pub options: Vec<ChoiceOption>,
    /// False keeps all options where they are ("Cả A và B" names letters).
    pub shuffle: bool,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// What is shown.
    pub text: RichText,
    /// Whether it is right.
    pub right: bool,
    /// Whether it keeps its place when the others are shuffled ("Tất cả các đáp án trên").
    pub fixed: bool,
}

/// Statements of a true/false group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// The statements in the source's order, usually four.
    pub statements: Vec<Statement>,
    /// Whether they may be put in another order.
    pub shuffle: bool,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What is shown.
    pub text: RichText,
    /// Whether it is true.
    pub right: bool,
}

/// A short answer: how it is typed and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortAnswer {
    /// How it is typed; `None` leaves it to the paper's scheme.
    pub entry: Option<EntryForm>,
    /// What is accepted.
    pub key: ShortKey,
}

/// How a short answer is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryForm {
    /// Any text of at most so many characters.
    Text(u16),
    /// The answer grid of 2025 with so many columns.
    Grid(u8),
    /// A decimal number.
    Number,
}

/// What is accepted as a short answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortKey {
    /// Compared as text after NFC, trimming and joining blanks.
    Text {
        /// The accepted texts; `*` stands for any characters, `\*` for a star.
        accepted: Vec<AcceptedText>,
        /// Whether capitals count.
        case_sensitive: bool,
    },
    /// Compared by value.
    Number {
        /// The accepted ranges.
        accepted: Vec<AcceptedRange>,
    },
}

/// Share of a question's marks, in hundredths of a percent; 10,000 is all of them.
pub type Share = u16;

/// All of a question's marks.
pub const WHOLE: Share = 10_000;

/// An accepted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedText {
    /// The text.
    pub text: String,
    /// What it earns.
    pub share: Share,
}

/// An accepted range of values, both ends included; a single value has equal ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRange {
    /// Least accepted value.
    #[serde(with = "decimal_text")]
    pub low: Decimal,
    /// Greatest accepted value.
    #[serde(with = "decimal_text")]
    pub high: Decimal,
    /// What it earns.
    pub share: Share,
}

/// Decimals are text in JSON: a JSON number would be read as a float.
mod decimal_text {
    use super::Decimal;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::parse(&text).ok_or_else(|| de::Error::custom("not a decimal number"))
    }
}
