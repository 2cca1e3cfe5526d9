//! The mark list as CSV (RFC 4180) in UTF-8 with a byte-order mark, comma between fields: Excel with Vietnamese settings
//! opens it by double click with the right letters. Cells that a spreadsheet would run as a formula are disarmed.
//!
//! Numbers with leading zeros are plain digits here, for programs; the XLSX keeps them as text for people.

use super::table::{HEADINGS, Row, day, decimal_comma, moment};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The list could not be written; never happens in memory.
#[derive(Debug, thiserror::Error)]
#[error("mark list as CSV: {0}")]
pub struct NotWritten(String);

/// Writes the list.
///
/// # Errors
/// [`NotWritten`] when memory is short.
pub fn write(rows: &[Row]) -> Result<Vec<u8>, NotWritten> {
    let failed = |error: &dyn std::fmt::Display| NotWritten(error.to_string());
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(HEADINGS).map_err(|e| failed(&e))?;
    for (number, row) in (1..).zip(rows) {
        writer
            .write_record(cells(number, row).map(disarmed))
            .map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

fn cells(number: u32, row: &Row) -> [String; 13] {
    [
        number.to_string(),
        row.candidate_number.clone(),
        row.citizen_number.clone(),
        row.name.clone(),
        day(&row.birth_date),
        row.class.clone(),
        row.seat.clone(),
        row.form_code.clone(),
        row.handed_in_at.map(moment).unwrap_or_default(),
        row.standing().to_owned(),
        row.mark.map(|mark| decimal_comma(mark.total)).unwrap_or_default(),
        row.mark
            .map(|mark| decimal_comma(mark.maximum))
            .unwrap_or_default(),
        row.note(),
    ]
}

/// An apostrophe before whatever a spreadsheet would take for a formula (OWASP, "CSV injection").
fn disarmed(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::row;
    use super::*;
    use proptest::prelude::*;

    fn text(rows: &[Row]) -> String {
        String::from_utf8(write(rows).unwrap()).unwrap()
    }

    #[test]
    fn one_line_for_each_candidate_with_a_mark_that_needs_quotes() {
        let text = text(&[row()]);
        assert!(text.starts_with("\u{feff}STT,Số báo danh,"));
        assert!(text.ends_with(
            "1,01000001,001308000001,Đặng Thị Ánh,29/02/2008,12A1,7,0101,22/11/2026 19:52:18,Đã nộp,\"8,25\",10,\r\n"
        ));
    }

    #[test]
    fn a_name_can_not_be_a_formula() {
        let evil = Row {
            name: "=HYPERLINK(\"http://x\")".into(),
            class: "@SUM(A1)".into(),
            ..row()
        };
        let text = text(&[evil]);
        assert!(text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{text}");
        assert!(text.contains(",'@SUM(A1),"), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_name_stays_in_its_cell(name in "\\PC{0,30}|[=,\"\r\n;+@-]{0,10}") {
            let text = text(&[Row { name: name.clone(), ..row() }]);
            let mut reader = csv::Reader::from_reader(text.trim_start_matches(BYTE_ORDER_MARK).as_bytes());
            let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(records.len(), 1);
            prop_assert_eq!(records[0].len(), HEADINGS.len());
            prop_assert_eq!(records[0][3].trim_start_matches('\''), name.trim_start_matches('\''));
        }
    }
}
