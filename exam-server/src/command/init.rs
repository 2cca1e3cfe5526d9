//! `exam-server init`: a new installation in a folder, ready to serve.
//!
//! Makes the exam CA too: its root in a folder that is to be carried away, an issuing authority below it for this server.

use crate::clock::{Clock, Randomness};
use crate::config::{Config, Server};
use crate::db::Db;
use anyhow::{Context, Result, ensure};
use certs::authority::{Certified, Entry, ExamRoot, IssuingAuthority, LEDGER};
use certs::sealed_box::AuditKeyPair;
use certs::signing::SigningKey;
use certs::time::BACKDATED_DAYS;
use certs::{Time, Validity};
use clap::Args;
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The configuration that a new installation begins with; its comments document every setting.
const EXAMPLE: &str = include_str!("../../exam-server.example.toml");

/// Folder of the exam CA's root and of the audit key's private half: nothing that the server needs.
pub const OFFLINE: &str = "exam-ca-offline";

const ROOT_DAYS: u32 = 3650;

/// The issuing authority's life; nothing that it issues outlives it.
const ISSUING_DAYS: u32 = 90;

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
    /// Where the data is kept: a PostgreSQL database, `postgres://exam_server@HOST/DATABASE`; without it a SQLite file
    #[arg(long)]
    database: Option<String>,
    /// File with the password for that database
    #[arg(long)]
    database_password_file: Option<PathBuf>,
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
            "{}: đã có một hệ thống ở đây / an installation is here already",
            self.dir.display()
        );
        private_folder(&self.dir).with_context(|| format!("{}", self.dir.display()))?;
        self.make_keys(Clock::start().now())?;
        let text = EXAMPLE
            .replace("0.0.0.0:8443", &self.listen)
            .replace("https://localhost:8443", &self.public_url())
            .replace("database = \"exam.sqlite\"", &self.database_setting()?);
        write_new(&config_file, &text, false)?;
        let config = Config::read(&config_file)?;
        if config.data.database.folder().is_some() {
            Db::open(&config.data.database).await?.close().await;
        } else {
            println!(
                "exam-server database prepare --config {} --owner-password-file TỆP   (tạo bảng với mật khẩu của exam_owner / makes the tables, with the password of exam_owner)",
                config_file.display()
            );
        }
        self.tell(&config_file);
        Ok(ExitCode::SUCCESS)
    }

    fn make_keys(&self, now: Timestamp) -> Result<()> {
        let random = Randomness::system();
        let now = Time(now.0 / 1000);
        let offline = self.dir.join(OFFLINE);
        private_folder(&offline).with_context(|| format!("{}", offline.display()))?;
        let issuing = self.make_authorities(&offline, now)?;
        self.certify_server(&issuing, now)?;
        let receipt = SigningKey::generate(random.ring())?;
        write_new(&self.dir.join("receipt.key"), &receipt.to_pkcs8_pem(), true)?;
        let certified = issuing.issue_receipt_signer(&receipt, lasting(now, ISSUING_DAYS))?;
        write_new(&self.dir.join("receipt.pem"), &certified.certificate_pem, false)?;
        self.note(&issuing, now, "receipt-signer", "Receipt signer", &certified)?;
        let audit = AuditKeyPair::generate(random.ring())?;
        write_new(&offline.join("audit-reading.key"), &audit.to_text(), true)?;
        write_new(&self.dir.join("audit.pub"), &audit.public().to_text(), false)?;
        write_new(
            &self.dir.join("node.key"),
            &format!("{}\n", hex::encode(random.bytes::<32>()?)),
            true,
        )
    }

    /// The root, in the folder that is carried away, and the issuing authority below it.
    fn make_authorities(&self, offline: &Path, now: Time) -> Result<IssuingAuthority> {
        let root = ExamRoot::create(&self.ca_name, lasting(now, ROOT_DAYS))?;
        write_new(&offline.join("exam-ca.pem"), root.certificate_pem(), false)?;
        write_new(&offline.join("exam-ca.key"), &root.key_pem(), true)?;
        write_new(&self.dir.join("exam-ca.pem"), root.certificate_pem(), false)?;
        let host = self.host.first().context("--host")?;
        // A common name has at most 64 characters (X.520).
        let name: String = format!("{host} – {}", self.ca_name).chars().take(64).collect();
        let issuing = root.issue_authority(&name, lasting(now, ISSUING_DAYS))?;
        write_new(
            &self.dir.join("exam-issuing.pem"),
            issuing.certificate_pem(),
            false,
        )?;
        write_new(&self.dir.join("exam-issuing.key"), &issuing.key_pem(), true)?;
        let entry = Entry::issued(now, "authority", &name, root.serial(), &issuing.certified());
        append(&offline.join(LEDGER), &entry)?;
        Ok(issuing)
    }

    fn certify_server(&self, issuing: &IssuingAuthority, now: Time) -> Result<()> {
        let list = format!("{}{}", self.public_url(), route::REVOCATION_LIST);
        let server = issuing.issue_listed_server(&self.host, &list, lasting(now, ISSUING_DAYS))?;
        let certified = &server.certified;
        write_new(&self.dir.join("server.pem"), &certified.certificate_pem, false)?;
        write_new(&self.dir.join("server.key"), &server.key_pem, true)?;
        self.note(issuing, now, "server", &self.host[0], certified)
    }

    fn note(
        &self,
        issuing: &IssuingAuthority,
        now: Time,
        kind: &str,
        name: &str,
        certified: &Certified,
    ) -> Result<()> {
        let entry = Entry::issued(now, kind, name, issuing.serial(), certified);
        append(&self.dir.join(LEDGER), &entry)
    }

    /// Where the data is kept, as the configuration says it.
    fn database_setting(&self) -> Result<String> {
        let Some(url) = &self.database else {
            return Ok("database = \"exam.sqlite\"".into());
        };
        let server = Server::new(url).with_context(|| "--database")?;
        let mut text = format!("database = \"{}\"", server.url());
        if let Some(path) = &self.database_password_file {
            let path = std::path::absolute(path)?;
            write!(text, "\ndatabase_password_file = '{}'", path.display())?;
        }
        Ok(text)
    }

    /// Where browsers will find the server, by its first name.
    fn public_url(&self) -> String {
        let port = self.listen.rsplit_once(':').map_or("8443", |(_, port)| port);
        let host = match self.host.first().map(String::as_str) {
            Some(host) if host.contains(':') => format!("[{host}]"),
            Some(host) => host.to_owned(),
            None => "localhost".to_owned(),
        };
        format!("https://{host}:{port}")
    }

    /// What there is now, and what to do next.
    fn tell(&self, config_file: &Path) {
        let url = self.public_url();
        let (config, dir) = (config_file.display(), self.dir.display());
        println!("{config}");
        println!("{url}/          (thí sinh / candidates)");
        println!("{url}/console/  (cán bộ / staff)");
        println!(
            "\nViệc tiếp theo:\n\
             1. Chuyển thư mục {dir}/{OFFLINE} sang USB, xóa ở đây, khóa USB vào tủ: trong đó là khóa gốc CA và khóa đọc ảnh.\n\
             2. Sao lưu {dir}/node.key và {dir}/receipt.key.\n\
             3. exam-server staff add --config {config} …; exam-server serve --config {config}\n\
             4. Chứng thư hết hạn sau {ISSUING_DAYS} ngày; cách gia hạn và đăng ký máy: docs/machines.md.\n\
             \nNext:\n\
             1. Move the folder {dir}/{OFFLINE} to a USB stick, delete it here, lock the stick away: it holds the CA's root key and \
             the key that reads portraits.\n\
             2. Back up {dir}/node.key and {dir}/receipt.key.\n\
             3. exam-server staff add --config {config} …; exam-server serve --config {config}\n\
             4. Certificates end after {ISSUING_DAYS} days; docs/machines.md says how to renew them and how to enrol PCs."
        );
        let host = self.host.first().map_or("localhost", String::as_str);
        if matches!(host, "localhost" | "127.0.0.1") {
            println!(
                "\nChú ý: máy khác chưa nối được tới tên “{host}”; dùng --host TÊN-MÁY --host ĐỊA-CHỈ-IP.\n\
                 Note: other PCs can't reach “{host}”; use --host NAME --host IP-ADDRESS."
            );
        }
    }
}

/// Backdated: school PCs' clocks are often behind.
fn lasting(now: Time, days: u32) -> Validity {
    Validity::backdated(now, BACKDATED_DAYS, days)
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

fn append(path: &Path, entry: &Entry) -> Result<()> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(entry.to_line().as_bytes()))
        .with_context(|| format!("{}", path.display()))
}

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
