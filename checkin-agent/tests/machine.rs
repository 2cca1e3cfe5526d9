//! A PC becomes a machine of the exam and ceases to be one: enrolment against a server of its own kind, installation below a
//! throw-away root folder with the system's own tools.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use certs::authority::{
    CertificationRequest, ExamRoot, IssuingAuthority, Machine as Certifiable, MachineKind as CertifiedKind,
};
use certs::{Time, Validity, x509};
use checkin_agent::config::Settings;
use checkin_agent::machine::MachineError;
use checkin_agent::machine::code::Code;
use checkin_agent::machine::door::Address;
use checkin_agent::machine::enrolment::{Machine, Wish};
use checkin_agent::machine::install::Installation;
use checkin_agent::machine::manifest::Manifest;
use exam_protocol::id::MachineId;
use exam_protocol::machine::{Enrolled, EnrolmentRequest, MachineKind};
use exam_protocol::problem::{Problem, ProblemCode};
use exam_protocol::route::{EXAM_CA, MACHINE_ENROLMENT};
use exam_protocol::time::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const SECRET: &str = "K7Q29XMB4TPA";

fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Time(i64::try_from(seconds).unwrap())
}

fn days(days: u32) -> Validity {
    Validity::backdated(now(), 365, days)
}

/// What the server does with a request for a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    /// Certifies a key of its own.
    OtherKey,
    /// Certifies another id than it says.
    OtherId,
    /// Hangs up after the request.
    HangsUp,
    /// Answers with a page.
    Page,
}

/// An exam CA and what a server with its certificate answers.
struct Server {
    root: ExamRoot,
    issuing: IssuingAuthority,
    kind: MachineKind,
    manner: Manner,
    /// The root that the open door shows, if it is not the true one.
    shown: Option<String>,
}

impl Server {
    fn new(kind: MachineKind) -> Self {
        let root = ExamRoot::create("Kỳ thi thử", days(3650)).unwrap();
        let issuing = root.issue_authority("Máy chủ thử", days(90)).unwrap();
        Self {
            root,
            issuing,
            kind,
            manner: Manner::Honest,
            shown: None,
        }
    }

    fn fingerprint(&self) -> String {
        x509::fingerprint_code(&x509::der_from_pem(self.root.certificate_pem()).unwrap())
    }

    fn code(&self) -> String {
        format!("{SECRET}{}", self.fingerprint())
    }

    /// Serves for ever; gives the address.
    async fn start(self) -> Address {
        self.start_on(TcpListener::bind(("127.0.0.1", 0)).await.unwrap())
    }

    fn start_on(self, listener: TcpListener) -> Address {
        let issued = self
            .issuing
            .issue_server(&["localhost".to_owned()], days(30))
            .unwrap();
        let chain = CertificateDer::pem_slice_iter(issued.certified.certificate_pem.as_bytes());
        let chain = chain.collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    self.answer(&mut stream).await;
                }
            }
        });
        let at = Some("127.0.0.1".parse().unwrap());
        Address::parse(&format!("https://localhost:{port}"), at).unwrap()
    }

    async fn answer(&self, stream: &mut TlsStream<TcpStream>) {
        let mut request = Vec::new();
        let body = loop {
            let mut buffer = [0; 4096];
            let Ok(count @ 1..) = stream.read(&mut buffer).await else {
                return;
            };
            request.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                break body.to_owned();
            }
        };
        let path = String::from_utf8_lossy(&request);
        let (status, body) = match path.split(' ').nth(1).unwrap() {
            EXAM_CA => (
                200,
                self.shown
                    .clone()
                    .unwrap_or_else(|| self.root.certificate_pem().to_owned()),
            ),
            MACHINE_ENROLMENT if self.manner == Manner::HangsUp => return,
            MACHINE_ENROLMENT if self.manner == Manner::Page => (200, "<html>".to_owned()),
            MACHINE_ENROLMENT => self.enrol(&body),
            _ => (404, String::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _gone = stream.write_all(answer.as_bytes()).await;
        let _gone = stream.shutdown().await;
    }

    fn enrol(&self, body: &str) -> (u16, String) {
        let request: EnrolmentRequest = serde_json::from_str(body).unwrap();
        if exam_protocol::machine::normalise_code(&request.code) != SECRET {
            let problem = Problem {
                code: ProblemCode::NotFound,
                detail: "Mã không đúng.".to_owned(),
                detail_en: "No such code.".to_owned(),
                place: String::new(),
            };
            return (404, serde_json::to_string(&problem).unwrap());
        }
        assert!(!request.host_name.is_empty());
        let machine = MachineId::from_random([7; 16]);
        let certified = MachineId::from_random([if self.manner == Manner::OtherId { 8 } else { 7 }; 16]);
        let kind = match self.kind {
            MachineKind::Desk => CertifiedKind::Desk,
            MachineKind::Seat => CertifiedKind::Seat,
        };
        let id_hex = certified.to_string();
        let certifiable = Certifiable {
            kind,
            id_hex: &id_hex,
            name: "Máy 07",
        };
        let request = CertificationRequest::from_pem(&request.request).unwrap();
        let certified = if self.manner == Manner::OtherKey {
            self.issuing
                .issue_machine(certifiable, days(30))
                .unwrap()
                .certified
        } else {
            self.issuing
                .certify_machine(&request, certifiable, days(30))
                .unwrap()
        };
        let enrolled = Enrolled {
            machine,
            kind: self.kind,
            name: "Máy 07".to_owned(),
            certificate: certified.certificate_pem,
            exam_ca: self.root.certificate_pem().to_owned(),
            not_after: Timestamp(certified.validity.not_after.0 * 1000),
        };
        (200, serde_json::to_string(&enrolled).unwrap())
    }
}

