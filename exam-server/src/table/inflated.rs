//! Whether a spreadsheet is as small unpacked as it looks packed: read through once, member by member, nothing kept. A file of
//! some kilobytes can hold gigabytes, and the reader of spreadsheets keeps shared texts and styles whole.

use super::report::Finding;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Bytes that are looked at together.
const CHUNK: usize = 64 * 1024;

/// Tables are read cell by cell; everything else is kept whole by the reader.
const TABLES: &str = "xl/worksheets/";

/// How much a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all members, unpacked.
    pub bytes: u64,
    /// Opening angle brackets outside of tables: each element that is kept costs more memory than it has bytes.
    pub elements: u64,
}

/// For files that are read at the server's terminal: the roster of a whole province.
pub const LARGE: Bounds = Bounds {
    bytes: 512 * 1024 * 1024,
    elements: 32 * 1024 * 1024,
};

impl Bounds {
    /// For files that come over the network and have at most so many cells: a cell takes some 60 bytes, its text a handful
    /// of elements, with formats within the text more.
    pub fn small(most_cells: usize) -> Self {
        let cells = u64::try_from(most_cells).unwrap_or(u64::MAX);
        Self {
            bytes: cells.saturating_mul(320),
            elements: cells.saturating_mul(16),
        }
    }
}

/// Unpacks every member and counts. What the members say of their own size is not believed.
///
/// # Errors
/// A [`Finding`]: too much in it, or no archive.
pub fn check(bytes: &[u8], bounds: Bounds) -> Result<(), Finding> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let (mut left, mut elements) = (bounds.bytes, bounds.elements);
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|_| broken())?;
        let kept = !member.name().map_err(|_| broken())?.starts_with(TABLES);
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = member.read(&mut chunk).map_err(|_| broken())?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or_else(too_large)?;
            if kept {
                let found = chunk[..read].split(|byte| *byte == b'<').count() - 1;
                elements = elements.checked_sub(found as u64).ok_or_else(too_large)?;
            }
        }
    }
    Ok(())
}

fn too_large() -> Finding {
    Finding::of_file(
        "bảng tính nở ra quá lớn khi giải nén. Hãy chép riêng bảng cần nhập sang file mới, hoặc lưu dạng CSV UTF-8",
        "the spreadsheet is far too large once unpacked. Copy the table alone into a new file, or save it as CSV UTF-8",
    )
}

fn broken() -> Finding {
    Finding::of_file(
        "không đọc được bảng tính: file hỏng hoặc có mật khẩu. Hãy mở bằng Excel rồi lưu lại dạng .xlsx",
        "the spreadsheet can't be read: broken, or protected by a password. Open and save it as .xlsx",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::sheet::{Sheet, read_small};
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    const CELLS: usize = 100_000;

    fn archive(members: &[(&str, &[u8], usize)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, piece, times) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            let many = piece.repeat(CHUNK / piece.len());
            for _ in 0..times / (CHUNK / piece.len()) {
                writer.write_all(&many).unwrap();
            }
        }
        writer.finish().unwrap().into_inner()
    }

    fn refused(bomb: &[u8]) {
        assert!(
            bomb.len() < 512 * 1024,
            "it would not come through the door: {}",
            bomb.len()
        );
        let known = |_: &Sheet| 0;
        assert_eq!(read_small(bomb, known, CELLS), Err(too_large()));
    }

    #[test]
    fn a_member_of_many_zeros_is_refused() {
        refused(&archive(&[("xl/worksheets/sheet1.xml", &[0], 40 * 1024 * 1024)]));
        refused(&archive(&[("docProps/thumbnail.jpeg", b" ", 40 * 1024 * 1024)]));
    }

    #[test]
    fn many_empty_shared_texts_are_refused() {
        // Five bytes each here, a string each there.
        refused(&archive(&[("xl/sharedStrings.xml", b"<si/>", 5_000_000)]));
        refused(&archive(&[("xl/styles.xml", b"<xf/>", 2_000_000)]));
    }

    #[test]
    fn many_members_count_together_and_a_false_size_helps_nobody() {
        let one = |name| (name, b" ".as_slice(), 20 * 1024 * 1024);
        let several = archive(&[one("a"), one("b"), one("c")]);
        refused(&several);
        let mut liar = archive(&[("xl/worksheets/sheet1.xml", &[0], 40 * 1024 * 1024)]);
        // The size in the central directory: 24 bytes after its signature (APPNOTE 4.3.12).
        let at = liar.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap() + 24;
        liar[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        let known = |_: &Sheet| 0;
        assert!(read_small(&liar, known, CELLS).is_err());
    }

    #[test]
    fn what_people_make_passes() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..5_000 {
            for column in 0..15 {
                sheet.write(row, column, format!("ô {row} {column}")).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        assert_eq!(check(&bytes, Bounds::small(CELLS)), Ok(()));
        assert!(check(&bytes, Bounds { bytes: 1000, ..LARGE }).is_err());
    }
}
