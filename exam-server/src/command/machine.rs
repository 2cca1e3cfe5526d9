//! `exam-server machine code`, `add`, `list`, `rename`, `revoke`: desk and seat PCs from the server's terminal.

use super::workplace::{Installation, Workplace, print_json, read_file};
use crate::audit::chain::Actor;
use crate::db::Tx;
use crate::keys::Keys;
use crate::machine::certify::Authorities;
use crate::machine::store::{self, NewCode, NewMachine};
use crate::machine::{code, identity, route};
use crate::staff::place::{self, Kind};
use anyhow::{Context, Result, bail, ensure};
use certs::hash::sha256;
use certs::x509;
use clap::{Args, Subcommand, ValueEnum};
use exam_protocol::bytes::Fixed;
use exam_protocol::id::{MachineId, SiteId};
use exam_protocol::machine::{EnrolmentCode, MachineKind, MachineView};
use exam_protocol::time::{Millis, Timestamp};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Machines.
#[derive(Debug, Args)]
pub struct Machine {
    #[command(subcommand)]
    command: MachineCommand,
}

#[derive(Debug, Subcommand)]
enum MachineCommand {
    /// Give out one-time codes with which PCs enrol themselves
    Code(Code),
    /// Register a PC whose certificate was issued by hand
    Add(Add),
    /// List all PCs
    List(List),
    /// Rename a PC
    Rename(Rename),
    /// Revoke a PC's certificate; running servers end its connections within 15 seconds
    Revoke(Revoke),
}

/// What a PC is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindName {
    /// At the door, with a card reader
    Desk,
    /// In front of a candidate
    Seat,
}

impl From<KindName> for MachineKind {
    fn from(kind: KindName) -> Self {
        match kind {
            KindName::Desk => Self::Desk,
            KindName::Seat => Self::Seat,
        }
    }
}

