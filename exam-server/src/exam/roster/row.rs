//! One row of a roster → one candidate, or every fault of the row at once.

use super::citizen::{Sex, claims};
use super::date::{self, Day, NotADate};
use super::header::{Column, Header};
use super::report::Finding;
use super::sheet::{Cell, Row};
use super::text::{clean, fold};
use exam_protocol::citizen::CitizenNumber;

/// Longest name, class, school, room or seat that is taken, in characters.
const LONGEST: usize = 120;

/// Digits of a citizen number.
const DIGITS: usize = 12;

/// Leading zeros that a spreadsheet can have dropped from a citizen number: province codes begin with at most two.
const DROPPED: usize = 2;

/// Nobody is older, in years.
const OLDEST: i32 = 120;

/// A candidate of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The row in the file.
    pub row: u32,
    /// 12 digits.
    pub citizen_number: CitizenNumber,
    /// Full name.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Sex.
    pub sex: Sex,
    /// Class; may be empty.
    pub class: String,
    /// School; may be empty.
    pub school: String,
    /// Candidate number; empty where the file gives none.
    pub candidate_number: String,
    /// Whether the candidate number came as a number, so that zeros before it may be gone.
    pub candidate_number_was_number: bool,
    /// Room; empty where the file gives none.
    pub room: String,
    /// Seat; empty where the file gives none.
    pub seat: String,
}

/// What a row was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Nothing in it.
    Blank,
    /// A line below the list, such as "Danh sách gồm 24 thí sinh".
    NotACandidate(Finding),
    /// A candidate with what a person should look at.
    Candidate(Entry, Vec<Finding>),
}

/// Reads a row. `today` bounds birth dates.
///
/// # Errors
/// Every fault of the row.
pub fn read(row: &Row, header: &Header, today: Day) -> Result<Read, Vec<Finding>> {
    let filled = row.cells.iter().filter(|cell| !cell.is_blank()).count();
    if filled == 0 {
        return Ok(Read::Blank);
    }
    let reader = Reader { row, header, today };
    if filled == 1 || reader.is_footer() {
        let (vi, en) = (
            "bỏ qua: không phải dòng thí sinh",
            "left out: not a candidate's row",
        );
        return Ok(Read::NotACandidate(Finding::at(row.number, vi, en)));
    }
    reader.candidate()
}

struct Reader<'a> {
    row: &'a Row,
    header: &'a Header,
    today: Day,
}

