//! `certs ca issue`: certificates for authorities, servers, machines and receipt signers.

use super::folder::{self, ISSUING_DAYS};
use super::ledger;
use super::{facts_of, report};
use crate::command::{now, read, write_new, write_pair};
use anyhow::{Context, Result, anyhow, ensure};
use certs::authority::{Certified, Entry, IssuingAuthority, Machine, MachineKind};
use certs::signing::SigningKey;
use certs::time::BACKDATED_DAYS;
use certs::{Validity, x509};
use clap::{Args, Subcommand};
use ring::rand::{SecureRandom, SystemRandom};
use std::path::PathBuf;

/// A machine's certificate, as long as one that the server gives by default (`machines.certificate_days`).
const MACHINE_DAYS: u32 = 180;

/// What can be issued.
#[derive(Subcommand)]
pub(crate) enum Issue {
    /// Cơ quan cấp chứng thư cho máy chủ / an issuing authority for a server, from the root's folder: exam-issuing.pem and .key.
    Authority(Named),
    /// Máy chủ / for an exam server: server.pem and server.key.
    Server(Server),
    /// Máy bàn đón / for a check-in desk's PC: machine.pem, machine.key, exam-ca.pem, station.toml. Prints its id.
    Desk(Desk),
    /// Như “desk”, tên tệp cũ / as `desk`, with the files' names of version 0.1: station.pem, station.key.
    Station(Desk),
    /// Máy thí sinh / for a seat's PC: machine.pem, machine.key and exam-ca.pem. Prints its id.
    Seat(Named),
    /// Khóa ký biên nhận / for the key that signs receipts: receipt.pem. The key stays where it is.
    ReceiptSigner(ReceiptSigner),
}

/// What every issuing needs.
#[derive(Args)]
pub(crate) struct Common {
    /// Folder of the authority: that of a root, of an issuing authority, or of a server.
    #[arg(long)]
    dir: PathBuf,
    /// Folder for the new files; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// Valid for so many days from now, but never longer than its issuer. By default 90 for authority and server, 180
    /// for machines as in the server's `machines.certificate_days`, 397 for receipt signers.
    #[arg(long)]
    days: Option<u32>,
    /// Dated so many days back, for PCs whose clocks are behind.
    #[arg(long, default_value_t = BACKDATED_DAYS)]
    backdate_days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Named {
    #[command(flatten)]
    common: Common,
    /// Name that people know it by.
    #[arg(long)]
    name: String,
}

#[derive(Args)]
pub(crate) struct Server {
    #[command(flatten)]
    common: Common,
    /// DNS name or IP address under which the server is reached; repeat for more.
    #[arg(long = "host", required = true)]
    hosts: Vec<String>,
    /// Where the issuing authority's revocation list is to be had: `https://HOST:PORT/exam-ca.crl` of the server itself.
    #[arg(long)]
    crl: Option<String>,
}

#[derive(Args)]
pub(crate) struct Desk {
    #[command(flatten)]
    named: Named,
    /// Address of the exam server, wss://host:port: writes station.toml, too.
    #[arg(long)]
    server: Option<String>,
}

#[derive(Args)]
pub(crate) struct ReceiptSigner {
    #[command(flatten)]
    common: Common,
    /// The private key (PEM), receipt.key for instance.
    #[arg(long)]
    key: PathBuf,
}

/// Issues.
pub(super) fn run(what: &Issue) -> Result<()> {
    match what {
        Issue::Authority(arguments) => authority(arguments),
        Issue::Server(arguments) => server(arguments),
        Issue::Desk(arguments) => desk(arguments, "machine"),
        Issue::Station(arguments) => desk(arguments, "station"),
        Issue::Seat(arguments) => machine(arguments, MachineKind::Seat, "machine").map(|facts| {
            report(arguments.common.json, &facts, TAKE_AWAY);
        }),
        Issue::ReceiptSigner(arguments) => receipt_signer(arguments),
    }
}

const TAKE_AWAY: &str =
    "Chép cả thư mục sang máy đó rồi xóa ở đây. / Take the whole folder to that PC, then delete it here.";

impl Common {
    fn validity(&self, default_days: u32) -> Result<Validity> {
        let days = self.days.unwrap_or(default_days);
        Ok(Validity::backdated(now()?, self.backdate_days, days))
    }

    fn issuing(&self) -> Result<IssuingAuthority> {
        folder::issuing(&self.dir)
    }

