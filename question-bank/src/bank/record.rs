//! What a bank keeps of one item. Must never keep what belongs to a candidate.

use super::NoRandomness;
use super::state::{Event, State};
use crate::item::Item;
use crate::rich::RichText;
use core::fmt::{self, Display, Write};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

/// A permanent identifier: 32 hexadecimal digits, drawn once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemId(String);

impl ItemId {
    /// A new one.
    ///
    /// # Errors
    /// The generator gives nothing.
    pub fn random(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes).map_err(|_| NoRandomness)?;
        let mut text = String::with_capacity(32);
        for byte in bytes {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ItemId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an item's identifier has 32 hexadecimal digits")
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> Self {
        id.0
    }
}

impl Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An item with its past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankItem {
    /// The number under which people see it, counted within the bank.
    pub number: u32,
    /// Where it stands.
    pub state: State,
    /// All versions, oldest first.
    pub versions: Vec<Version>,
    /// What is known about it.
    pub metadata: Metadata,
    /// Who did what.
    pub history: Vec<Event>,
    /// In which exams it was used.
    pub exposures: Vec<Exposure>,
    /// Items that may not stand in one paper with it.
    pub enemies: Vec<ItemId>,
    /// The shared text it belongs to.
    pub cluster: Option<ItemId>,
    /// What trials and exams showed.
    pub statistics: Option<Statistics>,
}

impl BankItem {
    /// The newest version.
    pub fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// Whether the item may be used again: the last exposure is so many milliseconds ago (12 months in the rules for
    /// foreign-language tests; a setting).
    pub fn may_be_used(&self, now_ms: i64, pause_ms: i64) -> bool {
        let last = self.exposures.iter().map(|exposure| exposure.at_ms).max();
        last.is_none_or(|last| now_ms.saturating_sub(last) >= pause_ms)
    }
}

/// One version; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// Who wrote it.
    pub author: String,
    /// When, in milliseconds since 1970 UTC.
    pub made_ms: i64,
    /// The question with its key.
    pub item: Item,
    /// The solution, which never goes to candidates.
    pub solution: RichText,
}

/// What is known about an item (exam-domain 3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// *Môn*.
    pub subject: String,
    /// *Lớp*, 6 to 12.
    pub grade: Option<u8>,
    /// *Chương trình*: GDPT 2018, GDTX.
    pub programme: String,
    /// *Chủ đề* and below, outermost first.
    pub topic: Vec<String>,
    /// *Yêu cầu cần đạt*.
    pub requirement: String,
    /// *Mức độ*.
    pub level: Option<Level>,
    /// The level as the source has it: NB, TH, VD, VDC.
    pub level_label: String,
    /// *Năng lực*.
    pub competence: String,
    /// Further tags.
    pub tags: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// Under which terms it may be used.
    pub licence: String,
    /// Estimated seconds to answer.
    pub seconds: Option<u32>,
}

/// *Mức độ đánh giá* since 2024 (công văn 7991).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// *Biết*.
    Know,
    /// *Hiểu*.
    Understand,
    /// *Vận dụng*.
    Apply,
}

impl Level {
    /// The level of an old label; VDC is an application.
    pub fn of_label(label: &str) -> Option<Self> {
        Some(match label {
            "NB" | "B" => Self::Know,
            "TH" | "H" => Self::Understand,
            "VD" | "VDC" => Self::Apply,
            _ => return None,
        })
    }
}

/// One use in an exam.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The exam.
    pub exam: String,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// How many candidates saw it.
    pub candidates: u32,
}

/// What answers showed, in thousandths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// How many answered.
    pub candidates: u32,
    /// Difficulty p: the share of right answers.
    pub difficulty: i32,
    /// Discrimination D by the upper and lower 27 %.
    pub discrimination: i32,
    /// Point-biserial correlation with the whole mark.
    pub point_biserial: i32,
}