impl Reader<'_> {
    fn cell(&self, column: Column) -> &Cell {
        self.header
            .column(column)
            .and_then(|at| self.row.cells.get(at))
            .unwrap_or(&Cell::Empty)
    }

    fn text(&self, column: Column) -> String {
        self.cell(column).text()
    }

    fn finding(&self, vi: impl Into<String>, en: impl Into<String>) -> Finding {
        Finding::at(self.row.number, vi, en)
    }

    /// Signatures and totals below a list fill neither number nor birth date.
    fn is_footer(&self) -> bool {
        self.cell(Column::CitizenNumber).is_blank()
            && self.cell(Column::BirthDate).is_blank()
            && self.name().is_empty()
    }

    fn candidate(&self) -> Result<Read, Vec<Finding>> {
        let mut warnings = Vec::new();
        let mut faults = Vec::new();
        let number = self
            .citizen_number(&mut warnings)
            .map_err(|fault| faults.push(fault))
            .ok();
        let birth = self.birth_date().map_err(|fault| faults.push(fault)).ok();
        let sex = self.sex().map_err(|fault| faults.push(fault)).ok();
        let name = self.name();
        if name.is_empty() {
            faults.push(self.finding("thiếu họ tên", "the name is missing"));
        }
        faults.extend(self.too_long());
        let (Some(number), Some(birth), Some(sex), true) = (number, birth, sex, faults.is_empty()) else {
            return Err(faults);
        };
        warnings.extend(self.contradictions(&number, birth, sex));
        let entry = Entry {
            row: self.row.number,
            sex: sex.unwrap_or(claims(&number).sex),
            citizen_number: number,
            name,
            birth_date: birth.to_string(),
            class: self.text(Column::Class),
            school: self.text(Column::School),
            candidate_number: self.text(Column::CandidateNumber).replace(' ', ""),
            candidate_number_was_number: matches!(self.cell(Column::CandidateNumber), Cell::Number(_)),
            room: self.text(Column::Room),
            seat: self.text(Column::Seat),
        };
        Ok(Read::Candidate(entry, warnings))
    }

    fn name(&self) -> String {
        let second = self
            .header
            .second_name_column()
            .and_then(|at| self.row.cells.get(at))
            .map(Cell::text);
        let parts = [
            self.text(Column::FullName),
            second.unwrap_or_default(),
            if self.header.column(Column::FullName).is_some() {
                String::new()
            } else {
                self.text(Column::FamilyName)
            },
            if self.header.column(Column::FullName).is_some() {
                String::new()
            } else {
                self.text(Column::GivenName)
            },
        ];
        clean(&parts.join(" "))
    }

    fn citizen_number(&self, warnings: &mut Vec<Finding>) -> Result<CitizenNumber, Finding> {
        let text = self.text(Column::CitizenNumber);
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '\'')
            .collect();
        if digits.is_empty() {
            return Err(self.finding("thiếu số định danh (CCCD)", "the citizen number is missing"));
        }
        let only_digits = digits.bytes().all(|b| b.is_ascii_digit());
        let lost = DIGITS.checked_sub(digits.len()).filter(|_| only_digits);
        match lost {
            Some(0) => {}
            Some(_) if digits.starts_with('0') => return Err(self.too_few_digits(digits.len())),
            Some(lost) if lost <= DROPPED => {
                let (vi, en) = (
                    "thêm lại số 0 ở đầu số định danh",
                    "leading zeros of the citizen number restored",
                );
                warnings.push(self.finding(vi, en));
            }
            _ => return Err(self.bad_number()),
        }
        format!("{digits:0>DIGITS$}")
            .parse()
            .map_err(|_| self.bad_number())
    }

    fn bad_number(&self) -> Finding {
        self.finding(
            "số định danh không phải 12 chữ số",
            "the citizen number is not 12 digits",
        )
    }

    /// A spreadsheet drops all leading zeros or none.
    fn too_few_digits(&self, count: usize) -> Finding {
        self.finding(
            format!("số định danh có {count} chữ số và đã có số 0 ở đầu: thiếu chữ số"),
            format!("the citizen number has {count} digits and begins with 0 already: digits are missing"),
        )
    }

    fn birth_date(&self) -> Result<Day, Finding> {
        let birth = self.readable_birth_date()?;
        if birth > self.today {
            return Err(self.finding(
                format!("ngày sinh {birth} sau ngày hôm nay ({})", self.today),
                format!("the birth date {birth} is after today ({})", self.today),
            ));
        }
        if birth.is_longer_ago(OLDEST, self.today) {
            return Err(self.finding(
                format!("ngày sinh {birth} cách đây hơn {OLDEST} năm"),
                format!("the birth date {birth} is more than {OLDEST} years ago"),
            ));
        }
        Ok(birth)
    }

    fn readable_birth_date(&self) -> Result<Day, Finding> {
        date::read(self.cell(Column::BirthDate)).map_err(|why| match why {
            NotADate::Missing => self.finding("thiếu ngày sinh", "the birth date is missing"),
            NotADate::YearOnly => self.finding(
                "ngày sinh chỉ có năm; cần đủ ngày/tháng/năm",
                "the birth date has only a year; day and month are needed",
            ),
            NotADate::Unreadable => self.finding(
                "ngày sinh không đọc được; hãy ghi ngày/tháng/năm, ví dụ 05/09/2008",
                "the birth date can't be read; write day/month/year, e.g. 05/09/2008",
            ),
        })
    }

    /// None where the file says nothing.
    fn sex(&self) -> Result<Option<Sex>, Finding> {
        let text = self.text(Column::Sex);
        match fold(&text).as_str() {
            "" if !text.is_empty() => Err(self.bad_sex()),
            "" if self.header.sex_is_mark() => Ok(Some(Sex::Male)),
            "" => Ok(None),
            "nam" | "m" | "male" | "0" | "trai" => Ok(Some(Sex::Male)),
            "nu" | "f" | "female" | "x" | "1" | "gai" => Ok(Some(Sex::Female)),
            _ => Err(self.bad_sex()),
        }
    }

    fn bad_sex(&self) -> Finding {
        self.finding(
            "giới tính không đọc được; hãy ghi Nam hoặc Nữ",
            "the sex can't be read; write Nam or Nữ",
        )
    }

    fn too_long(&self) -> Option<Finding> {
        let columns = [
            Column::FullName,
            Column::Class,
            Column::School,
            Column::CandidateNumber,
            Column::Room,
            Column::Seat,
        ];
        columns
            .iter()
            .any(|column| self.text(*column).chars().count() > LONGEST)
            .then(|| {
                self.finding(
                    format!("một ô dài quá {LONGEST} ký tự"),
                    format!("a cell has more than {LONGEST} characters"),
                )
            })
    }

    fn contradictions(&self, number: &CitizenNumber, birth: Day, sex: Option<Sex>) -> Vec<Finding> {
        let claims = claims(number);
        [
            (
                !claims.known_province,
                "3 số đầu của số định danh không phải mã tỉnh",
                "the first 3 digits of the citizen number are no province",
            ),
            (
                claims.birth_year != birth.year(),
                "năm sinh khác với số định danh",
                "the birth year differs from the citizen number",
            ),
            (
                sex.is_some_and(|sex| sex != claims.sex),
                "giới tính khác với số định danh",
                "the sex differs from the citizen number",
            ),
        ]
        .into_iter()
        .filter(|(wrong, ..)| *wrong)
        .map(|(_, vi, en)| self.finding(vi, en))
        .collect()
    }
}

/// Gives candidate numbers back the zeros that a spreadsheet dropped: to the length of the longest one, or to the usual 6
/// or 8 digits. Says so for each.
pub fn restore_candidate_numbers(entries: &mut [Entry]) -> Vec<Finding> {
    let longest = entries
        .iter()
        .map(|entry| entry.candidate_number.len())
        .max()
        .unwrap_or(0);
    let all_numbers = entries.iter().all(|entry| entry.candidate_number_was_number);
    let length = if all_numbers && matches!(longest, 5 | 7) {
        longest + 1
    } else {
        longest
    };
    let mut warnings = Vec::new();
    for entry in entries
        .iter_mut()
        .filter(|entry| entry.candidate_number_was_number)
    {
        if entry.candidate_number.len() < length {
            entry.candidate_number = format!("{:0>length$}", entry.candidate_number);
            let (vi, en) = (
                "thêm lại số 0 ở đầu số báo danh",
                "leading zeros of the candidate number restored",
            );
            warnings.push(Finding::at(entry.row, vi, en));
        }
    }
    warnings
}
