//! The database's content: whole, plausible in time, with people, issuers, and complete sittings.

use super::finding::{Finding, Words};
use super::server;
use super::store::{self, Counts, Sitting};
use crate::config::Config;
use crate::db::Db;
use crate::db::said::said;
use crate::machine;
use exam_protocol::time::Timestamp;

/// No exam is held before this program was written: a PC with a dead clock battery wakes up years earlier.
const EARLIEST: Timestamp = Timestamp(1_767_225_600_000);

/// Looks at the database.
pub async fn examine(db: &Db, config: &Config, now: Timestamp) -> Vec<Finding> {
    match ask(db, config, now).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::bad(
            "database",
            Words::new(format!("{}.", said(&error).0), format!("{}.", said(&error).1)),
        )],
    }
}

async fn ask(db: &Db, config: &Config, now: Timestamp) -> Result<Vec<Finding>, sqlx::Error> {
    let reader = db.reader();
    let file = store::integrity(db).await?;
    let mut findings: Vec<Finding> = file.as_deref().map(integrity).into_iter().collect();
    if let Some(facts) = db.server_facts().await? {
        findings.extend(server::examine(&facts));
    }
    let counts = store::counts(reader).await?;
    findings.extend([clock(now, counts), staff(counts), anchors(counts)]);
    findings.push(emergency(store::emergency_accounts(reader, now).await?));
    if config.four_eyes.two_organisations {
        findings.push(deciders(store::deciding_organisations(reader).await?));
    }
    let sittings = store::sittings(reader).await?;
    if sittings.is_empty() {
        findings.push(Finding::warning(
            "sittings",
            Words::new(
                "Chưa có ca thi nào. Tạo bằng `exam-server exam create`.",
                "No sitting yet. Make one with `exam-server exam create`.",
            ),
        ));
    }
    findings.extend(sittings.iter().map(sitting));
    findings.extend(without_desk(
        &machine::store::sites_without_desk(reader, now).await?,
    ));
    Ok(findings)
}

fn without_desk(sites: &[String]) -> Option<Finding> {
    let names = sites.join(", ");
    let words = Words::new(
        format!(
            "Điểm thi chưa có máy bàn đón nào được đăng ký: {names}. Xin mã bằng `exam-server machine code`."
        ),
        format!(
            "No check-in desk is registered at: {names}. Give out a code with `exam-server machine code`."
        ),
    );
    (!sites.is_empty()).then(|| Finding::warning("machines", words))
}

fn integrity(answer: &str) -> Finding {
    if answer == "ok" {
        return Finding::ok(
            "database",
            Words::new("Cơ sở dữ liệu nguyên vẹn.", "The database is whole."),
        );
    }
    let words = Words::new(
        "Tệp cơ sở dữ liệu bị hỏng. Đừng tổ chức thi; khôi phục từ bản sao lưu.",
        "The database file is damaged. Hold no exam; restore it from the backup.",
    );
    Finding::bad("database", words)
}

fn clock(now: Timestamp, counts: Counts) -> Finding {
    if now < EARLIEST || now.0 < counts.newest_record {
        let words = Words::new(
            "Đồng hồ máy chạy lùi so với sổ nhật ký hoặc sai năm (có thể hết pin CMOS). Chỉnh lại giờ trước khi thi.",
            "This PC's clock is behind the audit or in a wrong year (perhaps a dead CMOS battery). Set it before the exam.",
        );
        return Finding::bad("clock", words);
    }
    Finding::ok(
        "clock",
        Words::new("Đồng hồ máy hợp lý.", "This PC's clock is plausible."),
    )
}

fn staff(counts: Counts) -> Finding {
    let words = if counts.staff < 2 {
        Words::new(
            format!(
                "Có {} tài khoản cán bộ; cho vào không có thẻ cần hai người. Thêm bằng `exam-server staff add`.",
                counts.staff
            ),
            format!(
                "{} members of staff; admission without a card takes two. Add some with `exam-server staff add`.",
                counts.staff
            ),
        )
    } else {
        Words::new(
            format!("{} tài khoản cán bộ.", counts.staff),
            format!("{} members of staff.", counts.staff),
        )
    };
    match counts.staff {
        0 => Finding::bad("staff", words),
        1 => Finding::warning("staff", words),
        _ => Finding::ok("staff", words),
    }
}

/// Somebody has to get in when nobody else can log in.
fn emergency((made, armed): (i64, i64)) -> Finding {
    if armed > 0 {
        let words = Words::new(
            format!("{armed} tài khoản khẩn cấp dùng được."),
            format!("{armed} emergency accounts can be used."),
        );
        return Finding::ok("emergency", words);
    }
    let words = if made == 0 {
        Words::new(
            "Nên có một tài khoản khẩn cấp trong phong bì niêm phong: `exam-server staff add … --break-glass`.",
            "An emergency account in a sealed envelope is advisable: `exam-server staff add … --break-glass`.",
        )
    } else {
        Words::new(
            "Không tài khoản khẩn cấp nào còn dùng được (đã dùng, khóa hoặc hết hạn). Cấp lại bằng `exam-server staff rearm`.",
            "No emergency account can be used (used, closed or ended). Make one good again with `exam-server staff rearm`.",
        )
    };
    Finding::warning("emergency", words)
}

