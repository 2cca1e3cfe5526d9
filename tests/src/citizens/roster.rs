//! The candidates' roster as a school sends it: title rows, header on row 4, Excel's damage included.
//!
//! Owns the two demo files of `exam-domain.md` 5.1. Must not read rosters: that is the server's work under test.

use anyhow::Result;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{Citizen, Sex};

/// Which form a roster is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterFile {
    /// A workbook of Excel 2007 and later.
    Xlsx,
    /// Text, UTF-8 with a byte order mark, separated by semicolons as Vietnamese Excel writes it.
    Csv,
}

const TITLES: [&str; 3] = [
    "SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NINH",
    "TRƯỜNG THPT MẪU HẠ LONG",
    "DANH SÁCH THÍ SINH DỰ THI",
];
const HEADER: [&str; 12] = [
    "STT",
    "SBD",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Dân tộc",
    "Nơi sinh",
    "Số CCCD",
    "Lớp",
    "Trường",
    "Phòng",
    "Ghi chú",
];
const SCHOOL: &str = "THPT Mẫu Hạ Long";
/// Candidates in a room (`exam-domain.md` 2.3).
const ROOM: usize = 24;

impl RosterFile {
    /// Writes the roster of these citizens.
    ///
    /// # Errors
    ///
    /// The writer of the format refuses a value.
    pub fn write(self, citizens: &[Citizen]) -> Result<Vec<u8>> {
        match self {
            Self::Xlsx => write_xlsx(citizens),
            Self::Csv => write_csv(citizens),
        }
    }
}

/// The workbook: personal numbers and candidate numbers are numbers and so lost their leading zeros; every third
/// birthday is text, every third a date cell, every third text without leading zeros.
///
/// # Errors
///
/// The writer of workbooks refuses a value.
pub fn write_xlsx(citizens: &[Citizen]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Danh sách")?;
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let bold = Format::new().set_bold();
    for (row, title) in (0_u32..).zip(TITLES) {
        sheet.write_with_format(row, 0, title, &bold)?;
    }
    for (column, title) in (0_u16..).zip(HEADER) {
        sheet.write_with_format(3, column, title, &bold)?;
    }
    for (row, citizen) in (4_u32..).zip(citizens) {
        let fields = fields(citizen);
        for (column, field) in (0_u16..).zip(&fields) {
            sheet.write(row, column, field)?;
        }
        sheet.write(row, 0, row - 3)?;
        sheet.write(row, 1, fields[1].parse::<f64>()?)?;
        sheet.write(row, 7, citizen.number.parse::<f64>()?)?;
        if citizen.index % 3 == 1 {
            let birth = citizen.birth;
            let cell = ExcelDateTime::from_ymd(birth.year, birth.month, birth.day)?;
            sheet.write_with_format(row, 3, &cell, &date)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

/// The text file: the same rows, personal numbers with their zeros in every second row only.
///
/// # Errors
///
/// The writer of text tables refuses a value.
pub fn write_csv(citizens: &[Citizen]) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_writer(Vec::new());
    for title in TITLES {
        writer.write_record([title, "", ""])?;
    }
    writer.write_record(HEADER)?;
    for citizen in citizens {
        let mut fields = fields(citizen);
        if citizen.index % 2 == 1 {
            citizen.number.trim_start_matches('0').clone_into(&mut fields[7]);
        }
        writer.write_record(fields)?;
    }
    let text = writer.into_inner()?;
    Ok([b"\xEF\xBB\xBF", text.as_slice()].concat())
}

/// One row as text, in the order of the header.
fn fields(citizen: &Citizen) -> [String; 12] {
    let birth = citizen.birth;
    let born = match citizen.index % 3 {
        2 => format!("{}/{}/{}", birth.day, birth.month, birth.year),
        _ => birth.slashes(),
    };
    let sex = match (citizen.sex, citizen.index % 4) {
        (Sex::Female, 3) => "Nu",
        (sex, _) => sex.vietnamese(),
    };
    let place = citizen.origin.rsplit(", ").next().unwrap_or_default();
    [
        (citizen.index + 1).to_string(),
        format!("{:06}", 22_001 + citizen.index),
        citizen.name.clone(),
        born,
        sex.to_owned(),
        citizen.ethnicity.clone(),
        place.to_owned(),
        citizen.number.clone(),
        format!("12A{}", 1 + citizen.index % 3),
        SCHOOL.to_owned(),
        format!("P{:02}", 1 + citizen.index / ROOM),
        String::new(),
    ]
}
