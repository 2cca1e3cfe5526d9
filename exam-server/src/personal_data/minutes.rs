//! Minutes of an erasure (*biên bản xóa dữ liệu cá nhân*): what, how many, by which rule, who. Plain rules; no names.

use super::inventory::Rule;
use exam_protocol::personal_data::ErasureLine;
use exam_protocol::time::{Millis, Timestamp};
use std::fmt::Write;
use time::OffsetDateTime;

/// What a rule erases, in Vietnamese.
pub fn what(rule: Rule) -> &'static str {
    match rule {
        Rule::Images => "ảnh thí sinh và dữ liệu chip của thẻ căn cước",
        Rule::Candidates => "họ tên, số định danh, ngày sinh và nơi học của thí sinh",
        Rule::Reasons => "nội dung lý do do cán bộ nhập",
        Rule::Desk => "ảnh và thông tin thẻ giữ tạm tại bàn điểm danh",
        Rule::Record | Rule::Account | Rule::Short => "dữ liệu khác",
    }
}

/// A line of the minutes.
pub fn line(rule: Rule, rows: u64) -> ErasureLine {
    ErasureLine {
        rule: rule.name().to_owned(),
        what: what(rule).to_owned(),
        rows,
    }
}

/// Date and time in Vietnam (UTC+7 all year), as administrative papers write it.
pub fn day(at: Timestamp) -> String {
    let seconds = (at + Millis::minutes(7 * 60)).0.div_euclid(1000);
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(
        |_| String::new(),
        |at| {
            format!(
                "{:02} giờ {:02} ngày {:02} tháng {:02} năm {}",
                at.hour(),
                at.minute(),
                at.day(),
                u8::from(at.month()),
                at.year()
            )
        },
    )
}

/// The text for printing, with the heading of Decree 30/2020, annex I.
pub fn text(number: i64, at: Timestamp, actor: &str, lines: &[ErasureLine]) -> String {
    let who = match actor {
        "server" => "máy chủ, theo lịch hằng ngày",
        "command" => "người quản trị tại máy chủ",
        other => other,
    };
    let mut text = format!(
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n\
         BIÊN BẢN XÓA DỮ LIỆU CÁ NHÂN\nSố: {number}\n\n\
         Thời điểm: {}\nNgười thực hiện: {who}\n\nĐã xóa:\n",
        day(at)
    );
    for (at, line) in lines.iter().enumerate() {
        writeln!(
            text,
            "{}. {}: {} bản ghi (quy tắc “{}”)",
            at + 1,
            line.what,
            line.rows,
            line.rule
        )
        .expect("a string takes everything");
    }
    text.push_str(
        "\nDữ liệu đã xóa không khôi phục được. Việc xóa được ghi trong nhật ký của máy chủ.\n\n\
         Người lập biên bản                    Người chứng kiến\n\n\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_how_many_by_which_rule_and_who() {
        let lines = [line(Rule::Images, 3), line(Rule::Reasons, 1)];
        let text = text(7, Timestamp(1_700_000_000_000), "server", &lines);
        for part in [
            "Số: 7",
            "05 giờ 13 ngày 15 tháng 11 năm 2023",
            "máy chủ, theo lịch hằng ngày",
            "1. ảnh thí sinh và dữ liệu chip của thẻ căn cước: 3 bản ghi (quy tắc “images”)",
            "2. nội dung lý do do cán bộ nhập: 1 bản ghi (quy tắc “reasons”)",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
