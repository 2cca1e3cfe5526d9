//! Empty files with headings, for people to fill in. Cells are text: a spreadsheet program then keeps leading zeros.

use anyhow::{Context, Result, bail};
use rust_xlsxwriter::{Format, Workbook};
use std::path::Path;

/// Rows below the headings that are laid out as text.
const ROWS: u32 = 1_000;

/// The bytes of such a file, XLSX or CSV by its name.
///
/// # Errors
/// When the name ends otherwise.
pub fn of_file(path: &Path, title: &str, headings: &[&str]) -> Result<Vec<u8>> {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("xlsx") => xlsx(title, headings).context("XLSX"),
        Some("csv") => Ok(csv(headings)),
        _ => bail!(
            "{}: tên tệp phải kết thúc bằng .xlsx hoặc .csv / the file's name must end in .xlsx or .csv",
            path.display()
        ),
    }
}

fn xlsx(title: &str, headings: &[&str]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    let text = Format::new().set_num_format("@");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(title)?;
    for (column, heading) in (0..).zip(headings) {
        sheet.write_with_format(0, column, *heading, &bold)?;
        sheet.set_column_width(column, 18)?;
        for row in 1..=ROWS {
            sheet.write_blank(row, column, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

/// With a byte order mark, as Excel wants it for Vietnamese text.
fn csv(headings: &[&str]) -> Vec<u8> {
    format!("\u{feff}{}\r\n", headings.join(",")).into_bytes()
}
