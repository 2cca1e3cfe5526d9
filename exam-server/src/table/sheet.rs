//! The bytes of a spreadsheet or a CSV file → rows of cells. Knows nothing of what they mean.

use super::inflated::{self, Bounds};
use super::report::Finding;
use calamine::{Data, DataRef, Reader, Xlsx, XlsxError, open_workbook_auto_from_rs};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Largest file that is read: a roster of a whole province has fewer bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// A value in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as it stands.
    Text(String),
    /// A number: leading zeros are gone.
    Number(f64),
    /// A real date.
    Date {
        /// Year.
        year: i32,
        /// Month, from 1.
        month: u8,
        /// Day of the month, from 1.
        day: u8,
    },
}

impl Cell {
    /// Whether nothing but blanks is in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Date { .. } => false,
        }
    }

    /// The cell as text; whole numbers without a decimal point.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => super::text::clean(text),
            Self::Number(number) => number.to_string(),
            Self::Date { year, month, day } => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}

/// A row with its number in the file, from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As the spreadsheet program shows it; in a CSV file that counts blank lines, and a quoted line break not.
    pub number: u32,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The rows in order.
    pub rows: Vec<Row>,
}

/// Reads all tables of a file. `known` says how many columns of a table have a heading that is known: a CSV file is cut by
/// the separator that gives most of them.
///
/// # Errors
/// A [`Finding`] that says why the file can't be read.
pub fn read(bytes: &[u8], known: fn(&Sheet) -> usize) -> Result<Vec<Sheet>, Finding> {
    if bytes.len() > MAX_FILE {
        return Err(Finding::of_file(
            "file lớn hơn 32 MB",
            "the file is larger than 32 MB",
        ));
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => read_workbook(bytes),
        [] => Err(Finding::of_file("file rỗng", "the file is empty")),
        _ => read_csv(&decode(bytes)?, known),
    }
}

/// Characters of a cell's text: no name, address or note of a table that is read here has as many.
const MOST_IN_CELL: usize = 1_000;

/// Tables of a workbook. Each is read through anew, and several may name the same member.
const MOST_SHEETS: usize = 64;

/// Reads all tables of a file that came over the network: XLSX or CSV, at most so many cells. A cell far out in the sheet
/// costs nothing: the table between is never laid out.
///
/// # Errors
/// A [`Finding`] that says why the file can't be read.
pub fn read_small(
    bytes: &[u8],
    known: fn(&Sheet) -> usize,
    most_cells: usize,
) -> Result<Vec<Sheet>, Finding> {
    let sheets = match bytes {
        [b'P', b'K', 3, 4, ..] => {
            let bounds = Bounds::small(most_cells);
            inflated::check(bytes, bounds)?;
            read_xlsx(opened(bytes).ok_or_else(not_readable)?, bounds)?
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(not_readable()),
        _ => read(bytes, known)?,
    };
    let cells: usize = sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .map(|row| row.cells.len())
        .sum();
    if cells > most_cells {
        return Err(too_many_cells(most_cells));
    }
    Ok(sheets)
}

fn too_many_cells(most: usize) -> Finding {
    Finding::of_file(
        format!("file có hơn {most} ô. Hãy chia nhỏ file"),
        format!("the file has more than {most} cells. Split it"),
    )
}

type Opened<'a> = Xlsx<Cursor<&'a [u8]>>;

/// An XLSX file, unless it is of another format.
fn opened(bytes: &[u8]) -> Option<Opened<'_>> {
    Xlsx::new(Cursor::new(bytes)).ok()
}

fn read_xlsx(mut workbook: Opened<'_>, bounds: Bounds) -> Result<Vec<Sheet>, Finding> {
    let names = workbook.sheet_names();
    if names.len() > MOST_SHEETS {
        return Err(Finding::of_file(
            format!("file có hơn {MOST_SHEETS} trang tính. Hãy chép riêng bảng cần nhập sang file mới"),
            format!("the file has more than {MOST_SHEETS} sheets. Copy the table alone into a new file"),
        ));
    }
    let mut left = Left {
        most: bounds.cells,
        visits: bounds.cells,
        bounds,
    };
    names
        .iter()
        .map(|name| read_cells(&mut workbook, name, &mut left))
        .collect()
}

