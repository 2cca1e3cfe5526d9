//! Finds the header row of a file of staff, what its columns mean, and roles by the names that people give them.

use crate::table::report::Finding;
use crate::table::sheet::{Cell, Row, Sheet};
use crate::table::text::fold;
use exam_protocol::right::Role;
use std::collections::HashMap;

/// A row with so many known headings is the header.
const ENOUGH: usize = 3;

/// Rows that are searched for it.
const SEARCHED: usize = 40;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Name as shown.
    Name,
    /// Login name.
    Login,
    /// Organisation.
    Organisation,
    /// Role.
    Role,
    /// Where, in one column.
    Scope,
    /// Exam.
    Exam,
    /// Site.
    Site,
    /// Subject of the sitting.
    Subject,
    /// Room.
    Room,
}

/// Headings without tones, in lower case.
const ALIASES: &[(Column, &[&str])] = &[
    (
        Column::Name,
        &[
            "ho ten",
            "ho va ten",
            "ho ten can bo",
            "ho va ten can bo",
            "full name",
            "name",
        ],
    ),
    (
        Column::Login,
        &[
            "ten dang nhap",
            "tai khoan",
            "dang nhap",
            "login",
            "login name",
            "user name",
            "username",
        ],
    ),
    (
        Column::Organisation,
        &[
            "don vi",
            "don vi cong tac",
            "truong",
            "co quan",
            "organisation",
            "organization",
        ],
    ),
    (Column::Role, &["vai tro", "nhiem vu", "chuc vu", "role"]),
    (Column::Scope, &["pham vi", "scope"]),
    (Column::Exam, &["ky thi", "ki thi", "exam"]),
    (Column::Site, &["diem thi", "ten diem thi", "site"]),
    (
        Column::Subject,
        &["mon", "mon thi", "ca thi", "subject", "sitting"],
    ),
    (Column::Room, &["phong", "phong thi", "ten phong", "room"]),
];

/// What people write for a role, without tones, in lower case; beside the stable names.
const ROLES: &[(Role, &[&str])] = &[
    (
        Role::ExamOwner,
        &[
            "chu tich hoi dong thi",
            "chu tich hoi dong",
            "chu tich",
            "exam owner",
        ],
    ),
    (
        Role::Secretary,
        &[
            "thu ki",
            "thu ky",
            "uy vien thu ky",
            "uy vien thu ki",
            "ban thu ky",
            "secretary",
        ],
    ),
    (
        Role::ItemAuthor,
        &["ra de", "nguoi ra de", "can bo ra de", "item author"],
    ),
    (Role::Reviewer, &["phan bien", "phan bien de", "reviewer"]),
    (Role::Approver, &["duyet de", "nguoi duyet de", "approver"]),
    (
        Role::SiteLead,
        &[
            "truong diem thi",
            "truong diem",
            "pho truong diem thi",
            "site lead",
        ],
    ),
    (
        Role::Proctor1,
        &[
            "can bo coi thi 1",
            "cbct 1",
            "cbct1",
            "giam thi 1",
            "coi thi 1",
            "proctor 1",
        ],
    ),
    (
        Role::Proctor2,
        &[
            "can bo coi thi 2",
            "cbct 2",
            "cbct2",
            "giam thi 2",
            "coi thi 2",
            "proctor 2",
        ],
    ),
    (Role::Supervisor, &["can bo giam sat", "giam sat", "supervisor"]),
    (
        Role::Inspector,
        &["thanh tra", "can bo thanh tra", "kiem tra thi", "inspector"],
    ),
    (
        Role::Technician,
        &[
            "ki thuat",
            "ky thuat",
            "can bo ki thuat",
            "can bo ky thuat",
            "technician",
        ],
    ),
    (Role::Marker, &["cham thi", "can bo cham thi", "marker"]),
    (
        Role::Administrator,
        &["quan tri", "quan tri he thong", "quan tri vien", "administrator"],
    ),
];

