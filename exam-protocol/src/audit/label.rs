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
    act("staff.login-failed", "Đăng nhập sai", "Login failed"),
    act("staff.login-refused", "Từ chối đăng nhập", "Login refused"),
    act(
        "staff.lock-out",
        "Khóa đăng nhập vì sai nhiều lần",
        "Locked out after failures",
    ),
    act(
        "staff.second-factor",
        "Xác nhận bằng yếu tố thứ hai",
        "Second factor shown",
    ),
    act(
        "staff.second-factor-failed",
        "Sai yếu tố thứ hai",
        "Second factor failed",
    ),
    act(
        "staff.confirm-failed",
        "Cán bộ thứ hai xác nhận sai",
        "Second official's confirmation failed",
    ),
    act("staff.unlock", "Mở khóa phiên làm việc", "Session unlocked"),
    act("staff.unlock-failed", "Mở khóa phiên sai", "Unlocking failed"),
    act("staff.logout", "Đăng xuất", "Logged out"),
    act(
        "staff.session-end",
        "Kết thúc một phiên làm việc",
        "Session ended",
    ),
    act(
        "staff.break-glass",
        "Dùng tài khoản khẩn cấp",
        "Emergency account used",
    ),
    act(
        "staff.break-glass-armed",
        "Đặt lại tài khoản khẩn cấp",
        "Emergency account armed",
    ),
    act("staff.put", "Tạo hoặc đổi tài khoản", "Account made or changed"),
    act("staff.add", "Thêm cán bộ", "Member added"),
    act("staff.change", "Sửa thông tin cán bộ", "Member changed"),
    act(
        "staff.state",
        "Mở hoặc đóng tài khoản",
        "Account opened or closed",
    ),
    act("staff.enable", "Mở tài khoản", "Account opened"),
    act("staff.disable", "Đóng tài khoản", "Account closed"),
    act("staff.password", "Đổi mật khẩu", "Password changed"),
    act(
        "staff.password-failed",
        "Đổi mật khẩu không được",
        "Changing the password failed",
    ),
    act("staff.factor-add", "Thêm yếu tố thứ hai", "Second factor added"),
    act(
        "staff.factor-remove",
        "Bỏ một yếu tố thứ hai",
        "Second factor removed",
    ),
    act(
        "staff.changes-seen",
        "Đã xem thay đổi của tài khoản mình",
        "Changes of the own account acknowledged",
    ),
    act(
        "staff.confirm",
        "Xác nhận chủ tài khoản tại máy chủ",
        "Holder of an account confirmed at the terminal",
    ),
    act(
        "staff.factors",
        "Bỏ mọi yếu tố thứ hai của cán bộ",
        "Second factors of a member removed",
    ),
    act(
        "staff.factors-reset",
        "Đặt lại yếu tố thứ hai tại máy chủ",
        "Second factors reset at the terminal",
    ),
    act(
        "staff.recovery-codes",
        "Cấp mã khôi phục mới",
        "New recovery codes",
    ),
    act("staff.grant", "Giao vai trò", "Role given"),
    act("staff.revoke", "Thu vai trò", "Role taken away"),
    act("staff.review", "Rà soát vai trò", "Role reviewed"),
    act(
        "staff.sign-on-link",
        "Gắn tài khoản đăng nhập một lần",
        "Single sign-on linked",
    ),
    act(
        "staff.sign-on-unlink",
        "Gỡ tài khoản đăng nhập một lần",
        "Single sign-on unlinked",
    ),
    act(
        "staff.sign-on-roles",
        "Vai trò theo đăng nhập một lần",
        "Roles by single sign-on",
    ),
    act(
        "staff.sign-on-logout",
        "Nơi đăng nhập một lần kết thúc phiên",
        "Logged out by the provider",
    ),
    act("organisation.add", "Thêm đơn vị", "Organisation added"),
    act("machine.code", "Cấp mã đăng ký máy", "Enrolment code given"),
    act("machine.enrol", "Máy tự đăng ký", "PC enrolled"),
    act("machine.add", "Ghi nhận máy có chứng thư", "PC registered"),
    act("machine.rename", "Đổi tên máy", "PC renamed"),
    act("machine.revoke", "Thu hồi chứng thư của máy", "PC revoked"),
    act(
        "machine.alarm",
        "Một chứng thư máy ở hai địa chỉ",
        "One certificate at two addresses",
    ),
    act(
        "machine.alarm-settled",
        "Đã xem xét cảnh báo máy",
        "Alarm looked into",
    ),
    act(
        "proposal.propose",
        "Tạo đề nghị cần hai người",
        "Act of two people proposed",
    ),
    act("proposal.decide", "Quyết định đề nghị", "Proposal decided"),
    act("proposal.withdraw", "Rút đề nghị", "Proposal withdrawn"),
    act("exam.create", "Tạo kỳ thi", "Exam made"),
    act("sitting.create", "Tạo ca thi", "Sitting made"),
    act("roster.import", "Nhập danh sách thí sinh", "Roster imported"),
    act(
        "rehearsal.seat",
        "Xếp thí sinh diễn tập",
        "Invented candidates seated for a rehearsal",
    ),
    act("photo.import", "Nhập ảnh thí sinh", "Roster photos imported"),
    act("paper.import", "Nhập đề thi", "Paper imported"),
    act("trust.add", "Thêm chứng thư tin cậy", "Trust anchor added"),
    act("trust.remove", "Gỡ chứng thư tin cậy", "Trust anchor removed"),
    act(
        "document-signer.approve",
        "Xác nhận đơn vị ký thẻ",
        "Document signer approved",
    ),
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
    act(
        "attempt.accommodate",
        "Thêm thời gian theo chế độ hỗ trợ",
        "Time by right given",
    ),
    act(
        "attempt.count-late",
        "Tính câu trả lời đến sau giờ",
        "Late answers counted",
    ),
    act("attempt.leave", "Thí sinh ra ngoài", "Candidate left the room"),
    act("attempt.back", "Thí sinh đã trở lại", "Candidate came back"),
    act("attempt.void", "Huỷ bài thi", "Attempt voided"),
    act("attempt.reopen", "Mở lại bài thi", "Attempt opened again"),
    act(
        "attempt.unmask",
        "Cho phép mở ảnh, dữ liệu chip",
        "Opening of sealed data granted",
    ),
    act("seat.claim", "Nhận chỗ thi", "Seat claimed"),
    act("seat.hand-in", "Nộp bài", "Handed in"),
    act("room.open", "Mở phòng thi", "Room opened"),
    act("room.start", "Bắt đầu làm bài", "Room started"),
    act(
        "room.freeze",
        "Dừng phòng vì đồng hồ máy chủ nhảy",
        "Stopped because the clock jumped",
    ),
    act(
        "sitting.add-time",
        "Thêm giờ cho cả ca thi",
        "Time given to the sitting",
    ),
    act("room.pause", "Tạm dừng phòng thi", "Room paused"),
    act("room.resume", "Cho phòng thi làm bài tiếp", "Room resumed"),
    act("room.add-time", "Thêm giờ", "Time given"),
    act("room.end", "Kết thúc giờ làm bài", "Room ended"),
    act("room.close", "Đóng phòng thi", "Room closed"),
    act("key.correct", "Sửa đáp án", "Answer key corrected"),
    act("submission.export", "Xuất bài làm", "Hand-in exported"),
    act("result.export", "Xuất bảng điểm", "Marks exported"),
    act("journal.export", "Xuất nhật ký làm bài", "Journals exported"),
    act(
        "audit.feed",
        "Bắt đầu đọc nhật ký liên tục",
        "Reading of the audit's feed begun",
    ),
    act("audit.export", "Xuất nhật ký", "Audit exported"),
    act(
        "personal-data.erase",
        "Xóa dữ liệu cá nhân hết hạn",
        "Personal data erased",
    ),
    act(
        "personal-data.export",
        "Xuất dữ liệu của một người",
        "Data of one person exported",
    ),
    act(
        "personal-data.unmask",
        "Mở ảnh và dữ liệu chip đã niêm phong",
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