/// An act that takes two people of two organisations can be done by nobody where all who decide are of one.
fn deciders(organisations: i64) -> Finding {
    let words = Words::new(
        format!("{organisations} đơn vị có người được quyết định việc cần hai người."),
        format!("{organisations} organisations have people who may decide acts that need two."),
    );
    if organisations >= 2 {
        return Finding::ok("deciders", words);
    }
    let words = Words::new(
        "Chưa có người của đơn vị thứ hai để cùng quyết định (mở lại bài, sửa đáp án, cộng nhiều giờ). Thêm bằng `exam-server staff add … \
         --organisation \"Sở GDĐT\" --grant secretary@installation`, hoặc đặt two_organisations = false trong [four_eyes].",
        "Nobody of a second organisation can share decisions (re-opening, keys, much time). Add one with `exam-server staff add … \
         --organisation \"Sở GDĐT\" --grant secretary@installation`, or set two_organisations = false under [four_eyes].",
    );
    Finding::warning("deciders", words)
}

fn anchors(counts: Counts) -> Finding {
    if counts.anchors == 0 {
        let words = Words::new(
            "Chưa cài chứng thư gốc của cơ quan cấp thẻ: thẻ thật sẽ hiện \"chưa xác nhận nơi cấp\". Cài bằng `exam-server trust add`.",
            "No issuer of cards is trusted yet: genuine cards will show \"issuer not confirmed\". Install one with `exam-server trust add`.",
        );
        return Finding::warning("issuers", words);
    }
    let words = Words::new(
        format!("Tin cậy {} nơi cấp thẻ.", counts.anchors),
        format!("{} issuers of cards are trusted.", counts.anchors),
    );
    Finding::ok("issuers", words)
}

fn sitting(sitting: &Sitting) -> Finding {
    let Sitting {
        candidates,
        without_form,
        rooms,
        without_staff,
        ..
    } = sitting;
    let (vi, en) = (
        format!("Ca thi {}", name(sitting)),
        format!("Sitting {}", name(sitting)),
    );
    if *candidates == 0 {
        let words = Words::new(
            format!(
                "{vi}: chưa nhập danh sách thí sinh (`exam-server roster import`). Nếu tạo nhầm thì bỏ qua."
            ),
            format!("{en}: no roster yet (`exam-server roster import`). Made by mistake? Then ignore it."),
        );
        return Finding::warning("sittings", words);
    }
    if *without_form > 0 || *without_staff > 0 {
        let words = Words::new(
            format!(
                "{vi}: trong {candidates} thí sinh có {without_form} chưa có đề, {without_staff} phòng chưa có cán bộ. \
                 Nhập đề và phân công trước khi mở phòng."
            ),
            format!(
                "{en}: {without_form} of {candidates} candidates have no form, {without_staff} rooms have no staff. \
                 Import the paper and assign staff before opening."
            ),
        );
        return Finding::bad("sittings", words);
    }
    let words = Words::new(
        format!("{vi}: {candidates} thí sinh trong {rooms} phòng, đủ đề."),
        format!("{en}: {candidates} candidates in {rooms} rooms, all with a form."),
    );
    Finding::ok("sittings", words)
}

fn name(sitting: &Sitting) -> String {
    format!("{} – {} ({})", sitting.exam, sitting.subject, sitting.id)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    const FINE: Counts = Counts {
        staff: 2,
        anchors: 1,
        newest_record: 0,
    };

    #[test]
    fn a_clock_behind_the_audit_is_bad() {
        assert_eq!(clock(EARLIEST, FINE).level, Level::Ok);
        assert_eq!(clock(Timestamp(0), FINE).level, Level::Bad);
        assert_eq!(
            clock(
                EARLIEST,
                Counts {
                    newest_record: EARLIEST.0 + 1,
                    ..FINE
                }
            )
            .level,
            Level::Bad
        );
    }

    #[test]
    fn a_sitting_is_ready_only_when_complete() {
        let whole = Sitting {
            id: "a".into(),
            exam: "Cuối kỳ".into(),
            subject: "Toán".into(),
            candidates: 24,
            without_form: 0,
            rooms: 1,
            without_staff: 0,
        };
        assert_eq!(sitting(&whole).level, Level::Ok);
        let empty = Sitting {
            candidates: 0,
            ..whole.clone()
        };
        assert_eq!(sitting(&empty).level, Level::Warning);
        for broken in [
            Sitting {
                without_form: 1,
                ..whole.clone()
            },
            Sitting {
                without_staff: 1,
                ..whole.clone()
            },
        ] {
            assert_eq!(sitting(&broken).level, Level::Bad);
        }
    }

    #[test]
    fn no_anchor_is_the_normal_state_and_only_a_warning() {
        assert_eq!(anchors(Counts { anchors: 0, ..FINE }).level, Level::Warning);
        assert_eq!(deciders(1).level, Level::Warning);
        assert_eq!(deciders(2).level, Level::Ok);
        assert_eq!(staff(Counts { staff: 0, ..FINE }).level, Level::Bad);
        assert_eq!(emergency((1, 1)).level, Level::Ok);
        assert_eq!(emergency((0, 0)).level, Level::Warning);
        assert!(emergency((1, 0)).en.contains("staff rearm"));
    }
}
