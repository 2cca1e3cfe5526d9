//! The mark list as XLSX: one sheet of marks, one by question. Numbers with leading zeros are text, marks are numbers that
//! the reader's own settings show with a comma. This is the one place where hundredths become a number with decimals.

use super::table::{HEADINGS, Line, QUESTION_HEADINGS, Row, day};
use exam_protocol::time::{Millis, Timestamp};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

const MARKS: &str = "Bảng điểm";
const BY_QUESTION: &str = "Từng câu";

/// What stands above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// Exam title.
    pub exam: String,
    /// Subject.
    pub subject: String,
    /// Room name.
    pub room: String,
}

struct Formats {
    heading: Format,
    mark: Format,
    moment: Format,
}

/// Writes the workbook.
///
/// # Errors
/// What the writer says: too many rows for a sheet.
pub fn write(title: &Title, rows: &[Row], lines: &[Line]) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats {
        heading: Format::new().set_bold().set_text_wrap(),
        mark: Format::new().set_num_format("0.00"),
        moment: Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"),
    };
    let mut workbook = Workbook::new();
    marks(workbook.add_worksheet(), &formats, title, rows)?;
    by_question(workbook.add_worksheet(), &formats, lines)?;
    workbook.save_to_buffer()
}

fn marks(sheet: &mut Worksheet, formats: &Formats, title: &Title, rows: &[Row]) -> Result<(), XlsxError> {
    sheet.set_name(MARKS)?;
    let above = format!("{} – {} – {}", title.exam, title.subject, title.room);
    sheet.write_with_format(0, 0, above, &formats.heading)?;
    headings(sheet, 2, &HEADINGS, formats)?;
    for (line, row) in (3..).zip(rows) {
        sheet.write(line, 0, line - 2)?;
        let texts = [
            &row.candidate_number,
            &row.citizen_number,
            &row.name,
            &day(&row.birth_date),
            &row.class,
            &row.seat,
            &row.form_code,
        ];
        for (column, text) in (1..).zip(texts) {
            sheet.write_string(line, column, text)?;
        }
        if let Some(at) = row.handed_in_at {
            sheet.write_datetime_with_format(line, 8, local(at)?, &formats.moment)?;
        }
        sheet.write_string(line, 9, row.standing())?;
        if let Some(mark) = row.mark {
            sheet.write_number_with_format(line, 10, decimal(mark.total), &formats.mark)?;
            sheet.write_number_with_format(line, 11, decimal(mark.maximum), &formats.mark)?;
        }
        sheet.write_string(line, 12, row.note())?;
    }
    let widths = [5, 13, 15, 28, 12, 10, 9, 8, 20, 18, 8, 11, 40];
    for (column, width) in (0..).zip(widths) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(3, 4)?;
    Ok(())
}

fn by_question(sheet: &mut Worksheet, formats: &Formats, lines: &[Line]) -> Result<(), XlsxError> {
    sheet.set_name(BY_QUESTION)?;
    headings(sheet, 0, &QUESTION_HEADINGS, formats)?;
    for (at, line) in (1..).zip(lines) {
        let marked = &line.marked;
        sheet.write_string(at, 0, &line.candidate_number)?;
        sheet.write_string(at, 1, &line.name)?;
        sheet.write_string(at, 2, &line.form_code)?;
        sheet.write(at, 3, marked.question)?;
        sheet.write(at, 4, u32::from(marked.item) + 1)?;
        if let Some(awarded) = marked.awarded {
            sheet.write_number_with_format(at, 5, decimal(awarded), &formats.mark)?;
        }
        sheet.write_number_with_format(at, 6, decimal(marked.maximum), &formats.mark)?;
        sheet.write_string(at, 7, marked.reason.text_vi())?;
    }
    sheet.set_column_width(1, 28)?.set_column_width(7, 36)?;
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn headings(sheet: &mut Worksheet, row: u32, texts: &[&str], formats: &Formats) -> Result<(), XlsxError> {
    for (column, text) in (0..).zip(texts) {
        sheet.write_with_format(row, column, *text, &formats.heading)?;
    }
    Ok(())
}

fn decimal(hundredths: u32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// Local time in Vietnam (UTC+7 all year).
fn local(at: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp((at + Millis::minutes(7 * 60)).0.div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::row;
    use super::super::table::{MarkedQuestion, Row};
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use question_bank::mark::Reason;
    use std::io::Cursor;

    #[test]
    fn another_program_reads_text_as_text_and_marks_as_numbers() {
        let title = Title {
            exam: "Kiểm tra".into(),
            subject: "Toán".into(),
            room: "Phòng 01".into(),
        };
        let marked = MarkedQuestion {
            question: 3,
            item: 0,
            awarded: Some(25),
            maximum: 25,
            reason: Reason::Right,
        };
        let line = Line {
            candidate_number: "01000001".into(),
            name: "A".into(),
            form_code: "0101".into(),
            marked,
        };
        let evil = Row {
            name: "=1+1".into(),
            mark: None,
            ..row()
        };
        let bytes = write(&title, &[row(), evil], &[line]).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), [MARKS, BY_QUESTION]);
        let sheet = book.worksheet_range(MARKS).unwrap();
        assert_eq!(sheet.get((3, 1)), Some(&Data::String("01000001".into())));
        assert_eq!(sheet.get((3, 2)), Some(&Data::String("001308000001".into())));
        assert_eq!(sheet.get((3, 10)), Some(&Data::Float(8.25)));
        assert_eq!(sheet.get((4, 3)), Some(&Data::String("=1+1".into())));
        assert!(book.worksheet_formula(MARKS).unwrap().is_empty());
        let by_question = book.worksheet_range(BY_QUESTION).unwrap();
        assert_eq!(by_question.get((1, 4)), Some(&Data::Float(1.0)));
        assert_eq!(by_question.get((1, 7)), Some(&Data::String("đúng".into())));
    }
}
