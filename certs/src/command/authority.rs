//! `certs ca`: the exam CA in folders, what it issues, and what it takes back.
//!
//! A folder holds a root (`exam-ca.pem`, `exam-ca.key`), an issuing authority (`exam-issuing.pem`, `exam-issuing.key`, and
//! a copy of `exam-ca.pem`), or both; and the ledger of what was issued from it (`issued.jsonl`).

mod folder;
mod issue;
mod ledger;
mod revoke;

use super::{now, write_pair};
use anyhow::Result;
use certs::Validity;
use certs::authority::ExamRoot;
use certs::time::BACKDATED_DAYS;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Commands of the exam CA.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Tạo gốc CA kỳ thi / make a new exam CA: exam-ca.pem (public) and exam-ca.key (keep it offline).
    Init(Init),
    /// Cấp chứng thư / issue a certificate with a new key.
    #[command(subcommand)]
    Issue(issue::Issue),
    /// Thu hồi chứng thư / revoke a certificate: note it down for the next revocation list.
    Revoke(revoke::Revoke),
    /// Ghi danh sách thu hồi / write the revocation lists (CRL) of the authorities whose keys are in the folder.
    Crl(revoke::Crl),
    /// Liệt kê những gì đã cấp / list what was issued from a folder.
    List(revoke::List),
}

#[derive(Args)]
pub(crate) struct Init {
    /// Folder for the CA, best on a medium that can be locked away; made if it is not there.
    #[arg(long)]
    dir: PathBuf,
    /// Name of the exam authority, as it will stand in the certificate.
    #[arg(long)]
    name: String,
    /// Valid for so many days from now.
    #[arg(long, default_value_t = 3650)]
    days: u32,
    /// Dated so many days back, for PCs whose clocks are behind.
    #[arg(long, default_value_t = BACKDATED_DAYS)]
    backdate_days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Init(arguments) => init(&arguments),
        Command::Issue(what) => issue::run(&what),
        Command::Revoke(arguments) => revoke::revoke(&arguments),
        Command::Crl(arguments) => revoke::lists(&arguments),
        Command::List(arguments) => revoke::list(&arguments),
    }
}

fn init(arguments: &Init) -> Result<()> {
    let validity = Validity::backdated(now()?, arguments.backdate_days, arguments.days);
    let root = ExamRoot::create(&arguments.name, validity)?;
    let paths = write_pair(
        &arguments.dir,
        folder::ROOT,
        root.certificate_pem(),
        &root.key_pem(),
    )?;
    let advice = "Cất khóa exam-ca.key trên thiết bị khóa trong tủ; máy chủ chỉ dùng cơ quan cấp chứng thư trung gian \
                  (certs ca issue authority).\nKeep exam-ca.key on a medium that is locked away; servers use an issuing \
                  authority (certs ca issue authority).";
    report(arguments.json, &facts_of(&paths), advice);
    Ok(())
}

fn facts_of([certificate, key]: &[PathBuf; 2]) -> Vec<(&'static str, String)> {
    vec![
        ("certificate", certificate.display().to_string()),
        ("key", key.display().to_string()),
    ]
}

fn report(json: bool, facts: &[(&str, String)], advice: &str) {
    if json {
        let object: Map<String, Value> = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        println!("{}", Value::Object(object));
    } else {
        for (name, value) in facts {
            println!("{name}: {value}");
        }
        println!("{advice}");
    }
}
