//! Finds the header row and what its columns mean.

use super::report::Finding;
use super::sheet::{Cell, Sheet};
use super::text::fold;
use std::collections::HashMap;

/// A row with so many known headings is the header.
const ENOUGH: usize = 3;

/// Rows that are searched for it; titles of schools take a few.
const SEARCHED: usize = 40;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// 12-digit citizen number.
    CitizenNumber,
    /// Candidate number (*số báo danh*).
    CandidateNumber,
    /// Whole name.
    FullName,
    /// Family and middle names.
    FamilyName,
    /// Given name.
    GivenName,
    /// Birth date.
    BirthDate,
    /// Sex.
    Sex,
    /// Class.
    Class,
    /// School.
    School,
    /// Room.
    Room,
    /// Seat.
    Seat,
    /// Known, and not taken.
    NotTaken,
}

/// Headings without tones, in lower case, and their meaning.
const ALIASES: &[(Column, &[&str])] = &[
    (
        Column::CitizenNumber,
        &[
            "so dinh danh ca nhan",
            "so dinh danh",
            "ma dinh danh ca nhan",
            "so cccd",
            "cccd",
            "so can cuoc",
            "can cuoc",
            "so can cuoc cong dan",
            "can cuoc cong dan",
            "cmnd cccd",
            "so cmnd cccd",
            "so cccd cmnd",
            "cccd cmnd",
            "ddcn",
            "so ddcn",
            "citizen number",
            "citizen id",
            "national id",
            "id number",
            "so cccd ddcn",
            "so the can cuoc",
        ],
    ),
    (
        Column::CandidateNumber,
        &[
            "sbd",
            "so bao danh",
            "so bd",
            "candidate number",
            "exam number",
            "registration number",
            "ma thi sinh",
        ],
    ),
    (
        Column::FullName,
        &[
            "ho va ten",
            "ho ten",
            "ho va ten thi sinh",
            "ho ten thi sinh",
            "ho va ten hoc sinh",
            "ho ten hoc sinh",
            "ten thi sinh",
            "full name",
            "name",
        ],
    ),
    (
        Column::FamilyName,
        &[
            "ho dem",
            "ho va dem",
            "ho va ten dem",
            "ho",
            "ho ten dem",
            "family name",
            "last name",
            "surname",
        ],
    ),
    (Column::GivenName, &["ten", "given name", "first name"]),
    (
        Column::BirthDate,
        &[
            "ngay sinh",
            "ngay thang nam sinh",
            "ngay thang sinh",
            "nam sinh",
            "sinh ngay",
            "birth date",
            "date of birth",
            "dob",
        ],
    ),
    (Column::Sex, &["gioi tinh", "gt", "nu", "phai", "sex", "gender"]),
    (Column::Class, &["lop", "lop hoc", "ten lop", "class"]),
    (
        Column::School,
        &[
            "truong",
            "ten truong",
            "truong hoc",
            "truong thpt",
            "don vi",
            "hoc sinh truong",
            "school",
        ],
    ),
    (
        Column::Room,
        &[
            "phong",
            "phong thi",
            "so phong",
            "ten phong",
            "ten phong thi",
            "room",
        ],
    ),
    (
        Column::Seat,
        &[
            "cho",
            "so cho",
            "vi tri",
            "cho ngoi",
            "so may",
            "may",
            "vi tri ngoi",
            "seat",
        ],
    ),
    (
        Column::NotTaken,
        &[
            "stt",
            "tt",
            "so tt",
            "no",
            "ma dinh danh bo gd dt",
            "ma dinh danh bo gddt",
            "ma dinh danh",
            "ma hoc sinh",
            "dan toc",
            "noi sinh",
            "noi sinh chi tiet",
            "trang thai",
            "ghi chu",
            "khoi",
            "khoi hoc",
            "mon 1",
            "mon 2",
            "uu tien",
            "dien uu tien",
            "sdt lien he",
            "dien thoai",
            "so dien thoai",
            "so cmnd",
            "cmnd",
            "ten cha",
            "ten me",
            "dia chi",
            "cho o hien nay",
            "que quan",
            "ngay cap",
            "noi cap",
            "mon thi",
            "email",
        ],
    ),
];

/// Where the columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The header's row number in the file.
    pub row: u32,
    /// How many headings of it are known.
    pub known: usize,
    columns: HashMap<Column, usize>,
    /// The whole name goes on in the column after it: one heading over two columns.
    name_goes_on: bool,
    /// The sex column is headed "Nữ": a mark means female, nothing means male.
    sex_is_mark: bool,
}

impl Header {
    /// Whether the sex column only marks the female candidates.
    pub fn sex_is_mark(&self) -> bool {
        self.sex_is_mark
    }

    /// Where a column is.
    pub fn column(&self, column: Column) -> Option<usize> {
        self.columns.get(&column).copied()
    }

    /// The second column of the whole name, where one heading stands over two columns.
    pub fn second_name_column(&self) -> Option<usize> {
        self.column(Column::FullName)
            .filter(|_| self.name_goes_on)
            .map(|at| at + 1)
    }

