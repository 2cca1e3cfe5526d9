//! `exam-server staff roles`: every role as the command line, the console and a file of staff name it, and where it can hold.

use crate::command::workplace::print_json;
use crate::staff::people::import::column::vietnamese;
use crate::staff::rights::permissions;
use anyhow::Result;
use clap::Args;
use exam_protocol::right::Role;
use serde::Serialize;
use std::process::ExitCode;

/// The roles.
#[derive(Debug, Args)]
pub struct List {
    /// In JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// A role in words.
#[derive(Serialize)]
struct Row {
    role: &'static str,
    vi: &'static str,
    scopes: &'static str,
    permissions: Vec<&'static str>,
}

impl List {
    pub(super) fn run(&self) -> Result<ExitCode> {
        if self.json {
            print_json(&rows())?;
        } else {
            print!("{}", text());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn rows() -> Vec<Row> {
    let row = |role: &Role| Row {
        role: role.name(),
        vi: vietnamese(*role),
        scopes: scopes(*role),
        permissions: permissions(*role)
            .iter()
            .map(|permission| permission.name())
            .collect(),
    };
    Role::ALL.iter().map(row).collect()
}

/// Where a role is usually given. Each may be given anywhere; a wider scope holds in everything beneath.
const fn scopes(role: Role) -> &'static str {
    match role {
        Role::ExamOwner
        | Role::Secretary
        | Role::ItemAuthor
        | Role::Reviewer
        | Role::Approver
        | Role::Marker => "exam:ID, organisation:ID, installation",
        Role::SiteLead | Role::Supervisor | Role::Technician => "site:ID, exam:ID, installation",
        Role::Proctor1 | Role::Proctor2 => "room:ID, site:ID",
        Role::Inspector => "organisation:ID, exam:ID, installation",
        Role::Administrator => "installation, organisation:ID",
    }
}

fn text() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "Dòng lệnh / command line   Tiếng Việt               Phạm vi thường dùng / usual scopes\n",
    );
    for row in rows() {
        // Writing to a String never fails.
        let _infallible = writeln!(text, "{:25}  {:23}  {}", row.role, row.vi, row.scopes);
    }
    text.push_str(
        "\nViết vai trò kèm phạm vi: proctor-1@room:ID. Mã của phòng, điểm thi, kỳ thi: `sitting list --json`; của đơn vị: `staff list --json`.\n\
         Phạm vi rộng có hiệu lực ở mọi nơi bên trong: installation > organisation > exam > site > room. Quyền của từng vai trò: docs/access.md.\n\
         Write a role with its scope: proctor-1@room:ID. Ids of rooms, sites, exams: `sitting list --json`; of organisations: `staff list --json`.\n\
         A wider scope holds in everything beneath. What each role may do: docs/access.md.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of docs/rosters.md names every role with the words of this one.
    #[test]
    fn the_handbook_has_every_role() {
        let handbook = include_str!("../../../../docs/rosters.md");
        for row in rows() {
            let line = format!("| `{}` | {} |", row.role, row.vi);
            assert!(handbook.contains(&line), "{line}");
        }
    }
}