#[derive(Debug, Args)]
struct Code {
    #[command(flatten)]
    installation: Installation,
    /// The site (điểm thi); needed where there is more than one
    #[arg(long)]
    site: Option<SiteId>,
    /// What the PCs are for
    #[arg(long, value_enum, default_value = "desk")]
    kind: KindName,
    /// Name of a PC, one code each; may be repeated
    #[arg(long = "name", required = true, num_args = 1..)]
    names: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    installation: Installation,
    /// Its certificate (PEM), as `certs ca issue desk` or `seat` made it
    #[arg(long)]
    certificate: PathBuf,
    /// The site (điểm thi); needed where there is more than one
    #[arg(long)]
    site: Option<SiteId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    installation: Installation,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Rename {
    #[command(flatten)]
    installation: Installation,
    /// The PC
    #[arg(long)]
    machine: MachineId,
    /// Its new name
    #[arg(long)]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Revoke {
    #[command(flatten)]
    installation: Installation,
    /// The PC
    #[arg(long)]
    machine: MachineId,
    /// Why
    #[arg(long)]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Machine {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no such site or PC, or a file or the database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            MachineCommand::Code(command) => command.run().await?,
            MachineCommand::Add(command) => command.run().await?,
            MachineCommand::List(command) => command.run().await?,
            MachineCommand::Rename(command) => command.run().await?,
            MachineCommand::Revoke(command) => command.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The site that is meant: the named one, or the only one.
async fn site(tx: &mut Tx, named: Option<SiteId>) -> Result<SiteId> {
    if let Some(id) = named {
        let known = place::of(&mut **tx, Kind::Site, &id.to_string()).await?;
        ensure!(
            known.is_some(),
            "--site {id}: không có điểm thi này / no such site"
        );
        return Ok(id);
    }
    match store::sites(&mut **tx).await?[..] {
        [only] => Ok(only),
        [] => bail!("chưa có điểm thi; tạo kỳ thi trước / there is no site yet; create the exam first"),
        _ => bail!("có nhiều điểm thi; dùng --site / there are several sites; use --site"),
    }
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    ensure!(
        route::is_name(name),
        "--name: cần từ 1 đến 64 ký tự / 1 to 64 characters are needed"
    );
    Ok(name.to_owned())
}

impl Code {
    async fn run(self) -> Result<()> {
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let now = work.now();
        let fingerprint = Authorities::read(&work.config, now)?.fingerprint();
        let mut tx = work.db.write().await?;
        let site = site(&mut tx, self.site).await?;
        let expires_at = now + Millis::minutes(i64::from(work.config.machines.code_minutes));
        let mut codes = Vec::new();
        for name in &self.names {
            let secret = code::draw(&work.random)?;
            let new = NewCode {
                hash: code::hash(&keys.node, &secret),
                site,
                kind: self.kind.into(),
                name: checked_name(name)?,
                issued_at: now,
                issued_by: None,
                expires_at,
            };
            route::put_code(&mut tx, &new, &Actor::command()).await?;
            codes.push(EnrolmentCode {
                name: new.name,
                code: code::shown(&secret, &fingerprint),
                expires_at,
            });
        }
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            return print_json(&codes);
        }
        for one in &codes {
            println!("{}  {}", one.code, one.name);
        }
        println!(
            "\nTrong {0} phút, mỗi mã dùng một lần: checkin-agent enroll --server https://MÁY-CHỦ --code MÃ\n\
             Each code works once within {0} minutes: checkin-agent enroll --server https://SERVER --code CODE",
            work.config.machines.code_minutes
        );
        Ok(())
    }
}

impl Add {
    async fn run(self) -> Result<()> {
        let file = self.certificate.display();
        let pem = String::from_utf8(read_file(&self.certificate)?).with_context(|| file.to_string())?;
        let der = x509::der_from_pem(&pem).with_context(|| file.to_string())?;
        let certified = x509::machine_identity(&der).with_context(|| file.to_string())?;
        let not_after = x509::validity(&der)?.not_after;
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let machine = NewMachine {
            id: certified.id_hex.parse()?,
            site: site(&mut tx, self.site).await?,
            kind: identity::kind_of(certified.kind),
            name: certified.name,
            host_name: String::new(),
            serial: certified.serial,
            certificate_hash: Fixed(sha256(&der)),
            not_after: Timestamp(not_after.0.saturating_mul(1000)),
            enrolled_at: work.now(),
            enrolled_by: None,
        };
        if store::registered(&mut *tx, &certified.id_hex).await?.is_some() {
            bail!("{file}: máy này đã đăng ký / this machine is registered already");
        }
        store::put(&mut tx, &machine).await?;
        let detail = json!({ "site": machine.site, "kind": machine.kind, "name": machine.name,
            "serial": machine.serial, "not_after": machine.not_after });
        let object = format!("machine:{}", machine.id);
        work.audit(&mut tx, "machine.add", &object, &detail).await?;
        finish(&work, tx, machine.id, self.json).await
    }
}

impl List {
    async fn run(self) -> Result<()> {
        let work = self.installation.open().await?;
        let machines = store::all(work.db.reader()).await?;
        work.db.close().await;
        if self.json {
            return print_json(&machines);
        }
        for machine in &machines {
            println!("{}", line(machine));
        }
        Ok(())
    }
}

impl Rename {
    async fn run(self) -> Result<()> {
        let name = checked_name(&self.name)?;
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let before = existing(&mut tx, self.machine).await?;
        store::rename(&mut tx, self.machine, &name).await?;
        let detail = json!({ "was": before.name, "name": name });
        let object = format!("machine:{}", self.machine);
        work.audit(&mut tx, "machine.rename", &object, &detail).await?;
        finish(&work, tx, self.machine, self.json).await
    }
}

impl Revoke {
    async fn run(self) -> Result<()> {
        let reason = self.reason.trim();
        ensure!(!reason.is_empty(), "--reason: cần ghi lý do / a reason is needed");
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        existing(&mut tx, self.machine).await?;
        ensure!(
            store::revoke(&mut tx, self.machine, work.now()).await?,
            "máy này đã bị thu hồi từ trước / this machine was revoked before"
        );
        let object = format!("machine:{}", self.machine);
        work.audit(&mut tx, "machine.revoke", &object, &json!({ "reason": reason }))
            .await?;
        finish(&work, tx, self.machine, self.json).await
    }
}

async fn existing(tx: &mut Tx, id: MachineId) -> Result<MachineView> {
    let machine = store::one(&mut **tx, id).await?;
    machine.with_context(|| format!("--machine {id}: không có máy này / no such machine"))
}

async fn finish(work: &Workplace, mut tx: Tx, id: MachineId, json: bool) -> Result<()> {
    let machine = existing(&mut tx, id).await?;
    tx.commit().await?;
    work.db.close().await;
    if json {
        return print_json(&machine);
    }
    println!("{}", line(&machine));
    Ok(())
}

fn line(machine: &MachineView) -> String {
    let state = match (machine.revoked_at, machine.alarm_at) {
        (Some(_), _) => "đã thu hồi / revoked",
        (None, Some(_)) => "CẢNH BÁO: một chứng thư ở hai địa chỉ / ALARM: one certificate at two addresses",
        (None, None) => "tốt / good",
    };
    format!(
        "{} · {} · {} · {} · {state}",
        machine.id,
        store::kind_name(machine.kind),
        machine.site_name,
        machine.name
    )
}
