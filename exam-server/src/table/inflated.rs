//! Whether a spreadsheet is as small unpacked as it looks packed: read through member by member, nothing kept. A file of
//! some kilobytes can hold gigabytes, the reader of spreadsheets keeps shared texts and styles whole, and it makes room for
//! as many shared texts as the file says it has before it has seen one.

use super::report::Finding;
use quick_xml::events::Event;
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

/// Bytes that are looked at together.
const CHUNK: usize = 64 * 1024;

/// Name of the member with the shared texts, in whatever folder: the reader looks for it without regard to case.
const SHARED: &str = "sharedstrings.xml";

/// Name of the member with the formats.
const STYLES: &str = "styles.xml";

/// Tags among the formats: Excel knows 65,490 formats of cells, and each that is kept takes some hundred bytes.
const MOST_STYLE_TAGS: u64 = 512 * 1024;

/// How much a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all members, unpacked.
    pub bytes: u64,
    /// Opening angle brackets: each element that is kept costs more memory than it has bytes. Those of tables count as well,
    /// for the file itself says which of its members are tables.
    pub elements: u64,
    /// Bytes of all texts in cells. Many cells may share one text.
    pub texts: usize,
    /// Cells, with the empty ones to the left of others.
    pub cells: usize,
    /// Columns beyond this one are not looked at.
    pub width: u32,
}

/// For files that are read at the server's terminal: the roster of a whole province.
pub const LARGE: Bounds = Bounds {
    bytes: 512 * 1024 * 1024,
    elements: 32 * 1024 * 1024,
    texts: 256 * 1024 * 1024,
    cells: 4 * 1024 * 1024,
    width: 256,
};

impl Bounds {
    /// For files that come over the network and have at most so many cells: a cell takes some 60 bytes, its text a handful
    /// of elements, with formats within the text more.
    pub fn small(most_cells: usize) -> Self {
        let cells = u64::try_from(most_cells).unwrap_or(u64::MAX);
        Self {
            bytes: cells.saturating_mul(320),
            elements: cells.saturating_mul(16),
            texts: most_cells.saturating_mul(100),
            cells: most_cells,
            width: 64,
        }
    }
}

/// Unpacks every member and counts. What the members say of their own size is not believed, nor what they say of their
/// contents.
///
/// # Errors
/// A [`Finding`]: too much in it, or no archive.
pub fn check(bytes: &[u8], bounds: Bounds) -> Result<(), Finding> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut left = bounds;
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|_| broken())?;
        let name = member.name().map_err(|_| broken())?.to_ascii_lowercase();
        let elements = count(&mut member, &mut left)?;
        drop(member);
        if name.ends_with(STYLES) && elements > MOST_STYLE_TAGS {
            return Err(too_large());
        }
        if name.ends_with(SHARED) {
            declared_fits(archive.by_index(at).map_err(|_| broken())?, elements)?;
        }
    }
    Ok(())
}

/// Takes a member from what is left; the elements in it.
fn count(member: &mut impl Read, left: &mut Bounds) -> Result<u64, Finding> {
    let mut chunk = vec![0; CHUNK];
    let mut elements = 0;
    loop {
        let read = member.read(&mut chunk).map_err(|_| broken())?;
        if read == 0 {
            return Ok(elements);
        }
        left.bytes = left.bytes.checked_sub(read as u64).ok_or_else(too_large)?;
        let found = (chunk[..read].split(|byte| *byte == b'<').count() - 1) as u64;
        left.elements = left.elements.checked_sub(found).ok_or_else(too_large)?;
        elements += found;
    }
}

