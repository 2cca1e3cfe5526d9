//! Tags, lengths, values (ISO/IEC 7816-4 annex E, X.690): a bounded walker that hands out slices of the original bytes.
//!
//! It copies nothing, so that signatures and hashes are taken over the bytes as received. Definite lengths are always
//! read; indefinite ones only where [`Rules::Ber`] says so. It interprets no value beyond integers and octet strings.

use crate::error::{Error, Kind, Result};
use std::borrow::Cow;

/// Elements nested deeper than this are refused (`cccd.md` proposes the same figure).
const MAX_DEPTH: u8 = 16;

pub(crate) const INTEGER: u32 = 0x02;
pub(crate) const BIT_STRING: u32 = 0x03;
pub(crate) const OCTET_STRING: u32 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u32 = 0x06;
pub(crate) const UTC_TIME: u32 = 0x17;
pub(crate) const GENERALIZED_TIME: u32 = 0x18;
pub(crate) const SEQUENCE: u32 = 0x30;
pub(crate) const SET: u32 = 0x31;

/// Which lengths are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Shortest definite lengths only (DER; the files of a chip).
    Der,
    /// Any definite length, and indefinite ones (BER; some issuers write EF.SOD so).
    Ber,
}

/// Where reading stands: within which structure, how deep, by which rules.
#[derive(Clone, Copy, Debug)]
struct Context {
    place: &'static str,
    rules: Rules,
    depth: u8,
}

