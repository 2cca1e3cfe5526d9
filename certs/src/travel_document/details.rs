//! Additional details: DG11 about the person, DG12 about the document (ICAO Doc 9303-10, sections 4.7.11 and 4.7.12), and
//! DG13 of Vietnamese cards, whose layout no standard publishes.
//!
//! Texts are taken as they are, with a limit; unknown fields are kept by their number, so that a new kind of card still
//! reads. Everything here is personal: none of it belongs into a log or, beyond what a step needs, to a server.

use super::data_group::{MAX_OTHER, file};
use crate::error::Result;
use crate::tlv::{Element, INTEGER, Reader, SEQUENCE, SET};
use core::fmt;

/// More fields of one file are refused.
const MAX_FIELDS: usize = 64;

/// Fields of a file: number or tag, and texts. Its `Debug` shows the numbers only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Details(Vec<(u32, Vec<String>)>);

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(number, _)| number))
            .finish()
    }
}

impl Details {
    /// The first text of a field.
    pub fn text(&self, number: u32) -> Option<&str> {
        self.texts(number).first().map(String::as_str)
    }

    /// All texts of a field: DG13 has father and mother in one.
    pub fn texts(&self, number: u32) -> &[String] {
        let field = self.0.iter().find(|(of, _)| *of == number);
        field.map_or(&[], |(_, texts)| texts)
    }

    /// Numbers of the fields, in the file's order.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|(number, _)| *number)
    }

    fn add(&mut self, number: u32, texts: Vec<String>, of: &Element<'_>) -> Result<()> {
        if self.0.len() >= MAX_FIELDS {
            return Err(of.malformed());
        }
        self.0.push((number, texts));
        Ok(())
    }
}

/// Fields of EF.DG11 by tag: `5F0E` full name, `5F10` personal number, `5F2B` birth date, `5F11` birthplace, `5F42` address.
///
/// # Errors
/// [`crate::Kind::TooLarge`], [`crate::Kind::Malformed`].
pub fn of_person(dg11: &[u8]) -> Result<Details> {
    tagged(&file(dg11, "EF.DG11", 0x6b, MAX_OTHER)?)
}

/// Fields of EF.DG12 by tag: `5F19` issuing authority, `5F26` date of issue.
///
/// # Errors
/// [`crate::Kind::TooLarge`], [`crate::Kind::Malformed`].
pub fn of_document(dg12: &[u8]) -> Result<Details> {
    tagged(&file(dg12, "EF.DG12", 0x6c, MAX_OTHER)?)
}

/// A list of tags in `5C`, then the fields; those of `A0` (other names) stand in it behind their count.
fn tagged(file: &Element<'_>) -> Result<Details> {
    const OTHERS: u32 = 0xa0;
    let mut details = Details::default();
    let mut fields = file.children()?;
    fields.expect(0x5c)?;
    while !fields.is_empty() {
        let field = fields.any()?;
        if field.tag == OTHERS {
            let mut others = field.children()?;
            others.optional(INTEGER)?;
            while !others.is_empty() {
                let other = others.any()?;
                details.add(other.tag, vec![text(&other)], file)?;
            }
        } else {
            details.add(field.tag, vec![text(&field)], file)?;
        }
    }
    Ok(details)
}

/// Fields of a Vietnamese EF.DG13 by number: 1 citizen number, 2 full name, 3 birth date, 4 sex, 5 nationality, 11 date of
/// issue, 12 expiry; others are more private.
///
/// `6D { SEQUENCE { INTEGER, OBJECT IDENTIFIER, SET { SEQUENCE { INTEGER number, values … } … } } }`. The two layouts that
/// are known differ in string types and in how deep the values stand (`cccd.md` 2.3): all strings of a field count.
///
/// # Errors
/// [`crate::Kind::TooLarge`], [`crate::Kind::Malformed`].
pub fn of_vietnamese_card(dg13: &[u8]) -> Result<Details> {
    let whole = file(dg13, "EF.DG13", 0x6d, MAX_OTHER)?.only_child(SEQUENCE)?;
    let mut fields = whole.children()?;
    fields.expect(INTEGER)?;
    fields.any()?;
    let mut items = fields.expect(SET)?.children()?;
    let mut details = Details::default();
    while !items.is_empty() {
        let item = items.any()?;
        let mut values = item.children()?;
        let number = values.expect(INTEGER)?.small()?;
        let mut texts = Vec::new();
        strings(values, &mut texts)?;
        details.add(number, texts, &whole)?;
    }
    Ok(details)
}

/// All strings, however deep.
fn strings(mut values: Reader<'_>, texts: &mut Vec<String>) -> Result<()> {
    const CONSTRUCTED: u32 = 0x20;
    while !values.is_empty() {
        let value = values.any()?;
        if value.tag & CONSTRUCTED != 0 {
            strings(value.children()?, texts)?;
        } else if matches!(value.tag, 0x0c | 0x13 | 0x16 | 0x1e) && texts.len() < MAX_FIELDS {
            texts.push(text(&value));
        }
    }
    Ok(())
}

fn text(value: &Element<'_>) -> String {
    const BMP_STRING: u32 = 0x1e;
    if value.tag != BMP_STRING {
        return String::from_utf8_lossy(value.content).into_owned();
    }
    let units = value.content.chunks_exact(2);
    let units = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tlv(tag: &[u8], content: &[u8]) -> Vec<u8> {
        [tag, &[u8::try_from(content.len()).unwrap()], content].concat()
    }

    #[test]
    fn reads_the_optional_details_of_the_standard() {
        let others = [tlv(&[0x02], &[1]), tlv(&[0x5f, 0x0f], b"ANOTHER")].concat();
        let content = [
            tlv(&[0x5c], &[0x5f, 0x0e, 0xa0, 0x5f, 0x10]),
            tlv(&[0x5f, 0x0e], "Nguyễn Văn A".as_bytes()),
            tlv(&[0xa0], &others),
            tlv(&[0x5f, 0x10], b"001090123456"),
        ];
        let details = of_person(&tlv(&[0x6b], &content.concat())).unwrap();
        assert_eq!(details.text(0x5f0e), Some("Nguyễn Văn A"));
        assert_eq!(details.text(0x5f0f), Some("ANOTHER"));
        assert_eq!(
            (details.text(0x5f10), details.text(0x5f11)),
            (Some("001090123456"), None)
        );
        assert!(!format!("{details:?}").contains("001090"));
        assert!(of_document(&tlv(&[0x6b], b"")).is_err(), "another file");
    }

    #[test]
    fn refuses_too_many_fields() {
        let many = tlv(&[0x0c], b"x").repeat(65);
        let length = u8::try_from(many.len() + 2).unwrap();
        assert!(of_person(&[&[0x6b, 0x81, length, 0x5c, 0], many.as_slice()].concat()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = (of_person(&bytes), of_document(&bytes), of_vietnamese_card(&bytes));
            let wrapped = [&[0x30, 0x80, 2, 1, 0, 6, 1, 1, 0x31, 0x80], bytes.as_slice(), &[0; 4]].concat();
            if let Ok(length) = u8::try_from(wrapped.len()) {
                let _ = of_vietnamese_card(&[&[0x6d, 0x81, length], wrapped.as_slice()].concat());
            }
        }
    }
}
