//! The face image inside a record of ISO/IEC 19794-5:2005 or 39794-5:2019. The image itself is never decoded here.

use crate::error::{Error, Kind, Result};
use crate::tlv::Element;
use core::fmt;

const PLACE: &str = "EF.DG2 face record";
/// `FAC`, zero, `010`, zero, length of the record, number of images.
const HEADER: usize = 14;
/// Length, number of feature points, gender, eyes, hair, feature mask, expression, pose, its uncertainty.
const FACIAL_INFORMATION: usize = 20;
const FEATURE_POINT: usize = 8;
/// Image type, data type, width, height, colour space, source, device, quality.
const IMAGE_INFORMATION: usize = 12;

/// A portrait. Its `Debug` shows kind and size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    /// `image/jpeg`, `image/jp2` (JPEG 2000 file) or `image/j2c` (bare JPEG 2000 codestream).
    pub content_type: &'static str,
    /// The image file.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// The first image of a face record.
pub(super) fn from_iso_19794_5(record: &[u8]) -> Result<Portrait> {
    let malformed = |at| Error::at(Kind::Malformed, PLACE, at);
    if !record.starts_with(b"FAC\x00") {
        return Err(malformed(0));
    }
    let number = |at: usize, len: usize| {
        let bytes = record.get(at..at + len).ok_or_else(|| malformed(at))?;
        Ok::<usize, Error>(bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    if number(8, 4)? > record.len() || number(12, 2)? == 0 {
        return Err(malformed(8));
    }
    let end = HEADER
        .checked_add(number(HEADER, 4)?)
        .filter(|end| *end <= record.len());
    let end = end.ok_or_else(|| malformed(HEADER))?;
    let points = number(HEADER + 4, 2)?;
    let start = HEADER + FACIAL_INFORMATION + points * FEATURE_POINT + IMAGE_INFORMATION;
    let image = record.get(start..end).ok_or_else(|| malformed(HEADER + 4))?;
    let content_type = content_type(image).ok_or(Error::at(Kind::NotAllowed, PLACE, start))?;
    Ok(Portrait {
        content_type,
        bytes: image.to_vec(),
    })
}

/// Tag of a `FaceImageDataBlock`, `[APPLICATION 5]`, within a biometric data block.
pub(super) const ISO_39794_5: u8 = 0x65;

/// The first image of a `FaceImageDataBlock` (ISO/IEC 39794-5, annex A), by implicit tags: representationBlocks `[1]`, the
/// first of them, imageRepresentation `[1]`, base `[0]`, imageRepresentation2DBlock `[0]`, representationData2D `[0]`.
pub(super) fn from_iso_39794_5(block: &Element<'_>) -> Result<Portrait> {
    const PATH: [u32; 6] = [0x65, 0xa1, 0x30, 0xa1, 0xa0, 0xa0];
    let mut at = *block;
    for tag in PATH {
        at = child(&at, tag)?;
    }
    let image = child(&at, 0x80)?;
    let content_type = content_type(image.content).ok_or(Error::new(Kind::NotAllowed, PLACE))?;
    Ok(Portrait {
        content_type,
        bytes: image.content.to_vec(),
    })
}

/// The first child with this tag; others may stand before it.
fn child<'a>(of: &Element<'a>, tag: u32) -> Result<Element<'a>> {
    let mut children = of.children()?;
    while !children.is_empty() {
        let found = children.any()?;
        if found.tag == tag {
            return Ok(found);
        }
    }
    Err(of.malformed())
}

/// By the file's first bytes: what the header claims does not matter to a decoder.
fn content_type(image: &[u8]) -> Option<&'static str> {
    const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
    const JP2: &[u8] = b"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a";
    const CODESTREAM: &[u8] = &[0xff, 0x4f, 0xff, 0x51];
    let kinds = [
        (JPEG, "image/jpeg"),
        (JP2, "image/jp2"),
        (CODESTREAM, "image/j2c"),
    ];
    kinds
        .into_iter()
        .find(|(magic, _)| image.starts_with(magic))
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(image: &[u8], points: u16) -> Vec<u8> {
        let points_len = usize::from(points) * FEATURE_POINT;
        let inner = FACIAL_INFORMATION + points_len + IMAGE_INFORMATION + image.len();
        let mut record = b"FAC\x00010\x00".to_vec();
        record.extend(u32::try_from(HEADER + inner).unwrap().to_be_bytes());
        record.extend(1u16.to_be_bytes());
        record.extend(u32::try_from(inner).unwrap().to_be_bytes());
        record.extend(points.to_be_bytes());
        record.extend(vec![0; FACIAL_INFORMATION - 6 + points_len + IMAGE_INFORMATION]);
        record.extend(image);
        record
    }

    #[test]
    fn finds_the_image_behind_feature_points() {
        let image = b"\xff\xd8\xff\xe0 a picture";
        let portrait = from_iso_19794_5(&record(image, 3)).unwrap();
        assert_eq!(
            (portrait.content_type, portrait.bytes.as_slice()),
            ("image/jpeg", image.as_slice())
        );
        assert_eq!(format!("{portrait:?}"), "Portrait(image/jpeg, 14 bytes)");
        let jpeg_2000 = from_iso_19794_5(&record(b"\xff\x4f\xff\x51 stream", 0)).unwrap();
        assert_eq!(jpeg_2000.content_type, "image/j2c");
    }

    #[test]
    fn refuses_other_images_and_lying_lengths() {
        assert_eq!(
            from_iso_19794_5(&record(b"GIF89a", 0)).unwrap_err().kind(),
            Kind::NotAllowed
        );
        let mut lying = record(b"\xff\xd8\xff", 0);
        lying[18] = 0xff;
        assert_eq!(from_iso_19794_5(&lying).unwrap_err().kind(), Kind::Malformed);
        let mut longer = record(b"\xff\xd8\xff", 0);
        longer[14] = 1;
        assert_eq!(from_iso_19794_5(&longer).unwrap_err().kind(), Kind::Malformed);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = from_iso_19794_5(&bytes);
            let _ = from_iso_19794_5(&[b"FAC\x00", bytes.as_slice()].concat());
        }
    }
}
