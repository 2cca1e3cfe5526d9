//! Pictures of imported texts: found by name or in a `data:` address, checked by their bytes, kept once. Must never
//! take a picture from outside the file.

use super::markup::unescape;
use crate::fault::Message;
use crate::item::Picture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exam_protocol::bytes::Bytes;
use std::collections::BTreeMap;

/// Most bytes of one picture: a page of a scanned paper at 200 dpi has less.
pub const MAX_BYTES: usize = 4 << 20;
/// Most pixels to a side: a browser unpacks a picture whole.
const MAX_SIDE: u32 = 6_000;

/// Files that come with one text, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The pictures of one item, in the order in which texts show them.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    taken: Vec<Picture>,
}

impl Pictures {
    /// The number N of `media:N` for the source of an `<img>`.
    ///
    /// # Errors
    /// Says why the picture cannot be shown.
    pub fn take(&mut self, source: &str, files: &Files) -> Result<usize, Message> {
        let data = data(source, files)?;
        let content_type = check(&data, source)?;
        let picture = Picture {
            content_type: content_type.to_owned(),
            data: Bytes(data),
        };
        if let Some(same) = self.taken.iter().position(|other| *other == picture) {
            return Ok(same);
        }
        self.taken.push(picture);
        Ok(self.taken.len() - 1)
    }

    /// The number N of `media:N` for a picture at hand.
    ///
    /// # Errors
    /// Says why the picture cannot be shown.
    pub fn add(&mut self, name: &str, data: &[u8]) -> Result<usize, Message> {
        let content_type = check(data, name)?;
        if let Some(same) = self.taken.iter().position(|other| other.data.0 == data) {
            return Ok(same);
        }
        self.taken.push(Picture {
            content_type: content_type.to_owned(),
            data: Bytes(data.to_vec()),
        });
        Ok(self.taken.len() - 1)
    }

    /// All that were taken.
    pub fn into_vec(self) -> Vec<Picture> {
        self.taken
    }
}

fn data(source: &str, files: &Files) -> Result<Vec<u8>, Message> {
    if let Some(name) = source.strip_prefix("@@PLUGINFILE@@/") {
        let name = percent_decoded(name.split(['?', '#']).next().unwrap_or(name));
        let file = files.get(&name).or_else(|| files.get(&unescape(&name)));
        return file.cloned().ok_or_else(|| missing(&name));
    }
    if let Some((_, base64)) = source
        .strip_prefix("data:image/")
        .and_then(|rest| rest.split_once(";base64,"))
    {
        return decode_base64(base64).ok_or_else(|| unreadable("data:"));
    }
    Err(Message::new(
        format!(
            "hình «{}» nằm ngoài tệp; hãy nhúng hình vào tệp",
            shortened(source)
        ),
        format!("picture “{}” is outside the file; embed it", shortened(source)),
    ))
}

/// Base64 with the line breaks that exporters put in.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).ok()
}

/// The content type, from the bytes and not from the name.
fn check(data: &[u8], source: &str) -> Result<&'static str, Message> {
    let name = shortened(
        source
            .rsplit('/')
            .next()
            .filter(|_| !source.starts_with("data:"))
            .unwrap_or("data:"),
    );
    if data.len() > MAX_BYTES {
        return Err(Message::new(
            format!("hình «{name}» lớn hơn {} MB", MAX_BYTES >> 20),
            format!("picture “{name}” is larger than {} MB", MAX_BYTES >> 20),
        ));
    }
    let (content_type, size) = if data.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", png_size(data))
    } else if data.starts_with(&[0xff, 0xd8, 0xff]) {
        ("image/jpeg", jpeg_size(data))
    } else {
        return Err(Message::new(
            format!("tệp «{name}» không phải hình PNG hay JPEG; hãy đổi sang một trong hai dạng đó"),
            format!("file “{name}” is neither a PNG nor a JPEG picture; convert it to one of them"),
        ));
    };
    let (width, height) = size.ok_or_else(|| unreadable(&name))?;
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(Message::new(
            format!("hình «{name}» có {width} × {height} điểm ảnh, nhiều nhất là {MAX_SIDE} mỗi chiều"),
            format!(
                "picture “{name}” has {width} × {height} pixels, at most {MAX_SIDE} to a side are possible"
            ),
        ));
    }
    Ok(content_type)
}

