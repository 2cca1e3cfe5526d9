//! A file of staff on its way in: cells → rows → what would be done. Plain rules; the store applies the plan.
//!
//! Columns: shown name, login name, organisation, role, and where: exam, site, subject, room, or in one column "scope".
//! A row without a role makes an account only. Roles are added, never taken away; nobody's names are changed.

pub mod column;
pub mod place;

use super::appoint::{self, Refusal};
use super::directory::{Directory, Person};
use super::text::{login_name, shown_name};
use crate::table::report::Finding;
use crate::table::sheet::{self, Row, Sheet};
use crate::table::text::fold;
use column::{Column, Header};
use exam_protocol::id::OrganisationId;
use exam_protocol::people::ImportedMember;
use exam_protocol::right::{Grant, Role};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Largest file, in bytes: some thousand rows. What is packed in it may be a thousand times larger.
pub const MOST_BYTES: usize = 512 * 1024;

/// Most cells of a file.
const MOST_CELLS: usize = 100_000;

/// Most rows with members.
const MOST_ROWS: usize = 5_000;

/// What a row would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The row in the file.
    pub row: u32,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Works for.
    pub organisation: OrganisationId,
    /// Whether the account is made.
    pub new: bool,
    /// The role that is given.
    pub grant: Option<Grant>,
}

/// A file that was understood.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the file's order; rows that do nothing are left out.
    pub rows: Vec<Planned>,
    /// What a person should look at.
    pub warnings: Vec<Finding>,
}

impl Plan {
    /// For the page.
    pub fn shown(&self, directory: &Directory) -> Vec<ImportedMember> {
        let shown = |one: &Planned| ImportedMember {
            row: one.row,
            name: one.name.clone(),
            display_name: one.display_name.clone(),
            organisation: directory
                .places
                .organisation(one.organisation)
                .map(|organisation| organisation.name.clone())
                .unwrap_or_default(),
            new: one.new,
            role: one.grant.map(|grant| grant.role),
            scope_name: one
                .grant
                .map(|grant| directory.places.name(grant.scope))
                .unwrap_or_default(),
        };
        self.rows.iter().map(shown).collect()
    }
}

/// Reads the tables of a file.
///
/// # Errors
/// Why it can't be read.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Finding> {
    sheet::read_small(bytes, column::known, MOST_CELLS)
}

/// Plans what a file does, as `actor` may.
///
/// # Errors
/// Every fault, each with its row. Nothing of such a file is taken.
pub fn plan(sheets: &[Sheet], directory: &Directory, actor: &Person) -> Result<Plan, Vec<Finding>> {
    let found = sheets
        .iter()
        .find_map(|sheet| Header::find(sheet).map(|header| (sheet, header)));
    let (sheet, header) = found.ok_or_else(|| vec![column::no_header()])?;
    let missing = header.missing();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut planner = Planner {
        directory,
        actor,
        header: &header,
        new: BTreeMap::new(),
        granted: BTreeSet::new(),
        plan: Plan::default(),
    };
    let below = sheet.rows.iter().filter(|row| row.number > header.row);
    let filled: Vec<&Row> = below.filter(|row| !header.is_blank(row)).collect();
    if filled.is_empty() || filled.len() > MOST_ROWS {
        return Err(vec![wrong_count(filled.len())]);
    }
    let faults: Vec<Finding> = filled
        .into_iter()
        .filter_map(|row| planner.take(row).err())
        .flatten()
        .collect();
    if faults.is_empty() {
        Ok(planner.plan)
    } else {
        Err(faults)
    }
}

fn wrong_count(rows: usize) -> Finding {
    if rows == 0 {
        return Finding::of_file(
            "file không có cán bộ nào dưới dòng tiêu đề",
            "no member of staff below the header row",
        );
    }
    Finding::of_file(
        format!("file có {rows} dòng; mỗi lần nhận nhiều nhất {MOST_ROWS}. Hãy chia nhỏ file"),
        format!("the file has {rows} rows; at most {MOST_ROWS} are taken at once. Split it"),
    )
}

