//! Items in formats of other programs, such that reading them again gives the same questions and keys. What a format
//! cannot say is left out with a note. Must never change a key to make it fit.

mod aiken;
mod gift;
mod moodle_xml;

use crate::fault::{Message, Note};
use crate::item::Item;
use crate::rich::RichText;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Moodle's text format.
    Gift,
    /// Moodle XML.
    MoodleXml,
    /// One right answer among some, in plain text.
    Aiken,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub text: String,
    /// Items that the format cannot hold, and why.
    pub notes: Vec<Note>,
}

impl Written {
    fn left_out(&mut self, item: &Item, vi: &str, en: &str) {
        let message = Message::new(vi, en);
        self.notes.push(Note::new(Some(item.name.clone()), None, message));
    }
}

/// Writes items.
pub fn write(items: &[Item], format: Format) -> Written {
    match format {
        Format::Gift => gift::write(items),
        Format::MoodleXml => moodle_xml::write(items),
        Format::Aiken => aiken::write(items),
    }
}

/// A text with its pictures in it as `data:` addresses.
fn html(text: &RichText, item: &Item) -> String {
    let mut html = text.as_str().to_owned();
    for number in text.media() {
        if let Some(picture) = item.media.get(number) {
            let address = format!(
                " src=\"data:{};base64,{}\"",
                picture.content_type,
                STANDARD.encode(&picture.data.0)
            );
            html = html.replace(&format!(" src=\"media:{number}\""), &address);
        }
    }
    html
}

#[cfg(test)]
mod tests;
