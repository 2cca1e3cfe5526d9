//! What a database's error means, in sentences for the person at the terminal: what is wrong, and what to do. Never shows a
//! password or a value of a row.

use sqlx::Error;

/// Vietnamese and English.
pub type Sentences = (String, String);

fn both(vi: impl Into<String>, en: impl Into<String>) -> Sentences {
    (vi.into(), en.into())
}

/// The error in both languages.
pub fn said(error: &Error) -> Sentences {
    match error {
        Error::Io(cause) => both(
            format!(
                "không nối được tới máy chủ cơ sở dữ liệu ({}); kiểm tra tên máy, cổng, tường lửa, và PostgreSQL có đang chạy không",
                reached(cause).0
            ),
            format!(
                "the database server can't be reached ({}); check host, port, firewall, and whether PostgreSQL runs",
                reached(cause).1
            ),
        ),
        Error::PoolTimedOut => both(
            "cơ sở dữ liệu không trả lời kịp; kiểm tra máy chủ có đang chạy và max_connections của PostgreSQL có đủ không",
            "the database did not answer in time; check that it runs, and that PostgreSQL's max_connections suffice",
        ),
        Error::Tls(cause) => both(
            format!(
                "không thiết lập được kết nối TLS tới cơ sở dữ liệu; kiểm tra sslrootcert và tên máy trong URL ({cause})"
            ),
            format!(
                "no TLS connection to the database; check sslrootcert and the host's name in the URL ({cause})"
            ),
        ),
        Error::Migrate(cause) => both(
            format!(
                "không tạo hay nâng cấp được bảng; dùng chương trình mới hơn hoặc khôi phục bản sao lưu ({cause})"
            ),
            format!(
                "the tables can't be made or upgraded; use a newer program or restore the backup ({cause})"
            ),
        ),
        Error::Database(cause) => coded(cause.code().as_deref().unwrap_or_default(), cause.message()),
        // Written by this program in both languages already.
        Error::Configuration(cause) => halves(&cause.to_string()),
        other => both(
            format!("cơ sở dữ liệu báo lỗi: {other}"),
            format!("the database reports: {other}"),
        ),
    }
}

fn reached(cause: &std::io::Error) -> (&'static str, String) {
    use std::io::ErrorKind;
    let vi = match cause.kind() {
        ErrorKind::ConnectionRefused => "bị từ chối kết nối",
        ErrorKind::NotFound => "không có địa chỉ này",
        ErrorKind::TimedOut => "quá thời gian chờ",
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => "kết nối bị ngắt",
        _ => "lỗi mạng",
    };
    (vi, cause.to_string())
}

/// By the code of PostgreSQL (appendix A of its manual).
fn coded(code: &str, message: &str) -> Sentences {
    match code {
        "28P01" => both(
            "cơ sở dữ liệu không nhận mật khẩu; kiểm tra tệp mật khẩu và vai trò trong URL",
            "the database refuses the password; check the password file and the role in the URL",
        ),
        "28000" => both(
            format!(
                "cơ sở dữ liệu không cho vai trò này vào; kiểm tra tên vai trò và pg_hba.conf ({message})"
            ),
            format!(
                "the database does not let this role in; check the role's name and pg_hba.conf ({message})"
            ),
        ),
        "3D000" => both(
            "chưa có cơ sở dữ liệu này; người quản trị PostgreSQL tạo bằng `create database …` như docs/postgresql.md",
            "there is no such database; PostgreSQL's administrator makes it with `create database …`, see docs/postgresql.md",
        ),
        "42501" => both(
            format!(
                "vai trò này thiếu quyền; chạy `exam-server database prepare` với chủ sở hữu bảng, xem docs/postgresql.md ({message})"
            ),
            format!(
                "this role lacks rights; run `exam-server database prepare` as the tables' owner, see docs/postgresql.md ({message})"
            ),
        ),
        "42P01" => both(
            "chưa có bảng; chạy `exam-server database prepare`",
            "the tables are not there; run `exam-server database prepare`",
        ),
        "53300" => both(
            "PostgreSQL hết chỗ kết nối; tăng max_connections",
            "PostgreSQL has no connections left; raise max_connections",
        ),
        "57P03" => both(
            "PostgreSQL đang khởi động hoặc đang dừng; thử lại sau ít giây",
            "PostgreSQL is starting or stopping; try again in a few seconds",
        ),
        _ => numbered(code, message),
    }
}

/// By SQLite's result codes (sqlite.org/rescode.html).
fn numbered(code: &str, message: &str) -> Sentences {
    match code {
        "5" | "6" | "261" | "517" => both(
            "tệp cơ sở dữ liệu đang bị chương trình khác khóa; thử lại",
            "another program holds the database file; try again",
        ),
        "8" | "1032" => both(
            "tệp cơ sở dữ liệu chỉ đọc được; kiểm tra quyền ghi",
            "the database file is read-only; check its rights",
        ),
        "13" => both(
            "ổ đĩa đầy; giải phóng chỗ trống",
            "the disk is full; make room on it",
        ),
        "14" => both(
            "không mở được tệp cơ sở dữ liệu; kiểm tra đường dẫn và quyền",
            "the database file can't be opened; check its path and rights",
        ),
        "11" | "26" => both(
            "tệp cơ sở dữ liệu bị hỏng hoặc không phải cơ sở dữ liệu; khôi phục từ bản sao lưu",
            "the database file is damaged or none; restore it from the backup",
        ),
        _ => both(
            format!("cơ sở dữ liệu báo lỗi: {message}"),
            format!("the database reports: {message}"),
        ),
    }
}

/// A text in both languages, "vi / en", in its halves; another text stands for both.
pub fn halves(text: &str) -> Sentences {
    let parts: Vec<&str> = text.split(" / ").collect();
    if parts.len() % 2 == 1 {
        return both(text, text);
    }
    let (vi, en) = parts.split_at(parts.len() / 2);
    both(vi.join(" / "), en.join(" / "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_common_fault_says_what_to_do() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let (vi, en) = said(&Error::Io(refused));
        assert!(vi.contains("tường lửa") && en.contains("firewall"), "{vi} {en}");
        for (code, vi, en) in [
            ("28P01", "mật khẩu", "password"),
            ("3D000", "create database", "create database"),
            ("42501", "database prepare", "database prepare"),
        ] {
            let told = coded(code, "raw");
            assert!(told.0.contains(vi) && told.1.contains(en), "{told:?}");
        }
    }

    #[test]
    fn a_text_in_both_languages_is_halved() {
        assert_eq!(halves("tệp / file"), ("tệp".into(), "file".into()));
        assert_eq!(halves("/tmp/a"), ("/tmp/a".into(), "/tmp/a".into()));
        assert_eq!(halves("a / b / c / d"), ("a / b".into(), "c / d".into()));
    }
}
