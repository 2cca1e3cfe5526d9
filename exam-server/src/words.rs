//! What went wrong, said once in Vietnamese and once in English: an error with its causes, each of which may be in both
//! languages ("vi / en") or come from a library in English alone.

use crate::db::said::{Sentences, halves, said};
use anyhow::Error;
use certs::error::Kind;
use std::io::ErrorKind;

/// The error and its causes, from the outermost on, in each language.
pub fn told(error: &Error) -> Sentences {
    let (mut vi, mut en): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for cause in error.chain() {
        let last = cause.is::<sqlx::Error>() || cause.is::<std::io::Error>() || cause.is::<certs::Error>();
        let (in_vi, in_en) = one(cause);
        // Some libraries repeat their cause's words in their own.
        if !vi.iter().any(|said| said.contains(&in_vi)) {
            vi.push(in_vi);
            en.push(in_en);
        }
        if last {
            break;
        }
    }
    (vi.join(": "), en.join(": "))
}

/// As the command line shows it: both languages, or one text where they are the same.
pub fn line(error: &Error) -> String {
    let (vi, en) = told(error);
    if vi == en { vi } else { format!("{vi} / {en}") }
}

fn one(cause: &(dyn std::error::Error + 'static)) -> Sentences {
    if let Some(error) = cause.downcast_ref::<sqlx::Error>() {
        return said(error);
    }
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        return file(error);
    }
    if let Some(error) = cause.downcast_ref::<certs::Error>() {
        return (certificate(*error), error.to_string());
    }
    halves(&cause.to_string())
}

/// A fault of a file or of the network.
pub fn file(error: &std::io::Error) -> Sentences {
    let english = error.to_string();
    let vi = match error.kind() {
        ErrorKind::NotFound => "không có tệp hay thư mục này",
        ErrorKind::PermissionDenied => "không đủ quyền",
        ErrorKind::AlreadyExists => "đã có rồi",
        ErrorKind::AddrInUse => "địa chỉ hoặc cổng đang được dùng",
        ErrorKind::ConnectionRefused => "bị từ chối kết nối",
        ErrorKind::TimedOut => "quá thời gian chờ",
        ErrorKind::StorageFull => "ổ đĩa đầy",
        ErrorKind::IsADirectory => "đây là thư mục",
        ErrorKind::NotADirectory => "đây không phải thư mục",
        ErrorKind::ReadOnlyFilesystem => "ổ đĩa chỉ đọc",
        _ => return halves(&english),
    };
    (vi.to_owned(), english)
}

fn certificate(error: certs::Error) -> String {
    let what = match error.kind() {
        Kind::Malformed => "không đúng cấu trúc",
        Kind::TooLarge => "quá lớn hoặc lồng quá sâu",
        Kind::NotDeterministic => "không mã hóa theo dạng duy nhất",
        Kind::NotAllowed => "thuật toán hoặc tham số không được phép",
        Kind::NotAuthentic => "chữ ký không khớp",
        Kind::WrongPurpose => "không dành cho mục đích này",
        Kind::OutsideValidity => "ngoài thời hạn hiệu lực",
        Kind::Key => "khóa không dùng được",
        Kind::Argument => "tham số không dùng được",
        Kind::Randomness => "không có số ngẫu nhiên",
    };
    format!("{}: {what}", error.place())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn causes_do_not_mix_the_languages() {
        let missing = std::io::Error::from(ErrorKind::NotFound);
        let error = Err::<(), _>(missing)
            .context("a.xlsx: không đọc được / can't be read")
            .context("danh sách / roster")
            .unwrap_err();
        assert_eq!(
            line(&error),
            "danh sách: a.xlsx: không đọc được: không có tệp hay thư mục này / \
             roster: can't be read: entity not found"
        );
        assert_eq!(line(&anyhow::anyhow!("--config")), "--config");
    }

    #[test]
    fn what_a_database_says_is_a_sentence() {
        let error = Error::from(sqlx::Error::PoolTimedOut).context("postgres://a@b/c");
        assert!(line(&error).starts_with("postgres://a@b/c: cơ sở dữ liệu không trả lời kịp"));
    }
}
