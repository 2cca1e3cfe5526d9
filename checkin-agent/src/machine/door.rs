//! The server's two doors for machines without a certificate. The first connection verifies nothing and is thrown away after it
//! gave the exam CA's root; whoever calls must check that root before the second one, which verifies everything.

use super::MachineError;
use exam_protocol::machine::{Enrolled, EnrolmentRequest};
use exam_protocol::problem::Problem;
use exam_protocol::route::{EXAM_CA, MACHINE_ENROLMENT};
use reqwest::{Certificate, Client, ClientBuilder, Response, redirect, tls};
use rustls::CertificateError;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A connection must stand in this time.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A whole request must be done in this time.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// No answer of these doors is longer, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Waits between tries to connect, in seconds.
const TRIES: [u64; 4] = [1, 2, 4, 8];

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or IP address, as it must stand in the server's certificate.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where to connect to, if the name is not known to the network.
    pub at: Option<IpAddr>,
}

impl Address {
    /// Reads `https://host:port`; `wss://` is taken for the same.
    ///
    /// # Errors
    /// [`MachineError::Server`].
    pub fn parse(url: &str, at: Option<IpAddr>) -> Result<Self, MachineError> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("wss://"));
        let rest = rest.ok_or(MachineError::Server)?.trim_end_matches('/');
        let (host, port) = rest.rsplit_once(':').ok_or(MachineError::Server)?;
        let port = port.parse().map_err(|_| MachineError::Server)?;
        let plain = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let sound = match plain {
            Some(address) => address.parse::<IpAddr>().is_ok(),
            None => !host.is_empty() && host.chars().all(name),
        };
        if !sound {
            return Err(MachineError::Server);
        }
        Ok(Self {
            host: plain.unwrap_or(host).to_owned(),
            port,
            at,
        })
    }

    /// `scheme://host:port`.
    pub fn url(&self, scheme: &str) -> String {
        if self.host.contains(':') {
            format!("{scheme}://[{}]:{}", self.host, self.port)
        } else {
            format!("{scheme}://{}:{}", self.host, self.port)
        }
    }

    fn client(&self) -> ClientBuilder {
        // A second call finds the provider set, which is as good.
        let _set = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .tls_version_min(tls::Version::TLS_1_3)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIME)
            .timeout(REQUEST_TIME);
        match self.at {
            Some(address) => builder.resolve(&self.host, SocketAddr::new(address, self.port)),
            None => builder,
        }
    }
}

/// The exam CA's root (PEM) as the server at this address shows it: **unverified**.
///
/// # Errors
/// [`MachineError`] says why there is none.
pub async fn unverified_root(address: &Address) -> Result<String, MachineError> {
    let client = address.client().tls_danger_accept_invalid_certs(true).build();
    let client = client.map_err(|error| MachineError::Certificate(error.to_string()))?;
    let request = client.get(format!("{}{EXAM_CA}", address.url("https")));
    let answer = connected(address, || request.try_clone().map(reqwest::RequestBuilder::send)).await?;
    let body = body(address, answer).await?;
    String::from_utf8(body).map_err(|_| MachineError::Protocol(address.url("https")))
}

/// Asks for a certificate, of a server that proves itself to this root (PEM) and no other.
///
/// # Errors
/// [`MachineError`] says why there is none.
pub async fn enrol(
    address: &Address,
    root_pem: &str,
    request: &EnrolmentRequest,
) -> Result<Enrolled, MachineError> {
    let protocol = || MachineError::Protocol(address.url("https"));
    let root = Certificate::from_pem(root_pem.as_bytes()).map_err(|_| protocol())?;
    let client = address.client().tls_certs_only([root]).build();
    let client = client.map_err(|error| MachineError::Certificate(error.to_string()))?;
    let request = client
        .post(format!("{}{MACHINE_ENROLMENT}", address.url("https")))
        .json(request);
    let answer = connected(address, || request.try_clone().map(reqwest::RequestBuilder::send)).await?;
    serde_json::from_slice(&body(address, answer).await?).map_err(|_| protocol())
}

