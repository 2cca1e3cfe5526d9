//! The server's doors as a program outside sees them: HTTPS and WebSocket over TLS 1.3, trusting one exam CA.

use anyhow::{Context, Result};
use exam_protocol::problem::Problem;
use reqwest::{Certificate, Client, Identity, Response};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::{WebSocketStream, client_async};

/// An open WebSocket.
pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Where the server is and whom to trust. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Door {
    address: SocketAddr,
    http: Client,
    tls: Arc<ClientConfig>,
}

impl Door {
    /// A door at `address`, behind which `localhost` must prove itself to the exam CA (PEM file).
    ///
    /// # Errors
    /// When the CA file can't be read.
    pub fn new(address: SocketAddr, exam_ca: &Path) -> Result<Self> {
        Self::make(address, exam_ca, None)
    }

    /// The same for a PC that shows a client certificate: its certificate with its chain, and its key (PEM files).
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn of_machine(address: SocketAddr, exam_ca: &Path, papers: (&Path, &Path)) -> Result<Self> {
        Self::make(address, exam_ca, Some(papers))
    }

    fn make(address: SocketAddr, exam_ca: &Path, papers: Option<(&Path, &Path)>) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // reqwest asks for the process's provider; a second call finds it set, which is as good.
        let _set = rustls::crypto::ring::default_provider().install_default();
        let pem = std::fs::read(exam_ca).with_context(|| exam_ca.display().to_string())?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&pem)?)?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots);
        let mut http = Client::builder();
        let tls = match papers {
            Some((certificate, key)) => {
                let pem = [std::fs::read(certificate)?, std::fs::read(key)?].concat();
                http = http.identity(Identity::from_pem(&pem)?);
                let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
                tls.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key)?)?
            }
            None => tls.with_no_client_auth(),
        };
        let http = http
            .tls_certs_only([Certificate::from_pem(&pem)?])
            .timeout(Duration::from_secs(30))
            .resolve("localhost", address)
            .build()?;
        Ok(Self {
            address,
            http,
            tls: Arc::new(tls),
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https://localhost:port` and a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// For requests.
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// A bare TLS connection, for tests of what the server does with those who say nothing.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn raw(&self) -> Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(TlsConnector::from(self.tls.clone())
            .connect("localhost".try_into()?, stream)
            .await?)
    }

    /// Opens a WebSocket, with the session cookie where there is one.
    ///
    /// # Errors
    /// When the line is down or the server refuses.
    pub async fn socket(&self, path: &str, cookie: Option<&str>) -> Result<Socket> {
        let cookie: Vec<_> = cookie
            .iter()
            .map(|cookie| ("cookie", (*cookie).to_owned()))
            .collect();
        self.socket_with(path, &cookie).await
    }

    /// Opens a WebSocket with these headers beside the usual ones.
    ///
    /// # Errors
    /// When the line is down or the server refuses.
    pub async fn socket_with(&self, path: &str, headers: &[(&'static str, String)]) -> Result<Socket> {
        let mut request: Request =
            format!("wss://localhost:{}{path}", self.address.port()).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        let (socket, _) = client_async(request, self.raw().await?).await?;
        Ok(socket)
    }
}

/// A refusal, as the server words it.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {:?} {} ({})", problem.code, problem.detail_en, problem.place)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// What the server said.
    pub problem: Problem,
}

/// The answer's body, or the refusal as an error that can be looked into ([`anyhow::Error::downcast_ref`]).
///
/// # Errors
/// [`Refused`], or a broken line.
pub async fn accepted(response: Response) -> Result<Vec<u8>> {
    let status = response.status();
    let body = response.bytes().await?.to_vec();
    if status.is_success() {
        return Ok(body);
    }
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(Refused {
            status: status.as_u16(),
            problem,
        }
        .into()),
        Err(_) => anyhow::bail!("{status} without a problem in the body"),
    }
}
