//! Settings of the audit's collectors and of personal data.

use serde::Deserialize;
use std::path::PathBuf;

/// Where the audit is sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// This server's name in syslog messages.
    pub host_name: String,
    /// Collectors.
    pub syslog: Vec<Collector>,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            host_name: "exam-server".into(),
            syslog: Vec::new(),
        }
    }
}

/// A syslog collector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collector {
    /// A short name of its own; under it stands how far it has been served.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// How.
    pub protocol: Protocol,
    /// Certificates (PEM) that its certificate must come from, for TLS.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// How a collector is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP with octet counting (RFC 6587, section 3.4.1), for a network that nobody else reads.
    Tcp,
    /// TLS (RFC 5425).
    Tls,
}

/// How long personal data stays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonalData {
    /// Days after a sitting's end until portraits, chip data and roster photos go.
    pub image_days: u32,
    /// Days after a sitting's end until names, numbers and birth dates of candidates go.
    pub candidate_days: u32,
    /// Days after an act until the text of its reason goes.
    pub reason_days: u32,
    /// Whether the server erases by itself what is due.
    pub erase_daily: bool,
    /// After how many seconds it looks again for what is due; a day.
    pub erase_interval_seconds: u32,
}

impl Default for PersonalData {
    fn default() -> Self {
        Self {
            image_days: 90,
            candidate_days: 5 * 365,
            reason_days: 5 * 365,
            erase_daily: true,
            erase_interval_seconds: 24 * 60 * 60,
        }
    }
}
