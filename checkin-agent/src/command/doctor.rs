//! `checkin-agent doctor`: is this station ready for exam day? One line per question, in Vietnamese and in English, and what
//! to do where the answer is no. Changes nothing.

use crate::card::CardError;
use crate::card::pcsc::Readers;
use crate::config::Settings;
use crate::link::socket::{self, LinkError};
use crate::link::tls;
use anyhow::{Result, bail};
use certs::x509;
use exam_protocol::frame;
use exam_protocol::station::{StationCommand, StationMessage};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_tungstenite::tungstenite::Message;

/// A certificate that ends sooner than this is worth a warning, in days.
const SOON: i64 = 2;

const DAY: i64 = 86_400;

/// Subjects of the findings about certificates.
const CERTIFICATES: [&str; 2] = ["exam-ca", "certificate"];

/// How a question was answered.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    Warning,
    Bad,
}

/// One question with its answer.
#[derive(Serialize)]
struct Finding {
    subject: &'static str,
    verdict: Verdict,
    vi: String,
    en: String,
}

impl Finding {
    fn new(subject: &'static str, verdict: Verdict, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            subject,
            verdict,
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// From an error whose text is in both languages already.
    fn from_error(subject: &'static str, error: &impl ToString) -> Self {
        let text = error.to_string();
        let (vi, en) = text.split_once(" / ").unwrap_or((&text, &text));
        Self::new(subject, Verdict::Bad, vi, en)
    }
}

/// Asks all questions and prints the answers.
///
/// # Errors
/// At least one answer is bad.
pub async fn run(config: Option<&Path>, as_json: bool) -> Result<()> {
    let mut findings = readers();
    match config.map(Settings::load) {
        None => findings.push(Finding::new(
            "configuration",
            Verdict::Warning,
            "chưa kiểm tra máy chủ và chứng thư: hãy thêm --config station.toml",
            "server and certificates not looked at: add --config station.toml",
        )),
        Some(Err(error)) => findings.push(Finding::from_error("configuration", &error)),
        Some(Ok(settings)) => Box::pin(station(&settings, &mut findings)).await,
    }
    let ready = findings.iter().all(|finding| finding.verdict != Verdict::Bad);
    if as_json {
        println!(
            "{:#}",
            serde_json::json!({ "ready": ready, "findings": findings })
        );
    } else {
        findings.iter().for_each(tell);
    }
    if ready {
        Ok(())
    } else {
        bail!("máy bàn đón chưa sẵn sàng / this station is not ready")
    }
}

fn tell(finding: &Finding) {
    let mark = match finding.verdict {
        Verdict::Good => "✓",
        Verdict::Warning => "!",
        Verdict::Bad => "✗",
    };
    println!("{mark} {}\n  {}", finding.vi, finding.en);
}

fn readers() -> Vec<Finding> {
    let names = match Readers::open().and_then(|readers| readers.with_card()) {
        Ok(names) => names,
        Err(CardError::NoService) => {
            return vec![Finding::new(
                "pcsc",
                Verdict::Bad,
                "dịch vụ PC/SC không chạy. Linux: cài và bật pcscd; Windows: bật dịch vụ “Smart Card”",
                "the PC/SC service is not running. Linux: install and start pcscd; Windows: start the “Smart Card” service",
            )];
        }
        Err(error) => return vec![Finding::from_error("pcsc", &error)],
    };
    let mut findings = vec![Finding::new(
        "pcsc",
        Verdict::Good,
        "dịch vụ PC/SC đang chạy",
        "the PC/SC service is running",
    )];
    if names.is_empty() {
        findings.push(Finding::new(
            "reader",
            Verdict::Bad,
            "không thấy đầu đọc thẻ: kiểm tra dây USB và trình điều khiển",
            "no card reader: check its USB cable and driver",
        ));
    }
    for (name, card) in names {
        let (vi, en) = if card {
            ("đang có thẻ", "holds a card")
        } else {
            ("chưa có thẻ", "no card on it")
        };
        findings.push(Finding::new(
            "reader",
            Verdict::Good,
            format!("đầu đọc {name}: {vi}"),
            format!("reader {name}: {en}"),
        ));
    }
    findings
}

async fn station(settings: &Settings, findings: &mut Vec<Finding>) {
    if let Some(only) = &settings.reader {
        let there = Readers::open()
            .and_then(|readers| readers.names())
            .is_ok_and(|names| names.contains(only));
        if !there {
            let vi = format!("không có đầu đọc tên {only} như trong cấu hình (xem checkin-agent readers)");
            let en = format!("there is no reader named {only} as configured (see checkin-agent readers)");
            findings.push(Finding::new("reader", Verdict::Bad, vi, en));
        }
    }
    findings.push(certificate(
        CERTIFICATES[0],
        &settings.ca,
        "chứng thư CA",
        "the CA's certificate",
        |_| Ok(String::new()),
    ));
    findings.push(certificate(
        CERTIFICATES[1],
        &settings.certificate,
        "chứng thư máy bàn đón",
        "the station's certificate",
        |der| x509::station_identity(der).map(|identity| format!(" “{}”", identity.name)),
    ));
    if findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Bad && CERTIFICATES.contains(&finding.subject))
    {
        // Said already; no server would take it.
        return;
    }
    let joined = match tls::client_config(settings) {
        Ok(config) => Box::pin(join(settings, &config)).await,
        Err(error) => Err(error),
    };
    findings.push(match joined {
        Ok(name) => Finding::new(
            "server",
            Verdict::Good,
            format!("máy chủ {} nhận máy bàn đón “{name}”", settings.server),
            format!("server {} accepts this station as “{name}”", settings.server),
        ),
        Err(error) => Finding::from_error("server", &error),
    });
}

