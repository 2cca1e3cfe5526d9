//! `exam-server staff grant`, `revoke`, `change`, `password`: each changes what it names of an account, and nothing else.

use super::account::{begin, end};
use super::add::{check_password, parse_day, typed_password};
use crate::command::workplace::Installation;
use crate::db::Tx;
use crate::staff::control::Kind;
use crate::staff::{people, place, store};
use anyhow::{Result, bail, ensure};
use clap::Args;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::Grant;
use exam_protocol::time::Timestamp;
use serde_json::json;
use std::process::ExitCode;

/// Roles of one account.
#[derive(Debug, Args)]
pub struct Roles {
    #[command(flatten)]
    installation: Installation,
    /// Tên đăng nhập / login name
    name: String,
    /// Vai trò và phạm vi, `proctor-1@room:ID`; xem `staff roles` / role and scope, see `staff roles`
    #[arg(required = true)]
    grants: Vec<Grant>,
}

/// What can be changed of one account.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true, args = ["display", "organisation", "ends_on", "no_end"])]
pub struct Change {
    #[command(flatten)]
    installation: Installation,
    /// Tên đăng nhập / login name
    name: String,
    /// Tên hiển thị mới / new name as shown
    #[arg(long)]
    display: Option<String>,
    /// Đơn vị mới, chưa có thì được tạo / new organisation; made if there is none of this name
    #[arg(long)]
    organisation: Option<String>,
    /// Ngày cuối của tài khoản, 2026-12-31 / the account's last day
    #[arg(long, value_parser = parse_day, conflicts_with = "no_end")]
    ends_on: Option<Timestamp>,
    /// Tài khoản không có ngày cuối / the account has no last day
    #[arg(long)]
    no_end: bool,
}

/// A new start password.
#[derive(Debug, Args)]
pub struct NewPassword {
    #[command(flatten)]
    installation: Installation,
    /// Tên đăng nhập / login name
    name: String,
    /// Đọc mật khẩu từ đầu vào chuẩn / read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Chính người đó gõ mật khẩu, lần đăng nhập tới không phải đổi / its holder has typed it: it need not be changed
    #[arg(long)]
    password_own: bool,
}

/// Whether the place of a role is there.
pub(super) async fn placed(tx: &mut Tx, grant: Grant) -> Result<()> {
    if let Some((kind, thing)) = place::named_by(grant.scope) {
        ensure!(
            place::of(&mut **tx, kind, &thing).await?.is_some(),
            "{thing}: không có nơi này / there is no such place"
        );
    }
    Ok(())
}

impl Roles {
    pub(super) async fn grant(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        let held = store::grants(&mut *tx, id).await?;
        for grant in &self.grants {
            ensure!(
                !held.contains(grant),
                "{}: {} đã có vai trò này / holds this role already",
                named(*grant),
                self.name
            );
            placed(&mut tx, *grant).await?;
            store::grant(&mut tx, id, *grant, "command", work.now()).await?;
        }
        store::session::close_all(&mut tx, id).await?;
        let detail = json!({ "was": held, "given": self.grants });
        end(work, tx, id, ("staff.grant", Some(Kind::Roles)), &detail).await?;
        println!("{}: thêm {} vai trò / roles given", self.name, self.grants.len());
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn revoke(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        let held = store::grants(&mut *tx, id).await?;
        for grant in &self.grants {
            ensure!(
                held.contains(grant),
                "{}: {} không có vai trò này; xem `staff list --json` / does not hold this role; see `staff list --json`",
                named(*grant),
                self.name
            );
            people::store::revoke(&mut tx, id, *grant).await?;
        }
        store::session::close_all(&mut tx, id).await?;
        let detail = json!({ "was": held, "taken": self.grants });
        end(work, tx, id, ("staff.revoke", Some(Kind::Roles)), &detail).await?;
        println!("{}: thu {} vai trò / roles taken", self.name, self.grants.len());
        Ok(ExitCode::SUCCESS)
    }
}

/// As it is typed.
fn named(grant: Grant) -> String {
    let (kind, id) = store::scope_columns(grant.scope);
    if id.is_empty() {
        format!("{}@{kind}", grant.role.name())
    } else {
        format!("{}@{kind}:{id}", grant.role.name())
    }
}

impl Change {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        let before = store::account::by_name(work.db.reader(), &self.name.trim().to_lowercase()).await?;
        let Some(before) = before else {
            bail!("{}: không có tài khoản này / there is no such account", self.name);
        };
        let organisation = match &self.organisation {
            None => before.member.organisation,
            Some(name) => {
                let name = name.trim();
                ensure!(!name.is_empty(), "--organisation: tên trống / the name is empty");
                let new = OrganisationId::from_random(work.random.bytes()?);
                store::organisation::named(&mut tx, new, name, work.now()).await?
            }
        };
        let display = self
            .display
            .as_deref()
            .unwrap_or(&before.member.display_name)
            .trim();
        ensure!(!display.is_empty(), "--display: tên trống / the name is empty");
        let ends_at = if self.no_end {
            None
        } else {
            self.ends_on.or(before.account.ends_at)
        };
        people::store::change(&mut tx, id, display, organisation, ends_at).await?;
        let detail = json!({
            "was": { "organisation": before.member.organisation, "ends_at": before.account.ends_at },
            "organisation": organisation, "ends_at": ends_at, "renamed": self.display.is_some(),
        });
        end(work, tx, id, ("staff.change", Some(Kind::Organisation)), &detail).await?;
        println!("{}: đã sửa / changed", self.name);
        Ok(ExitCode::SUCCESS)
    }
}

impl NewPassword {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let typed = typed_password()?;
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        let name = self.name.trim().to_lowercase();
        check_password(&typed, &name, has_factor(&work, &name).await?, &work.config.staff)?;
        let hash = crate::staff::password::hash(&typed)?;
        give(&mut tx, id, &hash, (self.password_own, work.now())).await?;
        let detail = json!({ "given": !self.password_own });
        end(work, tx, id, ("staff.password", Some(Kind::Password)), &detail).await?;
        println!("{name}: mật khẩu mới / new password");
        Ok(ExitCode::SUCCESS)
    }
}

async fn has_factor(work: &crate::command::workplace::Workplace, name: &str) -> Result<bool> {
    let found = store::account::by_name(work.db.reader(), name).await?;
    Ok(found.is_some_and(|found| found.account.has_factor))
}

async fn give(tx: &mut Tx, id: StaffId, hash: &str, (own, now): (bool, Timestamp)) -> Result<()> {
    if own {
        store::account::change_password(tx, id, hash, now).await?;
        store::session::close_all(tx, id).await?;
    } else {
        people::store::give_password(tx, id, hash, now).await?;
    }
    Ok(())
}