/// What a workbook may still have.
struct Left {
    bounds: Bounds,
    /// Cells in the file, as often as they are written.
    visits: usize,
    most: usize,
}

impl Left {
    fn visit(&mut self) -> Result<(), Finding> {
        let visits = self.visits.checked_sub(1);
        self.visits = visits.ok_or_else(|| too_many_cells(self.most))?;
        Ok(())
    }

    /// The value, once it is known to be small: many cells may share one text.
    fn value(&mut self, row: u32, found: &DataRef<'_>) -> Result<Cell, Finding> {
        let text = match found {
            DataRef::SharedString(text) => text,
            DataRef::String(text) => text.as_str(),
            _ => "",
        };
        if text.len() > MOST_IN_CELL && text.chars().count() > MOST_IN_CELL {
            let row = row.saturating_add(1);
            return Err(Finding::of_file(
                format!("dòng {row}: có ô dài hơn 1.000 ký tự"),
                format!("row {row}: a cell has more than 1,000 characters"),
            ));
        }
        let texts = &mut self.bounds.texts;
        *texts = texts.checked_sub(text.len()).ok_or_else(inflated::too_large)?;
        Ok(cell(&found.clone().into()))
    }

    fn lay_out(&mut self, more: usize) -> Result<(), Finding> {
        let cells = self.bounds.cells.checked_sub(more);
        self.bounds.cells = cells.ok_or_else(|| too_many_cells(self.most))?;
        Ok(())
    }
}

fn read_cells(workbook: &mut Opened<'_>, name: &str, left: &mut Left) -> Result<Sheet, Finding> {
    let broken = |_: XlsxError| not_readable();
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let mut reader = match workbook.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet that is one chart.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Sheet::default()),
        Err(_) => return Err(not_readable()),
    };
    while let Some(found) = reader.next_cell().map_err(broken)? {
        left.visit()?;
        let (row, column) = found.get_position();
        if column >= left.bounds.width {
            continue;
        }
        let value = left.value(row, found.get_value())?;
        let cells = rows.entry(row).or_default();
        let at = column as usize;
        let more = (at + 1).saturating_sub(cells.len());
        left.lay_out(more)?;
        cells.resize(cells.len() + more, Cell::Empty);
        cells[at] = value;
    }
    let rows = rows.into_iter().map(|(number, cells)| Row {
        number: number.saturating_add(1),
        cells,
    });
    Ok(Sheet { rows: rows.collect() })
}

fn not_readable() -> Finding {
    Finding::of_file(
        "không đọc được bảng tính: file hỏng hoặc có mật khẩu. Hãy mở bằng Excel rồi lưu lại dạng .xlsx",
        "the spreadsheet can't be read: broken, or protected by a password. Open and save it as .xlsx",
    )
}

fn read_workbook(bytes: &[u8]) -> Result<Vec<Sheet>, Finding> {
    if bytes.starts_with(b"PK") {
        inflated::check(bytes, inflated::LARGE)?;
        if let Some(workbook) = opened(bytes) {
            return read_xlsx(workbook, inflated::LARGE);
        }
    }
    let broken = |_| not_readable();
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let names = workbook.sheet_names().clone();
    let mut sheets = Vec::new();
    for name in names {
        let range = workbook.worksheet_range(&name).map_err(broken)?;
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let rows = (first_row + 1..).zip(range.rows()).map(|(number, cells)| {
            let lead = std::iter::repeat_n(Cell::Empty, first_column as usize);
            Row {
                number,
                cells: lead.chain(cells.iter().map(cell)).collect(),
            }
        });
        sheets.push(Sheet { rows: rows.collect() });
    }
    Ok(sheets)
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty | Data::Error(_) => Cell::Empty,
        #[expect(clippy::cast_precision_loss, reason = "numbers of up to 15 digits are exact")]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(value) => Cell::Text(value.to_string()),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            Cell::Date {
                year: i32::from(year),
                month,
                day,
            }
        }
    }
}

/// Bytes to text: byte order mark, UTF-16 without one, UTF-8.
fn decode(bytes: &[u8]) -> Result<String, Finding> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, 3),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Text of our alphabet has a zero in every other byte of UTF-16, and none in UTF-8.
        [0, ..] => utf16(bytes, u16::from_be_bytes),
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes, 0),
    }
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<String, Finding> {
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + skipped;
        Finding::of_file(
            format!("byte {at}: không phải UTF-8. Hãy lưu lại dạng \"CSV UTF-8\" hoặc .xlsx"),
            format!("byte {at}: not UTF-8. Save the file as \"CSV UTF-8\" or .xlsx"),
        )
    })
}

