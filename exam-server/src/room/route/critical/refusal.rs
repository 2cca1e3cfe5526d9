//! Why proposals and decisions are refused, in words, and what to do instead. Must not decide anything.

use crate::error::ApiError;
use crate::room::critical::Overtaken;
use crate::room::route::explain;
use crate::staff::control::NotTwo;
use crate::staff::proposal::rules::Refusal;
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use time::OffsetDateTime;
use time::macros::{format_description, offset};

/// In Vietnam's time: `08:30 25/11/2026`.
fn date_and_time(at: Timestamp) -> String {
    let shape = format_description!("[hour]:[minute] [day]/[month]/[year]");
    OffsetDateTime::from_unix_timestamp(at.0 / 1000)
        .ok()
        .and_then(|time| time.to_offset(offset!(+7)).format(shape).ok())
        .unwrap_or_default()
}

/// A reason is missing or has the wrong length.
pub(super) fn reason_needed() -> ApiError {
    ApiError::new(
        ProblemCode::MalformedRequest,
        "Cần ghi lý do (5 đến 500 ký tự).",
        "A reason is needed (5 to 500 characters).",
    )
    .at("reason")
}

/// Somebody was faster.
pub(super) fn over() -> ApiError {
    ApiError::new(
        ProblemCode::WrongState,
        "Đề nghị này đã được quyết định hoặc đã rút.",
        "This proposal was decided or taken back.",
    )
}

/// Why a decision does not count.
pub(super) fn refused(refusal: Refusal) -> ApiError {
    let (code, detail, detail_en) = match refusal {
        Refusal::Own => (
            ProblemCode::NotAllowed,
            "Không ai được tự duyệt đề nghị của mình.",
            "Nobody decides on an own proposal.",
        ),
        Refusal::SameOrganisation => (
            ProblemCode::NotAllowed,
            "Người duyệt phải thuộc đơn vị khác với người đề nghị.",
            "The second person must work for another organisation than the proposer.",
        ),
        Refusal::NotTwo(why) => return not_two(why),
        Refusal::OtherContent => (
            ProblemCode::RecordInvalid,
            "Nội dung đã xem không phải nội dung được đề nghị. Hãy tải lại trang.",
            "What was shown is not what was proposed. Reload the page.",
        ),
        Refusal::Expired => (
            ProblemCode::WrongState,
            "Đề nghị đã quá hạn. Hãy đề nghị lại.",
            "The proposal has expired. Propose it again.",
        ),
        Refusal::ReasonNeeded => return reason_needed(),
    };
    ApiError::new(code, detail, detail_en)
}

/// What is between the two, in words, and until when; none for a change after the proposal.
fn between(why: NotTwo) -> Option<(&'static str, &'static str, Timestamp)> {
    match why {
        NotTwo::ChangedSince => None,
        NotTwo::Touched { until } => Some((
            "Một trong hai người vừa tạo hoặc đổi tài khoản của người kia nên không được tính là hai người.",
            "One of the two has just made or changed the other's account, so they do not count as two people.",
            until,
        )),
        NotTwo::OneHand { until } => Some((
            "Hai tài khoản này vừa do cùng một người tạo hoặc cấp lại nên không được tính là hai người.",
            "One person has just made both accounts or given them new passwords, so they do not count as two people.",
            until,
        )),
        NotTwo::Emergency { until } => Some((
            "Tài khoản của một trong hai người vừa được đổi bằng tài khoản khẩn cấp, ai cũng có thể đã mở, nên không được tính là \
             hai người.",
            "The account of one of the two has just been changed with an emergency account, which anybody may have opened, so \
             they do not count as two people.",
            until,
        )),
        NotTwo::Moved { until } => Some((
            "Một trong hai người vừa được chuyển sang đơn vị khác.",
            "One of the two has just been moved to another organisation.",
            until,
        )),
    }
}

