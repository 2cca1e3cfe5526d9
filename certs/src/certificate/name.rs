//! Distinguished names (RFC 5280, section 4.1.2.4): their attributes, and whether two names mean the same.

use super::PLACE;
use crate::algorithm;
use crate::error::Result;
use crate::oid;
use crate::tlv::{Element, OBJECT_IDENTIFIER, SEQUENCE, SET};

/// A name in a form that does not depend on string types, letter case, blanks and order: issuers write their own name
/// differently in different places (`cccd.md` section 6). An unreadable name is only like its own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NormalName {
    /// Types and values of the attributes, sorted; values in lower case with single blanks.
    Attributes(Vec<(Vec<u8>, String)>),
    /// A name without attributes, or one that can't be read.
    Bytes(Vec<u8>),
}

impl NormalName {
    /// From a DER name.
    pub(crate) fn of(name: &[u8]) -> Self {
        match attributes(name) {
            Ok(attributes) if !attributes.is_empty() => {
                let normal = |(oid, value): (&[u8], String)| {
                    let words: Vec<_> = value.split_whitespace().collect();
                    (oid.to_vec(), words.join(" ").to_lowercase())
                };
                let mut attributes: Vec<_> = attributes.into_iter().map(normal).collect();
                attributes.sort();
                Self::Attributes(attributes)
            }
            _ => Self::Bytes(name.to_vec()),
        }
    }

    /// The country, two small letters on every certificate of a travel document.
    pub(crate) fn country(&self) -> Option<&str> {
        let Self::Attributes(attributes) = self else {
            return None;
        };
        let country = attributes.iter().find(|(of, _)| of == oid::COUNTRY_NAME);
        country.map(|(_, value)| value.as_str())
    }
}

/// Type and value of each attribute of a name.
pub(super) fn attributes(name: &[u8]) -> Result<Vec<(&[u8], String)>> {
    let mut found = Vec::new();
    let mut sets = algorithm::sequence(name, PLACE)?;
    while !sets.is_empty() {
        let mut set = sets.expect(SET)?.children()?;
        while !set.is_empty() {
            let mut attribute = set.expect(SEQUENCE)?.children()?;
            let oid = attribute.expect(OBJECT_IDENTIFIER)?.content;
            found.push((oid, text(&attribute.any()?)));
        }
    }
    Ok(found)
}

fn text(value: &Element<'_>) -> String {
    const BMP_STRING: u32 = 0x1e;
    if value.tag == BMP_STRING {
        let units = value
            .content
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    } else {
        String::from_utf8_lossy(value.content).into_owned()
    }
}
