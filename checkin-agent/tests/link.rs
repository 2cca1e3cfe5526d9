//! The link against a server of its own kind: TLS with client certificates from the exam CA, WebSocket, frames.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use certs::authority::{ExamRoot, Issued, IssuingAuthority};
use certs::{Time, Validity};
use checkin_agent::config::Settings;
use checkin_agent::desk::DeskThread;
use checkin_agent::link::Link;
use exam_protocol::bytes::Fixed;
use exam_protocol::frame;
use exam_protocol::id::CheckinId;
use exam_protocol::route::STATION_LIVE;
use exam_protocol::station::{ReadFailure, ReadStep, StationCommand, StationMessage};
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

fn validity() -> Validity {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Validity::days_from(Time(i64::try_from(now).unwrap()), 2)
}

struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Server {
    /// A server with a certificate from `authority`, which takes clients of `clients`.
    async fn start(authority: &ExamRoot, clients: &ExamRoot) -> Self {
        let Issued { certified, key_pem } = issuing(authority)
            .issue_server(&["localhost".to_owned()], validity())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(clients.certificate_pem().as_bytes()).unwrap())
            .unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                CertificateDer::pem_slice_iter(certified.certificate_pem.as_bytes())
                    .collect::<Result<_, _>>()
                    .unwrap(),
                PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
        Self {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    async fn accept(&self) -> Socket {
        let (stream, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .expect("the agent connects")
            .unwrap();
        let stream = self.acceptor.accept(stream).await.unwrap();
        assert_eq!(
            stream.get_ref().1.protocol_version(),
            Some(rustls::ProtocolVersion::TLSv1_3)
        );
        #[expect(clippy::result_large_err, reason = "the type of tungstenite's callback")]
        let path = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            assert_eq!(request.uri().path(), STATION_LIVE);
            Ok(response)
        };
        tokio_tungstenite::accept_hdr_async(stream, path).await.unwrap()
    }
}

fn write_settings(folder: &Path, ca: &ExamRoot, station: &Issued, port: u16) -> Settings {
    std::fs::write(folder.join("exam-ca.pem"), ca.certificate_pem()).unwrap();
    std::fs::write(folder.join("station.pem"), &station.certified.certificate_pem).unwrap();
    std::fs::write(folder.join("station.key"), station.key_pem.as_bytes()).unwrap();
    let text = format!(
        "server = \"wss://localhost:{port}\"\nca = \"exam-ca.pem\"\ncertificate = \"station.pem\"\nkey = \"station.key\"\n"
    );
    std::fs::write(folder.join("station.toml"), text).unwrap();
    Settings::load(&folder.join("station.toml")).unwrap()
}

fn issuing(root: &ExamRoot) -> IssuingAuthority {
    root.issue_authority("Máy chủ thử", validity()).unwrap()
}

fn station(authority: &ExamRoot) -> Issued {
    issuing(authority)
        .issue_station(&"0a".repeat(16), "Phòng 101", validity())
        .unwrap()
}

async fn receive(socket: &mut Socket) -> StationMessage {
    match timeout(PATIENCE, socket.next()).await.expect("a message comes") {
        Some(Ok(Message::Binary(bytes))) => frame::decode(&bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The next message that is no sign of life.
async fn receive_next(socket: &mut Socket) -> StationMessage {
    loop {
        let message = receive(socket).await;
        if !matches!(message, StationMessage::Heartbeat) {
            return message;
        }
    }
}

async fn send(socket: &mut Socket, command: &StationCommand) {
    socket
        .send(Message::Binary(frame::encode(command).into()))
        .await
        .unwrap();
}

fn read_command(checkin: CheckinId) -> StationCommand {
    StationCommand::Read {
        checkin,
        citizen_number: "001090123456".parse().unwrap(),
        basic_access: Vec::new(),
        wait_for_card: 1000,
    }
}

async fn check_reading(socket: &mut Socket) {
    let checkin = CheckinId::from_random([3; 16]);
    send(socket, &read_command(checkin)).await;
    // Challenges and cancellations of others change nothing.
    send(
        socket,
        &StationCommand::Challenge {
            checkin: CheckinId::from_random([4; 16]),
            challenge: Fixed([1; 8]),
        },
    )
    .await;
    let progress = receive_next(socket).await;
    assert!(
        matches!(progress, StationMessage::Progress { step: ReadStep::WaitingForCard, checkin: c } if c == checkin)
    );
    let failed = receive_next(socket).await;
    assert!(
        matches!(failed, StationMessage::Failed { failure: ReadFailure::NoReader, checkin: c } if c == checkin),
        "{failed:?}"
    );
}

#[tokio::test]
async fn joins_obeys_and_comes_back() {
    let authority = ExamRoot::create("Kỳ thi thử", validity()).unwrap();
    let server = Server::start(&authority, &authority).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = write_settings(folder.path(), &authority, &station(&authority), server.port());
    let (sender, messages) = mpsc::channel(64);
    let desk = DeskThread::start(Some("không có đầu đọc này".to_owned()), sender);
    let link = Link {
        settings: &settings,
        desk: &desk,
        messages,
    };
    let story = async {
        for _ in 0..2 {
            let mut socket = server.accept().await;
            assert!(matches!(receive(&mut socket).await, StationMessage::Hello { .. }));
            send(
                &mut socket,
                &StationCommand::Joined {
                    station: "Phòng 101".to_owned(),
                },
            )
            .await;
            check_reading(&mut socket).await;
            while !matches!(receive(&mut socket).await, StationMessage::Heartbeat) {}
            send(&mut socket, &StationCommand::Alive).await;
            // The line breaks without a word.
        }
        let mut socket = server.accept().await;
        receive(&mut socket).await;
        // A frame that is not ours ends the connection, and the agent comes back from that too.
        socket
            .send(Message::Binary(vec![frame::WIRE_VERSION, 0xFF, 0xFF].into()))
            .await
            .unwrap();
        let mut socket = server.accept().await;
        assert!(matches!(receive(&mut socket).await, StationMessage::Hello { .. }));
    };
    tokio::select! {
        ended = link.run() => panic!("{ended:?}"),
        () = story => {}
    }
}

#[tokio::test]
async fn a_server_of_another_authority_hears_nothing() {
    let authority = ExamRoot::create("Kỳ thi thử", validity()).unwrap();
    let stranger = ExamRoot::create("Kỳ thi thử", validity()).unwrap();
    let server = Server::start(&stranger, &authority).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = write_settings(folder.path(), &authority, &station(&authority), server.port());
    let (sender, messages) = mpsc::channel(64);
    let desk = DeskThread::start(None, sender);
    let story = async {
        for _ in 0..2 {
            let (stream, _) = timeout(PATIENCE, server.listener.accept())
                .await
                .unwrap()
                .unwrap();
            assert!(server.acceptor.accept(stream).await.is_err());
        }
    };
    tokio::select! {
        ended = (Link { settings: &settings, desk: &desk, messages }).run() => panic!("{ended:?}"),
        () = story => {}
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let authority = ExamRoot::create("Kỳ thi thử", validity()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut issued = station(&authority);
    issued.key_pem = station(&authority).key_pem;
    let settings = write_settings(folder.path(), &authority, &issued, 1);
    let (sender, messages) = mpsc::channel(64);
    let desk = DeskThread::start(None, sender);
    let link = Link {
        settings: &settings,
        desk: &desk,
        messages,
    };
    let error = Box::pin(link.run()).await.unwrap_err().to_string();
    assert!(error.contains("station.key"), "{error}");
}