/// Reads one element after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    context: Context,
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The tag's bytes as a number: `0x30`, `0x7f61`.
    pub(crate) tag: u32,
    /// Tag, length, value and, if the length is indefinite, the end mark.
    pub(crate) raw: &'a [u8],
    /// The value.
    pub(crate) content: &'a [u8],
    at: usize,
    context: Context,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`, which are `place` in error messages.
    pub(crate) fn new(bytes: &'a [u8], place: &'static str, rules: Rules) -> Self {
        Self {
            rest: bytes,
            at: 0,
            context: Context {
                place,
                rules,
                depth: 0,
            },
        }
    }

    /// Reads `bytes` as exactly one element with this tag.
    pub(crate) fn only(bytes: &'a [u8], place: &'static str, rules: Rules, tag: u32) -> Result<Element<'a>> {
        let mut reader = Self::new(bytes, place, rules);
        let element = reader.expect(tag)?;
        reader.finish()?;
        Ok(element)
    }

    /// The error "malformed" here.
    pub(crate) fn malformed(&self) -> Error {
        Error::at(Kind::Malformed, self.context.place, self.at)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Tag of the next element, if there is one.
    pub(crate) fn peek(&self) -> Option<u32> {
        self.tag().ok().map(|(tag, _)| tag)
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>> {
        let (tag, tag_len) = self.tag()?;
        let (length, length_len) = self.length(tag_len)?;
        let start = tag_len + length_len;
        let (end, after) = match length {
            Some(length) => {
                let end = start.checked_add(length).filter(|end| *end <= self.rest.len());
                let end = end.ok_or_else(|| self.malformed())?;
                (end, end)
            }
            None => self.indefinite_end(start)?,
        };
        let element = Element {
            tag,
            raw: &self.rest[..after],
            content: &self.rest[start..end],
            at: self.at + start,
            context: self.context,
        };
        self.rest = &self.rest[after..];
        self.at += after;
        Ok(element)
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u32) -> Result<Element<'a>> {
        if self.peek() == Some(tag) {
            self.any()
        } else {
            Err(self.malformed())
        }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u32) -> Result<Option<Element<'a>>> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Refuses anything after the last element.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }

    fn tag(&self) -> Result<(u32, usize)> {
        let first = *self.rest.first().ok_or_else(|| self.malformed())?;
        if first == 0 {
            return Err(self.malformed());
        }
        if first & 0x1f != 0x1f {
            return Ok((u32::from(first), 1));
        }
        // Two-byte tags only: the chip's files use none longer.
        match self.rest.get(1) {
            Some(second) if second & 0x80 == 0 => Ok((u32::from(first) << 8 | u32::from(*second), 2)),
            _ => Err(self.malformed()),
        }
    }

    /// The length after a tag of `at` bytes, and how many bytes say it.
    fn length(&self, at: usize) -> Result<(Option<usize>, usize)> {
        let first = *self.rest.get(at).ok_or_else(|| self.malformed())?;
        let der = self.context.rules == Rules::Der;
        match first {
            0..=0x7f => Ok((Some(usize::from(first)), 1)),
            0x80 if !der && self.rest[0] & 0x20 != 0 => Ok((None, 1)),
            0x81..=0x84 => {
                let count = usize::from(first - 0x80);
                let bytes = self
                    .rest
                    .get(at + 1..at + 1 + count)
                    .ok_or_else(|| self.malformed())?;
                let length = bytes.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
                if der && (length < 0x80 || bytes[0] == 0) {
                    return Err(self.malformed());
                }
                let length = usize::try_from(length).map_err(|_| self.malformed())?;
                Ok((Some(length), 1 + count))
            }
            _ => Err(self.malformed()),
        }
    }

    /// Where the value of an indefinite length ends, and where its end mark `00 00` does.
    fn indefinite_end(&self, start: usize) -> Result<(usize, usize)> {
        let mut inner = self.inside(&self.rest[start..], self.at + start)?;
        let whole = inner.rest.len();
        while !inner.rest.starts_with(&[0, 0]) {
            inner.any()?;
        }
        let end = start + whole - inner.rest.len();
        Ok((end, end + 2))
    }

    fn inside<'b>(&self, bytes: &'b [u8], at: usize) -> Result<Reader<'b>> {
        deeper(self.context, at).map(|context| Reader {
            rest: bytes,
            at,
            context,
        })
    }
}

fn deeper(context: Context, at: usize) -> Result<Context> {
    if context.depth >= MAX_DEPTH {
        return Err(Error::at(Kind::TooLarge, context.place, at));
    }
    Ok(Context {
        depth: context.depth + 1,
        ..context
    })
}

impl<'a> Element<'a> {
    /// The error "malformed" at this element's value.
    pub(crate) fn malformed(&self) -> Error {
        Error::at(Kind::Malformed, self.context.place, self.at)
    }

    /// Reads the elements within.
    pub(crate) fn children(&self) -> Result<Reader<'a>> {
        let context = deeper(self.context, self.at)?;
        Ok(Reader {
            rest: self.content,
            at: self.at,
            context,
        })
    }

    /// The one element within, which must have this tag.
    pub(crate) fn only_child(&self, tag: u32) -> Result<Element<'a>> {
        let mut children = self.children()?;
        let child = children.expect(tag)?;
        children.finish()?;
        Ok(child)
    }

    /// The value of a non-negative INTEGER without leading zeros (one zero byte for 0).
    pub(crate) fn unsigned(&self) -> Result<&'a [u8]> {
        match self.content {
            [] | [0x80..=0xff, ..] => Err(self.malformed()),
            [0, second, ..] if *second < 0x80 => Err(self.malformed()),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            all => Ok(all),
        }
    }

    /// The value of a small INTEGER.
    pub(crate) fn small(&self) -> Result<u32> {
        let bytes = self.unsigned()?;
        if bytes.len() > 4 {
            return Err(self.malformed());
        }
        Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// The bytes of a BIT STRING of whole bytes.
    pub(crate) fn bits(&self) -> Result<&'a [u8]> {
        match self.content {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(self.malformed()),
        }
    }

    /// The bytes of an OCTET STRING, put together where BER cut it into pieces.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>> {
        const CONSTRUCTED: u32 = OCTET_STRING | 0x20;
        match self.tag {
            OCTET_STRING => Ok(Cow::Borrowed(self.content)),
            CONSTRUCTED if self.context.rules == Rules::Ber => {
                let mut pieces = self.children()?;
                let mut whole = Vec::new();
                while !pieces.is_empty() {
                    whole.extend_from_slice(&pieces.any()?.octets()?);
                }
                Ok(Cow::Owned(whole))
            }
            _ => Err(self.malformed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], rules: Rules) -> Result<(u32, Vec<u8>)> {
        let mut reader = Reader::new(bytes, "test", rules);
        let element = reader.any()?;
        reader.finish()?;
        Ok((element.tag, element.content.to_vec()))
    }

    #[test]
    fn reads_tags_and_lengths_strictly() {
        assert_eq!(read(&[0x04, 1, 7], Rules::Der), Ok((0x04, vec![7])));
        assert_eq!(read(&[0x5f, 0x1f, 1, 7], Rules::Der), Ok((0x5f1f, vec![7])));
        assert_eq!(read(&[0x04, 0x81, 1, 7], Rules::Ber), Ok((0x04, vec![7])));
        for bad in [
            &[0x04, 0x81, 1, 7][..],
            &[0x04, 0x82, 0, 0x80],
            &[0x04, 2, 7],
            &[0x04, 1, 7, 0],
            &[0x04],
            &[],
            &[0x00, 0],
            &[0x1f, 0x81, 1, 0],
            &[0x04, 0x85, 0, 0, 0, 0, 1, 7],
            &[0x30, 0x80, 0, 0],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(
                read(bad, Rules::Der).unwrap_err().kind(),
                Kind::Malformed,
                "{bad:02x?}"
            );
        }
    }

    #[test]
    fn reads_indefinite_lengths_only_as_ber() {
        let bytes = [0x24, 0x80, 0x04, 1, 1, 0x24, 0x80, 0x04, 1, 2, 0, 0, 0, 0];
        let element = Reader::only(&bytes, "test", Rules::Ber, 0x24).unwrap();
        assert_eq!(&*element.octets().unwrap(), &[1, 2]);
        assert!(Reader::only(&bytes, "test", Rules::Der, 0x24).is_err());
        assert!(Reader::only(&bytes[..12], "test", Rules::Ber, 0x24).is_err());
    }

    #[test]
    fn refuses_deep_nests_instead_of_overflowing() {
        let bytes = [0x30, 0x80].repeat(10_000);
        assert_eq!(read(&bytes, Rules::Ber).unwrap_err().kind(), Kind::TooLarge);
    }

    #[test]
    fn reads_integers_strictly() {
        let integer = |content: &[u8]| {
            let bytes = [&[0x02, u8::try_from(content.len()).unwrap()], content].concat();
            Reader::only(&bytes, "test", Rules::Der, INTEGER).and_then(|e| e.small())
        };
        assert_eq!(integer(&[0]), Ok(0));
        assert_eq!(integer(&[0, 0x80]), Ok(0x80));
        assert!(integer(&[0x80]).is_err(), "negative");
        assert!(integer(&[0, 1]).is_err(), "longer than needed");
        assert!(integer(&[]).is_err());
        assert!(integer(&[1, 0, 0, 0, 0]).is_err(), "too large for a small one");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, ber: bool) {
            fn walk(mut reader: Reader<'_>) -> Result<()> {
                while !reader.is_empty() {
                    let element = reader.any()?;
                    let _ = (element.unsigned(), element.bits(), element.octets());
                    if element.tag & 0x20 != 0 {
                        walk(element.children()?)?;
                    }
                }
                Ok(())
            }
            let _ = walk(Reader::new(&bytes, "test", if ber { Rules::Ber } else { Rules::Der }));
        }
    }
}
