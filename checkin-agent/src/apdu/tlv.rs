//! BER-TLV data objects (ISO/IEC 7816-4, section 5.2.2; X.690, section 8.1): slices out, nothing copied.
//!
//! Bytes of a card are hostile: lengths are checked against what is there, and nothing here allocates by a stated length.

/// Tag and length of a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// One tag byte, or two where the first says that it goes on (`7F49`).
    pub tag: u16,
    /// Bytes of tag and length together.
    pub size: usize,
    /// Bytes of the value.
    pub length: usize,
}

/// Reads a tag of one or two bytes and a definite length of up to four bytes.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let (tag, tag_size) = match *bytes {
        [first, second, ..] if first & 0x1F == 0x1F => {
            // A third tag byte would follow: no object of ICAO 9303 has one.
            (second & 0x80 == 0).then_some((u16::from_be_bytes([first, second]), 2))?
        }
        [first, ..] if first & 0x1F != 0x1F => (u16::from(first), 1),
        _ => return None,
    };
    let (length, length_size) = length(bytes.get(tag_size..)?)?;
    Some(Header {
        tag,
        size: tag_size + length_size,
        length,
    })
}

fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0..=0x7F => Some((usize::from(first), 1)),
        0x81..=0x84 => {
            let size = usize::from(first & 0x7F);
            let value = rest
                .get(..size)?
                .iter()
                .fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
            Some((usize::try_from(value).ok()?, 1 + size))
        }
        _ => None,
    }
}

/// Takes the first object: its tag, its value, and what comes after it.
pub fn take(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let header = header(bytes)?;
    let end = header.size.checked_add(header.length)?;
    Some((header.tag, bytes.get(header.size..end)?, bytes.get(end..)?))
}

/// The value of the only object, which must have this tag.
pub fn only(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    match take(bytes)? {
        (found, value, []) if found == tag => Some(value),
        _ => None,
    }
}

/// The value of the first object with this tag among objects side by side.
pub fn find(mut bytes: &[u8], tag: u16) -> Option<&[u8]> {
    loop {
        let (found, value, rest) = take(bytes)?;
        if found == tag {
            return Some(value);
        }
        bytes = rest;
    }
}

/// Writes one object with a minimal length field.
pub fn write(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len() + 6);
    let [high, low] = tag.to_be_bytes();
    if high != 0 {
        bytes.push(high);
    }
    bytes.push(low);
    let length = (value.len() as u64).to_be_bytes();
    match value.len() {
        0..=0x7F => bytes.push(length[7]),
        0x80..=0xFF => bytes.extend_from_slice(&[0x81, length[7]]),
        0x100..=0xFFFF => bytes.extend_from_slice(&[0x82, length[6], length[7]]),
        _ => bytes.extend_from_slice(&[0x84, length[4], length[5], length[6], length[7]]),
    }
    bytes.extend_from_slice(value);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_cards_send() {
        assert_eq!(
            header(&[0x61, 0x5D]),
            Some(Header {
                tag: 0x61,
                size: 2,
                length: 0x5D
            })
        );
        assert_eq!(
            header(&[0x75, 0x82, 0x3A, 0xE7]),
            Some(Header {
                tag: 0x75,
                size: 4,
                length: 0x3AE7
            })
        );
        assert_eq!(
            header(&[0x7F, 0x49, 0x4F]),
            Some(Header {
                tag: 0x7F49,
                size: 3,
                length: 0x4F
            })
        );
        assert_eq!(header(&[0x75, 0x80, 0, 0]), None);
        assert_eq!(header(&[0x75, 0x85, 0, 0, 0, 0, 1]), None);
        assert_eq!(take(&[0x80, 0x02, 0x01]), None);
        assert_eq!(only(&[0x80, 0x01, 0x07, 0x00], 0x80), None);
        assert_eq!(
            find(&[0x80, 0x01, 0x07, 0x81, 0x01, 0x08], 0x81),
            Some([0x08].as_slice())
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(tag in prop_oneof![Just(0x87_u16), Just(0x7F49), Just(0x99)], value: Vec<u8>) {
            let bytes = write(tag, &value);
            prop_assert_eq!(only(&bytes, tag), Some(value.as_slice()));
        }

        #[test]
        fn long_values_are_read(size in 0_usize..70_000) {
            let bytes = write(0x75, &vec![0xAB; size]);
            prop_assert_eq!(only(&bytes, 0x75).map(<[u8]>::len), Some(size));
        }

        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>) {
            if let Some((_, value, rest)) = take(&bytes) {
                prop_assert!(value.len() + rest.len() < bytes.len());
            }
            let _ = find(&bytes, 0x87);
        }
    }
}