/// Whether the list of shared texts says that it has no more of them than there are elements (ECMA-376 part 1, 18.4.9).
/// Reads as the reader of spreadsheets does.
fn declared_fits(member: impl Read, elements: u64) -> Result<(), Finding> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(member));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| broken())? {
            Event::Start(start) if start.local_name().as_ref() == "sst" => {
                for attribute in start.attributes().with_checks(false) {
                    let attribute = attribute.map_err(|_| broken())?;
                    if !matches!(attribute.key.local_name().as_ref(), "count" | "uniqueCount") {
                        continue;
                    }
                    let declared: u64 = attribute.value.parse().map_err(|_| broken())?;
                    if attribute.key.local_name().as_ref() == "uniqueCount" && declared > elements {
                        return Err(too_large());
                    }
                }
                return Ok(());
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

pub(super) fn too_large() -> Finding {
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

    fn book(shared: &str, sheet: &str, folder: &str) -> Vec<u8> {
        let relation = |id: &str, kind: &str, target: &str| {
            let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
            format!(
                "<Relationships><Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/></Relationships>"
            )
        };
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let workbook = "<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
        for (name, text) in [
            (
                "_rels/.rels".to_owned(),
                relation("r1", "officeDocument", &format!("{folder}workbook.xml")),
            ),
            (format!("{folder}workbook.xml"), workbook.to_owned()),
            (
                format!("{folder}_rels/workbook.xml.rels"),
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
            ),
            (format!("{folder}sharedStrings.xml"), shared.to_owned()),
            (
                format!("{folder}worksheets/sheet1.xml"),
                format!("<worksheet>{sheet}</worksheet>"),
            ),
        ] {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const ONE_CELL: &str = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>";

    fn shared(attributes: &str, text: &str) -> String {
        format!("<sst {attributes}><si><t>{text}</t></si></sst>")
    }

    #[test]
    fn what_a_file_says_of_itself_is_not_believed() {
        let known = |_: &Sheet| 0;
        for declared in [
            usize::MAX.to_string(),
            (usize::MAX / 24).to_string(),
            "100000000000000".into(),
        ] {
            for folder in ["xl/", "xl/worksheets/", "elsewhere/"] {
                let bomb = book(
                    &shared(&format!("uniqueCount=\"{declared}\""), "x"),
                    ONE_CELL,
                    folder,
                );
                refused(&bomb);
                assert!(
                    crate::table::sheet::read(&bomb, known).is_err(),
                    "{declared} {folder}"
                );
            }
        }
        refused(&book(&shared("count='1' uniqueCount='99'", "x"), ONE_CELL, "xl/"));
        for odd in [
            "uniqueCount=\"-1\"",
            "uniqueCount=\"99999999999999999999999\"",
            "uniqueCount",
        ] {
            assert!(
                read_small(&book(&shared(odd, "x"), ONE_CELL, "xl/"), known, CELLS).is_err(),
                "{odd}"
            );
        }
        let honest = book(&shared("count='9' uniqueCount='1'", "x"), ONE_CELL, "xl/");
        assert_eq!(read_small(&honest, known, CELLS).unwrap()[0].rows.len(), 1);
    }

    #[test]
    fn a_declared_dimension_and_a_cell_far_out_cost_nothing() {
        let known = |_: &Sheet| 0;
        let far = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>\
            <row r=\"1048576\"><c r=\"A1048576\" t=\"s\"><v>0</v></c><c r=\"XFD1048576\" t=\"s\"><v>0</v></c></row></sheetData>";
        let file = book(&shared("", "x"), far, "xl/");
        for sheets in [
            read_small(&file, known, CELLS).unwrap(),
            crate::table::sheet::read(&file, known).unwrap(),
        ] {
            let rows: Vec<(u32, usize)> = sheets[0]
                .rows
                .iter()
                .map(|row| (row.number, row.cells.len()))
                .collect();
            assert_eq!(rows, [(1, 1), (1_048_576, 1)]);
        }
    }

    #[test]
    fn cells_that_are_only_laid_out_count() {
        let row = |number| format!("<row r=\"{number}\"><c r=\"BL{number}\"><v>1</v></c></row>");
        let rows: String = (1..=100).map(row).collect();
        let file = book(&shared("", "x"), &format!("<sheetData>{rows}</sheetData>"), "xl/");
        let known = |_: &Sheet| 0;
        assert!(read_small(&file, known, 6_400).is_ok());
        assert!(read_small(&file, known, 6_399).is_err());
    }

    #[test]
    fn one_long_text_in_many_cells_is_refused() {
        let known = |_: &Sheet| 0;
        let cell = |number| format!("<row r=\"{number}\"><c r=\"A{number}\" t=\"s\"><v>0</v></c></row>");
        let table = |rows| {
            format!(
                "<sheetData>{}</sheetData>",
                (1..=rows).map(cell).collect::<String>()
            )
        };
        let with = |length: usize, rows| book(&shared("", &"\u{1ea1}".repeat(length)), &table(rows), "xl/");
        assert!(read_small(&with(1_000, 3), known, CELLS).is_ok());
        let long = read_small(&with(1_001, 1), known, CELLS).unwrap_err();
        assert!(format!("{long:?}").contains("1.000"), "{long:?}");
        assert_eq!(read_small(&with(1_000, 4_000), known, CELLS), Err(too_large()));
    }

    #[test]
    fn tables_count_wherever_they_are() {
        refused(&archive(&[(
            "xl/worksheets/sharedStrings.xml",
            b"<si/>",
            5_000_000,
        )]));
        let mut many = vec![("xl/worksheets/styles.xml", b"<xf/>".as_slice(), 600_000)];
        refused(&archive(&many));
        many[0].2 = 100_000;
        assert_eq!(check(&archive(&many), Bounds::small(CELLS)), Ok(()));
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