fn utf16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Result<String, Finding> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&pairs.iter().map(|pair| join(*pair)).collect::<Vec<_>>());
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(Finding::of_file("file UTF-16 bị hỏng", "broken UTF-16")),
    }
}

/// Takes the separator with which a header is found, and the most of its columns.
fn read_csv(text: &str, known: fn(&Sheet) -> usize) -> Result<Vec<Sheet>, Finding> {
    let mut best: Option<(usize, Sheet)> = None;
    let mut fault = None;
    for separator in [b',', b';', b'\t'] {
        match parse_csv(text, separator) {
            Ok(sheet) => {
                let found = known(&sheet);
                if best.as_ref().is_none_or(|(most, _)| found > *most) {
                    best = Some((found, sheet));
                }
            }
            Err(finding) => fault = Some(finding),
        }
    }
    match (best, fault) {
        (Some((_, sheet)), _) => Ok(vec![sheet]),
        (None, Some(finding)) => Err(finding),
        (None, None) => Ok(Vec::new()),
    }
}

fn parse_csv(text: &str, separator: u8) -> Result<Sheet, Finding> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut number = 0_u32;
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            Finding::of_file(
                format!("dòng {line}: CSV hỏng"),
                format!("line {line}: broken CSV"),
            )
        })?;
        // Not the reader's line: that counts line breaks within quotes, and is one behind at CRLF.
        let start = record.position().and_then(|at| usize::try_from(at.byte()).ok());
        let skipped = start.map_or(0, |start| blank_lines(text.as_bytes(), start));
        number = number.saturating_add(skipped).saturating_add(1);
        let cells = record.iter().map(|field| {
            if field.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(field.to_owned())
            }
        });
        rows.push(Row {
            number,
            cells: cells.collect(),
        });
    }
    Ok(Sheet { rows })
}

/// Blank lines between the end of a record and the next one. The reader ends a record at CR, and skips everything from
/// `start` to the next cell, so that the LF of a CRLF stands first there.
fn blank_lines(text: &[u8], start: usize) -> u32 {
    let within_crlf = text[..start.min(text.len())].ends_with(b"\r") && text.get(start) == Some(&b'\n');
    let mut rest = text.get(start + usize::from(within_crlf)..).unwrap_or_default();
    let mut lines = 0;
    while let [b'\r', b'\n', after @ ..] | [b'\r' | b'\n', after @ ..] = rest {
        rest = after;
        lines += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(text: &str) -> Vec<u32> {
        let sheet = parse_csv(text, b',').unwrap();
        sheet.rows.iter().map(|row| row.number).collect()
    }

    #[test]
    fn csv_rows_are_those_of_a_spreadsheet() {
        for end in ["\n", "\r\n", "\r"] {
            let text = |text: &str| numbers(&text.replace('\n', end));
            assert_eq!(text("a,b\nc,d\ne,f\n"), [1, 2, 3], "{end:?}");
            assert_eq!(text("a,b\nc,d\ne,f"), [1, 2, 3], "{end:?}");
            assert_eq!(text("\n\na,b\n\n\nc,d\n\n"), [3, 6], "{end:?}");
            assert_eq!(text("a,\"x\ny\n\nz\"\nc,d\n\n\"\n\",f\n"), [1, 2, 4], "{end:?}");
        }
        // Excel ends rows with CRLF and breaks lines within a cell with LF.
        assert_eq!(numbers("a,\"x\ny\"\r\nc,d\r\n\r\ne,f\r\n"), [1, 2, 4]);
    }

    proptest! {
        #[test]
        fn csv_rows_do_not_depend_on_the_line_end(lines in prop::collection::vec("|a,b|\"x,\ny\",b", 0..20)) {
            let expected: Vec<u32> = (1..).zip(&lines).filter(|(_, line)| !line.is_empty()).map(|(n, _)| n).collect();
            prop_assert_eq!(&numbers(&lines.join("\n")), &expected);
            prop_assert_eq!(&numbers(&lines.join("\r\n")), &expected);
        }
    }
}