async fn enrol(address: &Address, code: &str, ca: Option<&str>, out: &Path) -> Result<Machine, MachineError> {
    let code = Code::parse(code)?;
    let wish = Wish {
        address,
        code: &code,
        root_pem: ca,
        out,
        now: now(),
    };
    wish.enrol().await
}

fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().unwrap().permissions().mode() & 0o777
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        0o600
    }
}

#[tokio::test]
async fn a_desk_is_ready_after_enrolment_and_as_before_after_taking_back() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("machine");
    let server = Server::new(MachineKind::Desk);
    let (code, root) = (server.code(), server.root.certificate_pem().to_owned());
    let address = server.start().await;
    let machine = enrol(&address, &code, None, &out).await.unwrap();
    assert_eq!(machine.enrolled.kind, MachineKind::Desk);
    assert_eq!(std::fs::read_to_string(out.join("exam-ca.pem")).unwrap(), root);
    assert_eq!(
        (mode(&out.join("machine.key")), mode(&out)),
        (0o600, if cfg!(unix) { 0o700 } else { 0o600 })
    );
    let settings = Settings::load(&out.join("station.toml")).unwrap();
    assert_eq!(settings.server, address.url("wss"));
    checkin_agent::link::tls::client_config(&settings).unwrap();

    let again = enrol(&address, &code, None, &out).await.unwrap_err();
    assert!(matches!(again, MachineError::Enrolled(_)), "{again}");
    Manifest::open(&out).unwrap().take_back(&mut |_| {}).unwrap();
    assert!(!out.exists());
}

#[tokio::test]
async fn a_code_says_which_server_is_the_true_one() {
    let folder = TempDir::new().unwrap();
    let out = folder.path();
    // Somebody on the line with a CA of his own: its root does not fit the code.
    let (genuine, false_one) = (Server::new(MachineKind::Desk), Server::new(MachineKind::Desk));
    let (code, root) = (genuine.code(), genuine.root.certificate_pem().to_owned());
    let elsewhere = false_one.start().await;
    let refused = enrol(&elsewhere, &code, None, out).await.unwrap_err();
    assert!(
        matches!(refused, MachineError::OtherAuthority { .. }),
        "{refused}"
    );
    // With the true root in hand he is found out by TLS.
    let refused = enrol(&elsewhere, SECRET, Some(&root), out).await.unwrap_err();
    assert!(matches!(&refused, MachineError::Tls(..)), "{refused}");
    // He shows the true root, but can't prove to be below it.
    let mut poser = Server::new(MachineKind::Desk);
    poser.shown = Some(root.clone());
    let refused = enrol(&poser.start().await, &code, None, out).await.unwrap_err();
    assert!(matches!(&refused, MachineError::Tls(..)), "{refused}");
    // A file that does not fit the code is refused, too.
    let other = Server::new(MachineKind::Desk);
    let refused = enrol(&elsewhere, &code, Some(other.root.certificate_pem()), out)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, MachineError::OtherAuthority { .. }),
        "{refused}"
    );
    let refused = enrol(&elsewhere, SECRET, None, out).await.unwrap_err();
    assert!(matches!(refused, MachineError::ShortCode), "{refused}");
    let authority = genuine.issuing.certificate_pem().to_owned();
    let refused = enrol(&elsewhere, SECRET, Some(&authority), out)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, MachineError::Certificate(_)),
        "no root: {refused}"
    );
    assert!(!out.join("machine.pem").exists());
    enrol(&genuine.start().await, SECRET, Some(&root), out)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_goes_wrong_is_named_and_the_next_try_succeeds() {
    let folder = TempDir::new().unwrap();
    let out = folder.path();
    let server = Server::new(MachineKind::Seat);
    let (good, bad) = (server.code(), format!("AAAABBBBCCCC{}", server.fingerprint()));
    let address = server.start().await;
    let refused = enrol(&address, &bad, None, out).await.unwrap_err();
    assert!(refused.to_string().contains("No such code."), "{refused}");
    let key = std::fs::read(out.join("machine.key")).unwrap();

    let by_address = Address {
        host: "127.0.0.1".to_owned(),
        at: None,
        ..address.clone()
    };
    let refused = enrol(&by_address, &good, None, out).await.unwrap_err();
    assert!(refused.to_string().contains("--address"), "{refused}");
    enrol(&address, &good, None, out).await.unwrap();
    assert_eq!(
        std::fs::read(out.join("machine.key")).unwrap(),
        key,
        "the key of the first try"
    );
    assert!(!out.join("station.toml").exists(), "a seat has no card reader");
}

