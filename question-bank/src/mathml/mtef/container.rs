//! Where files keep MTEF: the stream `Equation Native` of an OLE object, comments of a Windows metafile, or bare.
//! Must never trust a length of the file.

use std::io::{Cursor, Read};

/// `EQNOLEFILEHDR`, the header of the OLE stream.
const OLE_HEADER: usize = 28;
/// The start of a comment that carries data of an application ("How MTEF is stored", metafiles).
const COMMENT_SIGN: &[u8] = b"AppsMFCC";

/// The MTEF bytes of a file.
pub(super) fn equation(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return from_ole(bytes);
    }
    if bytes.starts_with(&[0x1c, 0x00]) && bytes.len() > OLE_HEADER {
        return Some(after_header(bytes));
    }
    from_comments(bytes).or_else(|| {
        let is_bare = matches!(bytes, [2..=5, 0..=1, 0..=1, ..]) && bytes.len() > 5;
        is_bare.then(|| bytes.to_vec())
    })
}

fn from_ole(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let path = file
        .walk()
        .find(|entry| entry.is_stream() && entry.name() == "Equation Native")
        .map(|entry| entry.path().to_path_buf())?;
    let mut data = Vec::new();
    let stream = file.open_stream(path).ok()?;
    let limit = u64::try_from(super::MAX_BYTES).unwrap_or(u64::MAX);
    stream.take(limit).read_to_end(&mut data).ok()?;
    (data.len() > OLE_HEADER).then(|| after_header(&data))
}

/// The header says its own length and that of the data.
fn after_header(data: &[u8]) -> Vec<u8> {
    let length = data.get(8..12).and_then(|field| field.try_into().ok());
    let length = usize::try_from(u32::from_le_bytes(length.unwrap_or_default())).unwrap_or(0);
    let body = &data[OLE_HEADER..];
    let end = if length == 0 {
        body.len()
    } else {
        length.min(body.len())
    };
    body[..end].to_vec()
}

/// Comments of an application: sign, version (2 bytes), total length (4), length here (4), the application's name with
/// a zero, data. Long equations stand in several.
fn from_comments(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    let (mut at, mut total) = (0, 0);
    while let Some(found) = find(&bytes[at..], COMMENT_SIGN) {
        let start = at + found + COMMENT_SIGN.len();
        let number = |from: usize| {
            let field: [u8; 4] = bytes.get(from..from + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(field)).ok()
        };
        let (Some(whole), Some(here)) = (number(start + 2), number(start + 6)) else {
            break;
        };
        let body = bytes.get(start + 10..)?;
        let name = body.iter().position(|byte| *byte == 0)?;
        if body[..name].starts_with(b"Design Science") {
            let part = &body[name + 1..];
            data.extend_from_slice(&part[..here.min(part.len())]);
            total = whole;
        }
        at = start;
        if data.len() > super::MAX_BYTES {
            return None;
        }
    }
    data.truncate(total);
    (!data.is_empty()).then_some(data)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
