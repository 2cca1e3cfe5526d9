//! The mark list (*bảng điểm*) as rows of values, before it becomes CSV or XLSX. Plain rules.

use exam_protocol::time::{Millis, Timestamp};
use question_bank::mark::Reason;
use time::OffsetDateTime;
use time::macros::format_description;

/// Headings of the mark list, in order.
pub const HEADINGS: [&str; 13] = [
    "STT",
    "Số báo danh",
    "Số định danh",
    "Họ và tên",
    "Ngày sinh",
    "Lớp",
    "Chỗ ngồi",
    "Mã đề",
    "Nộp bài lúc",
    "Tình trạng",
    "Điểm",
    "Điểm tối đa",
    "Ghi chú",
];

/// Headings of the list by question.
pub const QUESTION_HEADINGS: [&str; 8] = [
    "Số báo danh",
    "Họ và tên",
    "Mã đề",
    "Câu trong đề",
    "Câu gốc",
    "Điểm",
    "Điểm tối đa",
    "Lý do",
];

/// The marks of one candidate, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Sum.
    pub total: u32,
    /// Most to be had.
    pub maximum: u32,
    /// Whether nothing waits for people.
    pub complete: bool,
    /// Whether the seat's signature covers the answers.
    pub signed: bool,
}

/// One candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Candidate number (*số báo danh*).
    pub candidate_number: String,
    /// Twelve digits.
    pub citizen_number: String,
    /// Full name.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Class.
    pub class: String,
    /// Seat label.
    pub seat: String,
    /// Form code.
    pub form_code: String,
    /// When the hand-in was on disk.
    pub handed_in_at: Option<Timestamp>,
    /// Whether it came after deadline and grace.
    pub late: bool,
    /// Whether the candidate was let in.
    pub present: bool,
    /// Whether that was ever without a card.
    pub without_card: bool,
    /// Marks; none for the absent and the voided.
    pub mark: Option<Mark>,
    /// Why the attempt is out of marking.
    pub voided: Option<String>,
}

impl Row {
    /// What became of the attempt.
    pub fn standing(&self) -> &'static str {
        match (self.present, self.handed_in_at, self.late) {
            _ if self.voided.is_some() => "Bị hủy bài",
            (false, _, _) => "Vắng",
            (true, None, _) => "Hết giờ, không nộp",
            (true, Some(_), true) => "Nộp muộn",
            (true, Some(_), false) => "Đã nộp",
        }
    }

    /// What a reader of the list has to know.
    pub fn note(&self) -> String {
        let mark = self.mark.as_ref();
        let in_time = self.handed_in_at.is_some() && !self.late;
        let notes = [
            (mark.is_some_and(|m| !m.complete), "còn câu tự luận chờ chấm"),
            (
                mark.is_some_and(|m| !m.signed) && in_time,
                "chữ ký bài nộp không khớp, chấm theo nhật ký bài làm",
            ),
            (
                mark.is_some_and(|m| !m.signed) && !in_time,
                "chấm theo nhật ký bài làm",
            ),
            (self.without_card, "vào phòng không dùng thẻ"),
        ];
        let voided = self.voided.as_ref().map(|reason| format!("hủy bài: {reason}"));
        let notes = notes
            .into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, text)| text.to_owned());
        voided.into_iter().chain(notes).collect::<Vec<_>>().join("; ")
    }
}

/// The mark of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedQuestion {
    /// Number in the candidate's form, from 1.
    pub question: u16,
    /// Position of the item in the paper's source, from 0.
    pub item: u16,
    /// Hundredths; none while it waits for people.
    pub awarded: Option<u32>,
    /// Most hundredths.
    pub maximum: u32,
    /// Why.
    pub reason: Reason,
}

/// A line of the list by question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Candidate number.
    pub candidate_number: String,
    /// Full name.
    pub name: String,
    /// Form code.
    pub form_code: String,
    /// The mark.
    pub marked: MarkedQuestion,
}

/// Hundredths as Vietnamese readers write them: `8,25`, `10`, `7,5`.
pub fn decimal_comma(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => whole.to_string(),
        (tenths, 0) => format!("{whole},{tenths}"),
        (tenths, units) => format!("{whole},{tenths}{units}"),
    }
}