#[tokio::test]
async fn a_server_that_starts_late_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let server = Server::new(MachineKind::Seat);
    let code = server.code();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let local = listener.local_addr().unwrap();
    drop(listener);
    let at = Some(local.ip());
    let address = Address::parse(&format!("https://localhost:{}", local.port()), at).unwrap();
    let enrolling = enrol(&address, &code, None, folder.path());
    let starting = async {
        // Less than the wait after the first refused connection.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        server.start_on(TcpListener::bind(local).await.unwrap());
    };
    let (machine, ()) = tokio::join!(enrolling, starting);
    machine.unwrap();
}

#[tokio::test]
async fn a_wrong_certificate_is_not_kept() {
    for (manner, expected) in [
        (Manner::OtherKey, "wrong certificate"),
        (Manner::OtherId, "wrong certificate (name)"),
        (Manner::HangsUp, "did not answer in time"),
        (Manner::Page, "not of this protocol"),
    ] {
        let folder = TempDir::new().unwrap();
        let server = Server {
            manner,
            ..Server::new(MachineKind::Desk)
        };
        let code = server.code();
        let refused = enrol(&server.start().await, &code, None, folder.path())
            .await
            .unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
        assert!(!folder.path().join("machine.pem").exists());
    }
}

/// Every file below a folder with what is in it.
fn contents(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.insert(path.clone(), None);
                folders.push(path);
            } else {
                found.insert(path.clone(), Some(std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// A root folder with one user, as this test may act for; none where the tools are missing.
#[cfg(unix)]
fn system() -> Option<(TempDir, PathBuf)> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    if Command::new("certutil").arg("-H").output().is_err() {
        println!("skipped: the command certutil is not there (libnss3-tools)");
        return None;
    }
    let system = TempDir::new().unwrap();
    let root = system.path().to_owned();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o755)).unwrap();
    let own = root.metadata().unwrap();
    // An administrator acts for a user; a user for himself.
    let (uid, gid) = if own.uid() == 0 {
        (1234, 1234)
    } else {
        (own.uid(), own.gid())
    };
    for folder in ["etc", "home/pupil"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let home = root.join("home/pupil");
    chown(&home, Some(uid), Some(gid)).unwrap();
    let passwd = format!(
        "root:x:0:0:root:/root:/bin/bash\npupil:x:{uid}:{gid}::/home/pupil:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"
    );
    std::fs::write(root.join("etc/passwd"), passwd).unwrap();
    std::fs::write(root.join("etc/hosts"), "127.0.0.1 localhost").unwrap();
    Some((system, home))
}

fn certutil(database: &Path, arguments: &[&str]) -> String {
    let sql = format!("sql:{}", database.display());
    let output = Command::new("certutil")
        .args(["-d", &sql])
        .args(arguments)
        .output()
        .unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// A seat's folder with what enrolment gives, and where its server is.
async fn seat(folder: &Path) -> (Machine, Address) {
    let server = Server::new(MachineKind::Seat);
    let code = server.code();
    let address = server.start().await;
    let machine = enrol(&address, &code, None, folder).await.unwrap();
    (machine, address)
}

/// What a browser finds on an equipped seat PC.
#[cfg(unix)]
fn equipped(root: &Path, home: &Path, address: &Address) {
    let hosts = std::fs::read_to_string(root.join("etc/hosts")).unwrap();
    assert_eq!(hosts, "127.0.0.1 localhost\n127.0.0.1 localhost # truong-thi\n");
    let policy = std::fs::read_to_string(root.join("etc/chromium/policies/managed/truong-thi.json")).unwrap();
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let rule: serde_json::Value =
        serde_json::from_str(policy["AutoSelectCertificateForUrls"][0].as_str().unwrap()).unwrap();
    assert_eq!(rule["filter"]["ISSUER"]["CN"], "Máy chủ thử");
    assert_eq!(rule["pattern"], address.url("https"));
    assert!(
        root.join("usr/local/share/ca-certificates/truong-thi-exam-ca.crt")
            .exists()
    );
    let database = home.join(".pki/nssdb");
    let listed = certutil(&database, &["-L"]);
    assert!(
        listed.contains("Truong Thi exam CA") && listed.contains("C,,"),
        "{listed}"
    );
    assert!(
        listed.contains("Truong Thi machine") && listed.contains("u,u,u"),
        "{listed}"
    );
    assert!(certutil(&database, &["-K"]).contains("Truong Thi machine"));
    {
        use std::os::unix::fs::MetadataExt;
        let owner = |path: &Path| path.metadata().unwrap().uid();
        assert_eq!(owner(&database.join("key4.db")), owner(home), "the user's own");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_seat_is_equipped_and_stripped_again() {
    let Some((system, home)) = system() else { return };
    let root = system.path();
    let folder = TempDir::new().unwrap();
    let (mut machine, address) = seat(folder.path()).await;
    let before = contents(root);
    let installation = Installation {
        root,
        dir: folder.path(),
        kind: MachineKind::Seat,
        server: &address,
    };
    let mut told = Vec::new();
    let failed = installation
        .install(&mut machine.manifest, &mut |line| told.push(line))
        .unwrap();
    assert_eq!(failed, 0, "{told:#?}");

    equipped(root, &home, &address);
    // Once more changes nothing.
    let count = machine.manifest.entries().len();
    assert_eq!(
        installation.install(&mut machine.manifest, &mut |_| {}).unwrap(),
        0
    );
    assert_eq!(machine.manifest.entries().len(), count);

    let manifest = Manifest::open(folder.path()).unwrap();
    assert_eq!(manifest, machine.manifest, "what is on disk is what was done");
    let mut told = Vec::new();
    manifest.take_back(&mut |line| told.push(line)).unwrap();
    let after = contents(root);
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>(),
        "{told:#?}"
    );
    // The end of the hosts file's last line was missing; it stays mended.
    assert_eq!(
        std::fs::read_to_string(root.join("etc/hosts")).unwrap(),
        "127.0.0.1 localhost\n"
    );
    assert!(!folder.path().exists(), "certificate and key are gone");
}

#[cfg(unix)]
#[tokio::test]
async fn taking_back_leaves_what_others_put_there() {
    let Some((system, home)) = system() else { return };
    let root = system.path();
    let folder = TempDir::new().unwrap();
    let (mut machine, address) = seat(folder.path()).await;
    let firefox = root.join("etc/firefox/policies/policies.json");
    std::fs::create_dir_all(firefox.parent().unwrap()).unwrap();
    std::fs::write(&firefox, "{}").unwrap();
    let installation = Installation {
        root,
        dir: folder.path(),
        kind: MachineKind::Desk,
        server: &address,
    };
    let mut told = Vec::new();
    let failed = installation
        .install(&mut machine.manifest, &mut |line| told.push(line))
        .unwrap();
    assert_eq!(failed, 1, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("add by hand")), "{told:#?}");
    let database = home.join(".pki/nssdb");
    let ours = certutil(&database, &["-L"]);
    assert!(
        !ours.contains("Truong Thi machine"),
        "a desk's certificate is the agent's: {ours}"
    );

    // Meanwhile somebody adds a certificate, changes a policy, and writes to the hosts file.
    let other = ExamRoot::create("Khác", days(10)).unwrap();
    let file = root.join("other.pem");
    std::fs::write(&file, other.certificate_pem()).unwrap();
    certutil(
        &database,
        &[
            "-A",
            "-t",
            "C,,",
            "-n",
            "somebody's",
            "-i",
            file.to_str().unwrap(),
        ],
    );
    let edge = root.join("etc/opt/edge/policies/managed/truong-thi.json");
    std::fs::write(&edge, "{\"HomepageLocation\": \"x\"}").unwrap();
    let hosts = root.join("etc/hosts");
    let text = std::fs::read_to_string(&hosts).unwrap();
    std::fs::write(&hosts, format!("{text}10.0.0.1 printer\n")).unwrap();

    machine.manifest.take_back(&mut |line| told.push(line)).unwrap();
    let listed = certutil(&database, &["-L"]);
    assert!(
        listed.contains("somebody's") && !listed.contains("Truong Thi"),
        "{listed}"
    );
    assert!(edge.exists() && !root.join("etc/chromium").exists(), "{told:#?}");
    assert_eq!(std::fs::read_to_string(&firefox).unwrap(), "{}");
    assert_eq!(
        std::fs::read_to_string(&hosts).unwrap(),
        "127.0.0.1 localhost\n10.0.0.1 printer\n"
    );
}
