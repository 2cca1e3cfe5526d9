//! The configuration file, read once. Every setting stands with its meaning in `exam-server.example.toml`; environment
//! variables `EXAM__SECTION__KEY` override it.

mod audit;
mod database;
mod four_eyes;
mod machines;
mod oidc;
mod people;
mod staff;

pub use audit::{Audit, Collector, PersonalData, Protocol};
pub use database::{Database, Refused, Server};
pub use four_eyes::FourEyes;
pub use machines::Machines;
pub use oidc::{Oidc, Provider, RoleRule, UnknownSubject};
pub use people::People;
pub use staff::{SecondFactorRule, Staff};

use anyhow::{Context, Result};
use exam_protocol::time::Millis;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the server listens.
    pub http: Http,
    /// Where it keeps its data.
    pub data: Data,
    /// Rules of the exam.
    #[serde(default)]
    pub exam: Exam,
    /// Rules of login.
    #[serde(default)]
    pub staff: Staff,
    /// Where the audit is sent.
    #[serde(default)]
    pub audit: Audit,
    /// How long personal data stays.
    #[serde(default)]
    pub personal_data: PersonalData,
    /// Administration of staff.
    #[serde(default)]
    pub people: People,
    /// Single sign-on.
    #[serde(default)]
    pub oidc: Oidc,
    /// Desk and seat PCs.
    #[serde(default)]
    pub machines: Machines,
    /// Acts that need two people.
    #[serde(default)]
    pub four_eyes: FourEyes,
    /// What it logs.
    #[serde(default)]
    pub log: Log,
}

/// Where the server listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port, `0.0.0.0:8443`.
    pub listen: String,
    /// The server's certificate (PEM).
    pub certificate: PathBuf,
    /// Its private key (PEM).
    pub key: PathBuf,
    /// The exam CA's certificate (PEM): whom stations' certificates must come from.
    pub exam_ca: PathBuf,
    /// Under which address browsers reach the server, `https://thi.truong.edu.vn:8443`: passkeys are bound to its host.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Where measurements are served, `127.0.0.1:9464`, without encryption; nowhere if it is not set.
    #[serde(default)]
    pub metrics_listen: Option<String>,
    /// Most connections from one network address at once.
    #[serde(default = "connections_per_address")]
    pub connections_per_address: usize,
    /// Whom to tell about a weakness, `mailto:` or `https:`; shown in security.txt (RFC 9116).
    #[serde(default)]
    pub security_contact: Option<String>,
}

/// A whole school may be one address, and each candidate has a few connections.
fn connections_per_address() -> usize {
    8_000
}

/// Where the server keeps its data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// A SQLite file, or a database on a PostgreSQL server.
    pub database: Database,
    /// The password for that server, in a file of its own.
    #[serde(default)]
    pub database_password_file: Option<PathBuf>,
    /// Key that signs seat certificates and receipts (PKCS#8 PEM).
    pub receipt_key: PathBuf,
    /// Its certificate from the exam CA (PEM).
    pub receipt_certificate: PathBuf,
    /// The node key that wraps sitting keys: 64 hexadecimal digits.
    pub node_key: PathBuf,
    /// Certificate of the issuing authority that certifies enrolled machines (PEM).
    pub issuing_certificate: PathBuf,
    /// Its private key (PKCS#8 PEM).
    pub issuing_key: PathBuf,
    /// Public half of the audit key to which portraits and chip data are sealed.
    pub audit_public_key: PathBuf,
}

/// Rules of the exam.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exam {
    /// How long after the deadline an answer that was on its way still counts, in seconds.
    pub grace_seconds: u32,
    /// How long a seat ticket can be used, in minutes.
    pub ticket_minutes: u32,
    /// How long a station waits for a card, in seconds.
    pub card_wait_seconds: u32,
    /// How long the chip has to answer a challenge, in seconds.
    pub challenge_seconds: u32,
    /// Whether a card whose issuer can't be confirmed needs a second official.
    pub strict_issuer: bool,
}

impl Exam {
    /// How long after the deadline an answer that was on its way still counts.
    pub fn grace(&self) -> Millis {
        Millis::seconds(i64::from(self.grace_seconds))
    }

    /// How long a seat ticket can be used.
    pub fn ticket_life(&self) -> Millis {
        Millis::minutes(i64::from(self.ticket_minutes))
    }
}

impl Default for Exam {
    fn default() -> Self {
        Self {
            grace_seconds: 30,
            ticket_minutes: 15,
            card_wait_seconds: 30,
            challenge_seconds: 15,
            strict_issuer: false,
        }
    }
}

/// What the server logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Filter in the form of `tracing`: `info`, `exam_server=debug`.
    pub filter: String,
    /// One JSON object per line instead of text.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info".into(),
            json: false,
        }
    }
}

impl Config {
    /// Reads the file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// Names the file and the setting that is wrong.
    pub fn read(path: &Path) -> Result<Self> {
        let file = config::File::from(path).format(config::FileFormat::Toml);
        let environment = config::Environment::with_prefix("EXAM")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        let mut config: Self = config::Config::builder()
            .add_source(file)
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .with_context(|| format!("{}", path.display()))?;
        config
            .staff
            .check()
            .with_context(|| format!("{}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let password_file = config.data.database_password_file.take();
        config.data.database.settle(folder, password_file.as_deref());
        config
            .oidc
            .settle(folder, config.http.public_url.as_deref())
            .with_context(|| format!("{}", path.display()))?;
        for entry in [
            &mut config.http.certificate,
            &mut config.http.key,
            &mut config.http.exam_ca,
            &mut config.data.receipt_key,
            &mut config.data.receipt_certificate,
            &mut config.data.node_key,
            &mut config.data.issuing_certificate,
            &mut config.data.issuing_key,
            &mut config.data.audit_public_key,
        ] {
            *entry = folder.join(&*entry);
        }
        for ca in config
            .audit
            .syslog
            .iter_mut()
            .filter_map(|collector| collector.ca.as_mut())
        {
            *ca = folder.join(&*ca);
        }
        Ok(config)
    }
}
