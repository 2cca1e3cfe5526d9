//! Writing and reading of BER-TLV for the virtual card and its test PKI.
//!
//! Must stay independent of the product's own TLV code: the two judge each other.

/// Writes one data object: tag bytes (one or two, high byte first), definite length, value (ISO/IEC 7816-4, 5.2.2).
pub fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 6);
    if tag > 0xFF {
        out.push((tag >> 8) as u8);
    }
    out.push((tag & 0xFF) as u8);
    out.extend(length(value.len()));
    out.extend_from_slice(value);
    out
}

/// Writes one data object around several parts in their order.
pub fn group(tag: u16, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// Writes a SET OF with its elements in DER order (X.690, 11.6).
pub fn set_of(tag: u16, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    tlv(tag, &elements.concat())
}

/// Writes a non-negative INTEGER.
pub fn integer(value: u32) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let start = bytes.iter().position(|&b| b != 0).unwrap_or(3);
    let mut body = bytes[start..].to_vec();
    if body[0] & 0x80 != 0 {
        body.insert(0, 0);
    }
    tlv(0x02, &body)
}

/// Writes an OBJECT IDENTIFIER whose content bytes are given in hex, as the standards print them.
pub fn oid(content_hex: &str) -> Vec<u8> {
    tlv(
        0x06,
        &hex::decode(content_hex).expect("object identifiers are written as constants in this crate"),
    )
}

/// Finds the first data object with `tag` among the objects that lie side by side in `bytes`; its value.
pub fn find(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let mut rest = bytes;
    while let Some((found, value, after)) = next(rest) {
        if found == tag {
            return Some(value);
        }
        rest = after;
    }
    None
}

/// Takes the first data object off `bytes`: tag, value, and what follows it.
pub fn next(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut tag = u16::from(first);
    if first & 0x1F == 0x1F {
        let (&second, after) = rest.split_first()?;
        tag = tag << 8 | u16::from(second);
        rest = after;
    }
    let (&short, mut rest) = rest.split_first()?;
    let mut size = usize::from(short);
    if short & 0x80 != 0 {
        let count = usize::from(short & 0x7F);
        if count == 0 || count > 4 {
            return None;
        }
        size = rest
            .get(..count)?
            .iter()
            .fold(0, |sum, &b| sum << 8 | usize::from(b));
        rest = &rest[count..];
    }
    Some((tag, rest.get(..size)?, rest.get(size..)?))
}

fn length(size: usize) -> Vec<u8> {
    let bytes = u32::try_from(size)
        .expect("no object of a card is near 4 GiB")
        .to_be_bytes();
    match size {
        0..0x80 => vec![bytes[3]],
        0x80..0x100 => vec![0x81, bytes[3]],
        0x100..0x1_0000 => vec![0x82, bytes[2], bytes[3]],
        _ => vec![0x83, bytes[1], bytes[2], bytes[3]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_length_form_and_reads_it_back() {
        for size in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let value = vec![7_u8; size];
            for tag in [0x61, 0x7F61, 0x5F1F] {
                let bytes = tlv(tag, &value);
                assert_eq!(next(&bytes), Some((tag, value.as_slice(), &[][..])));
            }
        }
    }

    #[test]
    fn an_object_longer_than_its_bytes_is_not_read() {
        assert_eq!(next(&[0x61, 0x05, 0x01]), None);
        assert_eq!(find(&[0x61, 0x01, 0x01], 0x62), None);
    }

    #[test]
    fn integers_keep_their_sign_bit_clear() {
        assert_eq!(integer(0), [0x02, 0x01, 0x00]);
        assert_eq!(integer(0x80), [0x02, 0x02, 0x00, 0x80]);
        assert_eq!(integer(13), [0x02, 0x01, 0x0D]);
    }
}
