//! What the doctor says of a PostgreSQL server: whether its commits last, and whether it sorts and speaks as it should.

use super::finding::{Finding, Words};
use crate::db::ServerFacts;

/// Looks at the server's own settings.
pub fn examine(facts: &ServerFacts) -> Vec<Finding> {
    let mut findings = vec![durability(facts), standby(facts)];
    findings.extend(order(facts));
    findings
}

fn durability(facts: &ServerFacts) -> Finding {
    if facts.durable {
        let words = Words::new(
            format!("PostgreSQL {} ghi chắc xuống đĩa.", facts.version),
            format!("PostgreSQL {} makes commits durable.", facts.version),
        );
        return Finding::ok("database", words);
    }
    let words = Words::new(
        "PostgreSQL tắt fsync hoặc full_page_writes: mất điện là mất bài. Bật cả hai rồi mới tổ chức thi.",
        "PostgreSQL runs without fsync or full_page_writes: a power cut loses answers. Switch both on before any exam.",
    );
    Finding::bad("database", words)
}

fn standby(facts: &ServerFacts) -> Finding {
    if facts.standby {
        let words = Words::new(
            "Mỗi lần ghi được một máy dự phòng xác nhận.",
            "A standby confirms every commit.",
        );
        return Finding::ok("standby", words);
    }
    let words = Words::new(
        "Không có máy dự phòng đồng bộ (synchronous_standby_names trống): hỏng đĩa máy này là mất bài thi.",
        "No synchronous standby (synchronous_standby_names is empty): answers are lost with this machine's disk.",
    );
    Finding::warning("standby", words)
}

fn order(facts: &ServerFacts) -> Option<Finding> {
    let words = Words::new(
        format!(
            "Cơ sở dữ liệu sắp xếp theo “{}”, không phải “C”: thứ tự danh sách có thể khác giữa các máy.",
            facts.collation
        ),
        format!(
            "The database sorts by \u{201c}{}\u{201d} instead of \u{201c}C\u{201d}: lists may be ordered differently.",
            facts.collation
        ),
    );
    (!matches!(facts.collation.as_str(), "C" | "C.UTF-8" | "POSIX")).then(|| Finding::warning("order", words))
}