/// Why two officials at the desk do not count as two, and what they can do; with their login names.
pub(in crate::room::route) fn not_two_at_the_desk(why: NotTwo, (first, second): (&str, &str)) -> ApiError {
    let Some((vi, en, until)) = between(why) else {
        return ApiError::new(
            ProblemCode::NotAllowed,
            "Tài khoản của cán bộ thứ hai vừa thay đổi. Hãy thử lại.",
            "The second official's account has just been changed. Try again.",
        );
    };
    let when = date_and_time(until);
    ApiError::new(
        ProblemCode::NotAllowed,
        format!(
            "{vi} Hãy nhờ một cán bộ khác có quyền ở phòng này xác nhận; hoặc nhờ quản trị máy chủ xác nhận tài khoản đúng là \
             của từng người (exam-server staff confirm {first}, exam-server staff confirm {second}); hoặc chờ đến {when}."
        ),
        format!(
            "{en} Ask another official with a right to this room; or have the server's administrator confirm who has the \
             accounts (exam-server staff confirm {first}, exam-server staff confirm {second}); or wait until {when}."
        ),
    )
}

/// Says what the two can do instead.
fn not_two(why: NotTwo) -> ApiError {
    let Some((vi, en, until)) = between(why) else {
        return ApiError::new(
            ProblemCode::NotAllowed,
            "Tài khoản của bạn đã thay đổi (mật khẩu, lớp xác thực, vai trò hoặc đơn vị) sau khi có đề nghị này. Hãy nhờ \
                 người khác duyệt, hoặc người đề nghị rút lại rồi đề nghị lại.",
            "Your account was changed (password, factors, roles or organisation) after this was proposed. Ask another \
                 official to decide, or its proposer to take it back and propose it again.",
        );
    };
    let when = date_and_time(until);
    ApiError::new(
        ProblemCode::NotAllowed,
        format!(
            "{vi} Hãy nhờ người khác duyệt; hai người này lại duyệt cho nhau được từ {when}, hoặc sau khi quản trị máy chủ xác \
             nhận tài khoản (exam-server staff confirm)."
        ),
        format!(
            "{en} Ask another official to decide; these two can act together again from {when}, or once the server's \
             administrator has confirmed the account (exam-server staff confirm)."
        ),
    )
}

/// Why an act can't be done as things are now.
pub(super) fn overtaken(why: Overtaken) -> ApiError {
    let state = ProblemCode::WrongState;
    let (code, detail, detail_en) = match why {
        Overtaken::Room(not_done) => return explain(not_done),
        Overtaken::Voided => (state, "Bài thi này đã bị hủy.", "This attempt was voided."),
        Overtaken::NotAdmitted => (
            state,
            "Thí sinh này chưa được cho vào phòng.",
            "This candidate was not let in.",
        ),
        Overtaken::StillWorking => (
            state,
            "Thí sinh này vẫn đang làm bài.",
            "This candidate is still working.",
        ),
        Overtaken::MinutesOutOfRange => (
            ProblemCode::MalformedRequest,
            "Số phút phải từ 1 đến 180.",
            "Minutes must be 1 to 180.",
        ),
        Overtaken::HandedIn => (state, "Thí sinh này đã nộp bài.", "This candidate has handed in."),
        Overtaken::ExtraOutOfRange => (
            ProblemCode::MalformedRequest,
            "Thời gian hỗ trợ tối đa 100% và 180 phút, phải khác mức đang có; khi đang thi chỉ được tăng.",
            "Time by right is at most 100 % and 180 minutes, other than now; while the clock runs it only grows.",
        ),
        Overtaken::NothingLate => (
            state,
            "Không có câu trả lời đến muộn nối tiếp bài làm, hoặc đã được quyết định rồi.",
            "There are no late answers that continue this attempt, or they were decided about.",
        ),
        Overtaken::NoRoomOpen => (
            state,
            "Ca thi này không có phòng nào đang mở hoặc đang thi.",
            "No room of this sitting is open or running.",
        ),
        Overtaken::NothingMarked => (
            state,
            "Ca thi này chưa có phòng nào đóng và chấm.",
            "No room of this sitting is closed and marked.",
        ),
        Overtaken::CorrectionDoesNotFit => (
            ProblemCode::MalformedRequest,
            "Đề không có câu này, hoặc cách sửa không hợp với loại câu hỏi hay không đổi gì.",
            "The paper has no such question, or the correction does not fit its kind or changes nothing.",
        ),
    };
    ApiError::new(code, detail, detail_en)
}