struct Planner<'a> {
    directory: &'a Directory,
    actor: &'a Person,
    header: &'a Header,
    new: BTreeMap<String, (u32, String, OrganisationId)>,
    granted: BTreeSet<(String, String)>,
    plan: Plan,
}

/// A row whose texts are understood.
struct Entry {
    row: u32,
    name: String,
    display_name: String,
    organisation: OrganisationId,
    grant: Option<Grant>,
}

impl Planner<'_> {
    fn take(&mut self, row: &Row) -> Result<(), Vec<Finding>> {
        let entry = self.understand(row)?;
        let at = |vi: String, en: String| vec![Finding::at(entry.row, vi, en)];
        let known = self.directory.named(&entry.name);
        let new = match known {
            Some(person) => self.same_person(&entry, person).map(|()| false),
            None => self.new_person(&entry),
        }
        .map_err(|(vi, en)| at(vi, en))?;
        let grant = self.new_grant(&entry, known).map_err(|refusal| {
            let (vi, en) = refused(refusal);
            at(vi.to_owned(), en.to_owned())
        })?;
        if !new && grant.is_none() {
            self.plan.warnings.push(Finding::at(
                entry.row,
                "đã có đúng như vậy, bỏ qua",
                "is so already, skipped",
            ));
            return Ok(());
        }
        self.plan.rows.push(Planned {
            row: entry.row,
            name: entry.name,
            display_name: entry.display_name,
            organisation: entry.organisation,
            new,
            grant,
        });
        Ok(())
    }

    fn understand(&self, row: &Row) -> Result<Entry, Vec<Finding>> {
        let text = |column| self.header.text(row, column);
        let mut faults = Vec::new();
        let mut fault = |vi: String, en: String| faults.push(Finding::at(row.number, vi, en));
        let name = login_name(&text(Column::Login));
        if name.is_none() {
            fault(
                "tên đăng nhập phải gồm 2–64 chữ thường không dấu, chữ số, dấu . - _ @".into(),
                "a login name is 2 to 64 plain letters, digits, . - _ @".into(),
            );
        }
        let display_name = shown_name(&text(Column::Name));
        if display_name.is_none() {
            fault(
                "thiếu họ tên, hoặc quá 120 ký tự".into(),
                "no name, or longer than 120 characters".into(),
            );
        }
        let organisation = self.organisation(&text(Column::Organisation));
        if organisation.is_none() {
            let typed = text(Column::Organisation);
            fault(
                format!("chưa có đơn vị \"{typed}\"; hãy thêm đơn vị trước"),
                format!("no organisation \"{typed}\"; add it first"),
            );
        }
        let grant = self.grant(row).unwrap_or_else(|(vi, en)| {
            fault(vi, en);
            None
        });
        match (name, display_name, organisation) {
            (Some(name), Some(display_name), Some(organisation)) if faults.is_empty() => Ok(Entry {
                row: row.number,
                name,
                display_name,
                organisation,
                grant,
            }),
            _ => Err(faults),
        }
    }

    fn organisation(&self, typed: &str) -> Option<OrganisationId> {
        let wanted = fold(typed);
        let mut all = self.directory.places.organisations.iter();
        all.find(|one| fold(&one.name) == wanted).map(|one| one.id)
    }

    fn grant(&self, row: &Row) -> Result<Option<Grant>, (String, String)> {
        let text = |column| self.header.text(row, column);
        let typed = text(Column::Role);
        let wanted = place::Wanted {
            scope: text(Column::Scope),
            exam: text(Column::Exam),
            site: text(Column::Site),
            subject: text(Column::Subject),
            room: text(Column::Room),
        };
        if typed.is_empty() {
            return if wanted.is_blank() {
                Ok(None)
            } else {
                Err((
                    "có phạm vi mà thiếu vai trò".into(),
                    "a scope without a role".into(),
                ))
            };
        }
        let role: Role = column::role(&typed).ok_or_else(|| {
            (
                format!("không có vai trò \"{typed}\""),
                format!("no role \"{typed}\""),
            )
        })?;
        let scope = place::find(&wanted, &self.directory.places)?;
        Ok(Some(Grant { role, scope }))
    }

    /// A login name that is taken must be the same person's: roles would go to a stranger otherwise.
    fn same_person(&self, entry: &Entry, person: &Person) -> Result<(), (String, String)> {
        let differs = fold(&entry.display_name) != fold(&person.display_name)
            || entry.organisation != person.organisation;
        if differs {
            return Err((
                format!(
                    "tên đăng nhập \"{}\" đã thuộc về người khác, hoặc họ tên, đơn vị khác với hệ thống",
                    entry.name
                ),
                format!(
                    "the login name \"{}\" is somebody else's, or name or organisation differ from what is stored",
                    entry.name
                ),
            ));
        }
        if entry.grant.is_none() || person.id != self.actor.id {
            return Ok(());
        }
        let (vi, en) = refused(Refusal::Oneself);
        Err((vi.into(), en.into()))
    }

    /// Whether the row makes an account: the first one of its name does.
    fn new_person(&mut self, entry: &Entry) -> Result<bool, (String, String)> {
        if let Some((first, display_name, organisation)) = self.new.get(&entry.name) {
            let same = fold(display_name) == fold(&entry.display_name) && *organisation == entry.organisation;
            return if same {
                Ok(false)
            } else {
                Err((
                    format!("trùng tên đăng nhập với dòng {first} mà họ tên hoặc đơn vị khác"),
                    format!("same login name as row {first} with another name or organisation"),
                ))
            };
        }
        appoint::may_staff(&self.actor.grants(), entry.organisation, &self.directory.places).map_err(
            |_| {
                (
                    "bạn không quản lý tài khoản của đơn vị này".to_owned(),
                    "you do not administer the accounts of this organisation".to_owned(),
                )
            },
        )?;
        let about = (entry.row, entry.display_name.clone(), entry.organisation);
        self.new.insert(entry.name.clone(), about);
        Ok(true)
    }

    fn new_grant(&mut self, entry: &Entry, known: Option<&Person>) -> Result<Option<Grant>, Refusal> {
        let Some(grant) = entry.grant else {
            return Ok(None);
        };
        let places = &self.directory.places;
        let place = places.of(grant.scope).ok_or(Refusal::NotFound)?;
        appoint::may_appoint(&self.actor.grants(), grant.role, &place)?;
        if let Some(person) = known {
            appoint::not_above(&self.actor.grants(), person)?;
        }
        let held = known.is_some_and(|person| person.held.iter().any(|held| held.grant == grant));
        let key = (entry.name.clone(), format!("{grant:?}"));
        Ok((!held && self.granted.insert(key)).then_some(grant))
    }
}

