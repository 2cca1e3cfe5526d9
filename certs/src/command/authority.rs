//! `certs ca`: the exam CA in a folder, and the certificates it issues.

use super::{now, read, write_new, write_pair};
use anyhow::{Context, Result, anyhow};
use certs::Validity;
use certs::authority::ExamAuthority;
use clap::{Args, Subcommand};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// File name of the CA's certificate and key, without ending.
const NAME: &str = "exam-ca";

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
    let paths = write_pair(
        &arguments.dir,
        NAME,
        authority.certificate_pem(),
        &authority.key_pem(),
    )?;
    let advice = "the key signs every other certificate: keep it on a medium that is locked away";
    report(arguments.json, &paths, &[], advice);
    Ok(())
}

fn server(arguments: &Server) -> Result<()> {
    let authority = open(&arguments.dir)?;
    let issued = authority.issue_server(&arguments.hosts, Validity::days_from(now()?, arguments.days))?;
    let paths = write_pair(&arguments.out, "server", &issued.certificate_pem, &issued.key_pem)?;
    report(
        arguments.json,
        &paths,
        &[],
        "name both files in the server's configuration",
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
    let paths = write_pair(
        &arguments.out,
        "station",
        &issued.certificate_pem,
        &issued.key_pem,
    )?;
    let ca = arguments.out.join(format!("{NAME}.pem"));
    if !ca.exists() {
        write_new(&ca, authority.certificate_pem(), false)?;
    }
    let facts = [("station", id), ("ca", ca.display().to_string())];
    report(
        arguments.json,
        &paths,
        &facts,
        "take the whole folder to the station's PC, then delete it here",
    );
    Ok(())
}

fn open(dir: &Path) -> Result<ExamAuthority> {
    let text = |ending| {
        let path = dir.join(format!("{NAME}.{ending}"));
        String::from_utf8(read(&path)?).with_context(|| format!("{} is no PEM file", path.display()))
    };
    let authority = ExamAuthority::from_pem(&text("pem")?, &text("key")?);
    authority.with_context(|| format!("the exam CA in {} can't be used", dir.display()))
}

fn report(json: bool, [certificate, key]: &[PathBuf; 2], facts: &[(&str, String)], advice: &str) {
    let paths =
        [("certificate", certificate), ("key", key)].map(|(name, path)| (name, path.display().to_string()));
    let all = facts.iter().chain(&paths);
    if json {
        let object: Map<String, Value> = all
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        println!("{}", Value::Object(object));
    } else {
        for (name, value) in all {
            println!("{name}: {value}");
        }
        println!("{advice}");
    }
}
