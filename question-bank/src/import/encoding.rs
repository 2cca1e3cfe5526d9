//! Bytes of a file become text: UTF-8 with or without a byte order mark, UTF-16 with one. Everything else is refused
//! with the byte, never guessed: a wrong guess would show other letters to candidates.

use crate::fault::{Fault, Message};

/// Most bytes of a file.
pub const MAX_BYTES: usize = 64 << 20;

/// The text of a file.
///
/// # Errors
/// The first byte that is not of the encoding, and what to do.
pub fn decode(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.len() > MAX_BYTES {
        let megabytes = MAX_BYTES >> 20;
        return Err(Fault::new(Message::new(
            format!("tệp lớn hơn {megabytes} MB; hãy chia tệp ra"),
            format!("the file is larger than {megabytes} MB; split it"),
        )));
    }
    let (text, unit) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (utf8(rest, 3)?, None),
        [0xff, 0xfe, rest @ ..] => (utf16(rest, u16::from_le_bytes)?, Some(2)),
        [0xfe, 0xff, rest @ ..] => (utf16(rest, u16::from_be_bytes)?, Some(2)),
        rest => (utf8(rest, 0)?, None),
    };
    match text.char_indices().find(|(_, c)| is_foreign(*c)) {
        None => Ok(text),
        Some((at, c)) => {
            let line = line_of(&text, at);
            let byte = match unit {
                Some(size) => 2 + size * text[..at].encode_utf16().count(),
                None => {
                    at + if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
                        3
                    } else {
                        0
                    }
                }
            };
            Err(foreign(c).at_line(line).at_byte(byte))
        }
    }
}

/// Line of a byte position in a text, from 1.
pub fn line_of(text: &str, at: usize) -> u32 {
    u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX)
}

/// Letters that no text of a teacher has: controls, and the sign that stands for letters lost in an earlier conversion.
fn is_foreign(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}')) || c == '\u{fffd}'
}

fn foreign(c: char) -> Fault {
    if c == '\u{fffd}' {
        return Fault::new(Message::new(
            "có kí tự � : chữ đã bị hỏng khi đổi bảng mã trước đó; hãy lấy lại tệp gốc",
            "there is a �: letters were lost in an earlier conversion; take the original file",
        ));
    }
    let code = u32::from(c);
    Fault::new(Message::new(
        format!("có kí tự điều khiển U+{code:04X}; hãy lưu lại tệp dưới dạng UTF-8"),
        format!("there is a control character U+{code:04X}; save the file as UTF-8"),
    ))
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<String, Fault> {
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let value = bytes[at];
        let line = line_of(std::str::from_utf8(&bytes[..at]).unwrap_or_default(), at);
        Fault::new(Message::new(
            format!("byte 0x{value:02X} không phải UTF-8; hãy lưu lại tệp dưới dạng UTF-8"),
            format!("byte 0x{value:02X} is not UTF-8; save the file as UTF-8"),
        ))
        .at_line(line)
        .at_byte(at + skipped)
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut at = 2;
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(c) = c else {
            return Err(not_utf16(&text, at));
        };
        text.push(c);
        at += 2 * c.len_utf16();
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(not_utf16(&text, at))
    }
}

fn not_utf16(before: &str, at: usize) -> Fault {
    let message = Message::new(
        "không phải UTF-16 hợp lệ; hãy lưu lại tệp dưới dạng UTF-8",
        "not valid UTF-16; save the file as UTF-8",
    );
    Fault::new(message)
        .at_line(line_of(before, before.len()))
        .at_byte(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16le(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    }

    #[test]
    fn the_three_encodings_of_teachers() {
        assert_eq!(decode("Câu 1".as_bytes()).unwrap(), "Câu 1");
        assert_eq!(decode("\u{feff}Câu 1".as_bytes()).unwrap(), "Câu 1");
        assert_eq!(decode(&utf16le("Câu 1 𝒙")).unwrap(), "Câu 1 𝒙");
    }

    #[test]
    fn everything_else_names_the_byte() {
        let place = |bytes: &[u8]| {
            decode(bytes)
                .map_err(|fault| (fault.line, fault.byte))
                .unwrap_err()
        };
        assert_eq!(place(b"ab\nc\xe2u 1"), (Some(2), Some(4)));
        assert_eq!(place(b"\xef\xbb\xbfab\xff"), (Some(1), Some(5)));
        assert_eq!(place(b"a\0b\0"), (Some(1), Some(1)));
        assert_eq!(place("a\n\u{fffd}".as_bytes()), (Some(2), Some(2)));
        assert_eq!(
            place(&[0xff, 0xfe, 0x61, 0x00, 0x00, 0xd8, 0x61, 0x00]),
            (Some(1), Some(4))
        );
        assert_eq!(place(&[0xff, 0xfe, 0x61, 0x00, 0x61]), (Some(1), Some(4)));
        assert_eq!(place(&[0xff, 0xfe, 0x61, 0x00, 0x01, 0x00]), (Some(1), Some(4)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_text_or_refused(bytes: Vec<u8>) {
            if let Err(fault) = decode(&bytes) {
                prop_assert!(fault.byte.unwrap() <= bytes.len());
            }
        }

        #[test]
        fn both_encodings_of_a_text_agree(text in "[a-zà-ỹ\n𝒙-𝒛]{0,20}") {
            prop_assert_eq!(decode(&utf16le(&text)).unwrap(), decode(text.as_bytes()).unwrap());
        }
    }
}
