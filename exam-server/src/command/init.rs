//! `exam-server init`: a new installation in a folder, ready to serve.

use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::Db;
use anyhow::{Context, Result, ensure};
use certs::authority::ExamAuthority;
use certs::signing::SigningKey;
use certs::{Time, Validity};
use clap::Args;
use exam_protocol::time::Timestamp;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The configuration that a new installation begins with; its comments document every setting.
const EXAMPLE: &str = include_str!("../../exam-server.example.toml");

const DAY: i64 = 24 * 60 * 60;

/// Make a new installation.
#[derive(Debug, Args)]
pub struct Init {
    /// Folder; made if it is not there, refused if it holds an installation
    #[arg(long)]
    dir: PathBuf,
    /// Names and addresses under which browsers and stations reach the server; may be repeated
    #[arg(long, default_values_t = ["localhost".to_owned(), "127.0.0.1".to_owned()])]
    host: Vec<String>,
    /// Address and port to listen on
    #[arg(long, default_value = "0.0.0.0:8443")]
    listen: String,
    /// Name of the exam CA, as certificates will show it
    #[arg(long, default_value = "Trường Thi Exam CA")]
    ca_name: String,
}

impl Init {
    /// Makes CA, certificates, keys, configuration and database.
    ///
    /// # Errors
    /// When the folder holds an installation or can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        let config_file = self.dir.join("exam-server.toml");
        ensure!(
            !config_file.exists(),
            "{}: an installation is here already",
            self.dir.display()
        );
        private_folder(&self.dir).with_context(|| format!("{}", self.dir.display()))?;
        self.make_keys(Clock::start().now())?;
        let text = EXAMPLE.replace("0.0.0.0:8443", &self.listen);
        write_new(&config_file, &text, false)?;
        let config = Config::read(&config_file)?;
        Db::open(&config.data.database).await?.close().await;
        println!("{}", config_file.display());
        Ok(ExitCode::SUCCESS)
    }

    fn make_keys(&self, now: Timestamp) -> Result<()> {
        let random = Randomness::system();
        let ca = ExamAuthority::create(&self.ca_name, years(now, 10))?;
        write_new(&self.dir.join("exam-ca.pem"), ca.certificate_pem(), false)?;
        write_new(&self.dir.join("exam-ca.key"), &ca.key_pem(), true)?;
        let server = ca.issue_server(&self.host, years(now, 2))?;
        write_new(&self.dir.join("server.pem"), &server.certificate_pem, false)?;
        write_new(&self.dir.join("server.key"), &server.key_pem, true)?;
        let receipt = SigningKey::generate(random.ring())?;
        write_new(&self.dir.join("receipt.key"), &receipt.to_pkcs8_pem(), true)?;
        let certificate = ca.issue_receipt_signer(&receipt, years(now, 2))?;
        write_new(&self.dir.join("receipt.pem"), &certificate, false)?;
        write_new(
            &self.dir.join("node.key"),
            &format!("{}\n", hex::encode(random.bytes::<32>()?)),
            true,
        )
    }
}

/// From yesterday on: school PCs' clocks are often behind.
fn years(now: Timestamp, years: i64) -> Validity {
    let seconds = now.0 / 1000;
    Validity {
        not_before: Time(seconds - DAY),
        not_after: Time(seconds + years * 365 * DAY),
    }
}

/// Roster, answers and password hashes will lie here: the folder is its owner's alone.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    owner_only(&mut builder);
    builder.create(path)
}

#[cfg(unix)]
fn owner_only(builder: &mut fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn owner_only(_: &mut fs::DirBuilder) {}

fn write_new(path: &Path, text: &str, secret: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, secret);
    let mut file = options
        .open(path)
        .with_context(|| format!("{}", path.display()))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("{}", path.display()))
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, secret: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(if secret { 0o600 } else { 0o644 });
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: bool) {}
