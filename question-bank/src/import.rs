//! Teachers' files in: bytes become items, or a list of everything that is wrong with the file. All or nothing: a
//! file with one fault gives no item. Must never guess an answer, change a formula, or drop a question silently.

mod collect;
mod encoding;
mod entry;
mod gift;
mod moodle_xml;
mod order;
mod weight;

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

/// Reads a file of either format, found from its first character: XML begins with `<`, GIFT never does in practice.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn any(bytes: &[u8]) -> Result<Import, Vec<Fault>> {
    let text = encoding::decode(bytes).map_err(|fault| vec![fault])?;
    if looks_like_xml(&text) {
        moodle_xml::read(&text)
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