    /// Columns that an exam can't do without.
    pub fn missing(&self) -> Vec<Finding> {
        let named = self.column(Column::FullName).is_some()
            || (self.column(Column::FamilyName).is_some() && self.column(Column::GivenName).is_some());
        [
            (
                self.column(Column::CitizenNumber).is_some(),
                "Số định danh (CCCD)",
                "citizen number",
            ),
            (
                named,
                "Họ và tên (hoặc Họ đệm và Tên)",
                "full name (or family and given name)",
            ),
            (
                self.column(Column::BirthDate).is_some(),
                "Ngày sinh",
                "birth date",
            ),
        ]
        .into_iter()
        .filter(|(there, ..)| !there)
        .map(|(_, vi, en)| {
            Finding::at(
                self.row,
                format!("thiếu cột {vi}"),
                format!("missing column: {en}"),
            )
        })
        .collect()
    }
}

/// The first row with enough known headings.
pub fn find(sheet: &Sheet) -> Option<Header> {
    sheet.rows.iter().take(SEARCHED).find_map(|row| {
        let meanings: Vec<Option<Column>> = row.cells.iter().map(meaning).collect();
        let known = meanings.iter().flatten().count();
        (known >= ENOUGH).then(|| header(row.number, known, &meanings, &row.cells))
    })
}

fn header(row: u32, known: usize, meanings: &[Option<Column>], cells: &[Cell]) -> Header {
    let mut columns = HashMap::new();
    for (at, column) in meanings.iter().enumerate() {
        if let Some(column) = column.filter(|column| *column != Column::NotTaken) {
            columns.entry(column).or_insert(at);
        }
    }
    let after_name = columns.get(&Column::FullName).and_then(|at| cells.get(at + 1));
    let name_goes_on = after_name.is_some_and(Cell::is_blank) && !columns.contains_key(&Column::GivenName);
    let sex_heading = columns
        .get(&Column::Sex)
        .and_then(|at| cells.get(*at))
        .map(|cell| fold(&cell.text()));
    Header {
        row,
        known,
        columns,
        name_goes_on,
        sex_is_mark: sex_heading.as_deref() == Some("nu"),
    }
}

fn meaning(cell: &Cell) -> Option<Column> {
    let Cell::Text(text) = cell else { return None };
    let folded = fold(text);
    let exact = |wanted: &str| {
        ALIASES
            .iter()
            .find(|(_, aliases)| aliases.contains(&wanted))
            .map(|(column, _)| *column)
    };
    // "Số CCCD (12 số)", "Ngày sinh (dd/mm/yyyy)": what stands in brackets explains the heading.
    exact(&folded).or_else(|| exact(&fold(text.split('(').next().unwrap_or_default())))
}

/// No row of any table is a header.
pub fn not_found() -> Finding {
    Finding::of_file(
        "không tìm thấy dòng tiêu đề: cần ít nhất 3 cột quen thuộc như STT, Họ và tên, Ngày sinh, Số CCCD",
        "no header row found: at least 3 known columns are needed, such as full name, birth date, citizen number",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exam::roster::sheet::Row;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let cell = |text: &&str| {
            if text.is_empty() {
                Cell::Empty
            } else {
                Cell::Text((*text).to_owned())
            }
        };
        let rows = (1..).zip(rows).map(|(number, cells)| Row {
            number,
            cells: cells.iter().map(cell).collect(),
        });
        Sheet { rows: rows.collect() }
    }

    #[test]
    fn finds_the_header_below_the_titles() {
        let found = find(&sheet(&[
            &["SỞ GIÁO DỤC VÀ ĐÀO TẠO"],
            &["Trường", "THPT A"],
            &[],
            &[
                "STT",
                "Họ tên",
                "NGÀY SINH (dd/mm/yyyy)",
                "Giới  tính",
                "Tên cha",
                "Số định danh cá nhân",
            ],
        ]))
        .unwrap();
        assert_eq!((found.row, found.known), (4, 6));
        assert_eq!(found.column(Column::CitizenNumber), Some(5));
        assert_eq!(found.column(Column::BirthDate), Some(2));
        assert_eq!(found.column(Column::NotTaken), None);
        assert!(found.missing().is_empty());
    }

    #[test]
    fn a_heading_over_two_columns_holds_the_whole_name() {
        let found = find(&sheet(&[&["SBD", "Họ và tên", "", "Ngày sinh", "CCCD"]])).unwrap();
        assert_eq!(found.second_name_column(), Some(2));
        let found = find(&sheet(&[&["SBD", "Họ đệm", "Tên", "Ngày sinh", "CCCD"]])).unwrap();
        assert_eq!(found.second_name_column(), None);
        assert!(found.missing().is_empty());
    }

    #[test]
    fn says_which_columns_are_missing() {
        let found = find(&sheet(&[&["STT", "Họ đệm", "Lớp", "Trường"]])).unwrap();
        assert_eq!(found.missing().len(), 3);
        assert_eq!(find(&sheet(&[&["STT", "Lớp"], &["1", "12A"]])), None);
    }
}