/// The role that somebody means.
pub fn role(typed: &str) -> Option<Role> {
    let wanted = fold(typed);
    let said = |role: &Role| fold(role.name()) == wanted;
    let known = ROLES.iter().find(|(_, names)| names.contains(&wanted.as_str()));
    Role::ALL
        .iter()
        .copied()
        .find(said)
        .or(known.map(|(role, _)| *role))
}

/// The name of a role in Vietnamese, as regulations, the console and a file of staff write it.
pub const fn vietnamese(role: Role) -> &'static str {
    match role {
        Role::ExamOwner => "Chủ tịch Hội đồng thi",
        Role::Secretary => "Thư ký",
        Role::ItemAuthor => "Người ra đề",
        Role::Reviewer => "Phản biện đề",
        Role::Approver => "Người duyệt đề",
        Role::SiteLead => "Trưởng điểm thi",
        Role::Proctor1 => "Cán bộ coi thi 1",
        Role::Proctor2 => "Cán bộ coi thi 2",
        Role::Supervisor => "Cán bộ giám sát",
        Role::Inspector => "Thanh tra",
        Role::Technician => "Cán bộ kỹ thuật",
        Role::Marker => "Cán bộ chấm thi",
        Role::Administrator => "Quản trị hệ thống",
    }
}

/// Where the columns are.
#[derive(Clone, Debug)]
pub struct Header {
    /// Number of the row.
    pub row: u32,
    columns: HashMap<Column, usize>,
}

/// How many columns of a table have a known heading.
pub fn known(sheet: &Sheet) -> usize {
    Header::find(sheet).map_or(0, |header| header.columns.len())
}

impl Header {
    /// The first row with enough known headings.
    pub fn find(sheet: &Sheet) -> Option<Self> {
        sheet.rows.iter().take(SEARCHED).find_map(|row| {
            let mut columns = HashMap::new();
            for (at, cell) in row.cells.iter().enumerate() {
                let heading = fold(&cell.text());
                let known = ALIASES
                    .iter()
                    .find(|(_, names)| names.contains(&heading.as_str()));
                if let Some((column, _)) = known {
                    columns.entry(*column).or_insert(at);
                }
            }
            (columns.len() >= ENOUGH).then_some(Self {
                row: row.number,
                columns,
            })
        })
    }

    /// A fault for each column that has to be there and is not.
    pub fn missing(&self) -> Vec<Finding> {
        [
            (Column::Name, "Họ tên"),
            (Column::Login, "Tên đăng nhập"),
            (Column::Organisation, "Đơn vị"),
            (Column::Role, "Vai trò"),
        ]
        .into_iter()
        .filter(|(column, _)| !self.columns.contains_key(column))
        .map(|(_, name)| {
            Finding::at(
                self.row,
                format!("thiếu cột \"{name}\""),
                format!("no column \"{name}\""),
            )
        })
        .collect()
    }

    /// What a row says in a column; empty where there is no such column.
    pub fn text(&self, row: &Row, column: Column) -> String {
        let cell = self.columns.get(&column).and_then(|at| row.cells.get(*at));
        cell.map(Cell::text).unwrap_or_default()
    }

    /// Whether a row says nothing in any of the columns.
    pub fn is_blank(&self, row: &Row) -> bool {
        self.columns
            .values()
            .all(|at| row.cells.get(*at).is_none_or(Cell::is_blank))
    }
}

/// No header was found.
pub fn no_header() -> Finding {
    Finding::of_file(
        "không thấy dòng tiêu đề; cần các cột: Họ tên, Tên đăng nhập, Đơn vị, Vai trò, Kỳ thi, Điểm thi, Phòng",
        "no header row; wanted columns: full name, login name, organisation, role, exam, site, room",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vietnamese_name_of_every_role_is_understood() {
        for one in Role::ALL {
            assert_eq!(role(vietnamese(*one)), Some(*one));
        }
    }
}