/// Looks at a certificate's purpose and at its time.
fn certificate(
    subject: &'static str,
    path: &Path,
    vi: &str,
    en: &str,
    purpose: impl Fn(&[u8]) -> certs::Result<String>,
) -> Finding {
    let der = match tls::certificates(path) {
        Ok(mut certificates) => certificates.swap_remove(0),
        Err(error) => return Finding::from_error(subject, &error),
    };
    let (name, validity) = match purpose(&der).and_then(|name| Ok((name, x509::validity(&der)?))) {
        Ok(both) => both,
        Err(error) => {
            let path = path.display();
            return Finding::new(
                subject,
                Verdict::Bad,
                format!("{path} không phải {vi} hợp lệ: {error}"),
                format!("{path} is not {en}: {error}"),
            );
        }
    };
    let left = validity.not_after.0 - now();
    let days = left.div_euclid(DAY);
    if now() < validity.not_before.0 {
        let vi = format!("{vi}{name} chưa có hiệu lực: kiểm tra đồng hồ máy");
        return Finding::new(
            subject,
            Verdict::Bad,
            vi,
            format!("{en}{name} is not valid yet: check this PC's clock"),
        );
    }
    let verdict = match days {
        ..0 => Verdict::Bad,
        0..SOON => Verdict::Warning,
        _ => Verdict::Good,
    };
    if verdict == Verdict::Bad {
        return Finding::new(
            subject,
            verdict,
            format!("{vi}{name} đã hết hạn"),
            format!("{en}{name} has expired"),
        );
    }
    Finding::new(
        subject,
        verdict,
        format!("{vi}{name} còn {days} ngày"),
        format!("{en}{name} is good for {days} days"),
    )
}

/// Joins as `run` does, and leaves.
async fn join(
    settings: &Settings,
    config: &std::sync::Arc<rustls::ClientConfig>,
) -> Result<String, LinkError> {
    let mut socket = socket::connect(settings, config).await?;
    let hello = StationMessage::Hello {
        agent: env!("CARGO_PKG_VERSION").to_owned(),
        readers: Vec::new(),
    };
    let broken = |error| LinkError::Socket(Box::new(error));
    socket
        .send(Message::Binary(frame::encode(&hello).into()))
        .await
        .map_err(broken)?;
    let answer = tokio::time::timeout(Duration::from_secs(10), socket.next())
        .await
        .map_err(|_| LinkError::Slow)?;
    let Some(Ok(Message::Binary(bytes))) = answer else {
        return Err(LinkError::Malformed);
    };
    let Ok(StationCommand::Joined { station }) = frame::decode(&bytes) else {
        return Err(LinkError::Malformed);
    };
    let _left = socket.close(None).await;
    Ok(station)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
