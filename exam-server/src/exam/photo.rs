//! Roster photos: what a file must be, how it is brought to one size without its metadata, and how it is kept. Plain rules.

pub mod archive;

use certs::seal::{ContentKey, open as open_sealed, seal};
use exam_protocol::citizen::CitizenNumber;
use exam_protocol::id::AttemptId;
use exam_protocol::personal_data::PhotoFinding;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader, Limits};
use ring::rand::SecureRandom;
use std::io::Cursor;

/// Most bytes of a file.
pub const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// Fewest and most pixels of a side.
const SIDE: std::ops::RangeInclusive<u32> = 120..=6_000;

/// Most bytes that decoding may take: 6,000 × 8,000 pixels are refused before they are decoded.
const MOST_MEMORY: u64 = 160 * 1024 * 1024;

/// Size as kept: 3 × 4.
const WIDTH: u32 = 300;
const HEIGHT: u32 = 400;

/// How far a photo may be from 3 × 4, in thousandths of the width that it should have.
const TOLERANCE: u64 = 30;

/// Quality of the kept JPEG.
const QUALITY: u8 = 85;

/// Bytes of the nonce that stands before the ciphertext.
const NONCE: usize = 12;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its name is no citizen number.
    Name,
    /// Nobody of the sitting has this number.
    NotOnRoster,
    /// A second file of the same candidate.
    Twice,
    /// Larger than [`MOST_BYTES`].
    TooLarge,
    /// Neither JPEG nor PNG, or broken.
    NotAnImage,
    /// Too few or too many pixels.
    Pixels,
    /// Not 3 × 4.
    Ratio,
    /// Its name in the archive leads out of it, or it is no plain file.
    Outside,
    /// Encrypted, damaged, or packed in a way that is not read.
    Unreadable,
}

impl Fault {
    /// As reported for a file.
    pub fn finding(self, file: &str) -> PhotoFinding {
        let (code, detail, detail_en) = match self {
            Self::Name => (
                "not-a-number",
                "Tên tệp phải là số định danh 12 chữ số, ví dụ 001308000001.jpg.",
                "The file's name must be the 12-digit citizen number, such as 001308000001.jpg.",
            ),
            Self::NotOnRoster => (
                "not-on-roster",
                "Ca thi không có thí sinh mang số định danh này.",
                "No candidate of the sitting has this citizen number.",
            ),
            Self::Twice => (
                "twice",
                "Thí sinh này đã có một tệp ảnh khác trong thư mục.",
                "The folder holds another photo of this candidate.",
            ),
            Self::TooLarge => (
                "too-large",
                "Tệp lớn hơn 2 MB. Hãy thu nhỏ ảnh.",
                "The file is larger than 2 MB. Make the photo smaller.",
            ),
            Self::NotAnImage => (
                "not-an-image",
                "Không phải ảnh JPEG hoặc PNG, hoặc ảnh bị hỏng.",
                "Not a JPEG or PNG image, or a broken one.",
            ),
            Self::Pixels => (
                "pixels",
                "Mỗi cạnh ảnh phải từ 120 đến 6000 điểm ảnh.",
                "Each side of the photo must have 120 to 6000 pixels.",
            ),
            Self::Ratio => (
                "ratio",
                "Ảnh phải theo tỉ lệ 3 × 4 (rộng × cao). Hãy cắt lại ảnh.",
                "The photo must be 3 × 4 (width × height). Crop it.",
            ),
            Self::Outside => (
                "outside",
                "Tên tệp trong ZIP dẫn ra ngoài hoặc không phải tệp thường. Hãy nén lại thư mục ảnh.",
                "The name in the ZIP file leads out of it, or it is no plain file. Pack the folder again.",
            ),
            Self::Unreadable => (
                "unreadable",
                "Không giải nén được: tệp hỏng, có mật khẩu hoặc kiểu nén lạ. Hãy nén lại bằng ZIP thường, không mật khẩu.",
                "It can't be unpacked: damaged, encrypted, or packed in another way. Pack it as a plain ZIP file without a password.",
            ),
        };
        PhotoFinding {
            file: file.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
            detail_en: detail_en.to_owned(),
        }
    }
}

/// Whose photo a file is, by its name.
///
/// # Errors
/// [`Fault::Name`].
pub fn number(file: &str) -> Result<CitizenNumber, Fault> {
    let (stem, extension) = file.rsplit_once('.').ok_or(Fault::Name)?;
    if !["jpg", "jpeg", "png"].contains(&extension.to_ascii_lowercase().as_str()) {
        return Err(Fault::NotAnImage);
    }
    stem.trim().parse().map_err(|_| Fault::Name)
}