/// A refusal in words.
pub fn refused(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::NotFound => ("Không tìm thấy.", "Not found."),
        Refusal::Oneself => (
            "Không ai được tự đổi vai trò hay tài khoản của mình; hãy nhờ người quản lý khác.",
            "Nobody changes own roles or the own account; ask another administrator.",
        ),
        Refusal::ScopeTooWide => (
            "Phạm vi này rộng hơn phạm vi bạn quản lý.",
            "This scope is wider than what you administer.",
        ),
        Refusal::RoleTooHigh => (
            "Bạn không được cấp hay thu hồi vai trò này.",
            "You may not give or take this role.",
        ),
        Refusal::HolderTooHigh => (
            "Người này có vai trò mà bạn không được cấp; chỉ người quản lý cấp cao hơn mới đổi được tài khoản.",
            "This person has roles that you may not give; only a higher administrator can change the account.",
        ),
        Refusal::LastAdministrator => (
            "Đây là quản trị viên cuối cùng của hệ thống; hãy cử một người khác trước.",
            "This is the last administrator of the installation; appoint another one first.",
        ),
        Refusal::FromProvider => (
            "Vai trò này do đăng nhập một lần cấp và sẽ trở lại ở lần đăng nhập sau; hãy đổi ở đó.",
            "Single sign-on gives this role and would give it again at the next login; change it there.",
        ),
        Refusal::Emergency => (
            "Đây là tài khoản khẩn cấp; chỉ đổi được ở máy chủ (exam-server staff …).",
            "This is an emergency account; it is changed at the server's terminal only (exam-server staff …).",
        ),
        Refusal::NothingToDo => ("Đã đúng như vậy rồi.", "It is so already."),
    }
}
