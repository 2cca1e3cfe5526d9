//! Teachers' files in: bytes become items, or a list of everything that is wrong with the file. All or nothing: a
//! file with one fault gives no item. Must never guess an answer, change a formula, or drop a question silently.

use crate::fault::Note;
use crate::item::Item;

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The questions in the file's order.
    pub items: Vec<Item>,
    /// What a person should look at.
    pub notes: Vec<Note>,
}
