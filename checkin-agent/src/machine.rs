//! This PC as a machine of the exam: how it gets its certificate for a one-time code, what of it is put where browsers look,
//! and how all that is taken back.
//!
//! Everything that is written is noted in a manifest before it is written, and only what is noted is ever taken back. What
//! differs between operating systems is in [`platform`] alone.

pub mod code;
pub mod door;
pub mod enrolment;
pub mod install;
pub mod manifest;
pub mod platform;

use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Why a PC could not be enrolled, equipped or stripped. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// The address of the server is not one.
    #[error("“--server” phải có dạng https://tên-máy:cổng / “--server” must read https://host:port")]
    Server,
    /// The code has neither three nor seven groups.
    #[error(
        "mã đăng ký phải có 7 nhóm 4 ký tự như trên trang quản trị (3 nhóm đầu là đủ khi có --ca); hãy gõ lại / a code has 7 groups of 4 \
         characters as the console shows it (the first 3 will do with --ca); type it again"
    )]
    Code,
    /// The code says nothing about the CA and no file does.
    #[error(
        "mã thiếu 4 nhóm cuối (dấu vân tay CA): gõ đủ 7 nhóm hoặc thêm --ca exam-ca.pem / the code lacks its last 4 groups (the CA's \
         fingerprint): type all 7 or add --ca exam-ca.pem"
    )]
    ShortCode,
    /// A file can't be read or written.
    #[error("{} : {reason} / {} : {reason}", .path.display(), .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The folder holds an enrolment already.
    #[error(
        "{} đã có chứng thư máy: gỡ bằng “checkin-agent unenroll --dir …” hoặc chọn --out khác / {} holds a machine's certificate: \
         take it back with “checkin-agent unenroll --dir …” or choose another --out",
        .0.display(),
        .0.display()
    )]
    Enrolled(PathBuf),
    /// No connection.
    #[error(
        "không nối được tới {0}: {1}. Kiểm tra dây mạng, tường lửa, địa chỉ và máy chủ đã chạy chưa / cannot connect to {0}: {1}. Check \
         cable, firewall, address, and that the server runs"
    )]
    Unreachable(String, String),
    /// The TLS handshake failed; the second text says why and what to do.
    #[error("kết nối bảo mật tới {0} không thành: {1} / the secure connection to {0} failed: {1}")]
    Tls(String, String),
    /// The request went out, but no answer came.
    #[error(
        "máy chủ nhận yêu cầu nhưng không trả lời kịp: {0}. Xem danh sách máy trên trang quản trị: nếu mã đã dùng thì thu hồi máy đó và \
         xin mã mới / the server got the request but did not answer in time: {0}. Look at the console's list of machines: if the code was \
         used, revoke that machine and get a new code"
    )]
    NoAnswer(String),
    /// The server's root is not the one that the code names.
    #[error(
        "DỪNG LẠI: máy chủ đưa ra CA khác với mã đăng ký ({found} thay vì {expected}). Có thể sai địa chỉ máy chủ, gõ nhầm mã, hoặc có máy \
         giả mạo trên mạng. Đừng thử mạng khác; hãy báo người quản trị / STOP: the server shows another CA than the code ({found} instead of \
         {expected}). The address or the code may be mistyped, or another machine poses as the server. Tell the administrator"
    )]
    OtherAuthority {
        /// What the code says.
        expected: String,
        /// What the server showed.
        found: String,
    },
    /// The server's root or certificate can't be used.
    #[error("{0}")]
    Certificate(String),
    /// The server refused.
    #[error("máy chủ từ chối: {0} / the server refused: {1}")]
    Refused(String, String),
    /// The server answered something that is no answer.
    #[error(
        "câu trả lời của {0} không đúng giao thức: đây có phải máy chủ thi, cùng phiên bản với checkin-agent? / the answer of {0} is not of \
         this protocol: is it the exam server, and of the same version as checkin-agent?"
    )]
    Protocol(String),
    /// Something could not be taken back; the manifest still names it.
    #[error(
        "còn {0} mục chưa gỡ được (xem trên); sửa nguyên nhân, thường là chạy lại với sudo / {0} items could not be taken back (see above); \
         mend the cause, most often by running it again with sudo"
    )]
    Left(usize),
}

impl MachineError {
    fn file(path: &Path, reason: impl Display) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}