/// Sends, and tries again as long as there is no connection: nothing has reached the server then.
async fn connected<F>(address: &Address, send: impl Fn() -> Option<F>) -> Result<Response, MachineError>
where
    F: Future<Output = reqwest::Result<Response>>,
{
    let mut waits = TRIES.into_iter();
    loop {
        let sending = send().ok_or_else(|| MachineError::Protocol(address.url("https")))?;
        let failure = match sending.await {
            Ok(response) => return Ok(response),
            Err(error) => failure(address, &error),
        };
        match (&failure, waits.next()) {
            (MachineError::Unreachable(..), Some(seconds)) => {
                eprintln!("{failure}\n… thử lại sau {seconds} giây / trying again in {seconds} s");
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            _ => return Err(failure),
        }
    }
}

/// The answer's body, if the server agreed.
async fn body(address: &Address, mut answer: Response) -> Result<Vec<u8>, MachineError> {
    let protocol = || MachineError::Protocol(address.url("https"));
    let good = answer.status().is_success();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failure(address, &error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(protocol());
        }
    }
    if good {
        return Ok(body);
    }
    let problem: Problem = serde_json::from_slice(&body).map_err(|_| protocol())?;
    Err(MachineError::Refused(problem.detail, problem.detail_en))
}

/// What failed, by the kind of error deep inside.
fn failure(address: &Address, error: &reqwest::Error) -> MachineError {
    let url = address.url("https");
    if let Some(reason) = tls_reason(error) {
        return MachineError::Tls(url, reason);
    }
    let deepest = deepest(error).to_string();
    if error.is_connect() {
        MachineError::Unreachable(url, deepest)
    } else if error.is_timeout() || error.is_request() || error.is_body() {
        MachineError::NoAnswer(deepest)
    } else {
        MachineError::Protocol(url)
    }
}

fn deepest(error: &reqwest::Error) -> &(dyn Error + 'static) {
    let mut deepest: &(dyn Error + 'static) = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest
}

/// Why the handshake failed and what helps.
fn tls_reason(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(explain(found));
    }
    // What an I/O error holds is not its source: its source is that of what it holds.
    let held = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match held {
        Some(held) => tls_reason(held),
        None => tls_reason(error.source()?),
    }
}

fn explain(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(reason) = error else {
        return error.to_string();
    };
    let text = match reason {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "tên trong “--server” không có trong chứng thư của máy chủ; dùng đúng tên, thêm --address IP nếu mạng không biết tên đó \
             (the name in “--server” is not in the server's certificate; use that name, and --address IP if the network does not know it)"
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "chứng thư của máy chủ không do CA kỳ thi này cấp; kiểm tra địa chỉ và tệp CA (the server's certificate is not of this exam \
             CA; check the address and the CA file)"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "chứng thư của máy chủ đã hết hạn, hoặc đồng hồ máy này chạy nhanh (the server's certificate has expired, or this PC's clock \
             is fast)"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "chứng thư của máy chủ chưa có hiệu lực: đồng hồ máy này chạy chậm, hãy chỉnh lại (the server's certificate is not valid yet: \
             this PC's clock is slow, set it)"
        }
        _ => return error.to_string(),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let parsed = |url: &str| Address::parse(url, None).ok();
        let address = parsed("https://may-chu.thi:8443/").unwrap();
        assert_eq!((address.host.as_str(), address.port), ("may-chu.thi", 8443));
        assert_eq!(address.url("wss"), "wss://may-chu.thi:8443");
        assert_eq!(
            parsed("wss://[::1]:8443").unwrap().url("https"),
            "https://[::1]:8443"
        );
        for bad in [
            "http://a:1",
            "https://a",
            "https://:1",
            "https://a:99999",
            "https://a/b:1",
            "https://u@a:1",
            "https://a\"b:1",
        ] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