    /// Notes down what was issued.
    fn note(&self, issuing: &IssuingAuthority, kind: &str, name: &str, certified: &Certified) -> Result<()> {
        let entry = Entry::issued(now()?, kind, name, issuing.serial(), certified);
        ledger::append(&self.dir, &entry)
    }
}

fn authority(arguments: &Named) -> Result<()> {
    let common = &arguments.common;
    let validity = common.validity(ISSUING_DAYS)?;
    let (issuing, paths) = folder::make_issuing(&common.dir, &arguments.name, validity, &common.out)?;
    let mut facts = facts_of(&paths);
    facts.push(("serial", issuing.serial().to_owned()));
    facts.push(("valid_until", issuing.validity().not_after.to_string()));
    let advice = "Chuyển hai tệp vào thư mục của máy chủ. / Move both files into the server's folder; the root goes back into its safe.";
    report(common.json, &facts, advice);
    Ok(())
}

fn server(arguments: &Server) -> Result<()> {
    let common = &arguments.common;
    let issuing = common.issuing()?;
    let validity = common.validity(ISSUING_DAYS)?;
    let issued = match &arguments.crl {
        Some(list) => issuing.issue_listed_server(&arguments.hosts, list, validity)?,
        None => issuing.issue_server(&arguments.hosts, validity)?,
    };
    let certified = &issued.certified;
    let paths = write_pair(&common.out, "server", &certified.certificate_pem, &issued.key_pem)?;
    common.note(&issuing, "server", &arguments.hosts[0], certified)?;
    let advice = "Ghi hai tệp vào cấu hình máy chủ. / Name both files in the server's configuration.";
    report(common.json, &[facts_of(&paths), told(certified)].concat(), advice);
    Ok(())
}

fn desk(arguments: &Desk, file: &str) -> Result<()> {
    let named = &arguments.named;
    if let Some(server) = &arguments.server {
        ensure!(
            server.starts_with("wss://") && !server.contains(['"', '\\', '\n']),
            "“--server” phải có dạng wss://tên-máy:cổng / “--server” must read wss://host:port"
        );
    }
    let mut facts = machine(named, MachineKind::Desk, file)?;
    if let Some(server) = &arguments.server {
        let path = named.common.out.join("station.toml");
        let text = format!(
            "# checkin-agent run --config station.toml\nserver = \"{server}\"\nca = \"exam-ca.pem\"\ncertificate = \"{file}.pem\"\nkey = \"{file}.key\"\n"
        );
        write_new(&path, &text, false)?;
        facts.push(("config", path.display().to_string()));
    }
    report(named.common.json, &facts, TAKE_AWAY);
    Ok(())
}

fn machine(arguments: &Named, kind: MachineKind, file: &str) -> Result<Vec<(&'static str, String)>> {
    let common = &arguments.common;
    let issuing = common.issuing()?;
    let mut id = [0; 16];
    SystemRandom::new()
        .fill(&mut id)
        .map_err(|_| anyhow!("không có số ngẫu nhiên / no random numbers available"))?;
    let id_hex = hex::encode(id);
    let machine = Machine {
        kind,
        id_hex: &id_hex,
        name: &arguments.name,
    };
    let issued = issuing.issue_machine(machine, common.validity(MACHINE_DAYS)?)?;
    let certified = &issued.certified;
    let paths = write_pair(&common.out, file, &certified.certificate_pem, &issued.key_pem)?;
    let root = folder::root_certificate(&common.dir)?;
    let ca = folder::put_root_certificate(&common.out, &root)?;
    let (word, id_name) = match kind {
        MachineKind::Desk => ("desk", "station"),
        MachineKind::Seat => ("seat", "seat"),
    };
    common.note(&issuing, word, &arguments.name, certified)?;
    let mut facts = vec![(id_name, id_hex), ("ca", ca.display().to_string())];
    facts.extend(facts_of(&paths));
    facts.extend(told(certified));
    Ok(facts)
}

fn receipt_signer(arguments: &ReceiptSigner) -> Result<()> {
    let common = &arguments.common;
    let issuing = common.issuing()?;
    let pem = String::from_utf8(read(&arguments.key)?);
    let key = pem
        .ok()
        .and_then(|pem| SigningKey::from_pkcs8_pem(&pem).ok())
        .with_context(|| {
            let path = arguments.key.display();
            format!("{path} không phải khóa ký / {path} is no signing key (P-256, PKCS #8 PEM)")
        })?;
    let certified = issuing.issue_receipt_signer(&key, common.validity(397)?)?;
    std::fs::create_dir_all(&common.out)?;
    let path = common.out.join("receipt.pem");
    write_new(&path, &certified.certificate_pem, false)?;
    let name = x509::common_name(&x509::der_from_pem(&certified.certificate_pem)?)?;
    common.note(&issuing, "receipt-signer", &name, &certified)?;
    let mut facts = vec![("certificate", path.display().to_string())];
    facts.extend(told(&certified));
    let advice =
        "Ghi tệp vào cấu hình máy chủ (data.receipt_certificate). / Name it in the server's configuration.";
    report(common.json, &facts, advice);
    Ok(())
}

fn told(certified: &Certified) -> Vec<(&'static str, String)> {
    vec![
        ("serial", certified.serial.clone()),
        ("valid_until", certified.validity.not_after.to_string()),
    ]
}