/// Decodes under limits, checks, and encodes again in one size: nothing of the file but its pixels is kept.
///
/// # Errors
/// [`Fault`] says what is wrong.
pub fn normalise(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Fault::TooLarge);
    }
    let (width, height) = reader(bytes)?.into_dimensions().map_err(|_| Fault::NotAnImage)?;
    if !SIDE.contains(&width) || !SIDE.contains(&height) {
        return Err(Fault::Pixels);
    }
    let should = u64::from(height) * 3;
    if (u64::from(width) * 4).abs_diff(should) * 1_000 > should * TOLERANCE {
        return Err(Fault::Ratio);
    }
    let image = reader(bytes)?.decode().map_err(|_| Fault::NotAnImage)?;
    let small = image.resize_exact(WIDTH, HEIGHT, FilterType::Triangle).to_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&small)
        .map_err(|_| Fault::NotAnImage)?;
    Ok(jpeg)
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, Fault> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Fault::NotAnImage)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Fault::NotAnImage);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(*SIDE.end());
    limits.max_image_height = Some(*SIDE.end());
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    Ok(reader)
}

/// A kept photo could not be opened: another node key, or the row was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a roster photo does not open: another node key, or the row was changed")]
pub struct NotOurs;

fn bound(attempt: AttemptId) -> Vec<u8> {
    [b"truong-thi roster photo ".as_slice(), attempt.0.as_slice()].concat()
}

/// Seals a photo with the node key, bound to its attempt.
///
/// # Errors
/// When the generator gives no randomness.
pub fn keep(
    node: &ContentKey,
    random: &dyn SecureRandom,
    attempt: AttemptId,
    jpeg: &[u8],
) -> Result<Vec<u8>, certs::Error> {
    let sealed = seal(node, random, &bound(attempt), jpeg)?;
    Ok([&sealed.nonce[..], &sealed.ciphertext].concat())
}

/// Opens what [`keep`] sealed.
///
/// # Errors
/// [`NotOurs`].
pub fn open(node: &ContentKey, attempt: AttemptId, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>().ok_or(NotOurs)?;
    open_sealed(node, nonce, &bound(attempt), ciphertext).map_err(|_| NotOurs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, RgbImage};

    fn image(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::new(width, height))
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn takes_what_is_a_photo_and_names_what_is_not() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let kept = normalise(&image(450, 600, format)).unwrap();
            let size = reader(&kept).unwrap().into_dimensions().unwrap();
            assert_eq!(size, (WIDTH, HEIGHT));
        }
        assert_eq!(normalise(&image(600, 450, ImageFormat::Png)), Err(Fault::Ratio));
        assert_eq!(normalise(&image(90, 120, ImageFormat::Png)), Err(Fault::Pixels));
        assert_eq!(normalise(b"GIF89a"), Err(Fault::NotAnImage));
        assert_eq!(normalise(b""), Err(Fault::NotAnImage));
        let whole = image(450, 600, ImageFormat::Png);
        assert_eq!(normalise(&whole[..whole.len() / 2]), Err(Fault::NotAnImage));
        let heavy = vec![0; usize::try_from(MOST_BYTES).unwrap() + 1];
        assert_eq!(normalise(&heavy), Err(Fault::TooLarge));
    }

    #[test]
    fn a_bomb_of_pixels_is_refused_before_it_is_decoded() {
        let mut png = image(150, 200, ImageFormat::Png);
        // Width and height in IHDR (PNG, section 11.2.2), and its checksum.
        png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(matches!(normalise(&png), Err(Fault::Pixels | Fault::NotAnImage)));
    }

    #[test]
    fn nothing_of_the_file_but_its_pixels_is_kept() {
        let jpeg = image(300, 400, ImageFormat::Jpeg);
        let note = b"GPS 21.0285 N 105.8542 E";
        let length = u16::try_from(note.len() + 2).unwrap().to_be_bytes();
        let with_note = [&jpeg[..2], &[0xff, 0xe1], &length, note, &jpeg[2..]].concat();
        let kept = normalise(&with_note).unwrap();
        assert!(with_note.windows(note.len()).any(|part| part == note));
        assert!(!kept.windows(note.len()).any(|part| part == note));
    }

    #[test]
    fn the_name_says_whose_it_is() {
        assert_eq!(number("001308000001.JPG").unwrap().as_str(), "001308000001");
        assert_eq!(number("anh.jpg"), Err(Fault::Name));
        assert_eq!(number("001308000001.txt"), Err(Fault::NotAnImage));
        assert_eq!(number("001308000001"), Err(Fault::Name));
    }
}