/// Width and height of a PNG (ISO 15948, 11.2.2: IHDR comes first).
fn png_size(data: &[u8]) -> Option<(u32, u32)> {
    let header = data.get(12..24)?.strip_prefix(b"IHDR")?;
    let (width, height) = header.split_first_chunk::<4>()?;
    Some((
        u32::from_be_bytes(*width),
        u32::from_be_bytes(height.try_into().ok()?),
    ))
}

/// Width and height of a JPEG, from its first frame header (ITU-T T.81, B.2.2).
fn jpeg_size(data: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (marker, length) = (*data.get(at + 1)?, data.get(at + 2..at + 4)?);
        if data[at] != 0xff {
            return None;
        }
        // C0 to CF are frames except for the tables C4, C8, CC.
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let size = data.get(at + 5..at + 9)?;
            let pair = |bytes: &[u8]| u32::from(u16::from_be_bytes([bytes[0], bytes[1]]));
            return Some((pair(&size[2..]), pair(size)));
        }
        at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]).max(2));
    }
}

fn percent_decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| first == b'%');
        let hex = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

fn missing(name: &str) -> Message {
    let name = shortened(name);
    Message::new(
        format!("không có hình «{name}» trong tệp"),
        format!("picture “{name}” is not in the file"),
    )
}

fn unreadable(name: &str) -> Message {
    Message::new(
        format!("không đọc được hình «{name}»"),
        format!("picture “{name}” cannot be read"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The head of a PNG file of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(),
            &width.to_be_bytes(),
            &height.to_be_bytes(),
            &[8, 6, 0, 0, 0],
        ]
        .concat()
    }

    #[test]
    fn only_pictures_of_the_file_are_taken() {
        let files: Files = [
            ("đồ thị 1.png".to_owned(), png(10, 20)),
            ("a.gif".to_owned(), b"GIF89a".to_vec()),
        ]
        .into();
        let mut pictures = Pictures::default();
        assert_eq!(
            pictures.take("@@PLUGINFILE@@/%C4%91%E1%BB%93%20th%E1%BB%8B%201.png", &files),
            Ok(0)
        );
        assert_eq!(pictures.take("@@PLUGINFILE@@/đồ thị 1.png?time=3", &files), Ok(0));
        let address = format!("data:image/png;base64,{}", STANDARD.encode(png(1, 1)));
        assert_eq!(pictures.take(&address, &files), Ok(1));
        let refused = |source: &str, pictures: &mut Pictures| pictures.take(source, &files).unwrap_err().en;
        assert_eq!(
            refused("@@PLUGINFILE@@/b.png", &mut pictures),
            "picture “b.png” is not in the file"
        );
        assert!(refused("@@PLUGINFILE@@/a.gif", &mut pictures).contains("neither a PNG nor a JPEG"));
        assert!(refused("https://example.org/a.png", &mut pictures).contains("outside the file"));
        assert!(refused("data:image/svg+xml;base64,PHN2Zz4=", &mut pictures).contains("neither"));
        assert_eq!(pictures.into_vec().len(), 2);
    }

    #[test]
    fn picture_bombs_are_refused() {
        assert!(
            check(&png(60_000, 60_000), "x.png")
                .unwrap_err()
                .en
                .contains("pixels")
        );
        assert!(
            check(&vec![0; MAX_BYTES + 1], "x.png")
                .unwrap_err()
                .en
                .contains("larger")
        );
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 8, 8, 0, 30, 0, 40, 3,
        ];
        assert_eq!(
            (jpeg_size(&jpeg), check(&jpeg, "x")),
            (Some((40, 30)), Ok("image/jpeg"))
        );
    }

    proptest! {
        #[test]
        fn broken_pictures_are_errors(mut data: Vec<u8>, png: bool) {
            data.splice(0..0, if png { b"\x89PNG\r\n\x1a\n".to_vec() } else { vec![0xff, 0xd8, 0xff] });
            let _ = check(&data, "x");
        }
    }
}
