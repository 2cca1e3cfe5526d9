//! `exam-server staff list`, `disable`, `enable`, `reset-factors`, `rearm`.

use super::{Emergency, Letter};
use crate::audit::chain::Actor;
use crate::command::workplace::{Installation, Workplace, print_json};
use crate::db::Tx;
use crate::staff::account::BreakGlass;
use crate::staff::control::{self, Kind};
use crate::staff::{lockout, password, store};
use anyhow::{Context, Result, ensure};
use clap::Args;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::Grant;
use exam_protocol::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::process::ExitCode;

/// One account.
#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    installation: Installation,
    /// Login name
    name: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// An account to be closed.
#[derive(Debug, Args)]
pub struct Disable {
    #[command(flatten)]
    installation: Installation,
    /// Login name
    name: String,
    /// Why, as the audit shows it
    #[arg(long, default_value = "command")]
    reason: String,
}

/// All accounts.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    installation: Installation,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// An account on the list.
#[derive(Serialize)]
struct Listed {
    id: StaffId,
    name: String,
    display_name: String,
    organisation: OrganisationId,
    organisation_name: String,
    state: &'static str,
    second_factor: bool,
    ends_at: Option<Timestamp>,
    last_login: Option<Timestamp>,
    grants: Vec<Grant>,
}

impl List {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let (rules, now) = (&work.config.staff, work.now());
        let names = store::organisation::names(work.db.reader()).await?;
        let mut list = Vec::new();
        for found in store::account::all(work.db.reader()).await? {
            let state = found.account.may_log_in(rules, now);
            list.push(Listed {
                id: found.member.id,
                organisation: found.member.organisation,
                organisation_name: names.get(&found.member.organisation).cloned().unwrap_or_default(),
                state: state.err().map_or("active", |closed| closed.name()),
                second_factor: found.account.has_factor,
                ends_at: found.account.ends_at,
                last_login: found.account.last_login_at,
                grants: store::grants(work.db.reader(), found.member.id).await?,
                name: found.member.name,
                display_name: found.member.display_name,
            });
        }
        work.db.close().await;
        if self.json {
            print_json(&list)?;
            return Ok(ExitCode::SUCCESS);
        }
        for one in list {
            let factor = if one.second_factor { "2FA" } else { "–" };
            let roles: Vec<&str> = one.grants.iter().map(|grant| grant.role.name()).collect();
            println!(
                "{:20} {:14} {factor:4} {:30} {:30} {}",
                one.name,
                one.state,
                one.display_name,
                one.organisation_name,
                roles.join(", ")
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Disable {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        store::account::disable(&mut tx, id, &self.reason, work.now()).await?;
        let detail = json!({ "reason": self.reason });
        end(work, tx, id, ("staff.disable", None), &detail).await?;
        println!("{}: đã khóa / closed", self.name);
        Ok(ExitCode::SUCCESS)
    }
}

impl Named {
    pub(super) async fn enable(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        store::account::enable(&mut tx, id, work.now()).await?;
        let key = lockout::account_key(&self.name.trim().to_lowercase());
        let forgotten = store::tries::forget_account(&mut tx, &key).await?;
        let detail = json!({ "tries_forgotten": forgotten });
        end(work, tx, id, ("staff.enable", Some(Kind::Opened)), &detail).await?;
        println!("{}: đã mở / open", self.name);
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn confirm(self) -> Result<ExitCode> {
        let (work, tx, id) = begin(&self.installation, &self.name).await?;
        end(
            work,
            tx,
            id,
            ("staff.confirm", Some(Kind::Confirmed)),
            &Value::Null,
        )
        .await?;
        println!(
            "{}: đã xác nhận chỉ chủ tài khoản nắm tài khoản / confirmed that its holder alone has it",
            self.name
        );
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn reset_factors(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        store::factor::remove_all(&mut tx, id).await?;
        store::tries::forget_devices(&mut tx, id).await?;
        store::session::close_all(&mut tx, id).await?;
        end(
            work,
            tx,
            id,
            ("staff.factors-reset", Some(Kind::Factors)),
            &Value::Null,
        )
        .await?;
        println!(
            "{}: lần đăng nhập tới sẽ đăng ký lại / the next login enrols anew",
            self.name
        );
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn rearm(self) -> Result<ExitCode> {
        let (work, mut tx, id) = begin(&self.installation, &self.name).await?;
        let found = store::account::by_name(work.db.reader(), &self.name.trim().to_lowercase()).await?;
        let emergency = found.is_some_and(|found| found.account.break_glass != BreakGlass::No);
        ensure!(
            emergency,
            "{}: không phải tài khoản khẩn cấp / not an emergency account",
            self.name
        );
        let made = Emergency::password(&work.random)?;
        let hash = password::hash(&made)?;
        store::account::change_password(&mut tx, id, &hash, work.now()).await?;
        store::account::set_break_glass(&mut tx, id, BreakGlass::Armed).await?;
        store::session::close_all(&mut tx, id).await?;
        end(
            work,
            tx,
            id,
            ("staff.break-glass-armed", Some(Kind::Password)),
            &Value::Null,
        )
        .await?;
        let mut letter = Letter::new(id, self.name);
        letter.password = Some(made);
        if self.json {
            print_json(&letter)?;
        } else {
            letter.print();
        }
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn begin(installation: &Installation, name: &str) -> Result<(Workplace, Tx, StaffId)> {
    let work = installation.open().await?;
    let mut tx = work.db.write().await?;
    let id = store::account::id_of(&mut tx, &name.trim().to_lowercase()).await?;
    let id = id.with_context(|| format!("{name}: không có tài khoản này / there is no such account"))?;
    Ok((work, tx, id))
}

pub(super) async fn end(
    work: Workplace,
    mut tx: Tx,
    id: StaffId,
    (act, control): (&str, Option<Kind>),
    detail: &Value,
) -> Result<()> {
    work.audit(&mut tx, act, &format!("staff:{id}"), detail).await?;
    if let Some(kind) = control {
        control::store::note(&mut tx, id, kind, (&Actor::command(), work.now())).await?;
    }
    tx.commit().await?;
    work.db.close().await;
    Ok(())
}
