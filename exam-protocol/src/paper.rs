//! What a candidate sees of a paper. No field for a right answer exists here.

use crate::bytes::{Bytes, Digest};
use crate::id::{FormId, SittingId};
use crate::time::Millis;
use minicbor::{Decode, Encode};

/// The paper (*đề thi*) in one candidate's order, as it lies inside a [`SealedForm`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CandidatePaper {
    /// "Kiểm tra cuối kỳ I".
    #[n(1)]
    pub title: String,
    /// "Toán".
    #[n(2)]
    pub subject: String,
    /// The form's printed code (*mã đề*), four digits.
    #[n(3)]
    pub form_code: String,
    /// Time allowed without credits.
    #[n(4)]
    pub duration: Millis,
    /// The parts (*phần*) in order.
    #[n(5)]
    pub sections: Vec<Section>,
    /// Pictures; `<img src="media:N">` in a rich text means the N-th.
    #[n(6)]
    pub media: Vec<Media>,
}

impl CandidatePaper {
    /// All questions in order, over all sections.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }
}

/// One part of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Section {
    /// Heading, "Phần I. Câu trắc nghiệm nhiều phương án lựa chọn"; may be empty.
    #[n(1)]
    pub title: String,
    /// The questions in this form's order.
    #[n(2)]
    pub questions: Vec<Question>,
}

/// One question as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// The question's number in the form, from 1; answers name it.
    #[n(1)]
    pub number: u16,
    /// The stem: sanitised HTML with MathML.
    #[n(2)]
    pub stem: String,
    /// What is asked for.
    #[n(3)]
    pub kind: QuestionKind,
    /// Most marks to be had, in hundredths.
    #[n(4)]
    pub marks: u32,
}

/// The kinds of question; options and statements are sanitised HTML in this form's order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum QuestionKind {
    /// One of several (*nhiều phương án lựa chọn*, part I).
    #[n(0)]
    SingleChoice {
        /// The options.
        #[n(0)]
        options: Vec<String>,
    },
    /// Any number of several.
    #[n(1)]
    MultipleResponse {
        /// The options.
        #[n(0)]
        options: Vec<String>,
    },
    /// Each statement is true or false (*đúng – sai*, part II).
    #[n(2)]
    TrueFalseGroup {
        /// The statements.
        #[n(0)]
        statements: Vec<String>,
    },
    /// A short typed answer (*trả lời ngắn*, part III).
    #[n(3)]
    ShortAnswer {
        /// What can be typed.
        #[n(0)]
        entry: Entry,
    },
    /// Free text, marked by people.
    #[n(4)]
    Essay {
        /// Most characters.
        #[n(0)]
        max_characters: u32,
    },
}

/// What can be typed into a short answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
    /// Any text up to a number of characters.
    #[n(0)]
    Text {
        /// Most characters.
        #[n(0)]
        max_characters: u16,
    },
    /// The answer grid of 2025: digits, a leading minus, one decimal comma.
    #[n(1)]
    Grid {
        /// Columns of the grid; 4 in the graduation exam.
        #[n(0)]
        columns: u8,
    },
    /// A decimal number of any length up to 32 characters.
    #[n(2)]
    Number,
}

/// A picture of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Media {
    /// `image/png` or `image/jpeg`.
    #[n(1)]
    pub content_type: String,
    /// The file.
    #[n(2)]
    pub data: Bytes,
}

/// A [`CandidatePaper`] under its form key, as it travels and waits at the seat.
///
/// AES-256-GCM, additional data = [`SealContext`] in deterministic CBOR. The commitment is published before the start.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedForm {
    /// What the ciphertext is bound to.
    #[n(1)]
    pub context: SealContext,
    /// 12 bytes, fresh for this form.
    #[n(2)]
    pub nonce: Bytes,
    /// Ciphertext followed by the 16-byte tag.
    #[n(3)]
    pub ciphertext: Bytes,
    /// SHA-256 over `"truong-thi form key" ‖ context ‖ key`: proves later that no other key was released.
    #[n(4)]
    pub key_commitment: Digest,
}

/// What a sealed form belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealContext {
    /// `"paper"` for what a seat opens, `"answer-key"` for what is opened after closing.
    #[n(1)]
    pub content: String,
    /// The sitting.
    #[n(2)]
    pub sitting: SittingId,
    /// The form.
    #[n(3)]
    pub form: FormId,
}

/// Prefix of the bytes that a key commitment hashes.
pub const KEY_COMMITMENT_LABEL: &[u8] = b"truong-thi form key";
