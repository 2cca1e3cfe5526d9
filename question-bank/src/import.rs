//! Teachers' files in: bytes become items, or a list of everything that is wrong with the file. All or nothing: a
//! file with one fault gives no item. Must never guess an answer, change a formula, or drop a question silently.

mod aiken;
mod collect;
mod docx;
mod encoding;
mod entry;
mod gift;
mod moodle_xml;
mod order;
mod weight;

pub use aiken::aiken;
pub(crate) use docx::report::result as with_key;
pub(crate) use docx::with_stimulus;
pub use docx::{Doubt, Question, Stimulus, WordFile, docx};
pub use gift::gift;
pub use moodle_xml::moodle_xml;

use crate::fault::{Fault, Note};
use crate::item::Item;
use serde::Serialize;

/// Most questions of one file.
pub const MAX_QUESTIONS: usize = 20_000;

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Import {
    /// The questions in the file's order.
    pub items: Vec<Item>,
    /// What a person should look at.
    pub notes: Vec<Note>,
}

/// Reads a file of any format, found from its first bytes: a Word file is a ZIP archive, XML begins with `<`, GIFT never
/// does in practice.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn any(bytes: &[u8]) -> Result<Import, Vec<Fault>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return docx(bytes)?.into_import();
    }
    let text = encoding::decode(bytes).map_err(|fault| vec![fault])?;
    if looks_like_xml(&text) {
        moodle_xml::read(&text)
    } else if aiken::looks_like(&text) {
        aiken::read(&text)
    } else {
        gift::read(&text)
    }
}

fn looks_like_xml(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("<?xml")
        || text.starts_with("<quiz")
        || text.starts_with("<!DOCTYPE")
        || text.starts_with("<!--")
}

#[cfg(test)]
mod tests;
