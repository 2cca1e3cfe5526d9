//! Distinguished names (RFC 5280, section 4.1.2.4): their attributes, and whether two names mean the same.

use super::PLACE;
use crate::algorithm;
use crate::error::Result;
use crate::tlv::{Element, OBJECT_IDENTIFIER, SEQUENCE, SET};

/// Whether two names are the same in spite of other string types, letter case, blanks and order: issuers write their
/// own name differently in different places (`cccd.md` section 6).
pub(crate) fn same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || normal_name(a).is_some_and(|name| !name.is_empty() && normal_name(b) == Some(name))
}

/// The attributes in one order, values in lower case with single blanks.
fn normal_name(name: &[u8]) -> Option<Vec<(&[u8], String)>> {
    let mut attributes = attributes(name).ok()?;
    for (_, value) in &mut attributes {
        *value = value
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase();
    }
    attributes.sort();
    Some(attributes)
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