/// `YYYY-MM-DD` as `DD/MM/YYYY`; anything else stays as it is.
pub fn day(iso: &str) -> String {
    match iso.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}

/// Local time in Vietnam (UTC+7 all year), `22/11/2026 08:55:03`.
pub fn moment(at: Timestamp) -> String {
    let local = (at + Millis::minutes(7 * 60)).0.div_euclid(1000);
    OffsetDateTime::from_unix_timestamp(local)
        .ok()
        .and_then(|t| {
            t.format(format_description!(
                "[day]/[month]/[year] [hour]:[minute]:[second]"
            ))
            .ok()
        })
        .unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Somebody who handed in and has 8.25 of 10.
    pub fn row() -> Row {
        Row {
            candidate_number: "01000001".into(),
            citizen_number: "001308000001".into(),
            name: "Đặng Thị Ánh".into(),
            birth_date: "2008-02-29".into(),
            class: "12A1".into(),
            seat: "7".into(),
            form_code: "0101".into(),
            handed_in_at: Some(Timestamp(1_795_351_938_000)),
            late: false,
            present: true,
            without_card: false,
            mark: Some(Mark {
                total: 825,
                maximum: 1000,
                complete: true,
                signed: true,
            }),
            voided: None,
        }
    }

    #[test]
    fn standing_and_notes() {
        let check =
            |row: Row, standing, note| assert_eq!((row.standing(), row.note().as_str()), (standing, note));
        let unsigned = Some(Mark {
            total: 0,
            maximum: 1000,
            complete: true,
            signed: false,
        });
        check(row(), "Đã nộp", "");
        check(
            Row {
                present: false,
                handed_in_at: None,
                mark: None,
                ..row()
            },
            "Vắng",
            "",
        );
        check(
            Row {
                handed_in_at: None,
                mark: unsigned,
                without_card: true,
                ..row()
            },
            "Hết giờ, không nộp",
            "chấm theo nhật ký bài làm; vào phòng không dùng thẻ",
        );
        check(
            Row {
                late: true,
                mark: unsigned,
                ..row()
            },
            "Nộp muộn",
            "chấm theo nhật ký bài làm",
        );
        check(
            Row {
                mark: unsigned,
                ..row()
            },
            "Đã nộp",
            "chữ ký bài nộp không khớp, chấm theo nhật ký bài làm",
        );
    }

    #[test]
    fn essays_and_voided_attempts_are_noted() {
        let note = |row: Row| (row.standing(), row.note());
        let open = Some(Mark {
            total: 500,
            maximum: 1000,
            complete: false,
            signed: true,
        });
        assert_eq!(
            note(Row { mark: open, ..row() }),
            ("Đã nộp", "còn câu tự luận chờ chấm".to_owned())
        );
        let voided = Row {
            voided: Some("thi hộ".to_owned()),
            mark: None,
            ..row()
        };
        assert_eq!(note(voided), ("Bị hủy bài", "hủy bài: thi hộ".to_owned()));
    }

    #[test]
    fn numbers_and_dates_as_they_are_read_here() {
        for (hundredths, text) in [
            (825, "8,25"),
            (1000, "10"),
            (750, "7,5"),
            (5, "0,05"),
            (0, "0"),
            (10, "0,1"),
        ] {
            assert_eq!(decimal_comma(hundredths), text);
        }
        assert_eq!(day("2008-02-29"), "29/02/2008");
        assert_eq!(day("không rõ"), "không rõ");
        assert_eq!(moment(Timestamp(1_795_351_938_000)), "22/11/2026 19:52:18");
    }

    proptest! {
        #[test]
        fn a_mark_reads_back(hundredths in 0u32..100_000) {
            let text = decimal_comma(hundredths);
            let (whole, rest) = text.split_once(',').unwrap_or((&text, ""));
            let back: u32 = format!("{whole}{rest:0<2}").parse().unwrap();
            prop_assert_eq!(back, hundredths);
        }
    }
}
