//! What is wrong with a file or a paper, and what somebody should look at, each with its place, in Vietnamese and
//! English. Must never carry the content of a right answer further than the question it stands in.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A text in both languages of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Vietnamese, shown first.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Message {
    /// A message from its two texts.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}

/// A reason why a file or a paper is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The question's title, or its number in the file where it has none.
    pub question: Option<String>,
    /// Line in the file, from 1.
    pub line: Option<u32>,
    /// Byte in the file, from 0, where the fault is one of bytes.
    pub byte: Option<usize>,
    /// What is wrong and what to do, in Vietnamese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl Fault {
    /// A fault without a place.
    pub fn new(message: Message) -> Self {
        Self {
            question: None,
            line: None,
            byte: None,
            message: message.vi,
            message_en: message.en,
        }
    }

    /// Names the question.
    pub fn in_question(self, question: impl Into<String>) -> Self {
        Self {
            question: Some(question.into()),
            ..self
        }
    }

    /// Names the line, from 1.
    pub fn at_line(self, line: u32) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    /// Names the byte, from 0.
    pub fn at_byte(self, byte: usize) -> Self {
        Self {
            byte: Some(byte),
            ..self
        }
    }
}

impl fmt::Display for Fault {
    /// The Vietnamese line as it is shown to staff: place first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, self.question.as_deref(), self.line, self.byte)?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for Fault {}

/// Something in an imported file that a person should look at; it does not stop the import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The question's title, or its number in the file where it has none.
    pub question: Option<String>,
    /// Line in the file, from 1.
    pub line: Option<u32>,
    /// What was found, in Vietnamese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl Note {
    /// A note at a place of a file.
    pub fn new(question: Option<String>, line: Option<u32>, message: Message) -> Self {
        Self {
            question,
            line,
            message: message.vi,
            message_en: message.en,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, self.question.as_deref(), self.line, None)?;
        f.write_str(&self.message)
    }
}

fn write_place(
    f: &mut fmt::Formatter<'_>,
    question: Option<&str>,
    line: Option<u32>,
    byte: Option<usize>,
) -> fmt::Result {
    let mut parts = Vec::new();
    parts.extend(line.map(|line| format!("dòng {line}")));
    parts.extend(byte.map(|byte| format!("byte {byte}")));
    parts.extend(question.map(|question| format!("câu «{question}»")));
    if !parts.is_empty() {
        write!(f, "{}: ", parts.join(", "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_comes_first() {
        let fault = Fault::new(Message::new("thiếu dấu «}»", "missing “}”"))
            .in_question("Câu 3")
            .at_line(12)
            .at_byte(90);
        assert_eq!(fault.to_string(), "dòng 12, byte 90, câu «Câu 3»: thiếu dấu «}»");
    }
}
