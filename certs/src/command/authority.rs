//! `certs ca`: the exam CA in a folder, and the certificates it issues.

use super::{now, read, write_new};
use anyhow::{Context, Result, anyhow};
use certs::Validity;
use certs::authority::{ExamAuthority, Issued};
use clap::{Args, Subcommand};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use std::path::{Path, PathBuf};

const CERTIFICATE: &str = "exam-ca.pem";
const KEY: &str = "exam-ca.key";

/// Commands of the exam CA.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a new exam CA: exam-ca.pem (public) and exam-ca.key (keep it offline).
    Init(Init),
    /// Issue a certificate with a new key.
    #[command(subcommand)]
    Issue(Issue),
}

/// What can be issued.
#[derive(Subcommand)]
pub(crate) enum Issue {
    /// For an exam server: server.pem and server.key.
    Server(Server),
    /// For a check-in station: station.pem, station.key and a copy of exam-ca.pem. Prints the station's id.
    Station(Station),
}

#[derive(Args)]
pub(crate) struct Init {
    /// Folder for the CA; made if it is not there.
    #[arg(long)]
    dir: PathBuf,
    /// Name of the exam authority, as it will stand in the certificate.
    #[arg(long)]
    name: String,
    /// Valid for so many days from now.
    #[arg(long, default_value_t = 3650)]
    days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Server {
    /// Folder of the CA.
    #[arg(long)]
    dir: PathBuf,
    /// DNS name or IP address under which the server is reached; repeat for more.
    #[arg(long = "host", required = true)]
    hosts: Vec<String>,
    /// Folder for the new files; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// Valid for so many days from now.
    #[arg(long, default_value_t = 397)]
    days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Station {
    /// Folder of the CA.
    #[arg(long)]
    dir: PathBuf,
    /// Name that proctors know the station by.
    #[arg(long)]
    name: String,
    /// Folder for the new files; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// Valid for so many days from now.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Init(arguments) => init(&arguments),
        Command::Issue(Issue::Server(arguments)) => server(&arguments),
        Command::Issue(Issue::Station(arguments)) => station(&arguments),
    }
}

fn init(arguments: &Init) -> Result<()> {
    let authority = ExamAuthority::create(&arguments.name, Validity::days_from(now()?, arguments.days))?;
    let (certificate, key) = (arguments.dir.join(CERTIFICATE), arguments.dir.join(KEY));
    make_dir(&arguments.dir)?;
    write_new(&key, &authority.key_pem(), true)?;
    write_new(&certificate, authority.certificate_pem(), false)?;
    report(
        arguments.json,
        &json!({ "certificate": certificate, "key": key }),
        || {
            format!(
                "exam CA made: {}\nits key is {}: keep it on a medium that is locked away",
                certificate.display(),
                key.display()
            )
        },
    );
    Ok(())
}

fn server(arguments: &Server) -> Result<()> {
    let authority = open(&arguments.dir)?;
    let issued = authority.issue_server(&arguments.hosts, Validity::days_from(now()?, arguments.days))?;
    let (certificate, key) = store(&arguments.out, "server", &issued)?;
    report(
        arguments.json,
        &json!({ "certificate": certificate, "key": key }),
        || {
            format!(
                "server certificate: {}\nkey: {}",
                certificate.display(),
                key.display()
            )
        },
    );
    Ok(())
}

fn station(arguments: &Station) -> Result<()> {
    let authority = open(&arguments.dir)?;
    let mut id = [0; 16];
    SystemRandom::new()
        .fill(&mut id)
        .map_err(|_| anyhow!("no random numbers available"))?;
    let id = hex::encode(id);
    let validity = Validity::days_from(now()?, arguments.days);
    let issued = authority.issue_station(&id, &arguments.name, validity)?;
    let (certificate, key) = store(&arguments.out, "station", &issued)?;
    let ca = arguments.out.join(CERTIFICATE);
    if !ca.exists() {
        write_new(&ca, authority.certificate_pem(), false)?;
    }
    let facts = json!({ "station": id, "certificate": certificate, "key": key, "ca": ca });
    report(arguments.json, &facts, || {
        format!(
            "station {id}\ncertificate: {}\nkey: {}",
            certificate.display(),
            key.display()
        )
    });
    Ok(())
}

fn open(dir: &Path) -> Result<ExamAuthority> {
    let text = |name| {
        let path = dir.join(name);
        String::from_utf8(read(&path)?).with_context(|| format!("{} is no PEM file", path.display()))
    };
    let authority = ExamAuthority::from_pem(&text(CERTIFICATE)?, &text(KEY)?);
    authority.with_context(|| format!("the exam CA in {} can't be used", dir.display()))
}

fn store(out: &Path, name: &str, issued: &Issued) -> Result<(PathBuf, PathBuf)> {
    make_dir(out)?;
    let (certificate, key) = (out.join(format!("{name}.pem")), out.join(format!("{name}.key")));
    write_new(&key, &issued.key_pem, true)?;
    write_new(&certificate, &issued.certificate_pem, false)?;
    Ok((certificate, key))
}

fn make_dir(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("can't make the folder {}", dir.display()))
}

fn report(json: bool, facts: &serde_json::Value, text: impl FnOnce() -> String) {
    if json {
        println!("{facts}");
    } else {
        println!("{}", text());
    }
}
