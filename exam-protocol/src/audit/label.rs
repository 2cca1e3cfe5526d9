//! The one list of acts, with what they are called on pages. Whatever writes a record names its act here first.

/// An act in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActLabel {
    /// The stable name in the record, `room.start`. What stands before the dot is its group.
    pub name: &'static str,
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
}

const fn act(name: &'static str, vi: &'static str, en: &'static str) -> ActLabel {
    ActLabel { name, vi, en }
}

/// All acts, in groups.
pub const ACTS: &[ActLabel] = &[
    act("staff.login", "Đăng nhập", "Logged in"),
    act("staff.logout", "Đăng xuất", "Logged out"),
    act("staff.put", "Tạo hoặc đổi tài khoản", "Account made or changed"),
    act("exam.create", "Tạo kì thi", "Exam made"),
    act("sitting.create", "Tạo ca thi", "Sitting made"),
    act("roster.import", "Nhập danh sách thí sinh", "Roster imported"),
    act(
        "rehearsal.seat",
        "Xếp thí sinh diễn tập",
        "Invented candidates seated for a rehearsal",
    ),
    act("photo.import", "Nhập ảnh thí sinh", "Roster photos imported"),
    act("paper.import", "Nhập đề thi", "Paper imported"),
    act("trust.add", "Thêm chứng chỉ tin cậy", "Trust anchor added"),
    act("checkin.start", "Bắt đầu đọc thẻ", "Card reading begun"),
    act("checkin.judged", "Đánh giá thẻ", "Card judged"),
    act("checkin.refused", "Từ chối dữ liệu đọc thẻ", "Reading refused"),
    act("attempt.admit", "Cho vào thi bằng thẻ", "Admitted by card"),
    act(
        "attempt.admit-without-card",
        "Cho vào thi không có thẻ",
        "Admitted without a card",
    ),
    act(
        "attempt.face-not-confirmed",
        "Không xác nhận khuôn mặt",
        "Face not confirmed",
    ),
    act(
        "attempt.take-over",
        "Chuyển thí sinh sang máy khác",
        "Moved to another PC",
    ),
    act("seat.claim", "Nhận chỗ thi", "Seat claimed"),
    act("seat.hand-in", "Nộp bài", "Handed in"),
    act("room.open", "Mở phòng thi", "Room opened"),
    act("room.start", "Bắt đầu làm bài", "Room started"),
    act("room.pause", "Tạm dừng phòng thi", "Room paused"),
    act("room.resume", "Cho phòng thi làm bài tiếp", "Room resumed"),
    act("room.add-time", "Thêm giờ", "Time given"),
    act("room.end", "Kết thúc giờ làm bài", "Room ended"),
    act("room.close", "Đóng phòng thi", "Room closed"),
    act("submission.export", "Xuất bài làm", "Hand-in exported"),
    act("result.export", "Xuất bảng điểm", "Marks exported"),
    act("audit.export", "Xuất nhật kí", "Audit exported"),
    act(
        "personal-data.erase",
        "Xoá dữ liệu cá nhân hết hạn",
        "Personal data erased",
    ),
    act(
        "personal-data.export",
        "Xuất dữ liệu của một người",
        "Data of one person exported",
    ),
    act(
        "personal-data.unmask",
        "Mở ảnh và dữ liệu chíp đã niêm phong",
        "Sealed portrait and chip data opened",
    ),
];

/// What an act is called; none for a name that this version does not know.
pub fn of(name: &str) -> Option<&'static ActLabel> {
    ACTS.iter().find(|label| label.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_have_a_group_and_are_said_in_both_languages() {
        for (at, label) in ACTS.iter().enumerate() {
            let (group, rest) = label.name.split_once('.').expect("a group before the dot");
            let plain =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(plain(group) && plain(rest), "{}", label.name);
            assert!(!label.vi.is_empty() && !label.en.is_empty(), "{}", label.name);
            assert!(
                ACTS[..at].iter().all(|other| other.name != label.name),
                "{}",
                label.name
            );
        }
        assert_eq!(of("room.start").map(|label| label.en), Some("Room started"));
        assert_eq!(of("room.dance"), None);
    }
}
