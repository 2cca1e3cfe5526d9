//! One connection to the server: TCP, TLS, WebSocket; and everything that can be wrong with it.

use crate::config::{ConfigError, Settings};
use exam_protocol::frame::MAX_STATION_FRAME;
use exam_protocol::problem::Problem;
use exam_protocol::route::STATION_LIVE;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// How tungstenite fails.
pub type Failure = tokio_tungstenite::tungstenite::Error;

/// An open WebSocket.
pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Each of the three steps of a connection has to be done in this time.
const STEP_TIME: Duration = Duration::from_secs(10);

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// A file with a certificate or key.
    #[error("tệp {} không dùng được: {reason} / file {} cannot be used: {reason}", .path.display(), .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No TCP connection: wrong address, cable, firewall, server not started.
    #[error("không nối được tới {0}: {1} / cannot connect to {0}: {1}")]
    Unreachable(String, std::io::Error),
    /// The server did not answer in time.
    #[error("máy chủ không trả lời kịp / the server did not answer in time")]
    Slow,
    /// TLS failed: another CA, another name, an expired certificate.
    #[error("bắt tay TLS thất bại: {0} / the TLS handshake failed: {0}")]
    Tls(std::io::Error),
    /// WebSocket failed, or broke.
    #[error("kênh WebSocket hỏng: {0} / the WebSocket failed: {0}")]
    Socket(Box<Failure>),
    /// The server does not let this PC in, and says why.
    #[error("máy chủ không nhận máy này: {vi} / the server does not let this PC in: {en}")]
    Refused {
        /// In Vietnamese.
        vi: String,
        /// In English.
        en: String,
    },
    /// The server closed the connection, perhaps saying why.
    #[error("máy chủ đóng kết nối: {0} / the server closed the connection: {0}")]
    Closed(String),
    /// The server is silent.
    #[error("máy chủ im lặng quá lâu / the server is silent")]
    Silent,
    /// A frame that is not of this protocol.
    #[error("khung dữ liệu không đúng giao thức / not a frame of this protocol")]
    Malformed,
    /// The server speaks another version.
    #[error(
        "máy chủ dùng phiên bản {0}: hãy cập nhật checkin-agent / the server speaks version {0}: update checkin-agent"
    )]
    Version(u8),
    /// The reading thread has ended.
    #[error("luồng đọc thẻ đã dừng: hãy khởi động lại / the reading thread has ended: restart the agent")]
    DeskGone,
}

impl LinkError {
    /// A file that cannot be used.
    pub fn file(path: &Path, reason: impl Display) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// Connects and upgrades.
///
/// # Errors
/// [`LinkError`] says at which step it ended.
pub async fn connect(settings: &Settings, config: &Arc<ClientConfig>) -> Result<Socket, LinkError> {
    let (host, port) = settings.address()?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| ConfigError::Server)?;
    let stream = step(TcpStream::connect((host, port)))
        .await?
        .map_err(|error| LinkError::Unreachable(format!("{host}:{port}"), error))?;
    // One small frame at a time: waiting for more bytes would only delay it.
    stream
        .set_nodelay(true)
        .map_err(|error| LinkError::Unreachable(format!("{host}:{port}"), error))?;
    let stream = step(TlsConnector::from(Arc::clone(config)).connect(name, stream))
        .await?
        .map_err(LinkError::Tls)?;
    let limits = WebSocketConfig::default()
        .read_buffer_size(4096)
        .max_message_size(Some(MAX_STATION_FRAME))
        .max_frame_size(Some(MAX_STATION_FRAME));
    let url = format!("{}{STATION_LIVE}", settings.server.trim_end_matches('/'));
    let upgrade = tokio_tungstenite::client_async_with_config(url, stream, Some(limits));
    match step(upgrade).await? {
        Ok((socket, _)) => Ok(socket),
        Err(Failure::Http(answer)) => Err(refused(answer.status().as_u16(), answer.body().as_deref())),
        Err(error) => Err(LinkError::Socket(Box::new(error))),
    }
}

/// What the server says in its problem document; without a readable one, what its status can mean.
fn refused(status: u16, body: Option<&[u8]>) -> LinkError {
    let problem = body.and_then(|body| serde_json::from_slice::<Problem>(body).ok());
    if let Some(Problem {
        detail: vi,
        detail_en: en,
        ..
    }) = problem
    {
        return LinkError::Refused { vi, en };
    }
    let (vi, en) = if status == 403 {
        (
            "chứng thư đã bị thu hồi hoặc chưa được đăng ký; xin mã mới của cán bộ kỹ thuật, chạy “checkin-agent unenroll” rồi \
             “checkin-agent enroll”",
            "its certificate was revoked, or is not registered; get a new code from the technician, run “checkin-agent unenroll”, \
             then “checkin-agent enroll”",
        )
    } else {
        (
            "kiểm tra địa chỉ máy chủ trong tệp cấu hình",
            "check the server's address in the configuration",
        )
    };
    LinkError::Refused {
        vi: format!("HTTP {status}: {vi}"),
        en: format!("HTTP {status}: {en}"),
    }
}

async fn step<F: Future>(future: F) -> Result<F::Output, LinkError> {
    timeout(STEP_TIME, future).await.map_err(|_| LinkError::Slow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let body = br#"{"code":"not-allowed","detail":"Da thu hoi.","detail_en":"Revoked.","place":""}"#;
        let told = refused(403, Some(body)).to_string();
        assert!(
            told.contains("Da thu hoi.") && told.contains("Revoked."),
            "{told}"
        );
        for body in [None, Some(&b"<html>"[..])] {
            let told = refused(403, body).to_string();
            assert!(told.contains("thu hồi") && told.contains("enroll"), "{told}");
        }
    }
}
