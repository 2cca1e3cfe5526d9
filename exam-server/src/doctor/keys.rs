//! Keys and certificates: are they there, do they fit, are they private, and will they hold?

use super::finding::{Finding, Words};
use crate::command::init::OFFLINE;
use crate::config::Config;
use crate::keys::Keys;
use crate::shell::tls;
use crate::words::told;
use certs::x509;
use exam_protocol::time::Timestamp;
use std::path::Path;

/// Certificates that end sooner than this are worth a warning.
const NOTICE_DAYS: i64 = 14;

const DAY: i64 = 24 * 60 * 60;

/// Looks at all key files.
pub fn examine(config: &Config, now: Timestamp) -> Vec<Finding> {
    let http = &config.http;
    let data = &config.data;
    let mut findings = vec![tls_files(config), receipt_files(config)];
    findings.extend(
        [&http.certificate, &data.receipt_certificate, &http.exam_ca].map(|path| lifetime(path, now)),
    );
    findings.extend(
        [&http.key, &data.receipt_key, &data.node_key]
            .into_iter()
            .filter_map(|path| readable_by_others(path)),
    );
    findings.extend(offline_keys(http.exam_ca.parent().unwrap_or(Path::new("."))));
    findings
}

/// Keys that no server needs, and with which anybody could make servers and desks, or read portraits.
fn offline_keys(folder: &Path) -> Option<Finding> {
    let place = folder.join(OFFLINE);
    let left = ["exam-ca.key", "audit-reading.key"].map(|name| place.join(name).exists());
    let words = Words::new(
        format!(
            "Khóa gốc còn nằm trên máy chủ. Chuyển thư mục {} sang USB, xóa ở đây và khóa USB vào tủ.",
            place.display()
        ),
        format!(
            "The offline keys are still on the server. Move the folder {} to a USB stick, delete it here, lock the stick away.",
            place.display()
        ),
    );
    left.contains(&true)
        .then(|| Finding::warning("offline-keys", words))
}

fn tls_files(config: &Config) -> Finding {
    let http = &config.http;
    match tls::server_config(&http.certificate, &http.key, &http.exam_ca) {
        Ok(_) => Finding::ok(
            "tls",
            Words::new("Chứng thư và khóa TLS khớp nhau.", "TLS certificate and key fit."),
        ),
        Err(error) => Finding::bad(
            "tls",
            Words::new(
                format!("TLS chưa dùng được: {}.", told(&error).0),
                format!("TLS can't be used: {}.", told(&error).1),
            ),
        ),
    }
}

fn receipt_files(config: &Config) -> Finding {
    match receipt_key_fits(config) {
        Ok(()) => Finding::ok(
            "receipts",
            Words::new(
                "Khóa ký biên nhận dùng được.",
                "The key that signs receipts can be used.",
            ),
        ),
        Err(error) => Finding::bad(
            "receipts",
            Words::new(
                format!(
                    "Không ký được biên nhận: {}. Khôi phục khóa từ bản sao lưu.",
                    told(&error).0
                ),
                format!(
                    "Receipts can't be signed: {}. Restore the keys from the backup.",
                    told(&error).1
                ),
            ),
        ),
    }
}

fn receipt_key_fits(config: &Config) -> anyhow::Result<()> {
    let keys = Keys::read(config)?;
    let ca = x509::der_from_pem(&std::fs::read_to_string(&config.http.exam_ca)?)?;
    let at = x509::validity(&keys.receipt_certificate)?.not_before;
    let certified = x509::receipt_key(&keys.receipt_certificate, &ca, at)?;
    anyhow::ensure!(
        certified == keys.receipt.public_key(),
        "khóa và chứng thư ký biên nhận không khớp / receipt key and certificate do not fit"
    );
    Ok(())
}

fn lifetime(path: &Path, now: Timestamp) -> Finding {
    let name = name(path);
    let validity = std::fs::read_to_string(path)
        .ok()
        .and_then(|pem| x509::der_from_pem(&pem).ok());
    let Some(validity) = validity.and_then(|der| x509::validity(&der).ok()) else {
        return Finding::bad(
            "certificate",
            Words::new(
                format!("{name}: không đọc được."),
                format!("{name}: can't be read."),
            ),
        );
    };
    let seconds = now.0 / 1000;
    let days = (validity.not_after.0 - seconds) / DAY;
    if seconds < validity.not_before.0 || seconds > validity.not_after.0 {
        let words = Words::new(
            format!("{name}: đã hết hạn hoặc chưa có hiệu lực. Kiểm tra đồng hồ máy, rồi cấp lại chứng thư."),
            format!("{name}: expired or not yet valid. Check this PC's clock, then issue it again."),
        );
        return Finding::bad("certificate", words);
    }
    let words = Words::new(
        format!("{name}: còn hạn {days} ngày."),
        format!("{name}: valid for another {days} days."),
    );
    if days < NOTICE_DAYS {
        Finding::warning("certificate", words)
    } else {
        Finding::ok("certificate", words)
    }
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let others = mode & 0o077;
    if others == 0 {
        return None;
    }
    let name = name(path);
    let words = Words::new(
        format!("{name}: người khác trên máy này đọc được. Chạy `chmod 600 {name}`."),
        format!("{name}: others on this PC can read it. Run `chmod 600 {name}`."),
    );
    Some(Finding::bad("permissions", words))
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<Finding> {
    None
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
